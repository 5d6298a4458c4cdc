import { ParseResult, Schema } from "effect"

/** A moment: microseconds since 1970 in UTC. */
export const Instant = Schema.BigIntFromSelf.annotations({
  arbitrary: () => (fc) => fc.bigInt({ min: EARLIEST, max: BigInt(Number.MAX_SAFE_INTEGER) })
}).pipe(Schema.brand("Instant"))

/** A moment: microseconds since 1970 in UTC. */
export type Instant = typeof Instant.Type

/** A moment from microseconds since 1970. */
export const make = (microseconds: bigint): Instant => {
  if (!isInstant(microseconds)) throw new TypeError(`${String(microseconds)} is no number of microseconds`)
  return microseconds
}

const isInstant = (microseconds: bigint): microseconds is Instant => typeof microseconds === "bigint"

/** A moment from milliseconds since 1970 (what clocks of the platform give). */
export const fromMillis = (milliseconds: number): Instant => make(BigInt(Math.trunc(milliseconds)) * 1000n)

/** Whole milliseconds since 1970, cut. */
export const toMillis = (self: Instant): number => Number(self / 1000n)

/** The moment `milliseconds` later (earlier when negative). */
export const addMillis = (self: Instant, milliseconds: number): Instant =>
  make(self + BigInt(Math.trunc(milliseconds)) * 1000n)

/** Milliseconds from `from` to `to`, cut. */
export const millisBetween = (from: Instant, to: Instant): number => Number((to - from) / 1000n)

/** The later of the two. */
export const later = (a: Instant, b: Instant): Instant => (a < b ? b : a)

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/i

const EARLIEST = 0n

/** The last moment that is taken: rows keep microseconds in a safe integer of the platform, until June 2255. */
export const latest: Instant = make(BigInt(Number.MAX_SAFE_INTEGER))

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** How long a moment's text is up to its seconds. */
const TO_MINUTE = "2026-11-20T14:30:".length

/** The rest of a moment as we write it. */
const REST = /^([0-5]\d)\.(\d{6})Z$/

/** The minute that was read last, as its text goes: moments that are read together are close to each other. */
let read = { text: "none yet", micros: 0n }

/** A moment of the minute that was read last, as we write it; nothing where it is not one. */
const parseBeside = (text: string): Instant | undefined => {
  if (!text.startsWith(read.text)) return undefined
  const match = REST.exec(text.slice(TO_MINUTE))
  return match === null ? undefined : make(read.micros + BigInt(Number(match[1]) * SECOND + Number(match[2])))
}

/** The moment of an ISO 8601 text with a zone, between 1970 and `latest`, or `undefined`. Digits beyond the microsecond are cut. */
export const parse = (text: string): Instant | undefined => parseBeside(text) ?? parseAny(text)

const parseAny = (text: string): Instant | undefined => {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match
  const seconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const rebuilt = new Date(seconds).toISOString().slice(0, 19)
  if (rebuilt !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) return undefined
  const micros = BigInt(seconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, "0")) - offsetMicros(zone)
  if (micros < EARLIEST || micros > latest) return undefined
  const begins = micros - (micros % BigInt(MINUTE))
  const isOurs = REST.test(text.slice(TO_MINUTE)) && begins + BigInt(MINUTE) <= latest
  if (isOurs) read = { text: text.slice(0, TO_MINUTE), micros: begins }
  return make(micros)
}

const offsetMicros = (zone: string): bigint => {
  if (zone.toUpperCase() === "Z") return 0n
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return BigInt(zone.startsWith("-") ? -minutes : minutes) * 60_000_000n
}

/** The minute that was written last, as its text goes: moments that are written together are close to each other. */
let written = { minute: Number.NaN, text: "" }

const minuteText = (minute: number): string => {
  if (written.minute !== minute)
    written = { minute, text: new Date((minute * MINUTE) / 1000).toISOString().slice(0, TO_MINUTE) }
  return written.text
}

/** ISO 8601 in UTC with six decimals: `2026-11-20T14:30:00.000000Z`. */
export const format = (self: Instant): string => {
  const micros = Number(self)
  const ofMinute = ((micros % MINUTE) + MINUTE) % MINUTE
  const seconds = Math.floor(ofMinute / SECOND)
  const rest = String(ofMinute - seconds * SECOND).padStart(6, "0")
  return `${minuteText((micros - ofMinute) / MINUTE)}${seconds < 10 ? "0" : ""}${seconds}.${rest}Z`
}

const codec = (write: (micros: bigint) => string) =>
  Schema.transformOrFail(Schema.String, Instant, {
    strict: true,
    decode: (text, _, ast) => {
      const instant = parse(text)
      return instant === undefined
        ? ParseResult.fail(
            new ParseResult.Type(ast, text, "is not an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z")
          )
        : ParseResult.succeed(instant)
    },
    encode: (micros) => ParseResult.succeed(write(micros))
  })

/** A moment as text at the edge: ISO 8601 with a zone, in; UTC with six decimals, out. */
export const FromString = codec((micros) => format(make(micros)))

const nearest = (micros: bigint): Instant => {
  if (micros < EARLIEST) return make(EARLIEST)
  return micros > latest ? latest : make(micros)
}

/** The same for a moment that an outside claims: before 1970 or after `latest` it is written as the nearest that can be read again. */
export const FromClaim = codec((micros) => format(nearest(micros)))

/** The date in UTC, `2026-11-20`. */
export const dayOf = (self: Instant): string => format(self).slice(0, 10)

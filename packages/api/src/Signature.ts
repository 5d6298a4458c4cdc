import { createHmac, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** What may be wrong with a signature. */
export type SignatureFault = "missing" | "malformed" | "expired" | "wrong"

/** Clocks differ by less, and a body is on its way for less; what is older may have been kept by somebody, to be sent again. In seconds. */
export const MOST_SECONDS = 300

const hmac = (secret: Redacted.Redacted, seconds: number, body: string): string =>
  createHmac("sha256", Redacted.value(secret)).update(`${seconds}.${body}`).digest("hex")

/**
 * The value of the header for a body that is sent now: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`. The time is signed with it,
 * so that an old body is not sent again by somebody else.
 *
 * @example
 * import { Signature } from "@roundlot/api"
 * import { Redacted } from "effect"
 *
 * Signature.sign(Redacted.make("a secret of both sides"), 1_767_225_600, "{}")
 */
export const sign = (secret: Redacted.Redacted, seconds: number, body: string): string =>
  `t=${seconds},v1=${hmac(secret, seconds, body)}`

const WRITTEN = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,4})$/

const isSame = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** What is wrong with a signature before its body is read; else its time and what was given. */
const read = (header: string | undefined, nowSeconds: number): SignatureFault | { seconds: number; given: string } => {
  if (header === undefined) return "missing"
  const [, time, given = ""] = WRITTEN.exec(header) ?? []
  if (time === undefined) return "malformed"
  const seconds = Number(time)
  return Math.abs(nowSeconds - seconds) > MOST_SECONDS ? "expired" : { seconds, given }
}

/** What is wrong with a signature whatever its body is: who sends one like it need not be read. */
export const headerFaultOf = (header: string | undefined, nowSeconds: number): SignatureFault | undefined => {
  const seen = read(header, nowSeconds)
  return typeof seen === "string" ? seen : undefined
}

/**
 * What is wrong with the signature of a body, as UTF-8; `undefined` where it is good by one of the secrets. While a secret is changed both sides may
 * have two: the receiver takes either, and a sender may give a `v1` for each.
 */
export const faultOf = (
  secrets: ReadonlyArray<Redacted.Redacted>,
  header: string | undefined,
  body: string,
  nowSeconds: number
): SignatureFault | undefined => {
  const seen = read(header, nowSeconds)
  if (typeof seen === "string") return seen
  const { given, seconds } = seen
  const known = secrets.map((secret) => hmac(secret, seconds, body))
  const isGood = [...given.matchAll(/[0-9a-f]{64}/g)].some(([hex]) => known.some((each) => isSame(each, hex)))
  return isGood ? undefined : "wrong"
}

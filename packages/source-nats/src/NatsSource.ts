import { Clock, Instant, type Trade } from "@roundlot/core"
import { TradeSource } from "@roundlot/core/adapter"
import { Deferred, type Duration, Effect, Either, Ref, Stream } from "effect"
import { MessageChanged, MessagesMissing, type NatsError } from "./internal/failures.ts"
import { beginning, type Choice, faultOf, format, type Position, resume, type Standing } from "./internal/position.ts"
import { type Address, type Message, open, type OpenStream } from "./internal/stream.ts"

export type { NatsError } from "./internal/failures.ts"
export type { Choice } from "./internal/position.ts"
export type { Address } from "./internal/stream.ts"

/** Which stream is read, and how its messages are. */
export interface NatsConfig<E> extends Address, Choice {
  /** Makes trades of a message's text, 1,000 at most, or says why it has none. */
  readonly read: (text: string) => Either.Either<ReadonlyArray<Trade.TradeInput>, string>
  /** Keeps messages that cannot be read; the source goes on once it has. */
  readonly reject: (messages: ReadonlyArray<TradeSource.Rejected>) => Effect.Effect<void, E>
  /** How often the stream is looked at; half a second where nothing is said. */
  readonly pollingInterval?: Duration.DurationInput | undefined
}

/** A source that stays connected. */
export interface Nats<E> extends Omit<TradeSource.TradeSourceService<E>, "name" | "policy"> {
  readonly caughtUp: Effect.Effect<ReadonlyArray<string>>
}

/**
 * Trades that are published to a JetStream, in the order of its sequence. Nothing is acknowledged or kept on the server: how far it was read
 * is the cursor's to say. Messages that are gone before they were read, and another stream of the name, are failures.
 *
 * @example
 * const trades = yield* NatsSource.make({ servers, stream: "TRADES", read, reject })
 * yield* Sources.follow(account, { name: "app", policy, ...trades })
 */
export const make = <E>(config: NatsConfig<E>): Effect.Effect<Nats<E | NatsError>, never, Clock.Clock> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const heardAt = yield* Ref.make(yield* clock.now)
    const caughtUp = yield* Deferred.make<void>()
    const noteHeard = Effect.flatMap(clock.now, (now) => Ref.set(heardAt, now))
    const following: Following<E> = { config, noteHeard, caughtUp }
    return {
      deliveries: (cursor) =>
        Stream.unwrapScoped(
          Effect.gen(function* () {
            const stream = yield* open(config)
            const begun = yield* beginAt(config, stream, cursor)
            return Stream.flattenIterables(
              Stream.unfoldEffect(begun, (position) => Effect.asSome(nextOf(following, stream, position)))
            )
          })
        ),
      ageMs: Effect.gen(function* () {
        return Instant.millisBetween(yield* Ref.get(heardAt), yield* clock.now)
      }),
      caughtUp: Effect.as(Deferred.await(caughtUp), [])
    }
  })

/** Where to read on, once the last message that was read is seen to be the one that it was. */
const beginAt = <E>(config: NatsConfig<E>, stream: OpenStream, cursor: string | undefined) =>
  Effect.gen(function* () {
    const standing = yield* stream.standing
    const position = yield* resume(cursor, standing, config)
    if (position.at === null || position.seq < standing.first || position.seq > standing.last) return position
    const at = yield* stream.storedAt(position.seq)
    if (at === undefined || at === position.at) return position
    return config.accept === standing.place
      ? beginning(standing, config)
      : yield* new MessageChanged({ place: standing.place, seq: position.seq })
  })

interface Following<E> {
  readonly config: NatsConfig<E>
  readonly noteHeard: Effect.Effect<void>
  readonly caughtUp: Deferred.Deferred<void>
}

const POLLING = "500 millis"

/** The next deliveries, none where there are no messages yet, and the position after them. (Who waits long must not nest.) */
const nextOf = <E>(
  following: Following<E>,
  stream: OpenStream,
  position: Position
): Effect.Effect<readonly [ReadonlyArray<TradeSource.Delivery>, Position], E | NatsError> =>
  Effect.gen(function* () {
    const { caughtUp, config, noteHeard } = following
    const standing = yield* stream.standing
    const fault = faultOf(position, standing, config.stream)
    if (fault !== undefined) return yield* fault
    const isAhead = standing.last > position.seq
    const messages = isAhead ? yield* stream.after(position.seq) : []
    if (isAhead && messages.length === 0 && (yield* stream.hasAfter(position.seq))) {
      yield* Effect.sleep(config.pollingInterval ?? POLLING)
      return [[], position] as const
    }
    yield* noteHeard
    const missing = missingIn(config, position, messages, standing)
    if (missing !== undefined) return yield* missing
    const last = messages.at(-1)
    if (last !== undefined)
      return [yield* deliveriesOf(config, position, messages), { ...position, seq: last.seq, at: last.at }] as const
    yield* Deferred.succeed(caughtUp, undefined)
    yield* Effect.sleep(config.pollingInterval ?? POLLING)
    // Up to where it stood there was no message of this subject.
    return [[], { ...position, seq: standing.last }] as const
  })

/** Where all subjects are read each message follows the one before. */
const missingIn = (
  { stream, subject }: Address,
  { seq }: Position,
  messages: ReadonlyArray<Message>,
  { last }: Standing
): MessagesMissing | undefined => {
  if (subject !== undefined) return undefined
  if (messages.length === 0 && last > seq) return new MessagesMissing({ stream, from: seq + 1, next: last + 1 })
  const at = messages.findIndex((message, index) => message.seq !== seq + 1 + index)
  const found = messages[at]
  return found === undefined ? undefined : new MessagesMissing({ stream, from: seq + 1 + at, next: found.seq })
}

const MOST = 1_000

/** The trades of messages, at most so many at once; all of a message, or none where one of them cannot be read. */
const deliveriesOf = <E>(
  { read, reject, stream }: NatsConfig<E>,
  { place }: Position,
  messages: ReadonlyArray<Message>
) =>
  Effect.gen(function* () {
    const rejected: Array<TradeSource.Rejected> = []
    const made: Array<Together> = []
    for (const message of messages) {
      const trades = Either.flatMap(textOf(message), read)
      if (Either.isLeft(trades))
        rejected.push({ place: `message ${message.seq}`, reason: trades.left, raw: rawOf(message) })
      const found = Either.getOrElse(trades, (): ReadonlyArray<Trade.TradeInput> => [])
      const { at, body, seq } = message
      const items = [{ trades: found, bytes: body }]
      const before = made.at(-1)
      const count = (before?.count ?? 0) + found.length
      if (before === undefined || count > MOST) made.push({ items, count: found.length, from: seq, seq, at })
      else made[made.length - 1] = { ...before, items: [...before.items, ...items], count, seq, at }
    }
    if (rejected.length > 0) yield* reject(rejected)
    return made.map(({ at, from, items, seq }) => ({
      ...TradeSource.delivered(items, { contentType: "application/x-ndjson", endpoint: `${stream}:${from}-${seq}` }),
      cursor: format({ place, seq, at })
    }))
  })

/** Messages whose trades are taken in together: how many trades, the first message, and the last one and when it was stored. */
interface Together extends Pick<Position, "at" | "seq"> {
  readonly items: ReadonlyArray<TradeSource.Item>
  readonly count: number
  readonly from: number
}

const LONGEST = 1_048_576

/** The text of a message, or why it has none that is read. */
const textOf = ({ body }: Message): Either.Either<string, string> =>
  body.length > LONGEST
    ? Either.left(`has more than ${LONGEST} bytes`)
    : Either.try({ try: () => new TextDecoder("utf-8", { fatal: true }).decode(body), catch: () => "is no UTF-8" })

const LONGEST_KEPT = 65_536

/** The beginning of a message, as it is kept. */
const rawOf = ({ body }: Message): string => new TextDecoder().decode(body.subarray(0, LONGEST_KEPT))

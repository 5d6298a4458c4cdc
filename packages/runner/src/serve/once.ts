import { createHash } from "node:crypto"
import { type Clock, type Entropy, type Instant, Requests, type TradeRepository } from "@roundlot/core"
import { Effect, Schema } from "effect"

const hash = (asked: unknown): string => createHash("sha256").update(JSON.stringify(asked)).digest("hex")

/** A key that a caller gives, and when it was used first. */
export interface First {
  readonly key: string
  readonly at: Instant.Instant
}

/**
 * Acts once for each key that a caller gives: the same again is answered with what was answered first. What acts takes ids and times
 * from it where there is one, so that it does the same when it is done again.
 */
export const once = <A, I, E, R>(
  schema: Schema.Schema<A, I>,
  key: string | undefined,
  asked: unknown,
  act: (first: First | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<
  A,
  E | Requests.KeyReused | TradeRepository.WriteError,
  R | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> => {
  if (key === undefined) return act(undefined)
  const { decode, encode } = textOf(schema)
  return Requests.once(key, hash(asked), (at) => Effect.map(act({ key, at }), encode)).pipe(Effect.map(decode))
}

const textOf = <A, I>(schema: Schema.Schema<A, I>) => {
  const text = Schema.parseJson(schema)
  return { encode: Schema.encodeSync(text), decode: Schema.decodeSync(text) }
}

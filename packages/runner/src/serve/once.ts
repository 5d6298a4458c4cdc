import { createHash } from "node:crypto"
import { type Clock, type Entropy, Requests, type TradeRepository } from "@roundlot/core"
import { Effect, Schema } from "effect"

const hash = (asked: unknown): string => createHash("sha256").update(JSON.stringify(asked)).digest("hex")

/** Acts once for each key that a caller gives: the same again is answered with what was answered first. */
export const once = <A, I, E, R>(
  schema: Schema.Schema<A, I>,
  key: string | undefined,
  asked: unknown,
  act: (key: string | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<
  A,
  E | Requests.KeyReused | TradeRepository.WriteError,
  R | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
> => {
  if (key === undefined) return act(key)
  const { decode, encode } = textOf(schema)
  return Requests.once(key, hash(asked), Effect.map(act(key), encode)).pipe(Effect.map(decode))
}

const textOf = <A, I>(schema: Schema.Schema<A, I>) => {
  const text = Schema.parseJson(schema)
  return { encode: Schema.encodeSync(text), decode: Schema.decodeSync(text) }
}

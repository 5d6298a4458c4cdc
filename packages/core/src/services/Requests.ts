import { Effect, Schema } from "effect"
import { Need } from "../books/Need.ts"
import { Clock } from "../ports/Clock.ts"
import type { Entropy } from "../ports/Entropy.ts"
import type { TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { change } from "./operational.ts"

/** An idempotency key that belongs to another request. */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", { key: Schema.String }) {
  override get message() {
    return `the key ${this.key} was used for another request; take a new one for what is new`
  }
}

const REQUESTS = "_requests"

/**
 * Acts once for a key: the same key with the same fingerprint is answered with what was answered first, with another it is refused.
 * Where a program dies between act and answer, it acts again: what acts must take its own id from the key. A failure is not kept.
 */
export const once = <E, R>(
  key: string,
  fingerprint: string,
  act: Effect.Effect<string, E, R>
): Effect.Effect<string, E | KeyReused | WriteError, R | TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const needs = [Need.RequestByKey({ key })]
    const known = yield* change(REQUESTS, needs, ({ ops_requests }) => {
      const before = ops_requests.get(key)
      if (before === undefined) ops_requests.put({ key, fingerprint, at, answer: undefined })
      return before
    })
    if (known !== undefined && known.fingerprint !== fingerprint) return yield* new KeyReused({ key })
    if (known?.answer !== undefined) return known.answer
    const answer = yield* act
    yield* change(REQUESTS, needs, ({ ops_requests }) => ops_requests.put({ key, fingerprint, at, answer }))
    return answer
  })

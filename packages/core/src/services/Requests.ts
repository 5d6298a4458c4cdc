import { Effect, Schema } from "effect"
import { Need } from "../books/Need.ts"
import type { RequestRecord } from "../records/RequestRecord.ts"
import { lifted } from "../ports/AccountScope.ts"
import { Clock } from "../ports/Clock.ts"
import type { Entropy } from "../ports/Entropy.ts"
import type { TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import type * as Instant from "../values/Instant.ts"
import * as operational from "./operational.ts"

/** An idempotency key that belongs to another request. */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", { key: Schema.String }) {
  override get message() {
    return `the key ${this.key} was used for another request; use a new key`
  }
}

const REQUESTS = "_requests"

/** A key is its caller's own, whatever accounts he may see. */
const change = (needs: ReadonlyArray<Need>, rule: operational.OperationalRule<RequestRecord>) =>
  lifted(operational.change(REQUESTS, needs, rule))

/**
 * Acts once for a key: the same key with the same fingerprint is answered with what was answered first, with another it is refused.
 * Where a program dies between act and answer, or the same comes twice at once, it acts again: what acts must take its own id from
 * the key, and its time from when the key was used first. A failure is not kept.
 */
export const once = <E, R>(
  key: string,
  fingerprint: string,
  act: (firstAt: Instant.Instant) => Effect.Effect<string, E, R>
): Effect.Effect<string, E | KeyReused | WriteError, R | TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const needs = [Need.RequestByKey({ key })]
    const asked = yield* change(needs, ({ ops_requests }) => {
      const before = ops_requests.get(key)
      if (before !== undefined) return before
      const first = { key, fingerprint, at, answer: undefined }
      ops_requests.put(first)
      return first
    })
    if (asked.fingerprint !== fingerprint) return yield* new KeyReused({ key })
    if (asked.answer !== undefined) return asked.answer
    const answer = yield* act(asked.at)
    const kept = yield* change(needs, ({ ops_requests }) => {
      const first = ops_requests.get(key)
      if (first?.answer !== undefined) return first
      const answered = { ...asked, answer }
      ops_requests.put(answered)
      return answered
    })
    return kept.answer ?? answer
  })

const KEPT_MS = 30 * 24 * 60 * 60_000

/**
 * Forgets keys that were used first more than 30 days ago, a few at a time. Who uses one again after that makes another request: a
 * command, a trade and a batch are still known by the ids that they took from it.
 */
export const forgetOld: Effect.Effect<void, WriteError, TradeRepository | Clock> = operational.forgetOlder(
  { queue: REQUESTS, table: "ops_requests", column: "at" },
  KEPT_MS
)

import { Effect, Ref } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import type { Ledger } from "../ledger/Ledger.ts"
import type { Brokers } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import type { Health } from "./Health.ts"
import { learnHours } from "./Hours.ts"
import { sweep } from "./Tracking.ts"
import { reported } from "./work.ts"

/**
 * Nothing is sent for an account before its broker was read once in the life of the program: what it says may settle what we
 * would order. An account whose broker cannot be read stops no other.
 */
export interface StartGate {
  /** Is the broker read? Where it is not, reads it, unless that was tried a moment ago. */
  readonly isOpen: (account: AccountName) => Effect.Effect<boolean, never, GateRequirements>
}

type GateRequirements = Brokers | Clock | Health | Ledger | TradeRepository

const AGAIN_AFTER_MS = 5_000

/** A gate that is closed for every account. */
export const make: Effect.Effect<StartGate> = Effect.gen(function* () {
  const read = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
  const tried = yield* Ref.make<ReadonlyMap<AccountName, number>>(new Map())
  const open = (account: AccountName) =>
    reported(
      `start of ${account}`,
      Effect.zipRight(
        Effect.zipRight(learnHours(account), sweep(account)),
        Ref.update(read, (known) => new Set(known).add(account))
      )
    )
  return {
    isOpen: Effect.fn("StartGate.isOpen")(function* (account: AccountName) {
      if ((yield* Ref.get(read)).has(account)) return true
      const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
      const last = (yield* Ref.get(tried)).get(account)
      if (last !== undefined && nowMs - last < AGAIN_AFTER_MS) return false
      yield* Ref.update(tried, (known) => new Map(known).set(account, nowMs))
      yield* open(account)
      return (yield* Ref.get(read)).has(account)
    })
  }
})

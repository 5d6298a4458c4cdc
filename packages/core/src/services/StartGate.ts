import { Effect, Ref, Schema } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { masked, pin } from "../account/pin.ts"
import { Need } from "../books/Need.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { Brokers } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import type { Health } from "./Health.ts"
import { learnHours } from "./Hours.ts"
import { withRetries } from "./reading.ts"
import { reconcile } from "./Reconciliation.ts"
import { sweep } from "./Tracking.ts"
import { reported } from "./work.ts"

/** The broker shows another account than the one to which ours is pinned, as with the keys of another: nothing is sent. */
export class OtherBrokerAccount extends Schema.TaggedError<OtherBrokerAccount>()("OtherBrokerAccount", {
  account: Schema.String,
  broker: Schema.String,
  pinned: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `account ${this.account} is pinned to ${this.broker}'s account ${this.pinned}, and ${this.broker} shows ${this.found}: nothing is sent. Use the keys of the pinned account, or another store for the other one`
  }
}

/**
 * Nothing is sent for an account before its broker was read once in the life of the program: what it says may settle what we
 * would order, and it must be the account that was driven before. An account whose broker cannot be read stops no other.
 */
export interface StartGate {
  /** Is the broker read? Where it is not, reads it, unless that was tried a moment ago. */
  readonly isOpen: (account: AccountName) => Effect.Effect<boolean, never, GateRequirements>
  /** Why the gate of an account stays closed, where the last reading found another account. */
  readonly refusal: (account: AccountName) => Effect.Effect<OtherBrokerAccount | undefined>
}

type GateRequirements = Brokers | Clock | Health | Ledger | TradeRepository

const AGAIN_AFTER_MS = 5_000

/** A gate that is closed for every account. */
export const make: Effect.Effect<StartGate> = Effect.gen(function* () {
  const read = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
  const tried = yield* Ref.make<ReadonlyMap<AccountName, number>>(new Map())
  const refused = yield* Ref.make<ReadonlyMap<AccountName, OtherBrokerAccount>>(new Map())
  const open = (account: AccountName) =>
    reported(
      `start of ${account}`,
      Effect.gen(function* () {
        yield* Effect.tapErrorTag(pinned(account), "OtherBrokerAccount", (error) =>
          Ref.update(refused, (known) => new Map(known).set(account, error))
        )
        yield* learnHours(account)
        yield* sweep(account)
        yield* reconcile(account)
        yield* Ref.update(read, (known) => new Set(known).add(account))
      })
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
    }),
    refusal: (account) => Effect.map(Ref.get(refused), (known) => known.get(account))
  }
})

/** The account behind the keys is the one that was driven before; on its first drive it is written down. */
export const pinned = Effect.fn("StartGate.pinned")(function* (account: AccountName) {
  const broker = yield* Effect.flatMap(Brokers, (brokers) => brokers.get(account))
  const { brokerAccountId: found } = yield* withRetries(broker.account)
  if (found === undefined) return
  const ledger = yield* Ledger
  const was = yield* ledger.submit("report", {
    account,
    cause: { kind: "report", actor: broker.name },
    needs: [Need.Account({ account })],
    apply: (recorder) => pin(recorder, found)
  })
  if (was._tag === "Same") return
  return yield* new OtherBrokerAccount({
    account,
    broker: broker.name,
    pinned: masked(was.pinned),
    found: masked(found)
  })
})

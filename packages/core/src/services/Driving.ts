import { Deferred, Duration, Effect, Ref, type Scope } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { DecisionTable } from "../records/Decision.ts"
import type { DecisionId } from "../values/Id.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import type { Fenced, Holder, LeaseHeld } from "../ports/Lease.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import type { Instant } from "../values/Instant.ts"
import type { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"
import { abandonUnsent, recoverUnanswered } from "./SendRecovery.ts"
import { reported } from "./work.ts"

/** The right of this process to drive accounts: to send, and to book what brokers say. */
export interface Driving {
  /**
   * Takes the lease of an account, unless it is held already. What an earlier holder left without an answer is in doubt from then
   * on.
   */
  readonly take: (account: AccountName) => Effect.Effect<void, LeaseHeld | LedgerError, Needed>
  /**
   * Decisions that were pending before their account was taken, with the time at which each had been asked for: nobody waits for
   * those any more. What is asked for later is asked of us.
   */
  readonly leftPending: Effect.Effect<ReadonlyMap<DecisionId, Instant | undefined>>
  /** Fails when another holder has taken over: from then on nothing of ours is written or sent. Runs until then. */
  readonly lost: Effect.Effect<never, Fenced>
  /** The work of an account is done here from now on: the end of the scope releases its lease, which is else left as it was found. */
  readonly drives: (account: AccountName) => Effect.Effect<void>
  /** It fails: what it drives is left as if this process had died. */
  readonly fails: Effect.Effect<void>
}

/** What driving stands on. */
export type Needed = Clock | Health | Ledger | TradeRepository

/** A program that does not say who it is. */
export const unnamed: Holder = { host: "this host", pid: 0 }

/**
 * Begins to hold leases, for as long as the scope is open; they are renewed in the background.
 *
 * @example
 * const driving = yield* Driving.open({ host: hostname(), pid: process.pid })
 * yield* driving.take(account)
 */
export const open = (holder: Holder): Effect.Effect<Driving, StoreError, Needed | Scope.Scope> =>
  Effect.gen(function* () {
    const { leases } = yield* TradeRepository
    const ledger = yield* Ledger
    const clock = yield* Clock
    const lost = yield* Deferred.make<never, Fenced>()
    const ready = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
    const leftPending = yield* Ref.make<ReadonlyMap<DecisionId, Instant | undefined>>(new Map())
    const taking = yield* Effect.makeSemaphore(1)
    const held = new Map<AccountName, number>()
    const lose = Effect.suspend(() => ledger.leases.lose(held))
    yield* Effect.addFinalizer(() => lose)
    const session = yield* leases.open(holder)

    const take = Effect.fn("Driving.take")(function* (account: AccountName) {
      if ((yield* Ref.get(ready)).has(account)) return
      const provenMs = yield* clock.monotonicMs
      // Read before the lease is ours: who finds it held asks us, and that may not look like an old wish.
      const pending = yield* pendingOf(account)
      yield* Ref.update(leftPending, (known) => new Map([...known, ...pending]))
      const token = yield* session.take(account)
      held.set(account, token)
      yield* ledger.leases.hold(account, { token, provenMs })
      yield* recoverUnanswered(account)
      yield* abandonUnsent(account)
      yield* Ref.update(ready, (known) => new Set(known).add(account))
    })

    const renew = Effect.gen(function* () {
      const provenMs = yield* clock.monotonicMs
      yield* session.renew
      yield* ledger.leases.prove(held, provenMs)
    }).pipe(
      Effect.catchTag("Fenced", (fenced) =>
        Effect.zipRight(lose, Effect.zipRight(Deferred.fail(lost, fenced), Effect.never))
      ),
      // A store that is full or locked proves nothing: what was proven last ages, and stops what would be sent.
      (renewing) => reported("leases", renewing)
    )
    const pause = Duration.millis(leases.durationMs / RENEWALS)
    yield* Effect.forkScoped(Effect.forever(Effect.delay(taking.withPermits(1)(renew), pause)))

    return {
      take: (account) => taking.withPermits(1)(take(account)),
      leftPending: Ref.get(leftPending),
      lost: Deferred.await(lost),
      drives: session.drives,
      fails: session.fails
    }
  })

/** The pending decisions of an account, with the time at which each was asked for. */
const pendingOf = (account: AccountName) =>
  Effect.map(
    Reads.all(DecisionTable, {
      where: [
        { column: "account", in: [account] },
        { column: "status", in: ["pending"] }
      ]
    }),
    (decisions) => decisions.map(({ askedAt, id }) => [id, askedAt] as const)
  )

/** How often a lease is renewed while it stands. */
const RENEWALS = 4

import { type AccountName, type Broker, Clock, type Commands, Order, Reads } from "@roundlot/core"
import { type Entropy, type Lease, OrderState, TradeRepository } from "@roundlot/core/adapter"
import { Cancels, Doubts, type Driving, type Ledger, Tracking } from "@roundlot/core/ledger"
import { Data, Effect, FiberMap, Option, Ref, Schedule } from "effect"
import * as halts from "./halts.ts"
import * as leases from "./leases.ts"

/** Since when a lease that was not released is not renewed; milliseconds of a monotonic clock. */
interface Silent {
  readonly token: number
  readonly sinceMs: number
}

/** The accounts whose daemon is silent, and when leases were looked at last; milliseconds of a monotonic clock. */
export interface Silence {
  readonly atMs: number
  readonly since: ReadonlyMap<AccountName.AccountName, Silent>
}

/** What a guard says on the way: it is shown, and decides nothing. */
export type News = Data.TaggedEnum<{
  /** The lease of the account is not renewed any more. */
  Silent: { readonly account: AccountName.AccountName }
  /** A daemon drives the account again, or it was released in order. */
  Heard: { readonly account: AccountName.AccountName }
  /** The account is halted, and the end of so many orders is asked for. */
  Halted: { readonly account: AccountName.AccountName; readonly orders: number }
  /** No order of ours is open at its broker any more. */
  Ended: { readonly account: AccountName.AccountName }
  /** The leases could not be read: what was heard of them counts no more. */
  Unread: { readonly why: string }
  /** It did not succeed, and is tried again. */
  Failed: { readonly account: AccountName.AccountName; readonly why: string }
}>

/** Makes one of a guard's news. */
export const News = Data.taggedEnum<News>()

/** The work at a broker that ends what is open there. */
export type Ending = Effect.Effect<
  void,
  Ledger.LedgerError,
  Broker.Brokers | Clock.Clock | Driving.Needed | Entropy.Entropy | TradeRepository.TradeRepository
>

/** Which accounts are guarded, how long their daemon may be silent, how a broker is reached, and where news go. */
export interface Guarding<E, R> {
  /** All where none is named, those to come too. */
  readonly accounts: ReadonlyArray<AccountName.AccountName>
  readonly afterMs: number
  /** Does the work with the broker of an account, once that has proven to be the account's. */
  readonly atBroker: (account: AccountName.AccountName, ending: Ending) => Effect.Effect<void, E, R>
  readonly says: (news: News) => Effect.Effect<void>
}

/** How often leases are looked at, in milliseconds. */
export const LOOK_EVERY_MS = 1_000

/** What was not looked at for so long, in milliseconds, is not known to have been silent in between. */
const LONGEST_GAP_MS = 5 * LOOK_EVERY_MS

/** Nothing was looked at yet. */
export const unheard: Silence = { atMs: Number.NEGATIVE_INFINITY, since: new Map() }

/**
 * What is silent now. A lease that was released, renewed or taken by another process since is not, and where leases could not be
 * looked at for a while it begins again. Pure.
 */
export const listen = (before: Silence, held: ReadonlyArray<Lease.HeldLease>, nowMs: number): Silence => {
  const known = nowMs - before.atMs <= LONGEST_GAP_MS ? before.since : unheard.since
  const silent = held.filter(({ isLive }) => !isLive)
  return {
    atMs: nowMs,
    since: new Map(
      silent.map(({ account, token }) => {
        const earlier = known.get(account)
        return [account, earlier?.token === token ? earlier : { token, sinceMs: nowMs }]
      })
    )
  }
}

/** The accounts that were silent for so long without a break. Pure. */
export const lost = (
  { atMs, since }: Silence,
  afterMs: number
): ReadonlyArray<readonly [AccountName.AccountName, Silent]> =>
  [...since].filter(([, { sinceMs }]) => atMs - sinceMs >= afterMs)

const openOf = (account: AccountName.AccountName) =>
  Reads.all(Order.OrderTable, {
    where: [
      { column: "account", in: [account] },
      { column: "status", in: OrderState.orderStatuses.filter(OrderState.isLive) }
    ]
  })

/** The longest pause between two tries, in milliseconds. */
const LONGEST_PAUSE_MS = 30_000

const AGAIN = Schedule.exponential(LOOK_EVERY_MS).pipe(Schedule.union(Schedule.spaced(LONGEST_PAUSE_MS)))

/** Asks for the end of what is open, looks for what is in doubt, and reads both, until nothing of ours is open any more. */
const endAll = (account: AccountName.AccountName): Ending =>
  Effect.gen(function* () {
    const open = yield* openOf(account)
    if (open.length === 0) return true
    yield* Cancels.requestCancels()
    yield* Doubts.lookForAll(open.filter(({ status }) => status === "in_doubt"))
    yield* Tracking.pollAllOf(account)
    return false
  }).pipe(Effect.repeat({ schedule: AGAIN, until: (isDone) => isDone }), Effect.asVoid)

/** So long the lease is kept at most, in milliseconds: a daemon that starts meanwhile takes it in the pause, and goes on with the cancels. */
const LONGEST_TURN_MS = 30_000

/** Halts an account in the place of its daemon and works for the end of what is open. Is nothing open any more? */
const turn = <E extends { readonly message: string }, R>(
  account: AccountName.AccountName,
  { token }: Silent,
  { afterMs, atBroker, says }: Guarding<E, R>
) =>
  Effect.gen(function* () {
    const driving = yield* leases.open
    yield* driving.take(account)
    const { orders } = yield* halts.halt({
      account,
      scope: { _tag: "WholeAccount" },
      cancelOpen: true,
      actor: "guard",
      // One halt for one lease that was lost, however often the end of its orders is tried.
      commandId: Option.some(`guard-${account}-${token}`),
      reason: `no daemon has renewed its lease for ${afterMs / 1_000} s`
    })
    yield* says(News.Halted({ account, orders: orders.length }))
    return yield* atBroker(account, endAll(account)).pipe(
      Effect.as(true),
      Effect.catchAll(({ message }) => Effect.as(says(News.Failed({ account, why: message })), false)),
      Effect.raceFirst(driving.lost),
      Effect.timeoutTo({ duration: LONGEST_TURN_MS, onTimeout: () => false, onSuccess: (isDone) => isDone })
    )
  }).pipe(Effect.scoped)

/** Turn by turn, until nothing is open. One that another process drives by now is left to it; whatever else fails is tried again. */
const takeOver = <E extends { readonly message: string }, R>(
  account: AccountName.AccountName,
  silent: Silent,
  guarding: Guarding<E, R>
) =>
  turn(account, silent, guarding).pipe(
    Effect.flatMap((isDone) =>
      isDone ? Effect.as(guarding.says(News.Ended({ account })), true) : Effect.succeed(false)
    ),
    Effect.catchAll((error) =>
      error._tag === "LeaseHeld" || error._tag === "Fenced"
        ? Effect.as(guarding.says(News.Heard({ account })), true)
        : Effect.as(guarding.says(News.Failed({ account, why: error.message })), false)
    ),
    Effect.repeat({ schedule: AGAIN, until: (isOver) => isOver }),
    Effect.asVoid
  )

type Needs = Driving.Needed | Clock.Clock | Commands.Commands | Entropy.Entropy | TradeRepository.TradeRepository

/**
 * A dead man's switch. Where the lease of an account is neither renewed nor released for `afterMs`, and no other process takes it, the
 * account is halted, its open orders are cancelled at the broker, and it stays halted until a person resumes it. Runs until it is
 * interrupted. A daemon that ends in order releases its leases: what it leaves to work at the broker is meant.
 */
export const guard = <E extends { readonly message: string }, R>(
  guarding: Guarding<E, R>
): Effect.Effect<never, never, Needs | R> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const repository = yield* TradeRepository.TradeRepository
    const silence = yield* Ref.make(unheard)
    const running = yield* FiberMap.make<AccountName.AccountName, void>()
    const { accounts, afterMs, says } = guarding
    const look = Effect.gen(function* () {
      const before = yield* Ref.get(silence)
      const held = (yield* repository.leases.held).filter(
        ({ account }) => accounts.length === 0 || accounts.includes(account)
      )
      const now = listen(before, held, yield* clock.monotonicMs)
      yield* Ref.set(silence, now)
      for (const account of now.since.keys()) if (!before.since.has(account)) yield* says(News.Silent({ account }))
      for (const account of before.since.keys()) if (!now.since.has(account)) yield* says(News.Heard({ account }))
      for (const [account, silent] of lost(now, afterMs))
        yield* FiberMap.run(running, account, takeOver(account, silent, guarding), { onlyIfMissing: true })
    })
    const looking = Effect.catchAll(look, ({ message }) =>
      Ref.set(silence, unheard).pipe(
        Effect.zipRight(says(News.Unread({ why: message }))),
        Effect.zipRight(Effect.sleep(LONGEST_PAUSE_MS))
      )
    )
    return yield* Effect.forever(Effect.delay(looking, LOOK_EVERY_MS))
  }).pipe(Effect.scoped)

import { type AccountName, type Broker, Clock, type Commands, type Instant, Order, Reads } from "@roundlot/core"
import { type Entropy, type Lease, OrderState, TradeRepository } from "@roundlot/core/adapter"
import { Cancels, Doubts, type Driving, type Ledger, Tracking } from "@roundlot/core/ledger"
import { Data, Effect, Exit, FiberMap, Option, Ref, Schedule } from "effect"
import * as halts from "./halts.ts"
import * as leases from "./leases.ts"

/** An account whose daemon has fallen silent, and has not been heard for long enough since; milliseconds of a monotonic clock. */
interface Silent {
  /** The lease as it was last seen: one with another token or renewal was used in between. */
  readonly token: number
  readonly renewedAt: Instant.Instant
  /** How long it was silent, over all daemons that started in between and fell silent too. */
  readonly silentMs: number
  /** For how long a daemon is heard again; zero while there is none. */
  readonly heardMs: number
}

/** The accounts whose daemon is silent, and when leases were looked at last; milliseconds of a monotonic clock. */
export interface Silence {
  readonly atMs: number
  readonly of: ReadonlyMap<AccountName.AccountName, Silent>
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
  /** The leases cannot be read; they are looked at again and again, and what was heard of them stays. */
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

/** What one look adds at most, in milliseconds: a guard that stood still itself has not heard that a daemon was silent. */
const LONGEST_GAP_MS = 5 * LOOK_EVERY_MS

/** Nothing was looked at yet. */
export const unheard: Silence = { atMs: Number.NEGATIVE_INFINITY, of: new Map() }

const isSilent = (silent: Silent | undefined): silent is Silent => silent !== undefined && silent.heardMs === 0

const silentWith = (before: Silent | undefined, { renewedAt, token }: Lease.HeldLease, gapMs: number): Silent => {
  const isSame = isSilent(before) && before.token === token && before.renewedAt === renewedAt
  return { token, renewedAt, silentMs: (before?.silentMs ?? 0) + (isSame ? gapMs : 0), heardMs: 0 }
}

/**
 * What is silent now. A lease that was released is not. One that is renewed again is forgotten after `afterMs` without a break: a daemon that
 * starts and dies again and again adds up. Pure.
 */
export const listen = (
  before: Silence,
  held: ReadonlyArray<Lease.HeldLease>,
  nowMs: number,
  afterMs: number
): Silence => {
  const gapMs = Math.min(nowMs - before.atMs, LONGEST_GAP_MS)
  const next = held.map((lease): readonly [AccountName.AccountName, Silent | undefined] => {
    const earlier = before.of.get(lease.account)
    if (!lease.isLive) return [lease.account, silentWith(earlier, lease, gapMs)]
    const heardMs = (earlier?.heardMs ?? 0) + gapMs
    return [lease.account, earlier === undefined || heardMs >= afterMs ? undefined : { ...earlier, heardMs }]
  })
  return {
    atMs: nowMs,
    of: new Map(next.flatMap(([account, silent]) => (silent === undefined ? [] : [[account, silent]])))
  }
}

const silentIn = ({ of }: Silence): ReadonlyMap<AccountName.AccountName, Silent> =>
  new Map([...of].filter(([, silent]) => isSilent(silent)))

/** The accounts that are silent, and were for so long. Pure. */
export const lost = (silence: Silence, afterMs: number): ReadonlyArray<readonly [AccountName.AccountName, Silent]> =>
  [...silentIn(silence)].filter(([, { silentMs }]) => silentMs >= afterMs)

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

/** So long a turn takes at most, in milliseconds: a daemon that starts meanwhile takes the lease in the pause, and goes on with the cancels. */
const LONGEST_TURN_MS = 30_000

/**
 * Halts an account in the place of its daemon and works for the end of what is open. Is nothing open any more? Only then the lease is released: one
 * that is left is silent, for this guard and for the next one.
 */
const turn = <E extends { readonly message: string }, R>(
  account: AccountName.AccountName,
  { token }: Silent,
  guarding: Guarding<E, R>
) =>
  Effect.gen(function* () {
    const driving = yield* leases.open
    return yield* Effect.onExit(turnOf(driving, account, token, guarding), (exit) =>
      Exit.isSuccess(exit) && exit.value ? Effect.void : driving.leaveHeld
    )
  }).pipe(Effect.scoped)

const turnOf = <E extends { readonly message: string }, R>(
  driving: Driving.Driving,
  account: AccountName.AccountName,
  token: number,
  { afterMs, atBroker, says }: Guarding<E, R>
) =>
  Effect.gen(function* () {
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
  })

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
      error._tag === "LeaseHeld"
        ? Effect.as(guarding.says(News.Heard({ account })), true)
        : Effect.as(guarding.says(News.Failed({ account, why: error.message })), false)
    ),
    Effect.repeat({ schedule: AGAIN, until: (isOver) => isOver }),
    Effect.asVoid
  )

type Needs = Driving.Needed | Clock.Clock | Commands.Commands | Entropy.Entropy | TradeRepository.TradeRepository

/** Looks at the leases, says what changed, and takes over what is lost. */
const makeLook = <E extends { readonly message: string }, R>(guarding: Guarding<E, R>) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const repository = yield* TradeRepository.TradeRepository
    const silence = yield* Ref.make(unheard)
    const isUnread = yield* Ref.make(false)
    const running = yield* FiberMap.make<AccountName.AccountName, void>()
    const { accounts, afterMs, says } = guarding
    const looking = Effect.gen(function* () {
      const nowMs = yield* clock.monotonicMs
      const held = (yield* repository.leases.held).filter(
        ({ account }) => accounts.length === 0 || accounts.includes(account)
      )
      const before = yield* Ref.getAndUpdate(silence, (known) => listen(known, held, nowMs, afterMs))
      const now = yield* Ref.get(silence)
      yield* Ref.set(isUnread, false)
      const [was, is] = [silentIn(before), silentIn(now)]
      for (const account of is.keys()) if (!was.has(account)) yield* says(News.Silent({ account }))
      for (const account of was.keys())
        if (!is.has(account) && !(yield* FiberMap.has(running, account))) yield* says(News.Heard({ account }))
      for (const [account, silent] of lost(now, afterMs))
        yield* FiberMap.run(running, account, takeOver(account, silent, guarding), { onlyIfMissing: true })
    })
    return Effect.catchAll(looking, ({ message }) =>
      Effect.unlessEffect(says(News.Unread({ why: message })), Ref.getAndSet(isUnread, true))
    )
  })

/**
 * A dead man's switch. Where the lease of an account is neither renewed nor released for `afterMs`, and no other process takes it, the
 * account is halted, its open orders are cancelled at the broker, and it stays halted until a person resumes it. Runs until it is
 * interrupted. A daemon that ends in order releases its leases: what it leaves to work at the broker is meant. A guard that ends before the orders
 * have ended releases none: the next guard goes on.
 */
export const guard = <E extends { readonly message: string }, R>(
  guarding: Guarding<E, R>
): Effect.Effect<never, never, Needs | R> =>
  Effect.flatMap(makeLook(guarding), (look) => Effect.forever(Effect.delay(look, LOOK_EVERY_MS))).pipe(Effect.scoped)

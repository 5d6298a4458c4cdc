import { type AccountName, type Broker, Clock, type Commands, type Instant, Order, Reads } from "@roundlot/core"
import { type Entropy, type Lease, OrderState, TradeRepository } from "@roundlot/core/adapter"
import { Cancels, Doubts, type Driving, type Ledger, Tracking, TradingState } from "@roundlot/core/ledger"
import { Data, Effect, FiberMap, Option, Ref, Schedule } from "effect"
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
  /** A person has resumed it before all of them had ended: what is open is left. */
  Resumed: { readonly account: AccountName.AccountName }
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

/** Did the process that holds a lease renew it since it was last seen? Whatever the store says of its session: it lives. */
const isRenewed = (before: Silent | undefined, { renewedAt, token }: Lease.HeldLease): boolean =>
  before !== undefined && before.token === token && before.renewedAt !== renewedAt

const silentWith = (before: Silent | undefined, { renewedAt, token }: Lease.HeldLease, gapMs: number): Silent => {
  const isSame = isSilent(before) && before.token === token
  return { token, renewedAt, silentMs: (before?.silentMs ?? 0) + (isSame ? gapMs : 0), heardMs: 0 }
}

/**
 * What is silent now. A lease that was released is not, nor is one that its holder renewed. One that another process took is forgotten once that
 * was heard for `afterMs` without a break: daemons that start and die one after the other add up. Pure.
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
    if (isRenewed(earlier, lease) && earlier?.heardMs === 0) return [lease.account, undefined]
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
      { column: "origin", in: ["accumulation", "direct"] },
      { column: "status", in: OrderState.orderStatuses.filter(OrderState.isLive) }
    ]
  })

/** The longest pause between two tries, in milliseconds. */
const LONGEST_PAUSE_MS = 30_000

const AGAIN = Schedule.exponential(LOOK_EVERY_MS).pipe(Schedule.union(Schedule.spaced(LONGEST_PAUSE_MS)))

/**
 * Asks for the end of what is open, looks for what is in doubt, and reads both, until nothing of ours is open any more but what is in doubt: that
 * is looked for again in the next turn.
 */
const endAll = (account: AccountName.AccountName): Ending =>
  Effect.gen(function* () {
    const open = yield* openOf(account)
    if (open.length === 0) return true
    yield* Cancels.requestCancels()
    const doubtful = open.filter(({ status }) => status === "in_doubt")
    yield* Doubts.lookForAll(doubtful)
    yield* Tracking.pollAllOf(account)
    return doubtful.length === open.length
  }).pipe(Effect.repeat({ schedule: AGAIN, until: (isDone) => isDone }), Effect.asVoid)

/** So long a turn takes at most, in milliseconds: a daemon that starts meanwhile takes the lease in the pause, and goes on with the cancels. */
const LONGEST_TURN_MS = 30_000

/** Is the account still as it was left: without life, under the lease that was lost or that our last turn has left? */
const isLeft = (account: AccountName.AccountName, token: number) =>
  Effect.gen(function* () {
    const { leases: those } = yield* TradeRepository.TradeRepository
    const held = (yield* those.held).find((each) => each.account === account)
    return held !== undefined && !held.isLive && held.token === token
  })

const isHalted = (account: AccountName.AccountName) =>
  Effect.map(
    Reads.all(TradingState.ControlTable, { where: [{ column: "account", in: ["", account] }] }),
    (controls) => TradingState.binding(controls, account) === "halted"
  )

/** An account whose lease was lost. */
interface Lost {
  readonly account: AccountName.AccountName
  /** Of the lease that was lost: one halt for each, however often the end of its orders is tried. */
  readonly token: number
  /** Of the lease as it was left last: each time that we take it, its token is one more. */
  readonly left: Ref.Ref<number>
}

/**
 * Halts an account in the place of its daemon and works for the end of what is open. The lease is released only once nothing is: one that is left is
 * silent, for this guard and for the next one. Says also where a person has resumed the account, or another process had the lease meanwhile.
 */
const turn = <E extends { readonly message: string }, R>(lost: Lost, guarding: Guarding<E, R>) =>
  Effect.gen(function* () {
    const { account, left } = lost
    if (!(yield* isLeft(account, yield* Ref.get(left)))) return "taken" as const
    const driving = yield* leases.open
    yield* driving.take(account)
    yield* Ref.update(left, (token) => token + 1)
    const outcome = yield* halted(driving, lost, guarding)
    if (outcome !== "open") yield* driving.drives(account)
    return outcome
  }).pipe(Effect.scoped)

const halted = <E extends { readonly message: string }, R>(
  driving: Driving.Driving,
  { account, left, token }: Lost,
  { afterMs, atBroker, says }: Guarding<E, R>
) =>
  Effect.gen(function* () {
    const { orders } = yield* halts.halt({
      account,
      scope: { _tag: "WholeAccount" },
      cancelOpen: true,
      actor: "guard",
      commandId: Option.some(`guard-${account}-${token}`),
      reason: `no daemon has renewed its lease for ${afterMs / 1_000} s`
    })
    if (!(yield* isHalted(account))) return "resumed" as const
    if ((yield* Ref.get(left)) === token + 1) yield* says(News.Halted({ account, orders: orders.length }))
    yield* atBroker(account, endAll(account)).pipe(
      Effect.catchAll(({ message }) => says(News.Failed({ account, why: message }))),
      Effect.raceFirst(driving.lost),
      Effect.timeoutOption(LONGEST_TURN_MS)
    )
    return (yield* openOf(account)).length === 0 ? ("ended" as const) : ("open" as const)
  })

/** Turn by turn, until nothing is open. One that another process drives by now is left to it; whatever else fails is tried again. */
const takeOver = <E extends { readonly message: string }, R>(
  account: AccountName.AccountName,
  { token }: Silent,
  guarding: Guarding<E, R>
) =>
  Effect.gen(function* () {
    const lost = { account, token, left: yield* Ref.make(token) }
    const one = Effect.gen(function* () {
      const outcome = yield* turn(lost, guarding)
      if (outcome === "ended") yield* guarding.says(News.Ended({ account }))
      if (outcome === "resumed") yield* guarding.says(News.Resumed({ account }))
      if (outcome === "taken") yield* guarding.says(News.Heard({ account }))
      return outcome !== "open"
    })
    yield* Effect.catchAll(one, (error) =>
      error._tag === "LeaseHeld"
        ? Effect.as(guarding.says(News.Heard({ account })), true)
        : Effect.as(guarding.says(News.Failed({ account, why: error.message })), false)
    ).pipe(Effect.repeat({ schedule: AGAIN, until: (isOver) => isOver }))
  })

type Needs = Driving.Needed | Clock.Clock | Commands.Commands | Entropy.Entropy | TradeRepository.TradeRepository

/** Looks at the leases, says what changed, and takes over what is lost. */
const makeLook = <E extends { readonly message: string }, R>(guarding: Guarding<E, R>) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const repository = yield* TradeRepository.TradeRepository
    const silence = yield* Ref.make(unheard)
    const isUnread = yield* Ref.make(false)
    const running = yield* FiberMap.make<AccountName.AccountName, void>()
    // Of what becomes of these it was said already.
    const settled = new Set<AccountName.AccountName>()
    const { accounts, afterMs, says } = guarding
    const isOurs = (account: AccountName.AccountName) => FiberMap.has(running, account)
    const looking = Effect.gen(function* () {
      const nowMs = yield* clock.monotonicMs
      const held = (yield* repository.leases.held).filter(
        ({ account }) => accounts.length === 0 || accounts.includes(account)
      )
      const before = yield* Ref.getAndUpdate(silence, (known) => listen(known, held, nowMs, afterMs))
      const now = yield* Ref.get(silence)
      yield* Ref.set(isUnread, false)
      const [was, is] = [silentIn(before), silentIn(now)]
      for (const account of is.keys())
        if (!was.has(account) && !(yield* isOurs(account))) {
          settled.delete(account)
          yield* says(News.Silent({ account }))
        }
      for (const account of was.keys())
        if (!is.has(account) && !(yield* isOurs(account)) && !settled.delete(account))
          yield* says(News.Heard({ account }))
      for (const [account, silent] of lost(now, afterMs)) {
        const taking = Effect.zipLeft(
          takeOver(account, silent, guarding),
          Effect.sync(() => settled.add(account))
        )
        yield* FiberMap.run(running, account, taking, { onlyIfMissing: true })
      }
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

import { Deferred, Effect, Exit, Ref, Schema } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { masked, pin } from "../rules/account/pin.ts"
import { Need } from "../books/Need.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { brokerOf, BrokerReadFailed, isNamedBy, NoBroker, type Brokers, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import { MOST_SKEW_MS, MOST_UNCERTAIN_MS, skewOf } from "../values/skew.ts"
import type { EachAccount } from "./accountwise.ts"
import { declareAtStart, EnvironmentMismatch, EnvironmentUnproven, LiveRefused, provePaper } from "./drive.ts"
import { regateAll } from "./Gates.ts"
import type { Health } from "./Health.ts"
import { learnHours } from "./Hours.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { takeIn } from "./RefusedAccounts.ts"
import { reconcile } from "./Reconciliation.ts"
import { sweep } from "./Sweep.ts"
import { reported } from "./work.ts"

/** The broker shows another account than the one to which ours is pinned, as with the keys of another: nothing is sent. */
export class OtherBrokerAccount extends Schema.TaggedError<OtherBrokerAccount>()("OtherBrokerAccount", {
  account: Schema.String,
  broker: Schema.String,
  pinned: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `account ${this.account} is pinned to ${this.broker} account ${this.pinned}, but the keys belong to ${this.found}: no orders are sent. Use the keys of the pinned account, or another store for this one`
  }
}

/** The broker's holdings could not be compared with the books: nothing is sent before they were. */
export class NotReconciled extends Schema.TaggedError<NotReconciled>()("NotReconciled", {
  account: Schema.String,
  why: Schema.String
}) {
  override get message() {
    return `account ${this.account} could not be reconciled with its broker (${this.why}): no orders are sent until it is`
  }
}

/** Our clock is too far from the broker's to send real money by, or that cannot be told. */
export class ClockSkewed extends Schema.TaggedError<ClockSkewed>()("ClockSkewed", {
  account: Schema.String,
  environment: Schema.Literal("paper", "live"),
  why: Schema.String
}) {
  override get message() {
    return this.environment === "live"
      ? `${this.why}: nothing is sent for the live account ${this.account} until the clocks are within ${MOST_SKEW_MS / 1000} s of each other`
      : `${this.why}: a live account would be blocked; ${this.account} is a paper account and continues`
  }
}

/** What a person must mend: the account is another one, or another kind of money, than its broker's, or our clock is off. */
export type Refusal = ClockSkewed | EnvironmentMismatch | EnvironmentUnproven | LiveRefused | OtherBrokerAccount

/**
 * Nothing is sent for an account before its broker was read once in the life of the program: what it says may settle what we
 * would order, it must be the account that was driven before and the environment that was declared, and holdings must have been
 * compared. For real money the clocks must agree as well, and go on to. An account whose broker cannot be read stops no other.
 */
export interface StartGate {
  /** Did the broker prove to be of the account's environment, and to show the account that was driven before? Asks nobody. */
  readonly isProven: (account: AccountName) => Effect.Effect<boolean>
  /** Is the broker read? Asks nobody. */
  readonly isRead: (account: AccountName) => Effect.Effect<boolean>
  /** Reads the broker, unless it is read, that is under way or was tried a moment ago. */
  readonly open: (account: AccountName) => Effect.Effect<void, never, GateRequirements>
  /** Is the broker read? Does the same, and waits where that is under way. */
  readonly isOpen: (account: AccountName) => Effect.Effect<boolean, never, GateRequirements>
  /** Why the gate of an account stays closed, where that is for a person to mend. */
  readonly refusal: (account: AccountName) => Effect.Effect<Refusal | undefined>
  /** Compares our clock with those of all brokers once more; the gate of a live account whose broker's differs is closed again. */
  readonly watchClocks: (each: EachAccount) => Effect.Effect<void, never, GateRequirements>
}

type GateRequirements = Brokers | Clock | Health | Ledger | TradeRepository

const AGAIN_AFTER_MS = 5_000

const isRefusal = (error: unknown): error is Refusal =>
  [ClockSkewed, EnvironmentMismatch, EnvironmentUnproven, LiveRefused, OtherBrokerAccount].some(
    (kind) => error instanceof kind
  )

const without =
  (account: AccountName) =>
  (accounts: ReadonlySet<AccountName>): ReadonlySet<AccountName> =>
    new Set([...accounts].filter((each) => each !== account))

/** The part of health that says that brokers were read, or tried to be, before anything else. */
export const STARTED = "start"

/** The part of health that says how an account's broker was read. */
export const partOf = (account: AccountName): string => `start of ${account}`

/** A gate that is closed for every account. */
export const make: Effect.Effect<StartGate> = Effect.gen(function* () {
  const proven = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
  const read = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
  const refused = yield* Ref.make<ReadonlyMap<AccountName, Refusal>>(new Map())
  // What kept the gate closed before is not why it is now.
  const forget = (account: AccountName) =>
    Ref.update(refused, (known) => new Map([...known].filter(([name]) => name !== account)))
  const keepRefusal = (account: AccountName, error: unknown) =>
    isRefusal(error) ? Ref.update(refused, (known) => new Map(known).set(account, error)) : forget(account)
  const readNow = (account: AccountName) =>
    reported(
      partOf(account),
      Effect.gen(function* () {
        yield* Effect.gen(function* () {
          yield* prove(account)
          yield* declared(account)
          yield* Ref.update(proven, (known) => new Set(known).add(account))
          yield* judgeClock(account)
        }).pipe(Effect.tapBoth({ onFailure: (error) => keepRefusal(account, error), onSuccess: () => forget(account) }))
        yield* learnHours(account)
        yield* sweep(account)
        const { problem } = yield* reconcile(account)
        if (problem !== undefined) return yield* new NotReconciled({ account, why: problem })
        yield* Ref.update(read, (known) => new Set(known).add(account))
      })
    )
  const close = (account: AccountName) => Ref.update(read, without(account))
  const tries = yield* makeTries(readNow)
  const unlessRead = (tryIt: typeof tries.begin) => (account: AccountName) =>
    Effect.flatMap(isRead(account), (already) => (already ? Effect.void : tryIt(account)))
  const watchClock = (account: AccountName) =>
    Effect.tapErrorTag(judgeClock(account), "ClockSkewed", () => close(account))
  const isIn = (some: typeof read) => (account: AccountName) =>
    Effect.map(Ref.get(some), (accounts) => accounts.has(account))
  const isRead = isIn(read)
  return {
    isProven: isIn(proven),
    isRead,
    open: unlessRead(tries.begin),
    isOpen: (account) => Effect.zipRight(unlessRead(tries.done)(account), isRead(account)),
    refusal: (account) => Effect.map(Ref.get(refused), (known) => known.get(account)),
    watchClocks: (each) =>
      Effect.flatMap(Ref.get(read), (accounts) =>
        each(accounts, (account) => reported(partOf(account), watchClock(account)))
      )
  }
})

/** When something was last begun for an account, and what is told when that is done, where it is not. */
interface Try {
  readonly beganMs: number
  readonly underWay: Deferred.Deferred<void> | undefined
}

/** Does `work` for accounts: once at a time for each, and not again a moment after it was begun. */
const makeTries = <R>(work: (account: AccountName) => Effect.Effect<void, never, R>) =>
  Effect.map(Ref.make<ReadonlyMap<AccountName, Try>>(new Map()), (tries) => {
    const take = (account: AccountName, nowMs: number) =>
      Effect.flatMap(Deferred.make<void>(), (underWay) =>
        Ref.modify(tries, (known) => {
          const last = known.get(account)
          const isFree = last === undefined || (last.underWay === undefined && nowMs - last.beganMs >= AGAIN_AFTER_MS)
          return isFree ? [underWay, new Map(known).set(account, { beganMs: nowMs, underWay })] : [undefined, known]
        })
      )
    // What was interrupted was not tried.
    const end = (account: AccountName, underWay: Deferred.Deferred<void>, isTried: boolean) =>
      Effect.zipRight(
        Ref.update(tries, (known) => {
          const next = new Map(known)
          const last = known.get(account)
          next.delete(account)
          return isTried && last !== undefined ? next.set(account, { ...last, underWay: undefined }) : next
        }),
        Deferred.succeed(underWay, undefined)
      )
    const begin = (account: AccountName) =>
      Effect.flatMap(Clock, (clock) =>
        Effect.acquireUseRelease(
          Effect.flatMap(clock.monotonicMs, (nowMs) => take(account, nowMs)),
          (taken) => (taken === undefined ? Effect.void : work(account)),
          (taken, exit) => (taken === undefined ? Effect.void : end(account, taken, !Exit.isInterrupted(exit)))
        )
      )
    /** The same, and waits where it is under way. */
    const done = (account: AccountName) =>
      Effect.flatMap(Ref.get(tries), (known) => {
        const underWay = known.get(account)?.underWay
        return underWay === undefined ? begin(account) : Deferred.await(underWay)
      })
    return { begin, done }
  })

/** Before anything else: the account is declared for play money, and its broker proves that it is. */
export const ofItsEnvironment = Effect.fn("StartGate.ofItsEnvironment")(function* (account: AccountName) {
  const broker = yield* brokerOf(account)
  const settings = yield* Reads.account(account)
  if (!isNamedBy(settings, broker)) return yield* new NoBroker({ account })
  const declared = { name: account, environment: settings?.environment ?? "paper" }
  yield* provePaper(declared, broker)
})

/** What the broker takes, and whether its market is simulated, stands on the account before positions are judged by it (D2, D3). */
export const declared = Effect.fn("StartGate.declared")(function* (account: AccountName) {
  const isNew = yield* declareAtStart(account, yield* brokerOf(account))
  if (isNew) yield* regateAll(account)
})

/** Our clock against the broker's. Real money is sent by clocks that agree only. */
const compareClocks = Effect.fn("StartGate.compareClocks")(function* (
  account: AccountName,
  { clock, environment, name }: BrokerService
) {
  if (clock === undefined) {
    const why = `${name} does not report its time`
    return environment === "live" ? yield* new ClockSkewed({ account, environment, why }) : undefined
  }
  const ours = yield* Clock
  const [asked, told, answered] = yield* withRetries(Effect.all([ours.now, clock, ours.now]))
  const skew = skewOf(asked, told, answered)
  if (skew.leastMs > MOST_SKEW_MS) {
    const why = `our clock is ${skew.leastMs / 1000} s from that of ${name}`
    return yield* new ClockSkewed({ account, environment, why })
  }
  if (skew.uncertainMs <= MOST_UNCERTAIN_MS) return
  const detail = `${name} took too long to report its time (${skew.uncertainMs / 1000} s)`
  return yield* new BrokerReadFailed({ operation: "clock", kind: "network", detail })
})

/** For play money a difference is told, and stops nothing. */
const judgeClock = Effect.fn("StartGate.judgeClock")(function* (account: AccountName) {
  const broker = yield* brokerOf(account)
  const comparing = compareClocks(account, broker)
  yield* broker.environment === "live" ? comparing : reported(`clock of ${account}`, comparing)
})

/** The account behind the keys is the one that was driven before; on its first drive it is written down. */
const pinned = Effect.fn("StartGate.pinned")(function* (account: AccountName) {
  const broker = yield* brokerOf(account)
  const said = yield* withRetries(broker.account)
  const { brokerAccountId: found } = said
  if (found === undefined) return yield* takeIn(account, said)
  const ledger = yield* Ledger
  const was = yield* ledger.submit("report", {
    account,
    cause: { kind: "report", actor: broker.name },
    needs: [Need.Account({ account })],
    apply: (recorder) => pin(recorder, found)
  })
  if (was._tag === "Same") return yield* takeIn(account, said)
  return yield* new OtherBrokerAccount({
    account,
    broker: broker.name,
    pinned: masked(was.pinned),
    found: masked(found)
  })
})

/**
 * Before anything of an account's broker is read into the books, by whichever way: it is of play money, and the account that was driven
 * before. In this order: books that are pinned to an account of real money are of no use for the right one.
 */
export const prove = (account: AccountName) => Effect.zipRight(ofItsEnvironment(account), pinned(account))

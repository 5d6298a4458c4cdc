import { Deferred, Effect, Fiber, Ref, Schedule, type Scope } from "effect"
import { AccountTable, type Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { InstrumentTable } from "../records/Instrument.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { WaitingCommissionTable, WaitingFillTable, type WaitingFill } from "../records/Fill.ts"
import * as Instant from "../values/Instant.ts"
import { format, type OrderId } from "../values/Id.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { hasLife } from "../rules/position/life.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import type { Brokers, NoBroker } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import type { Holder, LeaseHeld } from "../ports/Lease.ts"
import { mayPass } from "../ports/StoreError.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import type { PositionAnswer } from "../records/PositionAnswer.ts"
import { atOnce, inTurn, makeBeside, onlyWhere, type EachAccount } from "./accountwise.ts"
import * as BatchWork from "./BatchWork.ts"
import * as BuyingPower from "./BuyingPower.ts"
import { watchBlocked } from "./BlockedPositions.ts"
import { requestCancels } from "./Cancels.ts"
import { watchBookTime } from "./ClockAhead.ts"
import { makeWorkOff } from "./Decisions.ts"
import { askForDoubtful, lookForAll, makeAsked } from "./Doubts.ts"
import { confirmRefusals, makeAskedRefusals, watchEnds } from "./Refusals.ts"
import { confirmInstrumentsOfEach, confirmUnknownAgain, openGates, regateAll, regateLimited } from "./Gates.ts"
import { makeAskedAccounts, readRefused, watchAccounts } from "./RefusedAccounts.ts"
import { isDriven } from "./drive.ts"
import * as Driving from "./Driving.ts"
import { Health } from "./Health.ts"
import { makePaces, readHeldAgain, syncHeld } from "./HeldReports.ts"
import { learnHoursOfEach } from "./Hours.ts"
import { watchRequests } from "./BrokerRequests.ts"
import { watchLogins } from "./Logins.ts"
import * as KnownInstruments from "./KnownInstruments.ts"
import * as Verdicts from "./Verdicts.ts"
import * as pacing from "./pacing.ts"
import { askForWaiting } from "./Quotes.ts"
import * as Reads from "./Reads.ts"
import * as Requests from "./Requests.ts"
import { forgetOldRuns } from "./reconciliationRuns.ts"
import { recheckDifferences, reconcile, reconcileEach } from "./Reconciliation.ts"
import { trading } from "./Risk.ts"
import * as ShortSales from "./ShortSales.ts"
import { submissionFollows, submitPending } from "./Submission.ts"
import { recoverLost } from "./SendRecovery.ts"
import { defaultPolling, makePolled, pollEach, type PollingOptions, pollOpenOrders } from "./Tracking.ts"
import { follow } from "./Following.ts"
import { sweepEach } from "./Sweep.ts"
import * as StartGate from "./StartGate.ts"
import * as work from "./work.ts"

/** What the services of a daemon need. */
export type Requirements = Ledger | TradeRepository | Brokers | Clock | Health

/** What ends a daemon: another one drives, from the start or from now on; the store or a broker cannot be used. */
export type Ended = LedgerError | LeaseHeld | NoBroker | StartGate.Refusal

/**
 * Drives every account of the books: recovers what a dead process left, then submits, tracks, asks for doubtful orders, opens
 * gates, each from committed rows and woken by commits. Runs until it is interrupted, or another process has taken over.
 */
export const run = (
  polling: PollingOptions = defaultPolling,
  holder: Holder = Driving.unnamed
): Effect.Effect<never, Ended, Requirements> =>
  Effect.scoped(
    Effect.gen(function* () {
      const driving = yield* Driving.open(holder)
      // A fiber of the scope: what is on its way when we are told to end gets its answer before the leases are released.
      return yield* Fiber.join(yield* Effect.forkScoped(drive(driving, polling)))
    })
  )

/** The same, for a program that takes the right to drive itself, and holds it until this has ended. */
export const drive = (
  driving: Driving.Driving,
  polling: PollingOptions = defaultPolling
): Effect.Effect<never, Ended, Requirements> =>
  Effect.zipRight(
    Effect.all([working(driving, polling), driving.lost], { concurrency: 2, discard: true }),
    Effect.never
  )

const working = (driving: Driving.Driving, polling: PollingOptions): Effect.Effect<never, Ended, Requirements> =>
  Effect.gen(function* () {
    const gate = yield* StartGate.make
    const scope = yield* Effect.scope
    const otherAccount = yield* Deferred.make<never, StartGate.OtherBrokerAccount>()
    // A broker that is long in answering is read beside the passes: they go on with the other accounts.
    const opening = (account: AccountName) => Effect.forkIn(tryGate(gate, account, otherAccount), scope)
    const mayDrive = (account: AccountName) =>
      Effect.gen(function* () {
        if (!(yield* isDriven(account))) return false
        if (yield* gate.isRead(account)) return true
        yield* opening(account)
        return false
      })
    // Nothing is read into the books of an account before its broker has shown that it is that account's.
    const beside = Effect.map(makeBeside, (each) => onlyWhere(each, gate.isProven))
    const each = yield* Effect.all({
      accounts: beside,
      buyingPower: beside,
      cancels: beside,
      clocks: makeBeside,
      decisions: makeBeside,
      doubts: beside,
      held: beside,
      hours: makeBeside,
      instruments: makeBeside,
      lending: makeBeside,
      logins: makeBeside,
      polls: beside,
      positions: beside,
      quotes: makeBeside,
      refusals: beside,
      refusedAccounts: beside,
      requests: makeBeside,
      sends: makeBeside,
      sweeps: beside,
      syncs: beside
    })
    yield* start(driving, gate, opening, each.polls)
    const look = yield* work.makeLooks(() => polling.lookMs ?? "1 second")
    const polled = yield* makePolled
    const asked = yield* makeAsked
    const heldReadings = yield* makePaces
    const heldSyncs = yield* pacing.make<AccountName>()
    const refusals = yield* makeAskedRefusals
    const unverified = yield* pacing.make<string>()
    const unknown = yield* pacing.make<string>()
    const unlent = yield* pacing.make<string>()
    const askedAccounts = yield* makeAskedAccounts
    const shortOfPower = yield* pacing.make<AccountName>()
    const waiting = yield* pacing.make<string>()
    const watchCases = yield* Verdicts.makeWatch
    const decisions = yield* makeWorkOff(gate, driving, each.decisions)
    return yield* Effect.all(
      [
        work.forever("instruments", look, confirmInstrumentsOfEach(unverified, each.instruments), {
          after: ["instruments", "accounts"]
        }),
        work.forever("known instruments", look, KnownInstruments.releaseKnown, {
          after: ["instruments"]
        }),
        work.forever("submission", look, submitPending(mayDrive, each.sends), { after: submissionFollows, rest: 1 }),
        work.forever("decisions", look, decisions.pass, { after: ["decisions"] }),
        work.forever("batches", look, workOffBatches, { after: ["batches"], rest: 4 }),
        work.forever("cancels", look, requestCancels(each.cancels), { after: ["CancelRequested", "OrderChanged"] }),
        work.forever("quotes", look, askForWaiting(waiting, each.quotes), { after: ["instruments"] }),
        work.forever("gates", look, openGates, { after: ["CoolDownStarted", "TradingStateSet"] }),
        work.forever("doubts", look, askForDoubtful(asked, mayDrive, each.doubts), { after: ["AttemptAnswered"] }),
        work.forever("held reports", look, readHeldAgain(heldReadings, each.held), { after: ["breaks"] }),
        work.forever("refusals", look, confirmRefusals(refusals, mayDrive, each.refusals), {
          after: ["AttemptAnswered"]
        }),
        work.forever("polling", look, pollOpenOrders(polling, polled, each.polls), {
          after: ["CancelAsked", "OrderChanged", "OrderCreated"],
          rest: 4
        }),
        work.every("lending", "15 seconds", ShortSales.readRefused(unlent, each.lending)),
        work.every("unknown instruments", "5 seconds", confirmUnknownAgain(unknown, each.instruments)),
        work.every("sweep", polling.sweepMs ?? "1 minute", sweepEach(each.sweeps)),
        work.every("sync of held reports", "15 seconds", syncHeld(heldSyncs, each.syncs)),
        work.every("positions", "5 minutes", reconcileEach(each.positions)),
        work.every("differences of positions", "15 seconds", recheckDifferences(each.positions)),
        work.every("refused accounts", "15 seconds", readRefused(askedAccounts, each.refusedAccounts)),
        work.every("states of accounts", "5 minutes", watchAccounts(each.accounts)),
        work.every("buying power", "5 seconds", BuyingPower.askForShort(shortOfPower, each.buyingPower)),
        work.every("requests to brokers", "5 seconds", watchRequests(each.requests)),
        work.every("notional thresholds", "1 minute", regateNotional),
        work.every("lost answers", "1 minute", recoverLost),
        work.every("inbox", "1 minute", watchInbox),
        work.every("risk", "2 seconds", watchTrading),
        work.every("cases", "5 seconds", watchCases),
        work.every("market hours", "1 hour", learnHoursOfEach(each.hours)),
        work.every("book time", "5 seconds", watchBookTime),
        work.every("clocks", "1 minute", gate.watchClocks(each.clocks)),
        Effect.zipRight(
          work.reported("old requests", Requests.forgetOld),
          work.every("old requests", "1 hour", Requests.forgetOld)
        ),
        Effect.zipRight(
          work.reported("old reconciliations", forgetOldRuns),
          work.every("old reconciliations", "1 hour", forgetOldRuns)
        ),
        Effect.zipRight(
          work.reported("logins", watchLogins(each.logins)),
          work.every("logins", "15 seconds", watchLogins(each.logins))
        ),
        followAccounts(driving, look, gate, opening),
        Deferred.await(otherAccount)
      ],
      { concurrency: "unbounded", discard: true }
    ).pipe(Effect.zipRight(Effect.never))
  }).pipe(Effect.scoped)

/** As at the start: whose keys turn out to be those of another account, when its broker answers at last, ends the daemon. */
const tryGate = Effect.fn("Daemon.tryGate")(function* (
  gate: StartGate.StartGate,
  account: AccountName,
  otherAccount: Deferred.Deferred<never, StartGate.OtherBrokerAccount>
) {
  yield* gate.open(account)
  const refusal = yield* gate.refusal(account)
  if (refusal?._tag === "OtherBrokerAccount") yield* Deferred.fail(otherAccount, refusal)
})

/** Again at once while there is more to do: rows are taken up a few hundred at a time. */
const workOffBatches = Effect.repeat(BatchWork.workOff(), { until: (isMore) => !isMore })

const LONGEST_IN_INBOX_MS = 15 * 60_000

const stillWaiting = [{ column: "joinedAt", in: [null] }]

/** F7, F12: what has waited for its order, or for its execution, for a quarter of an hour is an alarm. */
export const watchInbox = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const health = yield* Health
  const watch = (part: string, missing: string, waiting: ReadonlyArray<Pick<WaitingFill, "execId" | "receivedAt">>) => {
    const old = waiting.filter(({ receivedAt }) => Instant.millisBetween(receivedAt, now) >= LONGEST_IN_INBOX_MS)
    const ids = [...new Set(old.map(({ execId }) => execId))].join(", ")
    return old.length === 0 ? health.succeeded(part) : health.failed(part, `no ${missing} for ${ids}`)
  }
  yield* watch("waiting fills", "order", yield* Reads.all(WaitingFillTable, { where: stillWaiting }))
  const commissions = yield* Reads.all(WaitingCommissionTable, { where: stillWaiting })
  yield* watch("waiting commissions", "execution", commissions)
})

/** What cases and orders in doubt put at risk, for whom asks how the program is: asking reads nothing. */
const watchTrading = Effect.gen(function* () {
  yield* watchBlocked
  yield* watchEnds
  const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  yield* Effect.flatMap(Health, (health) => Effect.flatMap(trading(now), health.seen))
})

const ordersByPrice = (account: Account): boolean =>
  account.thresholdNotional !== undefined || account.limitOffsetBp !== undefined

/** D3: price updates and a new market date evaluate nothing; this schedule does, for what a price or a limit in money decides. */
const regateNotional = Effect.gen(function* () {
  const accounts = yield* Reads.all(AccountTable)
  yield* Effect.forEach(accounts.filter(ordersByPrice), ({ name }) => regateAll(name), { discard: true })
  yield* regateLimited
})

/** Reads an account's broker for the first time, beside whoever asks for that. */
type Opening = (account: AccountName) => Effect.Effect<Fiber.Fiber<void>, never, Requirements>

/** So long a start waits for the brokers of all accounts; whoever has not answered until then is read beside the others. */
const START_PATIENCE = "15 seconds"

/** Before anything is sent: leases are taken, brokers are read, gates are judged again. */
const start = (
  driving: Driving.Driving,
  gate: StartGate.StartGate,
  opening: Opening,
  each: EachAccount
): Effect.Effect<void, LedgerError | LeaseHeld | StartGate.Refusal, Requirements | Scope.Scope> =>
  Effect.gen(function* () {
    const accounts = yield* whenUsable(Reads.all(AccountTable))
    yield* Effect.forEach(accounts, ({ name }) => whenUsable(driving.take(name)), { discard: true })
    const opened = yield* Effect.forEach(accounts, ({ name }) => opening(name))
    const allTried = Effect.forEach(opened, Fiber.await, { discard: true })
    yield* within(allTried, START_PATIENCE, () => Effect.void)
    const [refusal] = (yield* Effect.forEach(accounts, ({ name }) => gate.refusal(name))).filter(
      (each) => each !== undefined
    )
    if (refusal !== undefined) return yield* refusal
    yield* whenUsable(pollEach(each))
    yield* Effect.forEach(accounts, ({ name }) => whenUsable(regateAll(name)), { discard: true })
    yield* Effect.forkScoped(Effect.zipRight(allTried, tellStarted))
  })

/** A step of the start, again for as long as the store cannot be used, which health says: nothing is sent before. */
const whenUsable = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  step: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | Health> =>
  Effect.flatMap(Health, (health) =>
    step.pipe(
      Effect.tapError((error) => (mayPass(error) ? health.failed(STARTED, error.message) : Effect.void)),
      Effect.retry({ schedule: Schedule.spaced("1 second"), while: mayPass })
    )
  )

const tellStarted = Effect.flatMap(Health, (health) => health.succeeded(STARTED))

/** The part of health that says that brokers were read, or tried to be, before anything else. */
const STARTED = "start"

/** What was compared before anything was sent is not compared once more when the first connection stands. */
const afterTheFirst = <A, R>(again: Effect.Effect<A, never, R>): Effect.Effect<Effect.Effect<void, never, R>> =>
  Effect.map(Ref.make(true), (isFirst) =>
    Effect.flatMap(Ref.getAndSet(isFirst, false), (first) => (first ? Effect.void : Effect.asVoid(again)))
  )

/** P1 to P12: what the account holds is compared whenever it was connected to its broker again, and on a schedule. */
const comparePositions = (account: AccountName) => work.reported(`positions ${account}`, reconcile(account))

/**
 * Follows the stream of every account, of those too that come up while the program runs, whose leases are taken then; each as soon as
 * its broker has shown that it is that account's, which is asked for until it is.
 */
const followAccounts = (
  driving: Driving.Driving,
  look: work.Looks,
  gate: StartGate.StartGate,
  opening: Opening
): Effect.Effect<never, never, Requirements> =>
  Effect.scoped(
    Effect.gen(function* () {
      const followed = yield* Ref.make<ReadonlySet<AccountName>>(new Set())
      const followOne = Effect.fn("Daemon.followOne")(function* (name: AccountName) {
        yield* driving.take(name)
        if (!(yield* gate.isProven(name))) return void (yield* opening(name))
        const compare = yield* afterTheFirst(comparePositions(name))
        yield* Effect.forkScoped(follow(name, compare))
        yield* Ref.update(followed, (known) => new Set(known).add(name))
      })
      const followNew = Effect.gen(function* () {
        const known = yield* Ref.get(followed)
        const accounts = yield* Reads.all(AccountTable)
        const added = accounts.filter(({ name }) => !known.has(name))
        yield* Effect.forEach(added, ({ name }) => work.reported(`lease of ${name}`, followOne(name)), {
          discard: true
        })
      })
      return yield* work.forever("accounts", look, followNew, { after: ["accounts"] })
    })
  )

/** What is left where nothing can move without an operator, a session or a cool-down. */
export interface Left {
  readonly orders: ReadonlyArray<Order>
  readonly positions: ReadonlyArray<Position>
}

const moving = ["pending", "submitting", "in_doubt", "submitted", "partially_filled"]
const STILL_ROUNDS = 3

/** So long a report that was held is read again quickly; then it waits for a person. */
const READ_AGAIN_MS = 15_000

/** So long, after the last commit, an order in doubt may still be sent again that could not go for what passes by itself: it is asked for every 5 s. */
const SENT_AGAIN_MS = 7_000

/** May an order in doubt with such a case still go again: once another one that is ahead of it is settled, or its position owes it? */
const mayGoAgain = ({ details }: Break): boolean =>
  details._tag === "Doubt" && (details.obstacle === "NotAdmitted" || details.obstacle === "NotDue")

/** Waits until nothing moves by itself any more: no plan, no attempt, and orders that work or are in doubt, which reading does not change. */
export const untilIdle: Effect.Effect<Left, StoreError, Requirements> = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const health = yield* Health
  const wentWell = (name: string) =>
    Effect.map(health.all, (parts) =>
      parts.some(({ lastSuccessAt, part }) => part === name && lastSuccessAt !== undefined)
    )
  // Nothing is read into the books of an account before its broker has shown that it is that account's.
  const poll = pollEach(onlyWhere(inTurn, (account) => wentWell(StartGate.partOf(account))))
  const looked = new Set<OrderId>()
  // Each doubt is looked for once: a broker that does not answer is not waited for again.
  const lookOnce = (orders: ReadonlyArray<Order>) =>
    Effect.gen(function* () {
      const unlooked = orders.filter(({ id, status }) => status === "in_doubt" && !looked.has(id))
      const proven = yield* Effect.filter(unlooked, ({ account }) => wentWell(StartGate.partOf(account)))
      for (const { id } of proven) looked.add(id)
      if (proven.length > 0) yield* lookForAll(proven, atOnce)
    })
  const seqsNow = Effect.map(repository.heads, (heads) =>
    [...heads].map(([account, head]) => `${account}${head.seq}`).join()
  )
  const stateAfter = Effect.fnUntraced(function* (quietMs: number) {
    const orders = yield* Reads.all(OrderTable, { where: [{ column: "status", in: moving }] })
    const unverified = yield* Reads.all(InstrumentTable, { where: [{ column: "status", in: ["unverified"] }] })
    const doubts = yield* Reads.all(BreakTable, { where: [{ column: "kind", in: ["Doubt", "OrderMissing"] }] })
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const held = yield* Reads.all(BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["Implausible"] }
      ]
    })
    const readsAgain = held.some(({ openedAt }) => Instant.millisBetween(openedAt, now) < READ_AGAIN_MS)
    const waits = (each: Break) => quietMs < SENT_AGAIN_MS && mayGoAgain(each)
    const isKept = new Set(
      doubts.flatMap((each) => (each.closedAt === undefined && !waits(each) ? [each.subject] : []))
    )
    const asksStill = orders.some((order) => order.status === "in_doubt" && !isKept.has(format("order", order.id)))
    const hasStarted = yield* wentWell(STARTED)
    const living = new Set(orders.map(({ id }) => id))
    const moves =
      unverified.length > 0 ||
      asksStill ||
      readsAgain ||
      orders.some((order) => isOnItsWay(order, living) || hasLife(order))
    return { orders, isBusy: moves || !hasStarted || (yield* BatchWork.isBusy()) || (yield* KnownInstruments.isBusy) }
  })
  let still = 0
  let before = ""
  let committedMs = 0
  for (;;) {
    const seqs = yield* seqsNow
    const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    // While commits come nothing is read: what moves is plain.
    if (seqs === before) {
      const now = yield* stateAfter(nowMs - committedMs)
      still = now.isBusy ? 0 : still + 1
      if (still >= STILL_ROUNDS) return { orders: now.orders, positions: yield* waitingPositions }
      if (still > 0 && now.orders.length > 0) yield* Effect.zipRight(poll, lookOnce(now.orders))
    } else {
      still = 0
      committedMs = nowMs
    }
    before = seqs
    yield* Effect.sleep("25 millis")
  }
})

/** W11: an end waits for its second reading. A plan that was judged and has to wait moves when what it waits for does: an order of the other side that has ended (D5). */
const isOnItsWay = (order: Order, living: ReadonlySet<OrderId>): boolean =>
  order.status === "submitting" ||
  order.endReported !== undefined ||
  (order.status === "pending" && isNext(order, living))

const isNext = ({ heldBehind, heldFor }: Order, living: ReadonlySet<OrderId>): boolean =>
  heldFor === undefined || (heldBehind !== undefined && !living.has(heldBehind))

const settled: ReadonlyArray<PositionAnswer["_tag"]> = ["NotDue", "OrderLive", "Ordered"]

const waitingPositions = Effect.map(Reads.all(PositionTable), (positions) =>
  positions.filter(({ answer }) => !settled.includes(answer._tag))
)

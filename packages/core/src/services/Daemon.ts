import { Cause, Deferred, Effect, Fiber, Ref, Schedule, type Scope } from "effect"
import { AccountTable, type Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { WaitingCommissionTable, WaitingFillTable, type WaitingFill } from "../records/Fill.ts"
import * as Instant from "../values/Instant.ts"
import type { Brokers, NoBroker } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import type { Holder, LeaseHeld } from "../ports/Lease.ts"
import { mayPass } from "../ports/StoreError.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import { makeBeside, onlyWhere, type EachAccount } from "./accountwise.ts"
import * as BatchWork from "./BatchWork.ts"
import * as BuyingPower from "./BuyingPower.ts"
import { watchBlocked } from "./BlockedPositions.ts"
import { requestCancels } from "./Cancels.ts"
import { watchBookTime } from "./ClockAhead.ts"
import { makeWorkOff } from "./Decisions.ts"
import { askForDoubtful, makeAsked } from "./Doubts.ts"
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
import { follow, sweepEach } from "./Sweep.ts"
import * as StartGate from "./StartGate.ts"
import * as work from "./work.ts"

export { type Left, untilIdle } from "./untilIdle.ts"

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

/**
 * The same, for a program that takes the right to drive itself, and holds it until this has ended. Where it ends by a failure, the
 * leases of the accounts that it drove stay as those of a process that died: a guard finds them.
 */
export const drive = (
  driving: Driving.Driving,
  polling: PollingOptions = defaultPolling
): Effect.Effect<never, Ended, Requirements> =>
  Effect.zipRight(
    Effect.all([working(driving, polling), driving.lost], { concurrency: 2, discard: true }),
    Effect.never
  ).pipe(Effect.onError((cause) => Effect.unless(driving.fails, () => Cause.isInterruptedOnly(cause))))

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
        if (yield* gate.isRead(account)) {
          yield* driving.drives(account)
          return true
        }
        yield* opening(account)
        return false
      })
    const each = yield* makeBesides(gate)
    yield* start(driving, gate, opening, each.polls)
    const look = yield* work.makeLooks(() => polling.lookMs ?? "1 second")
    const scene: Scene = { driving, each, gate, look, mayDrive, polling }
    const works = [
      ...(yield* uponCommits(scene)),
      ...(yield* byTheClock(scene)),
      followAccounts(driving, look, gate, opening),
      Deferred.await(otherAccount)
    ]
    return yield* Effect.zipRight(Effect.all(works, { concurrency: "unbounded", discard: true }), Effect.never)
  }).pipe(Effect.scoped)

/** Who does each kind of work for several accounts at a time. */
const makeBesides = (gate: StartGate.StartGate) => {
  // Nothing is read into the books of an account before its broker has shown that it is that account's.
  const beside = Effect.map(makeBeside, (each) => onlyWhere(each, gate.isProven))
  return Effect.all({
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
}

/** What the work of a daemon is done with. */
interface Scene {
  readonly driving: Driving.Driving
  readonly each: Effect.Effect.Success<ReturnType<typeof makeBesides>>
  readonly gate: StartGate.StartGate
  readonly look: Effect.Effect.Success<ReturnType<typeof work.makeLooks>>
  /** Does this process drive the account, and has its broker shown that it is that account's? */
  readonly mayDrive: (account: AccountName) => Effect.Effect<boolean, never, Requirements>
  readonly polling: PollingOptions
}

/** Work that commits wake. */
const uponCommits = ({ driving, each, gate, look, mayDrive, polling }: Scene) =>
  Effect.gen(function* () {
    const polled = yield* makePolled
    const asked = yield* makeAsked
    const heldReadings = yield* makePaces
    const refusals = yield* makeAskedRefusals
    const unverified = yield* pacing.make<string>()
    const waiting = yield* pacing.make<string>()
    const decisions = yield* makeWorkOff(gate, driving, each.decisions)
    return [
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
      })
    ]
  })

/** Work that is done every so often, whatever is committed. */
const byTheClock = ({ each, gate, polling }: Scene) =>
  Effect.gen(function* () {
    const heldSyncs = yield* pacing.make<AccountName>()
    const unknown = yield* pacing.make<string>()
    const unlent = yield* pacing.make<string>()
    const askedAccounts = yield* makeAskedAccounts
    const shortOfPower = yield* pacing.make<AccountName>()
    const watchCases = yield* Verdicts.makeWatch
    return [
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
      )
    ]
  })

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
      Effect.tapError((error) => (mayPass(error) ? health.failed(StartGate.STARTED, error.message) : Effect.void)),
      Effect.retry({ schedule: Schedule.spaced("1 second"), while: mayPass })
    )
  )

const tellStarted = Effect.flatMap(Health, (health) => health.succeeded(StartGate.STARTED))

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

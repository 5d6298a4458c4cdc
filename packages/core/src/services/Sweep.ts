import { Effect, Option } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { joinKey } from "../tables/Table.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { Brokers, type BrokerService, isWhole, type Listing, wholeSince } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { Executed, Listed, OrderSeen } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { CursorTable } from "../records/Cursor.ts"
import { moveCursor } from "../rules/trade/moveCursor.ts"
import { type EachAccount, inTurn } from "./accountwise.ts"
import { drivenAccounts } from "./drive.ts"
import { ordersListed } from "./orderListing.ts"
import * as Reads from "./Reads.ts"
import { brokersNow, withRetries } from "./reading.ts"
import { reportedMember } from "./reported.ts"
import { bookAll, reportMember } from "./Booking.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"
import { bookUnreadable, soundnessMember } from "./unsound.ts"
import { reported } from "./work.ts"
import { booksNow, newest, noOthersBeside, ofAccount, OVERLAP_MS } from "./OrderReading.ts"

/** The name under which the books keep until when an account was swept. */
const SWEPT = "roundlot/sweep"

/**
 * Reads an account's executions and orders since it was last read whole (with an overlap, and as far back as the broker lists):
 * late fills, corrections and busts of ended orders, and orders that are not ours. At start, after every reconnect and on a
 * schedule: a healthy stream is not completeness.
 */
export const sweep = Effect.fn("Sweep.sweep")(function* (account: AccountName) {
  const brokers = yield* Brokers
  const ledger = yield* Ledger
  const broker = yield* brokers.get(account)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const brokersTime = yield* brokersNow(broker, now)
  const theirs = Option.getOrElse(brokersTime, () => now)
  const begun = yield* booksNow
  const window = { from: yield* sweptFrom(account, theirs, broker), to: newest(theirs) }
  const [orders, fills] = yield* Effect.all([
    bookUnreadable(account, "orders")(ordersListed(broker, account, window)),
    bookUnreadable(account, "orders", "executions")(withRetries(broker.fills(window)))
  ])
  yield* bookAll(yield* ofAccount(account, fills.received))
  const executionsRead = isWhole(fills)
  if (executionsRead && isWhole(orders)) yield* noOthersBeside(account, [...fills.received, ...orders.received])
  const read = (yield* ofAccount(account, orders.received)).map(({ report, payload }) => ({
    report: { ...report, executionsRead },
    payload
  }))
  const interpreted = yield* ledger.submitAll(
    "report",
    read.map((each) => reportMember(each, begun))
  )
  // O24: what may be an order in doubt is not adopted: it must be listed again once the doubt is settled.
  const isWaiting = interpreted.some(({ _tag }) => _tag === "Waiting")
  const listed = listedOf(account, now, window.from, orders)
  yield* ledger.submitAll<unknown>("report", [
    reportMember({ report: listed, payload: undefined }),
    soundnessMember(account, "orders", missingOf(orders, fills))
  ])
  if (!isWhole(orders) || !executionsRead || isWaiting || Option.isNone(brokersTime)) return
  yield* ledger.submit("report", sweptMember(account, theirs))
})

/** What is missing of a listing is not known: nothing is concluded from it, and the next one is read from as far back. */
const missingOf = (orders: Listing<OrderSeen>, fills: Listing<Executed>): SnapshotFault | undefined => {
  if (!isWhole(orders)) return { _tag: "InPart", listing: "orders" }
  return isWhole(fills) ? undefined : { _tag: "InPart", listing: "executions" }
}

/** Nothing that happened while no program ran is passed over: the window begins before the last sweep that saw everything. */
const sweptFrom = Effect.fn("Sweep.sweptFrom")(function* (
  account: AccountName,
  now: Instant.Instant,
  { capabilities }: BrokerService
) {
  const swept = yield* Reads.first(CursorTable, {
    where: [
      { column: "account", in: [account] },
      { column: "source", in: [SWEPT] }
    ]
  })
  const settings = yield* Reads.account(account)
  const last = (swept === undefined ? undefined : Instant.parse(swept.cursor)) ?? settings?.createdAt ?? now
  const wanted = Instant.addMillis(last < now ? last : now, -OVERLAP_MS)
  return Instant.later(wanted, Instant.addMillis(now, -capabilities.historyWindowMs))
})

/** A window begins so long before the cursor anyway: each move is an entry, and one a minute would say no more. */
const MOVED_EVERY_MS = OVERLAP_MS

const sweptMember = (account: AccountName, at: Instant.Instant): Member<void> =>
  reportedMember(account, [Need.Cursor({ account, source: SWEPT })], (recorder) => {
    const known = recorder.books.cursors.get(joinKey([account, SWEPT]))
    const last = known === undefined ? undefined : Instant.parse(known.cursor)
    const sinceMs = last === undefined ? Infinity : Instant.millisBetween(last, at)
    if (sinceMs < 0 || sinceMs >= MOVED_EVERY_MS) moveCursor(recorder, SWEPT, Instant.format(at))
  })

const listedOf = (
  account: AccountName,
  asOf: Instant.Instant,
  from: Instant.Instant,
  orders: Listing<OrderSeen>
): Listed => {
  const since = wholeSince(orders, from) ?? from
  return {
    _tag: "Listed",
    account,
    asOf,
    asOfKind: "ours",
    from: since,
    complete: isWhole(orders),
    brokerOrderIds: orders.received.map(({ report }) => report.brokerOrderId)
  }
}

/** Sweeps every account that this process drives; one account's failure does not stop the others. */
export const sweepEach = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, (name) => reported(`sweep ${name}`, sweep(name))))

import { Effect, Option, Chunk, Duration, Stream } from "effect"
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
import { ordersListed } from "./listings.ts"
import * as Reads from "./Reads.ts"
import { brokersNow, withRetries } from "./reading.ts"
import { reportedMember, bookAll, reportMember } from "./Booking.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"
import { bookUnreadable, soundnessMember } from "./unsound.ts"
import { reported } from "./work.ts"
import { booksNow, newest, noOthersBeside, ofAccount, OVERLAP_MS } from "./OrderReading.ts"
import { Health } from "./Health.ts"
import { pollAllOf } from "./Tracking.ts"

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

/**
 * Follows a broker's stream for an account: catches up by reading whenever it connects, and connects again when it breaks, ever
 * later while it does not hold. `afterCatchUp` runs once after each catching up.
 */
export const follow = Effect.fn("Sweep.follow")(function* <R = never>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R> = Effect.void
) {
  const clock = yield* Clock
  let waitMs = FIRST_WAIT_MS
  for (;;) {
    const begunMs = yield* clock.monotonicMs
    yield* reported(`stream ${account}`, connect(account, afterCatchUp))
    const heldMs = (yield* clock.monotonicMs) - begunMs
    waitMs = heldMs >= STEADY_MS ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs * GROWTH)
    yield* Effect.sleep(Duration.millis(waitMs))
  }
})

/** A connection is a success while it stands, not when it ends: once it has stood longer than adapters try to make one. */
const tellThatItHolds = (account: AccountName) =>
  Effect.flatMap(Health, (health) => Effect.delay(health.succeeded(`stream ${account}`), HOLDS_AFTER))

const HOLDS_AFTER = "15 seconds"

const FIRST_WAIT_MS = 125

/** Each connection is a whole catching up: one that breaks at once again is made seldom soon. */
const GROWTH = 4

const LONGEST_WAIT_MS = 30_000

/** A connection that held for so long was a good one. */
const STEADY_MS = 60_000

const connect = Effect.fn("Sweep.connect")(function* <R>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R>
) {
  const brokers = yield* Brokers
  const { updates } = yield* brokers.get(account)
  return updates === undefined ? yield* Effect.never : yield* followOnce(account, updates, afterCatchUp)
})

const followOnce = <R>(
  account: AccountName,
  updates: NonNullable<BrokerService["updates"]>,
  afterCatchUp: Effect.Effect<void, never, R>
) =>
  Effect.gen(function* () {
    yield* Effect.all(
      [
        Stream.runForEachChunk(updates, (chunk) =>
          Effect.flatMap(ofAccount(account, Chunk.toReadonlyArray(chunk)), (received) => bookAll(received))
        ),
        Effect.all([sweep(account), pollAllOf(account), afterCatchUp, tellThatItHolds(account)], { discard: true })
      ],
      { concurrency: 2, discard: true }
    )
  })

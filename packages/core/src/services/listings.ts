import { Effect, Option } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import * as ClientOrderId from "../values/ClientOrderId.ts"
import type { OrderId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { acknowledgedOf, OrderTable, type Order } from "../records/Order.ts"
import {
  wholeSince,
  type BrokerService,
  type TimeWindow,
  brokerOf,
  type Holding,
  type HoldingsListed
} from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { isToBeListed, lackedBy } from "../rules/reconciliation/plausibility.ts"
import * as Instant from "../values/Instant.ts"
import { SKEW_MS } from "../values/skew.ts"
import * as Reads from "./Reads.ts"
import { brokersNow, withRetries } from "./reading.ts"
import { nameInBooks } from "../records/DatedSymbol.ts"
import type { Ticker } from "../records/Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { holdingsOf, PositionTable } from "../records/Position.ts"
import { isAdjustment } from "../rules/reconciliation/held.ts"
import { contradictionOf, isComparable } from "../rules/reconciliation/holdings.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"

/** So many orders that a listing lacks are asked for: the first that is found proves enough. */
const ASKED = 4

/**
 * W8: the orders of a window. A listing that calls itself whole and lacks a live order counts as read in part, so that nothing is absent
 * by it, unless a reading by id does not find that order either. `lookedFor` is an order of which that is known.
 */
export const ordersListed = Effect.fn("listings.ordersListed")(function* (
  broker: BrokerService,
  account: AccountName,
  window: TimeWindow,
  lookedFor?: OrderId
) {
  const clock = yield* Clock
  const ledger = yield* Ledger
  const begunMs = yield* clock.monotonicMs
  const listing = yield* withRetries(broker.orders(window))
  const since = wholeSince(listing, window.from)
  if (since === undefined) return listing
  const from = Instant.addMillis(since, SKEW_MS)
  const open = yield* Reads.all(OrderTable, {
    where: [
      { column: "account", in: [account] },
      { column: "status", in: ["submitted", "partially_filled"] },
      { column: "acceptedAt", atLeast: Number(from) }
    ]
  })
  const others = open.filter(({ id }) => id !== lookedFor)
  const lacking = lackedBy(listing.received, others)
  if (lacking.length === 0) return listing
  // By a clock that is ahead, ours or theirs, an order of a moment ago was acknowledged long before: the one that is behind counts.
  const theirs = yield* brokersNow(broker, yield* ledger.now)
  const tookMs = (yield* clock.monotonicMs) - begunMs
  const ours = yield* ledger.now
  const now = Option.match(theirs, { onNone: () => ours, onSome: (at) => (at < ours ? at : ours) })
  const begun = Instant.addMillis(now, -tookMs)
  const owed = lacking.filter((order) => isToBeListed(order, begun))
  const isShort = yield* Effect.exists(owed.slice(0, ASKED), (order) => isThere(broker, order))
  return isShort ? { ...listing, complete: false, wholeFrom: undefined } : listing
})

/** A reading that fails proves nothing either way, and one order's failure keeps no listing from being booked: it counts as there. */
const isThere = (broker: BrokerService, order: Order) =>
  Effect.gen(function* () {
    const acknowledged = acknowledgedOf(order)
    if (acknowledged === undefined) return false
    const { report } = yield* withRetries(broker.order(ClientOrderId.current(acknowledged.brokerOrderIds)))
    return report._tag === "OrderSeen" && report.account === order.account
  }).pipe(Effect.orElseSucceed(() => true))

/** A reading of an account's positions, and what the books held when it began. */
export interface PositionsRead {
  readonly asOf: Instant.Instant
  readonly booked: ReadonlyMap<Ticker, Decimal.Decimal>
  readonly complete: boolean
  readonly contradiction: SnapshotFault | undefined
  readonly rows: ReadonlyArray<Holding>
  /** The symbols of which the broker held something else a moment before, when it was asked first. */
  readonly moved: ReadonlySet<Ticker>
}

/** Reads the positions of an account's broker. */
export const readPositions = (account: AccountName) =>
  Effect.flatMap(brokerOf(account), (broker) => readPositionsAt(broker, account))

/** Reads the positions of an account at this broker. */
export const readPositionsAt = Effect.fn("Reconciliation.readPositions")(function* (
  broker: BrokerService,
  account: AccountName
) {
  const asOf = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const positions = yield* Reads.all(PositionTable, { where: [{ column: "account", in: [account] }] })
  const settings = yield* Reads.account(account)
  const last = yield* lastExecuted(account)
  const answer = yield* withRetries(broker.positions)
  const { complete, holdings: listed } = answer
  const holdings = listed.map((row) => ({
    ...row,
    symbol: nameInBooks(settings?.symbols ?? [], row.symbol)
  }))
  const read: PositionsRead = {
    asOf,
    booked: new Map(positions.map((position) => [position.symbol, holdingsOf(position)])),
    complete,
    contradiction: contradictionOf(holdings) ?? unsoundOf(answer, settings?.brokerAccountId, last),
    rows: holdings,
    moved: new Set()
  }
  return read
})

/** What the broker holds, by symbol, as far as it can be compared. */
export const quantities = ({ rows }: PositionsRead) =>
  new Map(rows.filter(isComparable).map(({ quantity, symbol }) => [symbol, quantity]))

/** A second reading, which knows what has moved since the first: what the books heard in between may be older than it. */
export const sinceThen = (first: PositionsRead, second: PositionsRead): PositionsRead => {
  const [before, after] = [quantities(first), quantities(second)]
  const isOther = (symbol: Ticker) =>
    !Decimal.equals(before.get(symbol) ?? Decimal.zero, after.get(symbol) ?? Decimal.zero)
  return { ...second, moved: new Set([...before.keys(), ...after.keys()].filter(isOther)) }
}

/** So many of the newest orders are looked through for an execution. */
export const NEWEST = 20

/** The order whose execution was the last that the broker had reported when a reading began; what came while it was read is no fault. */
const lastExecuted = (account: AccountName) =>
  Effect.map(
    Reads.page(OrderTable, {
      where: [
        { column: "account", in: [account] },
        { column: "lastFilledAt", atLeast: 0 }
      ],
      orderBy: ["lastFilledAt", "id"],
      descending: true,
      limit: NEWEST
    }),
    ({ items }) => items.find((order) => !isAdjustment(order))
  )

/** A listing of another account, or of a moment before an execution that the same broker had reported already, is not judged by. */
const unsoundOf = (
  { asOf, brokerAccountId }: HoldingsListed,
  pinned: string | undefined,
  last: Order | undefined
): SnapshotFault | undefined => {
  if (brokerAccountId !== undefined && pinned !== undefined && brokerAccountId !== pinned) {
    return { _tag: "OtherAccount" }
  }
  if (asOf === undefined || last?.lastFilledAt === undefined || last.lastFilledAt <= asOf) return undefined
  return { _tag: "OfBefore", asOf, symbol: last.symbol }
}

/** P8: a listing that is not the whole truth, or contradicts itself, judges nothing. */
export const faultOf = ({ complete, contradiction }: PositionsRead): SnapshotFault | undefined =>
  contradiction ?? (complete ? undefined : { _tag: "InPart", listing: "positions" })

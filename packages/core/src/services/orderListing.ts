import { Effect, Option } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import * as ClientOrderId from "../values/ClientOrderId.ts"
import type { OrderId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { acknowledgedOf, OrderTable, type Order } from "../records/Order.ts"
import { wholeSince, type BrokerService, type TimeWindow } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { isToBeListed, lackedBy } from "../rules/reconciliation/plausibility.ts"
import * as Instant from "../values/Instant.ts"
import { SKEW_MS } from "../values/skew.ts"
import * as Reads from "./Reads.ts"
import { brokersNow, withRetries } from "./reading.ts"

/** So many orders that a listing lacks are asked for: the first that is found proves enough. */
const ASKED = 4

/**
 * W8: the orders of a window. A listing that calls itself whole and lacks a live order counts as read in part, so that nothing is absent
 * by it, unless a reading by id does not find that order either. `lookedFor` is an order of which that is known.
 */
export const ordersListed = Effect.fn("orderListing.ordersListed")(function* (
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

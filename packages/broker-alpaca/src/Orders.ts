import { Broker, Instant } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Clock, Effect, Option } from "effect"
import { type Desk, orderPath, payloadOf, remember } from "./Desk.ts"
import { listOrders } from "./Listings.ts"
import { OrderAnswer } from "./OrderAnswer.ts"
import { statuses } from "./OrderStatus.ts"
import { asking, contentsOf, saysNotThere } from "./Reading.ts"

interface Asked {
  readonly clientOrderId: ClientOrderId.ClientOrderId | undefined
  readonly brokerOrderId: ClientOrderId.BrokerOrderId | undefined
}

type Found = Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed>

/** The order of a client order id. */
export const lookup = (desk: Desk, clientOrderId: ClientOrderId.ClientOrderId): Found => {
  const query = new URLSearchParams({ client_order_id: clientOrderId })
  const path = `/v2/orders:by_client_order_id?${query.toString()}`
  return find(desk, "lookup", path, { clientOrderId, brokerOrderId: undefined })
}

/** An order by the broker's id. */
export const order = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Found =>
  find(desk, "order", orderPath(brokerOrderId), { clientOrderId: undefined, brokerOrderId })

const find = ({ account, entered, replacements, wire }: Desk, operation: string, path: string, asked: Asked): Found =>
  Effect.gen(function* () {
    const asOf = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const outcome = yield* asking(wire, operation, path)
    if (saysNotThere(outcome)) {
      const report = { _tag: "NotFound", account, asOf, asOfKind: "ours", complete: true, ...asked } as const
      return { report, payload: payloadOf(outcome.text) }
    }
    const read = yield* contentsOf(operation, OrderAnswer, outcome)
    yield* tellUnknown(read)
    yield* remember(entered, read)
    const seen = yield* replacements.seen(read)
    const report = yield* Effect.mapError(seen, () => withoutShares(operation))
    return { report, payload: payloadOf(outcome.text) }
  })

const withoutShares = (operation: string) =>
  new Broker.BrokerReadFailed({
    operation,
    kind: "unreadable",
    detail: "the order is over a sum of money, and has no shares before it fills"
  })

/** A status that Alpaca has not documented is kept, counts as open, and is logged. */
const tellUnknown = ({ id, status }: OrderAnswer): Effect.Effect<void> =>
  statuses.known.has(status) ? Effect.void : Broker.tellUndocumented(`Alpaca's order ${id}`, status)

/** The orders of a window. */
export const orders = (
  { replacements, wire }: Desk,
  window: Broker.TimeWindow
): Effect.Effect<Broker.Listing<Report.OrderSeen>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { complete, rows } = yield* listOrders(wire, window)
    yield* Effect.forEach(rows, ({ value }) => tellUnknown(value), { discard: true })
    const known = new Map(rows.map(({ value }) => [value.id, value]))
    const received = yield* Effect.forEach(rows, ({ text, value }) =>
      replacements.seen(value, known).pipe(
        Effect.map(Option.map((report) => ({ report, payload: payloadOf(text) }))),
        // What replaced an order, or what it replaced, is read by itself: one that cannot be read loses no others.
        Effect.catchIf(
          ({ kind }) => kind === "unreadable",
          () => Effect.succeedNone
        )
      )
    )
    const untold = received.filter(Option.isNone).length
    if (untold > 0)
      yield* Effect.logWarning(
        `${untold} of Alpaca's orders do not say how much they are over, or their replacements cannot be read: the listing is in part`
      )
    return { complete: complete && untold === 0, received: received.flatMap(Option.toArray) }
  })

import { Decimal, Instant, Price, Quantity, type AccountName } from "@roundlot/core"
import { ClientOrderId, OrderTerms, type Report } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"
import { isSuspended, livenessOf } from "./OrderStatus.ts"

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** What is read of an order; keys that are not named here are ignored. Decimals come as text and are read as such. */
export const OrderAnswer = Schema.Struct({
  id: ClientOrderId.BrokerOrderId,
  client_order_id: nullable(Schema.String),
  symbol: Schema.String,
  side: Schema.Literal("buy", "sell"),
  qty: nullable(Quantity.Quantity),
  notional: nullable(Decimal.FromString),
  filled_qty: Decimal.FromString,
  filled_avg_price: nullable(Decimal.FromString),
  status: Schema.String,
  type: nullable(Schema.String),
  extended_hours: nullable(Schema.Boolean),
  limit_price: nullable(Price.Price),
  stop_price: nullable(Price.Price),
  created_at: Instant.FromString,
  updated_at: nullable(Instant.FromString),
  submitted_at: nullable(Instant.FromString),
  filled_at: nullable(Instant.FromString),
  expired_at: nullable(Instant.FromString),
  canceled_at: nullable(Instant.FromString),
  failed_at: nullable(Instant.FromString),
  replaced_at: nullable(Instant.FromString),
  replaced_by: nullable(ClientOrderId.BrokerOrderId),
  replaces: nullable(ClientOrderId.BrokerOrderId)
})

/** What is read of an order. */
export type OrderAnswer = typeof OrderAnswer.Type

/** When an order was last known to change: the latest of its times, since any one of them may be missing. */
export const lastChangeOf = (order: OrderAnswer): Instant.Instant =>
  [
    order.submitted_at,
    order.updated_at,
    order.filled_at,
    order.expired_at,
    order.canceled_at,
    order.failed_at,
    order.replaced_at
  ].reduce<Instant.Instant>(
    (latest, each) => (each === null || each === undefined ? latest : Instant.later(latest, each)),
    order.created_at
  )

/** What an order is for: shares, or dollars. Of one that names neither, what it has filled; none where that is nothing. */
const sizeOf = ({ filled_qty, notional, qty }: OrderAnswer): Option.Option<Size> => {
  if (qty !== null && qty !== undefined) return Option.some({ quantity: qty })
  if (notional !== null && notional !== undefined && Decimal.isPositive(notional))
    return Option.some({ quantity: Decimal.zero, notional })
  return Decimal.isPositive(filled_qty) ? Option.some({ quantity: filled_qty }) : Option.none()
}

type Size = Pick<Report.OrderSeen, "quantity" | "notional">

/** Alpaca makes a stop limit order of a stop that buys. */
const BUY_STOP: Report.OrderSeen["typeSent"] = ["stop"]

const sessionOf = ({ extended_hours }: OrderAnswer): OrderTerms.Session | undefined => {
  if (extended_hours === null || extended_hours === undefined) return undefined
  return extended_hours ? "extended" : "regular"
}

/** An order as the books take it; none where it says of no size. */
export const seenOf = (account: AccountName.AccountName, order: OrderAnswer): Option.Option<Report.OrderSeen> =>
  Option.map(sizeOf(order), (size) => {
    const isReplaced = order.replaced_by !== null && order.replaced_by !== undefined
    const quantity = size.notional === undefined ? size.quantity : undefined
    const figures = { quantity, filled: order.filled_qty, isReplaced }
    return {
      _tag: "OrderSeen",
      account,
      asOf: lastChangeOf(order),
      asOfKind: "broker",
      brokerOrderId: order.id,
      clientOrderId: order.client_order_id ?? undefined,
      symbol: order.symbol,
      side: order.side,
      ...size,
      rawStatus: order.status,
      state: livenessOf(order.status, figures),
      ...(isSuspended(order.status) ? { notWorking: { reason: order.status } } : {}),
      cumulative: order.filled_qty,
      averagePrice: order.filled_avg_price ?? undefined,
      type: OrderTerms.orderTypes.find((each) => each === order.type),
      ...(order.type === "stop_limit" && order.side === "buy" ? { typeSent: BUY_STOP } : {}),
      session: sessionOf(order),
      limitPrice: order.limit_price ?? undefined,
      stopPrice: order.stop_price ?? undefined,
      executionsRead: false
    }
  })

import { type Exchange, type ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { Decimal, Instant, Price } from "@roundlot/core"
import { uuidOf } from "./uuid.ts"

/** What a client said of an order beside what the exchange keeps. */
export interface Said {
  readonly notional: Decimal.Decimal | undefined
  readonly positionIntent: string | undefined
  /** Its class; none of a simple order. */
  readonly orderClass?: string | undefined
  /** The id of the order that this one replaced. */
  readonly replaces?: string | undefined
  /** The id of the order that replaced this one. */
  readonly replacedBy?: string | undefined
}

/** Where an order stands, as Alpaca calls it. */
const statuses: { readonly [S in ExchangeOrder.ExchangeStatus]: string } = {
  new: "new",
  unpriced: "new",
  partially_filled: "partially_filled",
  filled: "filled",
  cancelled: "canceled",
  expired: "expired",
  rejected: "rejected"
}

/**
 * The status of an order: one that was ended for another to take its place is replaced, an exit that waits for its entry is held, and
 * what waits for the market to open is accepted.
 */
export const statusOf = (
  order: ExchangeOrder.ExchangeOrder,
  said: Said | undefined,
  { group, hours }: Pick<How, "group" | "hours">
): string => {
  if (order.status === "cancelled" && said?.replacedBy !== undefined) return "replaced"
  if (order.status !== "new") return statuses[order.status]
  if (group?.isWaiting === true) return "held"
  return hours === undefined || Matching.isInSession(order, hours) ? "new" : "accepted"
}

const textOf = (value: Decimal.Decimal | null): string | null => (value === null ? null : Decimal.format(value))

/** The id of an asset. */
export const assetIdOf = (symbol: string): string => uuidOf(`asset ${symbol}`)

const FIFTY = Decimal.unsafe("50")

/** A stop that buys becomes a stop limit order: 4 % above its stop below 50 dollars, 2.5 % from there on. */
const boughtAtStop = ({ side, stopPrice, type }: ExchangeOrder.ExchangeOrder) => {
  if (type !== "stop" || side !== "buy" || stopPrice === null) return undefined
  const above = Decimal.isLess(stopPrice, FIFTY) ? "1.04" : "1.025"
  const limitPrice = Decimal.floorTo(Decimal.multiply(stopPrice, Decimal.unsafe(above)), Decimal.unsafe("0.01"))
  return { type: "stop_limit", limitPrice } as const
}

/** An order as it is shown: every key there. */
export type Shown = { readonly [key: string]: unknown }

/** How an order is shown beside its own terms. */
export interface How {
  readonly status?: string | undefined
  /** Which sessions of the market are open, where its status depends on that. */
  readonly hours?: Matching.Hours | undefined
  readonly group?: Exchange.Group | undefined
  readonly legs?: ReadonlyArray<Shown> | undefined
}

const trailOf = (trail: Exchange.Group["trail"]) => ({
  trail_percent: trail?.by === "percent" ? Decimal.format(trail.value) : null,
  trail_price: trail?.by === "amount" ? Decimal.format(trail.value) : null,
  hwm: trail?.best === undefined ? null : Decimal.format(trail.best)
})

/** An order as Alpaca shows it: decimals as text, times with microseconds. */
export const orderJson = (
  order: ExchangeOrder.ExchangeOrder,
  said: Said | undefined,
  { group, hours, legs, status = statusOf(order, said, { group, hours }) }: How = {}
): Shown => {
  const at = (wanted: string) => (status === wanted ? Instant.format(order.updatedAt) : null)
  const entered = Instant.format(order.enteredAt)
  const average = Price.average(order.notional, order.filledQuantity)
  const notional = said?.notional
  const trail = group?.trail
  const shown = trail === undefined ? (boughtAtStop(order) ?? order) : { type: "trailing_stop", limitPrice: null }
  return {
    id: order.brokerOrderId,
    client_order_id: order.clientOrderId ?? uuidOf(`client ${order.brokerOrderId}`),
    created_at: entered,
    updated_at: Instant.format(order.updatedAt),
    submitted_at: entered,
    filled_at: at("filled"),
    expired_at: at("expired"),
    expires_at: null,
    cancel_requested_at: null,
    canceled_at: at("canceled"),
    failed_at: at("rejected"),
    replaced_at: at("replaced"),
    replaced_by: said?.replacedBy ?? null,
    replaces: said?.replaces ?? null,
    asset_id: assetIdOf(order.symbol),
    symbol: order.symbol,
    asset_class: "us_equity",
    notional: notional === undefined ? null : Decimal.format(notional),
    qty: notional === undefined ? Decimal.format(order.quantity) : null,
    filled_qty: Decimal.format(order.filledQuantity),
    filled_avg_price: average === undefined ? null : Decimal.format(average),
    order_class: said?.orderClass ?? "",
    order_type: shown.type,
    type: shown.type,
    side: order.side,
    position_intent: said?.positionIntent ?? `${order.side}_to_open`,
    time_in_force: order.timeInForce,
    limit_price: textOf(shown.limitPrice),
    stop_price: textOf(order.stopPrice),
    status,
    extended_hours: order.session === "extended",
    legs: legs ?? null,
    ...trailOf(trail),
    subtag: null,
    source: "access_key"
  }
}

import * as Decimal from "../../values/Decimal.ts"
import { SEPARATE_MS } from "../order/hearing.ts"
import type { Order } from "../../records/Order.ts"
import type { Witness } from "../order/observe.ts"
import * as Instant from "../../values/Instant.ts"
import type { Executed, OrderSeen } from "../../records/Report.ts"
import { DAY_MS } from "./reportedTimes.ts"

// W10: one client order id under two of the broker's ids

/** W10: what the broker had first under a client order id stays ours; under another id, that no chain joins to it, it has another order. */
export const isSecondOrder = (
  { brokerOrderIds }: Pick<Order, "brokerOrderIds">,
  { brokerOrderId, otherIds = [] }: Partial<Pick<Executed, "brokerOrderId" | "otherIds">>
): boolean =>
  brokerOrderId !== undefined &&
  brokerOrderIds.length > 0 &&
  ![brokerOrderId, ...otherIds].some((id) => brokerOrderIds.includes(id))

// W12: an order or a fill that seems nobody's, and an id that is another's

/** W12: is the broker's id that an order is said to have another order's, of those that have had it today? One id never stands twice. */
export const isIdOfAnother = ({ id }: Pick<Order, "id">, ofToday: ReadonlyArray<Pick<Order, "id">>): boolean =>
  ofToday.some((each) => each.id !== id)

/** What a broker shows of the terms of an order. */
export type Terms = Pick<OrderSeen, "symbol" | "side" | "quantity" | "notional" | "type" | "limitPrice">

/** W12, O24: are these the terms of the order, as far as they are shown: symbol, side and quantity, and where the broker says them type and limit price? */
export const hasTermsOf = (
  sent: Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice">,
  seen: Partial<Terms>
): boolean =>
  seen.symbol === sent.symbol &&
  seen.side === sent.side &&
  seen.notional === undefined &&
  seen.quantity !== undefined &&
  Decimal.equals(seen.quantity, sent.quantity) &&
  (seen.type === undefined || seen.type === sent.type) &&
  (seen.limitPrice === undefined || (sent.limitPrice !== undefined && Decimal.equals(seen.limitPrice, sent.limitPrice)))

/**
 * W12: may what is listed without an id of ours be this order that is on its way or in doubt: of its instrument, whatever else is said of it,
 * or of its side and quantity, whatever its instrument?
 */
export const mayBeOrder = (
  { quantity, side, symbol }: Pick<Order, "quantity" | "side" | "symbol">,
  seen: Pick<Terms, "quantity" | "side" | "symbol">
): boolean => symbol === seen.symbol || (side === seen.side && Decimal.equals(quantity, seen.quantity))

/** W12, F7: may an execution be of this order that is on its way or in doubt, by its instrument, or by its side and size? */
export const mayBeExecutionOf = (
  { quantity, side, symbol }: Pick<Order, "quantity" | "side" | "symbol">,
  fill: Pick<Terms, "quantity" | "side" | "symbol">
): boolean => symbol === fill.symbol || (side === fill.side && Decimal.isAtMost(fill.quantity, quantity))

/** W12: may it be an order that was refused, or proven absent: of its side, and no more than 24 hours ago? */
export const isRecentlyUnplaced = (
  { endedAt, side }: Pick<Order, "endedAt" | "side">,
  seen: Pick<Terms, "side">,
  now: Instant.Instant
): boolean => side === seen.side && (endedAt === undefined || endedAt >= Instant.addMillis(now, -DAY_MS))

/** W12: is it for more shares than the account lets one order have, where external orders count in what a position owes? */
export const isBeyondOrderLimit = (most: Decimal.Decimal | undefined, quantity: Decimal.Decimal): boolean =>
  most !== undefined && Decimal.isLess(most, quantity)

/** W12: does a second reading of its own show what was first shown then? What is settled needs none. */
export const isShownAgain = (firstShownAt: Instant.Instant | undefined, witness: Witness): boolean =>
  witness._tag === "Settled" ||
  (firstShownAt !== undefined &&
    witness._tag === "Reading" &&
    witness.begun >= Instant.addMillis(firstShownAt, SEPARATE_MS))

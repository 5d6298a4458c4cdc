import { closableBeside, type Standing } from "../position/due.ts"
import type { SymbolStatus } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import * as Decimal from "../../values/Decimal.ts"

/** What an order waits for while its broker calls the symbol halted. */
export const HALTED_AT_BROKER = "HaltedAtBroker"

/** What a short sale waits for while its broker could not be asked whether it lends the symbol. */
export const LENDING_UNREAD = "LendingUnread"

/**
 * D2: what keeps an order from leaving by what its broker said last: a market order of a halted symbol, which would fill at whatever
 * the reopening brings, and a sale that closes nothing while the lending is unread. A sale that closes a part of what is held goes.
 */
export const brokerWait = (
  { isHalted, isLendingUnread }: SymbolStatus,
  standing: Standing,
  order: Pick<Order, "id" | "side" | "type">
): typeof HALTED_AT_BROKER | typeof LENDING_UNREAD | undefined => {
  if (isHalted && order.type === "market") return HALTED_AT_BROKER
  if (!isLendingUnread || order.side !== "sell") return undefined
  return Decimal.isPositive(closableBeside(standing, order)) ? undefined : LENDING_UNREAD
}

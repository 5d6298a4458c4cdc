import { Schema } from "effect"
import { Decimal } from "./words.ts"

/** How trading stands: what cases and orders in doubt keep from being ordered. */
export const TradingDocument = Schema.Struct({
  /** `at_risk` while a case is critical or escalated. */
  status: Schema.Literal("ok", "at_risk"),
  /** Cases that are critical or escalated. */
  critical: Schema.Int,
  warnings: Schema.Int,
  /** Positions that owe shares which are not ordered: because of a break, an order in doubt, an open circuit or a control. */
  blockedPositions: Schema.Int,
  ordersInDoubt: Schema.Int,
  /** What these positions owe and these orders may fill, in dollars; null where of a part no price is known. */
  dollars: Schema.NullOr(Decimal)
}).annotations({ identifier: "Trading" })

/** How trading stands. */
export type TradingDocument = typeof TradingDocument.Type

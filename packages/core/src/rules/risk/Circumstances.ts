import type { Account } from "../../records/Account.ts"
import type { Order } from "../../records/Order.ts"
import type { Position } from "../../records/Position.ts"
import type { Side } from "../../records/Side.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Usage } from "../../records/Usage.ts"
import type * as Decimal from "../../values/Decimal.ts"
import type { Instant } from "../../values/Instant.ts"
import type * as Price from "../../values/Price.ts"

/** What is to be sent. Quantities in shares, the price in dollars. */
export interface Wanted {
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  /** The dollars that are asked for in place of shares. */
  readonly askedNotional?: Decimal.Decimal | undefined
  readonly limitPrice: Price.Price | undefined
  /** From which price on it becomes an order at the market, where it is one that waits for that. */
  readonly stopPrice?: Price.Price | undefined
  /** What the position owes, where an accumulation order is judged. */
  readonly residual: Decimal.Decimal | undefined
  /** How many of the shares could only close what is held: those cost nothing. */
  readonly closing?: Decimal.Decimal | undefined
}

/** What a judgement rests on: rows of one transaction, and the prices that are fresh in it. */
export interface Circumstances {
  readonly account: Pick<
    Account,
    | "collarBp"
    | "liftedLimits"
    | "maxDailyNotional"
    | "maxOpenOrders"
    | "maxPosition"
    | "maxGrossPosition"
    | "maxNetPosition"
    | "maxOpenResidual"
    | "maxOrderNotional"
    | "maxOrderQuantity"
    | "restricted"
  >
  /** The fresh prices that are known, whatever their source. */
  readonly prices: ReadonlyArray<Price.Price>
  /** What trades brought, and what another source than they says; each where it is fresh. */
  readonly inboundPrice: Price.Price | undefined
  readonly marketPrice: Price.Price | undefined
  /** The newest price that is known at all, however old it is. */
  readonly lastPrice?: Price.Price | undefined
  readonly usage: Usage | undefined
  /** The position of the symbol, and its live orders without the one that is judged. */
  readonly position?: Position | undefined
  readonly liveOrders?: ReadonlyArray<Order>
  /** The order that is judged, where the figures of the books may count it already. */
  readonly own?: Order | undefined
  /** What the broker said of late that the account may spend, in the instrument's currency; `undefined` where it is not known. */
  readonly buyingPower?: Decimal.Decimal | undefined
  readonly at: Instant
}

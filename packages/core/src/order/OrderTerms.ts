import type { AccountName } from "../account/AccountName.ts"
import type { ClientOrderId } from "../identity/ClientOrderId.ts"
import type { Ticker } from "../instrument/Ticker.ts"
import type { Price } from "../money/Price.ts"
import type { Quantity } from "../money/Quantity.ts"
import type { Side } from "./Side.ts"

/** The closed set of order types; a broker declares which it takes. */
export const orderTypes = ["market", "limit", "stop", "stop_limit"] as const

/** One of the order types. */
export type OrderType = (typeof orderTypes)[number]

/** How long an order works. */
export const timesInForce = ["day", "gtc", "opg", "cls", "ioc", "fok"] as const

/** One of the times in force. */
export type TimeInForce = (typeof timesInForce)[number]

/** Whether an order opens or closes a holding, where the broker wants to be told. */
export const positionEffects = ["open", "close"] as const

/** Whether an order opens or closes a holding. */
export type PositionEffect = (typeof positionEffects)[number]

/** What an order asks of a broker: all that `Broker.prepare` may read. Quantity in shares, prices in dollars a share. */
export interface OrderTerms {
  readonly account: AccountName
  readonly clientOrderId: ClientOrderId
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Quantity
  readonly type: OrderType
  readonly limitPrice: Price | undefined
  readonly stopPrice: Price | undefined
  readonly timeInForce: TimeInForce
  readonly extendedHours: boolean
  readonly positionEffect: PositionEffect | undefined
  /** The last known price of the instrument, for an exchange that has no market of its own. */
  readonly referencePrice: Price | undefined
}

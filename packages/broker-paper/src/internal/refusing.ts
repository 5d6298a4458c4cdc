import { Decimal, type Instant, Ticker, type AccountName } from "@roundlot/core"
import { Schema } from "effect"
import type { PlaceRequest } from "../ExchangeOrder.ts"
import { type Hours, isTakenIn } from "../Matching.ts"
import * as Contingent from "./contingent.ts"
import * as Power from "./power.ts"

/** Why the exchange takes no such order, as it answers. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly words: string
}

/** The code that a client order id is answered with which the account has used before: the order itself may be live. */
export const DUPLICATE_CLIENT_ID = "duplicate_client_order_id"

/** The code of an order that costs more than there is. */
export const TOO_DEAR = "insufficient_buying_power"

const isTicker = Schema.is(Ticker.Ticker)

/** Whether the exchange takes orders for a symbol: well-formed, and not beginning with `NOPE`. Its listing is asked before (D1). */
export const mayTrade = (symbol: string): symbol is Ticker.Ticker => isTicker(symbol) && !symbol.startsWith("NOPE")

/** What orders are judged by. */
interface Judging extends Power.Counting {
  readonly now: Instant.Instant
  readonly hours: Hours
  readonly restsWhileClosed: boolean
}

/** The order whose place one takes, and how many shares it asks for. */
export interface Instead {
  readonly brokerOrderId: string
  readonly shares: Decimal.Decimal
}

/** Why the exchange takes no such order. */
export const refusalOf = (
  { hours, now, priceOf, restsWhileClosed, rows }: Judging,
  account: AccountName.AccountName,
  request: PlaceRequest,
  instead?: Instead
): Refusal | undefined => {
  if (request.clientOrderId !== null && rows.orderByClientId(account, request.clientOrderId) !== undefined) {
    return { status: 422, code: DUPLICATE_CLIENT_ID, words: "client_order_id must be unique" }
  }
  if (!mayTrade(request.symbol)) return { status: 422, code: "unknown_symbol", words: `no asset ${request.symbol}` }
  if (!isTakenIn(request, hours) && !(restsWhileClosed && !hours.regular)) {
    const words = hours.regular ? "the opening auction is over" : "the session is closed"
    return { status: 403, code: "session_closed", words }
  }
  if (request.goodTill !== undefined && request.goodTill <= now)
    return { status: 422, code: "good_till_passed", words: "the time until which it is good has passed" }
  const without = instead?.brokerOrderId
  if (request.side === "sell" || (without !== undefined && Contingent.isWaiting(rows, without))) return undefined
  const shares = instead?.shares ?? request.quantity
  const power = Power.leftOf({ rows, priceOf }, account, without)
  if (Decimal.isAtMost(Power.costOf({ priceOf }, request, shares), power)) return undefined
  const opened = Power.openedBy(rows, account, { symbol: request.symbol, shares, without })
  const cost = Power.costOf({ priceOf }, request, opened)
  if (Decimal.isLess(power, cost)) {
    const words = `insufficient buying power: ${Decimal.format(cost)} asked, ${Decimal.format(power)} there`
    return { status: 403, code: TOO_DEAR, words }
  }
  return undefined
}

import { type ExchangeOrder, WallClock } from "@roundlot/broker-paper"
import { Decimal, type Instant } from "@roundlot/core"
import { type NamesOf, type Said, say, type Values } from "../wire/layout.ts"
import { portfolioValue } from "../wire/accountUpdates.ts"
import * as tws from "../wire/messages.ts"

type Order = ExchangeOrder.ExchangeOrder

/** Which order of which client an order of the exchange is; of one that a person entered, none. */
export interface Placed {
  readonly clientId: number
  readonly orderId: number
  readonly orderRef: string
  readonly timeInForce: string
}

/** What a message of an order is made of. */
export interface Shown {
  readonly order: Order
  readonly placed: Placed
  readonly permId: string
  readonly number: string
  readonly status: string
  readonly conId: number
  /** Why TWS holds the order. */
  readonly whyHeld?: string | undefined
  /** The symbols of its legs, where it is a combination as a whole. */
  readonly combination?: string | undefined
}

/** A figure of an account as TWS writes it, in cents: `300000.00`. */
export const figureOf = (value: Decimal.Decimal): string => {
  const [whole = "0", cents = ""] = Decimal.format(Decimal.floorTo(value, A_CENT)).split(".")
  return `${whole}.${cents.padEnd(2, "0")}`
}

const types: { readonly [T in Order["type"]]: string } = {
  market: "MKT",
  limit: "LMT",
  stop: "STP",
  stop_limit: "STP LMT"
}

/** A price or a value as TWS writes doubles: `150.0`. Shares are decimals, and come as they are. */
const doubleOf = (value: Decimal.Decimal): string => {
  const text = Decimal.format(value)
  return text.includes(".") ? text : `${text}.0`
}

const contract = (symbol: string, conId: number, exchange = SMART, secType = "STK") => ({
  conId,
  symbol,
  secType,
  exchange,
  localSymbol: symbol,
  tradingClass: "NMS"
})

const SMART = "SMART"
/** Where stocks are listed and executed here. */
const VENUE = "ARCA"

/** No strike and no right, as each of these messages writes them. */
const notOption = { strike: "0.0", right: "" }
const notOptionHeld = { strike: "0", right: "0" }

/** The contract of an order, with the symbol as TWS writes it. */
const contractOf = ({ combination, conId, order }: Omit<Shown, "status">, exchange?: string) =>
  combination === undefined
    ? contract(order.symbol.replace(".", " "), conId, exchange)
    : contract(combination, conId, exchange, "BAG")

/** Fields that a message of an order has, whichever it is. */
const termsOf = (shown: Shown) => {
  const { number, order, permId, placed, status } = shown
  return {
    ...contractOf(shown),
    action: order.side === "buy" ? "BUY" : "SELL",
    quantity: Decimal.format(order.quantity),
    type: order.timeInForce === "cls" ? (order.type === "limit" ? "LOC" : "MOC") : types[order.type],
    limitPrice: doubleOf(order.limitPrice ?? Decimal.zero),
    stopPrice: doubleOf(order.stopPrice ?? Decimal.zero),
    timeInForce: placed.timeInForce,
    account: number,
    orderRef: placed.orderRef,
    permId,
    outsideRth: order.session === "extended" ? "1" : "0",
    scaleInitLevelSize: UNSET_INTEGER,
    scaleSubsLevelSize: UNSET_INTEGER,
    status
  }
}

/** "not set" of an integer. */
const UNSET_INTEGER = "2147483647"

/** What OPEN_ORDER has beside its terms: whose order it is, all of it the account's own. */
const openTermsOf = (shown: Shown) => {
  const { clientId, orderId } = shown.placed
  return { ...termsOf(shown), orderId, clientId, sharesAllocation: `${shown.permId}.0/${shown.number}/100` }
}

/** OPEN_ORDER. */
export const openOrder = (shown: Shown): Said => say(tws.openOrder, openTermsOf(shown))

/** What an order would come to, by the names of the fields. */
export type Figures = Values<NamesOf<(typeof tws.openOrder)["layout"]>>

/** OPEN_ORDER of an order that is none: what it would come to. */
export const whatIf = (shown: Shown, figures: Figures): Said =>
  say(tws.openOrder, { ...openTermsOf(shown), ...figures, whatIf: "1" })

/** ORDER_STATUS. */
export const orderStatus = ({ order, permId, placed, status, whyHeld = "" }: Shown): Said => {
  const averagePrice = Decimal.isZero(order.filledQuantity) ? "0" : doubleOf(averageOf(order))
  const leaves = Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filledQuantity))
  return say(tws.orderStatus, {
    orderId: placed.orderId,
    status,
    filled: Decimal.format(order.filledQuantity),
    remaining: Decimal.format(leaves),
    averagePrice,
    permId,
    lastFillPrice: averagePrice,
    clientId: placed.clientId,
    whyHeld
  })
}

const AVERAGE_PLACES = 8

const averageOf = ({ filledQuantity, notional }: Order): Decimal.Decimal =>
  Decimal.divide(notional, filledQuantity, AVERAGE_PLACES)

/** How completed orders are written. */
interface CompletedShape {
  readonly shape: TimeShape
  readonly quantityOfFilled: "shown" | "zero"
}

/** COMPLETED_ORDER. */
export const completedOrder = (shown: Shown, { quantityOfFilled, shape }: CompletedShape): Said =>
  say(tws.completedOrder, {
    ...termsOf(shown),
    ...(quantityOfFilled === "zero" && shown.order.status === "filled" ? { quantity: "0" } : {}),
    filledQuantity: Decimal.format(shown.order.filledQuantity),
    completedTime: timeOf(shown.order.updatedAt, shape),
    completedStatus: completedStatusOf(shown),
    shareholder: "Not an insider or substantial shareholder"
  })

/** How an order ended, as TWS writes it: a size, or its reason. */
const completedStatusOf = ({ order, status }: Shown): string => {
  if (status === "Filled") return `Filled Size: ${Decimal.format(order.filledQuantity)}`
  return order.status === "rejected" ? `Rejected: ${reasonOf(order).words}` : "Cancelled by Trader"
}

/** The code and the words with which the exchange was told to reject; 201 where it was given none of TWS's. */
export const reasonOf = ({ reason }: Pick<Order, "reason">): { readonly code: number; readonly words: string } => {
  const [, code, words] = /^(\d{3,5}): (.*)$/s.exec(reason ?? "") ?? []
  return { code: Number(code ?? 201), words: words ?? reason ?? "" }
}

/** How times are written: with a zone, in UTC, or without a word of it. */
export type TimeShape = "zone" | "utc" | "bare"

/** A time as TWS writes it, to the second. */
export const timeOf = (at: Instant.Instant, shape: TimeShape): string => {
  const zone = shape === "utc" ? "UTC" : "America/New_York"
  const [year, month, day, hour, minute, second] = WallClock.digitsOf(at, zone)
  const separator = shape === "utc" ? "-" : shape === "zone" ? " " : "  "
  const time = `${year}${month}${day}${separator}${hour}:${minute}:${second}`
  return shape === "zone" ? `${time} US/Eastern` : time
}

/** What a message of an execution is made of. */
export interface ShownExecution extends Omit<Shown, "status"> {
  readonly execution: ExchangeOrder.Execution
  readonly execId: string
  readonly cumulative: Decimal.Decimal
  readonly shape: TimeShape
}

/** EXECUTION_DATA; `reqId` is -1 where nobody asked. */
export const execution = (reqId: string | number, shown: ShownExecution): Said => {
  const { cumulative, execId, number, permId, placed, shape } = shown
  const { executedAt, price, quantity, side } = shown.execution
  return say(tws.execution, {
    ...contractOf(shown, VENUE),
    ...notOption,
    reqId,
    orderId: placed.orderId,
    execId,
    time: timeOf(executedAt, shape),
    account: number,
    venue: VENUE,
    side: side === "buy" ? "BOT" : "SLD",
    shares: Decimal.format(quantity),
    price: doubleOf(price),
    permId,
    clientId: placed.clientId,
    cumulative: Decimal.format(cumulative),
    averagePrice: doubleOf(price),
    orderRef: placed.orderRef,
    liquidity: REMOVED
  })
}

/** It took liquidity from the market. */
const REMOVED = 2

/** COMMISSION_REPORT. */
export const commission = (execId: string, amount: string): Said =>
  say(tws.commission, { execId, amount, currency: "USD" })

/** ERR_MSG. */
export const notice = (id: string | number, code: number, words: string, advancedOrderReject = ""): Said =>
  say(tws.notice, { id, code, text: words, advancedOrderReject })

const A_CENT = Decimal.unsafe("0.01")

/** TICK_GENERIC of a halt: 2 where the exchange pauses for volatility, else 1. */
export const halted = (reqId: string, isPaused: boolean): Said =>
  say(tws.tickNumber, { reqId, type: 49, value: isPaused ? "2.0" : "1.0" })

/** TICK_GENERIC of how easily shares are borrowed: 3 from a thousand shares on, 1 where none are lent. */
export const shortable = (reqId: string, isLent: boolean): Said =>
  say(tws.tickNumber, { reqId, type: 46, value: isLent ? "3.0" : "1.0" })

/** TICK_PRICE of bid, ask and last trade, and TICK_STRING of its time; a cent between the last and each side. */
export const prices = (
  reqId: string,
  price: Decimal.Decimal,
  seconds: number,
  isDelayed: boolean
): ReadonlyArray<Said> => {
  const [bid, ask, last, time] = isDelayed ? [66, 67, 68, 88] : [1, 2, 4, 45]
  const tick = (type: number, value: string): Said => say(tws.tickPrice, { reqId, type, value, size: 100 })
  return [
    tick(bid, Decimal.isLess(A_CENT, price) ? doubleOf(Decimal.subtract(price, A_CENT)) : "-1.0"),
    tick(ask, doubleOf(Decimal.add(price, A_CENT))),
    tick(last, doubleOf(price)),
    say(tws.tickText, { reqId, type: time, value: seconds })
  ]
}

/** What is held of a stock, in signed shares, and what a share of it cost on average. */
export interface Holding {
  readonly conId: number
  /** As TWS writes it. */
  readonly symbol: string
  readonly quantity: Decimal.Decimal
  readonly averageCost: Decimal.Decimal
}

/** POSITION. */
export const position = (account: string, { averageCost, conId, quantity, symbol }: Holding): Said =>
  say(tws.position, {
    ...contract(symbol, conId, VENUE),
    ...notOption,
    account,
    quantity: Decimal.format(quantity),
    averageCost: doubleOf(averageCost)
  })

/** PORTFOLIO_VALUE: what is held, at the market. Nothing is said to be realised. */
export const portfolio = (
  account: string,
  { averageCost, conId, price, quantity, symbol }: Holding & { readonly price: Decimal.Decimal }
): Said =>
  say(portfolioValue, {
    ...contract(symbol, conId, VENUE),
    ...notOptionHeld,
    account,
    quantity: Decimal.format(quantity),
    marketPrice: doubleOf(price),
    marketValue: doubleOf(Decimal.multiply(price, quantity)),
    averageCost: doubleOf(averageCost),
    unrealizedPnl: doubleOf(Decimal.multiply(Decimal.subtract(price, averageCost), quantity)),
    realizedPnl: "0.0"
  })

type Details = Values<NamesOf<(typeof tws.contractDetails)["layout"]>>

/** What CONTRACT_DATA says of a stock that may not be ordered, and why. */
export const ineligible = (why: string): Details => ({
  ineligibilityReasons: 1,
  "reason/ineligibilityReasons.0": "1",
  "description/ineligibilityReasons.0": why
})

/** CONTRACT_DATA of a stock. */
export const contractDetails = (reqId: string, symbol: string, conId: number, differs: Details): Said =>
  say(tws.contractDetails, {
    ...contract(symbol, conId),
    reqId,
    marketName: "NMS",
    orderTypes: "LMT,MKT,STP,STPLMT",
    validExchanges: "SMART,ARCA",
    longName: `${symbol} INC`,
    primaryExchange: VENUE,
    industry: "Technology",
    category: "Computers",
    subcategory: "Computers",
    secIds: 1,
    "tag/secIds.0": "ISIN",
    "value/secIds.0": `XX${String(conId).padStart(10, "0")}`,
    marketRuleIds: "26,26",
    stockType: "COMMON",
    minSize: "0.0001",
    sizeIncrement: "0.0001",
    ...differs
  })

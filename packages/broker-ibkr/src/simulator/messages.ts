import { type ExchangeOrder, WallClock } from "@roundlot/broker-paper"
import { Decimal } from "@roundlot/core"
import type { Instant } from "@roundlot/core"

type Fields = ReadonlyArray<string | number>
type Order = ExchangeOrder.ExchangeOrder

const UNSET = "1.7976931348623157E308"
const UNSET_INT = "2147483647"

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

const types: { readonly [T in Order["type"]]: string } = {
  market: "MKT",
  limit: "LMT",
  stop: "STP",
  stop_limit: "STP LMT"
}

const text = (value: Decimal.Decimal | null, otherwise = "0.0"): string =>
  value === null ? otherwise : Decimal.format(value)

const contract = (symbol: string, conId: number, exchange = "SMART", secType = "STK"): Fields => [
  conId,
  symbol,
  secType,
  "",
  "0",
  "?",
  "",
  exchange,
  "USD",
  symbol,
  "NMS"
]

/** The contract of an order, with the symbol as TWS writes it. */
const contractOf = ({ combination, conId, order }: Omit<Shown, "status">, exchange?: string): Fields =>
  combination === undefined
    ? contract(order.symbol.replace(".", " "), conId, exchange)
    : contract(combination, conId, exchange, "BAG")

const blank = (count: number): Fields => Array.from({ length: count }, () => "")
/** Fields that are the same in every order, in order. */
const fields = (list: string): Fields => list.split(",")
const unset = (count: number): Fields => Array.from({ length: count }, () => UNSET)
const zeros = (count: number): Fields => Array.from({ length: count }, () => "0")

/** Terms of an order, up to its account. */
const terms = ({ number, order, placed }: Shown): Fields => [
  order.side === "buy" ? "BUY" : "SELL",
  Decimal.format(order.quantity),
  order.timeInForce === "cls" ? (order.type === "limit" ? "LOC" : "MOC") : types[order.type],
  text(order.limitPrice),
  text(order.stopPrice),
  placed.timeInForce,
  "",
  number
]

const outsideRthOf = ({ order }: Shown): string => (order.session === "extended" ? "1" : "0")

/** OPEN_ORDER at version 193. */
export const openOrder = (shown: Shown): Fields => [
  5,
  shown.placed.orderId,
  ...contractOf(shown),
  ...terms(shown),
  "O",
  "0",
  shown.placed.orderRef,
  shown.placed.clientId,
  shown.permId,
  outsideRthOf(shown),
  ...fields("0,0,,"),
  ...blank(3),
  ...fields(",,,,,0,,-1,0"),
  ...blank(5),
  UNSET_INT,
  ...zeros(3),
  ...fields(",3,0,0,,0,0,,0,None,"),
  ...fields("0,,,,?,0,0,"),
  ...fields("0,0,,,,,,0,0,0"),
  ...blank(3),
  ...fields(",0,,IB,0,0,,0,0"),
  shown.status,
  ...unset(9),
  UNSET,
  UNSET,
  UNSET,
  ...fields(","),
  ...fields("0,0,0,None"),
  ...unset(6),
  ...fields("0,,,,,0,0,0,0"),
  UNSET_INT,
  UNSET_INT,
  ...fields("0"),
  ...blank(5),
  ...fields(",0,,0,"),
  UNSET_INT
]

/** ORDER_STATUS. */
export const orderStatus = ({ order, permId, placed, status, whyHeld = "" }: Shown): Fields => {
  const average = Decimal.isZero(order.filledQuantity) ? "0" : averageOf(order)
  const leaves = Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filledQuantity))
  return [
    3,
    placed.orderId,
    status,
    Decimal.format(order.filledQuantity),
    Decimal.format(leaves),
    average,
    permId,
    "0",
    average,
    placed.clientId,
    whyHeld,
    "0"
  ]
}

const AVERAGE_PLACES = 8

const averageOf = ({ filledQuantity, notional }: Order): string =>
  Decimal.format(Decimal.divide(notional, filledQuantity, AVERAGE_PLACES))

/** COMPLETED_ORDER at version 193. */
export const completedOrder = (shown: Shown, zone: TimeShape): Fields => [
  101,
  ...contractOf(shown),
  ...terms(shown),
  "O",
  "0",
  shown.placed.orderRef,
  shown.permId,
  outsideRthOf(shown),
  ...fields("0,0,"),
  ...blank(3),
  ...fields(",,,,,0,,-1"),
  ...blank(5),
  UNSET_INT,
  ...fields("0,0,,3,0,,0,None,"),
  ...fields("0,0,0,"),
  ...fields("0,0,,,,0,0,0"),
  ...blank(3),
  ...fields(",,IB,0,0,,0"),
  shown.status,
  ...fields("0,0,0"),
  UNSET,
  UNSET,
  ...fields(",0,0,"),
  Decimal.format(shown.order.filledQuantity),
  ...fields("0,0,,0,0,0"),
  timeOf(shown.order.updatedAt, zone),
  completedStatusOf(shown),
  ...blank(5),
  ...fields(",0")
]

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
export const execution = (reqId: string | number, shown: ShownExecution): Fields => [
  11,
  reqId,
  shown.placed.orderId,
  ...contractOf(shown, "ARCA"),
  shown.execId,
  timeOf(shown.execution.executedAt, shown.shape),
  shown.number,
  "ARCA",
  shown.execution.side === "buy" ? "BOT" : "SLD",
  Decimal.format(shown.execution.quantity),
  Decimal.format(shown.execution.price),
  shown.permId,
  shown.placed.clientId,
  "0",
  Decimal.format(shown.cumulative),
  Decimal.format(shown.execution.price),
  shown.placed.orderRef,
  "",
  "",
  "",
  "2",
  "0"
]

/** COMMISSION_REPORT. */
export const commission = (execId: string, amount: string): Fields => [59, 1, execId, amount, "USD", UNSET, UNSET, ""]

/** ERR_MSG. */
export const notice = (id: string | number, code: number, words: string, reject = ""): Fields => [
  4,
  2,
  id,
  code,
  words,
  reject
]

const A_CENT = Decimal.unsafe("0.01")

/** TICK_PRICE of bid, ask and last trade, TICK_STRING of its time and TICK_SNAPSHOT_END; a cent between the last and each side. */
export const snapshot = (
  reqId: string,
  price: Decimal.Decimal,
  seconds: number,
  isDelayed: boolean
): ReadonlyArray<Fields> => {
  const [bid, ask, last, time] = isDelayed ? [66, 67, 68, 88] : [1, 2, 4, 45]
  const tick = (type: number, dollars: string): Fields => [1, 6, reqId, type, dollars, "100", 0]
  return [
    tick(bid, Decimal.isLess(A_CENT, price) ? Decimal.format(Decimal.subtract(price, A_CENT)) : "-1"),
    tick(ask, Decimal.format(Decimal.add(price, A_CENT))),
    tick(last, Decimal.format(price)),
    [46, 6, reqId, time, seconds],
    [57, 1, reqId]
  ]
}

/** POSITION. */
export const position = (
  number: string,
  { conId, symbol }: { readonly conId: number; readonly symbol: string },
  quantity: Decimal.Decimal,
  averageCost: string
): Fields => [61, 3, number, ...contract(symbol, conId, ""), Decimal.format(quantity), averageCost]

/** CONTRACT_DATA of a stock at version 193. */
export const contractDetails = (reqId: string, symbol: string, conId: number): Fields => [
  10,
  reqId,
  symbol,
  "STK",
  "",
  "",
  "0",
  "",
  "SMART",
  "USD",
  symbol,
  "NMS",
  "NMS",
  conId,
  "0.01",
  "",
  "LMT,MKT,STP,STPLMT",
  "SMART,ARCA",
  "1",
  "0",
  `${symbol} INC`,
  "ARCA",
  ...blank(4),
  "US/Eastern",
  ...blank(3),
  "0",
  "0",
  "1",
  "",
  "",
  "26",
  "",
  "COMMON",
  "1",
  "1",
  "100",
  "0"
]

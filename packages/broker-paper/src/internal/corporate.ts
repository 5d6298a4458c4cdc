import { Decimal, Price, Quantity, type Ticker } from "@roundlot/core"
import { isWorking } from "../ExchangeOrder.ts"
import { splitTrail } from "./contingent.ts"
import * as Market from "./market.ts"
import { leavesOf } from "./figures.ts"
import * as OrderBook from "./orderBook.ts"
import { noteName, noteSplit } from "./paid.ts"
import type { OrderRow, Rows } from "./rows.ts"

const ONE = Decimal.unsafe("1")
const CENT = Decimal.unsafe("0.01")
const PRICE_DIGITS = 12

/** `from` shares become `to`: 1 and 2 of a split of two for one, 10 and 1 of a reverse split. */
export interface Ratio {
  readonly from: Quantity.Quantity
  readonly to: Quantity.Quantity
}

/**
 * A split, between two sessions: what all accounts hold, the price and the orders that work. A fraction of a share that comes out is
 * held no more, and nothing is paid for it here. Open orders follow a split, and end with a reverse one (FINRA Rule 5330); at some brokers with any.
 */
export const split = (
  rows: Rows,
  book: OrderBook.OrderBook,
  symbol: Ticker.Ticker,
  ratio: Ratio,
  endsOrders: boolean
): string => {
  const isReverse = Decimal.isLess(ratio.to, ratio.from)
  if (isReverse || endsOrders) endAll(rows, book, symbol, `${symbol} had a ${isReverse ? "reverse split" : "split"}`)
  else for (const { brokerOrderId } of rows.working(symbol)) follow(rows, book, brokerOrderId, ratio)
  for (const account of rows.accounts()) {
    const held = rows.holding(account, symbol)?.amount
    if (held !== undefined) rows.setHolding(account, symbol, Decimal.format(sharesAfter(held, ratio)))
  }
  noteSplit(rows, symbol, ratio.from, ratio.to)
  const price = rows.price(symbol)?.price
  if (price !== undefined) rows.adjustPrice(Decimal.format(priceAfter(price, ratio)), symbol)
  const spread = rows.fact(`spread ${symbol}`)
  if (spread !== undefined)
    rows.setFact(`spread ${symbol}`, Decimal.format(dollarsAfter(Decimal.unsafe(spread), ratio)))
  Market.setBands(rows, symbol, undefined)
  Market.leaveLimitState(rows, symbol)
  return `${Decimal.format(ratio.from)} ${symbol} became ${Decimal.format(ratio.to)}`
}

/** Another name for a symbol: what is held goes by it, its price with it; orders under the old one end. */
export const rename = (rows: Rows, book: OrderBook.OrderBook, symbol: Ticker.Ticker, to: Ticker.Ticker): string => {
  endAll(rows, book, symbol, `${symbol} is ${to} from now on`)
  for (const account of rows.accounts()) {
    const held = rows.holding(account, symbol)?.amount ?? Decimal.zero
    if (Decimal.isZero(held)) continue
    const before = rows.holding(account, to)?.amount ?? Decimal.zero
    rows.setHolding(account, to, Decimal.format(Decimal.add(before, held)))
    rows.setHolding(account, symbol, "0")
  }
  noteName(rows, symbol, to)
  const price = rows.price(symbol)?.price
  if (price !== undefined) rows.setPrice(to, Decimal.format(price))
  return `${symbol} is ${to} from now on`
}

const endAll = (rows: Rows, book: OrderBook.OrderBook, symbol: Ticker.Ticker, why: string): void => {
  for (const order of rows.working(symbol)) {
    // The end of one of its group may have ended it.
    const now = rows.order(order.brokerOrderId) ?? order
    if (isWorking(now.status)) OrderBook.close(book, now, "cancelled", why)
  }
}

const scaled = (amount: Decimal.Decimal, { from, to }: Ratio): Decimal.Decimal =>
  Decimal.divide(Decimal.multiply(amount, to), from, PRICE_DIGITS)

/** Whole shares, towards none. */
const sharesAfter = (held: Decimal.Decimal, ratio: Ratio): Decimal.Decimal => {
  const whole = Decimal.floorTo(scaled(Decimal.abs(held), ratio), ONE)
  return Decimal.isNegative(held) ? Decimal.negate(whole) : whole
}

const dollarsAfter = (dollars: Decimal.Decimal, { from, to }: Ratio): Decimal.Decimal =>
  scaled(dollars, { from: to, to: from })

const priceAfter = (price: Decimal.Decimal, ratio: Ratio): Price.Price => Price.make(dollarsAfter(price, ratio))

/** An order that works follows a split; one that asks for no whole share after it ends. */
const follow = (rows: Rows, book: OrderBook.OrderBook, brokerOrderId: string, ratio: Ratio): void => {
  const order = rows.order(brokerOrderId)
  // The end of one of its group may have ended it.
  if (order === undefined || !isWorking(order.status)) return
  if (Decimal.isZero(sharesAfter(leavesOf(order), ratio))) {
    OrderBook.close(book, order, "cancelled", `a split of ${order.symbol} left no whole share of it`)
    return
  }
  splitTrail(rows, brokerOrderId, (dollars) => dollarsAfter(dollars, ratio))
  OrderBook.amend(book, order, adjusted(order, ratio))
}

/** What is left of it grows with the shares, and its prices fall to the cent below. */
const adjusted = (order: OrderRow, ratio: Ratio) => {
  const at = (price: Price.Price | null): Price.Price | null =>
    price === null ? null : Price.make(Decimal.max(CENT, Decimal.floorTo(priceAfter(price, ratio), CENT)))
  return {
    goodTill: order.goodTill ?? undefined,
    timeInForce: order.timeInForce,
    quantity: Quantity.make(Decimal.add(order.filledQuantity, sharesAfter(leavesOf(order), ratio))),
    limitPrice: at(order.limitPrice),
    stopPrice: at(order.stopPrice)
  }
}

import { Decimal, Instant, type Price, Quantity, Side, type Ticker, type AccountName } from "@roundlot/core"
import { ClientOrderId, type OrderTerms } from "@roundlot/core/adapter"
import { isWorking, type ExchangeStatus, type PlaceRequest } from "../ExchangeOrder.ts"
import { byPriority, crossingOf, isForAuction, isInSession, isStop, judge, type Hours } from "../Matching.ts"
import * as Contingent from "./contingent.ts"
import { canonicalOf, execIdOf, leavesOf, statusAfter } from "./figures.ts"
import * as Market from "./market.ts"
import { since } from "./paid.ts"
import * as Power from "./power.ts"
import * as Refusing from "./refusing.ts"
import type { Instead, Refusal } from "./refusing.ts"
import { entered, type ExecutionRow, type OrderRow, type Rows } from "./rows.ts"
import type { Turn } from "./Turn.ts"

/** What may change of an order while it works. */
type Terms = Pick<PlaceRequest, "goodTill" | "limitPrice" | "quantity" | "stopPrice" | "timeInForce">

/** What the n-th order of the exchange with this tag is called. */
export type OrderIdOf = (tag: string, number: number) => string

/** The paper exchange's own ids. */
export const plainOrderId: OrderIdOf = (tag, number) => `P${tag}-${number}`

/** The exchange's books within one turn, while these sessions are open. What is done here is about orders that are taken; what is answered is not its concern. */
export interface OrderBook {
  readonly turn: Turn
  readonly rows: Rows
  /** Goes into ids, so that no two exchanges share one. */
  readonly tag: string
  readonly orderIdOf: OrderIdOf
  readonly hours: Hours
  readonly unsaidPrice: Price.Price | undefined
}

/** Why an order may not be entered now; `instead` of another that works. */
export const refusalOf = (
  book: OrderBook,
  account: AccountName.AccountName,
  request: PlaceRequest,
  restsWhileClosed: boolean,
  instead?: Instead
): Refusal | undefined =>
  Refusing.refusalOf(
    { ...book, now: book.turn.now, priceOf: (order) => priceOf(book, order), restsWhileClosed },
    account,
    request,
    instead
  )

/** What an order trades at: the market's price, or nothing where nobody has said one. */
export const priceOf = (
  book: OrderBook,
  order: Pick<OrderRow, "side"> & { readonly symbol: string }
): Price.Price | undefined => Market.priceFor(book.rows, order, book.unsaidPrice)

/** The market moves to what a client knows of it, unless it has a newer price, or one that an instruction or a file says. */
export const learnPrice = (
  book: OrderBook,
  {
    referenceAt = book.turn.now,
    referencePrice,
    symbol
  }: Pick<PlaceRequest, "referenceAt" | "referencePrice"> & { readonly symbol: Ticker.Ticker }
): void => {
  const known = book.rows.price(symbol)
  const isOlder = known !== undefined && (known.since === null || referenceAt < known.since)
  if (referencePrice === null || isOlder) return
  book.rows.knowPrice(symbol, Decimal.format(referencePrice))
  book.rows.setFact(`priced ${symbol}`, Instant.format(referenceAt))
  if (known === undefined || !Decimal.equals(known.price, referencePrice)) sweep(book, symbol)
}

/** Enters an order, with those that are placed with it behind it. */
export const enter = (
  book: OrderBook,
  account: AccountName.AccountName,
  symbol: Ticker.Ticker,
  request: PlaceRequest
): OrderRow => {
  const order = enterOne(book, account, symbol, request)
  const { legs, trail } = request
  if (trail !== undefined) Contingent.trail(book.rows, order.brokerOrderId, trail)
  if (legs === undefined) return order
  const side = legs.as === "exit" ? request.side : Side.opposite(request.side)
  const ids = legs.orders.map(
    (leg) => enterOne(book, account, symbol, { ...request, ...leg, side, clientOrderId: null }).brokerOrderId
  )
  Contingent.join(book.rows, order.brokerOrderId, ids, legs.as === "entry")
  return order
}

const enterOne = (
  book: OrderBook,
  account: AccountName.AccountName,
  symbol: Ticker.Ticker,
  request: PlaceRequest
): OrderRow => {
  const number = book.rows.lastOrder() + 1
  const brokerOrderId = ClientOrderId.BrokerOrderId.make(book.orderIdOf(book.tag, number))
  const order = entered(request, { number, brokerOrderId, account, symbol, enteredAt: book.turn.tick() })
  book.rows.putOrder(order)
  book.turn.sayOrder(order)
  return order
}

/** Ends an order that works and enters another in its place, behind all others in time. */
export const replace = (book: OrderBook, order: OrderRow, request: PlaceRequest): OrderRow => {
  change(book, order, { status: "cancelled", reason: "another order took its place", fillsAtRequest: null })
  const next = enter(book, order.account, order.symbol, request)
  Contingent.succeed(book.rows, order.brokerOrderId, next.brokerOrderId)
  return next
}

/** Other terms for an order that works: how much, at what prices, and for how long. */
export const amend = (
  book: OrderBook,
  order: OrderRow,
  { goodTill, limitPrice, quantity, stopPrice, timeInForce }: Terms
): OrderRow => change(book, order, { goodTill: goodTill ?? null, limitPrice, quantity, stopPrice, timeInForce })

/** Ends an order, and with it those of its group that work. */
export const close = (book: OrderBook, order: OrderRow, status: ExchangeStatus, reason: string): OrderRow => {
  const closed = change(book, order, { status, reason, fillsAtRequest: null })
  for (const id of Contingent.othersOf(book.rows, order.brokerOrderId)) {
    const other = book.rows.order(id)
    if (other === undefined || !isWorking(other.status)) continue
    close(book, other, status === "expired" ? "expired" : "cancelled", "another order of its group has ended")
  }
  return closed
}

/** Changes that no subscriber hears. */
export const keep = (book: OrderBook, order: OrderRow, change: Partial<OrderRow>): OrderRow => {
  const next = { ...order, ...change }
  book.rows.putOrder(next)
  return next
}

/** Times in force under which an order waits for its price. */
const RESTING: ReadonlySet<OrderTerms.TimeInForce> = new Set(["day", "gtc", "gtd"])

/** Trades an order at its symbol's price where that is possible, and ends what may not wait. One that `arrives` was there last, whatever its number. */
export const work = (book: OrderBook, order: OrderRow, arrives = false): OrderRow => {
  if (!mayTradeNow(book, order)) return order
  const first = trade(book, order)
  if (isWorking(first.status)) cross(book, order.symbol, arrives ? order.brokerOrderId : undefined)
  const traded = reread(book, first)
  if (RESTING.has(order.timeInForce) || !isWorking(traded.status)) return traded
  const reason = traded.status === "unpriced" ? `no price of ${order.symbol} is known` : "not filled at once"
  return close(book, traded, "cancelled", `${order.timeInForce}: ${reason}`)
}

/** Trades the orders that rest in a symbol, where they cross its price; says how many are done. */
export const sweep = (book: OrderBook, symbol: string): number => {
  const working = book.rows.working(symbol).toSorted(byPriority)
  for (const row of working) {
    // What traded before may have ended it.
    const order = reread(book, row)
    if (mayTradeNow(book, order) && isWorking(order.status)) trade(book, order)
  }
  cross(book, symbol)
  return working.filter((row) => !isWorking(reread(book, row).status)).length
}

/** Trades an order for an auction in that, and ends what it does not fill. */
export const auction = (book: OrderBook, order: OrderRow): OrderRow => {
  const traded = trade(book, order)
  return isWorking(traded.status) ? close(book, traded, "cancelled", "the auction did not fill it") : traded
}

/** Trades the orders whose seeded delay ends with a request. */
export const fillDue = (book: OrderBook, requestNumber: number): void => {
  for (const row of book.rows.due(requestNumber)) trade(book, keep(book, reread(book, row), { fillsAtRequest: null }))
}

/** Fills so much of an order, at whatever price. */
export const fill = (book: OrderBook, order: OrderRow, quantity: Decimal.Decimal, price: Price.Price): ExecutionRow => {
  const { filled, row } = execute(book, order, quantity, price)
  filledOf(book, filled)
  return row
}

/** A new revision of an execution; quantity zero busts it. */
export const revise = (
  book: OrderBook,
  execution: ExecutionRow,
  quantity: Decimal.Decimal,
  price: Price.Price
): ExecutionRow => {
  const executedAt = book.turn.tick()
  const row = record(book, { ...execution, revision: execution.revision + 1, quantity, price, executedAt }, execution)
  refigure(book, orderOf(book, execution), executedAt)
  return row
}

/** The closing auction and the end of day orders, where only these hours are open from now on: how many orders expired. */
export const endSession = (book: OrderBook, now: Hours, except: ReadonlySet<string> = new Set()): number => {
  const over = book.rows
    .endingOrders()
    .filter((order) => !except.has(order.brokerOrderId) && !isInSession(order, now) && order.timeInForce !== "opg")
  for (const { brokerOrderId, timeInForce } of over) {
    const order = book.rows.order(brokerOrderId)
    if (order === undefined || !isWorking(order.status)) continue
    if (timeInForce === "cls") auction(book, order)
    else close(book, order, "expired", "the session closed")
  }
  return over.filter(({ timeInForce }) => timeInForce === "day").length
}

/** The end of orders, and of halts, that were until a moment that has come. */
export const lapse = (book: OrderBook): void => {
  for (const row of book.rows.lapsed(Instant.format(book.turn.now))) {
    const order = reread(book, row)
    // The end of one of its group may have ended it.
    if (isWorking(order.status)) close(book, order, "expired", "the time until which it was good has come")
  }
  Market.pauseDue(book.rows, book.turn.now)
  for (const symbol of Market.resumeDue(book.rows, book.turn.now)) sweep(book, symbol)
}

const trade = (book: OrderBook, order: OrderRow): OrderRow => {
  const mayNot =
    Market.isHalted(book.rows, order.symbol, book.turn.now) || Contingent.isWaiting(book.rows, order.brokerOrderId)
  if (!isWorking(order.status) || mayNot) return order
  const price = priceOf(book, order)
  if (price === undefined) return order.status === "new" ? change(book, order, { status: "unpriced" }) : order
  if (Market.isBeyond(book.rows, order.symbol, price)) return order
  const stopPrice = Contingent.trailed(book.rows, order, price)
  const { trades, triggered } = judge({ ...order, stopPrice }, price)
  const seen =
    triggered === order.triggered && stopPrice === order.stopPrice ? order : keep(book, order, { stopPrice, triggered })
  const quantity = trades ? taken(book, seen) : Decimal.zero
  if (!Decimal.isPositive(quantity)) return seen.status === "unpriced" ? change(book, seen, { status: "new" }) : seen
  fill(book, seen, quantity, price)
  return reread(book, seen)
}

/** What an order takes of what the market has: all that it asks for where nobody has said how much that is. */
const taken = (book: OrderBook, order: OrderRow): Decimal.Decimal => {
  const wanted = leavesOf(order)
  const there = Market.depthFor(book.rows, order)
  if (there === undefined) return wanted
  if (order.timeInForce === "fok" && Decimal.isLess(there, wanted)) return Decimal.zero
  const quantity = Decimal.min(wanted, there)
  Market.setDepth(book.rows, order.side, order.symbol, Decimal.subtract(there, quantity))
  return quantity
}

/** Orders of two accounts trade with each other, by price and time, at the price of the one that was there first. */
const cross = (book: OrderBook, symbol: string, last?: string): void => {
  if (Market.isHalted(book.rows, symbol, book.turn.now)) return
  const able = book.rows
    .working(symbol)
    .filter((order) => mayCross(book, order))
    .toSorted(byPriority)
  const sells = able.filter(({ side }) => side === "sell")
  for (const buy of able.slice(0, able.length - sells.length)) for (const sell of sells) crossed(book, buy, sell, last)
}

const mayCross = (book: OrderBook, order: OrderRow): boolean =>
  mayTradeNow(book, order) &&
  order.timeInForce !== "fok" &&
  (!isStop(order) || order.triggered) &&
  !Contingent.isWaiting(book.rows, order.brokerOrderId)

const crossed = (book: OrderBook, first: OrderRow, second: OrderRow, last: string | undefined): void => {
  const [buy, sell] = [reread(book, first), reread(book, second)]
  const price = crossingOf(buy, sell, (order) => order.brokerOrderId === last)
  const quantity = Decimal.min(leavesOf(buy), leavesOf(sell))
  const isOver = !isWorking(buy.status) || !isWorking(sell.status) || !Decimal.isPositive(quantity)
  if (price === undefined || isOver || Market.isBeyond(book.rows, buy.symbol, price)) return
  // Both have traded before either sets off what hangs together with it, which may cross again.
  const both = [execute(book, buy, quantity, price), execute(book, sell, quantity, price)]
  for (const { filled } of both) filledOf(book, reread(book, filled))
}

const mayTradeNow = (book: OrderBook, order: OrderRow): boolean =>
  !isForAuction(order) && isInSession(order, book.hours)

const execute = (book: OrderBook, order: OrderRow, quantity: Decimal.Decimal, price: Price.Price) => {
  const { account, brokerOrderId, clientOrderId, side, symbol } = order
  const executedAt = book.turn.tick()
  const execIdBase = `PX${book.tag}-${book.rows.lastExecution() + 1}`
  const row = record(book, {
    execIdBase,
    revision: 1,
    brokerOrderId,
    clientOrderId,
    account,
    symbol,
    side,
    quantity,
    price,
    executedAt
  })
  return { row, filled: refigure(book, order, executedAt) }
}

const record = (
  book: OrderBook,
  execution: Omit<ExecutionRow, "number" | "execId">,
  before?: ExecutionRow
): ExecutionRow => {
  const { execIdBase, revision } = execution
  const row = { ...execution, number: book.rows.lastExecution() + 1, execId: execIdOf(execIdBase, revision) }
  book.rows.putExecution(row)
  const { quantity, symbol } = before === undefined ? row : revisedBy(book, before, row)
  const held = book.rows.holding(row.account, symbol)?.amount ?? Decimal.zero
  book.rows.setHolding(row.account, symbol, Decimal.format(Decimal.add(held, Side.signed(row.side, quantity))))
  Power.move(book.rows, row, before)
  book.turn.sayExecution(row)
  return row
}

/** The shares that a revision brings: as many as those of then have become since, under the symbol of now. */
const revisedBy = (book: OrderBook, before: ExecutionRow, row: ExecutionRow) => {
  const first =
    book.rows
      .executionsOf(row.brokerOrderId)
      .find(({ execIdBase, revision }) => execIdBase === row.execIdBase && revision === 1) ?? before
  const [had, has] = [since(book.rows, first, before.quantity), since(book.rows, first, row.quantity)]
  return { symbol: has.symbol, quantity: Decimal.subtract(has.quantity, had.quantity) }
}

const orderOf = (book: OrderBook, execution: ExecutionRow): OrderRow => {
  const order = book.rows.order(execution.brokerOrderId)
  if (order === undefined) throw new Error(`execution ${execution.execId} has no order`)
  return order
}

const refigure = (book: OrderBook, order: OrderRow, at: Instant.Instant): OrderRow => {
  const canonical = canonicalOf(book.rows.executionsOf(order.brokerOrderId))
  const filledQuantity = Decimal.sum(canonical.map((execution) => execution.quantity))
  const notional = Decimal.sum(canonical.map(({ price, quantity }) => Decimal.multiply(price, quantity)))
  const status = statusAfter(order, filledQuantity)
  return change(
    book,
    order,
    { filledQuantity, notional, status, fillsAtRequest: isWorking(status) ? order.fillsAtRequest : null },
    at
  )
}

/** What a fill does to the other orders of its group. */
const filledOf = (book: OrderBook, order: OrderRow): void => {
  const others = Contingent.othersOf(book.rows, order.brokerOrderId)
  const waiting = others.filter((id) => Contingent.isWaiting(book.rows, id))
  if (!Contingent.isEntry(book.rows, order.brokerOrderId)) {
    if (waiting.length === 0) leaveTo(book, order, others)
    return
  }
  if (order.status !== "filled") return
  for (const leg of waiting) Contingent.release(book.rows, leg)
  for (const leg of waiting) {
    const released = book.rows.order(leg)
    if (released !== undefined && isWorking(released.status)) work(book, released, true)
  }
}

/** Of exits one ends the others; what it has filled in part is no longer asked for by them. */
const leaveTo = (book: OrderBook, order: OrderRow, others: ReadonlyArray<string>): void => {
  const left = leavesOf(order)
  for (const id of others) {
    const other = book.rows.order(id)
    if (other === undefined || !isWorking(other.status)) continue
    if (!Decimal.isPositive(left)) close(book, other, "cancelled", "another order of its group was filled")
    else change(book, other, { quantity: Quantity.make(Decimal.add(other.filledQuantity, left)) })
  }
}

const change = (book: OrderBook, order: OrderRow, what: Partial<OrderRow>, updatedAt = book.turn.tick()): OrderRow => {
  const next = keep(book, order, { ...what, updatedAt })
  book.turn.sayOrder(next)
  return next
}

const reread = (book: OrderBook, order: OrderRow): OrderRow => book.rows.order(order.brokerOrderId) ?? order

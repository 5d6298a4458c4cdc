import { Decimal, Instant, type Price, Quantity, Side, type Ticker } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import type { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { isWorking } from "../ExchangeOrder.ts"
import type { ExchangeStatus, PlaceRequest } from "../ExchangeOrder.ts"
import { byPriority, crossingOf, isForAuction, isInSession, isStop, judge, type Hours } from "../Matching.ts"
import * as Contingent from "./contingent.ts"
import { canonicalOf, execIdOf, leavesOf, statusAfter } from "./figures.ts"
import * as Market from "./market.ts"
import { since } from "./paid.ts"
import * as Power from "./power.ts"
import { type Instead, type Refusal, refusalOf } from "./refusing.ts"
import { entered } from "./rows.ts"
import type { ExecutionRow, OrderRow } from "./rows.ts"
import type { Turn } from "./Turn.ts"

const NONE: ReadonlySet<string> = new Set()

/** The exchange's books within one turn. Everything here is about orders that are taken; what is answered is not its concern. */
export interface OrderBook {
  readonly refusalOf: (
    account: AccountName.AccountName,
    request: PlaceRequest,
    restsWhileClosed: boolean,
    instead?: Instead
  ) => Refusal | undefined
  /** Enters an order, with those that are placed with it behind it. */
  readonly enter: (account: AccountName.AccountName, symbol: Ticker.Ticker, request: PlaceRequest) => OrderRow
  /** Trades an order at its symbol's price where that is possible, and ends what may not wait. One that `arrives` was there last, whatever its number. */
  readonly work: (order: OrderRow, arrives?: boolean) => OrderRow
  readonly fill: (order: OrderRow, quantity: Decimal.Decimal, price: Price.Price) => ExecutionRow
  /** A new revision of an execution; quantity zero busts it. */
  readonly revise: (execution: ExecutionRow, quantity: Decimal.Decimal, price: Price.Price) => ExecutionRow
  readonly close: (order: OrderRow, status: ExchangeStatus, reason: string) => OrderRow
  /** Other terms for an order that works: how much, at what prices, and for how long. */
  readonly amend: (order: OrderRow, terms: Terms) => OrderRow
  /** Ends an order that works and enters another in its place, behind all others in time. */
  readonly replace: (order: OrderRow, request: PlaceRequest) => OrderRow
  /** Changes that nobody is told of. */
  readonly keep: (order: OrderRow, change: Partial<OrderRow>) => OrderRow
  /** The market moves to what a client knows of it, unless it has a newer price, or one that an instruction or a file says. */
  readonly learnPrice: (
    request: Pick<PlaceRequest, "referenceAt" | "referencePrice"> & { readonly symbol: Ticker.Ticker }
  ) => void
  /** Trades the orders that rest in a symbol, where they cross its price; says how many are done. */
  readonly sweep: (symbol: string) => number
  /** Trades an order for the opening in that, and ends what it does not fill. */
  readonly auction: (order: OrderRow) => OrderRow
  /** The closing auction and the end of day orders, where only `hours` are open from now on: how many orders expired. */
  readonly endSession: (hours: Hours, except?: ReadonlySet<string>) => number
  /** The end of orders, and of halts, that were until a moment that has come. */
  readonly lapse: () => void
  readonly fillDue: (requestNumber: number) => void
  /** What an order trades at: the market's price, or nothing where nobody has said one. */
  readonly priceOf: (order: Pick<OrderRow, "side"> & { readonly symbol: string }) => Price.Price | undefined
}

/** What may change of an order while it works. */
type Terms = Pick<PlaceRequest, "goodTill" | "limitPrice" | "quantity" | "stopPrice" | "timeInForce">

/** What the n-th order of the exchange with this tag is called. */
export type OrderIdOf = (tag: string, number: number) => string

/** The paper exchange's own ids. */
export const plainOrderId: OrderIdOf = (tag, number) => `P${tag}-${number}`

/** What the books of a turn go by. `tag` goes into ids, so that no two exchanges share one. */
export interface Setting {
  readonly tag: string
  readonly orderIdOf: OrderIdOf
  readonly hours: Hours
  readonly unsaidPrice: Price.Price | undefined
}

/** The books of one turn, while these sessions are open. */
export const make = (turn: Turn, { hours, orderIdOf, tag, unsaidPrice }: Setting): OrderBook => {
  const { rows } = turn

  const priceOf: OrderBook["priceOf"] = (order) => Market.priceFor(rows, order, unsaidPrice)

  const learnPrice: OrderBook["learnPrice"] = ({ referenceAt = turn.now, referencePrice, symbol }) => {
    const known = rows.price(symbol)
    const isOlder = known !== undefined && (known.since === null || referenceAt < known.since)
    if (referencePrice === null || isOlder) return
    rows.knowPrice(symbol, Decimal.format(referencePrice))
    rows.setFact(`priced ${symbol}`, Instant.format(referenceAt))
    if (known === undefined || !Decimal.equals(known.price, referencePrice)) sweep(symbol)
  }

  const keep = (order: OrderRow, change: Partial<OrderRow>): OrderRow => {
    const next = { ...order, ...change }
    rows.putOrder(next)
    return next
  }

  const change = (order: OrderRow, what: Partial<OrderRow>, updatedAt: Instant.Instant): OrderRow => {
    const next = keep(order, { ...what, updatedAt })
    turn.sayOrder(next)
    return next
  }

  const refigure = (order: OrderRow, at: Instant.Instant): OrderRow => {
    const canonical = canonicalOf(rows.executionsOf(order.brokerOrderId))
    const filledQuantity = Decimal.sum(canonical.map((execution) => execution.quantity))
    const notional = Decimal.sum(canonical.map(({ price, quantity }) => Decimal.multiply(price, quantity)))
    const status = statusAfter(order, filledQuantity)
    return change(
      order,
      { filledQuantity, notional, status, fillsAtRequest: isWorking(status) ? order.fillsAtRequest : null },
      at
    )
  }

  /** The shares that a revision brings: as many as those of then have become since, under the symbol of now. */
  const revisedBy = (before: ExecutionRow, row: ExecutionRow) => {
    const first =
      rows
        .executionsOf(row.brokerOrderId)
        .find(({ execIdBase, revision }) => execIdBase === row.execIdBase && revision === 1) ?? before
    const [had, has] = [since(rows, first, before.quantity), since(rows, first, row.quantity)]
    return { symbol: has.symbol, quantity: Decimal.subtract(has.quantity, had.quantity) }
  }

  const book = (execution: Omit<ExecutionRow, "number" | "execId">, before?: ExecutionRow): ExecutionRow => {
    const { execIdBase, revision } = execution
    const row = { ...execution, number: rows.lastExecution() + 1, execId: execIdOf(execIdBase, revision) }
    rows.putExecution(row)
    const { quantity, symbol } = before === undefined ? row : revisedBy(before, row)
    const held = rows.holding(row.account, symbol)?.amount ?? Decimal.zero
    rows.setHolding(row.account, symbol, Decimal.format(Decimal.add(held, Side.signed(row.side, quantity))))
    Power.move(rows, row, before)
    turn.sayExecution(row)
    return row
  }

  const orderOf = (execution: ExecutionRow): OrderRow => {
    const order = rows.order(execution.brokerOrderId)
    if (order === undefined) throw new Error(`execution ${execution.execId} has no order`)
    return order
  }

  const fill: OrderBook["fill"] = (order, quantity, price) => {
    const { filled, row } = execute(order, quantity, price)
    filledOf(filled)
    return row
  }

  const execute = (order: OrderRow, quantity: Decimal.Decimal, price: Price.Price) => {
    const { account, brokerOrderId, clientOrderId, side, symbol } = order
    const executedAt = turn.tick()
    const execIdBase = `PX${tag}-${rows.lastExecution() + 1}`
    const row = book({
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
    return { row, filled: refigure(order, executedAt) }
  }

  /** What a fill does to the other orders of its group. */
  const filledOf = (order: OrderRow): void => {
    const others = Contingent.othersOf(rows, order.brokerOrderId)
    const waiting = others.filter((id) => Contingent.isWaiting(rows, id))
    if (!Contingent.isEntry(rows, order.brokerOrderId)) {
      if (waiting.length === 0) leaveTo(order, others)
      return
    }
    if (order.status !== "filled") return
    for (const leg of waiting) Contingent.release(rows, leg)
    for (const leg of waiting) {
      const released = rows.order(leg)
      if (released !== undefined && isWorking(released.status)) work(released, true)
    }
  }

  /** Of exits one ends the others; what it has filled in part is no longer asked for by them. */
  const leaveTo = (order: OrderRow, others: ReadonlyArray<string>): void => {
    const left = leavesOf(order)
    for (const id of others) {
      const other = rows.order(id)
      if (other === undefined || !isWorking(other.status)) continue
      if (!Decimal.isPositive(left)) close(other, "cancelled", "another order of its group was filled")
      else change(other, { quantity: Quantity.make(Decimal.add(other.filledQuantity, left)) }, turn.tick())
    }
  }

  const close: OrderBook["close"] = (order, status, reason) => {
    const closed = change(order, { status, reason, fillsAtRequest: null }, turn.tick())
    for (const id of Contingent.othersOf(rows, order.brokerOrderId)) {
      const other = rows.order(id)
      if (other === undefined || !isWorking(other.status)) continue
      close(other, status === "expired" ? "expired" : "cancelled", "another order of its group has ended")
    }
    return closed
  }

  const amend: OrderBook["amend"] = (order, { goodTill = null, limitPrice, quantity, stopPrice, timeInForce }) =>
    change(order, { goodTill, limitPrice, quantity, stopPrice, timeInForce }, turn.tick())

  const enter: OrderBook["enter"] = (account, symbol, request) => {
    const order = enterOne(account, symbol, request)
    const { legs, trail } = request
    if (trail !== undefined) Contingent.trail(rows, order.brokerOrderId, trail)
    if (legs === undefined) return order
    const side = legs.as === "exit" ? request.side : Side.opposite(request.side)
    const ids = legs.orders.map(
      (leg) => enterOne(account, symbol, { ...request, ...leg, side, clientOrderId: null }).brokerOrderId
    )
    Contingent.join(rows, order.brokerOrderId, ids, legs.as === "entry")
    return order
  }

  const replace: OrderBook["replace"] = (order, request) => {
    change(order, { status: "cancelled", reason: "another order took its place", fillsAtRequest: null }, turn.tick())
    const next = enter(order.account, order.symbol, request)
    Contingent.succeed(rows, order.brokerOrderId, next.brokerOrderId)
    return next
  }

  const enterOne = (account: AccountName.AccountName, symbol: Ticker.Ticker, request: PlaceRequest): OrderRow => {
    const number = rows.lastOrder() + 1
    const brokerOrderId = ClientOrderId.BrokerOrderId.make(orderIdOf(tag, number))
    const order = entered(request, { number, brokerOrderId, account, symbol, enteredAt: turn.tick() })
    rows.putOrder(order)
    turn.sayOrder(order)
    return order
  }

  const reread = (order: OrderRow): OrderRow => rows.order(order.brokerOrderId) ?? order

  const trade = (order: OrderRow): OrderRow => {
    const mayNot = Market.isHalted(rows, order.symbol, turn.now) || Contingent.isWaiting(rows, order.brokerOrderId)
    if (!isWorking(order.status) || mayNot) return order
    const price = priceOf(order)
    if (price === undefined) return order.status === "new" ? change(order, { status: "unpriced" }, turn.tick()) : order
    if (Market.isBeyond(rows, order.symbol, price)) return order
    const stopPrice = Contingent.trailed(rows, order, price)
    const { trades, triggered } = judge({ ...order, stopPrice }, price)
    const seen =
      triggered === order.triggered && stopPrice === order.stopPrice ? order : keep(order, { stopPrice, triggered })
    const quantity = trades ? taken(seen) : Decimal.zero
    if (!Decimal.isPositive(quantity))
      return seen.status === "unpriced" ? change(seen, { status: "new" }, turn.tick()) : seen
    fill(seen, quantity, price)
    return reread(seen)
  }

  /** What an order takes of what the market has: all that it asks for where nobody has said how much that is. */
  const taken = (order: OrderRow): Decimal.Decimal => {
    const wanted = leavesOf(order)
    const there = Market.depthFor(rows, order)
    if (there === undefined) return wanted
    if (order.timeInForce === "fok" && Decimal.isLess(there, wanted)) return Decimal.zero
    const quantity = Decimal.min(wanted, there)
    Market.setDepth(rows, order.side, order.symbol, Decimal.subtract(there, quantity))
    return quantity
  }

  const sweep: OrderBook["sweep"] = (symbol) => {
    const working = rows.working(symbol).toSorted(byPriority)
    for (const row of working) {
      // What traded before may have ended it.
      const order = reread(row)
      if (mayTradeNow(order) && isWorking(order.status)) trade(order)
    }
    cross(symbol)
    return working.filter((row) => !isWorking(reread(row).status)).length
  }

  /** Orders of two accounts trade with each other, by price and time, at the price of the one that was there first. */
  const cross = (symbol: string, last?: string): void => {
    if (Market.isHalted(rows, symbol, turn.now)) return
    const able = rows.working(symbol).filter(mayCross).toSorted(byPriority)
    const sells = able.filter(({ side }) => side === "sell")
    for (const buy of able.slice(0, able.length - sells.length)) for (const sell of sells) crossed(buy, sell, last)
  }

  const mayCross = (order: OrderRow): boolean =>
    mayTradeNow(order) &&
    order.timeInForce !== "fok" &&
    (!isStop(order) || order.triggered) &&
    !Contingent.isWaiting(rows, order.brokerOrderId)

  const crossed = (first: OrderRow, second: OrderRow, last: string | undefined): void => {
    const [buy, sell] = [reread(first), reread(second)]
    const price = crossingOf(buy, sell, (order) => order.brokerOrderId === last)
    const quantity = Decimal.min(leavesOf(buy), leavesOf(sell))
    const isOver = !isWorking(buy.status) || !isWorking(sell.status) || !Decimal.isPositive(quantity)
    if (price === undefined || isOver || Market.isBeyond(rows, buy.symbol, price)) return
    // Both have traded before either sets off what hangs together with it, which may cross again.
    const both = [execute(buy, quantity, price), execute(sell, quantity, price)]
    for (const { filled } of both) filledOf(reread(filled))
  }

  const mayTradeNow = (order: OrderRow): boolean => !isForAuction(order) && isInSession(order, hours)

  const auction: OrderBook["auction"] = (order) => {
    const traded = trade(order)
    return isWorking(traded.status) ? close(traded, "cancelled", "the auction did not fill it") : traded
  }

  const endSession: OrderBook["endSession"] = (now, except = NONE) => {
    const over = rows
      .endingOrders()
      .filter((order) => !except.has(order.brokerOrderId) && !isInSession(order, now) && order.timeInForce !== "opg")
    for (const { brokerOrderId, timeInForce } of over) {
      const order = rows.order(brokerOrderId)
      if (order === undefined || !isWorking(order.status)) continue
      if (timeInForce === "cls") auction(order)
      else close(order, "expired", "the session closed")
    }
    return over.filter(({ timeInForce }) => timeInForce === "day").length
  }

  const lapse = (): void => {
    for (const row of rows.lapsed(Instant.format(turn.now))) {
      const order = reread(row)
      // The end of one of its group may have ended it.
      if (isWorking(order.status)) close(order, "expired", "the time until which it was good has come")
    }
    Market.pauseDue(rows, turn.now)
    for (const symbol of Market.resumeDue(rows, turn.now)) sweep(symbol)
  }

  const work: OrderBook["work"] = (order, arrives = false) => {
    if (!mayTradeNow(order)) return order
    const first = trade(order)
    if (isWorking(first.status)) cross(order.symbol, arrives ? order.brokerOrderId : undefined)
    const traded = reread(first)
    if (RESTING.has(order.timeInForce) || !isWorking(traded.status)) return traded
    const reason = traded.status === "unpriced" ? `no price of ${order.symbol} is known` : "not filled at once"
    return close(traded, "cancelled", `${order.timeInForce}: ${reason}`)
  }

  return {
    priceOf,
    keep,
    fill,
    close,
    amend,
    work,
    auction,
    endSession,
    lapse,
    refusalOf: (account, request, restsWhileClosed, instead) =>
      refusalOf({ rows, now: turn.now, hours, priceOf, restsWhileClosed }, account, request, instead),
    enter,
    replace,
    revise: (execution, quantity, price) => {
      const executedAt = turn.tick()
      const row = book({ ...execution, revision: execution.revision + 1, quantity, price, executedAt }, execution)
      refigure(orderOf(execution), executedAt)
      return row
    },
    learnPrice,
    sweep,
    fillDue: (requestNumber) => {
      for (const row of rows.due(requestNumber)) trade(keep(reread(row), { fillsAtRequest: null }))
    }
  }
}

/** Times in force under which an order waits for its price. */
const RESTING: ReadonlySet<OrderTerms.TimeInForce> = new Set(["day", "gtc", "gtd"])

import { Decimal, Ticker, type AccountName } from "@roundlot/core"
import { Schema } from "effect"
import * as Contingent from "./contingent.ts"
import * as OrderBook from "./orderBook.ts"
import { type ExchangeOrder, PlaceRequest, isWorking } from "../ExchangeOrder.ts"
import type { Asked } from "../ExchangeReply.ts"
import { isInSession } from "../Matching.ts"
import { type Floor, ownOrder, restingIn } from "./Floor.ts"
import { type Refusal, TOO_DEAR, mayTrade } from "./refusing.ts"
import { type Scene, type Served, done, refused, serve } from "./requests.ts"

const encodePlace = Schema.encodeSync(PlaceRequest)

/** Places an order. */
export const place = (floor: Floor, account: AccountName.AccountName, request: PlaceRequest): Asked<ExchangeOrder> =>
  serve(floor, { account, operation: "place", payload: encodePlace(request), subject: () => request }, (scene) =>
    takeOrder(floor, scene, account, request)
  )

const takeOrder = (
  floor: Floor,
  { book, hours, requestNumber, script, turn }: Scene,
  account: AccountName.AccountName,
  request: PlaceRequest
): Served<ExchangeOrder> => {
  const { rejectsWhatIsTaken = false, restsWhileClosed = false } = floor.options
  const { symbol } = request
  if (hours.extended && mayTrade(symbol)) OrderBook.learnPrice(book, { ...request, symbol })
  const refusal = OrderBook.refusalOf(book, account, request, restsWhileClosed)
  const isTaken = rejectsWhatIsTaken && refusal?.code === TOO_DEAR
  if (refusal !== undefined && !isTaken) return refused(refusal)
  const order = OrderBook.enter(book, account, Ticker.Ticker.make(symbol), request)
  if (refusal !== undefined) {
    OrderBook.close(book, order, "rejected", refusal.words)
    return done(order, order.brokerOrderId)
  }
  const { filling, restAfterRequests } = script
  if (!isInSession(request, hours) || request.timeInForce === "opg") {
    const resting = Contingent.groupOf(floor.rows, order.brokerOrderId)
    floor.rows.setFact("resting", [...restingIn(floor), ...resting].join(" "))
  }
  if (filling === undefined) OrderBook.work(book, order)
  const now = turn.rows.order(order.brokerOrderId) ?? order
  if (restAfterRequests !== undefined && isWorking(now.status)) {
    OrderBook.keep(book, now, { fillsAtRequest: requestNumber + restAfterRequests })
  }
  return done(order, order.brokerOrderId)
}

/** Changes the terms of an order that works. */
export const amend = (
  floor: Floor,
  account: AccountName.AccountName,
  brokerOrderId: string,
  request: PlaceRequest
): Asked<ExchangeOrder> =>
  serve(
    floor,
    { account, operation: "place", payload: encodePlace(request), subject: () => request },
    ({ book, script, turn }) => {
      const { restsWhileClosed = false } = floor.options
      const order = ownOrder(floor, account, { brokerOrderId })
      if (order === undefined) return refused(noOrder(brokerOrderId))
      if (!isWorking(order.status) || !Decimal.isLess(order.filledQuantity, request.quantity))
        return refused({ status: 422, code: "not_amendable", words: `order ${brokerOrderId} is ${order.status}` })
      if (isAnother(order, request)) return refused(anotherOrder(brokerOrderId))
      const shares = Decimal.subtract(request.quantity, order.filledQuantity)
      const unnamed = { ...request, clientOrderId: null }
      const refusal = OrderBook.refusalOf(book, account, unnamed, restsWhileClosed, { brokerOrderId, shares })
      if (refusal !== undefined) return refused(refusal)
      const changed = OrderBook.amend(book, order, request)
      if (script.filling === undefined) OrderBook.work(book, changed, true)
      return done(turn.rows.order(brokerOrderId) ?? changed, brokerOrderId)
    }
  )

/** Ends an order that works, of which so much has been filled, and enters another in its place: both or neither. */
export const replace = (
  floor: Floor,
  account: AccountName.AccountName,
  brokerOrderId: string,
  request: PlaceRequest,
  filled: Decimal.Decimal
): Asked<ExchangeOrder> =>
  serve(
    floor,
    { account, operation: "place", payload: encodePlace(request), subject: () => request },
    ({ book, script }) => {
      const order = ownOrder(floor, account, { brokerOrderId })
      if (order === undefined) return refused(noOrder(brokerOrderId))
      if (!isWorking(order.status) || !Decimal.equals(order.filledQuantity, filled)) {
        const words = `order ${brokerOrderId} is ${order.status} with ${Decimal.format(order.filledQuantity)} filled`
        return refused({ status: 422, code: "not_replaceable", words })
      }
      if (isAnother(order, request)) return refused(anotherOrder(brokerOrderId))
      const refusal = OrderBook.refusalOf(book, account, request, false, { brokerOrderId, shares: request.quantity })
      if (refusal !== undefined) return refused(refusal)
      const entered = OrderBook.replace(book, order, request)
      if (script.filling === undefined) OrderBook.work(book, entered)
      return done(entered, entered.brokerOrderId)
    }
  )

const isAnother = (order: ExchangeOrder, { side, symbol, type }: PlaceRequest): boolean =>
  order.symbol !== symbol || order.side !== side || order.type !== type

const anotherOrder = (brokerOrderId: string): Refusal => ({
  status: 422,
  code: "another_order",
  words: `order ${brokerOrderId} is another one`
})

const noOrder = (brokerOrderId: string): Refusal => ({
  status: 404,
  code: "unknown_order",
  words: `no order ${brokerOrderId}`
})

/** Cancels an order. */
export const cancel = (floor: Floor, account: AccountName.AccountName, brokerOrderId: string): Asked<null> => {
  const subject = () => ownOrder(floor, account, { brokerOrderId })
  return serve<null>(
    floor,
    { account, operation: "cancel", payload: { brokerOrderId }, subject },
    ({ book, script }) => {
      const order = subject()
      if (order === undefined) return refused(noOrder(brokerOrderId))
      if (!isWorking(order.status)) {
        return refused({ status: 422, code: "not_cancelable", words: `order ${brokerOrderId} is ${order.status}` })
      }
      if (script.filling?._tag !== "accept") OrderBook.close(book, order, "cancelled", "asked for by the client")
      return done(null, brokerOrderId)
    }
  )
}

import {
  Allocation,
  Attempt,
  Decimal,
  Fill,
  Id,
  Order,
  Trade,
  type Instant,
  type TradeRepository
} from "@roundlot/core"
import { Effect } from "effect"
import { among } from "../views/listing.ts"

/** A stretch of a trade's life, with what happened within it. Times are those of the books, a fill's begin the broker's. */
export interface Stretch {
  readonly name: "trade" | "order" | "attempt" | "fill"
  readonly from: Instant.Instant
  readonly to: Instant.Instant
  readonly attributes: Readonly<Record<string, string>>
  /** Why it came to nothing. */
  readonly failure: string | undefined
  readonly parts: ReadonlyArray<Stretch>
}

const ofFill = (fill: Fill.Fill): Stretch => ({
  name: "fill",
  from: fill.executedAt < fill.createdAt ? fill.executedAt : fill.createdAt,
  to: fill.createdAt,
  attributes: {
    "roundlot.fill": Id.format("fill", fill.id),
    "roundlot.quantity": Decimal.format(fill.quantity),
    ...(fill.price === undefined ? {} : { "roundlot.price": Decimal.format(fill.price) })
  },
  failure: undefined,
  parts: []
})

const ofAttempt = (attempt: Attempt.Attempt): Stretch => ({
  name: "attempt",
  from: attempt.submittedAt,
  to: attempt.answeredAt ?? attempt.updatedAt,
  attributes: {
    "roundlot.attempt": Id.format("attempt", attempt.id),
    "roundlot.outcome": attempt.outcome ?? "none",
    ...(attempt.httpStatus === undefined ? {} : { "http.response.status_code": String(attempt.httpStatus) })
  },
  failure: attempt.outcome === "accepted" ? undefined : (attempt.errorMessage ?? attempt.outcome ?? "no answer"),
  parts: []
})

const ofOrder = (order: Order.Order, parts: ReadonlyArray<Stretch>): Stretch => ({
  name: "order",
  from: order.createdAt,
  to: order.endedAt ?? order.updatedAt,
  attributes: {
    "roundlot.order": Id.format("order", order.id),
    "roundlot.client_order_id": order.clientOrderId,
    "roundlot.side": order.side,
    "roundlot.quantity": Decimal.format(order.quantity),
    "roundlot.filled": Decimal.format(order.filled),
    "roundlot.status": order.status,
    ...(order.brokerOrderId === undefined ? {} : { "roundlot.broker_order_id": order.brokerOrderId })
  },
  failure: order.status === "rejected" || order.status === "failed" ? (order.reason ?? order.status) : undefined,
  parts
})

const ofTrade = (trade: Trade.Trade, parts: ReadonlyArray<Stretch>): Stretch => ({
  name: "trade",
  from: trade.createdAt,
  to: trade.updatedAt,
  attributes: {
    "roundlot.trade": Id.format("trade", trade.id),
    "roundlot.account": trade.account,
    "roundlot.source": trade.source,
    "roundlot.source_id": trade.sourceId,
    "roundlot.symbol": trade.symbol,
    "roundlot.side": trade.side,
    "roundlot.quantity": Decimal.format(trade.quantity),
    "roundlot.status": trade.status
  },
  failure: trade.status === "failed" ? (trade.reason ?? trade.status) : undefined,
  parts
})

const isOver = ({ status }: Trade.Trade): boolean => status === "completed" || status === "failed"

/** The lives of those of these trades that are over: each with the orders that it went into, their attempts and fills. */
export const livesOf = (
  ids: ReadonlyArray<Id.TradeId>
): Effect.Effect<ReadonlyArray<Stretch>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const trades = (yield* among(Trade.TradeTable, "id", ids)).filter(isOver)
    const own = trades.map(({ id }) => id)
    const links = yield* among(Allocation.AllocationTable, "tradeId", own)
    const direct = yield* among(Order.OrderTable, "tradeId", own)
    const linked = yield* among(Order.OrderTable, "id", new Set(links.flatMap(({ orderId }) => orderId ?? [])))
    const orders = [...direct, ...linked]
    const orderIds = orders.map(({ id }) => id)
    const attempts = yield* among(Attempt.AttemptTable, "orderId", orderIds)
    const fills = yield* among(Fill.FillTable, "orderId", orderIds)
    const told = new Map(
      orders.map((order) => [
        order.id,
        ofOrder(order, [
          ...attempts.filter(({ orderId }) => orderId === order.id).map(ofAttempt),
          ...fills.filter(({ orderId }) => orderId === order.id).map(ofFill)
        ])
      ])
    )
    return trades.map((trade) => {
      const linkedTo = links.filter(({ tradeId }) => tradeId === trade.id).map(({ orderId }) => orderId)
      const directly = direct.filter(({ tradeId }) => tradeId === trade.id).map(({ id }) => id)
      const wanted = new Set([...directly, ...linkedTo])
      return ofTrade(
        trade,
        [...wanted].flatMap((id) => (id === undefined ? [] : (told.get(id) ?? [])))
      )
    })
  })

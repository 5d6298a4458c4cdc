import { Decimal, Fill, Order, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation } from "@roundlot/core/ledger"
import type { TradeImport } from "@roundlot/imports"
import { Effect, Ref } from "effect"

const TRADES_IN_FULL = 5
const ORDERS_IN_FULL = 5

/** What a watcher has seen of the books so far. */
interface Seen {
  readonly orders: number
  readonly lastOrder: number
  readonly fills: number
  readonly lastFill: number
  readonly shown: number
}

const PAGE = 500
const TRADES_SHOWN = 3

/** The lines of the first trades, so that a reader sees what comes in. */
export const tradeLines = (step: TradeImport.Step, shown: number): ReadonlyArray<string> =>
  step.taken
    .filter(([, result]) => result._tag === "Accepted")
    .slice(0, Math.max(0, TRADES_IN_FULL - shown))
    .map(([{ input }]) => {
      const price = input.price === undefined ? "" : ` @ ${Decimal.format(input.price)}`
      return `  trade  ${input.sourceId}  ${input.side} ${Decimal.format(input.quantity)} ${input.symbol}${price}`
    })

/** One order with the trades that it is made of, in a line. */
const orderLine = (order: Order.Order) =>
  Effect.gen(function* () {
    const allocations = yield* Reads.all(Allocation.AllocationTable, { where: [{ column: "orderId", in: [order.id] }] })
    const parts = yield* Effect.forEach(allocations, (allocation) =>
      Effect.map(
        Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [allocation.tradeId ?? -1] }] }),
        (trade) => `${Decimal.format(allocation.quantity)} of ${trade?.sourceId ?? "?"}`
      )
    )
    const average = Order.averagePrice(order)
    const price = average === undefined ? "" : ` @ ${Decimal.format(average)}`
    const what = `${order.side} ${Decimal.format(order.quantity)} ${order.symbol}`
    const more = parts.length > TRADES_SHOWN ? ` + ${parts.length - TRADES_SHOWN} more trades` : ""
    return `  order  ${Id.format("order", order.id)}  ${what}  ${order.status}${price}  for ${parts.slice(0, TRADES_SHOWN).join(" + ")}${more}`
  })

/** A watcher of the books. */
export interface Watcher {
  /** Starts to count from where the books stand now. */
  readonly begin: Looking<void>
  /** Counts what is new since `begin`. */
  readonly catchUp: Looking<Pick<Seen, "orders" | "fills">>
  /** The lines of the first orders that ended, each once. */
  readonly firstOrders: Looking<ReadonlyArray<string>>
}

type Looking<A> = Effect.Effect<A, TradeRepository.StoreError, TradeRepository.TradeRepository>

/** Watches orders and fills come up: each look costs a page of what is new, however large the books are. */
export const watcher: Effect.Effect<Watcher> = Effect.map(
  Ref.make<Seen>({ orders: 0, lastOrder: 0, fills: 0, lastFill: 0, shown: 0 }),
  (seen) => {
    const look = Effect.gen(function* () {
      const before = yield* Ref.get(seen)
      const orders = yield* Reads.page(Order.OrderTable, { after: [before.lastOrder], limit: PAGE })
      const fills = yield* Reads.page(Fill.FillTable, { after: [before.lastFill], limit: PAGE })
      const after = {
        ...before,
        orders: before.orders + orders.items.length,
        lastOrder: orders.items.at(-1)?.id ?? before.lastOrder,
        fills: before.fills + fills.items.length,
        lastFill: fills.items.at(-1)?.id ?? before.lastFill
      }
      yield* Ref.set(seen, after)
      return { after, isMore: orders.next !== undefined || fills.next !== undefined }
    })
    const catchUp = look.pipe(
      Effect.repeat({ while: ({ isMore }) => isMore }),
      Effect.map(({ after }) => after)
    )
    const firstOrders = Effect.gen(function* () {
      const { shown } = yield* Ref.get(seen)
      if (shown >= ORDERS_IN_FULL) return []
      const ended = yield* Reads.page(Order.OrderTable, {
        where: [{ column: "status", in: ["filled", "rejected", "cancelled", "expired", "failed"] }],
        limit: ORDERS_IN_FULL
      })
      yield* Ref.update(seen, (before) => ({ ...before, shown: ended.items.length }))
      return yield* Effect.forEach(ended.items.slice(shown), orderLine)
    })
    const begin = Effect.gen(function* () {
      const lastOrder = (yield* Reads.first(Order.OrderTable, { descending: true }))?.id ?? 0
      const lastFill = (yield* Reads.first(Fill.FillTable, { descending: true }))?.id ?? 0
      yield* Ref.set(seen, { orders: 0, lastOrder, fills: 0, lastFill, shown: lastOrder > 0 ? ORDERS_IN_FULL : 0 })
    })
    return { begin, catchUp, firstOrders }
  }
)

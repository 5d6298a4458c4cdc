import { Array, Effect } from "effect"
import { FillTable } from "../records/Fill.ts"
import * as Decimal from "../values/Decimal.ts"
import { InstrumentTable, USUAL_CURRENCY } from "../records/Instrument.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { AllocationTable } from "../records/Allocation.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { hedgedTrade, settledOf, type HedgedTrade, type ShareOfOrder } from "../rules/trade/hedging.ts"
import type { Trade } from "../records/Trade.ts"
import * as Reads from "./Reads.ts"

const AT_ONCE = 200

/**
 * What became of trades at their brokers: slippage against their own prices, commissions and delays, in the order of the trades. A
 * direct trade is reported by its own order; one that was never counted has nothing to report.
 */
export const hedging = (
  trades: ReadonlyArray<Trade>
): Effect.Effect<ReadonlyArray<HedgedTrade>, StoreError, TradeRepository> =>
  Effect.map(
    Effect.forEach(Array.chunksOf(trades, AT_ONCE), (part) =>
      Effect.gen(function* () {
        const currencyOf = yield* currenciesOf(part)
        const shares = yield* sharesOf(part, currencyOf)
        return part.map((trade) => hedgedTrade(trade, currencyOf(trade), shares.get(trade.id) ?? []))
      })
    ),
    Array.flatten
  )

/** In which currency a symbol of an account trades. */
type CurrencyOf = (of: Pick<Trade, "account" | "symbol">) => string

const currenciesOf = (trades: ReadonlyArray<Trade>): Effect.Effect<CurrencyOf, StoreError, TradeRepository> =>
  Effect.map(
    Effect.forEach(Object.entries(Array.groupBy(trades, ({ account }) => account)), ([account, own]) =>
      Reads.among(InstrumentTable, account, "symbol", [...new Set(own.map(({ symbol }) => symbol))])
    ),
    (found) => {
      const known = new Map(found.flat().map((each) => [`${each.account} ${each.symbol}`, each.currency]))
      return ({ account, symbol }) => known.get(`${account} ${symbol}`) ?? USUAL_CURRENCY
    }
  )

const sharesOf = (trades: ReadonlyArray<Trade>, currencyOf: CurrencyOf) =>
  Effect.gen(function* () {
    const ids = trades.map(({ id }) => id)
    const allocations = yield* Reads.all(AllocationTable, {
      where: [
        { column: "tradeId", in: ids },
        { column: "kind", in: ["order"] },
        { column: "releasedAt", in: [null] }
      ]
    })
    const direct = trades.filter(({ kind }) => kind === "direct").map(({ id }) => id)
    const inQueue = yield* ordersBy("id", [...new Set(allocations.flatMap(({ orderId }) => orderId ?? []))])
    const own = yield* ordersBy("tradeId", direct)
    const commissions = yield* commissionsOf([...inQueue, ...own], currencyOf)
    const shareIn = (order: Order, settled: Decimal.Decimal): ShareOfOrder => ({
      order,
      settled,
      commission: commissions.get(order.id)
    })
    return new Map(
      trades.map((trade) => {
        const taken = allocations.filter(({ tradeId }) => tradeId === trade.id)
        const orders = inQueue.filter(({ id }) => taken.some(({ orderId }) => orderId === id))
        return [
          trade.id,
          [
            ...orders.map((order) => shareIn(order, settledOf(taken, order.id))),
            ...own.filter(({ tradeId }) => tradeId === trade.id).map((order) => shareIn(order, order.filled))
          ]
        ] as const
      })
    )
  })

const ordersBy = (column: "id" | "tradeId", ids: ReadonlyArray<number>) =>
  ids.length === 0 ? Effect.succeed([]) : Reads.all(OrderTable, { where: [{ column, in: ids }] })

/** The commissions of orders, where those of all their canonical fills are known in the currency of the symbol. */
const commissionsOf = (orders: ReadonlyArray<Order>, currencyOf: CurrencyOf) =>
  Effect.gen(function* () {
    if (orders.length === 0) return new Map<number, Decimal.Decimal>()
    const fills = yield* Reads.all(FillTable, {
      where: [
        { column: "orderId", in: orders.map(({ id }) => id) },
        { column: "canonical", in: [1] }
      ]
    })
    return new Map(
      orders.flatMap((order) => {
        const { id } = order
        const currency = currencyOf(order)
        const own = fills.filter(({ orderId, quantity }) => orderId === id && !Decimal.isZero(quantity))
        const known = own.flatMap(({ commission, commissionCurrency = currency }) =>
          commission === undefined || commissionCurrency !== currency ? [] : [commission]
        )
        return own.length === 0 || known.length < own.length ? [] : [[id, Decimal.sum(known)] as const]
      })
    )
  })

import { Csv, type Documents } from "@roundlot/api"
import { Decimal, Fill, Instant, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { type hedging, Reports } from "@roundlot/core/ledger"
import { Array, Effect } from "effect"
import { idOf } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { decimalOrNull, valueOrNull } from "./text.ts"

/** What a trade came to at its broker, order by order and execution by execution. */
export type ConfirmationDocument = Documents.ConfirmationDocument

type ConfirmedOrder = ConfirmationDocument["orders"][number]

const executionOf = (fill: Fill.Fill): ConfirmedOrder["executions"][number] => ({
  fillId: Id.format("fill", fill.id),
  execId: fill.execId,
  executedAt: Instant.format(fill.executedAt),
  quantity: Decimal.format(fill.quantity),
  price: decimalOrNull(fill.price),
  commission: decimalOrNull(fill.commission),
  commissionCurrency: valueOrNull(fill.commissionCurrency)
})

const orderOf = ({ order, settled }: hedging.ShareOfOrder, fills: ReadonlyArray<Fill.Fill> = []): ConfirmedOrder => ({
  orderId: Id.format("order", order.id),
  brokerOrderId: valueOrNull(order.brokerOrderId),
  status: order.status,
  settled: Decimal.format(settled),
  filled: Decimal.format(order.filled),
  notional: Decimal.format(order.notional),
  inferred: Decimal.format(order.inferred),
  unpriced: Decimal.format(order.unpriced),
  executions: fills.map(executionOf)
})

/** The newest revisions of the executions of these orders; what was busted is none. */
const executionsOf = (shares: ReadonlyArray<hedging.ShareOfOrder>) =>
  Effect.map(
    shares.length === 0
      ? Effect.succeed([])
      : Reads.all(Fill.FillTable, {
          where: [
            { column: "orderId", in: shares.map(({ order }) => order.id) },
            { column: "canonical", in: [1] }
          ]
        }),
    (fills) =>
      fills
        .filter(({ quantity }) => Decimal.isPositive(quantity))
        .toSorted((a, b) => (a.executedAt === b.executedAt ? a.id - b.id : a.executedAt < b.executedAt ? -1 : 1))
  )

/** Confirms one trade (`T1`): what its orders filled of it, and all executions of these orders. */
export const show = (
  id: string
): Effect.Effect<
  ConfirmationDocument,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const number = yield* idOf("trade", "trade", id)
    const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [number] }] })
    const [hedged] = trade === undefined ? [] : yield* Reports.hedging([trade])
    if (trade === undefined || hedged === undefined) return yield* new NotFound({ kind: "trade", id, list: "trades" })
    const fills = Array.groupBy(yield* executionsOf(hedged.shares), ({ orderId }) => String(orderId))
    return {
      tradeId: Id.format("trade", trade.id),
      account: trade.account,
      owner: valueOrNull(trade.owner),
      source: trade.source,
      sourceId: trade.sourceId,
      symbol: trade.symbol,
      side: trade.side,
      quantity: Decimal.format(trade.quantity),
      price: decimalOrNull(trade.price),
      tradedAt: Instant.format(trade.tradedAt),
      status: trade.status,
      currency: hedged.currency,
      orderSide: hedged.side,
      netted: Decimal.format(trade.netted),
      filled: Decimal.format(hedged.filled),
      averagePrice: decimalOrNull(hedged.averagePrice),
      commission: decimalOrNull(hedged.commission),
      orders: hedged.shares.map((share) => orderOf(share, fills[String(share.order.id)]))
    }
  })

const OF_TRADE = [
  "tradeId",
  "account",
  "owner",
  "source",
  "sourceId",
  "symbol",
  "side",
  "quantity",
  "price",
  "tradedAt",
  "status",
  "currency",
  "orderSide",
  "netted",
  "filled",
  "averagePrice",
  "commission"
] as const satisfies ReadonlyArray<keyof ConfirmationDocument>

const OF_ORDER = [
  "orderId",
  "brokerOrderId",
  "status",
  "settled",
  "filled",
  "notional",
  "inferred",
  "unpriced"
] as const satisfies ReadonlyArray<keyof ConfirmedOrder>

const OF_EXECUTION = [
  "fillId",
  "execId",
  "executedAt",
  "quantity",
  "price",
  "commission",
  "commissionCurrency"
] as const satisfies ReadonlyArray<keyof ConfirmedOrder["executions"][number]>

const headed = (kind: string, field: string): string =>
  field.startsWith(kind) ? field : `${kind}${field.slice(0, 1).toUpperCase()}${field.slice(1)}`

const HEADER = [
  ...OF_TRADE,
  ...OF_ORDER.map((field) => headed("order", field)),
  ...OF_EXECUTION.map((field) => headed("fill", field))
]

const orderLines = (order: ConfirmedOrder): ReadonlyArray<ReadonlyArray<string | null>> => {
  const own = OF_ORDER.map((field) => order[field])
  const executions = order.executions.map((each) => [...own, ...OF_EXECUTION.map((field) => each[field])])
  return executions.length === 0 ? [[...own, ...OF_EXECUTION.map(() => null)]] : executions
}

/** A confirmation as CSV: exact figures, a line an execution, safe to open in a spreadsheet; one line where nothing is filled. */
export const csv = (confirmation: ConfirmationDocument): string => {
  const own = OF_TRADE.map((field) => confirmation[field])
  const lines = confirmation.orders.flatMap(orderLines).map((line) => [...own, ...line])
  const none = HEADER.map((_, i) => own[i] ?? null)
  return [HEADER, ...(lines.length === 0 ? [none] : lines)].map(Csv.record).join("")
}

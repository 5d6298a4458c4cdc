import { Csv, type Documents } from "@roundlot/api"
import { Decimal, Instant, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Reports, type hedging } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { type Conditions, exactly, inAnyCase, isWithin, type Period } from "./criteria.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, valueOrNull } from "./text.ts"

/** What became of a trade at the broker: shares, dollars, basis points, milliseconds. */
export type HedgingDocument = Documents.HedgingDocument

/** Which trades; the period is that in which they came in. */
export interface HedgingFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly owner?: string | undefined
}

const documentOf = (hedged: hedging.HedgedTrade): HedgingDocument => ({
  tradeId: Id.format("trade", hedged.trade.id),
  account: hedged.trade.account,
  source: hedged.trade.source,
  sourceId: hedged.trade.sourceId,
  symbol: hedged.trade.symbol,
  side: hedged.trade.side,
  quantity: Decimal.format(hedged.trade.quantity),
  price: decimalOrNull(hedged.trade.price),
  tradedAt: Instant.format(hedged.trade.tradedAt),
  status: hedged.trade.status,
  orderSide: hedged.side,
  netted: Decimal.format(hedged.trade.netted),
  filled: Decimal.format(hedged.filled),
  averagePrice: decimalOrNull(hedged.averagePrice),
  slippage: decimalOrNull(hedged.slippage),
  slippageBp: decimalOrNull(hedged.slippageBp),
  commission: decimalOrNull(hedged.commission),
  toOrderMs: valueOrNull(hedged.toOrderMs),
  toFillMs: valueOrNull(hedged.toFillMs),
  owner: valueOrNull(hedged.trade.owner)
})

/** The trades that a report is of: those that count. */
export const counted = ({
  account,
  owner,
  symbol
}: Pick<HedgingFilters, "account" | "owner" | "symbol">): Conditions => [
  ...inAnyCase("account", account),
  ...inAnyCase("symbol", symbol),
  ...exactly("owner", owner),
  { column: "status", in: ["accumulated", "completed"] }
]

/** A page of the report. */
export const list = (
  filters: HedgingFilters
): Effect.Effect<ListDocument<HedgingDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [...counted(filters), ...(yield* isWithin("createdAt", filters))]
    const { records, ...page } = yield* collect({ table: Trade.TradeTable, anyOf: [conditions] }, filters)
    return { items: (yield* Reports.hedging(records)).map(documentOf), ...page }
  })

const columns: ReadonlyArray<Columns.TableColumn<HedgingDocument>> = [
  Columns.ids("TRADE", (each) => each.tradeId),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.minor(Columns.words("OWNER", (each) => each.owner)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.ids("SIDE", (each) => each.side),
  Columns.numbers("QUANTITY", (each) => each.quantity),
  Columns.minor(Columns.dollars("PRICE", (each) => each.price)),
  Columns.numbers("FILLED", (each) => each.filled),
  Columns.numbers("AVERAGE", (each) => Columns.short(each.averagePrice)),
  Columns.numbers("SLIPPAGE", (each) => Columns.short(each.slippage)),
  Columns.numbers("BP", (each) => each.slippageBp),
  Columns.minor(Columns.numbers("COMMISSION", (each) => Columns.short(each.commission))),
  Columns.minor(Columns.numbers("TO ORDER", (each) => Columns.spanOf(each.toOrderMs))),
  Columns.minor(Columns.numbers("TO FILL", (each) => Columns.spanOf(each.toFillMs)))
]

/** The report as a table for people. */
export const table = Columns.tableOf<HedgingDocument>(columns)

const FIELDS = [
  "tradeId",
  "account",
  "source",
  "sourceId",
  "symbol",
  "side",
  "quantity",
  "price",
  "tradedAt",
  "status",
  "orderSide",
  "netted",
  "filled",
  "averagePrice",
  "slippage",
  "slippageBp",
  "commission",
  "toOrderMs",
  "toFillMs",
  "owner"
] as const satisfies ReadonlyArray<keyof HedgingDocument>

/** The report as CSV: exact figures, a line a trade, safe to open in a spreadsheet. */
export const csv = (items: ReadonlyArray<HedgingDocument>): string =>
  [FIELDS, ...items.map((item) => FIELDS.map((field) => item[field]))].map(Csv.record).join("")

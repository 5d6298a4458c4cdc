import { Csv, Documents } from "@roundlot/api"
import { Clock, Decimal, Reads, Trade } from "@roundlot/core"
import { type TradeRepository, XnysCalendar } from "@roundlot/core/adapter"
import { hedging, Reports } from "@roundlot/core/ledger"
import { Array, Effect, Struct } from "effect"
import type { Conditions } from "./criteria.ts"
import type { BadFilter } from "./errors.ts"
import { counted } from "./hedging.ts"
import { idsWithin } from "./leastId.ts"
import { datesOf, momentsOf } from "./reportDates.ts"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"
import { decimalOrNull } from "./text.ts"

/** What hedging of a symbol of an account came to, or of all in a currency. */
export type SlippageRow = Documents.SlippageRow

/**
 * Which trades: those that were received on dates in New York, both of them in the period; a date may be `today`, or the first one of
 * this `month` or `year`.
 */
export interface SlippageFilters {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly owner?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

interface Of {
  readonly account: string
  readonly symbol: string
  readonly currency: string
}

/** Costs by account and symbol; a page of trades is in memory at a time. */
type Costs = Map<string, { readonly of: Of; readonly cost: hedging.HedgingCost }>

const PAGE = 500

const added = (costs: Costs, hedged: ReadonlyArray<hedging.HedgedTrade>): void => {
  for (const each of hedged) {
    const of = { account: each.trade.account, symbol: each.trade.symbol, currency: each.currency }
    const key = JSON.stringify(of)
    const before = costs.get(key)?.cost ?? hedging.noCost
    costs.set(key, { of, cost: hedging.addedCosts(before, hedging.costOf(each)) })
  }
}

/** Trades of the period: of a long history no more is read than was received in it. */
const conditionsOf = (filters: SlippageFilters) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const [since, until] = momentsOf(yield* datesOf(filters, XnysCalendar.marketDate(now)))
    const begun: Conditions = since === undefined ? [] : [{ column: "createdAt", atLeast: Number(since) }]
    const ended: Conditions = until === undefined ? [] : [{ column: "createdAt", below: Number(until) }]
    return [...counted(filters), ...(yield* idsWithin(Trade.TradeTable, since, until)), ...begun, ...ended]
  })

const costsOf = (filters: SlippageFilters) =>
  Effect.gen(function* () {
    const where = yield* conditionsOf(filters)
    const costs: Costs = new Map()
    let after: Reads.Question["after"]
    do {
      const { items, next }: TradeRepository.Page<Trade.Trade> = yield* Reads.page(Trade.TradeTable, {
        where,
        after,
        limit: PAGE
      })
      added(costs, yield* Reports.hedging(items))
      after = next
    } while (after !== undefined)
    return [...costs.values()].filter(({ cost }) => cost.trades > 0)
  })

const rowOf = (
  kind: SlippageRow["kind"],
  { account, currency, symbol }: Pick<SlippageRow, "account" | "symbol" | "currency">,
  cost: hedging.HedgingCost
): SlippageRow => ({
  kind,
  account,
  symbol,
  currency,
  trades: cost.trades,
  priced: cost.priced,
  filled: Decimal.format(cost.filled),
  reference: cost.priced === 0 ? null : Decimal.format(cost.reference),
  slippage: cost.priced === 0 ? null : Decimal.format(cost.slippage),
  slippageBp: decimalOrNull(hedging.costBp(cost)),
  commission: cost.withoutCommission === cost.trades ? null : Decimal.format(cost.commission),
  withoutCommission: cost.withoutCommission
})

const byName = (a: Of, b: Of): number =>
  a.account === b.account ? (a.symbol < b.symbol ? -1 : 1) : a.account < b.account ? -1 : 1

/**
 * What hedging came to, symbol by symbol of each account, then in each currency: what was paid beyond the trades' own prices, and the
 * commissions. A trade without a price, or with a fill without one, has no slippage: `priced` says how many have one.
 */
export const rows = (
  filters: SlippageFilters
): Effect.Effect<
  ReadonlyArray<SlippageRow>,
  BadFilter | TradeRepository.StoreError,
  Clock.Clock | TradeRepository.TradeRepository
> =>
  Effect.map(costsOf(filters), (costs) => {
    const symbols = costs.toSorted((a, b) => byName(a.of, b.of))
    const totals = Object.entries(Array.groupBy(costs, ({ of }) => of.currency)).map(([currency, own]) => {
      const cost = own.map((each) => each.cost).reduce(hedging.addedCosts, hedging.noCost)
      return rowOf("total", { account: filters.account ?? null, symbol: null, currency }, cost)
    })
    return [...symbols.map(({ cost, of }) => rowOf("symbol", of, cost)), ...totals]
  })

const FIELDS = Struct.keys(Documents.SlippageRow.fields)

/** The report as CSV: exact figures, a line a row, safe to open in a spreadsheet. */
export const csv = (found: ReadonlyArray<SlippageRow>): string =>
  [FIELDS, ...found.map((row) => FIELDS.map((field) => row[field]))].map(Csv.record).join("")

const columns: ReadonlyArray<Columns.TableColumn<SlippageRow>> = [
  Columns.ids("SYMBOL", (row) => row.symbol ?? row.kind),
  Columns.minor(Columns.words("ACCOUNT", (row) => row.account)),
  Columns.minor(Columns.words("CURRENCY", (row) => row.currency)),
  Columns.numbers("TRADES", (row) => String(row.trades)),
  Columns.minor(Columns.numbers("PRICED", (row) => String(row.priced))),
  Columns.numbers("FILLED", (row) => row.filled),
  Columns.numbers("AT OWN PRICES", (row) => Columns.short(row.reference)),
  Columns.numbers("SLIPPAGE", (row) => Columns.withDoubt(row.slippage, row.priced < row.trades)),
  Columns.numbers("BP", (row) => row.slippageBp),
  Columns.numbers("COMMISSION", (row) => Columns.withDoubt(row.commission, row.withoutCommission > 0))
]

/** The report as a table for people. */
export const table = (found: ReadonlyArray<SlippageRow>, screen?: Screen): string =>
  Columns.render(columns, found, screen)

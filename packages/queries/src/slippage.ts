import { Csv, Documents } from "@roundlot/api"
import { Clock, Decimal, Reads, Trade } from "@roundlot/core"
import { type TradeRepository, XnysCalendar } from "@roundlot/core/adapter"
import { Instrument, hedging, Reports } from "@roundlot/core/ledger"
import { Array, Effect, Struct } from "effect"
import type { Conditions } from "./criteria.ts"
import type { BadFilter } from "./errors.ts"
import { counted } from "./hedging.ts"
import { newIn } from "./leastId.ts"
import { datesOf, momentsOf } from "./reportDates.ts"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"
import { decimalOrNull } from "./text.ts"

/** What hedging of a symbol of an account came to, or of all in a currency. */
export type SlippageRow = Documents.SlippageRow

/**
 * Which trades: those that came in on dates in New York, both of them in the period; a date may be `today`, or the first one of this
 * `month` or `year`.
 */
export interface SlippageFilters {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

interface Of {
  readonly account: string
  readonly symbol: string
}

/** Costs by account and symbol; a page of trades is in memory at a time. */
interface Costs extends Map<string, { readonly of: Of; readonly cost: hedging.HedgingCost }> {}

const PAGE = 500

const added = (costs: Costs, hedged: ReadonlyArray<hedging.HedgedTrade>): void => {
  for (const each of hedged) {
    const of = { account: each.trade.account, symbol: each.trade.symbol }
    const key = JSON.stringify(of)
    const before = costs.get(key)?.cost ?? hedging.noCost
    costs.set(key, { of, cost: hedging.bothCosts(before, hedging.costOf(each)) })
  }
}

/** Trades of the period: of a long history no more is read than came in since it began. */
const conditionsOf = (filters: SlippageFilters) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const [since, until] = momentsOf(yield* datesOf(filters, XnysCalendar.marketDate(now)))
    const begun: Conditions =
      since === undefined
        ? []
        : [...(yield* newIn(Trade.TradeTable, since)), { column: "createdAt", atLeast: Number(since) }]
    const ended: Conditions = until === undefined ? [] : [{ column: "createdAt", below: Number(until) }]
    return [...counted(filters), ...begun, ...ended]
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

const currenciesOf = (account: string, symbols: ReadonlyArray<string>) =>
  Effect.map(
    Reads.among(Instrument.InstrumentTable, account, "symbol", symbols),
    (known) => new Map<string, string>(known.map(({ currency, symbol }) => [symbol, currency]))
  )

const rowOf = (
  kind: SlippageRow["kind"],
  of: Omit<Of, "account"> & { readonly account: string | null; readonly currency: string },
  cost: hedging.HedgingCost
): SlippageRow => ({
  kind,
  account: of.account,
  symbol: kind === "total" ? null : of.symbol,
  currency: of.currency,
  trades: cost.trades,
  priced: cost.priced,
  filled: Decimal.format(cost.filled),
  reference: Decimal.format(cost.reference),
  slippage: Decimal.format(cost.slippage),
  slippageBp: decimalOrNull(hedging.costBp(cost)),
  commission: Decimal.format(cost.commission),
  withoutCommission: cost.withoutCommission
})

/**
 * What hedging came to, symbol by symbol of each account, then in each currency: what was paid beyond the trades' own prices, and the
 * commissions. Trades without a price have no slippage: `priced` says how many have one.
 */
export const rows = (
  filters: SlippageFilters
): Effect.Effect<
  ReadonlyArray<SlippageRow>,
  BadFilter | TradeRepository.StoreError,
  Clock.Clock | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const costs = yield* costsOf(filters)
    const accounts = Object.entries(Array.groupBy(costs, ({ of }) => of.account)).toSorted(([a], [b]) =>
      a < b ? -1 : 1
    )
    const found = yield* Effect.forEach(accounts, ([account, own]) =>
      Effect.map(
        currenciesOf(
          account,
          own.map(({ of }) => of.symbol)
        ),
        (known) =>
          own.map(({ cost, of }) => ({ of, cost, currency: known.get(of.symbol) ?? Instrument.USUAL_CURRENCY }))
      )
    )
    const all = found.flat()
    const totals = Object.entries(Array.groupBy(all, ({ currency }) => currency)).map(([currency, own]) =>
      rowOf(
        "total",
        { account: filters.account ?? null, symbol: "", currency },
        own.map(({ cost }) => cost).reduce(hedging.bothCosts, hedging.noCost)
      )
    )
    return [...all.map(({ cost, currency, of }) => rowOf("symbol", { ...of, currency }, cost)), ...totals]
  })

const FIELDS = Struct.keys(Documents.SlippageRow.fields)

/** The report as CSV: exact figures, a line a row, safe to open in a spreadsheet. */
export const csv = (found: ReadonlyArray<SlippageRow>): string =>
  [FIELDS, ...found.map((row) => FIELDS.map((field) => row[field]))].map(Csv.record).join("")

const commissionText = ({ commission, withoutCommission }: SlippageRow): string =>
  `${Columns.short(commission) ?? ""}${withoutCommission > 0 ? " + ?" : ""}`

const columns: ReadonlyArray<Columns.TableColumn<SlippageRow>> = [
  Columns.ids("SYMBOL", (row) => row.symbol ?? row.kind),
  Columns.minor(Columns.words("ACCOUNT", (row) => row.account)),
  Columns.minor(Columns.words("CURRENCY", (row) => row.currency)),
  Columns.numbers("TRADES", (row) => String(row.trades)),
  Columns.minor(Columns.numbers("PRICED", (row) => String(row.priced))),
  Columns.numbers("FILLED", (row) => row.filled),
  Columns.numbers("AT OWN PRICES", (row) => Columns.short(row.reference)),
  Columns.numbers("SLIPPAGE", (row) => Columns.short(row.slippage)),
  Columns.numbers("BP", (row) => row.slippageBp),
  Columns.numbers("COMMISSION", commissionText)
]

/** The report as a table for people. */
export const table = (found: ReadonlyArray<SlippageRow>, screen?: Screen): string =>
  Columns.render(columns, found, screen)

import { Csv } from "@roundlot/api"
import { Account, Decimal, Fill, Order, Position, Reads, Side } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Amount, decode, Instrument, movements, taxLots, wash } from "@roundlot/core/ledger"
import { Chunk, Effect, Either, Stream } from "effect"
import { inAnyCase, wordOf } from "./criteria.ts"
import { BadFilter, NotFound } from "./errors.ts"
import { eventOf } from "./history.ts"
import * as journals from "./journals.ts"
import { among } from "./listing.ts"
import * as Rows from "./profitRows.ts"
import * as Columns from "./table.ts"

export { type ProfitRow } from "./profitRows.ts"

/** Of which account, symbol and period (dates in New York, both of them in it), and by which method; default: first in first out. */
export interface ProfitFilters {
  readonly account: string
  readonly symbol?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly method?: string | undefined
}

type Rows = Stream.Stream<Rows.ProfitRow, TradeRepository.StoreError, TradeRepository.TradeRepository>

/**
 * LOT-1 to LOT-9: what an account's executions of a period came to, symbol by symbol: each closing of a lot, what is open at the end,
 * and what was corrected; then sums by day, and of all. One symbol is in memory at a time.
 */
export const rows = (
  filters: ProfitFilters
): Effect.Effect<Rows, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { account, symbol } = filters
    const dates = yield* datesOf(filters)
    const method = filters.method === undefined ? "fifo" : yield* wordOf("method", filters.method, taxLots.methods)
    if ((yield* Reads.first(Account.AccountTable, { where: [{ column: "name", in: [account] }] })) === undefined) {
      return yield* new NotFound({ kind: "account", id: account, list: "accounts" })
    }
    const where = [{ column: "account", in: [account] }]
    const positions = yield* Reads.all(Position.PositionTable, { where: [...where, ...inAnyCase("symbol", symbol)] })
    if (symbol !== undefined && positions.length === 0) {
      return yield* new NotFound({ kind: "position", id: symbol, list: "positions" })
    }
    const waiting = (yield* Reads.all(Fill.WaitingFillTable, {
      where: [...where, { column: "joinedAt", in: [null] }]
    })).length
    return rowsOfAll({ account, method, dates, symbols: positions.map((each) => each.symbol), waiting })
  })

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** A day that its month has not is another one when it is written again. */
const isDate = (text: string): boolean => {
  const at = DATE.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

const dateOf = (filter: string, text: string | undefined): Either.Either<string | undefined, BadFilter> =>
  text === undefined || isDate(text)
    ? Either.right(text)
    : Either.left(new BadFilter({ filter, value: text, problem: "is no date, such as 2026-12-31" }))

const datesOf = (filters: ProfitFilters): Either.Either<Rows.Dates, BadFilter> =>
  Either.gen(function* () {
    const from = yield* dateOf("from", filters.from)
    const to = yield* dateOf("to", filters.to)
    if (from !== undefined && to !== undefined && to < from) {
      return yield* Either.left(new BadFilter({ filter: "to", value: to, problem: `is before ${from}` }))
    }
    return { from, to }
  })

interface Asked {
  readonly account: string
  readonly method: taxLots.Method
  readonly dates: Rows.Dates
  readonly symbols: ReadonlyArray<string>
  /** So many fills wait for their order, and are in no lot. */
  readonly waiting: number
}

const rowsOfAll = ({ symbols, ...asked }: Asked): Rows =>
  Stream.suspend(() => {
    const days = new Map<string, Rows.Sums>()
    const ofSymbols = Stream.fromIterable(symbols).pipe(
      Stream.mapEffect((symbol) => rowsOfSymbol(asked, symbol, days)),
      Stream.flattenIterables
    )
    return Stream.concat(
      ofSymbols,
      Stream.suspend(() => Stream.fromIterable(sumsOfAll(asked, days)))
    )
  })

const sumsOfAll = ({ account, method, waiting }: Omit<Asked, "symbols">, days: ReadonlyMap<string, Rows.Sums>) => {
  const of = { account, method, symbol: null }
  const inOrder = [...days].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const note = waiting === 0 ? null : `fills that wait for their order and are in no lot: ${waiting}`
  return [
    ...inOrder.map(([date, sums]) => Rows.sumRow("day", of, sums, { date })),
    Rows.sumRow("total", of, inOrder.map(([, sums]) => sums).reduce(Rows.both, Rows.noSums), { note })
  ]
}

const rowsOfSymbol = (
  { account, dates, method }: Omit<Asked, "symbols">,
  symbol: string,
  days: Map<string, Rows.Sums>
) =>
  Effect.map(historyOf(account, symbol), ({ history, inferred }): ReadonlyArray<Rows.ProfitRow> => {
    const of = { account, method, symbol }
    const all = movements.movementsOf(history)
    const lots = taxLots.lotsOf(all, method)
    // What replaces a loss may have been bought after the period, and what is open is that of its end.
    const washes = wash.washesOf(lots, all)
    const { to } = dates
    const { open } =
      to === undefined
        ? lots
        : taxLots.lotsOf(
            Array.from(all).filter(({ date }) => date <= to),
            method
          )
    const closed = lots.closings.filter(({ date }) => Rows.isOf(dates, date))
    const moved = all.flatMap((each) => (each._tag === "Moved" && Rows.isOf(dates, each.date) ? [each] : []))
    const added = [
      ...closed.map((each) => ({ date: each.date, sums: Rows.sumsOfClosing(each, washes.get(each)) })),
      ...moved.map((each) => ({ date: each.date, sums: Rows.sumsOfMoved(each) }))
    ]
    for (const { date, sums } of added) days.set(date, Rows.both(days.get(date) ?? Rows.noSums, sums))
    const found = [
      ...closed.map((each) => Rows.closingRow(of, each, washes.get(each))),
      ...open.map((each) => Rows.lotRow(of, each)),
      ...Rows.correctionRows(of, history.executed, dates)
    ]
    if (found.length === 0 && added.length === 0 && Decimal.isZero(inferred)) return []
    const note = Decimal.isZero(inferred)
      ? null
      : `shares that the broker's total counts and no execution shows, in no lot: ${Decimal.format(inferred)}`
    const sums = added.reduce((sum, each) => Rows.both(sum, each.sums), Rows.noSums)
    return [...found, Rows.sumRow("symbol", of, sums, { ...openOf(open), note })]
  })

const signed = (isLong: boolean, figure: Decimal.Decimal): Decimal.Decimal =>
  Side.signed(isLong ? "buy" : "sell", figure)

/** Signed shares, and their cost where all of it is known. */
const openOf = (open: ReadonlyArray<taxLots.TaxLot>) => {
  const costs = open.flatMap(({ amount, opening: { isLong } }) => {
    const dollars = isLong ? Amount.paid(amount) : Amount.received(amount)
    return dollars === undefined ? [] : [signed(isLong, dollars)]
  })
  return {
    quantity: Decimal.format(Decimal.sum(open.map(({ opening, shares }) => signed(opening.isLong, shares)))),
    cost: costs.length < open.length ? null : Decimal.format(Decimal.sum(costs))
  }
}

/** What the books have of a symbol; `inferred` are signed shares that no execution shows (F5). */
const historyOf = (account: string, symbol: string) =>
  Effect.gen(function* () {
    const where = [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] }
    ]
    const orders = new Map((yield* Reads.all(Order.OrderTable, { where })).map((order) => [order.id, order]))
    const fills = yield* among(Fill.FillTable, "orderId", orders.keys())
    const instrument = yield* Reads.first(Instrument.InstrumentTable, { where })
    const executed = fills.flatMap((fill) => {
      const side = orders.get(fill.orderId)?.side
      return side === undefined ? [] : [{ fill, side }]
    })
    const inferred = [...orders.values()].map((order) => Side.signed(order.side, order.inferred))
    const history: movements.History = {
      executed,
      currency: instrument?.currency ?? "USD",
      ...(yield* changesOf(account, symbol))
    }
    return { history, inferred: Decimal.sum(inferred) }
  })

const changes: ReadonlyArray<string> = ["BaseDeclared", "SplitAccepted"]

/** Shares that were declared, and splits, as the journal has them. */
const changesOf = (account: string, symbol: string) =>
  Effect.gen(function* () {
    const entity = { kind: "position", id: symbol }
    const entries = yield* journals.entries({ account, entity, order: "oldest", from: undefined }).pipe(
      // Journals are read whatever the case of their names: another account's may be written alike.
      Stream.filter((entry) => entry.account === account && changes.includes(entry.tag)),
      Stream.runCollect
    )
    const found = yield* Effect.forEach(Chunk.toReadonlyArray(entries), (entry) =>
      Effect.map(eventOf(entry), (event) => ({ event, at: decode.timeOf(entry), seq: entry.seq }))
    )
    return {
      declared: found.flatMap(({ at, event, seq }) =>
        event._tag === "BaseDeclared" ? [{ at, seq, by: event.by }] : []
      ),
      splits: found.flatMap(({ at, event, seq }) =>
        event._tag === "SplitAccepted" ? [{ at, seq, to: event.to, from: event.from }] : []
      )
    }
  })

/** The report as CSV: exact figures, a line a row, safe to open in a spreadsheet. */
export const csvOf = <E, R>(found: Stream.Stream<Rows.ProfitRow, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(Csv.record(Rows.FIELDS)),
    Stream.map(found, (row) => Csv.record(Rows.FIELDS.map((field) => textOf(row[field]))))
  )

const textOf = (cell: Rows.ProfitRow[keyof Rows.ProfitRow]): string | number | null =>
  typeof cell === "boolean" ? (cell ? "yes" : "no") : cell

const columns: ReadonlyArray<Columns.TableColumn<Rows.ProfitRow>> = [
  Columns.ids("SYMBOL", (row) => row.symbol ?? row.kind),
  Columns.numbers("HELD", (row) => row.quantity),
  Columns.numbers("COST", (row) => Columns.short(row.cost)),
  Columns.numbers("FEES", (row) => withDoubt(row.fees, row.feesKnown === false)),
  Columns.numbers("PROFIT", (row) => withDoubt(row.profit, (row.unknownProfits ?? 0) > 0)),
  Columns.minor(Columns.numbers("WASHED", (row) => Columns.short(row.washDisallowed))),
  Columns.minor(Columns.words("NOTE", (row) => row.note))
]

/** A sum that something not known is missing from. */
const withDoubt = (sum: string | null, isPartial: boolean): string | null =>
  sum === null ? null : `${Columns.short(sum) ?? ""}${isPartial ? " + ?" : ""}`

/** The sums of symbols and of all, as a table for people. */
export const table = Columns.tableOf<Rows.ProfitRow>(columns)

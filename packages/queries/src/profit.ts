import { Csv } from "@roundlot/api"
import { Account, Clock, Decimal, Fill, Position, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Instrument, identify, movements, TaxLots, taxLots, tradeDates, valuation, wash } from "@roundlot/core/ledger"
import { Effect, Either, Stream, Struct } from "effect"
import * as accounts from "./accounts.ts"
import { inAnyCase, wordOf } from "./criteria.ts"
import { BadFilter, NotFound } from "./errors.ts"
import * as Rows from "./profitRows.ts"
import * as reportDates from "./reportDates.ts"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"

export { type ProfitRow } from "./profitRows.ts"

/**
 * Of which account, symbol and period (dates in New York, both of them in it), and by which method; default: that of the account. A date may be
 * `today`, or the first one of this `month` or `year`. `sums` leaves out closings, lots and corrections, and `by` all but the sums of
 * every symbol, day, both, or account.
 */
export interface ProfitFilters {
  /** Needed where there are several, and `by` is not said: then it is all of them. */
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly method?: string | undefined
  readonly sums?: boolean | undefined
  readonly by?: string | undefined
}

type Kind = Rows.ProfitRow["kind"]

/** What may be asked for by `by`, and the rows that it comes to. */
const groups = {
  symbol: ["symbol", "total"],
  day: ["day", "total"],
  symbolDay: ["symbolDay", "total"],
  account: ["total"]
} as const satisfies Readonly<Record<string, ReadonlyArray<Kind>>>

const sums: ReadonlyArray<Kind> = ["symbol", "day", "total"]

const kindsOf = ({ by, sums: areSums }: ProfitFilters): Either.Either<(kind: Kind) => boolean, BadFilter> => {
  if (by === undefined) return Either.right((kind) => (areSums === true ? sums.includes(kind) : kind !== "symbolDay"))
  return Either.map(wordOf("by", by, Struct.keys(groups)), (group) => {
    const kinds: ReadonlyArray<Kind> = groups[group]
    return (kind) => kinds.includes(kind)
  })
}

type Rows = Stream.Stream<Rows.ProfitRow, TradeRepository.StoreError, TradeRepository.TradeRepository>

/**
 * LOT-1 to LOT-9: what an account's executions of a period came to, symbol by symbol: each closing of a lot, what is open at the end,
 * and what was corrected; then sums by day, and of all. One symbol of one account is in memory at a time.
 */
export const rows = (
  filters: ProfitFilters
): Effect.Effect<
  Rows,
  BadFilter | NotFound | TradeRepository.StoreError,
  Clock.Clock | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const { symbol } = filters
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const dates = yield* reportDates.datesOf(filters, tradeDates.tradeDate(now))
    const asked = filters.method === undefined ? undefined : yield* wordOf("method", filters.method, taxLots.methods)
    const isWanted = yield* kindsOf(filters)
    const owners = yield* accountsOf(filters)
    const [owner, ...others] = owners
    if (symbol !== undefined && owner !== undefined) {
      const one = others.length === 0 ? [owner] : undefined
      if (!(yield* isThere(symbol, one))) {
        return yield* new NotFound({ kind: "position", id: symbol, list: "positions" })
      }
    }
    return Stream.fromIterable(owners).pipe(
      Stream.flatMap((own) =>
        rowsOfAccount({ account: own.name, method: asked ?? Account.lotMethodOf(own), dates, isWanted }, symbol)
      ),
      Stream.filter(({ kind }) => isWanted(kind))
    )
  })

/** Is a symbol in the books of these accounts, or of any? */
const isThere = (symbol: string, owners: ReadonlyArray<Account.Account> | undefined) => {
  const where = [
    ...(owners === undefined ? [] : [{ column: "account", in: owners.map(({ name }) => name) }]),
    ...inAnyCase("symbol", symbol)
  ]
  return Effect.map(Reads.first(Position.PositionTable, { where }), (found) => found !== undefined)
}

const rowsOfAccount = (asked: Omit<Asked, "positions" | "waiting">, symbol: string | undefined) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const where = [{ column: "account", in: [asked.account] }]
      const positions = yield* Reads.all(Position.PositionTable, { where: [...where, ...inAnyCase("symbol", symbol)] })
      const unjoined = [...where, { column: "joinedAt", in: [null] }]
      const waiting = (yield* Reads.all(Fill.WaitingFillTable, { where: unjoined })).length
      return rowsOfAll({ ...asked, positions, waiting })
    })
  )

/** The account that is named, or the only one; all, where only sums of groups are asked for. */
const accountsOf = ({ account: named, by }: ProfitFilters) =>
  Effect.gen(function* () {
    if (named !== undefined) return [(yield* Reads.account(named)) ?? (yield* accounts.noAccount(named))]
    const there = yield* Reads.all(Account.AccountTable)
    if (there.length === 0) return yield* accounts.noAccount("")
    if (there.length === 1 || by !== undefined) return there
    const problem = `is not one of ${there.map(({ name }) => name).join(", ")}`
    return yield* new BadFilter({ filter: "account", value: "", problem })
  })

interface Asked {
  readonly account: string
  readonly method: taxLots.Method
  readonly dates: reportDates.Dates
  readonly isWanted: (kind: Kind) => boolean
  readonly positions: ReadonlyArray<Position.Position>
  /** So many fills wait for their order, and are in no lot. */
  readonly waiting: number
}

/** Sums of all symbols, of each currency its own: dollars and euros are never added. */
interface Totals {
  readonly days: Map<string, Rows.Sums>
  readonly held: Rows.Held
}

type OfCurrencies = Map<string, Totals>

const rowsOfAll = ({ positions, ...asked }: Asked): Rows =>
  Stream.suspend(() => {
    const totals: OfCurrencies = new Map()
    const ofSymbols = Stream.fromIterable(positions).pipe(
      Stream.mapEffect((position) => rowsOfSymbol(asked, position, totals)),
      Stream.flattenIterables
    )
    return Stream.concat(
      ofSymbols,
      Stream.suspend(() => Stream.fromIterable(sumsOfAll(asked, totals)))
    )
  })

const noTotals = (): Totals => ({ days: new Map(), held: Rows.noHeld })

const sumsOfAll = ({ account, method, waiting }: Omit<Asked, "positions">, totals: OfCurrencies) => {
  const note = waiting === 0 ? null : `unmatched fills, not in any lot: ${waiting}`
  const all = totals.size === 0 ? [[Instrument.USUAL_CURRENCY, noTotals()] as const] : [...totals]
  return all
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([currency, { days, held }]) => {
      const of = { account, method, symbol: null, currency }
      const sum = [...days.values()].reduce(Rows.both, Rows.noSums)
      return [...dayRows("day", of, days), Rows.sumRow("total", of, sum, { ...Rows.heldFields(held), note })]
    })
}

/** Sums of days, in their order. */
const dayRows = (
  kind: "symbolDay" | "day",
  of: Rows.RowOf,
  days: ReadonlyMap<string, Rows.Sums>
): ReadonlyArray<Rows.ProfitRow> =>
  [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([date, each]) => Rows.sumRow(kind, of, each, { date }))

/** How many splits there were in all. */
const epochOf = (all: ReadonlyArray<movements.Movement>): number =>
  all.reduce((last, { epoch }) => Math.max(last, epoch), 0)

/** What is open at the end of a period, at its newest price. */
const heldOf = ({ executed }: movements.History, all: ReadonlyArray<movements.Movement>, asked: Held) => {
  const { dates, lastPrice, lastPriceAt, method } = asked
  const { to } = dates
  const had = to === undefined ? all : movements.until(all, to)
  const { open } = taxLots.lotsOf(had, method)
  const epoch = epochOf(had)
  const inUnits = new Set(had.flatMap((each) => (each._tag === "Moved" && each.epoch === epoch ? [each.fillId] : [])))
  const ofFills = executed.flatMap(({ fill: { executedAt: at, id, price } }) =>
    price !== undefined && inUnits.has(id) ? [{ price, at }] : []
  )
  // A position's own price is of the shares of now, and a later one takes its place: a period that has an end would change.
  const isOfNow = to === undefined && epoch === epochOf(all) && lastPrice !== undefined && lastPriceAt !== undefined
  const priced = valuation.newest([...(isOfNow ? [{ price: lastPrice, at: lastPriceAt }] : []), ...ofFills], to)
  const later = had.find((each) => each._tag === "Split" && to !== undefined && each.date > to)
  return { open, priced, worth: valuation.ofLots(open, priced?.price), later }
}

interface Held extends Pick<Asked, "dates" | "method">, Pick<Position.Position, "lastPrice" | "lastPriceAt"> {}

const rowsOfSymbol = (
  { account, dates, isWanted, method }: Omit<Asked, "positions">,
  { lastPrice, lastPriceAt, symbol }: Position.Position,
  totals: OfCurrencies
) =>
  Effect.map(TaxLots.historyOf(account, symbol), ({ history, inferred }): ReadonlyArray<Rows.ProfitRow> => {
    const { currency } = history
    const of = { account, method, symbol, currency }
    const { movements: all, ...lots } = identify.computed(history, method)
    // What replaces a loss may have been bought after the period, and what is open is that of its end.
    const washes = wash.washesOf(lots, all)
    const { later, open, priced, worth } = heldOf(history, all, { dates, method, lastPrice, lastPriceAt })
    const closed = lots.closings.filter(({ date }) => reportDates.isOf(dates, date))
    const moved = all.flatMap((each) => (each._tag === "Moved" && reportDates.isOf(dates, each.date) ? [each] : []))
    const added = [
      ...closed.map((each) => ({ date: each.date, sums: Rows.sumsOfClosing(each, washes.get(each)) })),
      ...moved.map((each) => ({ date: each.date, sums: Rows.sumsOfMoved(each) }))
    ]
    const found = [
      ...closed.map((each) => Rows.closingRow(of, each, washes.get(each))),
      ...open.map((each) => Rows.lotRow(of, each, priced?.price)),
      ...Rows.correctionRows(of, history.executed, dates)
    ]
    if (found.length === 0 && added.length === 0 && Decimal.isZero(inferred)) return []
    const { days, held } = totals.get(currency) ?? noTotals()
    const own = new Map<string, Rows.Sums>()
    for (const { date, sums } of added) own.set(date, Rows.both(own.get(date) ?? Rows.noSums, sums))
    for (const [date, each] of own) days.set(date, Rows.both(days.get(date) ?? Rows.noSums, each))
    const ownDays = isWanted("symbolDay") ? dayRows("symbolDay", of, own) : []
    totals.set(currency, { days, held: Rows.withHeld(held, worth) })
    const sums = [...own.values()].reduce(Rows.both, Rows.noSums)
    const note = noteOf(inferred, later, lots.notApplied)
    return [...found, ...ownDays, Rows.sumRow("symbol", of, sums, { ...Rows.valuedFields(worth, priced), note })]
  })

const noteOf = (
  inferred: Decimal.Decimal,
  later: movements.Movement | undefined,
  notApplied: ReadonlyArray<taxLots.NotApplied>
): string | null => {
  const notes = [
    ...(Decimal.isZero(inferred)
      ? []
      : [`inferred shares without an execution, not in any lot: ${Decimal.format(inferred)}`]),
    ...(later === undefined ? [] : [`open shares are those after the split of ${later.date}`]),
    ...notApplied.map(({ fillId, why }) => `lots identified for ${Id.format("fill", fillId)} are not applied: ${why}`)
  ]
  return notes.length === 0 ? null : notes.join("; ")
}

/** The report as CSV: exact figures, a line a row, safe to open in a spreadsheet. */
export const csvOf = <E, R>(found: Stream.Stream<Rows.ProfitRow, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(Csv.record(Rows.FIELDS)),
    Stream.map(found, (row) => Csv.record(Rows.FIELDS.map((field) => textOf(row[field]))))
  )

const textOf = (cell: Rows.ProfitRow[keyof Rows.ProfitRow]): string | number | null =>
  typeof cell === "boolean" ? (cell ? "yes" : "no") : cell

type Shown = ReadonlyArray<Columns.TableColumn<Rows.ProfitRow>>

const account: Shown = [Columns.ids("ACCOUNT", (row) => row.account)]

const date: Shown = [Columns.ids("DATE", (row) => row.date)]

const names: Shown = [
  Columns.ids("SYMBOL", (row) => row.symbol ?? row.kind),
  Columns.minor(Columns.ids("CURRENCY", (row) => row.currency))
]

const open: Shown = [
  Columns.numbers("HELD", (row) => row.quantity),
  Columns.numbers("COST", (row) => Columns.short(row.cost)),
  Columns.minor(Columns.numbers("AVERAGE", (row) => Columns.short(row.averageCost))),
  Columns.minor(Columns.numbers("PRICE", (row) => Columns.short(row.price))),
  Columns.minor(Columns.numbers("VALUE", (row) => Columns.short(row.marketValue))),
  Columns.numbers("UNREALISED", (row) =>
    Columns.withDoubt(row.unrealised, row.kind === "total" && (row.unvalued ?? 0) > 0)
  )
]

const traded: Shown = [
  Columns.numbers("FEES", (row) => Columns.withDoubt(row.fees, row.feesKnown === false)),
  Columns.numbers("PROFIT", (row) => Columns.withDoubt(row.profit, (row.unknownProfits ?? 0) > 0)),
  Columns.minor(Columns.numbers("TURNOVER", (row) => Columns.withDoubt(row.turnover, (row.unpriced ?? 0) > 0))),
  Columns.minor(Columns.numbers("WASHED", (row) => Columns.short(row.washDisallowed))),
  Columns.minor(Columns.words("NOTE", (row) => row.note))
]

/** Sums as a table for people: of days without what is open, of several accounts with their names. */
export const table = (rows: ReadonlyArray<Rows.ProfitRow>, screen?: Screen): string => {
  const areDays = rows.some(({ kind }) => kind === "day" || kind === "symbolDay")
  const isOfSeveral = new Set(rows.map((row) => row.account)).size > 1
  const columns = [
    ...(isOfSeveral ? account : []),
    ...(areDays ? date : []),
    ...names,
    ...(areDays ? [] : open),
    ...traded
  ]
  return Columns.render(columns, rows, screen)
}

import type { Documents } from "@roundlot/api"
import { Account, Decimal, Fill, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { type Command, identify, TaxLots, wash } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { idOf } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import * as Rows from "./profitRows.ts"
import * as Columns from "./table.ts"

/** The tax lots that a fill closes, and those that it may close. */
export type FillLotsDocument = Documents.FillLotsDocument

/** What the lots of a fill are computed of. */
const read = ({ account, symbol }: { readonly account: string; readonly symbol: string }) =>
  Effect.gen(function* () {
    const { history } = yield* TaxLots.historyOf(account, symbol)
    const owner = yield* Reads.account(account)
    const method = owner === undefined ? "fifo" : Account.lotMethodOf(owner)
    return { history, of: { account, symbol, method, currency: history.currency } }
  })

/** LOT-13: the lots of one fill (`F3`). Reads every fill of its symbol. */
export const show = (
  id: string
): Effect.Effect<
  FillLotsDocument,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const number = yield* idOf("fill", "fill", id)
    const fill = yield* Reads.first(Fill.FillTable, { where: [{ column: "id", in: [number] }] })
    if (fill === undefined) return yield* new NotFound({ kind: "fill", id, list: "fills" })
    const { history, of } = yield* read(fill)
    const { movements, ...lots } = identify.computed(history, of.method)
    const washes = wash.washesOf(lots, movements)
    const closed = lots.closings.filter(({ closedBy }) => closedBy === fill.id)
    const opened = lots.openings.find(({ fillId }) => fillId === fill.id)
    return {
      fillId: Id.format("fill", fill.id),
      ...of,
      closes: closed.map((each) => Rows.closingRow(of, each, washes.get(each))),
      opens: Decimal.format(opened?.shares ?? Decimal.zero),
      closable: identify.closable(history, of.method, fill.id).map((lot) => Rows.lotRow(of, lot, undefined)),
      notApplied: lots.notApplied.find(({ fillId }) => fillId === fill.id)?.why ?? null
    }
  })

type Identifying = Extract<Command.Command, { readonly _tag: "IdentifyLots" }>

/** What a fill would close once these lots are identified; nothing where that would be refused. */
export const preview = (
  account: string,
  { fillId, lots, symbol }: Identifying
): Effect.Effect<ReadonlyArray<Documents.ProfitRow>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(read({ account, symbol }), ({ history, of }) => {
    const found = identify.identify(history, of.method, fillId, lots)
    return found._tag === "Refused" ? [] : found.closings.map((each) => Rows.closingRow(of, each, undefined))
  })

type Row = Documents.ProfitRow

const opening: ReadonlyArray<Columns.TableColumn<Row>> = [
  Columns.ids("LOT", (row) => row.openedBy ?? "declared"),
  Columns.ids("OPENED", (row) => row.opened)
]

const closings: ReadonlyArray<Columns.TableColumn<Row>> = [
  ...opening,
  Columns.numbers("QUANTITY", (row) => row.quantity),
  Columns.numbers("COST", (row) => Columns.short(row.cost)),
  Columns.numbers("PROCEEDS", (row) => Columns.short(row.proceeds)),
  Columns.numbers("GAIN", (row) => Columns.short(row.profit)),
  Columns.ids("TERM", (row) => row.term),
  Columns.words("NOTE", (row) => row.note)
]

const open: ReadonlyArray<Columns.TableColumn<Row>> = [
  ...opening,
  Columns.numbers("OPEN", (row) => row.quantity),
  Columns.numbers("COST", (row) => Columns.short(row.side === "short" ? row.proceeds : row.cost))
]

/** The closings of a fill as a table for people. */
export const closingTable = Columns.tableOf<Row>(closings)

const openTable = Columns.tableOf<Row>(open)

/** The lots of a fill for people: what it closes, then what it may close. */
export const text = ({ closable, closes, fillId, method, notApplied, opens }: FillLotsDocument): string =>
  [
    closes.length === 0
      ? `${fillId} closes no lot.`
      : `${fillId} closes, by ${method} where no lot is identified:\n${closingTable(closes)}`,
    ...(notApplied === null ? [] : [`Identified lots are not applied: ${notApplied}.`]),
    ...(opens === "0" ? [] : [`It opens a lot of ${opens}.`]),
    ...(closable.length === 0 ? [] : [`Lots that are open when it executes:\n${openTable(closable)}`])
  ].join("\n")

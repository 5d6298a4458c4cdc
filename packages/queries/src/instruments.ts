import type { Documents } from "@roundlot/api"
import { nearest, shown } from "@roundlot/api/text"
import { Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Instrument } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase, isWord } from "./criteria.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull } from "./text.ts"

/** An instrument as one account trades it; `lot`, in shares, is null where the account's counts. */
export type InstrumentDocument = Documents.InstrumentDocument

/** Which instruments; they come by account and symbol. */
export interface InstrumentFilters extends ListOptions {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly status?: string | undefined
}

const documentOf = (instrument: Instrument.Instrument): InstrumentDocument => ({
  account: instrument.account,
  symbol: instrument.symbol,
  assetClass: instrument.assetClass,
  currency: instrument.currency,
  lot: decimalOrNull(instrument.lot),
  tick: decimalOrNull(instrument.tick),
  fractionable: instrument.fractionable,
  shortable: instrument.shortable,
  status: instrument.status,
  createdAt: Instant.format(instrument.createdAt),
  updatedAt: Instant.format(instrument.updatedAt)
})

/** A page of instruments. */
export const list = (
  filters: InstrumentFilters
): Effect.Effect<ListDocument<InstrumentDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...(yield* isWord("status", filters.status, Instrument.instrumentStatuses))
    ]
    const { records, ...page } = yield* collect({ table: Instrument.InstrumentTable, anyOf: [conditions] }, filters)
    return { items: records.map(documentOf), ...page }
  })

/** So many instruments are looked through for a name that is near. */
const MOST_LOOKED_AT = 1_000

/**
 * What to say of a list that is empty because no instrument has the symbol that it was narrowed to, in any case: `No instrument APPL. Did
 * you mean AAPL?`. Nothing where one has it.
 */
export const unknownText = (
  symbol: string
): Effect.Effect<string | undefined, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const known = yield* Reads.first(Instrument.InstrumentTable, { where: inAnyCase("symbol", symbol) })
    if (known !== undefined) return undefined
    const { items } = yield* Reads.page(Instrument.InstrumentTable, { limit: MOST_LOOKED_AT })
    const near = nearest(
      symbol.toUpperCase(),
      items.map((each) => each.symbol)
    )
    return `No instrument ${shown(symbol)}.${near === undefined ? "" : ` Did you mean ${near}?`}`
  })

/** What people see of instruments. */
const columns: ReadonlyArray<Columns.TableColumn<InstrumentDocument>> = [
  Columns.words("ACCOUNT", (instrument) => instrument.account),
  Columns.ids("SYMBOL", (instrument) => instrument.symbol),
  Columns.states("STATUS", (instrument) => instrument.status),
  Columns.minor(Columns.words("CLASS", (instrument) => instrument.assetClass)),
  Columns.minor(Columns.words("CURRENCY", (instrument) => instrument.currency)),
  Columns.numbers("LOT", (instrument) => instrument.lot)
]

/** Instruments as a table for people. */
export const table = Columns.tableOf<InstrumentDocument>(columns)

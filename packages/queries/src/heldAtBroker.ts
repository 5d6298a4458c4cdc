import { Account, Decimal, Instant, Position, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Sync } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase } from "./criteria.ts"
import type { ListDocument, ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull } from "./text.ts"

/** What the newest snapshot of a broker says of a symbol, beside what our books hold there; signed shares. */
export interface HeldDocument {
  readonly account: string
  readonly symbol: string
  readonly ours: string
  /** None where there is no snapshot yet. */
  readonly quantity: string | null
  readonly averagePrice: string | null
  readonly fetchedAt: string | null
}

/** Which symbols. */
export interface HeldFilters extends Pick<ListOptions, "count"> {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
}

const isSymbol = (wanted: string | undefined, symbol: string): boolean =>
  wanted === undefined || symbol.toLowerCase() === wanted.toLowerCase()

/** SYNC-15: every symbol that we or the broker hold, by account. */
export const list = (
  filters: HeldFilters
): Effect.Effect<ListDocument<HeldDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const accounts = yield* Reads.all(Account.AccountTable, { where: [...inAnyCase("name", filters.account)] })
    const items = yield* Effect.forEach(accounts, ({ name }) =>
      Effect.gen(function* () {
        const positions = yield* Reads.all(Position.PositionTable, { where: [{ column: "account", in: [name] }] })
        const ours = new Map(positions.map((each) => [String(each.symbol), Position.holdingsOf(each)]))
        const theirs = new Map((yield* Sync.newestHoldings(name)).map((row) => [row.symbol, row]))
        const [read] = theirs.values()
        const symbols = [...new Set([...ours.keys(), ...theirs.keys()])].filter((each) =>
          isSymbol(filters.symbol, each)
        )
        return symbols.toSorted().map((symbol): HeldDocument => {
          const row = theirs.get(symbol)
          const quantity = row?.quantity ?? (read === undefined ? undefined : Decimal.zero)
          return {
            account: name,
            symbol,
            ours: Decimal.format(ours.get(symbol) ?? Decimal.zero),
            quantity: decimalOrNull(quantity),
            averagePrice: decimalOrNull(row?.averagePrice),
            fetchedAt: read === undefined ? null : Instant.format(read.fetchedAt)
          }
        })
      })
    )
    const held = items.flat()
    const count = filters.count === true ? { count: { kind: "exactly", rows: held.length } as const } : {}
    return { items: held, nextCursor: null, ...count }
  })

const columns: ReadonlyArray<Columns.TableColumn<HeldDocument>> = [
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.numbers("OURS", (each) => each.ours),
  Columns.numbers("BROKER", (each) => each.quantity),
  Columns.numbers("AVERAGE", (each) => Columns.short(each.averagePrice)),
  Columns.times("FETCHED", (each) => each.fetchedAt)
]

/** The same as a table for people. */
export const table = Columns.tableOf<HeldDocument>(columns)

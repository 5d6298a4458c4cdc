import type { Documents } from "@roundlot/api"
import { Decimal, Instant } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { OwnerPosition } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { exactly, inAnyCase } from "./criteria.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"

/** What a beneficial owner has in one instrument of an account, in signed shares. */
export type OwnerPositionDocument = Documents.OwnerPositionDocument

/** Which positions of an owner; they come by account and symbol. */
export interface OwnerFilters extends ListOptions {
  readonly owner: string
  readonly account?: string | undefined
  readonly symbol?: string | undefined
}

/** A page of what an owner has (C7); empty for one that no counted trade names. */
export const positions = ({
  account,
  owner,
  symbol,
  ...options
}: OwnerFilters): Effect.Effect<ListDocument<OwnerPositionDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const anyOf = [[...exactly("owner", owner), ...inAnyCase("account", account), ...inAnyCase("symbol", symbol)]]
    const { records, ...page } = yield* collect({ table: OwnerPosition.OwnerPositionTable, anyOf }, options)
    return { items: records.map(documentOf), ...page }
  })

const documentOf = (row: OwnerPosition.OwnerPosition): OwnerPositionDocument => ({
  owner: row.owner,
  account: row.account,
  symbol: row.symbol,
  ordered: Decimal.format(row.ordered),
  executed: Decimal.format(row.executed),
  open: Decimal.format(OwnerPosition.openOf(row)),
  direct: Decimal.format(row.direct),
  updatedAt: Instant.format(row.updatedAt)
})

/** Positions of an owner as a table for people. */
export const table = Columns.tableOf<OwnerPositionDocument>([
  Columns.minor(Columns.words("ACCOUNT", (position) => position.account)),
  Columns.ids("SYMBOL", (position) => position.symbol),
  Columns.numbers("ORDERED", (position) => position.ordered),
  Columns.numbers("EXECUTED", (position) => position.executed),
  Columns.numbers("OPEN", (position) => position.open),
  Columns.numbers("DIRECT", (position) => position.direct),
  Columns.minor(Columns.times("UPDATED", (position) => position.updatedAt))
])

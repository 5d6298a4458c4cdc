import { Schema } from "effect"
import { AccountName } from "../account/AccountName.ts"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"
import { BreakId } from "../identity/Id.ts"
import { Ticker } from "../instrument/Ticker.ts"

/** The kinds of difference or contradiction that the ledger keeps until they are gone or resolved (G). */
export const breakKinds = [
  "Conflict",
  "ReappearedTrade",
  "Excess",
  "Reappeared",
  "OppositeOrders",
  "CumulativeBelow",
  "FillAfterRejection",
  "UndocumentedCorrection",
  "FillMismatch",
  "Doubt",
  "OrderMissing",
  "TermsDiffer",
  "ForeignOrderId",
  "ClientIdDiffers",
  "ReusedOrderId",
  "AverageDiffers",
  "Unpriced",
  "OffBand",
  "Unmapped"
] as const

/** One of the kinds of break. */
export type BreakKind = (typeof breakKinds)[number]

/** What a break stops. */
export const holds = ["nothing", "symbol", "account"] as const

/** A difference or contradiction, kept until it is gone or resolved. `subject` is the id shown beside its kind. */
export const Break = Schema.Struct({
  id: Column.id(BreakId),
  account: Column.branded(AccountName),
  symbol: Column.optional(Column.branded(Ticker)),
  kind: Column.literal(breakKinds),
  subject: Column.text,
  holds: Column.literal(holds),
  evidence: Column.text,
  openedAt: Column.instant,
  closedAt: Column.optional(Column.instant),
  closedWhy: Column.optional(Column.text),
  version: Column.integer
})

/** A difference or contradiction. */
export type Break = typeof Break.Type

/** The table of breaks. */
export const BreakTable = Table.make({
  name: "breaks",
  schema: Break,
  key: ["id"],
  keyOf: (each) => Table.joinKey([each.id]),
  lookups: {
    open: { columns: ["account", "symbol"], unique: false, where: { column: "closedAt", isNull: true } }
  }
})

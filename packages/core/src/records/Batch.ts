import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { BatchId } from "../values/Id.ts"
import { batchModes } from "./batchModes.ts"
import { policyTimesInForce, sessions } from "./OrderTerms.ts"

export { batchModes, isAtMarket, ModeNotNamed, modeOf, type BatchMode } from "./batchModes.ts"

/** Collects rows or waits for its turn; is being worked off; ended with all rows done, some, or none; was called off. */
export const batchStatuses = ["pending", "running", "success", "partial_success", "failed", "cancelled"] as const

/** One of the batch statuses. */
export type BatchStatus = (typeof batchStatuses)[number]

/** A row that is no trade: its place in the file, what was found there, and why it is refused. */
export const RejectedRow = Schema.Struct({
  line: Schema.Int,
  column: Schema.NullOr(Schema.String),
  value: Schema.String,
  reason: Schema.String
})

/** A row that is no trade. */
export type RejectedRow = typeof RejectedRow.Type

/** Trades that were submitted together, with how far they are. Its counts are of its trades, and of rows that are none. */
export const Batch = Schema.Struct({
  id: Column.id(BatchId),
  /** A name that is never given twice, for programs. */
  uid: Column.text,
  account: Column.branded(AccountName),
  name: Column.text,
  mode: Column.literal(batchModes),
  status: Column.literal(batchStatuses),
  /** The higher, the sooner its turn. */
  priority: Column.integer,
  fileName: Column.optional(Column.text),
  fileHash: Column.optional(Column.text),
  retryOf: Column.optional(Column.id(BatchId)),
  retriedBy: Column.optional(Column.id(BatchId)),
  /** How the orders of its rows are sent, where a row says nothing. */
  session: Column.optional(Column.literal(sessions)),
  timeInForce: Column.optional(Column.literal(policyTimesInForce)),
  /** All of its rows are here, and it waits for its turn. */
  queuedAt: Column.optional(Column.instant),
  /** Rows that are no trades. They count as failed. */
  rejected: Column.integer,
  /** The first of them. */
  rejectedRows: Column.json(Schema.Array(RejectedRow)),
  total: Column.integer,
  /** Rows on record that have not had their turn, or that an operator must release. */
  waiting: Column.integer,
  /** Rows whose order has not ended. */
  working: Column.integer,
  done: Column.integer,
  failed: Column.integer,
  cancelled: Column.integer,
  /** What its trades came to as they were submitted, in dollars: those that give a price. */
  notional: Column.decimal,
  /** Trades that give no price. */
  unpriced: Column.integer,
  reason: Column.optional(Column.text),
  createdAt: Column.instant,
  startedAt: Column.optional(Column.instant),
  finishedAt: Column.optional(Column.instant),
  hiddenAt: Column.optional(Column.instant),
  archivedAt: Column.optional(Column.instant),
  updatedAt: Column.instant,
  version: Column.integer
})

/** Trades that were submitted together. */
export type Batch = typeof Batch.Type

/** The table of batches. */
export const BatchTable = Table.make({
  name: "batches",
  schema: Batch,
  key: ["id"],
  keyOf: (batch): number => batch.id,
  lookups: { uid: { columns: ["uid"], unique: true, where: undefined } }
})

const moves: { readonly [S in BatchStatus]: ReadonlyArray<BatchStatus> } = {
  pending: ["running", "cancelled"],
  running: ["success", "partial_success", "failed", "cancelled"],
  success: [],
  partial_success: [],
  failed: [],
  cancelled: []
}

/** May a batch of one status take another? There is no way but those of the table. */
export const mayBecome = (from: BatchStatus, to: BatchStatus): boolean => moves[from].includes(to)

/** Has it had its end? */
export const hasEnded = ({ status }: Pick<Batch, "status">): boolean => moves[status].length === 0

/** Has it ended with rows that failed, and has nobody tried them again or put it away? */
export const hasFailedRows = (batch: Batch): boolean =>
  hasEnded(batch) &&
  batch.status !== "cancelled" &&
  batch.failed > 0 &&
  batch.retriedBy === undefined &&
  batch.archivedAt === undefined &&
  batch.hiddenAt === undefined

/** Does it still collect rows? */
export const isOpen = ({ queuedAt, status }: Pick<Batch, "status" | "queuedAt">): boolean =>
  status === "pending" && queuedAt === undefined

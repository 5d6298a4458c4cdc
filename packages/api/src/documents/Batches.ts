import { batchModes, fates, rowPlaces, tradeStandings } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { HistoryDocument } from "./History.ts"
import { OrderDocument } from "./Orders.ts"
import { AnswerDocument } from "./Positions.ts"
import { Decimal, Id, pageOf, rowFault, Session, Side, Time, TimeInForce, past } from "./words.ts"

const BatchStatus = Schema.Literal("pending", "running", "success", "partial_success", "failed", "cancelled")

/** Trades that were submitted together. Counts are of rows; `totalTrades` has the rejected ones too, which count as failed. */
export const BatchDocument = Schema.Struct({
  id: Id,
  uid: Schema.String,
  name: Schema.String,
  account: Schema.String,
  mode: Schema.Literal(...batchModes),
  status: BatchStatus,
  priority: Schema.Int,
  fileName: Schema.NullOr(Schema.String),
  totalTrades: Schema.Int,
  processedTrades: Schema.Int,
  failedTrades: Schema.Int,
  cancelledTrades: Schema.Int,
  rejectedRows: Schema.Int,
  /** What its trades came to as they were submitted, in dollars, at their limit or their own price; null where none gives one. */
  notional: Schema.NullOr(Decimal),
  /** Trades that give no price: they are not in `notional`. */
  unpricedTrades: Schema.Int,
  retryOf: Schema.NullOr(Id),
  retriedBy: Schema.NullOr(Id),
  /** How orders of its rows leave, where a row says nothing. */
  session: Schema.NullOr(Session),
  timeInForce: Schema.NullOr(TimeInForce),
  reason: Schema.NullOr(Schema.String),
  createdAt: Time,
  queuedAt: Schema.NullOr(Time),
  startedAt: Schema.NullOr(Time),
  finishedAt: Schema.NullOr(Time),
  archivedAt: Schema.NullOr(Time),
  updatedAt: Time
}).annotations({ identifier: "Batch" })

/** Trades that were submitted together. */
export type BatchDocument = typeof BatchDocument.Type

const Fate = Schema.Literal(...fates)

/** How many rows of a batch fare alike; of those that are stopped, asked to end or tried again, the shares by symbol, and dollars at the rows' own prices. */
export const BatchRowsDocument = Schema.Struct({
  fate: Fate,
  /** The same in words. */
  what: Schema.String,
  rows: Schema.Int,
  shares: Schema.Array(
    Schema.Struct({ symbol: Schema.String, side: Side, quantity: Decimal, notional: Schema.NullOr(Decimal) })
  )
}).annotations({ identifier: "BatchRows" })

/** How many rows of a batch fare alike. */
export type BatchRowsDocument = typeof BatchRowsDocument.Type

/** What would become of a batch, in a sentence, and of each of its rows: together they are its total. */
const BatchEffectsDocument = Schema.Struct({
  done: Schema.String,
  rows: Schema.Array(BatchRowsDocument)
}).annotations({ identifier: "BatchEffects" })

/** A batch that was changed; of a dry run as it stands, and what the change would come to. */
export const ChangedBatchDocument = Schema.Struct({
  ...BatchDocument.fields,
  effects: Schema.optional(BatchEffectsDocument)
}).annotations({ identifier: "ChangedBatch" })

/** A batch that was changed, or would be. */
export type ChangedBatchDocument = typeof ChangedBatchDocument.Type

/** How far a batch is. `rate` is rows a second, `timeLeft` seconds; null where they cannot be known. */
export const ProgressDocument = Schema.Struct({
  ...past,
  status: BatchStatus,
  total: Schema.Int,
  done: Schema.Int,
  working: Schema.Int,
  waiting: Schema.Int,
  failed: Schema.Int,
  cancelled: Schema.Int,
  rate: Schema.NullOr(Schema.Number),
  timeLeft: Schema.NullOr(Schema.Number)
}).annotations({ identifier: "Progress" })

/** How far a batch is. */
export type ProgressDocument = typeof ProgressDocument.Type

/** A batch as lists have it: with who submitted it, and how far it is. */
export const ListedBatchDocument = Schema.Struct({
  ...BatchDocument.fields,
  /** The name of a token or a person; null where the journal does not name one. */
  submittedBy: Schema.NullOr(Schema.String),
  progress: ProgressDocument
}).annotations({ identifier: "ListedBatch" })

/** A batch as lists have it. */
export type ListedBatchDocument = typeof ListedBatchDocument.Type

/** A page of batches. */
export const BatchPage = pageOf("BatchPage", ListedBatchDocument)

/** A batch with how far it is and what happened to it. */
export const BatchDetail = Schema.Struct({
  ...past,
  ...ListedBatchDocument.fields,
  history: Schema.Array(HistoryDocument)
}).annotations({ identifier: "BatchDetail" })

/** A batch with how far it is and what happened to it. */
export type BatchDetail = typeof BatchDetail.Type

/** What is wrong with a row: where it stands in the file, and its trade where it is one. */
export const BatchErrorDocument = Schema.Struct({
  ...rowFault,
  tradeId: Schema.NullOr(Id)
}).annotations({ identifier: "BatchError" })

/** What is wrong with a row. */
export type BatchErrorDocument = typeof BatchErrorDocument.Type

/** What is wrong with the rows of a batch. */
export const BatchErrorPage = pageOf("BatchErrorPage", BatchErrorDocument)

/** What the rows of one symbol and side came to: shares, dollars. Figures are of their own orders. */
export const BatchSymbolDocument = Schema.Struct({
  symbol: Schema.String,
  side: Side,
  trades: Schema.Int,
  done: Schema.Int,
  quantity: Decimal,
  filledQuantity: Decimal,
  filledNotional: Decimal,
  averagePrice: Schema.NullOr(Decimal),
  commission: Decimal
}).annotations({ identifier: "BatchSymbol" })

/** What the rows of one symbol and side came to. */
export type BatchSymbolDocument = typeof BatchSymbolDocument.Type

/** Why rows failed: how many for this reason, and the first of them in the file. */
export const BatchFailureDocument = Schema.Struct({
  reason: Schema.String,
  count: Schema.Int,
  first: BatchErrorDocument
}).annotations({ identifier: "BatchFailure" })

/** Why rows failed. */
export type BatchFailureDocument = typeof BatchFailureDocument.Type

/** What a batch came to. */
export const BatchResultsDocument = Schema.Struct({
  ...past,
  ...BatchDocument.fields,
  symbols: Schema.Array(BatchSymbolDocument),
  failures: Schema.Array(BatchFailureDocument)
}).annotations({ identifier: "BatchResults" })

/** What a batch came to. */
export type BatchResultsDocument = typeof BatchResultsDocument.Type

/** A row of a batch with what became of it, by the names that a file of trades has. */
export const BatchRowDocument = Schema.Struct({
  line: Schema.Int,
  source_id: Schema.NullOr(Schema.String),
  timestamp: Schema.NullOr(Time),
  symbol: Schema.NullOr(Schema.String),
  side: Schema.NullOr(Side),
  quantity: Schema.NullOr(Decimal),
  price: Schema.NullOr(Decimal),
  limit_price: Schema.NullOr(Decimal),
  /** The standing of its trade; `rejected` where the row is no trade. */
  status: Schema.Literal(...tradeStandings, "rejected"),
  /** Which count of the batch's progress has it: rejected rows count as failed. */
  counts_as: Schema.Literal(...rowPlaces),
  reason: Schema.NullOr(Schema.String),
  trade: Schema.NullOr(Id),
  /** The orders that took of its trade; of a row that is executed its own. */
  orders: Schema.Array(Id),
  /** The status of its own order. */
  order_status: Schema.NullOr(OrderDocument.fields.status),
  /** Shares executed for it so far. */
  filled_quantity: Schema.NullOr(Decimal),
  average_price: Schema.NullOr(Decimal),
  commission: Schema.NullOr(Decimal)
}).annotations({ identifier: "BatchRow" })

/** A row of a batch with what became of it. */
export type BatchRowDocument = typeof BatchRowDocument.Type

/** Rows of a batch. */
export const BatchRowPage = pageOf("BatchRowPage", BatchRowDocument)

const noticed = Schema.Array(
  Schema.Struct({ line: Schema.Int, what: Schema.String }).annotations({ identifier: "NoticedRow" })
)

/** What was submitted. */
export const SubmittedDocument = Schema.Struct({
  batch: BatchDocument,
  accepted: Schema.Int,
  duplicates: Schema.Int,
  conflicts: Schema.Int,
  quarantined: Schema.Int,
  rejected: Schema.Int,
  noticed
}).annotations({ identifier: "Submitted" })

/** What was submitted. */
export type SubmittedDocument = typeof SubmittedDocument.Type

const Cell = Schema.NullOr(Schema.String)

/** A row by the names that a file of trades has. */
const BatchRow = Schema.Struct({
  source_id: Schema.optional(Cell),
  timestamp: Schema.optional(Cell),
  symbol: Schema.optional(Cell),
  side: Schema.optional(Cell),
  quantity: Schema.optional(Cell),
  price: Schema.optional(Cell),
  /** The beneficial owner. */
  owner: Schema.optional(Cell),
  /** Of a row that is executed: its order is a limit order, with a stop price a stop or stop limit order. */
  limit_price: Schema.optional(Cell),
  stop_price: Schema.optional(Cell),
  time_in_force: Schema.optional(Cell),
  good_till: Schema.optional(Cell),
  session: Schema.optional(Cell)
})

/** How batches of a kind are submitted; what is left out is as always. */
export const TemplateTerms = Schema.Struct({
  /** Has to be named where rows would be market orders: those that say no price of their own, and those of an open batch. Else `execute`. */
  mode: Schema.optional(Schema.Literal(...batchModes)),
  account: Schema.optional(Schema.String),
  priority: Schema.optional(Schema.Int),
  /** Half of the rows' identity; default `batch`. */
  source: Schema.optional(Schema.NonEmptyString.pipe(Schema.maxLength(128))),
  separator: Schema.optional(Schema.Literal(",", ";", "\t", "|")),
  decimal: Schema.optional(Schema.Literal("point", "comma")),
  /** How dates are written: `2026-11-20`, `20.11.2026` or `11/20/2026`. */
  dates: Schema.optional(Schema.Literal("iso", "dmy", "mdy")),
  /** The clock of times that have no zone: `Europe/Berlin`, `-05:00`. */
  zone: Schema.optional(Schema.String.pipe(Schema.maxLength(64))),
  skip: Schema.optional(Schema.Int.pipe(Schema.between(0, 1000))),
  /** How its orders are sent, where a row says nothing. */
  session: Schema.optional(Session),
  timeInForce: Schema.optional(TimeInForce),
  columns: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
}).annotations({ identifier: "TemplateTerms", parseOptions: { onExcessProperty: "error" } })

/** How batches of a kind are submitted. */
export type TemplateTerms = typeof TemplateTerms.Type

/** How batches of a kind are submitted, under a name. */
export const TemplateDocument = Schema.Struct({
  name: Schema.String,
  terms: TemplateTerms,
  savedAt: Time,
  savedBy: Schema.String
}).annotations({ identifier: "Template" })

/** How batches of a kind are submitted, under a name. */
export type TemplateDocument = typeof TemplateDocument.Type

/** All templates. */
export const TemplatePage = pageOf("TemplatePage", TemplateDocument)

const { account, dates, decimal, mode, separator, session, source, timeInForce, zone } = TemplateTerms.fields

/** Rows older than the account's `maxTradeAge`: ordered like new, taken for held by the broker, or kept and never counted. */
const backfill = Schema.optional(Schema.Literal("orders", "hedged", "record"))

const batchName = Schema.NonEmptyString.pipe(Schema.maxLength(200))
const fileName = Schema.optional(Schema.String.pipe(Schema.maxLength(255)))

/** What an upload says of its file, as texts. */
export const uploadTerms = {
  name: Schema.propertySignature(batchName).annotations({ description: "The name of the batch." }),
  fileName: fileName.annotations({ description: "The name of the file, for people." }),
  template: Schema.optional(Schema.String).annotations({
    description: "Template with default terms."
  }),
  backfill: backfill.annotations({
    description:
      "What happens to rows older than the account's `maxTradeAge`: ordered, counted as already held, or only recorded."
  }),
  account: account.annotations({ description: "Account; default: the only one." }),
  dates: dates.annotations({ description: "How dates are written: `2026-11-20`, `20.11.2026` or `11/20/2026`." }),
  decimal: decimal.annotations({ description: "How decimals are written." }),
  mode: mode.annotations({
    description:
      "`execute`: one direct order per row; `accumulate`: into positions. Required where rows would be market orders; else `execute`."
  }),
  separator: separator.annotations({ description: "Field separator." }),
  session: session.annotations({ description: "Session of its orders, for rows without their own." }),
  source: source.annotations({
    description: "Source of the rows; source and source id identify a trade. Default: `batch`."
  }),
  timeInForce: timeInForce.annotations({ description: "Time in force of its orders, for rows without their own." }),
  zone: zone.annotations({ description: "Time zone of times without one: `Europe/Berlin`, `-05:00`." })
}

/** What is said of a file that is submitted, beside its terms. */
export type UploadTerms = TemplateTerms & {
  readonly name: string
  readonly fileName?: string | undefined
  readonly template?: string | undefined
  readonly backfill?: "orders" | "hedged" | "record" | undefined
  readonly again?: boolean | undefined
  readonly strict?: boolean | undefined
  readonly dryRun?: boolean | undefined
}

/** Trades that are submitted together: rows, or the text of a CSV file. */
export const BatchRequest = Schema.Struct({
  name: batchName,
  ...TemplateTerms.fields,
  /** Its terms hold where none are said here. */
  template: Schema.optional(Schema.String),
  /** It has no rows yet: it collects them one by one, until it is queued. */
  open: Schema.optional(Schema.Boolean),
  fileName,
  backfill,
  /** New on purpose, although the same was submitted before. */
  again: Schema.optional(Schema.Boolean),
  /** All rows or none: one that is bad, conflicting, quarantined or refused by a control refuses the submission. */
  strict: Schema.optional(Schema.Boolean),
  /** Only say what would be taken and ordered. */
  dryRun: Schema.optional(Schema.Boolean),
  rows: Schema.optional(Schema.Array(BatchRow)),
  csv: Schema.optional(Schema.String)
}).annotations({ identifier: "BatchRequest", parseOptions: { onExcessProperty: "error" } })

/** Trades that are submitted together. */
export type BatchRequest = typeof BatchRequest.Type

/** Orders of one symbol and side that a submission would bring about; `notional` in dollars, null where a price is not known. */
export const OrdersPreview = Schema.Struct({
  symbol: Schema.String,
  side: Side,
  orders: Schema.Int,
  quantity: Decimal,
  notional: Schema.NullOr(Decimal)
}).annotations({ identifier: "OrdersPreview" })

/** Orders of one symbol and side that a submission would bring about. */
export type OrdersPreview = typeof OrdersPreview.Type

/** What a submission would come to as the books stand: nothing is on record of it. */
export const CheckedDocument = Schema.Struct({
  /** As it was named, or the default. */
  mode: Schema.Literal(...batchModes),
  /** Rows that would be counted, or sent as orders of their own. */
  accepted: Schema.Int,
  /** Rows that are on record already. */
  duplicates: Schema.Int,
  /** Rows that an earlier row of the same submission repeats. */
  repeated: Schema.Int,
  conflicts: Schema.Int,
  quarantined: Schema.Int,
  /** Rows whose orders a control would refuse. */
  refused: Schema.Int,
  /** Rows that would be kept as history, and never counted. */
  recorded: Schema.Int,
  rejected: Schema.Int,
  rejectedRows: Schema.Array(Schema.Struct(rowFault)),
  /** The first rows that would not be taken as they are. */
  noticed,
  orders: Schema.Array(OrdersPreview),
  /** Positions that would owe an order and make none, with their answers. */
  blocked: Schema.Array(Schema.Struct({ symbol: Schema.String, answer: AnswerDocument }))
}).annotations({ identifier: "Checked" })

/** What a submission would come to as the books stand. */
export type CheckedDocument = typeof CheckedDocument.Type

/** What a submission is answered with: what was taken, or what would be. */
export const SubmitDocument = Schema.Union(SubmittedDocument, CheckedDocument)

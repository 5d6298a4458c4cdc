import { Schema } from "effect"
import { AtRisk, attention, HistoryDocument, Notes, Recommended } from "./History.ts"
import { Decimal, Id, pageOf, past, scope, Time } from "./words.ts"

/**
 * Something that needs a person: the open breaks of one cause, an order in doubt that no break says so of yet, an order that was proposed, a direct order that
 * failed, a quarantined trade, a batch that ended with failed rows, a job that was given up, a part of the program that fails.
 */
export const CaseDocument = Schema.Struct({
  kind: Schema.Literal(
    "break",
    "in_doubt",
    "approval",
    "request",
    "failed_order",
    "quarantine",
    "batch",
    "job",
    "part"
  ),
  /** The id of the oldest of these breaks, or of that order, trade, batch or job; `part:` with the name of that part. */
  id: Schema.String,
  ...scope,
  since: Time,
  severity: Schema.Literal("escalated", "critical", "warning", "info"),
  atRisk: AtRisk,
  /** What to do first and why. */
  recommended: Recommended,
  ...attention,
  /** What is known of it, in a sentence. */
  what: Schema.String,
  /** What it stops while it is open. */
  holds: Schema.String,
  /** All breaks of its cause, the oldest first. */
  breaks: Schema.Array(Id),
  path: Schema.String
}).annotations({ identifier: "Case" })

/** Something that needs a person. */
export type CaseDocument = typeof CaseDocument.Type

/** A case with what people did about it. */
export const CaseDetail = Schema.Struct({
  ...CaseDocument.fields,
  ...past,
  notes: Notes,
  /** Who owned it, acknowledged it or said something of it, the oldest first. */
  history: Schema.Array(HistoryDocument)
}).annotations({ identifier: "CaseDetail" })

/** A case with what people did about it. */
export type CaseDetail = typeof CaseDetail.Type

/** All that needs a person: the gravest first, then those with the most dollars at risk, then the oldest. */
export const CasePage = pageOf("CasePage", CaseDocument)

/** What became of a trade at the broker: shares, dollars, basis points, milliseconds. */
export const HedgingDocument = Schema.Struct({
  tradeId: Id,
  account: Schema.String,
  source: Schema.String,
  sourceId: Schema.String,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Decimal,
  price: Schema.NullOr(Decimal),
  tradedAt: Time,
  status: Schema.String,
  /** The side of its orders. */
  orderSide: Schema.String,
  netted: Decimal,
  filled: Decimal,
  averagePrice: Schema.NullOr(Decimal),
  slippage: Schema.NullOr(Decimal),
  slippageBp: Schema.NullOr(Decimal),
  commission: Schema.NullOr(Decimal),
  toOrderMs: Schema.NullOr(Schema.Number),
  toFillMs: Schema.NullOr(Schema.Number),
  /** The trade's beneficial owner. */
  owner: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Hedging" })

/** What became of a trade at the broker. */
export type HedgingDocument = typeof HedgingDocument.Type

/** What hedging of a symbol of an account came to, or of all symbols in a currency: shares, amounts in that currency. */
export const SlippageRow = Schema.Struct({
  kind: Schema.Literal("symbol", "total"),
  /** Null where a total is of several accounts. */
  account: Schema.NullOr(Schema.String),
  symbol: Schema.NullOr(Schema.String),
  currency: Schema.String,
  /** Trades with fills. */
  trades: Schema.Number,
  /** Trades with a slippage: their own price and those of all their fills are known. */
  priced: Schema.Number,
  filled: Decimal,
  /** What was filled of these, at the trades' own prices; null where there are none. */
  reference: Schema.NullOr(Decimal),
  /** What was paid beyond that; negative where it was less. */
  slippage: Schema.NullOr(Decimal),
  /** Slippage in basis points of `reference`. */
  slippageBp: Schema.NullOr(Decimal),
  /** Commissions in that currency, as far as they are known; null where none is. */
  commission: Schema.NullOr(Decimal),
  /** Trades with fills whose commission is not known, or is in another currency. */
  withoutCommission: Schema.Number
}).annotations({ identifier: "Slippage" })

/** What hedging of a symbol of an account came to, or of all symbols in a currency. */
export type SlippageRow = typeof SlippageRow.Type

/** What hedging came to. */
export const SlippagePage = pageOf("SlippagePage", SlippageRow)

/** What became of trades at their brokers. */
export const HedgingPage = pageOf("HedgingPage", HedgingDocument)

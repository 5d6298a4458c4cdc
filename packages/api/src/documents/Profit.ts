import { lotMethods } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { Decimal, Id, pageOf, past, Time } from "./words.ts"

const decimal = Schema.NullOr(Decimal)
const count = Schema.NullOr(Schema.Int)

/**
 * A row of the report on profit: a closing of a lot, a lot that is open, an execution that was corrected, or sums. Null is what a row of its
 * kind does not say, or what is not known. Shares, dollars of the currency, dates in New York.
 */
export const ProfitRow = Schema.Struct({
  kind: Schema.Literal("closing", "lot", "correction", "symbol", "symbolDay", "day", "total"),
  account: Schema.String,
  symbol: Schema.NullOr(Schema.String),
  method: Schema.Literal(...lotMethods),
  date: Schema.NullOr(Schema.String),
  side: Schema.NullOr(Schema.Literal("long", "short")),
  quantity: decimal,
  opened: Schema.NullOr(Schema.String),
  openedBy: Schema.NullOr(Id),
  closedBy: Schema.NullOr(Id),
  cost: decimal,
  proceeds: decimal,
  /** Of a closing or a lot those in its figures; of a sum those of the period's executions. */
  fees: decimal,
  feesKnown: Schema.NullOr(Schema.Boolean),
  profit: decimal,
  /** How many closings have a profit that is not known, and is in no sum. */
  unknownProfits: count,
  term: Schema.NullOr(Schema.Literal("short", "long")),
  washShares: decimal,
  washDisallowed: decimal,
  washBy: Schema.NullOr(Schema.String),
  note: Schema.NullOr(Schema.String),
  /** Sums are of one currency. */
  currency: Schema.String,
  /** Of a symbol: what a share that is open cost, or brought, rounded to 12 digits. */
  averageCost: decimal,
  /** Of a symbol: the newest price that the books have of by the end of the period. */
  price: decimal,
  priceAt: Schema.NullOr(Time),
  /** What is open at that price; less than nothing where it is short. */
  marketValue: decimal,
  /** Market value less cost. */
  unrealised: decimal,
  /** How many symbols have an unrealised profit that is not known, and is in no sum. */
  unvalued: count,
  /** Of a sum: shares times price of the period's executions. */
  turnover: decimal,
  /** How many executions have no price, and are in no turnover. */
  unpriced: count
}).annotations({ identifier: "ProfitRow" })

/** A row of the report on profit. */
export type ProfitRow = typeof ProfitRow.Type

/** The rows of a report on profit. */
export const ProfitPage = pageOf("ProfitPage", ProfitRow)

/** The tax lots that a fill closes, and those that it may close: shares, dollars of the currency. */
export const FillLotsDocument = Schema.Struct({
  fillId: Id,
  account: Schema.String,
  symbol: Schema.String,
  currency: Schema.String,
  /** The method of the account, by which lots are closed that no person identified. */
  method: Schema.Literal(...lotMethods),
  closes: Schema.Array(ProfitRow),
  /** Shares of the fill that close no lot: they open one. */
  opens: Decimal,
  /** The lots of the other side that are open when the fill executes. */
  closable: Schema.Array(ProfitRow),
  /** Why identified lots are not applied. */
  notApplied: Schema.NullOr(Schema.String),
  ...past
}).annotations({ identifier: "FillLots" })

/** The tax lots of a fill. */
export type FillLotsDocument = typeof FillLotsDocument.Type

import { Decimal, Instant } from "@roundlot/core"
import { holdings, type Reconciliation } from "@roundlot/core/ledger"
import { Schema } from "effect"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"
import { valueOrNull } from "./text.ts"

/** A symbol as books and broker have it, in signed shares. */
const HoldingDocument = Schema.Struct({
  symbol: Schema.String,
  outcome: Schema.Literal(...holdings.outcomes),
  ours: Schema.String,
  theirs: Schema.String,
  why: Schema.NullOr(Schema.String)
})

/** What comparing an account with its broker came to. */
export const ReconciledDocument = Schema.Struct({
  account: Schema.String,
  asOf: Schema.String,
  /** Why the broker's positions were not judged at all. */
  problem: Schema.NullOr(Schema.String),
  agreed: Schema.Int,
  holdings: Schema.Array(HoldingDocument),
  /** What the broker holds that is no equity of a plain symbol: listed, never compared. */
  others: Schema.Array(Schema.Struct({ symbol: Schema.String, quantity: Schema.String, assetClass: Schema.String }))
})

/** What comparing an account with its broker came to. */
export type ReconciledDocument = typeof ReconciledDocument.Type

/** The document of a comparison. */
export const documentOf = (reconciled: Reconciliation.Reconciled): ReconciledDocument => ({
  account: reconciled.account,
  asOf: Instant.format(reconciled.asOf),
  problem: valueOrNull(reconciled.problem),
  agreed: reconciled.agreed,
  holdings: reconciled.holdings.map(({ ours, outcome, symbol, theirs, why }) => ({
    symbol,
    outcome,
    ours: Decimal.format(ours),
    theirs: Decimal.format(theirs),
    why: valueOrNull(why)
  })),
  others: reconciled.others.map(({ assetClass, quantity, symbol }) => ({
    symbol,
    quantity: Decimal.format(quantity),
    assetClass: assetClass ?? "unknown"
  }))
})

/** Is there something that a person should look at? */
export const isLook = (one: ReconciledDocument): boolean => one.holdings.length > 0 || one.problem !== null

type Row = typeof HoldingDocument.Type & { readonly account: string }

const columns: ReadonlyArray<Columns.TableColumn<Row>> = [
  Columns.minor(Columns.words("ACCOUNT", (row) => row.account)),
  Columns.ids("SYMBOL", (row) => row.symbol),
  Columns.numbers("OURS", (row) => row.ours),
  Columns.numbers("THEIRS", (row) => row.theirs),
  Columns.states("OUTCOME", (row) => row.outcome),
  Columns.words("WHY", (row) => row.why)
]

const lineOf = ({ account, agreed, asOf, others, problem }: ReconciledDocument): string => {
  const listed = others.map(({ quantity, symbol }) => `${quantity} ${symbol}`).join(", ")
  const compared = problem === null ? `${agreed} ${agreed === 1 ? "symbol agrees" : "symbols agree"}` : problem
  return `Account ${account} at ${asOf}: ${compared}.${listed === "" ? "" : ` Not compared: ${listed}.`}`
}

/** Comparisons for people: a table of what differs, and a line an account. */
export const text = (all: ReadonlyArray<ReconciledDocument>, screen?: Screen): string => {
  const rows = all.flatMap((one) => one.holdings.map((each): Row => ({ ...each, account: one.account })))
  const table = rows.length === 0 ? [] : [Columns.render(columns, rows, screen), ""]
  return [...table, ...all.map(lineOf)].join("\n")
}

import type { ReactNode } from "react"
import type { Term } from "../../words/glossary.ts"

/** A column: its head is a word that the glossary explains. */
export type Column<A> =
  | {
      readonly term: Term
      readonly kind: "node"
      readonly of: (row: A) => ReactNode
      /** Whether rows have anything in it that is worth a column. */
      readonly isShown?: (rows: ReadonlyArray<A>) => boolean
    }
  | {
      readonly term: Term
      readonly kind: "figure"
      readonly of: (row: A) => string | null
      readonly signed?: boolean
      readonly money?: boolean
      /** It was rounded, as averages are. */
      readonly isAbout?: boolean
      /** Rows whose figure counts no more. */
      readonly isStruck?: (row: A) => boolean
    }
  | { readonly term: Term; readonly kind: "time"; readonly of: (row: A) => string | null }

/** What a phone shows of a row: its headline, the last of it at the right, and what stands below. */
export interface Card {
  readonly headline: ReadonlyArray<Term>
  readonly details: ReadonlyArray<Term>
}

/** What all rows come to, by column: figures under figures; null where it is not known. */
export type SumsOf = Readonly<Partial<Record<Term, string | null>>>

/** Heads below which figures are dollars. */
const dollars: ReadonlySet<Term> = new Set([
  "atOwnPrices",
  "averageCost",
  "averagePrice",
  "commission",
  "cost",
  "fees",
  "limitPrice",
  "marketPrice",
  "marketValue",
  "notional",
  "price",
  "proceeds",
  "realised",
  "slippage",
  "stopPrice",
  "turnover",
  "unrealised"
])

/** Returns whether the figures of a column are dollars, which have two decimals at least. */
export const isDollars = <A>(column: Column<A>): boolean => column.kind === "figure" && dollars.has(column.term)

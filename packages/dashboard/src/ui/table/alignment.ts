import { useRef } from "react"
import { fractionDigits } from "../../format/figure.ts"
import type { Term } from "../../words/glossary.ts"
import { type Column, isDollars, type SumsOf } from "./Column.ts"

/** The longest fraction of each column, so that decimal points stand below each other. */
export type Fractions = ReadonlyMap<Term, number>

const longestIn = <A>(column: Column<A>, rows: ReadonlyArray<A>): number =>
  column.kind === "figure"
    ? rows.reduce((longest, row) => Math.max(longest, fractionDigits(column.of(row))), isDollars(column) ? 2 : 0)
    : 0

/** Points line up with all that was in view: they do not move back where rows with shorter figures come. */
export const useFractions = <A>(
  columns: ReadonlyArray<Column<A>>,
  inView: ReadonlyArray<A>,
  sums: SumsOf | undefined
): Fractions => {
  const longest = useRef<Fractions>(new Map())
  longest.current = new Map(
    columns.map((column) => [
      column.term,
      Math.max(
        longest.current.get(column.term) ?? 0,
        longestIn(column, inView),
        fractionDigits(sums?.[column.term] ?? null)
      )
    ])
  )
  return longest.current
}

import type { Fractions } from "./alignment.ts"
import { type Column, isDollars, type SumsOf } from "./Column.ts"
import { Figure } from "../parts/Figure.tsx"
import { Head } from "../parts/Help.tsx"
import { glossary } from "../../words/glossary.ts"

interface SumsProps<A> {
  readonly columns: ReadonlyArray<Column<A>>
  readonly sums: SumsOf
  /** Points line up with the rows above. */
  readonly fractions: Fractions
  /** Rows are cards, without heads above them: each sum says what it is of. */
  readonly isOnCard: boolean
}

/** The last line of a table: what all of it comes to. */
export const Sums = <A,>({ columns, fractions, isOnCard, sums }: SumsProps<A>) => (
  <tfoot>
    <tr>
      {columns.map((column, at) => {
        const sum = sums[column.term]
        if (at === 0) {
          return (
            <th key={column.term} scope="row">
              <Head term="sum" />
            </th>
          )
        }
        if (column.kind !== "figure") return <td key={column.term}>{sum}</td>
        return (
          <td key={column.term} className="right" data-head={isOnCard ? `${glossary[column.term].head} ` : undefined}>
            {sum === undefined ? null : (
              <Figure
                of={sum}
                money={column.money}
                signed={column.signed}
                cents={isDollars(column)}
                align={fractions.get(column.term) ?? 0}
              />
            )}
          </td>
        )
      })}
    </tr>
  </tfoot>
)

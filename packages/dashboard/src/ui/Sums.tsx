import type { Term } from "../words/glossary.ts"
import type { Column } from "./Column.ts"
import { Figure } from "./Figure.tsx"
import { Head } from "./Help.tsx"

/** What all rows come to, by column: figures under figures; null where it is not known. */
export type SumsOf = Readonly<Partial<Record<Term, string | null>>>

interface SumsProps<A> {
  readonly columns: ReadonlyArray<Column<A>>
  readonly sums: SumsOf
  /** The longest fraction of each column, so that points line up with the rows above. */
  readonly fractions: ReadonlyArray<number>
}

/** The last line of a table: what all of it comes to. */
export const Sums = <A,>({ columns, fractions, sums }: SumsProps<A>) => (
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
          <td key={column.term} className="right">
            {sum === undefined ? null : <Figure of={sum} money={column.money} align={fractions[at] ?? 0} />}
          </td>
        )
      })}
    </tr>
  </tfoot>
)

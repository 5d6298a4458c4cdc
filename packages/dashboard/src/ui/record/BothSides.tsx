import type { ReactNode } from "react"
import type { Term } from "../../words/glossary.ts"
import { Head } from "../parts/Help.tsx"
import { Panel } from "../parts/Panel.tsx"
import { texts } from "../../words/text/parts.ts"

/** A line of a comparison: the same on both sides. */
interface Line {
  readonly term: Term
  readonly ours: ReactNode
  readonly theirs: ReactNode
  readonly differs?: boolean
}

interface BothSidesProps {
  readonly lines: ReadonlyArray<Line>
  readonly note?: ReactNode
  readonly title?: string
  /** What each side is called. */
  readonly heads?: readonly [Term, Term]
}

/** What the books say beside what the broker says, line by line; what differs is marked. */
export const BothSides = ({
  heads: [ours, theirs] = ["ours", "theirs"],
  lines,
  note,
  title = texts.booksVsBroker
}: BothSidesProps) => (
  <Panel title={title} note={note}>
    <table className="sides" aria-label={title}>
      <thead>
        <tr>
          <th scope="col">
            <Head term="compared" />
          </th>
          <th scope="col" className="right">
            <Head term={ours} />
          </th>
          <th scope="col" className="right">
            <Head term={theirs} />
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ differs, ours, term, theirs }) => (
          <tr key={term} className={differs === true ? "differs" : undefined}>
            <th scope="row">
              <Head term={term} />
            </th>
            <td className="right">{ours}</td>
            <td className="right">
              {differs === true ? "≠ " : null}
              {theirs}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Panel>
)

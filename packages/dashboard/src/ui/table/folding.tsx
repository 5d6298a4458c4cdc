import { createContext, useContext, useMemo, useState, type ReactNode } from "react"
import { grouped } from "../../format/figure.ts"
import { RecordLink } from "../record/Record.tsx"
import { texts } from "../../words/text/tables.ts"

/** Rows that are folded, by the id of the row that took their place. */
type Folded = ReadonlyMap<string, ReadonlyArray<string>>

/** A row of a list, and the id of what took its place; null where nothing did. */
interface Replaceable<A> {
  readonly idOf: (row: A) => string
  readonly replacementOf: (row: A) => string | null
}

/** Returns the rows that stand by themselves, and those that are folded under the last that took their place. What is not loaded folds nothing. */
const fold = <A,>(rows: ReadonlyArray<A>, { idOf, replacementOf }: Replaceable<A>) => {
  const loaded = new Set(rows.map(idOf))
  const next = new Map(
    rows.flatMap((row) => {
      const replacement = replacementOf(row)
      return replacement === null || !loaded.has(replacement) ? [] : [[idOf(row), replacement] as const]
    })
  )
  const folded = new Map<string, ReadonlyArray<string>>()
  for (const [id, replacement] of next) {
    const last = lastOf(next, replacement)
    folded.set(last, [...(folded.get(last) ?? []), id])
  }
  return { shown: next.size === 0 ? rows : rows.filter((row) => !next.has(idOf(row))), folded }
}

/** The end of a chain of replacements. */
const lastOf = (next: ReadonlyMap<string, string>, id: string): string => {
  const seen = new Set<string>()
  let last = id
  for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = next.get(at)) {
    seen.add(at)
    last = at
  }
  return last
}

const FoldedRows = createContext<Folded>(new Map())

interface FoldingProps<A> {
  readonly rows: ReadonlyArray<A>
  readonly by: Replaceable<A>
  /** The rows as they are folded, with a line that says how many are and shows them. */
  readonly children: (shown: ReadonlyArray<A>, isUnfolded: boolean, replaced: ReactNode) => ReactNode
}

/** A list in which what was replaced is folded under what took its place, until each is asked for. */
export const Folding = <A,>({ by, children, rows }: FoldingProps<A>) => {
  const [isUnfolded, setUnfolded] = useState(false)
  const { idOf, replacementOf } = by
  const { folded, shown } = useMemo(() => fold(rows, { idOf, replacementOf }), [rows, idOf, replacementOf])
  const count = rows.length - shown.length
  return (
    <FoldedRows.Provider value={isUnfolded ? new Map() : folded}>
      {children(
        isUnfolded ? rows : shown,
        isUnfolded,
        count === 0 ? null : (
          <p className="extent">
            {texts.replaced({ count: grouped(String(count)) })}{" "}
            <button type="button" className="button quiet small" onClick={() => setUnfolded(!isUnfolded)}>
              {isUnfolded ? texts.hideThem : texts.showThem}
            </button>
          </p>
        )
      )}
    </FoldedRows.Provider>
  )
}

interface ReplacedProps {
  readonly id: string
  readonly folder: `/${string}`
  /** What it stands in the place of by itself. */
  readonly of: string | null
}

/** What a row stands in the place of: each leads to its screen. */
export const Replaced = ({ folder, id, of }: ReplacedProps) => {
  const folded = useContext(FoldedRows).get(id) ?? []
  const all = of === null ? folded : [of, ...folded]
  return all.map((each) => <RecordLink key={each} id={each} to={`${folder}/${each}`} />)
}

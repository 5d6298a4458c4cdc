import { useState } from "react"
import { copyText } from "./copying.ts"

const none: ReadonlySet<string> = new Set()

/** Copies rows as CSV, with every field. */
const copyRows = async (rows: ReadonlyArray<object>): Promise<boolean> => {
  const { csvOf, rowOf } = await import("./csv.ts")
  return copyText(csvOf(rows.map(rowOf)))
}

/** Which rows of a table are selected, and what becomes of them. */
export const useSelection = <A extends object>(shown: ReadonlyArray<A>, idOf: (row: A) => string) => {
  const [ids, setIds] = useState(none)
  const [said, setSaid] = useState("")
  const has = (row: A): boolean => ids.has(idOf(row))
  const meant = (row: A | undefined): ReadonlyArray<A> =>
    ids.size > 0 ? shown.filter(has) : row === undefined ? [] : [row]
  return {
    count: ids.size,
    /** What was done last, in words. */
    said,
    has,
    clear: (): void => setIds(none),
    turn: (row: A): void => {
      const others = [...ids].filter((id) => id !== idOf(row))
      setIds(new Set(has(row) ? others : [...others, idOf(row)]))
    },
    add: (rows: ReadonlyArray<A>): void => setIds(new Set([...ids, ...rows.map(idOf)])),
    /** Copies what is selected; where nothing is, the row. */
    copy: (row?: A): void => {
      const rows = meant(row)
      const words = `${rows.length} ${rows.length === 1 ? "row" : "rows"} copied`
      void copyRows(rows).then((isDone) => setSaid(isDone ? words : "The browser did not copy it"))
    }
  }
}

interface ChosenProps {
  readonly count: number
  readonly onCopy: () => void
  readonly onClear: () => void
}

/** How many rows are selected, and what can be done with them. */
export const Chosen = ({ count, onClear, onCopy }: ChosenProps) => (
  <>
    <span role="status" className={count === 0 ? "hidden" : "pill"}>
      {count === 0 ? "" : `${count} selected`}
    </span>
    {count === 0 ? null : (
      <>
        <button type="button" className="pill" onClick={onCopy}>
          Copy
        </button>
        <button type="button" className="pill" onClick={onClear}>
          Clear selection
        </button>
      </>
    )}
  </>
)

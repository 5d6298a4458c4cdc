import { useState } from "react"
import { copyText } from "../parts/copying.ts"
import type { Model } from "./model.ts"
import { texts } from "../../words/text/tables.ts"

/** Copies rows as CSV, with every field. */
const copyRows = async (rows: ReadonlyArray<object>): Promise<boolean> => {
  const { csvOf, rowOf } = await import("./csv.ts")
  return copyText(csvOf(rows.map(rowOf)))
}

interface Selecting<A extends object> {
  readonly model: Model<A>
  readonly shown: ReadonlyArray<A>
  readonly idOf: (row: A) => string
}

/** Which rows of a table are selected, also of those that are not on screen, and what becomes of them. */
export const useSelection = <A extends object>({ idOf, model, shown }: Selecting<A>) => {
  const [said, setSaid] = useState("")
  const ids = model.getState().rowSelection
  const count = Object.keys(ids).length
  const meant = (row: A | undefined): ReadonlyArray<A> =>
    count > 0 ? shown.filter((each) => ids[idOf(each)]) : row === undefined ? [] : [row]
  return {
    count,
    /** What was done last, in words. */
    said,
    clear: (): void => model.setRowSelection({}),
    turn: (row: A): void =>
      model.setRowSelection(({ [idOf(row)]: was = false, ...others }) =>
        was ? others : { ...others, [idOf(row)]: true }
      ),
    add: (rows: ReadonlyArray<A>): void =>
      model.setRowSelection((before) => ({ ...before, ...Object.fromEntries(rows.map((row) => [idOf(row), true])) })),
    /** Copies what is selected; where nothing is, the row. */
    copy: (row?: A): void => {
      const rows = meant(row)
      const words = texts.rowsCopied({ count: rows.length })
      void copyRows(rows).then((isDone) => setSaid(isDone ? words : texts.copyRefused))
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
      {count === 0 ? "" : texts.selected({ count })}
    </span>
    {count === 0 ? null : (
      <>
        <button type="button" className="pill" onClick={onCopy}>
          {texts.copy}
        </button>
        <button type="button" className="pill" onClick={onClear}>
          {texts.clearSelection}
        </button>
      </>
    )}
  </>
)

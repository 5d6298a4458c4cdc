import type { Documents } from "@roundlot/api"
import { cellsOf, namesIn, type Separator, wholeLines, withCells, withLines } from "../ui/form/batchFile.ts"
import { FaultyCell } from "../ui/parts/FaultyCell.tsx"
import { texts } from "../words/text/newBatch.ts"

/** So many rows are corrected at once; what is left comes with the next check. */
export const MOST = 20

/** Corrected cells by line and place in it. */
export type Corrections = ReadonlyMap<number, ReadonlyMap<number, string>>

/** Returns a file with its corrected cells. */
export const corrected = (csv: string, separator: Separator, corrections: Corrections): string => {
  const lines = wholeLines(csv, [...corrections.keys()])
  return withLines(
    csv,
    new Map(
      [...lines].map(([number, line]) => {
        const values = corrections.get(number) ?? new Map()
        const whole = values.get(WHOLE)
        return [number, whole ?? withCells(line, separator, values)] as const
      })
    )
  )
}

/** The place of a line that is corrected as a whole. */
const WHOLE = -1

interface BatchFixesProps {
  readonly csv: string
  readonly separator: Separator
  /** The columns that are read. */
  readonly read: ReadonlySet<string>
  readonly rejectedRows: Documents.CheckedDocument["rejectedRows"]
  readonly corrections: Corrections
  readonly onCorrect: (corrections: Corrections) => void
  readonly onCheck: () => void
}

type Fault = BatchFixesProps["rejectedRows"][number]

interface RowProps extends Pick<BatchFixesProps, "corrections" | "onCorrect" | "separator"> {
  readonly fault: Fault
  readonly line: string
  readonly names: ReadonlyArray<string>
  readonly shown: ReadonlyArray<number>
}

/** A row in its cells; as one text where it has other cells than the header. */
const FixedRow = ({ corrections, fault, line, names, onCorrect, separator, shown }: RowProps) => {
  const cells = cellsOf(line, separator)
  const faulty = names.indexOf(fault.column ?? "")
  const values = corrections.get(fault.line)
  const writing = (at: number) => (text: string) =>
    onCorrect(new Map(corrections).set(fault.line, new Map(values).set(at, text)))
  if (cells.length !== names.length || !shown.includes(faulty)) {
    return (
      <td colSpan={shown.length}>
        <FaultyCell
          value={values?.get(WHOLE) ?? line}
          error={fault.column === null ? fault.reason : `${fault.column}: ${fault.reason}`}
          edit={{ label: texts.line({ line: fault.line }), onWrite: writing(WHOLE) }}
        />
      </td>
    )
  }
  return shown.map((at) => (
    <td key={at}>
      <FaultyCell
        value={values?.get(at) ?? cells[at] ?? ""}
        error={at === faulty ? fault.reason : undefined}
        edit={{ label: texts.cellOfLine({ line: fault.line, column: names[at] ?? "" }), onWrite: writing(at) }}
      />
    </td>
  ))
}

/** The first rows that are no trades, each in its cells, to be corrected and checked again. Empty lines are ignored. */
export const BatchFixes = ({ csv, onCheck, read, rejectedRows, separator, ...editing }: BatchFixesProps) => {
  const names = namesIn(csv, separator)
  const shown = names.flatMap((name, at) => (read.has(name) ? [at] : []))
  const faults = new Map(rejectedRows.map((fault) => [fault.line, fault] as const))
  const lines = [...wholeLines(csv, [...faults.keys()])].slice(0, MOST)
  if (lines.length === 0) return null
  return (
    <form
      aria-label={texts.corrections}
      onSubmit={(event) => {
        event.preventDefault()
        if (editing.corrections.size > 0) onCheck()
      }}
    >
      <div className="wide">
        <table className="cells" aria-label={texts.invalidRowsOfFile}>
          <thead>
            <tr>
              <th scope="col">{texts.lineHead}</th>
              {shown.map((at) => (
                <th key={at} scope="col">
                  {names[at]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(([number, line]) => {
              const fault = faults.get(number)
              return fault === undefined ? null : (
                <tr key={number}>
                  <th scope="row">{number}</th>
                  <FixedRow {...editing} separator={separator} fault={fault} line={line} names={names} shown={shown} />
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p className="faint">{texts.fileStaysAsItIs}</p>
      <div className="buttons">
        <button type="submit" className="button" aria-disabled={editing.corrections.size === 0}>
          {texts.checkAgain}
        </button>
      </div>
    </form>
  )
}

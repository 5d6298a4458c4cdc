import type { Documents } from "@roundlot/api"
import { useState } from "react"
import { wholeLines, withLines } from "../ui/form/batchFile.ts"
import { Field } from "../ui/parts/Field.tsx"
import { texts } from "../words/text/newBatch.ts"

/** So many rows are corrected at once; what is left comes with the next check. */
const MOST = 20

interface BatchFixesProps {
  readonly csv: string
  readonly rejectedRows: Documents.CheckedDocument["rejectedRows"]
  readonly onCheck: (csv: string) => void
}

/** The first rows that are no trades, each as its line in the file, to be corrected and checked again. An empty line is no row. */
export const BatchFixes = ({ csv, onCheck, rejectedRows }: BatchFixesProps) => {
  const [corrected, setCorrected] = useState<ReadonlyMap<number, string>>(new Map())
  const reasons = new Map(rejectedRows.map(({ line, reason }) => [line, reason] as const))
  const lines = [...wholeLines(csv, [...reasons.keys()])].slice(0, MOST)
  if (lines.length === 0) return null
  const check = (): void => {
    if (corrected.size > 0) onCheck(withLines(csv, corrected))
  }
  return (
    <form
      aria-label={texts.corrections}
      onSubmit={(event) => {
        event.preventDefault()
        check()
      }}
    >
      {lines.map(([line, text]) => (
        <Field key={line} term="correctedRow" tail={String(line)}>
          <input
            aria-label={texts.line({ line })}
            value={corrected.get(line) ?? text}
            onChange={({ target }) => setCorrected(new Map(corrected).set(line, target.value))}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      ))}
      <div className="buttons">
        <button type="submit" className="button" aria-disabled={corrected.size === 0}>
          {texts.checkAgain}
        </button>
      </div>
    </form>
  )
}

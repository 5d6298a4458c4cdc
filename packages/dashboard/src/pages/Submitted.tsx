import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { DataTable } from "../ui/table/DataTable.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { pathOfRecord } from "../words/paths.ts"
import { rowsIn } from "../words/rows.ts"
import { texts } from "../words/text/newBatch.ts"

type Submitted = Documents.SubmittedDocument

/** What became of each row, by the sign of what it is. */
const parts = [
  ["accepted", "pending", texts.inTheBatch],
  ["quarantined", "quarantined", texts.inTheBatchHeld],
  ["duplicates", "duplicate", texts.duplicates],
  ["conflicts", "conflict", texts.conflicts],
  ["rejected", "failed", texts.invalidRows]
] as const

/** Did every row become what its submitter saw beforehand: taken in, or refused? */
export const isAsForeseen = ({ conflicts, duplicates, quarantined }: Submitted): boolean =>
  conflicts + duplicates + quarantined === 0

const noticed: ReadonlyArray<Column<Submitted["noticed"][number]>> = [
  columns.count("line", ({ line }) => (line === 0 ? null : line)),
  columns.foreign("reason", ({ what }) => what)
]

/** An account of every row of a file that was submitted: also of those that are in no batch, since they were on record. */
export const SubmittedRows = ({ of }: { readonly of: Submitted }) => {
  const { batch } = of
  const rows = parts.reduce((sum, [part]) => sum + of[part], 0)
  return (
    <section className="panel form" aria-label={texts.submitted}>
      <p role="status">{texts.submittedAs({ batch: batch.id, rows: rowsIn(rows) })}</p>
      <ul className="rows" aria-label={texts.rowResults}>
        {parts.map(([part, state, say]) =>
          of[part] === 0 ? null : (
            <li key={part}>
              <StateSign family="trade" state={state} />
              <span className="what">{say({ count: of[part] })}</span>
            </li>
          )
        )}
      </ul>
      {of.noticed.length === 0 ? null : (
        <DataTable
          label={texts.rowsToReview}
          columns={noticed}
          rows={of.noticed}
          idOf={({ line, what }) => `${line} ${what}`}
        />
      )}
      <div className="buttons">
        <Link href={pathOfRecord({ kind: "batch", id: batch.id }) ?? "/batches"} className="button primary">
          {texts.open({ batch: batch.id })}
        </Link>
      </div>
    </section>
  )
}

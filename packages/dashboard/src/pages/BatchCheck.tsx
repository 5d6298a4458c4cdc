import type { Documents } from "@roundlot/api"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { DataTable } from "../ui/table/DataTable.tsx"
import { Field } from "../ui/parts/Field.tsx"
import { rowsIn } from "../words/rows.ts"
import { wordsOfNext } from "../words/signs.ts"
import { BatchFixes } from "./BatchFixes.tsx"
import { texts } from "../words/text/newBatch.ts"

type Checked = Documents.CheckedDocument

/** What would become of rows that are not taken as they are, in the words of the page. */
const exceptions = [
  ["refused", texts.wouldBeRefused],
  ["quarantined", texts.wouldBeQuarantined],
  ["conflicts", texts.wouldConflict],
  ["duplicates", texts.alreadyRecorded],
  ["repeated", texts.repeats],
  ["recorded", texts.wouldBeHistory]
] as const

/** The rows that a submission takes in, whatever becomes of them: all that are trades. */
export const tradesIn = (checked: Checked): number =>
  exceptions.reduce((sum, [name]) => sum + checked[name], checked.accepted)

/** The rows that would not be taken as they are, any of which refuses a file that is taken whole or not at all. */
const rowsNotAsTheyAre = ({ conflicts, quarantined, refused, rejected }: Checked): number =>
  rejected + conflicts + quarantined + refused

const orders: ReadonlyArray<Column<Documents.OrdersPreview>> = [
  columns.symbol,
  columns.side,
  columns.count("orders", (row) => row.orders),
  columns.quantity,
  columns.figure("notional", ({ notional }) => notional ?? "")
]

const noticed: ReadonlyArray<Column<Checked["noticed"][number]>> = [
  columns.count("line", ({ line }) => line),
  columns.foreign("reason", ({ what }) => what)
]

interface OutlookProps {
  readonly of: Checked
  readonly csv: string
  /** A file with other rows is to be checked. */
  readonly onCheck: (csv: string) => void
}

/** The dry run of a submission: what would become of its rows as the books stand, and what would be ordered. */
const Outlook = ({ csv, of, onCheck }: OutlookProps) => {
  const isBad = new Set(of.rejectedRows.map(({ line }) => line))
  const others = of.noticed.filter(({ line }) => !isBad.has(line))
  return (
    <>
      <p role="status">{texts.wouldBeTaken({ accepted: rowsIn(of.accepted), rejected: of.rejected })}</p>
      {of.rejectedRows.length === 0 ? null : (
        <DataTable
          label={texts.rejectedRows}
          columns={columns.rowFault}
          rows={of.rejectedRows}
          idOf={({ column, line }) => `${line} ${column}`}
        />
      )}
      <BatchFixes csv={csv} rejectedRows={of.rejectedRows} onCheck={onCheck} />
      <ul className="rows" aria-label={texts.otherRows}>
        {exceptions.map(([name, say]) => (of[name] === 0 ? null : <li key={name}>{say({ count: of[name] })}</li>))}
        {of.blocked.map(({ answer, symbol }) => (
          <li key={symbol}>{texts.wouldOrderNothing({ symbol, answer: wordsOfNext(answer) })}</li>
        ))}
      </ul>
      {of.orders.length === 0 ? null : (
        <DataTable
          label={texts.ordersToFollow}
          columns={orders}
          rows={of.orders}
          idOf={({ side, symbol }) => `${symbol} ${side}`}
        />
      )}
      {others.length === 0 ? null : (
        <DataTable
          label={texts.rowsToReview}
          columns={noticed}
          rows={others}
          idOf={({ line, what }) => `${line} ${what}`}
        />
      )}
    </>
  )
}

interface BatchCheckProps extends OutlookProps {
  readonly strict: boolean
  readonly onStrict: (strict: boolean) => void
  readonly onBack: () => void
  readonly onGoOn: () => void
}

/** The third step of a new batch: what would become of its rows, those first that can be corrected, and whether all are taken or none. */
export const BatchCheck = ({ csv, of, onBack, onCheck, onGoOn, onStrict, strict }: BatchCheckProps) => {
  const refusing = strict ? rowsNotAsTheyAre(of) : 0
  const isReady = tradesIn(of) > 0 && refusing === 0
  return (
    <section className="panel form" aria-label={texts.check}>
      <Outlook csv={csv} of={of} onCheck={onCheck} />
      <Field term="allOrNone">
        <label className="also">
          <input type="checkbox" checked={strict} onChange={({ target }) => onStrict(target.checked)} />
          {texts.allOrNothing}
        </label>
      </Field>
      {refusing === 0 ? null : (
        <p className="tone-danger" role="alert">
          {texts.wouldNotBeTaken({ rows: rowsIn(refusing) })}
        </p>
      )}
      <div className="buttons">
        <button type="button" className="button" onClick={onBack}>
          {of.rejected === 0 ? texts.back : texts.fixTheFile}
        </button>
        <button type="button" className="button primary" aria-disabled={!isReady} onClick={() => isReady && onGoOn()}>
          {of.rejected === 0 || strict ? texts.continue : texts.submitValid}
        </button>
      </div>
    </section>
  )
}

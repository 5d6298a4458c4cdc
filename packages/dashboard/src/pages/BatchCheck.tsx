import type { Documents } from "@roundlot/api"
import * as columns from "../ui/columns.tsx"
import type { Column } from "../ui/Column.ts"
import { DataTable } from "../ui/DataTable.tsx"
import { rowsIn } from "../words/rows.ts"
import { wordsOfNext } from "../words/signs.ts"

type Checked = Documents.CheckedDocument

/** What would become of rows that are not taken as they are, in the words of the page. */
const exceptions = [
  ["refused", "would be refused by a control"],
  ["quarantined", "would be quarantined until someone releases them"],
  ["conflicts", "conflict with trades on record, which stand"],
  ["duplicates", "are on record already"],
  ["repeated", "repeat an earlier row of the file"],
  ["recorded", "would be kept as history and never counted"]
] as const

/** The rows that a submission takes in, whatever becomes of them: all that are trades. */
export const tradesIn = (checked: Checked): number =>
  exceptions.reduce((sum, [name]) => sum + checked[name], checked.accepted)

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

/** The dry run of a submission: what would become of its rows as the books stand, and what would be ordered. */
export const BatchCheck = ({ of }: { readonly of: Checked }) => {
  const isBad = new Set(of.rejectedRows.map(({ line }) => line))
  const others = of.noticed.filter(({ line }) => !isBad.has(line))
  return (
    <>
      <p role="status">
        {rowsIn(of.accepted)} would be taken, {of.rejected} would not.
      </p>
      <ul className="rows" aria-label="Other rows">
        {exceptions.map(([name, what]) =>
          of[name] === 0 ? null : (
            <li key={name}>
              {rowsIn(of[name])} {what}
            </li>
          )
        )}
        {of.blocked.map(({ answer, symbol }) => (
          <li key={symbol}>
            {symbol} would order nothing: {wordsOfNext(answer)}
          </li>
        ))}
      </ul>
      {of.orders.length === 0 ? null : (
        <DataTable
          label="Orders that would follow"
          columns={orders}
          rows={of.orders}
          idOf={({ side, symbol }) => `${symbol} ${side}`}
        />
      )}
      {of.rejectedRows.length === 0 ? null : (
        <DataTable
          label="Rows that would not be taken"
          columns={columns.rowFault}
          rows={of.rejectedRows}
          idOf={({ column, line }) => `${line} ${column}`}
        />
      )}
      {others.length === 0 ? null : (
        <DataTable
          label="Rows to review"
          columns={noticed}
          rows={others}
          idOf={({ line, what }) => `${line} ${what}`}
        />
      )}
    </>
  )
}

import type { ReactNode } from "react"
import { DataTable, type DataTableProps } from "./DataTable.tsx"
import { Empty, Panel, type PanelProps } from "./Panel.tsx"

interface RowsProps<A> extends DataTableProps<A> {
  /** What is said where there are no rows. */
  readonly empty: ReactNode
}

/** A table, or what would be in it. */
export const Rows = <A,>({ empty, ...table }: RowsProps<A>) =>
  table.rows.length === 0 ? <Empty>{empty}</Empty> : <DataTable {...table} />

type TablePanelProps<A> = Omit<PanelProps, "children" | "title"> &
  Omit<RowsProps<A>, "label"> & { readonly title: string; readonly below?: ReactNode }

/** A part of a page that is a short table, called as the part is. */
export const TablePanel = <A,>({ action, below, id, note, title, ...rows }: TablePanelProps<A>) => (
  <Panel title={title} note={note} action={action} id={id}>
    <Rows label={title} isShort {...rows} />
    {below}
  </Panel>
)

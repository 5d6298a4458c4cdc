import type { ReactNode } from "react"
import { useLocation } from "wouter"
import type { useList } from "../../api/asking.ts"
import { useAsOf } from "../parts/asOf.ts"
import { DataTable, type DataTableProps } from "./DataTable.tsx"
import { Asked, Panel, type PanelProps } from "../parts/Panel.tsx"

interface RowsProps<A> extends DataTableProps<A> {
  /** What is said where there are no rows. */
  readonly empty: ReactNode
}

/** A table, or what would be in it. */
export const Rows = <A extends object>(table: RowsProps<A>) => <DataTable {...table} />

interface ReadRowsProps<A> extends Omit<
  RowsProps<A>,
  "rows" | "hasMore" | "count" | "news" | "onSight" | "onEnd" | "coming"
> {
  readonly list: ReturnType<typeof useList<A, unknown>>
}

/** A list that is read on as it is scrolled. */
export const ReadRows = <A extends object>({ list, ...table }: ReadRowsProps<A>) => (
  <Asked query={list.query}>
    {() => (
      <Rows
        {...table}
        rows={list.rows}
        hasMore={list.hasMore}
        count={list.count}
        news={list.news}
        onSight={list.look}
        onEnd={list.readOn}
        coming="waiting"
      />
    )}
  </Asked>
)

type TablePanelProps<A> = Omit<PanelProps, "children" | "title"> &
  Omit<RowsProps<A>, "label"> & { readonly title: string; readonly below?: ReactNode }

/** A part of a record's page that is a short table, called as the part is. Of another record, or moment, it holds no row. */
export const TablePanel = <A extends object>({ action, below, id, note, title, ...rows }: TablePanelProps<A>) => {
  const [path] = useLocation()
  const asOf = useAsOf()
  return (
    <Panel title={title} note={note} action={action} id={id}>
      <Rows key={`${path} ${asOf}`} label={title} isShort coming="above" {...rows} />
      {below}
    </Panel>
  )
}

import {
  type ColumnDef,
  functionalUpdate,
  getCoreRowModel,
  type RowData,
  type RowSelectionState,
  type Updater,
  type SortingState,
  useReactTable
} from "@tanstack/react-table"
import { useMemo, useState } from "react"
import type { Term } from "../../words/glossary.ts"
import type { Column } from "./Column.ts"

declare module "@tanstack/react-table" {
  interface ColumnMeta<TData extends RowData, TValue> {
    /** The column as it was given, which makes its cells. */
    readonly given: Column<TData>
  }
}

/** By which column a table is sorted, and which way. */
export interface Sorted {
  readonly term: Term
  readonly direction: "ascending" | "descending"
}

/** How the rows of a table come, the ways in which they can, the usual of a column first, and what has them come so. */
export interface Sorting {
  readonly by: Sorted
  readonly ways: ReadonlyArray<Sorted>
  readonly onSort: (way: Sorted) => void
}

const isDescending = ({ direction }: Sorted): boolean => direction === "descending"

const defOf = <A>(column: Column<A>, ways: ReadonlyArray<Sorted>): ColumnDef<A> => {
  const ownWays = ways.filter(({ term }) => term === column.term)
  return {
    id: column.term,
    accessorFn: column.of,
    enableSorting: ownWays.length > 0,
    sortDescFirst: ownWays.slice(0, 1).some(isDescending),
    meta: { given: column }
  }
}

const stateOf = ({ by }: Sorting): SortingState => [{ id: by.term, desc: isDescending(by) }]

/** Has rows come as a table asks for it; a column that they come by in one way only stays so. */
const sort = (sorting: Sorting, next: Updater<SortingState>): void => {
  const [wanted] = functionalUpdate(next, stateOf(sorting))
  const ways = sorting.ways.filter(({ term }) => term === wanted?.id)
  const way = ways.find((each) => isDescending(each) === wanted?.desc) ?? ways[0]
  if (way !== undefined) sorting.onSort(way)
}

interface Modelled<A> {
  readonly columns: ReadonlyArray<Column<A>>
  readonly hidden: ReadonlyArray<Term>
  /** The rows on screen: what a model costs must not grow with what is above and below them. */
  readonly inView: Array<A>
  readonly idOf: (row: A) => string
  readonly sorting: Sorting | undefined
}

const nowhere: ReadonlyArray<Sorted> = []

/** The columns, rows and selection of a table. Rows are sorted by whoever gives them, and selected by their ids, on screen or not. */
export const useModel = <A extends object>({ columns, hidden, idOf, inView, sorting }: Modelled<A>) => {
  const [rowSelection, onRowSelectionChange] = useState<RowSelectionState>({})
  const ways = sorting?.ways ?? nowhere
  return useReactTable<A>({
    data: inView,
    columns: useMemo(() => columns.map((column) => defOf(column, ways)), [columns, ways]),
    getRowId: idOf,
    getCoreRowModel: getCoreRowModel(),
    state: {
      rowSelection,
      columnVisibility: Object.fromEntries(hidden.map((term) => [term, false])),
      sorting: sorting === undefined ? [] : stateOf(sorting)
    },
    onRowSelectionChange,
    onSortingChange: (next) => {
      if (sorting !== undefined) sort(sorting, next)
    },
    manualSorting: true,
    enableSortingRemoval: false,
    autoResetAll: false
  })
}

/** The model of a table. */
export type Model<A extends object> = ReturnType<typeof useModel<A>>

/** The columns of a table that are shown, as they were given. */
export const columnsOf = <A extends object>(model: Model<A>): ReadonlyArray<Column<A>> =>
  model.getVisibleLeafColumns().flatMap(({ columnDef }) => columnDef.meta?.given ?? [])

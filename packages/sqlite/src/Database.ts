/** What a cell holds. An integer beyond 2^53 is bound as a `bigint`; one that is read throws. */
export type Cell = string | number | bigint | null | Uint8Array

/** A prepared statement, which takes cells in the order of its `?`. `Row` is what its caller knows of it: nothing looks. */
export interface Statement<Row = unknown> {
  readonly run: (...cells: ReadonlyArray<Cell>) => { readonly changes: number }
  readonly get: (...cells: ReadonlyArray<Cell>) => Row | undefined
  /** All rows; none of a statement that gives none. */
  readonly all: (...cells: ReadonlyArray<Cell>) => ReadonlyArray<Row>
  readonly iterate: (...cells: ReadonlyArray<Cell>) => Iterable<Row>
  readonly columns: () => ReadonlyArray<{ readonly name: string }>
  /** A row is an array of its cells from then on. */
  readonly setReturnArrays: (isArray: boolean) => void
}

/** A connection, in the shape of Node's `DatabaseSync`. */
export interface Database {
  readonly isOpen: boolean
  readonly isTransaction: boolean
  readonly prepare: <Row = unknown>(sql: string) => Statement<Row>
  readonly exec: (sql: string) => void
  /** Ends the connection and its statements. Throws where it is closed. */
  readonly close: () => void
}

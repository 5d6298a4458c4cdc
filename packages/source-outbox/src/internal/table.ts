import { Effect } from "effect"
import type { Cells, Connection } from "./connection.ts"
import { ForeignTransactions, type OutboxUnavailable, UnfitTable } from "./failures.ts"
import type { Position, Standing } from "./position.ts"

/** The names of an outbox's columns. */
export interface Columns {
  /** `bigint`, unique: its order within a transaction. */
  readonly id: string
  /** `xid8`: the transaction that wrote the row. */
  readonly xid: string
  /** What a trade is known by. */
  readonly sourceId: string
  readonly symbol: string
  readonly side: string
  readonly quantity: string
  readonly price: string
  readonly tradedAt: string
  /** The beneficial owner; nothing is read of one where it is not named. */
  readonly owner?: string | undefined
}

/** A table of trades in a database. */
export interface Outbox {
  readonly table: string
  readonly columns: Columns
}

/** What is read of a row beside its place. */
const fields = ["sourceId", "symbol", "side", "quantity", "price", "tradedAt", "owner"] as const

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The table's name, with its schema where that is said. */
const quotedTable = (table: string): string => table.split(".").map(quoted).join(".")

const PLACE = `(SELECT concat(s.system_identifier, '/', d.oid, '/', to_regclass($1)::oid)
  FROM pg_control_system() s, pg_database d WHERE d.datname = current_database())`

/** A table that was found fit, and how it is read. */
export interface FitTable extends Outbox {
  /** How its columns' cells become texts. */
  readonly cells: string
  /** The sequence that gives out its ids. */
  readonly sequence: string | undefined
}

/** Types whose values are no exact text, or no moment. */
const INEXACT = new Set(["real", "double precision", "money"])
const ZONELESS = new Set(["timestamp without time zone", "date"])

const LONGEST_CELL = 1_000

/** A cell as a text, however long it stands there. */
const cellOf = (name: string, type: string | undefined): string =>
  type === "timestamp with time zone"
    ? `to_char(${quoted(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `left(${quoted(name)}::text, ${LONGEST_CELL})`

interface Column {
  readonly type: string
  readonly isNotNull: boolean
  readonly isUnique: boolean
}

/** What keeps trades from being read out of columns as they are. */
const faultOf = (columns: Columns, found: ReadonlyMap<string, Column>): readonly [string, string] | undefined => {
  const missing = Object.values<string | undefined>({ ...columns }).find(
    (name) => name !== undefined && !found.has(name)
  )
  if (missing !== undefined) return [`has no column ${missing}`, "Add it, or name another one in the configuration"]
  const id = found.get(columns.id)
  const xid = found.get(columns.xid)
  if (id?.type !== "bigint" || !id.isNotNull || !id.isUnique)
    return [`has a column ${columns.id} that is not bigint, not null and unique`, "Make it the table's primary key"]
  if (xid?.type !== "xid8" || !xid.isNotNull)
    return [`has a column ${columns.xid} that is not xid8 and not null`, "Give it DEFAULT pg_current_xact_id()"]
  const inexact = [columns.quantity, columns.price].find((name) => INEXACT.has(found.get(name)?.type ?? ""))
  if (inexact !== undefined) return [`has a column ${inexact} that is not exact`, "Make it numeric"]
  return ZONELESS.has(found.get(columns.tradedAt)?.type ?? "")
    ? [`has a column ${columns.tradedAt} without a time zone`, "Make it timestamptz"]
    : undefined
}

const COLUMNS = `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull::text AS notnull,
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indpred IS NULL
    AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)::text AS isunique
  FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`

const HIDDEN = `SELECT row_security_active(to_regclass($1))::int AS rows,
  EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = to_regclass($1))::int AS copied`

/** Looks at a table before it is read. */
export const describe = ({ query }: Connection, { columns, table }: Outbox) =>
  Effect.gen(function* () {
    const name = quotedTable(table)
    const rows = yield* query(COLUMNS, [name])
    const unfit = (problem: string, remedy: string) => new UnfitTable({ table, problem, remedy })
    if (rows.length === 0) return yield* unfit("is not there", "Look at its name, schema and database")
    const found = new Map<string, Column>(
      rows.map((row) => [
        row["name"] ?? "",
        { type: row["type"] ?? "", isNotNull: row["notnull"] === "true", isUnique: row["isunique"] === "true" }
      ])
    )
    const [hidden] = yield* query(HIDDEN, [name])
    if (hidden?.["rows"] === "1")
      return yield* unfit(
        "may hide rows from this role (row security)",
        "Let the role read all: ALTER ROLE … BYPASSRLS"
      )
    if (hidden?.["copied"] === "1")
      return yield* unfit(
        "is filled by a subscription: its transactions are another server's",
        "Follow it where it is written"
      )
    const fault = faultOf(columns, found)
    if (fault !== undefined) return yield* unfit(...fault)
    const cells = fields.flatMap((field) => {
      const column = columns[field]
      return column === undefined ? [] : [`${cellOf(column, found.get(column)?.type)} AS ${quoted(field)}`]
    })
    const [serial] = yield* query("SELECT pg_get_serial_sequence($1, $2) AS name", [name, columns.id])
    return { table, columns, cells: cells.join(", "), sequence: serial?.["name"] ?? undefined } satisfies FitTable
  })

/** A row of an outbox; where it stands, and what it says of a trade. */
export interface Row extends Pick<Position, "id" | "xid"> {
  readonly cells: Cells
}

/** What a read found. */
export interface Page {
  readonly standing: Standing
  readonly rows: (position: Position) => Effect.Effect<ReadonlyArray<Row>, OutboxUnavailable>
  /** Are there rows that cannot be read yet, since an older transaction is still under way? */
  readonly isWaiting: Effect.Effect<boolean, OutboxUnavailable>
  /** A row above all ids that were read, that stands before where they were read: its `xid` is not of who wrote it. */
  readonly passedOver: (position: Position) => Effect.Effect<string | undefined, OutboxUnavailable>
}

const MOST = 500

/** The server's standing; what is read with the page is of the same moment. */
const STANDING = `SELECT ${PLACE} AS place, c.timeline_id AS timeline,
  pg_is_in_recovery()::int AS replica, pg_snapshot_xmin(pg_current_snapshot()) AS oldest,
  pg_snapshot_xmax(pg_current_snapshot()) AS next FROM pg_control_checkpoint() c`

const numberOf = (row: Cells | undefined, name: string): bigint => BigInt(row?.[name] ?? "0")

/** The last id that a table's sequence gave out; one that has given none is at the one before. */
const lastIdOf = ({ query }: Connection, { sequence, table }: FitTable) =>
  sequence === undefined
    ? Effect.succeed(undefined)
    : query(`SELECT last_value AS last, (NOT is_called)::int AS unused FROM ${sequence}`).pipe(
        Effect.map(([row]) => numberOf(row, "last") - numberOf(row, "unused")),
        Effect.catchIf(
          ({ code }) => code === FORBIDDEN,
          () =>
            new UnfitTable({
              table,
              problem: "has ids that may not be looked at",
              remedy: `GRANT SELECT ON SEQUENCE ${sequence}`
            })
        )
      )

const FORBIDDEN = "42501"

/** Uses one moment of the database: a transaction that writes nothing. */
export const atOneMoment = <A, E>(connection: Connection, fit: FitTable, use: (page: Page) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const { query } = connection
    const { columns, table } = fit
    yield* query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    const [row] = yield* query(STANDING, [quotedTable(table)])
    const oldest = numberOf(row, "oldest")
    const [xid, id, from] = [quoted(columns.xid), quoted(columns.id), quotedTable(table)]
    const isThere = (bound: bigint) =>
      Effect.map(
        query(`SELECT EXISTS (SELECT FROM ${from} WHERE ${xid} >= $1::xid8)::int AS found`, [String(bound)]),
        ([answer]) => answer?.["found"] === "1"
      )
    if (yield* isThere(numberOf(row, "next"))) return yield* new ForeignTransactions({ table, column: columns.xid })
    // The table first, its sequence second, as TRUNCATE locks them: no app is caught in a deadlock with us.
    const standing: Standing = {
      place: row?.["place"] ?? "",
      timeline: Number(numberOf(row, "timeline")),
      isReplica: row?.["replica"] === "1",
      oldest,
      lastId: yield* lastIdOf(connection, fit)
    }
    const used = yield* use({
      standing,
      rows: (position) =>
        Effect.map(
          query(
            `SELECT ${xid} AS "xid", ${id} AS "id", ${fit.cells} FROM ${from}
             WHERE ${xid} < $1::xid8 AND (${xid}, ${id}) > ($2::xid8, $3::bigint) ORDER BY ${xid}, ${id} LIMIT ${MOST}`,
            [String(oldest), String(position.xid), String(position.id)]
          ),
          (rows) => rows.map(rowOf)
        ),
      isWaiting: isThere(oldest),
      passedOver: ({ id: at, top, xid: reached }) =>
        top === null
          ? Effect.succeed(undefined)
          : Effect.map(
              query(
                `SELECT ${id} AS "id" FROM ${from}
                 WHERE ${id} > $1::bigint AND (${xid}, ${id}) <= ($2::xid8, $3::bigint) ORDER BY ${id} LIMIT 1`,
                [String(top), String(reached), String(at)]
              ),
              ([found]) => found?.["id"] ?? undefined
            )
    })
    yield* query("COMMIT")
    return used
  })

const rowOf = (cells: Cells): Row => ({
  xid: numberOf(cells, "xid"),
  id: numberOf(cells, "id"),
  cells: Object.fromEntries(fields.flatMap((field) => (field in cells ? [[field, cells[field] ?? null]] : [])))
})

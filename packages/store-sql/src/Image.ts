import type { Column, TradeRepository } from "@roundlot/core/adapter"
import { Array, Effect } from "effect"
import { createHash } from "node:crypto"
import * as Copy from "./Copy.ts"
import { type CopiedTable, eachPage, insertAll, type Row } from "./CopiedTable.ts"
import { nameOf, PREFIX } from "./Ddl.ts"
import { quote } from "./Dialect.ts"
import * as Migrations from "./Migrations.ts"
import { reading, type Side } from "./Side.ts"

/** One column of a database's own catalogue; `place` in the primary key, or -1. */
interface Found {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly place: number
}

const LIKE_OURS = `LIKE '${PREFIX.replaceAll("_", String.raw`\_`)}%' ESCAPE '\\'`

const catalogue = {
  sqlite:
    `SELECT t.name AS "table", c.name AS "column", c.type AS "type", c.pk - 1 AS "place" FROM sqlite_master AS t` +
    ` JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name ${LIKE_OURS}` +
    ` ORDER BY t.name, c.cid`,
  postgres:
    `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS "type",` +
    ` coalesce(array_position(i.indkey::int2[], a.attnum), -1)::int AS "place" FROM pg_class AS c` +
    ` JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped` +
    ` LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary` +
    ` WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname ${LIKE_OURS}` +
    ` ORDER BY c.relname COLLATE "C", a.attnum`
} as const

const KINDS: { readonly [type: string]: Column.ColumnKind } = { "timestamp with time zone": "instant", bytea: "bytes" }

/** What belongs to a database and not to the books: which migrations it had, who drives there, how far its feed was told. */
const OWN: ReadonlySet<string> = new Set([
  Migrations.TABLE,
  nameOf("ops_leases"),
  nameOf("ops_fed"),
  nameOf("ops_moved")
])

const keyOf = (columns: ReadonlyArray<Found>): ReadonlyArray<string> =>
  columns
    .filter(({ place }) => place >= 0)
    .toSorted((one, other) => one.place - other.place)
    .map(({ column }) => column)

/** The tables that a store has, of whatever version, as its database says. */
const tablesOf = ({ ask, dialect }: Side) =>
  Effect.map(ask<Found>(catalogue[dialect.name]), (found): ReadonlyArray<CopiedTable> =>
    Object.entries(Array.groupBy(found, ({ table }) => table))
      .filter(([table]) => !OWN.has(table))
      .map(([table, columns]) => ({
        name: table.slice(PREFIX.length),
        columns: columns.map(({ column, type }) => [column, KINDS[type] ?? "text"] as const),
        key: keyOf(columns),
        ...(table === nameOf("heads") ? { where: `"seq" > 0` } : {})
      }))
  )

/** The tables of two stores of one version, with the kinds of columns that Postgres tells and SQLite does not. */
const sharedTables = (one: Side, other: Side) => tablesOf(one.dialect.name === "postgres" ? one : other)

/** How many rows a table has, and a hash of all of them: equal for equal rows, whichever the database. */
export interface Sum {
  readonly rows: number
  readonly hash: string
}

const shownCell = (cell: Column.Cell): string | number | null =>
  cell instanceof Uint8Array ? Buffer.from(cell).toString("hex") : cell

const sumOf = (side: Side, table: CopiedTable) =>
  Effect.gen(function* () {
    const names = table.columns.map(([name]) => name).toSorted()
    const hash = createHash("sha256")
    const take = (row: Row) => hash.update(JSON.stringify(names.map((name) => shownCell(row[name] ?? null))))
    const rows = yield* eachPage(side, table, undefined, (page) => Effect.sync(() => page.forEach(take)))
    return { rows, hash: hash.digest("hex") }
  })

/** A sum of every table of a store, which may be of any version. Who the store is, is not in it. */
export const sums = (side: Side): Effect.Effect<{ readonly [table: string]: Sum }, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const tables = (yield* tablesOf(side)).filter(({ name }) => name !== "ops_store")
    const all = yield* Effect.forEach(tables, (table) =>
      Effect.map(sumOf(side, table), (sum) => [table.name, sum] as const)
    )
    return Object.fromEntries(all)
  })

const bare = ({ ask }: Side, table: CopiedTable) => ask(`DELETE FROM ${nameOf(table.name)}`)

/** Rows may come in any order: what refers to what is looked at in the end. */
const inAnyOrder = <A, E>({ ask, dialect }: Side, body: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    if (dialect.name === "sqlite") return yield* body
    const strict = yield* ask<{ readonly table: string; readonly name: string }>(
      `SELECT conrelid::regclass::text AS "table", conname AS "name" FROM pg_constraint` +
        ` WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace` +
        ` AND conrelid::regclass::text ${LIKE_OURS}`
    )
    const alter = (how: string) =>
      Effect.forEach(strict, ({ name, table }) => ask(`ALTER TABLE ${table} ALTER CONSTRAINT ${quote(name)} ${how}`))
    yield* alter("DEFERRABLE INITIALLY DEFERRED")
    yield* ask("SET CONSTRAINTS ALL DEFERRED")
    const done = yield* body
    yield* ask("SET CONSTRAINTS ALL IMMEDIATE")
    yield* alter("NOT DEFERRABLE")
    return done
  })

/** Fills an empty store with the rows of another one of the same version, inside of a transaction of `Migrations.changing`. */
const draw = (from: Side, to: Side) =>
  Effect.gen(function* () {
    const tables = yield* sharedTables(to, from)
    yield* Effect.forEach(tables, (table) => bare(to, table), { discard: true })
    const fill = Effect.forEach(
      tables,
      (table) => eachPage(from, table, undefined, (rows) => insertAll(to, table, rows)),
      { discard: true }
    )
    yield* inAnyOrder(to, fill)
    yield* Copy.complete(to)
  })

/** Makes an empty place hold what a store holds, in the tables of its version, whatever that is. It reads one state of the store. */
export const take = (from: Side, to: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  reading(
    from,
    Effect.gen(function* () {
      const version = (yield* Migrations.applied(from)).length
      yield* Migrations.changing(to, Effect.zipRight(Migrations.climb(to, { upTo: version }), draw(from, to)))
    })
  )

const dropAll: { readonly [D in Side["dialect"]["name"]]: string } = {
  sqlite: `SELECT 'DROP TABLE "' || name || '"' AS "text" FROM sqlite_master WHERE type = 'table' AND name ${LIKE_OURS}`,
  postgres:
    `SELECT format(CASE relkind WHEN 'r' THEN 'DROP TABLE %s CASCADE' ELSE 'DROP SEQUENCE %s' END, oid::regclass) AS "text"` +
    ` FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = current_schema()::regnamespace AND relname ${LIKE_OURS}` +
    ` UNION ALL SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc` +
    ` WHERE pronamespace = current_schema()::regnamespace AND proname ${LIKE_OURS}`
}

/**
 * Puts what an image holds into the place of a store, inside of a transaction of `Migrations.changing`. It is a new incarnation
 * that waits until it is activated, and who drove there drives no more.
 */
export const putBack = (image: Side, to: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const before = yield* Copy.self(to)
    const leases = yield* to.ask<Row>(`SELECT * FROM ${nameOf("ops_leases")}`)
    const version = (yield* Migrations.applied(image)).length
    const drops = yield* to.ask<{ readonly text: string }>(dropAll[to.dialect.name])
    yield* Effect.forEach(drops, ({ text }) => to.ask(text), { discard: true })
    yield* Migrations.climb(to, { upTo: version })
    yield* draw(image, to)
    const { place } = to.dialect
    for (const { account, host, pid, renewedAt, takenAt, token } of leases) {
      yield* to.ask(
        `INSERT INTO ${nameOf("ops_leases")} ("account", "token", "host", "pid", "takenAt", "renewedAt")` +
          ` VALUES (${[1, 2, 3, 4, 5, 6].map((number) => place(number)).join(", ")})`,
        [
          account ?? null,
          Number(token) + 1,
          host ?? null,
          pid ?? null,
          to.dialect.parameterOf("instant", takenAt ?? null),
          to.dialect.parameterOf("instant", renewedAt ?? null)
        ]
      )
    }
    yield* Copy.wait(to, {
      place: to.place,
      incarnation: before.incarnation,
      from: image.place,
      fromIncarnation: before.incarnation,
      heads: yield* Copy.headsOf(image)
    })
  })

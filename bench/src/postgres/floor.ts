import { Books, type Column, Entry, type Table, TradeRepository } from "@roundlot/core/adapter"
import { Ddl, Dialect } from "@roundlot/store-sql"
import { Client } from "pg"
import * as statements from "../../../packages/store-postgres/src/internal/statements.ts"
import { entryColumns } from "../floor.ts"
import { timing, type Took } from "../measuring.ts"
import type { Group } from "../schedule.ts"

type Cells = ReadonlyArray<Column.Cell>

/** One statement of a transaction: its text and its arrays of cells. */
interface Step {
  readonly text: string
  readonly cells: ReadonlyArray<Cells>
}

/** All statements of one transaction but those that chain hashes; made before anything is timed. */
export interface Prepared {
  readonly group: Group
  readonly identities: Step
  readonly rows: ReadonlyArray<Step>
}

const { postgres } = Dialect

/** What whoever writes these rows must look up: is an identity there? */
const IDENTITIES =
  `SELECT t."id" FROM unnest($1::text[], $2::text[]) AS k (account, id) CROSS JOIN LATERAL (SELECT "id" FROM roundlot_trades` +
  ` WHERE "account" = k.account AND "source" = 'bench' AND "sourceId" = k.id AND "occurrence" = '0' LIMIT 1) AS t`

/** The rows as they stand, kept while groups are prepared: a statement replaces rows whole, and a group says what changed. */
const standing = () => {
  const tables = new Map<string, Map<string, Array<Column.Cell>>>()
  return (table: Table.TableName) => {
    const known = tables.get(table) ?? new Map<string, Array<Column.Cell>>()
    tables.set(table, known)
    return known
  }
}

const transposed = (table: Books.AnyTable, rows: ReadonlyArray<Cells>): ReadonlyArray<Cells> =>
  Object.values(table.columns).map(({ kind }, i) => rows.map((row) => postgres.parameterOf(kind, row[i] ?? null)))

const changedRows = (
  table: Books.AnyTable,
  rows: Map<string, Array<Column.Cell>>,
  bare: Books.BareChanges,
  kind: "inserts" | "updates"
): ReadonlyArray<Cells> => {
  const places = table.key.map((name) => Object.keys(table.columns).indexOf(name))
  if (kind === "inserts") {
    for (const cells of bare.inserts) rows.set(places.map((place) => String(cells[place])).join("\0"), [...cells])
    return bare.inserts
  }
  return bare.updates.flatMap(({ cells, columns, key }) => {
    const row = rows.get(key.map(String).join("\0"))
    if (row === undefined || columns.length === 0) return []
    columns.forEach((place, i) => (row[place] = cells[i] ?? null))
    return [[...row]]
  })
}

/** Makes the statements of groups, in the order in which the store writes tables. */
export const prepare = (groups: ReadonlyArray<Group>): ReadonlyArray<Prepared> => {
  const rowsOf = standing()
  const steps = statements.steps(Books.tables)
  return groups.map((group) => {
    const rows = steps.flatMap(({ kind, table, text }) => {
      const bare = group.changes.find((change) => change.table === table)?.bare
      if (bare === undefined) return []
      const changed = changedRows(Books.tables[table], rowsOf(table), bare, kind)
      return changed.length === 0 ? [] : [{ text, cells: transposed(Books.tables[table], changed) }]
    })
    const columns = [0, 1].map((i) => group.identities.map((identity) => identity[i] ?? null))
    return { group, identities: { text: IDENTITIES, cells: columns }, rows }
  })
}

const SESSION = "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"

const TYPES: { readonly [C in (typeof entryColumns)[number]]: string } = {
  account: "text",
  seq: "bigint",
  commitId: "text",
  entityKind: "text",
  entityId: "text",
  tag: "text",
  eventVersion: "int",
  at: "timestamptz",
  cause: "text",
  body: "text",
  hash: "text"
}

const named = entryColumns.map((column) => `"${column}"`).join(", ")

/** The journal of a floor has a row an entry, as that on SQLite. */
const FLOOR_TABLES =
  `CREATE TABLE IF NOT EXISTS floor_journal (${entryColumns
    .map((column) => `"${column}" ${TYPES[column]} NOT NULL`)
    .join(", ")}, PRIMARY KEY ("account", "seq"), CHECK ("seq" > 0));` +
  ` CREATE INDEX IF NOT EXISTS floor_journal_entity ON floor_journal ("account", "entityKind", "entityId", "seq")`

const APPEND =
  `INSERT INTO floor_journal (${named}) SELECT * FROM unnest(` +
  `${entryColumns.map((column, i) => `$${i + 1}::${TYPES[column]}[]`).join(", ")})`

/** Where the chains of journals stand that others have begun. */
const HEADS = `SELECT "account", "hash" FROM ${Ddl.nameOf("heads")}`

/** What writes groups into a database. */
export interface Opened {
  readonly writeGroup: (prepared: Prepared) => Promise<void>
  readonly end: () => Promise<void>
}

/** A connection that writes groups with bare `pg` and nothing else: a statement a table, heads locked first, every hash chained anew. */
export const open = async (url: string): Promise<Opened> => {
  const client = new Client({ connectionString: url })
  client.on("error", () => undefined)
  await client.connect()
  await client.query(SESSION)
  await client.query(FLOOR_TABLES)
  const standing = await client.query<{ readonly account: string; readonly hash: string }>(HEADS)
  const heads = new Map(standing.rows.map(({ account, hash }) => [account, hash]))
  const writeJournals = async (parts: ReadonlyArray<TradeRepository.JournalPart>) => {
    const entries: Array<Entry.Entry> = []
    for (const part of parts) {
      let previous = heads.get(part.account) ?? ""
      for (const { hash: _, ...line } of part.entries) {
        previous = Entry.hashOf(previous, line)
        entries.push({ ...line, hash: previous })
      }
      heads.set(part.account, previous)
    }
    await client.query(
      APPEND,
      entryColumns.map((column) =>
        entries.map((entry) => postgres.parameterOf(column === "at" ? "instant" : "text", entry[column]))
      )
    )
    await client.query(statements.setHeads, [
      parts.map(({ account }) => account),
      parts.map(({ head }) => head.seq),
      parts.map(({ account }) => heads.get(account) ?? "")
    ])
  }
  const writeGroup = async ({ group, identities, rows }: Prepared) => {
    const accounts = [...new Set(group.journals.map(({ account }) => account))].toSorted()
    await client.query("BEGIN")
    const held = await client.query(statements.lockHeads, [accounts])
    if (held.rowCount !== accounts.length) await client.query(statements.makeHeads, [accounts])
    if (group.identities.length > 0) await client.query(identities.text, [...identities.cells])
    for (const { cells, text } of rows) await client.query(text, [...cells])
    await writeJournals(group.journals)
    await client.query(statements.remember, [group.commitId, TradeRepository.rememberedAs(group.journals)])
    await client.query("COMMIT")
  }
  return { writeGroup, end: () => client.end() }
}

/** Writes groups on one connection, with no decision; what the groups from `from` on took. */
export const write = async (url: string, groups: ReadonlyArray<Prepared>, from: number): Promise<Took> => {
  const { end, writeGroup } = await open(url)
  try {
    for (const group of groups.slice(0, from)) await writeGroup(group)
    const took = timing()
    for (const group of groups.slice(from)) await writeGroup(group)
    return took()
  } finally {
    await end()
  }
}

import { readFileSync } from "node:fs"
import { Books, type Column } from "@roundlot/core/adapter"
import { Ddl, Dialect } from "@roundlot/store-sql"
import { Sqlite } from "@roundlot/sqlite"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, desk } from "../cli/roundlot.ts"
import { simulatedAt } from "../cli/simulated.ts"
import { executions, indexes, parents, type MappedColumn, type MappedIndex } from "./mapping.ts"

const { fresh, ask } = databases()

const mapped = [...parents, ...executions]

/** A column as a database tells it: its type in the dialect's words, whether it may be empty, its default. */
interface WantedColumn {
  readonly type: string
  readonly nullable: boolean
  readonly fallback: unknown
}

const wanted = (dialect: Dialect.Dialect, { kind, nullable }: MappedColumn): WantedColumn => ({
  type: dialect
    .typeOf(kind)
    .replace(/ COLLATE .*/, "")
    .toLowerCase(),
  nullable,
  fallback: null
})

/** The columns that a sync of executions is asked for, by class of value; a `!` says that every row has one. */
const asked = {
  trades: `id! int, account_id! int, ib_perm_id int, order_ref text, ib_order_id int, client_id int, symbol text, sec_type text,
    side text, exchange text, currency text, status! text, total_quantity! number, avg_price number, first_executed_at time,
    last_executed_at time, fetched_at! time, created_at! time, updated_at! time`,
  trade_executions: `id! int, trade_id! int, account_id! int, ib_exec_id! text, exec_id_base! text, exec_revision! int,
    ib_perm_id int, ib_order_id int, order_ref text, client_id int, executed_at! time, quantity! number, price! number, side text,
    exchange text, currency text, liquidity text, commission number, is_canonical! bool, raw! json, fetched_at! time,
    created_at! time, updated_at! time`
}

/** The kinds that keep a class of value so that it can be compared: ids of brokers and names of accounts are texts. */
const keeps: { readonly [word: string]: ReadonlyArray<Column.ColumnKind> } = {
  int: ["id", "integer", "text"],
  text: ["text", "id"],
  number: ["decimal"],
  time: ["instant"],
  bool: ["flag"],
  json: ["id"]
}

/** Columns that may be empty here though every row is asked to have one, each with its reason in its note. */
const mayBeEmpty = ["trades.fetched_at", "trade_executions.price", "trade_executions.raw"]

const askedColumns = Object.entries(asked).flatMap(([table, columns]) =>
  columns.split(",").map((each) => {
    const [, name = "", isNeeded, word = ""] = /(\w+)(!?) (\w+)/.exec(each) ?? []
    return { name: `${table}.${name}`, isNeeded: isNeeded === "!", kinds: keeps[word] ?? [] }
  })
)

/** The same of indexes: their columns, and whether they are unique. */
const askedIndexes = [
  "trades (account_id, ib_perm_id), unique",
  "trades (account_id, order_ref), unique",
  "trades (account_id, last_executed_at desc)",
  "trade_executions (account_id, ib_exec_id), unique",
  "trade_executions (account_id, exec_id_base, exec_revision desc)",
  "trade_executions (trade_id, executed_at)"
]

const flat = (sql: string): string => sql.replaceAll(/::text|[()\s]/g, "").toLowerCase()

/** Is there an index of exactly these columns, in their order, with this condition, and unique or not? */
const isThere = (statements: ReadonlyArray<string>, { columns, table, unique, where }: MappedIndex): boolean =>
  statements.some((sql) => {
    const [, uniquely, on, list = "", condition] =
      /^CREATE (UNIQUE )?INDEX \S+ ON (?:\w+\.)?(\w+) (?:USING btree )?\(([^)]*)\)(?: WHERE (.*))?$/i.exec(sql) ?? []
    const own = list.split(",").map((each) => each.trim().replaceAll('"', ""))
    const isSame = columns.every((column, i) => own[i] === column) && (!unique || own.length === columns.length)
    return (
      on === Ddl.nameOf(table) &&
      isSame &&
      (uniquely !== undefined) === unique &&
      (where === undefined ? condition === undefined : condition !== undefined && flat(condition) === flat(where))
    )
  })

/** The value at a path of a document. */
const at = (document: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((inner, key) => {
    const found: unknown = Array.isArray(inner) ? inner[0] : inner
    return typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined
  }, document)

const columnRow = ({ column, json, kind, note, nullable, table, word }: MappedColumn): string =>
  `| \`${word}\` | \`${table}.${column}\` | ${kind}${nullable ? "" : ", not null"} | \`${json}\` | ${note} |`

const indexRow = ({ columns, note, table, unique, where, word }: MappedIndex): string =>
  `| ${word} | \`${table}\` (${columns.join(", ")})${unique ? ", unique" : ""}${where === undefined ? "" : `, where ${where}`} | ${note} |`

const plain = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/\\([*_|])/g, "$1")

describe("columns and indexes of a sync, in the words that others have for them", () => {
  it.each(mapped)("SYNC-5: $word is $table.$column", ({ column, kind, nullable, table }) => {
    const { kind: is, nullable: may } = Books.tables[table].columns[column] ?? {}
    expect([is, may]).toEqual([kind, nullable])
  })

  it.each(askedColumns)("SYNC-5: $name is a column of its own that can be filtered", ({ isNeeded, kinds, name }) => {
    const found = mapped.filter(({ word }) => word === name)
    expect(found).toHaveLength(1)
    for (const { column, kind, note, nullable, table } of found) {
      expect(kinds).toContain(kind)
      expect(Books.tables[table].columns[column]?.kind).toBe(kind)
      const isExcepted = mayBeEmpty.includes(name) && note !== ""
      expect(isNeeded && nullable && !isExcepted).toBe(false)
    }
  })

  it("SYNC-5, SYNC-6: nothing is mapped but what is asked for, and every index that is", () => {
    const names = new Set(askedColumns.map(({ name }) => name))
    expect(mapped.filter(({ word }) => !names.has(word))).toEqual([])
    for (const each of askedIndexes) {
      const found = indexes.filter(({ word }) => word.startsWith(each))
      expect([each, found.length]).toEqual([each, 1])
      expect(found.every(({ unique }) => unique || !each.endsWith("unique"))).toBe(true)
    }
  })

  it("SYNC-5, SYNC-6: a SQLite store has every column, without defaults, and every index", async () => {
    const { cli, folder } = desk()
    await cli("accounts", "add", "paper")
    const db = Sqlite.open(`${folder}/books.db`, { readOnly: true })
    for (const each of mapped) {
      const [found] = db
        .prepare<{ type: string; notnull: number; dflt_value: unknown; pk: number }>(
          `SELECT type, "notnull", dflt_value, pk FROM pragma_table_info(?) WHERE name = ?`
        )
        .all(Ddl.nameOf(each.table), each.column)
      const told = {
        type: found?.type.toLowerCase(),
        nullable: found?.notnull === 0 && found.pk === 0,
        fallback: found?.dflt_value
      }
      expect([each.word, told]).toEqual([each.word, wanted(Dialect.sqlite, each)])
    }
    const statements = db
      .prepare<{ sql: string }>(`SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`)
      .all()
      .map(({ sql }) => sql)
    expect(indexes.filter((each) => !isThere(statements, each)).map(({ word }) => word)).toEqual([])
    db.close()
  })

  it("SYNC-5, SYNC-6: a Postgres store has every column, without defaults, and every index", async () => {
    const store = await fresh()
    await desk(store).cli("accounts", "add", "paper")
    const columns = await ask(
      store,
      `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns`
    )
    const names: { readonly [type: string]: string } = { "timestamp with time zone": "timestamptz" }
    for (const each of mapped) {
      const found = columns.find(
        (row) => row["table_name"] === Ddl.nameOf(each.table) && row["column_name"] === each.column
      )
      const type = String(found?.["data_type"])
      const told = {
        type: names[type] ?? type,
        nullable: found?.["is_nullable"] === "YES",
        fallback: found?.["column_default"]
      }
      expect([each.word, told]).toEqual([each.word, wanted(Dialect.postgres, each)])
    }
    const statements = (await ask(store, "SELECT indexdef FROM pg_indexes")).map((row) => String(row["indexdef"]))
    expect(indexes.filter((each) => !isThere(statements, each)).map(({ word }) => word)).toEqual([])
  })

  it("SYNC-5, SYNC-11: every field stands in the JSON of orders and fills", async () => {
    const { cli, file, folder, json } = desk()
    const tws = await simulatedAt("ibkr", folder)
    await cli("trades", "import", file("t.csv", buys(["t1", "3"])), "--account", "paper")
    await cli("start", "--until-idle", "--broker", "ibkr", "--env-file", tws.envFile)
    const order = await json("orders", "show", "O1")
    const fills = await json("fills", "list")
    const ofOrder = parents.filter((each) => at(order, each.json) === undefined)
    const ofFill = executions.filter((each) => at(fills, `items.${each.json}`) === undefined)
    expect([...ofOrder, ...ofFill].map(({ word }) => word)).toEqual([])
    expect(at(fills, "items.facts")).toMatchObject({ clientId: "7", secType: "STK", exchange: "ARCA", currency: "USD" })
    expect(await json("orders", "list", "--fill-status", "filled")).toMatchObject({
      items: [{ id: "O1", fillStatus: "filled" }]
    })
    for (const word of ["partial", "cancelled", "unknown"]) {
      expect(await json("orders", "list", "--fill-status", word)).toMatchObject({ items: [] })
    }
    await tws.end()
  })

  it("SYNC-5: the reference says what the mapping says", () => {
    const reference = plain(readFileSync(new URL("../../../../docs/reference/executions.md", import.meta.url), "utf8"))
    const rows = [...mapped.map(columnRow), ...indexes.map(indexRow)]
    expect(rows.filter((row) => !reference.includes(plain(row)))).toEqual([])
  })
})

import { readFileSync } from "node:fs"
import { Books } from "@roundlot/core"
import { Ddl, Dialect } from "@roundlot/store-sql"
import Database from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, desk } from "../cli/roundlot.ts"
import { simulatedAt } from "../cli/simulated.ts"
import { executions, indexes, parents, type MappedColumn, type MappedIndex } from "./mapping.ts"

const { fresh, ask } = databases()

const mapped = [...parents, ...executions]

/** A column as a database tells it: its type in the dialect's words, whether it may be empty, its default. */
interface Told {
  readonly type: string
  readonly nullable: boolean
  readonly fallback: unknown
}

const wanted = (dialect: Dialect.Dialect, { kind, nullable }: MappedColumn): Told => ({
  type: dialect
    .typeOf(kind)
    .replace(/ COLLATE .*/, "")
    .toLowerCase(),
  nullable,
  fallback: null
})

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

  it("SYNC-5, SYNC-6: a SQLite store has every column, without defaults, and every index", async () => {
    const { cli, folder } = desk()
    await cli("accounts", "add", "paper")
    const db = new Database(`${folder}/books.db`, { readonly: true })
    for (const each of mapped) {
      const [found] = db
        .prepare<[string, string], { type: string; notnull: number; dflt_value: unknown; pk: number }>(
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
      .prepare<[], string>(`SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`)
      .pluck()
      .all()
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

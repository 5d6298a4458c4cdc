import { assert, describe, it } from "@effect/vitest"
import { Books } from "@roundlot/core/adapter"
import { Ddl, Dialect, Statements } from "../src/index.ts"

const { commands, lots } = Books.tables

describe("statements made of the tables' descriptions", () => {
  it("a table: types, keys, named checks", () => {
    assert.strictEqual(
      Ddl.createTable(Dialect.sqlite, commands),
      `CREATE TABLE roundlot_commands (
  "id" TEXT NOT NULL,
  "account" TEXT NOT NULL,
  "answer" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "version" INTEGER NOT NULL,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID`
    )
    const made = Ddl.createTable(Dialect.sqlite, lots)
    assert.include(made, `FOREIGN KEY ("account") REFERENCES roundlot_accounts ("name"),`)
    assert.include(made, `FOREIGN KEY ("tradeId") REFERENCES roundlot_trades ("id") DEFERRABLE INITIALLY DEFERRED`)
    assert.include(made, `"open" TEXT NOT NULL,`)
    assert.include(made, `CONSTRAINT "lots_rule_owner" CHECK (("tradeId" IS NULL) <> ("orderId" IS NULL))`)
    assert.match(made, /^ {2}"id" INTEGER NOT NULL PRIMARY KEY,$/m)
    assert.match(made, /\) STRICT$/)
  })

  it("SYNC-14: whatever names an account refers to its record; controls may be of all accounts, cases of none, and commands of one that was refused", () => {
    const loose = Object.values(Books.tables)
      .filter(({ columns }) => "account" in columns)
      .filter((table) => !/FOREIGN KEY \("account"\) REFERENCES/.test(Ddl.createTable(Dialect.sqlite, table)))
    assert.deepStrictEqual(
      loose.map(({ name }) => name),
      ["attended_cases", "controls", "commands"]
    )
  })

  it("cells stand in the order that their statement says", () => {
    assert.deepStrictEqual(Statements.insert(Dialect.sqlite, commands), {
      text: `INSERT INTO roundlot_commands ("id", "account", "answer", "at", "version") VALUES (?, ?, ?, ?, ?)`,
      cells: ["id", "account", "answer", "at", "version"]
    })
    assert.deepStrictEqual(Statements.update(Dialect.sqlite, commands), {
      text: `UPDATE roundlot_commands SET "account" = ?, "answer" = ?, "at" = ?, "version" = ? WHERE "id" = ?`,
      cells: ["account", "answer", "at", "version", "id"]
    })
  })

  it("a lookup asks with the condition that its index has, word for word", () => {
    for (const table of Object.values(Books.tables)) {
      for (const [name, lookup] of Object.entries(table.lookups)) {
        const own = Ddl.indexesOf(table).find((index) => index.name === `lookup_${name}`)
        if (own?.where === undefined) continue
        assert.include(
          Statements.lookup(Dialect.sqlite, table, lookup),
          `AND ${own.where} ORDER BY`,
          `${table.name} ${name}`
        )
      }
    }
  })

  it("names and texts are quoted", () => {
    assert.strictEqual(Dialect.quote('a"b'), '"a""b"')
    assert.strictEqual(Dialect.literal("it's"), "'it''s'")
  })
})

import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Books,
  type Column,
  Commands,
  Daemon,
  Instant,
  Price,
  Quantity,
  Roundlot,
  Table,
  Trade
} from "@roundlot/core"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import { Effect, Layer, Logger } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const account = AccountName.AccountName.make("paper")

/** A value that a cell of this kind could have and does not. */
const changed = (kind: Column.ColumnKind, cell: unknown): string | number | Buffer => {
  switch (kind) {
    case "id":
    case "integer":
    case "instant":
      return (typeof cell === "number" ? cell : 0) + 1000
    case "flag":
      return cell === 1 ? 0 : 1
    case "decimal":
      return cell === "7.5" ? "8.5" : "7.5"
    case "json":
      return '["changed"]'
    case "bytes":
      return Buffer.from("changed")
    case "text":
      return cell === "changed" ? "changed again" : "changed"
  }
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-tamper-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

/** A trade with an identity of its own. */
const trade = (sourceId: string, symbol: string, side: "buy" | "sell", shares: string) =>
  Trade.input({
    source: "t",
    sourceId,
    symbol,
    side,
    quantity: Quantity.unsafe(shares),
    price: Price.unsafe("10"),
    tradedAt: Instant.make(1n)
  })

/** A store in which every kind of record has come up: fills, a correction, a break, a rejected order, netting, a halt. */
const lived = (file: string) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const accumulator = yield* Accumulator.Accumulator
    const exchange = yield* Exchange.Exchange
    yield* commands.setAccount(account, Account.defaultSettings, "test")
    yield* exchange.instructJson(
      JSON.stringify({ id: "r", when: { symbol: "KO" }, do: { reject: { code: "no", words: "halted" } } })
    )
    yield* Effect.forkScoped(Daemon.run())
    yield* accumulator.submitMany(account, [
      trade("1", "AAPL", "buy", "1.4"),
      trade("2", "AAPL", "sell", "0.3"),
      trade("2", "AAPL", "sell", "0.4"),
      trade("3", "KO", "sell", "2")
    ])
    yield* Daemon.untilIdle
    yield* commands.perform({
      id: "h",
      account,
      actor: "test",
      reason: "test",
      command: { _tag: "Halt", scope: { _tag: "Everything" } }
    })
    assert.deepStrictEqual((yield* Audit.run()).findings, [])
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.merge(
        Roundlot.layerOn(SqliteStore.layer({ file })),
        PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))
      )
    ),
    Effect.provide(quiet)
  )

const audited = (file: string, anchor?: Audit.Anchor) =>
  Audit.run(anchor).pipe(Effect.provide(SqliteStore.layer({ file })), Effect.provide(quiet), Effect.scoped)

const columnsOf = (table: Table.TableName) => Object.entries(Books.tables[table].columns)

describe("audit finds what was changed by hand", () => {
  it.live(
    "FILL-9: a changed value, in every column of every domain table that has a row",
    () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "store.db")
        yield* lived(file)
        const db = yield* Effect.acquireRelease(
          Effect.sync(() => new Database(file)),
          (opened) => Effect.sync(() => opened.close())
        )
        db.pragma("foreign_keys = OFF")
        db.pragma("ignore_check_constraints = ON")
        const missed: Array<string> = []
        const seen = new Set<string>()
        for (const table of Table.domainTables) {
          const name = `roundlot_${table}`
          const row = db.prepare<[], Table.EncodedRow>(`SELECT * FROM ${name} LIMIT 1`).get()
          if (row === undefined) continue
          seen.add(table)
          const { key } = Books.tables[table]
          const where = key.map((column) => `"${column}" = ?`).join(" AND ")
          for (const [column, { kind }] of columnsOf(table)) {
            const cell = row[column] ?? null
            const other = changed(kind, cell)
            const write = db.prepare(`UPDATE ${name} SET "${column}" = ? WHERE ${where}`)
            const place = (now: unknown) => key.map((part) => (part === column ? now : row[part]))
            write.run(other, ...place(cell))
            const report = yield* audited(file)
            if (!report.findings.some((finding) => finding.where.startsWith(table))) missed.push(`${table}.${column}`)
            write.run(cell, ...place(other))
          }
        }
        assert.deepStrictEqual(missed, [])
        assert.deepStrictEqual((yield* audited(file)).findings, [])
        assert.sameMembers(
          [...seen],
          Table.domainTables.filter((table) => table !== "waiting_fills")
        )
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "AUD-5: rows taken away, an entry rewritten, and an end cut off, the last by its anchor",
    () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "store.db")
        yield* lived(file)
        const db = yield* Effect.acquireRelease(
          Effect.sync(() => new Database(file)),
          (opened) => Effect.sync(() => opened.close())
        )
        db.pragma("foreign_keys = OFF")
        const last = db
          .prepare<[], { position: number; feedHash: string }>("SELECT * FROM roundlot_feed ORDER BY position DESC")
          .get()
        if (last === undefined) return assert.fail("the feed is empty")
        const anchor = { position: last.position, hash: last.feedHash }
        assert.deepStrictEqual((yield* audited(file, anchor)).findings, [])
        const tamper = (...statements: ReadonlyArray<string>) =>
          Effect.gen(function* () {
            db.exec("SAVEPOINT tampering")
            for (const statement of statements) db.exec(statement)
            db.exec("RELEASE tampering")
            return (yield* audited(file, anchor)).findings.map((finding) => finding.where)
          })
        const cut = yield* tamper(
          "DELETE FROM roundlot_feed WHERE position = (SELECT max(position) FROM roundlot_feed)"
        )
        assert.include(cut, `feed ${anchor.position}`)
        const gone = yield* tamper("DELETE FROM roundlot_fills")
        assert.isTrue(gone.some((where) => where.startsWith("fills")))
        const rewritten = yield* tamper("UPDATE roundlot_journal SET body = replace(body, ':', ': ') WHERE seq = 4")
        assert.isTrue(rewritten.some((where) => where.startsWith("journal of")))
      }).pipe(Effect.scoped),
    60_000
  )
})

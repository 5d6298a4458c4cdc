import { mkdirSync, openSync, statSync, writeFileSync, writeSync, closeSync, existsSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import process from "node:process"
import { assert, describe, it } from "@effect/vitest"
import type { TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl, Migrations } from "@roundlot/store-sql"
import { Effect } from "effect"
import { BUSY_TIMEOUT_MS, assertSetting, ensureFile, open, settings } from "../src/internal/connection.ts"
import { make, type Options } from "../src/internal/make.ts"
import * as Client from "../src/internal/client.ts"
import * as snapshots from "../src/internal/snapshots.ts"
import { bare, everyRow, folder } from "./place.ts"

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

/** The failure to open a file, as its problem and its message. */
const refusal = (file: string, options: Partial<Options> = {}) =>
  Effect.map(
    Effect.flip(Effect.scoped(make({ file, busyFor: "50 millis", ...options }))),
    (failure: TradeRepository.StoreError) => ({
      problem: failure._tag === "StoreUnavailable" ? failure.problem : failure._tag,
      message: failure.message
    })
  )

const closedStore = (file: string) =>
  Effect.scoped(
    Effect.flatMap(make({ file }), (repository) => repository.write(rows.scope(), rows.writing(rows.everything)))
  )

/** Can another process write to a file now? */
const isFree = (file: string): boolean => {
  const program = `const { DatabaseSync } = require(${JSON.stringify(Sqlite.requireName())})
    new DatabaseSync(${JSON.stringify(file)}, { timeout: 0 }).exec("BEGIN IMMEDIATE")`
  return spawnSync(process.execPath, ["-e", program]).status === 0
}

describe("opening a store", () => {
  it.scoped("a file that is open already keeps its locks when it is made sure of", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      ensureFile(file)
      const db = yield* bare(file)
      assert.isTrue(isFree(file))
      db.exec("BEGIN EXCLUSIVE")
      ensureFile(file)
      assert.isFalse(isFree(file))
    })
  )

  it.scoped("makes file and folders for this user alone, and finds everything again", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a", "b", "roundlot.db")
      yield* closedStore(file)
      const repository = yield* make({ file })
      assert.deepStrictEqual(yield* repository.page(everyRow("orders", "id")), [rows.order])
      assert.deepStrictEqual(
        [modeOf(file), modeOf(dirname(file)), modeOf(dirname(dirname(file)))],
        ["600", "700", "700"]
      )
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      assert.deepStrictEqual([modeOf(`${file}-wal`), modeOf(`${file}-shm`)], ["600", "600"])
    })
  )

  it.scoped("an empty file becomes a store", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "empty.db")
      writeFileSync(file, "")
      yield* closedStore(file)
    })
  )

  it.scoped("both connections are set, and say so: WAL, FULL, foreign keys, a short wait for locks", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      const writer = yield* Effect.acquireRelease(
        Effect.sync(() => open(file)),
        (db) => Effect.sync(() => db.close())
      )
      const { client: reader } = yield* Client.open(file)
      yield* snapshots.prepare(file, reader)
      const read = (name: string) => Effect.map(reader.unsafe(`PRAGMA ${name}`), ([row]) => Object.values(row ?? {})[0])
      const expected: ReadonlyArray<readonly [string, unknown]> = [
        ["busy_timeout", 20],
        ["journal_mode", "wal"],
        ["synchronous", 2],
        ["foreign_keys", 1]
      ]
      assert.isAtMost(BUSY_TIMEOUT_MS, 20)
      assert.deepStrictEqual(
        settings.map(({ is, name }) => [name, is]),
        expected.map(([name, is]) => [name, is])
      )
      for (const [name, is] of expected) {
        assert.strictEqual(Sqlite.scalar(writer, `PRAGMA ${name}`)(), is, name)
        assert.strictEqual(yield* read(name), is, name)
      }
      assert.strictEqual(yield* read("query_only"), 1)
      assert.throws(
        () => assertSetting(file, "journal_mode", "wal", "delete"),
        /journal_mode is delete where wal was set/
      )
    })
  )

  it.scoped("is strict: every table refuses a cell of another type", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      yield* closedStore(file)
      const db = yield* bare(file)
      const lax = db
        .prepare<{ name: string }>(`SELECT name FROM pragma_table_list WHERE name LIKE 'roundlot%' AND NOT strict`)
        .all()
      assert.deepStrictEqual(lax, [])
    })
  )
})

describe("a file that cannot be used", () => {
  it.scoped("a store from the future is refused with both versions, and left as it is", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      yield* closedStore(file)
      const db = yield* bare(file)
      db.exec(`INSERT INTO ${Migrations.TABLE} (migration_id, name) VALUES (7, 'later')`)
      const { message, problem } = yield* refusal(file)
      assert.strictEqual(problem, "from_the_future")
      assert.include(message, `the store has version 7, and this Roundlot knows versions up to ${Migrations.newest}`)
      assert.strictEqual(Sqlite.scalar(db, `SELECT count(*) FROM ${Migrations.TABLE}`)(), Migrations.newest + 1)
    })
  )

  it.scoped("migrations that do not follow ours are refused", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      yield* closedStore(file)
      const db = yield* bare(file)
      db.exec(`UPDATE ${Migrations.TABLE} SET name = 'something_else'`)
      const { message, problem } = yield* refusal(file)
      assert.strictEqual(problem, "not_ours")
      assert.include(message, `its migration 1 is "something_else"`)
    })
  )

  it.scoped("a database of something else is refused, and not a byte of it is changed", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "other.db")
      const db = yield* bare(file)
      db.exec("CREATE TABLE customers (id INTEGER)")
      const { message, problem } = yield* refusal(file)
      assert.strictEqual(problem, "not_ours")
      assert.include(message, "it is a database of something else (table customers). Name another file")
      assert.strictEqual(Sqlite.scalar(db, "PRAGMA journal_mode")(), "delete")
      assert.isFalse(existsSync(`${file}-wal`))
    })
  )

  it.scoped("a file that is no database is refused as corrupt", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "notes.txt")
      writeFileSync(file, "these are notes, and no database at all\n".repeat(200))
      const { message, problem } = yield* refusal(file)
      assert.strictEqual(problem, "corrupt")
      assert.include(message, `${file}: it is no SQLite database`)
      assert.include(message, "restore the store from a backup")
    })
  )

  it.scoped("a damaged page is a typed failure of the read that meets it", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      yield* closedStore(file)
      const db = yield* bare(file)
      const root = Sqlite.scalar(db, "SELECT rootpage FROM sqlite_master WHERE name = 'roundlot_orders'")()
      db.close()
      const handle = openSync(file, "r+")
      writeSync(handle, new Uint8Array(4096).fill(0xff), 0, 4096, (Number(root) - 1) * 4096)
      closeSync(handle)
      const repository = yield* make({ file })
      const failure = yield* Effect.flip(repository.page(everyRow("orders", "id")))
      assert.include(failure.message, "the database is damaged (SQLITE_CORRUPT")
    })
  )

  it.scoped("a folder, and a path through a file, are refused by name", () =>
    Effect.gen(function* () {
      const place = yield* folder
      mkdirSync(join(place, "inner"))
      writeFileSync(join(place, "plain"), "")
      const inner = yield* refusal(join(place, "inner"))
      assert.deepStrictEqual(inner.problem, "io")
      assert.include(inner.message, "it is a folder, not a file")
      for (const path of [join(place, "plain", "x.db"), join(place, "plain", "deeper", "x.db")]) {
        const through = yield* refusal(path)
        assert.deepStrictEqual(through.problem, "missing")
        assert.include(
          through.message,
          "a part of its path is a file, not a folder. Name a file in a folder that can be made"
        )
      }
    })
  )

  it.scopedLive("a locked file is an answer in bounded time", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      const db = yield* bare(file)
      db.exec("BEGIN EXCLUSIVE")
      const { message, problem } = yield* refusal(file)
      assert.strictEqual(problem, "busy")
      assert.include(message, "the database is locked (SQLITE_BUSY). Another process is writing to it")
      db.exec("ROLLBACK")
      yield* closedStore(file)
    })
  )

  it.scopedLive("a store that another process has begun to migrate is waited for, not used half-made", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "roundlot.db")
      const db = yield* bare(file)
      db.exec("PRAGMA journal_mode = WAL")
      db.exec(
        `CREATE TABLE ${Migrations.TABLE} (migration_id INTEGER PRIMARY KEY NOT NULL, created_at TEXT, name TEXT NOT NULL, backup TEXT)`
      )
      db.exec("BEGIN IMMEDIATE")
      assert.strictEqual((yield* refusal(file)).problem, "busy")
      db.exec("ROLLBACK")
      yield* closedStore(file)
      assert.strictEqual(Sqlite.scalar(db, `SELECT count(*) FROM ${Ddl.nameOf("ops_store")}`)(), 1)
    })
  )
})

import { SqlError } from "@effect/sql/SqlError"
import { assert, describe, it } from "@effect/vitest"
import { TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { failureOf, failureOrIo, fileFailureOf } from "../src/internal/failure.ts"

const FILE = "/books/roundlot.db"

const problemOf = (failure: unknown): string =>
  failure instanceof TradeRepository.StoreUnavailable ? failure.problem : String(failure)

/** An error as SQLite's modules throw it. */
const sqliteError = (errcode: number) => Object.assign(new Error("words"), { code: "ERR_SQLITE_ERROR", errcode })

const FULL = 13
const IOERR_WRITE = 778

const sqlite: ReadonlyArray<readonly [code: number, name: string, problem: string]> = [
  [5, "SQLITE_BUSY", "busy"],
  [517, "SQLITE_BUSY_SNAPSHOT", "busy"],
  [262, "SQLITE_LOCKED_SHAREDCACHE", "busy"],
  [15, "SQLITE_PROTOCOL", "busy"],
  [FULL, "SQLITE_FULL", "full"],
  [8, "SQLITE_READONLY", "read_only"],
  [1544, "SQLITE_READONLY_DIRECTORY", "read_only"],
  [3, "SQLITE_PERM", "read_only"],
  [779, "SQLITE_CORRUPT_INDEX", "corrupt"],
  [26, "SQLITE_NOTADB", "corrupt"],
  [526, "SQLITE_CANTOPEN_ISDIR", "io"],
  [IOERR_WRITE, "SQLITE_IOERR_WRITE", "io"],
  [4874, "SQLITE_IOERR_SHMSIZE", "io"],
  [1034, "SQLITE_IOERR_FSYNC", "io"]
]

const files: ReadonlyArray<readonly [code: string, problem: string]> = [
  ["EISDIR", "io"],
  ["ENOTDIR", "missing"],
  ["EEXIST", "missing"],
  ["ENOENT", "missing"],
  ["EACCES", "read_only"],
  ["EPERM", "read_only"],
  ["EROFS", "read_only"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "full"],
  ["EMFILE", "io"]
]

describe("failures of the store", () => {
  it("SQLite's codes become problems with a place and a remedy", () => {
    for (const [code, name, problem] of sqlite) {
      const error = sqliteError(code)
      assert.strictEqual(problemOf(failureOf(FILE, error)), problem, name)
      assert.strictEqual(problemOf(failureOf(FILE, new SqlError({ cause: error }))), problem, name)
      assert.match(String(failureOf(FILE, error)?.message), new RegExp(`^${FILE}: .+ \\(${name}\\)\\. [A-Z]`), name)
    }
  })

  it("a write that failed names room on the disk, what was kept and what to do", () => {
    for (const code of [FULL, IOERR_WRITE]) {
      const failure = failureOf(FILE, sqliteError(code))
      assert.match(
        String(failure?.message),
        /no room for the write.*disk.*nothing of the write was kept, and a daemon goes on/,
        String(code)
      )
    }
  })

  it("the file system's codes become problems with a place and a remedy", () => {
    for (const [code, problem] of files) {
      const failure = fileFailureOf(FILE, Object.assign(new Error("words"), { code }))
      assert.strictEqual(failure.problem, problem, code)
      assert.match(failure.message, new RegExp(`^${FILE}: .+\\. [A-Z]`), code)
    }
    assert.include(
      fileFailureOf(FILE, Object.assign(new Error(), { code: "EACCES" })).message,
      "it may not be read and written. Give this user the right to read and write the file and its folder"
    )
  })

  it("what is no failure of the store is a fault of ours, except behind a read", () => {
    assert.isUndefined(failureOf(FILE, new TypeError("a fault")))
    assert.isUndefined(failureOf(FILE, sqliteError(1)))
    assert.strictEqual(problemOf(failureOrIo(FILE, new TypeError("a fault"))), "io")
  })

  it("a machine for which there is no SQLite is a failure that says which Node to use", () => {
    const failure = failureOf(FILE, new Sqlite.NoSqlite(["node:sqlite is not complete"]))
    assert.match(
      String(failure?.message),
      /there is no SQLite for Node .+ \(node:sqlite is not complete\)\. Use Node 22\.16 or newer, which has it built in/
    )
  })
})

import { SqlError } from "@effect/sql/SqlError"
import { assert, describe, it } from "@effect/vitest"
import { TradeRepository } from "@roundlot/core/adapter"
import Database from "better-sqlite3"
import { failureOf, failureOrIo, fileFailureOf } from "../src/internal/failure.ts"

const FILE = "/books/roundlot.db"

const problemOf = (failure: unknown): string =>
  failure instanceof TradeRepository.StoreUnavailable ? failure.problem : String(failure)

const sqlite: ReadonlyArray<readonly [code: string, problem: string]> = [
  ["SQLITE_BUSY", "busy"],
  ["SQLITE_BUSY_SNAPSHOT", "busy"],
  ["SQLITE_LOCKED_SHAREDCACHE", "busy"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_READONLY", "read_only"],
  ["SQLITE_READONLY_DIRECTORY", "read_only"],
  ["SQLITE_PERM", "read_only"],
  ["SQLITE_CORRUPT_INDEX", "corrupt"],
  ["SQLITE_NOTADB", "corrupt"],
  ["SQLITE_CANTOPEN_ISDIR", "io"],
  ["SQLITE_IOERR_WRITE", "io"],
  ["SQLITE_IOERR_SHMSIZE", "io"],
  ["SQLITE_IOERR_FSYNC", "io"]
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
    for (const [code, problem] of sqlite) {
      const error = new Database.SqliteError("words", code)
      assert.strictEqual(problemOf(failureOf(FILE, error)), problem, code)
      assert.strictEqual(problemOf(failureOf(FILE, new SqlError({ cause: error }))), problem, code)
      assert.match(String(failureOf(FILE, error)?.message), new RegExp(`^${FILE}: .+ \\(${code}\\)\\. [A-Z]`), code)
    }
  })

  it("a write that failed names room on the disk, what was kept and what to do", () => {
    for (const code of ["SQLITE_FULL", "SQLITE_IOERR_WRITE"]) {
      const failure = failureOf(FILE, new Database.SqliteError("words", code))
      assert.match(
        String(failure?.message),
        /no room for the write.*disk.*nothing of the write was kept, and a daemon goes on/,
        code
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
    assert.isUndefined(failureOf(FILE, new Database.SqliteError("no such column: x", "SQLITE_ERROR")))
    assert.strictEqual(problemOf(failureOrIo(FILE, new TypeError("a fault"))), "io")
  })
})

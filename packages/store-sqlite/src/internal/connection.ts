import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { Sqlite } from "@roundlot/sqlite"
import { Migrations } from "@roundlot/store-sql"
import { fileFailureOf, unavailable } from "./failure.ts"

/** How long one call may wait for a lock, in milliseconds: it stops the whole process meanwhile. */
export const BUSY_TIMEOUT_MS = 20

/** What every connection is set to, and must say when it is asked. */
export const settings: ReadonlyArray<{ readonly name: string; readonly set: string; readonly is: string | number }> = [
  { name: "busy_timeout", set: String(BUSY_TIMEOUT_MS), is: BUSY_TIMEOUT_MS },
  { name: "journal_mode", set: "WAL", is: "wal" },
  { name: "synchronous", set: "FULL", is: 2 },
  { name: "foreign_keys", set: "ON", is: 1 }
]

/** What the writer keeps of the file in memory, in kibibytes: SQLite's own two megabytes make it read indexes again and again. */
const WRITER_CACHE_KIB = 32_768

/**
 * Makes the file, for its user alone, where there is none. One that is there is not opened: to close any descriptor of a file frees every lock
 * that the process has on it, those of SQLite as well.
 */
export const ensureFile = (file: string): void => {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      return accessSync(file, constants.R_OK | constants.W_OK)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600))
  } catch (error) {
    throw fileFailureOf(file, error)
  }
}

/** Throws where the database is not one that this version can go on from; it is not touched then. */
const recognise = (file: string, db: Sqlite.Database, known: ReadonlyArray<Migrations.Migration>): void => {
  const tables = db.prepare<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  if (tables.length === 0) return
  if (!tables.some(({ name }) => name === Migrations.TABLE)) {
    throw unavailable(file, "not_ours", `it is a database of something else (table ${tables[0]?.name ?? "?"})`)
  }
  const applied = db
    .prepare<Migrations.Applied>(`SELECT migration_id AS id, name FROM ${Migrations.TABLE} ORDER BY migration_id`)
    .all()
  const fault = Migrations.faultOf(applied, known)
  if (fault !== undefined) throw unavailable(file, fault.problem, fault.detail, fault.remedy)
}

/** Throws where a connection does not say what it was set to. */
export const assertSetting = (file: string, name: string, expected: string | number, actual: unknown): void => {
  if (actual === expected) return
  throw unavailable(file, "io", `${name} is ${String(actual)} where ${String(expected)} was set`)
}

const configure = (file: string, db: Sqlite.Database): void => {
  for (const { is, name, set } of settings) {
    db.exec(`PRAGMA ${name} = ${set}`)
    assertSetting(file, name, is, Sqlite.scalar(db, `PRAGMA ${name}`)())
  }
}

/** Ends the writer's connection. What waits beside the file is in it then, as far as nobody else reads or writes. */
export const close = (db: Sqlite.Database): void => {
  try {
    db.exec("PRAGMA wal_checkpoint(PASSIVE)")
  } catch {
    // It is durable where it is, and the next who opens the file finds it.
  } finally {
    db.close()
  }
}

/** The writer's connection to the store in `file`, which is made where there is none. Throws. */
export const open = (file: string, known: ReadonlyArray<Migrations.Migration> = Migrations.ours): Sqlite.Database => {
  ensureFile(file)
  const db = Sqlite.open(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    recognise(file, db, known)
    configure(file, db)
    db.exec(`PRAGMA cache_size = -${WRITER_CACHE_KIB}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

import { rmSync } from "node:fs"
import { Sqlite } from "@roundlot/sqlite"
import { ensureFile } from "./connection.ts"

/** The lock database of a session: beside the store, empty, held in an exclusive transaction for as long as its process lives. */
const placeOf = (file: string, session: string): string => `${file}.lease-${session}`

/** Without a journal beside it: nothing is ever written. */
const lock = (db: Sqlite.Database): void => {
  db.exec("PRAGMA journal_mode = MEMORY")
  db.exec("BEGIN EXCLUSIVE")
}

/** Takes the lock of a new session; what it gives frees it again. The kernel does so when the process dies. Throws. */
export const begin = (file: string, session: string): (() => void) => {
  const place = placeOf(file, session)
  ensureFile(place)
  const db = Sqlite.open(place, { timeout: 0 })
  lock(db)
  return () => {
    db.close()
    rmSync(place, { force: true })
  }
}

/** Is the process of a session gone for certain? Its lock can be had then. Where the lock itself is gone, nobody knows. */
export const isOver = (file: string, session: string): boolean => {
  try {
    Sqlite.using(placeOf(file, session), { timeout: 0, mustExist: true }, lock)
    return true
  } catch {
    return false
  }
}

/** Removes what a session that is over has left. */
export const clear = (file: string, session: string): void => rmSync(placeOf(file, session), { force: true })

import { Sqlite } from "@roundlot/sqlite"
import { statSync } from "node:fs"
import type { running } from "../cli/roundlot.ts"

/**
 * The words of `sh` before a program that may write no file longer than so many blocks of 512 bytes: to it, the disk is full there.
 * The one limit on room that any user may set.
 */
export const withinBlocks = (blocks: number): ReadonlyArray<string> => [
  "sh",
  "-c",
  `ulimit -S -f ${blocks}; exec "$@"`,
  "sh"
]

const BLOCK = 512
/** A frame of the log beside a SQLite file, and what goes before it. */
const FRAME = 8_192

/** Can the books or the exchange grow no more? */
export const isFull = (store: string, blocks: number): boolean =>
  filesOf(store).some(
    (file) => (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > blocks * BLOCK - FRAME
  )

/** Has it said that there is no room? */
export const isShort = (program: ReturnType<typeof running>): boolean => /no room for the write/.test(program.said())

const filesOf = (store: string): ReadonlyArray<string> => {
  const books = store.replace("sqlite:", "")
  return [books, books.replace(/\.db$/, ".paper.db")]
}

/** Makes room where the logs beside the books and the exchange can grow no more: writes them into their files. */
export const makeRoom = (store: string): void => {
  for (const file of filesOf(store)) {
    Sqlite.using(file, { timeout: 5_000 }, (db) => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
  }
}

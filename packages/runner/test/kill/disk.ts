import Database from "better-sqlite3"
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

/** Has it said that there is no room? */
export const isShort = (program: ReturnType<typeof running>): boolean => /no room for the write/.test(program.said())

/** Makes room where the logs beside the books and the exchange can grow no more: writes them into their files. */
export const makeRoom = (store: string): void => {
  const books = store.replace("sqlite:", "")
  for (const file of [books, books.replace(/\.db$/, ".paper.db")]) {
    const db = new Database(file, { timeout: 5_000 })
    db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()
  }
}

import type { Cell, Database } from "./Database.ts"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { nameOf } from "./internal/codes.ts"
import { provider } from "./internal/provider.ts"

/** No SQLite can be had on this machine: `reasons` say of each way why not, `remedy` what to do. `open` throws it. */
export { NoSqlite } from "./internal/provider.ts"

/** A connection and what it works on. */
export type { Cell, Database, Statement } from "./Database.ts"

/** How a file is opened. */
export interface Options {
  /** How long a statement waits for a lock, in milliseconds, and the thread with it; five seconds where nothing is said. */
  readonly timeout?: number
  readonly readOnly?: boolean
  /** Is it a failure that there is no such file? It is always where one only reads. */
  readonly mustExist?: boolean
}

const TIMEOUT_MS = 5_000

/** How SQLite is said which file it is. What begins like an address would be taken for one, and be another file, or none. */
const placeOf = (file: string, mustExist: boolean): string => {
  if (mustExist) return `${pathToFileURL(file).href}?mode=rw`
  return file.startsWith("file:") ? resolve(file) : file
}

/** Opens a file, which is made where there is none; `:memory:` and an empty name are databases of this connection alone. */
export const open = (
  file: string,
  { mustExist = false, readOnly = false, timeout = TIMEOUT_MS }: Options = {}
): Database => {
  return provider().open(placeOf(file, mustExist && !readOnly), { readOnly, timeout })
}

/** What comes of a connection to a file that is closed again. */
export const using = <A>(file: string, options: Options, act: (database: Database) => A): A => {
  const database = open(file, options)
  try {
    return act(database)
  } finally {
    database.close()
  }
}

/** Gives the first cell of a statement's first row. */
export type Scalar<A> = (...cells: ReadonlyArray<Cell>) => A | undefined

/** Prepares a statement for the first cell of its first row. `A` is what its caller knows of it. */
export const scalar = <A = Cell>(database: Database, sql: string): Scalar<A> => {
  const statement = database.prepare<readonly [A]>(sql)
  statement.setReturnArrays(true)
  return (...cells) => statement.get(...cells)?.[0]
}

/** Does something from `BEGIN IMMEDIATE` to `COMMIT`; nothing of it is kept where it throws. */
export const transaction = <A>(database: Database, act: () => A): A => {
  database.exec("BEGIN IMMEDIATE")
  try {
    const answer = act()
    database.exec("COMMIT")
    return answer
  } finally {
    // On some errors SQLite has rolled back by itself.
    if (database.isTransaction) database.exec("ROLLBACK")
  }
}

/** The name of SQLite's result code, such as `SQLITE_BUSY_SNAPSHOT`; `undefined` where an error is not SQLite's. */
export const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined
  return nameOf(error.errcode)
}

/** What a thread without a loader of ours gives to `require` for the same `DatabaseSync`. */
export const requireName = (): string => provider().requireName

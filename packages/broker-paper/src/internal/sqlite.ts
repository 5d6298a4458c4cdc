import Database from "better-sqlite3"
import { createRequire } from "node:module"

/** What is asked of a prepared statement. */
interface Statement {
  readonly run: (...parameters: ReadonlyArray<unknown>) => unknown
  readonly get: (...parameters: ReadonlyArray<unknown>) => unknown
  readonly all: (...parameters: ReadonlyArray<unknown>) => ReadonlyArray<unknown>
}

/** What an exchange asks of SQLite. */
export interface Sqlite {
  readonly prepare: (sql: string) => Statement
  readonly exec: (sql: string) => unknown
  readonly close: () => unknown
  readonly isInTransaction: () => boolean
}

/** SQLite as newer versions of Node have it built in. */
interface BuiltIn extends Omit<Sqlite, "isInTransaction"> {
  readonly isTransaction?: boolean
}

type BuiltInModule = { readonly DatabaseSync: new (file: string, options?: { readonly timeout: number }) => BuiltIn }

const isBuiltIn = (found: unknown): found is BuiltInModule =>
  typeof found === "object" && found !== null && "DatabaseSync" in found && typeof found.DatabaseSync === "function"

const builtIn = (): BuiltInModule | undefined => {
  try {
    const found: unknown = createRequire(import.meta.url)("node:sqlite")
    return isBuiltIn(found) ? found : undefined
  } catch {
    // An older Node has none.
    return undefined
  }
}

/** A connection by the native module; where none was made for this Node, by the SQLite that it has built in. */
export const connected = (file: string, timeout: number): Sqlite => {
  try {
    const database = new Database(file, { timeout })
    return {
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return {
          run: (...parameters) => statement.run(...parameters),
          get: (...parameters) => statement.get(...parameters),
          all: (...parameters) => statement.all(...parameters)
        }
      },
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      isInTransaction: () => database.inTransaction
    }
  } catch (error) {
    if (codeOf(error)?.startsWith("SQLITE_") === true) throw error
    const found = builtIn()
    if (found === undefined) throw error
    const database = new found.DatabaseSync(file, { timeout })
    database.exec(`PRAGMA busy_timeout = ${timeout}`)
    return {
      prepare: (sql) => database.prepare(sql),
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
      isInTransaction: () => database.isTransaction ?? true
    }
  }
}

const BUSY = 5
const LOCKED = 6
const CONSTRAINT = 19
/** The primary part of a code of SQLite's. */
const PRIMARY = 0xff

/** Why SQLite refused, by its own name for it, whichever module says so; the module's own code where it was not SQLite. */
export const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  const errcode: unknown = Reflect.get(error, "errcode")
  if (typeof errcode === "number") {
    const primary = errcode & PRIMARY
    if (primary === CONSTRAINT) return "SQLITE_CONSTRAINT"
    return primary === BUSY || primary === LOCKED ? "SQLITE_BUSY" : "SQLITE_ERROR"
  }
  const code: unknown = Reflect.get(error, "code")
  return typeof code === "string" ? code : undefined
}

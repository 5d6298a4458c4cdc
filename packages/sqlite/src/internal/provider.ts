import { createRequire } from "node:module"
import process from "node:process"
import type { Database } from "../Database.ts"
import { completed } from "./prebuilt.ts"

interface Opening {
  readonly readOnly: boolean
  readonly timeout: number
}

type DatabaseSync = new (place: string, options: Opening) => Database

/** Where connections come from. */
export interface Provider {
  /** What gives the same module to `require`, wherever it is called. */
  readonly requireName: string
  readonly open: (place: string, options: Opening) => Database
}

/** No SQLite can be had on this machine; `reasons` say of each way why not. */
export class NoSqlite extends Error {
  override readonly name = "NoSqlite"
  readonly remedy =
    "Use Node 22.16 or newer, which has it built in, or install @photostructure/sqlite beside this package"
  readonly reasons: ReadonlyArray<string>
  constructor(reasons: ReadonlyArray<string>) {
    const here = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
    super(`there is no SQLite for ${here} (${reasons.join("; ")})`)
    this.reasons = reasons
  }
}

const isModule = (found: unknown): found is { readonly DatabaseSync: DatabaseSync } =>
  typeof found === "object" && found !== null && "DatabaseSync" in found && typeof found.DatabaseSync === "function"

const PROBED_MS = 7

/** Has it all that we ask of it? Early ones have no timeout, no rows of cells, and do not say that a transaction is open. */
const isComplete = (makes: DatabaseSync): boolean => {
  const database = new makes(":memory:", { readOnly: false, timeout: PROBED_MS })
  try {
    const timeout = database.prepare<readonly [number]>("PRAGMA busy_timeout")
    timeout.setReturnArrays(true)
    const isNamed = timeout.columns().length === 1
    database.exec("BEGIN")
    return isNamed && timeout.get()?.[0] === PROBED_MS && database.isOpen && database.isTransaction
  } catch {
    return false
  } finally {
    database.close()
  }
}

/** Node says of its own, on stderr of the program that loads it, that it is experimental; what we ask of it is tried by tests on each Node. */
const quietly = (load: () => unknown): unknown => {
  const warns = Object.getOwnPropertyDescriptor(process, "emitWarning")
  Object.defineProperty(process, "emitWarning", { configurable: true, writable: true, value: () => undefined })
  try {
    return load()
  } finally {
    if (warns !== undefined) Object.defineProperty(process, "emitWarning", warns)
  }
}

const requireHere = createRequire(import.meta.url)

const BUILT_IN = "node:sqlite"
const CANDIDATES = [BUILT_IN, "@photostructure/sqlite"]

const providerOf = (name: string, requireName: string, makes: DatabaseSync): Provider => {
  const open = (place: string, options: Opening) => new makes(place, options)
  return { requireName, open: name === BUILT_IN ? open : (place, options) => completed(open(place, options)) }
}

/** The first of modules that is there and complete. Throws `NoSqlite`. */
export const find = (candidates: ReadonlyArray<string> = CANDIDATES): Provider => {
  const reasons: Array<string> = []
  for (const name of candidates) {
    try {
      const requireName = requireHere.resolve(name)
      const found = quietly(() => requireHere(requireName))
      if (isModule(found) && isComplete(found.DatabaseSync)) return providerOf(name, requireName, found.DatabaseSync)
      reasons.push(`${name} is not complete`)
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`)
    }
  }
  throw new NoSqlite(reasons)
}

let found: Provider | undefined

/** The one of this process, looked for once. */
export const provider = (): Provider => (found ??= find())

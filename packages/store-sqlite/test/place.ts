import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Table, TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Effect } from "effect"
import { make, type Options } from "../src/internal/make.ts"

/** A folder that is gone when the test ends. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A store in a folder of its own. */
export const store = (options: Omit<Options, "file"> = {}) =>
  Effect.gen(function* () {
    const file = join(yield* folder, "roundlot.db")
    return { file, repository: yield* make({ ...options, file }) }
  })

/** Another connection to a file, without anything of ours. */
export const bare = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => Sqlite.open(file, { timeout: 20 })),
    (db) => Effect.sync(() => (db.isOpen ? db.close() : undefined))
  )

const collect: unknown = (() => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc")
})()

/**
 * Waits until nothing has a file open that stands beside a closed store. SQLite keeps a connection that was closed with statements until they
 * are finalised: Node's own does so at once, the prebuilt module when they are collected.
 */
export const gone = (path: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (!existsSync(path)) return Effect.void
    if (typeof collect === "function") collect()
    return Effect.zipRight(Effect.sleep("2 millis"), gone(path))
  })

/** The query for all rows of a table. */
export const everyRow = (table: Table.TableName, ...orderBy: ReadonlyArray<string>): TradeRepository.PageQuery => ({
  table,
  where: [],
  orderBy,
  descending: false,
  after: undefined,
  limit: 100
})

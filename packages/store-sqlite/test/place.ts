import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Table, TradeRepository } from "@roundlot/core/adapter"
import Database from "better-sqlite3"
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
    Effect.sync(() => new Database(file, { timeout: 20 })),
    (db) => Effect.sync(() => db.close())
  )

/** The query for all rows of a table. */
export const everyRow = (table: Table.TableName, ...orderBy: ReadonlyArray<string>): TradeRepository.PageQuery => ({
  table,
  where: [],
  orderBy,
  descending: false,
  after: undefined,
  limit: 100
})

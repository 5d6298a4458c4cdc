import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { MemoryRepository } from "@roundlot/core"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Layer, Redacted } from "effect"
import process from "node:process"

const inFile = Layer.unwrapScoped(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    return SqliteStore.layer({ file: `${folder}/roundlot.db` })
  })
).pipe(Layer.provide(NodeFileSystem.layer))

/** An empty store of each kind, made anew for each test; `fresh` makes a database. */
export const storesOf = (fresh: () => Promise<string>) => ({
  memory: Layer.orDie(MemoryRepository.layerMemory),
  SQLite: Layer.orDie(inFile),
  Postgres: Layer.orDie(
    Layer.unwrapEffect(Effect.map(Effect.promise(fresh), (url) => PostgresStore.layer({ url: Redacted.make(url) })))
  )
})

/** Whether a kind of store is tried in this run: one that needs a server is left to `npm run verify`. */
export const isTried = (kind: "memory" | "SQLite" | "Postgres"): boolean =>
  kind !== "Postgres" || process.env["ROUNDLOT_TIER"] !== "test"

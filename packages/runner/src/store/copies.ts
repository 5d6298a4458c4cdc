import * as FileSystem from "@effect/platform/FileSystem"
import { type Program } from "@roundlot/cli"
import type { SettingsError } from "@roundlot/commands/errors"
import { TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl } from "@roundlot/store-sql"
import { Effect, Layer, type Scope } from "effect"
import { join } from "node:path"
import { StorePlace } from "@roundlot/daemon/configuration"
import { isStoreThere, layerBooks, layerPaper, notCopied } from "../App.ts"
import type { Settings } from "../settings/Settings.ts"
import { listingsOf } from "../start/listings.ts"
import { imageInto } from "./versions.ts"

/** Runs a statement on a file that is there. */
const runOn = (
  file: string,
  sql: string,
  ...cells: ReadonlyArray<Sqlite.Cell>
): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  Effect.try({
    try: () => Sqlite.using(file, { mustExist: true }, (database) => void database.prepare(sql).run(...cells)),
    catch: (error) => notCopiable(file, error)
  })

const copy = (from: string, to: string): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  runOn(from, "VACUUM INTO ?", to)

/** Who drives the store drives no copy of it. */
const freed = (file: string): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  runOn(file, `UPDATE ${Ddl.nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`)

const notCopiable = (place: string, error: unknown) =>
  new TradeRepository.StoreUnavailable({
    place,
    problem: "io",
    detail: `it cannot be copied for the dry run (${error instanceof Error ? error.message : String(error)})`,
    remedy: "Run 'roundlot doctor'"
  })

/** A copy of the store that is thrown away with the scope. */
const copied = (settings: Settings) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "roundlot-dry-run-" }))
    const file = join(folder, "copy.db")
    if (yield* isStoreThere(settings.store)) {
      yield* StorePlace.StorePlace.$match(settings.store, {
        Sqlite: (place) => Effect.zipRight(copy(place.file, file), freed(file)),
        Postgres: (place) => imageInto(file, place),
        Own: (own) => notCopied(own)
      })
    }
    return { folder, settings: { ...settings, store: StorePlace.StorePlace.Sqlite({ file }) } }
  })

/** A copy of the store beside a paper exchange that nobody else sees: a new one, or a copy of the store's. */
export const copies = (
  original: Settings,
  exchange: "new" | "copy"
): Effect.Effect<Program.Copied, SettingsError | TradeRepository.StoreError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { folder, settings } = yield* copied(original)
    const paperFile = join(folder, "paper.db")
    const isCopied = exchange === "copy"
    if (isCopied && (yield* Effect.orDie(fs.exists(settings.paperFile)))) yield* copy(settings.paperFile, paperFile)
    return {
      writing: layerBooks(isCopied ? { ...settings, paperFile } : settings),
      brokers: Layer.unwrapEffect(
        Effect.map(listingsOf(settings.configuration), (listings) => layerPaper({ file: paperFile, listings }))
      )
    }
  })

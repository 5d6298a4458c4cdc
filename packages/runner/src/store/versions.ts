import * as FileSystem from "@effect/platform/FileSystem"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Copy, Image, Migrations, type Side } from "@roundlot/store-sql"
import { Effect, Schema, type Scope } from "effect"
import { dirname, join } from "node:path"
import { within } from "@roundlot/cli"
import { StorePlace } from "@roundlot/daemon/configuration"
import { requireStore } from "../App.ts"
import { CopyDiffers, proven, sideOf } from "./moving.ts"

/** Others wrote to the store between its backup and its migration. */
class StoreWentOn extends Schema.TaggedError<StoreWentOn>()("StoreWentOn", { place: Schema.String }) {
  override get message() {
    return `${this.place}: the store changed after the backup; nothing was migrated. Stop all writers, then run the same command again`
  }
}

/** A version that cannot be gone back from. */
class NoWayBack extends Schema.TaggedError<NoWayBack>()("NoWayBack", {
  place: Schema.String,
  why: Schema.String
}) {
  override get message() {
    return `${this.place}: ${this.why}`
  }
}

/** One step to a version, and what it does. */
interface Step {
  readonly version: number
  readonly name: string
  readonly does: string
}

/** What a migration would do, or has done. */
export interface Plan {
  readonly store: string
  readonly version: number
  readonly newest: number
  readonly steps: ReadonlyArray<Step>
  /** The file that gets the store as it is; none where nothing is to be done. */
  readonly backup: string | null
}

type Failure = TradeRepository.StoreError | within.NoStore | CopyDiffers | StoreWentOn | NoWayBack

const fileAsItIs = (file: string): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  sideOf(StorePlace.StorePlace.Sqlite({ file }), "sideAsItIs")

const asItIs = (store: StorePlace.StorePlace): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  sideOf(store, "sideAsItIs")

const versionOf = (side: Side.Side) => Effect.map(Migrations.applied(side), (applied) => applied.length)

/** The store, opened as it is, and its version. */
const opened = (store: StorePlace.StorePlace) =>
  Effect.gen(function* () {
    yield* requireStore({ store })
    const side = yield* asItIs(store)
    const version = yield* versionOf(side)
    return version === 0 ? yield* new within.NoStore({ file: StorePlace.shown(store) }) : { side, version }
  })

/** Makes a file hold what a store holds, in the same version and standing: for what is tried and thrown away. */
export const imageInto = (
  file: string,
  store: StorePlace.StorePlace
): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.flatMap(Effect.all([asItIs(store), fileAsItIs(file)]), ([side, image]) => Image.take(side, image)).pipe(
    Effect.scoped
  )

/** What migrating a store would do. */
export const plan = (
  store: StorePlace.StorePlace,
  backup: string
): Effect.Effect<Plan, Failure, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { version } = yield* opened(store)
    const known = yield* Migrations.Known
    const steps = known.slice(version).map(({ does, name }, i) => ({ version: version + i + 1, name, does }))
    return {
      store: StorePlace.shown(store),
      version,
      newest: known.length,
      steps,
      backup: steps.length === 0 ? null : backup
    }
  }).pipe(Effect.scoped)

const sameSums = (one: { readonly [table: string]: Image.Sum }, other: typeof one): string | undefined => {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return names.find((name) => one[name]?.rows !== other[name]?.rows || one[name]?.hash !== other[name]?.hash)
}

const differs = (place: string, table: string) =>
  new CopyDiffers({ place, what: `its table ${table} is not the store's` })

/** Takes a store of any version into a file, and proves the file: its rows, and that its audit is clean once it is migrated. */
const backUp = (side: Side.Side, file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (yield* Effect.orElseSucceed(fs.exists(file), () => true)) {
      return yield* new Copy.PlaceTaken({ place: file, found: "is there already" })
    }
    yield* Effect.orDie(fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 }))
    const image = yield* fileAsItIs(file)
    yield* Image.take(side, image)
    const wrong = sameSums(yield* Image.sums(side), yield* Image.sums(image))
    if (wrong !== undefined) return yield* differs(file, wrong)
    yield* rehearse(image)
    return yield* Copy.headsOf(image)
  }).pipe(Effect.scoped)

/** Migrates a copy of an image that is thrown away, and audits it. */
const rehearse = (image: Side.Side) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "roundlot-rehearsal-" }))
    const file = join(folder, "copy.db")
    yield* Effect.scoped(
      Effect.gen(function* () {
        const copy = yield* fileAsItIs(file)
        yield* Image.take(image, copy)
        yield* Migrations.migrate(copy)
      })
    )
    yield* proven(StorePlace.StorePlace.Sqlite({ file }))
  }).pipe(Effect.scoped)

/** Brings a store to the newest version: a proven backup first, then all steps or none, then an audit. */
export const migrate = (
  store: StorePlace.StorePlace,
  backup: string
): Effect.Effect<Plan, Failure | Copy.PlaceTaken, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const planned = yield* plan(store, backup)
    if (planned.backup === null) return planned
    const { side } = yield* opened(store)
    const heads = JSON.stringify(yield* backUp(side, backup))
    const guard = Effect.filterOrFail(
      Copy.headsOf(side),
      (now) => JSON.stringify(now) === heads,
      () => new StoreWentOn({ place: planned.store })
    )
    yield* Migrations.changing(side, Migrations.climb(side, { guard: Effect.asVoid(guard), backup }))
    yield* proven(store)
    return planned
  }).pipe(Effect.scoped)

/** How a store is brought one version back. */
export interface Way {
  readonly store: string
  readonly from: number
  readonly to: number
  /** By a step that undoes the last migration and loses nothing, or by the backup from before it. */
  readonly by: "step" | "backup"
  /** Rows that only the newer version has a place for. */
  readonly rows: number
  readonly backup: string | null
  /** Journal entries that the backup does not have: they are lost with it. */
  readonly entries: number
}

const countEntries = ({ ask }: Side.Side) =>
  Effect.map(
    ask<{ readonly entries: number }>(`SELECT count(*) AS "entries" FROM roundlot_journal`),
    ([row]) => row?.entries ?? 0
  )

const wayOf = (store: StorePlace.StorePlace, side: Side.Side, from: number) =>
  Effect.gen(function* () {
    const place = StorePlace.shown(store)
    if (from === 1) return yield* new NoWayBack({ place, why: "it has the first version, so no rollback is possible" })
    const rows = yield* Migrations.losing(side, from)
    const backup = yield* Migrations.backupBefore(side, from)
    const way = { store: place, from, rows: rows ?? 0, backup: backup ?? null }
    if (rows === 0) return { ...way, to: from - 1, by: "step", entries: 0 } as const
    const image = yield* imageAt(backup)
    if (image === undefined) {
      const lost = rows === undefined ? "no step undoes it" : `the rollback step would lose ${rows} rows`
      const why = `${lost}, and there is no backup from before${backup === undefined ? "" : ` at ${backup}`}. Restore one of your own with 'roundlot store restore' of version ${from - 1}`
      return yield* new NoWayBack({ place, why })
    }
    const entries = (yield* countEntries(side)) - (yield* countEntries(image))
    return { ...way, to: yield* versionOf(image), by: "backup", entries } as const
  })

const imageAt = (file: string | undefined) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const isThere = file !== undefined && (yield* Effect.orElseSucceed(fs.exists(file), () => false))
    return isThere ? yield* fileAsItIs(file) : undefined
  })

const putBack = (side: Side.Side, file: string) =>
  Effect.gen(function* () {
    const image = yield* fileAsItIs(file)
    yield* Image.putBack(image, side)
    const wrong = sameSums(yield* Image.sums(image), yield* Image.sums(side))
    if (wrong !== undefined) return yield* differs(side.place, wrong)
  })

/** How a store would be brought one version back. */
export const wayBack = (store: StorePlace.StorePlace): Effect.Effect<Way, Failure, FileSystem.FileSystem> =>
  Effect.flatMap(opened(store), ({ side, version }) => wayOf(store, side, version)).pipe(Effect.scoped)

/** Brings a store one version back, all of it or nothing. What a backup brings waits until it is activated. */
export const rollBack = (store: StorePlace.StorePlace): Effect.Effect<Way, Failure, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { side, version } = yield* opened(store)
    const way = yield* wayOf(store, side, version)
    const { backup } = way
    const back = way.by === "backup" && backup !== null ? putBack(side, backup) : Migrations.descend(side, version)
    yield* Migrations.changing(side, back)
    return way
  }).pipe(Effect.scoped)

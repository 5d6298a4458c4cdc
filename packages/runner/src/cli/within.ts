import type * as FileSystem from "@effect/platform/FileSystem"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import { checkpointFiles } from "@roundlot/daemon"
import { layerBooks, layerStore, requireStore, type NoStore, type Reading, type Writing } from "../App.ts"
import { type Environment, type Flags, type Settings, settle } from "../settings/Settings.ts"

type Failed = SettingsError | TradeRepository.StoreError

/** Does something that only reads, on a store that is there. */
export const reading = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Reading>
): Effect.Effect<A, E | Failed | NoStore, Exclude<R, Reading> | FileSystem.FileSystem | Environment> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    yield* requireStore(settings)
    return yield* Effect.provide(checkpointFiles.withCheckpoints(settings, use(settings)), layerStore(settings))
  })

/** Does something that commits to a store; one that is not there is made. */
export const making = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | Failed, Exclude<R, Writing> | FileSystem.FileSystem | Environment> =>
  Effect.flatMap(settle(flags), (settings) => Effect.provide(use(settings), layerBooks(settings)))

/** Does something that commits to a store that is there. */
export const writing = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | Failed | NoStore, Exclude<R, Writing> | FileSystem.FileSystem | Environment> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    yield* requireStore(settings)
    return yield* Effect.provide(use(settings), layerBooks(settings))
  })

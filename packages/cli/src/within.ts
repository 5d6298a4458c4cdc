import type * as FileSystem from "@effect/platform/FileSystem"
import type { SettingsError } from "@roundlot/commands/errors"
import type { TradeRepository } from "@roundlot/core/adapter"
import { checkpointFiles } from "@roundlot/daemon"
import { Effect, Schema } from "effect"
import type { Environment } from "./Environment.ts"
import { type Flags, type Program, type Reading, type Settings, settle, type Writing } from "./Program.ts"

/** There is no store where one is to be read. */
export class NoStore extends Schema.TaggedError<NoStore>()("NoStore", { file: Schema.String }) {
  override get message() {
    return `there is no store at ${this.file}. Make one with 'roundlot start' or 'roundlot trades import', or name another with --store`
  }
}

type Failed = SettingsError | TradeRepository.StoreError

type Around = FileSystem.FileSystem | Environment | Program

/** Fails where there is no store yet: a verb that only looks makes none. */
export const requireStore = ({
  isThere,
  shown
}: Pick<Settings["books"], "isThere" | "shown">): Effect.Effect<
  void,
  NoStore | TradeRepository.StoreError,
  FileSystem.FileSystem
> => Effect.flatMap(isThere, (there) => (there ? Effect.void : Effect.fail(new NoStore({ file: shown }))))

/** Does something that only reads, on a store that is there. */
export const reading = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Reading>
): Effect.Effect<A, E | Failed | NoStore, Exclude<R, Reading> | Around> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    yield* requireStore(settings.books)
    return yield* Effect.provide(checkpointFiles.withCheckpoints(settings, use(settings)), settings.books.reading)
  })

/** Does something that commits to a store; one that is not there is made. */
export const making = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | Failed, Exclude<R, Writing> | Around> =>
  Effect.flatMap(settle(flags), (settings) => Effect.provide(use(settings), settings.books.writing))

/** Does something that commits to a store that is there. */
export const writing = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | Failed | NoStore, Exclude<R, Writing> | Around> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    yield* requireStore(settings.books)
    return yield* Effect.provide(use(settings), settings.books.writing)
  })

import type { TradeRepository } from "@roundlot/core/adapter"
import { Identity, Migrations, type Side } from "@roundlot/store-sql"
import { Effect, type Scope } from "effect"
import { close, ensureFile, open } from "./internal/connection.ts"
import { attempt, sideOn } from "./internal/sideOn.ts"

/** The store in a file as it is, of whatever version, one connection to it. The file is made where there is none, and nothing in it. */
export const sideAsItIs = (file: string): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const known = yield* Migrations.Known
    yield* attempt(file, () => ensureFile(file))
    const db = yield* Effect.acquireRelease(
      attempt(file, () => open(file, known)),
      (connection) => Effect.sync(() => close(connection))
    )
    return sideOn(file, db)
  })

/** A store in a file as something that is copied from or to, its tables up to date. The file is made where there is none. */
export const side = (file: string): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const made = yield* sideAsItIs(file)
    yield* Migrations.migrate(made)
    yield* Identity.identify(made)
    return made
  })

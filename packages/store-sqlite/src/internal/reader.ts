import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import type { TradeRepository } from "@roundlot/core"
import { Identity, Migrations } from "@roundlot/store-sql"
import { Cause, Effect, type Scope } from "effect"
import { assertSetting, settings } from "./connection.ts"
import { failureOf, failureOrIo, unavailable } from "./failure.ts"

const configure = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const { is, name, set } of settings) {
      yield* sql.unsafe(`PRAGMA ${name} = ${set}`)
      const [row] = yield* sql.unsafe(`PRAGMA ${name}`)
      const [actual] = Object.values(row ?? {})
      yield* Effect.try({
        try: () => assertSetting(file, name, is, actual),
        catch: (error) => failureOrIo(file, error)
      })
    }
  })

/** Migrates, and looks whether it is done: another process may have begun it (and the migrator says nothing then). */
const migrate = (file: string) =>
  Effect.gen(function* () {
    yield* Migrations.migrate
    const applied = yield* Migrations.applied
    const fault = Migrations.faultOf(applied)
    if (fault !== undefined) return yield* unavailable(file, fault.problem, fault.detail, fault.remedy)
    if (applied.length < Migrations.newest) return yield* unavailable(file, "busy", "it is being migrated")
  })

/** Brings the store up to date through the reading connection, which can write nothing from then on. */
export const prepare = (
  file: string
): Effect.Effect<Identity.Identified, TradeRepository.StoreError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* configure(file)
    yield* migrate(file)
    const identity = yield* Identity.identify
    yield* sql.unsafe("PRAGMA query_only = ON")
    return identity
  }).pipe(
    Effect.sandbox,
    Effect.catchAll((cause) => typed(file, cause))
  )

/** A failing migration is a defect with the error inside: what that is a failure of the store, is one here. */
const typed = (file: string, cause: Cause.Cause<unknown>): Effect.Effect<never, TradeRepository.StoreError> => {
  const error = Cause.squash(cause)
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error
  const failure = failureOf(file, error) ?? failureOf(file, inner)
  return failure === undefined ? Effect.die(error) : Effect.fail(failure)
}

/** The reading connection. The file is known to open. */
export const connect = (file: string): Effect.Effect<SqlClient.SqlClient, never, Scope.Scope> =>
  SqliteClient.make({ filename: file }).pipe(Effect.provide(Reactivity.layer))

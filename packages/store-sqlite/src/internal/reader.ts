import * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect, type Scope } from "effect"
import { assertSetting, settings } from "./connection.ts"
import { failureOrIo } from "./failure.ts"

const configure = (file: string, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
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

/** Sets a reading connection up, which can write nothing from then on. */
export const prepare = (file: string, sql: SqlClient.SqlClient): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.zipRight(configure(file, sql), sql.unsafe("PRAGMA query_only = ON")).pipe(
    Effect.mapError((error) => failureOrIo(file, error)),
    Effect.asVoid
  )

/** A reading connection. The file is known to open. */
export const connect = (file: string): Effect.Effect<SqlClient.SqlClient, never, Scope.Scope> =>
  SqliteClient.make({ filename: file }).pipe(Effect.provide(Reactivity.layer))

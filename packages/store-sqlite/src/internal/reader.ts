import type * as SqlClient from "@effect/sql/SqlClient"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
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

/** What a reader keeps of the file in memory, in kibibytes. */
const CACHE_KIB = 16_000

/** Sets a reading connection up, which can write nothing from then on. */
export const prepare = (file: string, sql: SqlClient.SqlClient): Effect.Effect<void, TradeRepository.StoreError> =>
  configure(file, sql).pipe(
    Effect.zipRight(sql.unsafe(`PRAGMA cache_size = -${CACHE_KIB}`)),
    Effect.zipRight(sql.unsafe("PRAGMA query_only = ON")),
    Effect.mapError((error) => failureOrIo(file, error)),
    Effect.asVoid
  )

import * as SqlClient from "@effect/sql/SqlClient"
import type { TradeRepository } from "@roundlot/core"
import { type Copy, Dialect } from "@roundlot/store-sql"
import { Effect, type Scope } from "effect"
import { askingOn } from "./internal/asking.ts"
import type { PostgresStoreConfig } from "./internal/config.ts"
import { connect, shownPlace } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"
import { prepare } from "./internal/prepare.ts"

/** A statement on everything takes its time. */
const LONGEST_STATEMENT = "30 minutes"

/** A store in a database as something that is copied from or to. Its tables are made where there are none. */
export const side = (config: PostgresStoreConfig): Effect.Effect<Copy.Side, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const place = shownPlace(config.url)
    const classify = (error: unknown) => failureOrIo(place, error)
    const sql = yield* Effect.mapError(connect({ statementTimeout: LONGEST_STATEMENT, ...config }), classify)
    yield* prepare(place).pipe(Effect.provideService(SqlClient.SqlClient, sql), Effect.mapError(classify))
    const ask = askingOn(yield* Effect.mapError(sql.reserve, classify))
    return {
      place,
      dialect: Dialect.postgres,
      ask: (text, cells = []) => Effect.mapError(ask(text, cells), classify)
    }
  })

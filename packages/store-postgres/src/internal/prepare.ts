import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { TradeRepository } from "@roundlot/core"
import { Identity, Migrations } from "@roundlot/store-sql"
import { Cause, Effect } from "effect"
import { failureOf, isBetweenServers, unavailable } from "./failure.ts"

/** Refuses what this version cannot go on from. */
const recognise = (place: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [table] = yield* sql<{ readonly name: string | null }>`SELECT to_regclass(${Migrations.TABLE})::text AS name`
    if (table === undefined || table.name === null) return 0
    const applied = yield* Migrations.applied
    const fault = Migrations.faultOf(applied)
    if (fault !== undefined) return yield* unavailable(place, fault.problem, fault.detail, fault.remedy)
    return applied.length
  })

/** Migrates, unless all is there; whoever comes second waits for the first at the table of migrations. */
const migrate = (place: string) =>
  Effect.gen(function* () {
    if ((yield* recognise(place)) === Migrations.newest) return
    yield* Migrations.migrate
    if ((yield* recognise(place)) < Migrations.newest) {
      return yield* unavailable(place, "busy", "it is being migrated")
    }
  })

/** Brings the tables up to date, and says whose store it is. */
export const prepare = (
  place: string
): Effect.Effect<Identity.Identified, TradeRepository.StoreError | SqlError, SqlClient.SqlClient> =>
  Effect.zipRight(migrate(place), Identity.identify).pipe(
    Effect.sandbox,
    Effect.catchAll((cause) => typed(place, cause))
  )

/** A failing migration is a defect with the error inside: what of that is a failure of the store, is one here. */
const typed = (place: string, cause: Cause.Cause<unknown>): Effect.Effect<never, TradeRepository.StoreError> => {
  const error = Cause.squash(cause)
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (isBetweenServers(error) || isBetweenServers(inner)) {
    return Effect.fail(unavailable(place, "busy", "its server is coming up, or others are making its tables"))
  }
  const failure = failureOf(place, error) ?? failureOf(place, inner)
  return failure === undefined ? Effect.die(error) : Effect.fail(failure)
}

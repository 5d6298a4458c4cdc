import type { Connection } from "@effect/sql/SqlConnection"
import { Dialect, type Side, Identity, Migrations } from "@roundlot/store-sql"
import { Effect } from "effect"
import { askingOn } from "./asking.ts"
import { failureOrIo, isBetweenServers, unavailable } from "./failure.ts"
import type { TradeRepository } from "@roundlot/core/adapter"

/** A connection to the store at `place`, for statements of any kind. */
export const sideOn = (place: string, connection: Connection): Side.Side => {
  const ask = askingOn(connection)
  return {
    place,
    dialect: Dialect.postgres,
    ask: (text, cells = []) =>
      Effect.mapError(ask(text, cells), (error) =>
        isBetweenServers(error) ? unavailable(place, "busy", "its server is coming up") : failureOrIo(place, error)
      )
  }
}

/** Brings the tables up to date, and says whose store it is. */
export const prepare = (side: Side.Side): Effect.Effect<Identity.Identified, TradeRepository.StoreError> =>
  Effect.zipRight(Migrations.migrate(side), Identity.identify(side))

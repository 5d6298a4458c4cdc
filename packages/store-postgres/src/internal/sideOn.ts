import type { Connection } from "@effect/sql/SqlConnection"
import { Dialect, type Side } from "@roundlot/store-sql"
import { Effect } from "effect"
import { askingOn } from "./asking.ts"
import { failureOrIo, isBetweenServers, unavailable } from "./failure.ts"

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

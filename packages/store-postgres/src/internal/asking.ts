import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"

/** Asks one statement of the connection of a transaction. The rows are what the statement says they are. */
export type Ask = <R extends object = object>(
  text: string,
  parameters: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<R>, SqlError>

/** Asks on a connection. */
export const askingOn =
  (connection: Connection): Ask =>
  (text, parameters) =>
    connection.execute(text, parameters, undefined)

/** Asks for the one row that a statement always gives. */
export const askOne = <R extends object>(
  ask: Ask,
  text: string,
  parameters: ReadonlyArray<unknown>
): Effect.Effect<R, SqlError> =>
  Effect.flatMap(ask<R>(text, parameters), ([row]) =>
    row === undefined ? Effect.dieMessage(`no row from ${text}`) : Effect.succeed(row)
  )

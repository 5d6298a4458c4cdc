import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import { Deferred, Effect, FiberId } from "effect"
import type { PoolClient } from "pg"

/** Asks one statement of a connection. The rows are what the statement says they are. */
export type Ask = <R extends object = object>(
  text: string,
  parameters: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<R>, SqlError>

/**
 * Sends one statement at once, behind those that were sent before; its answer is waited for by what this gives. Statements are
 * carried out in the order in which they were sent.
 */
export type Send = <R extends object = object>(
  text: string,
  parameters: ReadonlyArray<unknown>
) => Effect.Effect<Effect.Effect<ReadonlyArray<R>, SqlError>>

/** The connection of a transaction. */
export interface Line {
  readonly ask: Ask
  readonly send: Send
}

/** Asks on a connection. */
export const askingOn =
  (connection: Connection): Ask =>
  (text, parameters) =>
    connection.execute(text, parameters, undefined)

const names = new Map<string, string>()

/** By its name the server knows a statement that it has read before on the same connection. Their texts are as many as we wrote. */
const nameOf = (text: string): string => {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `roundlot_${names.size}`
  names.set(text, name)
  return name
}

/** Statements of a transaction on its connection: those with parameters are prepared there once. */
export const lineOn = (client: PoolClient): Line => {
  const send: Send = <R extends object>(text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.sync(() => {
      const answer = Deferred.unsafeMake<ReadonlyArray<R>, SqlError>(FiberId.none)
      const query = parameters.length === 0 ? { text } : { name: nameOf(text), text, values: [...parameters] }
      client.query(query, (cause: Error | null, result) =>
        Deferred.unsafeDone(
          answer,
          cause === null
            ? Effect.succeed(result.rows)
            : Effect.fail(new SqlError({ cause, message: "Failed to execute statement" }))
        )
      )
      return Deferred.await(answer)
    })
  return { send, ask: (text, parameters) => Effect.flatten(send(text, parameters)) }
}

/** The one row that a statement always gives. */
export const theOne = <R extends object>(
  text: string,
  answer: Effect.Effect<ReadonlyArray<R>, SqlError>
): Effect.Effect<R, SqlError> =>
  Effect.flatMap(answer, ([row]) =>
    row === undefined ? Effect.dieMessage(`no row from ${text}`) : Effect.succeed(row)
  )

/** Asks for the one row that a statement always gives. */
export const askOne = <R extends object>(
  ask: Ask,
  text: string,
  parameters: ReadonlyArray<unknown>
): Effect.Effect<R, SqlError> => theOne(text, ask<R>(text, parameters))

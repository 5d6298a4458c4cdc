import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Context, Effect, Exit, Option } from "effect"
import { answerOf } from "./failure.ts"
import { type Ask, askingOn } from "./asking.ts"

/** Nobody answered whether the COMMIT was done: the connection broke there. */
export class CommitUnanswered {
  readonly error: SqlError
  constructor(error: SqlError) {
    this.error = error
  }
}

/** How a transaction ends that did not fail: what it did is kept, or there was nothing to keep. */
export interface Ending<A> {
  readonly value: A
  readonly keep: boolean
}

/**
 * Runs a body in a transaction on a connection of its own, which is given back whatever happens. It is never left half done by an
 * interruption: its statements have timeouts.
 */
export const inTransaction = <A, E>(
  sql: SqlClient.SqlClient,
  begin: string,
  body: (ask: Ask) => Effect.Effect<Ending<A>, E>
): Effect.Effect<A, E | SqlError | CommitUnanswered> =>
  Effect.gen(function* () {
    const ask = askingOn(yield* sql.reserve)
    yield* ask(begin, [])
    const exit = yield* Effect.exit(body(ask))
    if (Exit.isFailure(exit) || !exit.value.keep) yield* Effect.ignore(ask("ROLLBACK", []))
    else yield* Effect.mapError(ask("COMMIT", []), unanswered)
    return (yield* exit).value
  }).pipe(Effect.scoped, Effect.uninterruptible)

const unanswered = (error: SqlError): SqlError | CommitUnanswered =>
  answerOf(error)?.code?.startsWith("57P") === false ? error : new CommitUnanswered(error)

const READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

/** Is this fiber inside of a transaction that its reads share? */
export const sharedTransaction = Effect.map(Effect.serviceOption(SqlClient.TransactionConnection), (found) =>
  Option.map(found, ([connection]) => askingOn(connection))
)

/** Runs reads through `sql` so that all of them see one and the same state. */
export const reading = <A, E, R>(
  sql: SqlClient.SqlClient,
  reads: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R> =>
  Effect.gen(function* () {
    const connection = yield* sql.reserve
    yield* Effect.acquireRelease(connection.execute(READING, [], undefined), () =>
      Effect.ignore(connection.execute("ROLLBACK", [], undefined))
    )
    return yield* Effect.mapInputContext(reads, (context: Context.Context<R>) =>
      Context.add(context, SqlClient.TransactionConnection, [connection, 0])
    )
  }).pipe(Effect.scoped)

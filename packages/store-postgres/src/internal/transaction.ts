import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Context, Effect, Exit, Option } from "effect"
import { answerOf } from "./failure.ts"
import { askingOn, type Line, lineOn, type Send } from "./asking.ts"
import type { Connections } from "./connection.ts"

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

/** How a transaction begins. */
export interface Beginning<F> {
  readonly text: string
  /** What is sent behind it without waiting; the body is given it when the transaction has begun. Nothing that writes: it may not have. */
  readonly ahead: (send: Send) => Effect.Effect<F>
}

/** Begins with this statement alone. */
export const begin = (text = "BEGIN"): Beginning<void> => ({ text, ahead: () => Effect.void })

/**
 * Runs a body in a transaction on a connection of its own, which is given back whatever happens. It is never left half done by an
 * interruption: its statements have timeouts.
 */
export const inTransaction = <F, A, E>(
  { lend }: Connections,
  { ahead, text }: Beginning<F>,
  body: (line: Line, first: F) => Effect.Effect<Ending<A>, E>
): Effect.Effect<A, E | SqlError | CommitUnanswered> =>
  Effect.gen(function* () {
    const line = lineOn(yield* lend)
    const begun = yield* line.send(text, [])
    const first = yield* ahead(line.send)
    const exit = yield* Effect.exit(Effect.zipRight(begun, body(line, first)))
    if (Exit.isFailure(exit) || !exit.value.keep) yield* Effect.ignore(line.ask("ROLLBACK", []))
    else yield* Effect.mapError(line.ask("COMMIT", []), unanswered)
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

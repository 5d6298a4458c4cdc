import { Deferred, Effect, Queue, Redacted, type Scope } from "effect"
import { Client, DatabaseError } from "pg"
import { OutboxUnavailable } from "./failures.ts"

/** What a query answers: every cell is a text, or null. */
export type Cells = Readonly<Record<string, string | null>>

/** A connection that reads, and hears of new rows. */
export interface Connection {
  readonly query: (
    text: string,
    values?: ReadonlyArray<string | null>
  ) => Effect.Effect<ReadonlyArray<Cells>, OutboxUnavailable>
  /** Ends with the next notification that was not waited for yet. */
  readonly notified: Effect.Effect<void>
  /** Fails when the connection breaks. */
  readonly broken: Effect.Effect<never, OutboxUnavailable>
}

const failed = (error: unknown): OutboxUnavailable =>
  new OutboxUnavailable({
    detail: error instanceof Error ? error.message : String(error),
    ...(error instanceof DatabaseError && error.code !== undefined ? { code: error.code } : {})
  })

const CONNECT_MS = 5_000
/** Shorter than health waits before it calls a source well again: one that never answers stays ill. */
const STATEMENT_MS = 10_000

/** Every cell as Postgres writes it: no number is ever a float. */
const types = { getTypeParser: () => (text: string) => text }

const opened = (url: Redacted.Redacted): Effect.Effect<Client, OutboxUnavailable> =>
  Effect.try({
    try: () =>
      new Client({
        connectionString: Redacted.value(url),
        connectionTimeoutMillis: CONNECT_MS,
        statement_timeout: STATEMENT_MS,
        // Where the network swallows an answer, nobody else ends the wait.
        query_timeout: STATEMENT_MS + 2_000,
        idle_in_transaction_session_timeout: 60_000,
        keepAlive: true,
        application_name: "roundlot outbox",
        types
      }),
    // What is wrong with an address may repeat it, and its password.
    catch: () =>
      new OutboxUnavailable({ detail: "its address is not valid: write postgres://USER:PASSWORD@HOST:PORT/DATABASE" })
  })

/** Connects for as long as the scope lives. */
export const connect = (url: Redacted.Redacted): Effect.Effect<Connection, OutboxUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const gone = yield* Deferred.make<never, OutboxUnavailable>()
    const notices = yield* Queue.sliding<void>(1)
    const client = yield* Effect.acquireRelease(opened(url), (each) =>
      Effect.promise(() => each.end().catch(() => undefined)).pipe(
        Effect.interruptible,
        Effect.timeoutOption("1 second")
      )
    )
    client.on("error", (error) => Deferred.unsafeDone(gone, Effect.fail(failed(error))))
    client.on("end", () => Deferred.unsafeDone(gone, Effect.fail(new OutboxUnavailable({ detail: "it was closed" }))))
    client.on("notification", () => notices.unsafeOffer(undefined))
    yield* Effect.tryPromise({ try: () => client.connect(), catch: (error) => failed(error) })
    return {
      query: (text, values = []) =>
        Effect.tryPromise({
          try: () => client.query<Record<string, string | null>>(text, [...values]),
          catch: (error) => failed(error)
        }).pipe(Effect.map(({ rows }) => rows)),
      notified: Queue.take(notices),
      broken: Deferred.await(gone)
    }
  })

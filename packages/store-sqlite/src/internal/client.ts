import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import * as Statement from "@effect/sql/Statement"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Effect, type Scope, Stream } from "effect"
import { BUSY_TIMEOUT_MS } from "./connection.ts"
import { attempt } from "./sideOn.ts"
import { isCells, keeping } from "./statements.ts"

type Rows<Row> = Effect.Effect<ReadonlyArray<Row>, SqlError>

/** All rows of a statement. */
const rowsOf = <Row>(
  prepare: (text: string) => Sqlite.Statement<Row>,
  text: string,
  cells: ReadonlyArray<unknown>
): Rows<Row> =>
  Effect.try({
    try: () => {
      if (!isCells(cells)) throw new TypeError("a parameter is no text, number, BLOB or NULL")
      return prepare(text).all(...cells)
    },
    catch: (cause) => new SqlError({ cause, message: "The statement failed" })
  })

type Transform = Parameters<Connection["execute"]>[2]

const transformed = (rows: Rows<object>, transform: Transform) =>
  transform === undefined ? rows : Effect.map(rows, transform)

const connectionOn = (db: Sqlite.Database): Connection => {
  const objects = keeping((text) => db.prepare<object>(text))
  const arrays = keeping((text) => {
    const statement = db.prepare<ReadonlyArray<unknown>>(text)
    statement.setReturnArrays(true)
    return statement
  })
  const execute: Connection["execute"] = (text, cells, transform) =>
    transformed(rowsOf(objects, text, cells), transform)
  return {
    execute,
    executeRaw: (text, cells) => rowsOf(objects, text, cells),
    executeValues: (text, cells) => rowsOf(arrays, text, cells),
    executeUnprepared: (text, cells, transform) =>
      transformed(
        rowsOf((each) => db.prepare<object>(each), text, cells),
        transform
      ),
    executeStream: (text, cells, transform) =>
      Stream.unwrap(Effect.map(execute(text, cells, transform), Stream.fromIterable))
  }
}

/** A client on one connection, which a transaction has alone until it ends. */
const on = (db: Sqlite.Database) =>
  Effect.gen(function* () {
    const connection = connectionOn(db)
    const turn = yield* Effect.makeSemaphore(1)
    return yield* SqlClient.make({
      acquirer: turn.withPermits(1)(Effect.succeed(connection)),
      transactionAcquirer: Effect.uninterruptibleMask((restore) =>
        restore(turn.take(1)).pipe(Effect.zipRight(Effect.addFinalizer(() => turn.release(1))), Effect.as(connection))
      ),
      compiler: Statement.makeCompilerSqlite(),
      spanAttributes: [["db.system.name", "sqlite"]]
    })
  }).pipe(Effect.provide(Reactivity.layer))

/** A connection to a file, and a client on it. */
export const open = (
  file: string
): Effect.Effect<
  { readonly db: Sqlite.Database; readonly client: SqlClient.SqlClient },
  TradeRepository.StoreError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const db = yield* Effect.acquireRelease(
      attempt(file, () => Sqlite.open(file, { timeout: BUSY_TIMEOUT_MS })),
      (connection) => Effect.sync(() => connection.close())
    )
    return { db, client: yield* on(db) }
  })

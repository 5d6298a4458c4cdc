import * as SqlClient from "@effect/sql/SqlClient"
import type { Column, TradeRepository } from "@roundlot/core"
import { type Copy, Dialect } from "@roundlot/store-sql"
import type Database from "better-sqlite3"
import { Effect, type Scope } from "effect"
import { ensureFile, open } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"
import * as Reader from "./internal/reader.ts"

const attempt = <A>(file: string, run: () => A) => Effect.try({ try: run, catch: (error) => failureOrIo(file, error) })

type Statement<R> = Database.Statement<[ReadonlyArray<Column.Cell>], R>

const asked = <R>(statement: Statement<R>, cells: ReadonlyArray<Column.Cell>): ReadonlyArray<R> => {
  if (statement.reader) return statement.all(cells)
  statement.run(cells)
  return []
}

/** A store in a file as something that is copied from or to. The file is made where there is none. */
export const side = (file: string): Effect.Effect<Copy.Side, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* attempt(file, () => {
      ensureFile(file)
      open(file).close()
    })
    yield* Effect.scoped(
      Effect.flatMap(Reader.connect(file), (client) =>
        Effect.provideService(Reader.prepare(file), SqlClient.SqlClient, client)
      )
    )
    const db = yield* Effect.acquireRelease(
      attempt(file, () => open(file)),
      (connection) => Effect.sync(() => connection.close())
    )
    return {
      place: `sqlite:${file}`,
      dialect: Dialect.sqlite,
      ask: <R extends object>(text: string, cells: ReadonlyArray<Column.Cell> = []) =>
        attempt(file, () => asked(db.prepare<[ReadonlyArray<Column.Cell>], R>(text), cells))
    }
  })

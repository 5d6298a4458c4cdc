import type { Column, TradeRepository } from "@roundlot/core/adapter"
import { Dialect, type Side } from "@roundlot/store-sql"
import type Database from "better-sqlite3"
import { Effect } from "effect"
import { failureOrIo } from "./failure.ts"

type Statement<R> = Database.Statement<[ReadonlyArray<Column.Cell>], R>

const asked = <R>(statement: Statement<R>, cells: ReadonlyArray<Column.Cell>): ReadonlyArray<R> => {
  if (statement.reader) return statement.all(cells)
  statement.run(cells)
  return []
}

/** Does what may throw; the failure of the store where it does. */
export const attempt = <A>(file: string, run: () => A): Effect.Effect<A, TradeRepository.StoreError> =>
  Effect.try({ try: run, catch: (error) => failureOrIo(file, error) })

/** A connection to the store in `file`, for statements of any kind. */
export const sideOn = (file: string, db: Database.Database): Side.Side => ({
  place: `sqlite:${file}`,
  dialect: Dialect.sqlite,
  ask: <R extends object>(text: string, cells: ReadonlyArray<Column.Cell> = []) =>
    attempt(file, () => asked(db.prepare<[ReadonlyArray<Column.Cell>], R>(text), cells))
})

import type { Column, TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import { Dialect, type Side } from "@roundlot/store-sql"
import { Effect } from "effect"
import { failureOrIo } from "./failure.ts"

/** Does what may throw; the failure of the store where it does. */
export const attempt = <A>(file: string, run: () => A): Effect.Effect<A, TradeRepository.StoreError> =>
  Effect.try({ try: run, catch: (error) => failureOrIo(file, error) })

/** A connection to the store in `file`, for statements of any kind. */
export const sideOn = (file: string, db: Sqlite.Database): Side.Side => ({
  place: `sqlite:${file}`,
  dialect: Dialect.sqlite,
  ask: <R extends object>(text: string, cells: ReadonlyArray<Column.Cell> = []) =>
    attempt(file, () => db.prepare<R>(text).all(...cells))
})

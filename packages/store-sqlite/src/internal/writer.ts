import { TradeRepository } from "@roundlot/core"
import type Database from "better-sqlite3"
import { Effect } from "effect"
import { failureOf } from "./failure.ts"
import { finding, planning } from "./planning.ts"
import { writing } from "./rows.ts"

const isForeignKey = (failure: TradeRepository.StoreError | undefined): boolean =>
  failure instanceof TradeRepository.ConstraintRefused && failure.constraint.startsWith("FOREIGN KEY")

/** The write of a repository on a connection of its own: one call, one transaction, nothing in between. */
export const make = (file: string, db: Database.Database) => {
  const find = finding(db)
  const write = writing(db)
  const failed = (error: unknown): Effect.Effect<never, TradeRepository.StoreError> => {
    const failure = failureOf(file, error, write.place())
    const named = isForeignKey(failure) && db.inTransaction ? write.dangling() : undefined
    // On some errors SQLite has rolled back by itself.
    if (db.inTransaction) write.run("ROLLBACK", [])
    return failure === undefined ? Effect.die(error) : Effect.fail(named ?? failure)
  }
  return <A>(
    scope: TradeRepository.Scope,
    plan: (state: TradeRepository.State) => TradeRepository.Plan<A>
  ): Effect.Effect<TradeRepository.Written<A>, TradeRepository.StoreError> =>
    Effect.suspend(() => {
      try {
        write.run("BEGIN IMMEDIATE", [])
        const { answer, changes, journals } = planning(find, scope, write.ground(), plan)
        write.rows(changes)
        for (const part of journals) write.journal(part)
        const feedPosition = write.feed(journals)
        write.run("COMMIT", [])
        return Effect.succeed({ answer, feedPosition })
      } catch (error) {
        return failed(error)
      }
    })
}

import Database from "better-sqlite3"
import { Effect, type Scope } from "effect"
import { ensureFile } from "./connection.ts"

/**
 * Lets the writers of several processes into a store one after the other. SQLite's own lock knows no order: a process that writes
 * without a pause takes it again before another one that sleeps between its tries has woken, and that one starves. Here whoever
 * has the turn is next; he gives it up when his transaction has begun, so that the one before him must get in line again.
 */
export interface Turnstile {
  /** Does something with the turn, waiting for it at most so long; then without it. */
  readonly inTurn: <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The transaction has begun: the next may have the turn. */
  readonly pass: () => void
}

const LOOK_AGAIN = "1 millis"

/** The turnstile of the store in `file`: a lock on a small database beside it, which the kernel frees when the process dies. */
export const make = (file: string, triesAtMost: number): Effect.Effect<Turnstile, never, Scope.Scope> =>
  Effect.gen(function* () {
    const db = yield* Effect.acquireRelease(
      Effect.sync(() => opened(`${file}.turn`)),
      (open) => Effect.sync(() => open.close())
    )
    const take = db.prepare("BEGIN IMMEDIATE")
    const give = db.prepare("ROLLBACK")
    const tryIt = (): boolean => {
      if (db.inTransaction) return true
      try {
        take.run()
        return true
      } catch (error) {
        if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false
        throw error
      }
    }
    const pass = (): void => {
      if (db.inTransaction) give.run()
    }
    const wait = (tries: number): Effect.Effect<void> =>
      Effect.suspend(() =>
        tryIt() || tries <= 1 ? Effect.void : Effect.zipRight(Effect.sleep(LOOK_AGAIN), wait(tries - 1))
      )
    return {
      pass,
      inTurn: (write) =>
        Effect.acquireUseRelease(
          wait(triesAtMost),
          () => write,
          () => Effect.sync(pass)
        )
    }
  })

const opened = (path: string): Database.Database => {
  ensureFile(path)
  return new Database(path, { timeout: 0 })
}

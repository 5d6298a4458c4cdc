import { closeSync, existsSync, openSync, rmSync } from "node:fs"
import { Sqlite } from "@roundlot/sqlite"
import { Effect, type Scope } from "effect"
import { ensureFile } from "./connection.ts"

/**
 * Lets the writers of several processes into a store one after the other. SQLite's own lock knows no order: a process that writes
 * without a pause takes it again before another one that sleeps between its tries has woken, and that one starves. Here who finds
 * the store locked gets in line and leaves a mark; where there is one, everybody gets in line. Whoever has the turn is next; he
 * gives it up when his transaction has begun, so that the one before him must get in line again.
 */
export interface Turnstile {
  /**
   * Does something at once where nobody waits; where somebody does, or it finds the store busy, with the turn, waiting for it at
   * most so long, and then without it.
   */
  readonly inTurn: <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The transaction has begun: the next may have the turn. */
  readonly pass: () => void
}

/** How somebody waits who has found the store busy. */
export interface Waiting {
  readonly isBusy: (error: unknown) => boolean
  /** Does it, again for as long as the store is busy. */
  readonly patiently: <A, E, R>(write: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Tries for the turn, a millisecond apart; whoever has it for so long is stuck, and then SQLite says so. */
  readonly tries: number
}

const LOOK_AGAIN = "1 millis"

/**
 * The turnstile of the store in `file`: a lock on a small database beside it, which the kernel frees when the process dies, and the
 * mark, a file. A mark that a dead process left costs who writes next one turn.
 */
export const make = (
  file: string,
  { isBusy, patiently, tries: triesAtMost }: Waiting
): Effect.Effect<Turnstile, never, Scope.Scope> =>
  Effect.gen(function* () {
    const db = yield* Effect.acquireRelease(
      Effect.sync(() => opened(`${file}.turn`)),
      (open) => Effect.sync(() => open.close())
    )
    const mark = markAt(`${file}.wait`)
    const take = db.prepare("BEGIN IMMEDIATE")
    const give = db.prepare("ROLLBACK")
    const tryIt = (): boolean => {
      if (db.isTransaction) return true
      mark.leave()
      try {
        take.run()
        return true
      } catch (error) {
        if (Sqlite.codeOf(error)?.startsWith("SQLITE_BUSY") === true) return false
        throw error
      }
    }
    const pass = (): void => {
      if (!db.isTransaction) return
      mark.remove()
      give.run()
    }
    const wait = (tries: number): Effect.Effect<void> =>
      Effect.suspend(() =>
        tryIt() || tries <= 1 ? Effect.void : Effect.zipRight(Effect.sleep(LOOK_AGAIN), wait(tries - 1))
      )
    const withTurn = <A, E, R>(write: Effect.Effect<A, E, R>) =>
      Effect.acquireUseRelease(
        wait(triesAtMost),
        () => patiently(write),
        () => Effect.sync(pass)
      )
    return {
      pass,
      inTurn: (write) =>
        Effect.suspend(() => (mark.stands() ? withTurn(write) : Effect.catchIf(write, isBusy, () => withTurn(write))))
    }
  })

const opened = (path: string): Sqlite.Database => {
  ensureFile(path)
  return Sqlite.open(path, { timeout: 0 })
}

/** Says to all processes that somebody waits. Where it cannot be left, whoever waits comes back by the clock. */
const markAt = (path: string) => ({
  // Looked for before every write: a process that wrote several between two looks let them all go before a halt.
  stands: (): boolean => existsSync(path),
  leave: (): void => {
    try {
      if (!existsSync(path)) closeSync(openSync(path, "a", 0o600))
    } catch {
      // A full disk, for one; the lock itself is asked for all the same.
    }
  },
  remove: (): void => rmSync(path, { force: true })
})

import { Worker } from "node:worker_threads"
import { Sqlite } from "@roundlot/sqlite"
import { Effect, Inspectable, Runtime, type Scope } from "effect"

/**
 * How many pages wait beside the file until they are written into it by whoever commits then, and holds the program's thread for it:
 * that adds a third to a large group where it would more than double it at 8,192. At SQLite's own thousand it is one attempt of 21
 * that pays.
 */
const PAGES_BESIDE = 2_048

/** The same while a thread writes them: few are left for that commit, and what waits begins anew with the next. */
const PAGES_BESIDE_A_THREAD = 8_192

/** The thread is asked after so many rows, and has begun when it is asked first. */
const ROWS_A_TURN = 256

/** Who writes fewer rows than this in all has no thread: to start one takes longer than it saves. */
const ROWS_WITHOUT = 2_048

/** Has what waits beside the file written into it, apart from commits where that can be. */
export interface Checkpointing {
  /** About so many rows have been committed. */
  readonly committed: (rows: number) => void
}

const program = new URL("./checkpointer.js", import.meta.url)

/** A thread that writes the pages of `file`. `gone` is told where it has ended, with the error where it ended by one. */
const threadOf = (file: string, written: () => void, gone: (error?: unknown) => void) => {
  const thread = new Worker(program, { workerData: { file, sqlite: Sqlite.requireName() } })
  const over = new Promise<void>((resolve) => thread.once("exit", () => resolve()))
  thread.on("message", written)
  thread.on("error", gone)
  thread.on("exit", () => gone())
  thread.unref()
  return {
    ask: (): void => thread.postMessage("write"),
    end: (): Promise<void> => {
      thread.ref()
      thread.postMessage("end")
      return over
    }
  }
}

/**
 * For the writer's connection `db` to the store in `file`. Where no thread may be, or can be had (as in a program that was made into
 * one file), all pages are written by commits, as they are before there is one.
 */
export const make = (
  file: string,
  db: Sqlite.Database,
  mayBegin = true
): Effect.Effect<Checkpointing, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.map(Effect.runtime(), (runtime) => {
      const run = Runtime.runFork(runtime)
      return start(file, db, mayBegin, (error) => run(withoutThread(file, error)))
    }),
    ({ end }) => end()
  )

/** Whoever looks for what holds commits up finds that there is no thread, which nothing else shows. */
const withoutThread = (file: string, error: unknown) =>
  Effect.logInfo(
    "pages are written into the store's file by commits, which wait for it: there is no thread for that"
  ).pipe(
    Effect.annotateLogs({ file, error: error instanceof Error ? error.message : Inspectable.toStringUnknown(error) })
  )

const start = (file: string, db: Sqlite.Database, mayBegin: boolean, missed: (error: unknown) => void) => {
  let thread: ReturnType<typeof threadOf> | undefined
  /** Is there nothing that the thread was asked for and has not done? Never where there may be none. */
  let mayAsk = mayBegin
  let rows = ROWS_A_TURN - ROWS_WITHOUT
  const bound = (pages: number) => db.exec(`PRAGMA wal_autocheckpoint = ${pages}`)
  const gone = (error?: unknown): void => {
    mayAsk = false
    if (db.isOpen) bound(PAGES_BESIDE)
    if (error !== undefined) missed(error)
  }
  const begin = () => {
    bound(PAGES_BESIDE_A_THREAD)
    return threadOf(file, () => (mayAsk = true), gone)
  }
  bound(PAGES_BESIDE)
  return {
    committed: (more: number): void => {
      rows += more
      if (rows < ROWS_A_TURN || !mayAsk) return
      rows = 0
      mayAsk = false
      try {
        thread ??= begin()
        thread.ask()
      } catch (error) {
        // What is told here is durable, whatever a program is not allowed.
        gone(error)
      }
    },
    // Where there is nothing to wait for a program whose time is simulated does not wait.
    end: () => (thread === undefined ? Effect.void : Effect.promise(thread.end))
  }
}

import { Clock, Instant, TradeRepository } from "@roundlot/core"
import Database from "better-sqlite3"
import { Effect, Schema, type Scope } from "effect"
import { ensureFile } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"

/** Which process drives a store: its host and process id. */
export interface Holder {
  readonly host: string
  readonly pid: number
}

/** Another living process drives this store already. */
export class DriveLeaseHeld extends Schema.TaggedError<DriveLeaseHeld>()("DriveLeaseHeld", {
  file: Schema.String,
  host: Schema.String,
  pid: Schema.Int,
  sinceMs: Schema.Int
}) {
  override get message() {
    const age = `for ${Math.max(0, Math.round(this.sinceMs / 1000))} s`
    return `${this.file} is driven by process ${this.pid} on ${this.host} ${age}. Stop that one first, or give this one a store of its own.`
  }
}

const HolderRow = Schema.Struct({ host: Schema.String, pid: Schema.Int, since: Schema.Int })
const decodeRow = Schema.decodeUnknownOption(HolderRow)

const table =
  "CREATE TABLE IF NOT EXISTS roundlot_ops_leases (name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, since INTEGER NOT NULL) STRICT"
const record = "INSERT OR REPLACE INTO roundlot_ops_leases (name, host, pid, since) VALUES ('drive', ?, ?, ?)"
const read = "SELECT host, pid, since FROM roundlot_ops_leases WHERE name = 'drive'"

/**
 * Takes the right to drive a store for as long as the scope is open: to send orders and to book what brokers say. Life is proven
 * by a write lock on a small database beside the store, which the kernel frees when the process dies, however it dies.
 *
 * Fails with `DriveLeaseHeld`, which names the holder, or with `StoreUnavailable`.
 */
export const hold = (
  file: string,
  holder: Holder
): Effect.Effect<void, DriveLeaseHeld | TradeRepository.StoreUnavailable, Scope.Scope | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const db = yield* Effect.acquireRelease(
      attempt(file, () => opened(`${file}.lease`)),
      (opened) => Effect.sync(() => opened.close())
    )
    yield* Effect.suspend(() => take(file, db, holder, now))
  })

const opened = (path: string): Database.Database => {
  ensureFile(path)
  return new Database(path, { timeout: 0 })
}

const attempt = <A>(file: string, run: () => A): Effect.Effect<A, TradeRepository.StoreUnavailable> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      return Effect.fail(unavailable(file, error))
    }
  })

const unavailable = (file: string, error: unknown): TradeRepository.StoreUnavailable => {
  const failure = failureOrIo(`${file}.lease`, error)
  return failure._tag === "StoreUnavailable"
    ? failure
    : new TradeRepository.StoreUnavailable({
        place: `${file}.lease`,
        problem: "io",
        detail: failure.message,
        remedy: "Remove it when no roundlot runs on this store"
      })
}

const take = (
  file: string,
  db: Database.Database,
  holder: Holder,
  now: Instant.Instant
): Effect.Effect<void, DriveLeaseHeld | TradeRepository.StoreUnavailable> => {
  try {
    db.pragma("journal_mode = WAL")
    db.exec(table)
    db.prepare(record).run(holder.host, holder.pid, Number(now))
    db.exec("BEGIN IMMEDIATE")
    return Effect.void
  } catch (error) {
    const isTaken = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")
    return isTaken ? Effect.fail(heldBy(file, db, now)) : Effect.fail(unavailable(file, error))
  }
}

const heldBy = (file: string, db: Database.Database, now: Instant.Instant): DriveLeaseHeld => {
  const row = decodeRow(db.prepare(read).get())
  const { host, pid, since } = row._tag === "Some" ? row.value : { host: "another host", pid: 0, since: Number(now) }
  return new DriveLeaseHeld({ file, host, pid, sinceMs: Instant.millisBetween(Instant.make(BigInt(since)), now) })
}

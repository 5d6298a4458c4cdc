import { Deferred, Effect, Schema, type Scope } from "effect"
import { SqlError } from "@effect/sql/SqlError"
import type { TradeRepository } from "@roundlot/core"
import { Ddl } from "@roundlot/store-sql"
import { askingOn, type Ask } from "./internal/asking.ts"
import type { PostgresStoreConfig } from "./internal/config.ts"
import { connect, shownPlace } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"

/** Which process drives a store: its host and process id. */
export interface Holder {
  readonly host: string
  readonly pid: number
}

/** Another living process drives this store already. */
export class DriveLeaseHeld extends Schema.TaggedError<DriveLeaseHeld>()("DriveLeaseHeld", {
  place: Schema.String,
  host: Schema.String,
  pid: Schema.Int,
  sinceMs: Schema.Int
}) {
  override get message() {
    const age = `for ${Math.max(0, Math.round(this.sinceMs / 1000))} s`
    return `${this.place} is driven by process ${this.pid} on ${this.host} ${age}. Stop that one first, or give this one a store of its own.`
  }
}

const DRIVE_LOCK = 7_237_091

const table = Ddl.nameOf("ops_leases")

const makeTable = `CREATE TABLE IF NOT EXISTS ${table} (name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, since TIMESTAMPTZ NOT NULL)`

const record =
  `INSERT INTO ${table} (name, host, pid, since) VALUES ('drive', $1, $2, clock_timestamp())` +
  ` ON CONFLICT (name) DO UPDATE SET host = excluded.host, pid = excluded.pid, since = excluded.since`

const read = `SELECT host, pid, (extract(epoch FROM clock_timestamp() - since) * 1000)::int AS "sinceMs" FROM ${table} WHERE name = 'drive'`

type Held = Holder & { readonly sinceMs: number }

const take = (ask: Ask, place: string, holder: Holder) =>
  Effect.gen(function* () {
    const [answer] = yield* ask<{ readonly taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [DRIVE_LOCK])
    if (answer?.taken === true) return yield* ask(record, [holder.host, holder.pid])
    const [known] = yield* ask<Held>(read, [])
    return yield* new DriveLeaseHeld({ place, ...(known ?? { host: "another host", pid: 0, sinceMs: 0 }) })
  })

const PULSE = "1 second"

/** A session of its own that takes the right and keeps it until its connection breaks; it ends in how it was lost. */
const session = (config: PostgresStoreConfig, holder: Holder, taken: Effect.Effect<unknown>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const sql = yield* connect({ ...config, maxConnections: 1 })
      const ask = askingOn(yield* sql.reserve)
      yield* ask(makeTable, [])
      yield* take(ask, shownPlace(config.url), holder)
      yield* taken
      return yield* Effect.forever(Effect.zipRight(Effect.sleep(PULSE), ask("SELECT 1", [])))
    })
  )

/** The server takes a while to see that a session of ours is gone whose connection broke. */
const isOurOwn = (error: SqlError | DriveLeaseHeld, { host, pid }: Holder): boolean =>
  error._tag === "DriveLeaseHeld" && error.host === host && error.pid === pid

/**
 * Takes the right to drive a store for as long as the scope is open: to send orders and to book what brokers say. Life is proven by
 * a database session that holds a lock, which the server frees when the session ends, however it ends. A session that breaks is
 * replaced; what is given back fails with `DriveLeaseHeld` once another process has taken the right meanwhile.
 *
 * Fails with `DriveLeaseHeld`, which names the holder, or with `StoreUnavailable`.
 */
export const hold = (
  config: PostgresStoreConfig,
  holder: Holder
): Effect.Effect<Effect.Effect<never, DriveLeaseHeld>, DriveLeaseHeld | TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const taken = yield* Deferred.make<void, DriveLeaseHeld | SqlError>()
    const lost = yield* Deferred.make<never, DriveLeaseHeld>()
    const first = session(config, holder, Deferred.succeed(taken, undefined))
    const again: Effect.Effect<unknown> = Effect.catchAll(session(config, holder, Effect.void), (error) =>
      error._tag === "DriveLeaseHeld" && !isOurOwn(error, holder)
        ? Deferred.fail(lost, error)
        : Effect.zipRight(
            Effect.sleep(PULSE),
            Effect.suspend(() => again)
          )
    )
    const keeping = Effect.catchAll(first, (error) =>
      Effect.flatMap(Deferred.fail(taken, error), (isRefused) => (isRefused ? Effect.void : again))
    )
    yield* Effect.forkScoped(keeping)
    yield* Deferred.await(taken)
    return Deferred.await(lost)
  }).pipe(Effect.mapError((error) => (error instanceof SqlError ? failureOrIo(shownPlace(config.url), error) : error)))

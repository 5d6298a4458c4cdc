import * as SqlClient from "@effect/sql/SqlClient"
import { Lease, TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import { Dialect, Identity, Migrations, Reads } from "@roundlot/store-sql"
import { type Duration, Effect, Option, Schedule, type Scope } from "effect"
import * as Checkpointing from "./checkpointing.ts"
import * as Client from "./client.ts"
import { close, open } from "./connection.ts"
import { failureOf, failureOrIo } from "./failure.ts"
import * as Leases from "./leases.ts"
import * as Pages from "./pages.ts"
import * as Snapshots from "./snapshots.ts"
import { sideOn } from "./sideOn.ts"
import * as Turnstile from "./turnstile.ts"
import * as Writer from "./writer.ts"

/** Where the store is, and what only tests set. */
export interface Options {
  readonly file: string
  /** May a thread move pages from the WAL into the file? */
  readonly thread?: boolean
  /** How long to come back to a locked database before `busy` is the answer. */
  readonly busyFor?: Duration.DurationInput
  /** Further settings of the writer's connection, such as `max_page_count = 100`. */
  readonly writerPragmas?: ReadonlyArray<string>
  /** For how long a lease stands that is not renewed, in milliseconds. */
  readonly leaseMs?: number
}

const LONGEST_TURN_MS = 2_000

const isBusy = (error: unknown): boolean =>
  error instanceof TradeRepository.StoreUnavailable && error.problem === "busy"

/** Comes back after 5 ms, then ever later up to 100 ms, for as long as `busyFor` says. */
const comingBack = (busyFor: Duration.DurationInput) =>
  Schedule.exponential("5 millis").pipe(
    Schedule.union(Schedule.spaced("100 millis")),
    Schedule.jittered,
    Schedule.upTo(busyFor)
  )

const opened = (
  file: string,
  known: ReadonlyArray<Migrations.Migration>
): Effect.Effect<Sqlite.Database, TradeRepository.StoreError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      try {
        return Effect.succeed(open(file, known))
      } catch (error) {
        const failure = failureOf(file, error)
        return failure === undefined ? Effect.die(error) : Effect.fail(failure)
      }
    }),
    (db) => Effect.sync(() => close(db))
  )

/** The repository on one SQLite file: a reading connection through `SqlClient`, a writing one beside it. */
export const make = (
  options: Options
): Effect.Effect<TradeRepository.TradeRepositoryService, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { busyFor = "5 seconds", file, leaseMs = Lease.DURATION_MS } = options
    const again = { schedule: comingBack(busyFor), while: isBusy }
    const known = yield* Migrations.Known
    const db = yield* Effect.retry(opened(file, known), again)
    const side = sideOn(file, db)
    const ready = Effect.zipRight(Migrations.migrate(side), Identity.identify(side))
    const { state, ...identity } = yield* Effect.retry(ready, again)
    const { client } = yield* Client.open(file)
    yield* Effect.retry(Snapshots.prepare(file, client), again)
    const unopened = Identity.openingRefusal(file, state)
    if (unopened !== undefined) return yield* unopened
    for (const pragma of options.writerPragmas ?? []) db.exec(`PRAGMA ${pragma}`)
    const reads = yield* Reads.make({
      dialect: Dialect.sqlite,
      classify: (error) => failureOrIo(file, error),
      ...Pages.reading(file, db)
    }).pipe(Effect.provideService(SqlClient.SqlClient, client))
    const inSnapshot = yield* Snapshots.make(file)
    const turnstile = yield* Turnstile.make(file, {
      isBusy,
      patiently: (wanted) => Effect.retry(wanted, again),
      tries: LONGEST_TURN_MS
    })
    const { committed } = yield* Checkpointing.make(file, db, options.thread)
    const writer = Writer.make(file, db, known.length, { begun: turnstile.pass, committed })
    const refused = Identity.drivingRefusal(file, state)
    return {
      ...reads,
      identity,
      leases: Leases.make(file, db, leaseMs, (effect) => Effect.retry(effect, again)),
      snapshot: <A, E, R>(wanted: Effect.Effect<A, E, R>) =>
        Effect.flatMap(
          Effect.serviceOption(SqlClient.TransactionConnection),
          (shared): Effect.Effect<A, E | TradeRepository.StoreError, R> =>
            Option.isSome(shared) ? wanted : inSnapshot(wanted)
        ),
      write: <A>(scope: TradeRepository.Scope, plan: TradeRepository.Planning<A>) =>
        refused === undefined ? turnstile.inTurn(writer.write(scope, plan)) : refused,
      forget: (query) => refused ?? Reads.forgetting(query, turnstile.inTurn(writer.forget(query)))
    }
  })

import { Lease, TradeRepository } from "@roundlot/core/adapter"
import { Dialect, Identity, Migrations, Reads } from "@roundlot/store-sql"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import { Duration, Effect, Option, Queue, Schedule, type Scope } from "effect"
import type { PostgresStoreConfig } from "./config.ts"
import type { Ask } from "./asking.ts"
import { connect, type Connections, shownPlace } from "./connection.ts"
import { failureOrIo, isBetweenServers, isCut, unavailable } from "./failure.ts"
import * as Feed from "./feed.ts"
import * as Leases from "./leases.ts"
import * as News from "./news.ts"
import { prepare, sideOn } from "./sideOn.ts"
import { inTransaction, reading, sharedTransaction } from "./transaction.ts"
import * as Writer from "./writer.ts"

/** How often the feed is appended to at most: commits in between share one append. */
const FEED_PACE = Duration.millis(20)

/** Another process migrates, the server is just coming up, or the connection was cut: what was done stands, and is not done twice. */
const isSoonOver = (error: unknown): boolean =>
  (error instanceof TradeRepository.StoreUnavailable && error.problem === "busy") || isCut(error)

/** The store-wide order: appended apart from commits, by whoever needs it. */
const feedOn = (place: string, connections: Connections, reads: Reads.Reads, retryFor: Duration.DurationInput) => {
  let position = 0
  const note = (appended: number | undefined) => {
    position = Math.max(position, appended ?? 0)
    return position
  }
  const append = inTransaction(connections, Feed.appending, (line, standing) =>
    Effect.map(Feed.append(line, standing), (value) => ({ value, keep: value !== undefined }))
  ).pipe(
    Effect.map(note),
    // Appending twice appends once: a COMMIT without an answer needs no other care.
    Effect.retry({ schedule: Writer.comingBack(retryFor), while: Writer.isPassing }),
    Effect.mapError((error) => failureOrIo(place, "error" in error ? error.error : error))
  )
  const pending = (ask: Ask) => Effect.mapError(Feed.pending(ask), (error) => failureOrIo(place, error))
  /** Inside of a snapshot nothing is appended: what would be is told, so that heads and feed agree there. */
  const told = (ask: Ask, after: number, limit: number) =>
    Effect.gen(function* () {
      const rows = yield* reads.feed(after, limit)
      if (rows.length === limit) return rows
      const more = yield* pending(ask)
      return [...rows, ...more.filter((row) => row.position > after)].slice(0, limit)
    })
  const toldHeads = (ask: Ask, query: TradeRepository.HeadsQuery) =>
    Effect.gen(function* () {
      const heads = new Map(yield* reads.headsAt(query))
      for (const { account, headHash, lastSeq, position } of yield* pending(ask)) {
        if (position <= query.position && query.accounts.includes(account))
          heads.set(account, { seq: lastSeq, hash: headHash })
      }
      return heads
    })
  return {
    append,
    position: () => position,
    headsAt: (query: TradeRepository.HeadsQuery) =>
      Effect.flatMap(
        sharedTransaction,
        Option.match({
          onNone: () => Effect.zipRight(append, reads.headsAt(query)),
          onSome: (ask) => toldHeads(ask, query)
        })
      ),
    rows: (after: number, limit: number) =>
      Effect.flatMap(
        sharedTransaction,
        Option.match({
          onNone: () => Effect.zipRight(append, reads.feed(after, limit)),
          onSome: (ask) => told(ask, after, limit)
        })
      )
  }
}

/** A read is asked again where its connection broke, unless it is one of several on one state. */
const askingAgain =
  (retryFor: Duration.DurationInput): Reads.Ask =>
  (statement) =>
    Effect.flatMap(sharedTransaction, (shared) =>
      Option.isSome(shared)
        ? statement
        : Effect.retry(statement, { schedule: Writer.comingBack(retryFor), while: Writer.isPassing })
    )

/** The repository on one Postgres database. */
export const make = (
  config: PostgresStoreConfig
): Effect.Effect<TradeRepository.TradeRepositoryService, TradeRepository.StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const place = shownPlace(config.url)
    const { lockTimeout = "10 seconds", retryFor = "10 seconds" } = config
    const classify = (error: unknown) => failureOrIo(place, error)
    const connections = yield* Effect.mapError(connect(config), classify)
    const { sql } = connections
    const within = Effect.provideService(SqlClient.SqlClient, sql)
    const opening = sql.reserve.pipe(
      Effect.mapError((error) =>
        isBetweenServers(error) ? unavailable(place, "busy", "its server is coming up") : classify(error)
      ),
      Effect.flatMap((connection) => prepare(sideOn(place, connection))),
      Effect.scoped
    )
    const { state, ...identity } = yield* Effect.retry(opening, {
      schedule: Schedule.spaced("100 millis").pipe(Schedule.upTo(retryFor)),
      while: isSoonOver
    })
    const known = yield* Migrations.Known
    const news = yield* News.make(config, place)
    const unopened = Identity.openingRefusal(place, state)
    if (unopened !== undefined) return yield* unopened
    const reads = yield* within(Reads.make({ dialect: Dialect.postgres, classify, ask: askingAgain(retryFor) }))
    const feed = feedOn(place, connections, reads, retryFor)
    const committed = yield* Queue.sliding<void>(1)
    // Whoever ends appends first; where that fails, the next one that needs the feed does it.
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.timeout(feed.append, "2 seconds")))
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.zipRight(Queue.take(committed), Effect.zipRight(Effect.ignore(feed.append), Effect.sleep(FEED_PACE)))
      )
    )
    const refused = Identity.drivingRefusal(place, state)
    const patience = { lockTimeout, retryFor, version: known.length }
    const write = Writer.make(place, connections, patience)
    return {
      ...reads,
      identity,
      writesElsewhere: true,
      leases: Leases.make(place, connections, Lease.DURATION_MS),
      feed: feed.rows,
      headsAt: feed.headsAt,
      news,
      snapshot: <A, E, R>(wanted: Effect.Effect<A, E, R>) =>
        Effect.flatMap(sharedTransaction, (shared): Effect.Effect<A, E | TradeRepository.StoreError, R> =>
          Option.isSome(shared) ? wanted : Effect.zipRight(feed.append, snapshotOf(place, sql, wanted))
        ),
      write: <A>(scope: TradeRepository.Scope, plan: TradeRepository.Planning<A>) =>
        (refused === undefined ? write(scope, plan) : refused).pipe(
          Effect.zipLeft(Queue.offer(committed, undefined)),
          Effect.map((answer) => ({ answer, feedPosition: feed.position() })),
          Effect.withSpan("TradeRepository.write")
        ),
      forget: (query) => refused ?? Reads.forgetting(query, Writer.forget(place, connections, patience, query))
    }
  })

const snapshotOf = <A, E, R>(place: string, sql: SqlClient.SqlClient, wanted: Effect.Effect<A, E, R>) =>
  Effect.catchIf(
    reading(sql, wanted),
    (error) => error instanceof SqlError,
    (error) => Effect.fail<TradeRepository.StoreError>(failureOrIo(place, error))
  )

import type * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import type { TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import { Effect, ExecutionStrategy, Exit, Scope } from "effect"
import * as Client from "./client.ts"
import { failureOrIo } from "./failure.ts"
import { assertSetting, settings } from "./connection.ts"

/** A reading connection that one snapshot has alone. */
interface Looking {
  readonly db: Sqlite.Database
  readonly client: SqlClient.SqlClient
  readonly close: Effect.Effect<void>
}

/** Has what is wanted see one state of the store. */
type Snapshots = <A, E, R>(wanted: Effect.Effect<A, E, R>) => Effect.Effect<A, E | TradeRepository.StoreError, R>

/** So many connections wait for the next snapshots. Where more look at the same time, the rest are closed when they have looked. */
const MOST_KEPT = 4

const opened = (file: string, scope: Scope.Scope): Effect.Effect<Looking, TradeRepository.StoreError> =>
  Effect.flatMap(Scope.fork(scope, ExecutionStrategy.sequential), (own) => {
    const close = Scope.close(own, Exit.void)
    return Scope.extend(Client.open(file), own).pipe(
      Effect.tap(({ client }) => prepare(file, client)),
      Effect.map(({ client, db }) => ({ client, db, close })),
      Effect.onError(() => close)
    )
  })

/**
 * Snapshots of the store in `file`, each by a connection of its own: what looks at one state for long, as an audit does, keeps nobody
 * else from reading. Connections are used again: each has read the whole schema, and what the prebuilt SQLite has closed keeps that, and
 * its descriptors, until it is collected.
 */
export const make = (file: string): Effect.Effect<Snapshots, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope): Snapshots => {
    const kept: Array<Looking> = []
    const take = Effect.suspend(() => {
      const looking = kept.pop()
      return looking === undefined ? opened(file, scope) : Effect.succeed(looking)
    })
    const give = (looking: Looking) =>
      Effect.suspend(() => {
        if (kept.length >= MOST_KEPT || !looking.db.isOpen || looking.db.isTransaction) return looking.close
        kept.push(looking)
        return Effect.void
      })
    return (wanted) =>
      Effect.acquireUseRelease(take, ({ client }) => client.withTransaction(wanted), give).pipe(
        Effect.catchIf(
          (error) => error instanceof SqlError,
          (error) => Effect.fail<TradeRepository.StoreError>(failureOrIo(file, error))
        )
      )
  })

const configure = (file: string, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    for (const { is, name, set } of settings) {
      yield* sql.unsafe(`PRAGMA ${name} = ${set}`)
      const [row] = yield* sql.unsafe(`PRAGMA ${name}`)
      const [actual] = Object.values(row ?? {})
      yield* Effect.try({
        try: () => assertSetting(file, name, is, actual),
        catch: (error) => failureOrIo(file, error)
      })
    }
  })

/** What a reader keeps of the file in memory, in kibibytes. */
const CACHE_KIB = 16_000

/** Sets a reading connection up, which can write nothing from then on. */
export const prepare = (file: string, sql: SqlClient.SqlClient): Effect.Effect<void, TradeRepository.StoreError> =>
  configure(file, sql).pipe(
    Effect.zipRight(sql.unsafe(`PRAGMA cache_size = -${CACHE_KIB}`)),
    Effect.zipRight(sql.unsafe("PRAGMA query_only = ON")),
    Effect.mapError((error) => failureOrIo(file, error)),
    Effect.asVoid
  )

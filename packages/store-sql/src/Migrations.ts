import { TradeRepository } from "@roundlot/core/adapter"
import { Context, Effect } from "effect"
import { nameOf, PREFIX, tableNames } from "./Ddl.ts"
import type { Dialect } from "./Dialect.ts"
import * as firstTables from "./migrations/firstTables.ts"
import { type Side, together } from "./Side.ts"

/** The table in which a database remembers which migrations it has had. */
export const TABLE = nameOf("migrations")

/** One applied migration, as `TABLE` names it. */
export interface Applied {
  readonly id: number
  readonly name: string
}

/** Statements for each database. */
export interface Statements {
  readonly sqlite: ReadonlyArray<string>
  readonly postgres: ReadonlyArray<string>
}

/** How a migration is undone. */
export interface Down extends Statements {
  /** A question for one row with a number, `rows`: how many rows this would lose as the store stands. */
  readonly losing: string
}

/** One step from a version to the next, frozen. The first one makes the store, and has nothing to go back to. */
export interface Migration {
  readonly name: string
  /** Of its statements: a database remembers it, so that the tables of a build that was never released are told from ours. */
  readonly fingerprint: string
  /** What it does, for people: a few words. */
  readonly does: string
  readonly up: Statements
  readonly down?: Down
}

/** The numbered migrations: one list, dialects inside. A shipped one never changes, and going up none destroys anything. */
export const ours: ReadonlyArray<Migration> = [
  { name: "first_tables", does: "make all tables", fingerprint: firstTables.fingerprint, up: firstTables }
]

/** The migrations that this process knows: ours, unless a test says others. */
export class Known extends Context.Reference<Known>()("@roundlot/store-sql/Migrations", {
  defaultValue: () => ours
}) {}

const nameIn = (list: ReadonlyArray<Migration>, id: number): string | undefined => {
  const migration = list[id - 1]
  return migration === undefined ? undefined : `${migration.name}_${migration.fingerprint}`
}

/** The newest version that this Roundlot makes. */
export const newest: number = ours.length

/** What can be wrong with the migrations that a database has had, in the words of `StoreUnavailable`. */
export interface Fault {
  readonly problem: "from_the_future" | "not_ours"
  readonly detail: string
  readonly remedy: string
}

/** Does it bear the name of one of ours and other tables? Such names end in a fingerprint, and at first had none. */
const isUnreleased = (list: ReadonlyArray<Migration>, { id, name }: Applied): boolean => {
  const known = list[id - 1]
  return known !== undefined && name !== nameIn(list, id) && name.replace(/_[0-9a-f]{8}$/, "") === known.name
}

const unreleased = (list: ReadonlyArray<Migration>, { id, name }: Applied): Fault => ({
  problem: "not_ours",
  detail:
    `its tables were made by a build of Roundlot that was never released` +
    ` (migration ${id} is "${name}", here it is "${nameIn(list, id) ?? "none"}")`,
  remedy: "Use the build that made it, or name an empty place and take your trades in again"
})

/** What is wrong with the migrations that a database has had, in ascending order; `undefined` where they can be gone on from. */
export const faultOf = (applied: ReadonlyArray<Applied>, list: ReadonlyArray<Migration> = ours): Fault | undefined => {
  const early = applied.find((each) => isUnreleased(list, each))
  if (early !== undefined) return unreleased(list, early)
  const last = applied.at(-1)?.id ?? 0
  if (last > list.length) {
    return {
      problem: "from_the_future",
      detail: `the store has version ${last}, and this Roundlot knows versions up to ${list.length}`,
      remedy: "Use the newer Roundlot that wrote it, or another file"
    }
  }
  const odd = applied.find(({ id, name }, i) => id !== i + 1 || name !== nameIn(list, i + 1))
  if (odd === undefined) return undefined
  return {
    problem: "not_ours",
    detail: `its migration ${odd.id} is "${odd.name}", which does not follow the ones that Roundlot makes`,
    remedy: "Restore the store from a backup, or use another file"
  }
}

/** The question for the version of a store: one row. */
export const selectVersion = `SELECT max("migration_id") AS "version" FROM ${TABLE}`

/** The failure of a process that writes to a store whose version is not the one that it opened any more. */
export const versionChanged = (place: string, opened: number, found: number): TradeRepository.StoreUnavailable =>
  new TradeRepository.StoreUnavailable({
    place,
    problem: "from_the_future",
    detail: `the store has version ${found} now, and this process opened it at version ${opened}`,
    remedy: `End this process, and go on with the Roundlot whose newest version is ${found}`
  })

const exists: { readonly [D in Dialect["name"]]: string } = {
  sqlite: `SELECT 1 AS "one" FROM sqlite_master WHERE type = 'table' AND name = '${TABLE}'`,
  postgres: `SELECT 1 AS "one" WHERE to_regclass('${TABLE}') IS NOT NULL`
}

/** The migrations that a database has had, as they were made: none where it holds nothing of ours. Fails where they are not ours. */
export const applied = (side: Side): Effect.Effect<ReadonlyArray<Applied>, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const list = yield* Known
    if ((yield* side.ask(exists[side.dialect.name])).length === 0) return []
    const found = yield* side.ask<Applied>(
      `SELECT "migration_id" AS "id", "name" FROM ${TABLE} ORDER BY "migration_id"`
    )
    const fault = faultOf(found, list)
    if (fault !== undefined) return yield* new TradeRepository.StoreUnavailable({ place: side.place, ...fault })
    return found
  })

const makeTable: { readonly [D in Dialect["name"]]: string } = {
  sqlite:
    `CREATE TABLE IF NOT EXISTS ${TABLE} ("migration_id" INTEGER NOT NULL PRIMARY KEY,` +
    ` "created_at" TEXT NOT NULL DEFAULT current_timestamp, "name" TEXT NOT NULL, "backup" TEXT) STRICT`,
  postgres:
    `CREATE TABLE IF NOT EXISTS ${TABLE} ("migration_id" INTEGER NOT NULL PRIMARY KEY,` +
    ` "created_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "name" TEXT NOT NULL, "backup" TEXT)`
}

/** Whoever changes the tables of a Postgres store holds this alone; on SQLite the transaction itself is the lock. */
const MIGRATION_LOCK = 7_237_092

interface Holder {
  readonly application: string | null
  readonly pid: number
  readonly since: string | null
}

const HOLDER = `SELECT a."application_name" AS "application", a."pid",
  to_char(a."xact_start" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "since"
  FROM pg_locks l JOIN pg_stat_activity a ON a."pid" = l."pid"
  WHERE l."locktype" = 'advisory' AND l."granted" AND l."classid" = 0 AND l."objid" = ${MIGRATION_LOCK} AND l."objsubid" = 1
  AND l."database" = (SELECT "oid" FROM pg_database WHERE "datname" = current_database())`

/** What of a holder the server does not tell this user is left out. */
const holding = ({ application, pid, since }: Holder): string =>
  `${application === null ? "a program" : `'${application}'`} (process ${pid} of the server) has held the lock of migrations${since === null ? "" : ` since ${since}`}`

/** Says whom a migration waits for; a wait that is given up says so as well. */
const waiting = ({ ask }: Side) =>
  Effect.gen(function* () {
    const [holder] = yield* ask<Holder>(HOLDER)
    const who = holder === undefined ? "another process has held the lock of migrations" : holding(holder)
    yield* Effect.logWarning(`waiting: ${who}`)
    yield* Effect.mapError(ask(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`), (error) =>
      error._tag === "StoreUnavailable" && error.problem === "busy"
        ? new TradeRepository.StoreUnavailable({
            place: error.place,
            problem: error.problem,
            detail: `${who}; ${error.detail}`,
            remedy: error.remedy
          })
        : error
    )
  })

const lock = (side: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    if (side.dialect.name === "sqlite") return
    const taking = `SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS "isFree"`
    const [taken] = yield* side.ask<{ readonly isFree: boolean }>(taking)
    if (taken?.isFree !== true) yield* waiting(side)
  })

/** Writers end before the tables change, and whoever drives learns at his next commit that he does not any more. */
const fence = ({ ask, dialect }: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    if (dialect.name === "postgres") yield* ask(`LOCK TABLE ${nameOf("heads")} IN ACCESS EXCLUSIVE MODE`)
    yield* ask(`UPDATE ${nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`)
  })

const run = ({ ask, dialect }: Side, statements: Statements) =>
  Effect.forEach(statements[dialect.name], (text) => ask(text), { discard: true })

const dangling = (table: string) =>
  new TradeRepository.ConstraintRefused({ table, constraint: "FOREIGN KEY of a row that was moved" })

/** Fails where a reference of a SQLite store leads nowhere: its tables are changed with references switched off. */
export const checkReferences = ({ ask, dialect }: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    if (dialect.name !== "sqlite") return
    const [found] = yield* ask<{ readonly table: string }>("PRAGMA foreign_key_check")
    if (found !== undefined) return yield* dangling(found.table)
  })

/** Changes tables, all or nothing, while nobody else does. */
export const changing = <A, E, R>(
  side: Side,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | TradeRepository.StoreError, R> => {
  const { ask, dialect } = side
  const done = together(side, lock(side).pipe(Effect.zipRight(body), Effect.zipLeft(checkReferences(side))))
  return dialect.name === "sqlite"
    ? Effect.acquireUseRelease(
        ask("PRAGMA foreign_keys = OFF"),
        () => done,
        () => Effect.ignore(ask("PRAGMA foreign_keys = ON"))
      )
    : done
}

/** What `climb` makes of a store. */
export interface Climb<E> {
  /** The version to end at; the newest where nothing is said. */
  readonly upTo?: number
  /** What is asked when no writer is at work any more, before the first step. */
  readonly guard?: Effect.Effect<void, E>
  /** The file with the store as it was, which the store is to remember. */
  readonly backup?: string
}

/** Makes the steps that are missing, inside of a transaction of `changing`. */
export const climb = <E = never>(
  side: Side,
  { backup, guard = Effect.void, upTo }: Climb<E> = {}
): Effect.Effect<void, E | TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const { ask, dialect } = side
    const list = yield* Known
    yield* ask(makeTable[dialect.name])
    // Read again under the lock: another process may have made them meanwhile.
    const from = (yield* applied(side)).length
    const missing = list.slice(from, upTo)
    if (from > 0 && missing.length > 0) yield* fence(side)
    yield* guard
    for (const [i, migration] of missing.entries()) {
      const id = from + i + 1
      yield* run(side, migration.up)
      yield* ask(
        `INSERT INTO ${TABLE} ("migration_id", "name", "backup") VALUES (${[1, 2, 3].map((number) => dialect.place(number)).join(", ")})`,
        [id, nameIn(list, id) ?? "", backup ?? null]
      )
    }
  })

const there: { readonly [D in Dialect["name"]]: string } = {
  sqlite: `SELECT "name" FROM sqlite_master WHERE type = 'table'`,
  postgres: `SELECT relname AS "name" FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid)`
}

/** SYNC-7: what the migrations made is still there, each table by its name, before anything rests on it. */
const checkTables = ({ ask, dialect, place }: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const found = new Set((yield* ask<{ readonly name: string }>(there[dialect.name])).map(({ name }) => name))
    const missing = tableNames(dialect).filter((name) => !found.has(name))
    if (missing.length === 0) return
    return yield* new TradeRepository.StoreUnavailable({
      place,
      problem: "corrupt",
      detail: `tables that its migrations made are missing: ${missing.map((name) => name.slice(PREFIX.length)).join(", ")}`,
      remedy: "Keep what is there, and restore the store from a backup: 'roundlot store restore'"
    })
  })

/** Makes the steps that are missing, all of them or none; what was made before has to be there. */
export const migrate = (side: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const list = yield* Known
    if ((yield* applied(side)).length === list.length) return yield* checkTables(side)
    yield* changing(side, climb(side))
  })

/** The file with the store as it was before it came to a version, where `climb` was told of one. */
export const backupBefore = (
  side: Side,
  version: number
): Effect.Effect<string | undefined, TradeRepository.StoreError> =>
  Effect.map(
    side.ask<{ readonly backup: string | null }>(
      `SELECT "backup" FROM ${TABLE} WHERE "migration_id" = ${side.dialect.place(1)}`,
      [version]
    ),
    ([row]) => row?.backup ?? undefined
  )

/** How many rows the step from this version to the one before would lose; `undefined` where there is no such step. */
export const losing = (side: Side, version: number): Effect.Effect<number | undefined, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const down = (yield* Known)[version - 1]?.down
    if (down === undefined) return undefined
    const [found] = yield* side.ask<{ readonly rows: number }>(down.losing)
    return found?.rows ?? 0
  })

/** Undoes the newest migration, inside of a transaction of `changing`. */
export const descend = (side: Side, version: number): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const down = (yield* Known)[version - 1]?.down
    if (down === undefined) return yield* Effect.dieMessage(`migration ${version} has no way down`)
    yield* fence(side)
    yield* run(side, down)
    yield* side.ask(`DELETE FROM ${TABLE} WHERE "migration_id" = ${side.dialect.place(1)}`, [version])
  })

import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { leaseTable, nameOf, statements } from "./Ddl.ts"
import { postgres, sqlite } from "./Dialect.ts"

/** The table in which a database remembers which migrations it has had. */
export const TABLE = nameOf("migrations")

/** One applied migration, as `TABLE` names it. */
export interface Applied {
  readonly id: number
  readonly name: string
}

const run = (texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* Effect.forEach(texts, (text) => sql.unsafe(text), { discard: true })
  })

/** The numbered migrations: one list, dialects inside. A shipped one never changes, and none destroys anything. */
const migrations = {
  "0001_first_tables": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql.onDialectOrElse({
      sqlite: () => run(statements(sqlite)),
      pg: () => run(statements(postgres)),
      orElse: () => Effect.dieMessage("there are no tables for this database")
    })
  }),
  "0002_leases": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql.onDialectOrElse({
      sqlite: () => run([leaseTable(sqlite)]),
      pg: () => run([leaseTable(postgres)]),
      orElse: () => Effect.dieMessage("there are no tables for this database")
    })
  })
}

const known: ReadonlyArray<Applied> = Object.keys(migrations).map((key) => ({
  id: Number(key.slice(0, 4)),
  name: key.slice(5)
}))

/** The newest migration that this version knows. */
export const newest: number = known.length

/** What can be wrong with the migrations that a database has had, in the words of `StoreUnavailable`. */
export interface Fault {
  readonly problem: "from_the_future" | "not_ours"
  readonly detail: string
  readonly remedy: string
}

/** What is wrong with the migrations that a database has had, in ascending order; `undefined` where they can be gone on from. */
export const faultOf = (applied: ReadonlyArray<Applied>): Fault | undefined => {
  const last = applied.at(-1)?.id ?? 0
  if (last > newest) {
    return {
      problem: "from_the_future",
      detail: `the store has version ${last}, and this Roundlot knows versions up to ${newest}`,
      remedy: "Use the newer Roundlot that wrote it, or another file"
    }
  }
  const odd = applied.find(({ id, name }, i) => id !== known[i]?.id || name !== known[i]?.name)
  if (odd === undefined) return undefined
  return {
    problem: "not_ours",
    detail: `its migration ${odd.id} is "${odd.name}", which does not follow the ones that Roundlot makes`,
    remedy: "Restore the store from a backup, or use another file"
  }
}

/** The migrations that the connected database has had; it must have been migrated at least once. */
export const applied = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Applied>`SELECT migration_id AS id, name FROM ${sql(TABLE)} ORDER BY migration_id`
})

/** Runs what is missing. A migration that another process is running is left to it: look at `applied` afterwards. */
export const migrate = Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: TABLE })

import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { nameOf } from "./Ddl.ts"
import * as firstTables from "./migrations/firstTables.ts"

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

/** A migration as it was frozen: the statements for each database, and a fingerprint of them. */
interface Frozen {
  readonly fingerprint: string
  readonly sqlite: ReadonlyArray<string>
  readonly postgres: ReadonlyArray<string>
}

/** The numbered migrations: one list, dialects inside. A shipped one never changes, and none destroys anything. */
const migrations: ReadonlyArray<readonly [name: string, Frozen]> = [["first_tables", firstTables]]

/** A database remembers the fingerprint too, so that the tables of a build that was never released are told from ours. */
const known: ReadonlyArray<Applied> = migrations.map(([name, { fingerprint }], i) => ({
  id: i + 1,
  name: `${name}_${fingerprint}`
}))

const DIGITS = 4

const records = Object.fromEntries(
  migrations.map(([name, frozen], i) => [
    `${String(i + 1).padStart(DIGITS, "0")}_${name}_${frozen.fingerprint}`,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql.onDialectOrElse({
        sqlite: () => run(frozen.sqlite),
        pg: () => run(frozen.postgres),
        orElse: () => Effect.dieMessage("there are no tables for this database")
      })
    })
  ])
)

/** The newest migration that this version knows. */
export const newest: number = known.length

/** What can be wrong with the migrations that a database has had, in the words of `StoreUnavailable`. */
export interface Fault {
  readonly problem: "from_the_future" | "not_ours"
  readonly detail: string
  readonly remedy: string
}

/** Does it bear the name of one of ours and other tables? Such names end in a fingerprint, and at first had none. */
const isUnreleased = ({ id, name }: Applied): boolean => {
  const ours = migrations[id - 1]
  return ours !== undefined && name !== known[id - 1]?.name && name.replace(/_[0-9a-f]{8}$/, "") === ours[0]
}

/** What is wrong with the migrations that a database has had, in ascending order; `undefined` where they can be gone on from. */
export const faultOf = (applied: ReadonlyArray<Applied>): Fault | undefined => {
  const unreleased = applied.find((each) => isUnreleased(each))
  if (unreleased !== undefined) {
    return {
      problem: "not_ours",
      detail:
        `its tables were made by a build of Roundlot that was never released` +
        ` (migration ${unreleased.id} is "${unreleased.name}", here it is "${known[unreleased.id - 1]?.name ?? "none"}")`,
      remedy: "Use the build that made it, or name an empty place and take your trades in again"
    }
  }
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
export const migrate = Migrator.make({})({ loader: Migrator.fromRecord(records), table: TABLE })

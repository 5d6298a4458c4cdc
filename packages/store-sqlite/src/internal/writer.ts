import { Books, Lease, TradeRepository, type Cache, type load, type Need, type Table } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import { Dialect, Pages, Rules, Statements } from "@roundlot/store-sql"
import { Effect } from "effect"
import { failureOf } from "./failure.ts"
import { fencing } from "./leases.ts"
import * as Memory from "./memory.ts"
import { writing } from "./rows.ts"

const isForeignKey = (failure: TradeRepository.StoreError | undefined): boolean =>
  failure instanceof TradeRepository.ConstraintRefused && failure.constraint.startsWith("FOREIGN KEY")

/** About how many rows: the entries, and one a changed table, since of most only the store's statements know the rows. */
const rowsOf = ({ changes, journals }: Pick<TradeRepository.Planned<unknown>, "changes" | "journals">): number =>
  journals.reduce((rows, { entries }) => rows + entries.length, changes.length)

/** Hears of each transaction. */
interface TransactionListener {
  readonly begun: () => void
  /** It is durable, and about so many rows were written in it. */
  readonly committed: (rows: number) => void
}

/** The writes of a repository on a connection of its own: one call, one transaction, nothing in between. */
export const make = (file: string, db: Sqlite.Database, version: number, { begun, committed }: TransactionListener) => {
  const find = finding(db)
  const checkFences = fencing(db)
  const write = writing(file, db, version)
  const memory = Memory.make(write)
  const failed = (error: unknown): Effect.Effect<never, TradeRepository.WriteError> => {
    memory.drop()
    const failure = failureOf(file, error, write.place())
    const named = isForeignKey(failure) && db.isTransaction ? write.dangling() : undefined
    // On some errors SQLite has rolled back by itself.
    if (db.isTransaction) write.rollback()
    if (error instanceof TradeRepository.AlreadyCommitted || error instanceof Lease.Fenced) return Effect.fail(error)
    return failure === undefined ? Effect.die(error) : Effect.fail(named ?? failure)
  }
  /** What is done from BEGIN to COMMIT, with nothing of it left where it throws. */
  const transaction = <A>(act: () => A): Effect.Effect<A, TradeRepository.WriteError> =>
    Effect.suspend(() => {
      try {
        write.begin()
        begun()
        return Effect.succeed(act())
      } catch (error) {
        return failed(error)
      }
    })
  return {
    write: <A>(
      scope: TradeRepository.Scope,
      plan: TradeRepository.Planning<A>
    ): Effect.Effect<TradeRepository.Written<A>, TradeRepository.WriteError> =>
      transaction(() => {
        write.expectNew(scope.commitId)
        checkFences(scope.fences ?? [])
        const stood = memory.standing()
        const planned = planning(find, memory.cache, scope, { ...stood, heads: write.heads }, plan)
        const counters = write.rows(planned.changes, stood.counters)
        for (const part of planned.journals) write.journal(part)
        const feed = write.feed(stood.feed, planned.journals)
        if (planned.changes.length > 0 || planned.journals.length > 0) write.remember(scope.commitId, planned.journals)
        write.commit()
        memory.publish(stood, { counters, feed }, planned)
        committed(rowsOf(planned))
        return { answer: planned.answer, feedPosition: feed?.position ?? 0 }
      }),
    forget: (query: TradeRepository.ForgetQuery): Effect.Effect<number, TradeRepository.WriteError> =>
      transaction(() => {
        const { cells, text } = Pages.forget(Dialect.sqlite, Books.tables[query.table], query)
        const { changes } = db.prepare(text).run(...cells)
        write.commit()
        if (changes > 0) memory.drop()
        committed(changes)
        return changes
      })
  }
}

type Find = (request: load.LookupRequest) => ReadonlyArray<Table.EncodedRow>

/** The row as it was read back, unless it is one that cannot be. */
const sound = (name: Table.TableName, row: Table.EncodedRow): Table.EncodedRow => {
  const fault = Rules.faultOf(name, Books.tables[name].key, row)
  if (fault !== undefined) throw fault
  return row
}

/** Finds the rows that planning asks for, with statements prepared once; throws `BadRow`. */
const finding = (db: Sqlite.Database): Find => {
  const statements = new Map<string, Sqlite.Statement<Table.EncodedRow>>()
  const statementOf = (name: Table.TableName, lookup: string, isLimited: boolean) => {
    const key = `${name}/${lookup}/${isLimited ? "first" : "all"}`
    const known = statements.get(key)
    if (known !== undefined) return known
    const table = Books.tables[name]
    const description = table.lookups[lookup]
    if (description === undefined) throw new TypeError(`table ${name} has no lookup ${lookup}`)
    const text = (isLimited ? Statements.lookup : Statements.lookupAll)(Dialect.sqlite, table, description)
    const made = db.prepare<Table.EncodedRow>(text)
    statements.set(key, made)
    return made
  }
  return ({ keys, limit, lookup, table }) => {
    const statement = statementOf(table, lookup, limit !== undefined)
    const rows: Array<Table.EncodedRow> = []
    for (const key of keys) {
      for (const row of limit === undefined ? statement.all(...key) : statement.all(...key, limit)) {
        rows.push(sound(table, row))
      }
    }
    return rows
  }
}

/** Loads what is needed, where anything of it is not there. */
const bring = (find: Find, cache: Cache.Cache, needs: ReadonlyArray<Need.Need>): void => {
  const { met } = cache.loaded()
  if (needs.every((need) => met.has(need))) return
  const asking = cache.bring(needs)
  for (let step = asking.next(); step.done !== true;) step = asking.next(step.value.map(find))
}

/** Runs `plan` on the books that its scope needs, and again with more where it asks for more. */
const planning = <A>(
  find: Find,
  cache: Cache.Cache,
  scope: TradeRepository.Scope,
  ground: Pick<TradeRepository.State, "heads" | "newestAt" | "counters">,
  plan: TradeRepository.Planning<A>
): TradeRepository.Planned<A> => {
  const { books, horizons, met } = cache.loaded()
  const { counters, heads, newestAt } = ground
  const state = { books, horizons, met, counters, heads, newestAt }
  bring(find, cache, scope.needs)
  for (;;) {
    const answer = plan(state)
    if (answer._tag === "Planned") return answer
    // A transaction of this thread is never left open for others.
    if (answer._tag === "Pause") continue
    Books.reset(books)
    if (answer.needs.every((need) => met.has(need))) throw new Error("planning asks again for what it was given")
    bring(find, cache, answer.needs)
  }
}

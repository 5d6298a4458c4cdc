import { Books, type Cache, type load, type Need, type Table, type TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import { Dialect, Rules, Statements } from "@roundlot/store-sql"

type Find = (request: load.LookupRequest) => ReadonlyArray<Table.EncodedRow>

/** The row as it was read back, unless it is one that cannot be. */
const sound = (name: Table.TableName, row: Table.EncodedRow): Table.EncodedRow => {
  const fault = Rules.faultOf(name, Books.tables[name].key, row)
  if (fault !== undefined) throw fault
  return row
}

/** Finds the rows that planning asks for, with statements prepared once; throws `BadRow`. */
export const finding = (db: Sqlite.Database): Find => {
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
export const planning = <A>(
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

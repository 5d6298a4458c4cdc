import { Books, type Column, Entry, type Id, Load, type Need, type Table, TradeRepository } from "@roundlot/core"
import { Ddl, Dialect, Rules, Statements } from "@roundlot/store-sql"
import type Database from "better-sqlite3"
import { Effect } from "effect"
import { failureOf } from "./failure.ts"

type Cells = ReadonlyArray<Column.Cell>

const { sqlite } = Dialect

/** Statements of one connection, each prepared once. */
const preparing = (db: Database.Database) => {
  const known = new Map<string, Database.Statement<Array<Column.Cell>>>()
  return (text: string): Database.Statement<Array<Column.Cell>> => {
    const found = known.get(text) ?? db.prepare<Array<Column.Cell>>(text)
    known.set(text, found)
    return found
  }
}

/** Finds the rows that planning asks for; a row that cannot be is thrown. */
const finding = (db: Database.Database) => {
  const statements = new Map<string, Database.Statement<Array<Column.Cell>, Table.EncodedRow>>()
  const statementOf = (name: Table.TableName, lookup: string) => {
    const known = statements.get(`${name}/${lookup}`)
    if (known !== undefined) return known
    const table = Books.tables[name]
    const description = table.lookups[lookup]
    if (description === undefined) throw new TypeError(`table ${name} has no lookup ${lookup}`)
    const made = db.prepare<Array<Column.Cell>, Table.EncodedRow>(Statements.lookup(sqlite, table, description))
    statements.set(`${name}/${lookup}`, made)
    return made
  }
  const sound = (name: Table.TableName, row: Table.EncodedRow): Table.EncodedRow => {
    const fault = Rules.faultOf(name, Books.tables[name].key, row)
    if (fault !== undefined) throw fault
    return row
  }
  return ({ keys, lookup, table }: Load.LookupRequest): ReadonlyArray<Table.EncodedRow> => {
    const statement = statementOf(table, lookup)
    return keys.flatMap((key) => statement.all(...key).map((row) => sound(table, row)))
  }
}

/** The books of one planning, which grow as it asks for more. */
const loading = (find: (request: Load.LookupRequest) => ReadonlyArray<Table.EncodedRow>) => {
  const books = Books.make()
  const met = new Set<string>()
  return {
    books,
    met,
    /** How many needs were met that were not before. */
    load: (needs: ReadonlyArray<Need.Need>): number => {
      const before = met.size
      const asking = Load.load(books, met, needs)
      for (let step = asking.next(); step.done !== true; ) step = asking.next(step.value.map(find))
      return met.size - before
    }
  }
}

type Planned<A> = Extract<TradeRepository.Plan<A>, { readonly _tag: "Planned" }>

const planned = <A>(
  loaded: ReturnType<typeof loading>,
  ground: Pick<TradeRepository.State, "heads" | "counters">,
  plan: (state: TradeRepository.State) => TradeRepository.Plan<A>
): Planned<A> => {
  for (;;) {
    const answer = plan({ books: loaded.books, met: loaded.met, ...ground })
    if (answer._tag === "Planned") return answer
    Books.reset(loaded.books)
    if (loaded.load(answer.needs) === 0) throw new Error("planning asks again for what it was given")
  }
}

/** What the writer's one transaction does, statement by statement; everything here throws. */
const transactions = (db: Database.Database) => {
  const statement = preparing(db)
  const find = finding(db)
  const tables = Object.values(Books.tables).map((table) => ({
    table: table.name,
    insert: Statements.insert(sqlite, table),
    update: Statements.update(sqlite, table)
  }))
  const counters = db.prepare<[], Id.Counters>(Statements.counters)
  const heads = db.prepare<[], Entry.Head & { readonly account: string }>(Statements.selectHeads)
  const lastFeed = db.prepare<[], Entry.FeedRow>(Statements.selectLastFeed)
  let writing = ""

  const run = (text: string, cells: Cells): number => statement(text).run(...cells).changes

  const apply = (changes: ReadonlyArray<Books.TableChanges>, kind: "updates" | "inserts") => {
    for (const { insert, table, update } of tables) {
      const { cells, text } = kind === "updates" ? update : insert
      writing = table
      for (const row of changes.filter((each) => each.table === table).flatMap((each) => each[kind])) {
        const written = run(text, cells.map((column) => row[column] ?? null))
        if (written !== 1) throw new Error(`an update of ${table} found ${written} rows`)
      }
    }
  }

  const journal = ({ account, entries, head }: TradeRepository.JournalPart) => {
    writing = "journal"
    for (const entry of entries) run(Statements.appendEntry(sqlite), Statements.entryColumns.map((column) => entry[column]))
    writing = "heads"
    run(Statements.setHead(sqlite), [account, head.seq, head.hash])
  }

  /** Appends a row for each part; where the feed stands then. */
  const feed = (parts: ReadonlyArray<TradeRepository.JournalPart>): number => {
    writing = "feed"
    let last = lastFeed.get()
    for (const { account, entries, head } of parts) {
      const step = { account, firstSeq: entries[0].seq, lastSeq: head.seq, headHash: head.hash }
      const next = Entry.nextFeedRow(last, step)
      run(Statements.appendFeed(sqlite), Statements.feedColumns.map((column) => next[column]))
      last = next
    }
    return last?.position ?? 0
  }

  const ground = () => {
    const next = counters.get()
    if (next === undefined) throw new Error("the counters' statement gave no row")
    return {
      heads: new Map(heads.all().map(({ account, hash, seq }) => [account, { seq, hash }])),
      counters: next
    }
  }

  return {
    begin: () => statement("BEGIN IMMEDIATE").run(),
    plan: <A>(scope: TradeRepository.Scope, plan: (state: TradeRepository.State) => TradeRepository.Plan<A>) => {
      const loaded = loading(find)
      loaded.load(scope.needs)
      return planned(loaded, ground(), plan)
    },
    /** Writes and commits. Updates go first: a place that a unique index guards is left before it is taken. */
    commit: <A>({ answer, changes, journals }: Planned<A>): TradeRepository.Written<A> => {
      apply(changes, "updates")
      apply(changes, "inserts")
      for (const part of journals) journal(part)
      const feedPosition = feed(journals)
      writing = ""
      statement("COMMIT").run()
      return { answer, feedPosition }
    },
    rollback: () => {
      if (db.inTransaction) statement("ROLLBACK").run()
    },
    /** The table whose row was being written. */
    place: () => writing
  }
}

const isForeignKey = (failure: TradeRepository.StoreError | undefined): boolean =>
  failure instanceof TradeRepository.ConstraintRefused && failure.constraint.startsWith("FOREIGN KEY")

/** Which reference it was that COMMIT refused; SQLite does not say so itself. */
const danglingReference = (db: Database.Database): TradeRepository.ConstraintRefused | undefined => {
  const found = db.prepare<[], { table: string; parent: string }>(
    `SELECT "table", "parent" FROM pragma_foreign_key_check LIMIT 1`
  ).get()
  if (found === undefined) return undefined
  const bare = (name: string) => name.slice(Ddl.PREFIX.length)
  return new TradeRepository.ConstraintRefused({ table: bare(found.table), constraint: `FOREIGN KEY to ${bare(found.parent)}` })
}

/** The write of a repository on a connection of its own: one call, one transaction, nothing in between. */
export const make = (file: string, db: Database.Database) => {
  const transaction = transactions(db)
  const failed = (error: unknown): Effect.Effect<never, TradeRepository.StoreError> => {
    const failure = failureOf(file, error, transaction.place())
    const named = isForeignKey(failure) && db.inTransaction ? danglingReference(db) : undefined
    transaction.rollback()
    return failure === undefined ? Effect.die(error) : Effect.fail(named ?? failure)
  }
  return <A>(
    scope: TradeRepository.Scope,
    plan: (state: TradeRepository.State) => TradeRepository.Plan<A>
  ): Effect.Effect<TradeRepository.Written<A>, TradeRepository.StoreError> =>
    Effect.suspend(() => {
      try {
        transaction.begin()
        return Effect.succeed(transaction.commit(transaction.plan(scope, plan)))
      } catch (error) {
        return failed(error)
      }
    })
}

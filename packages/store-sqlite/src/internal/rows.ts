import { Books, type Column, Entry, type Id, type Table, TradeRepository } from "@roundlot/core"
import { Dialect, Rules, Statements } from "@roundlot/store-sql"
import type Database from "better-sqlite3"

type Cells = ReadonlyArray<Column.Cell>

/** A row of a write, and where it goes. */
interface Written {
  readonly table: Table.TableName
  readonly row: Table.EncodedRow
}

/** What planning starts from beside the books. */
export type Ground = Pick<TradeRepository.State, "heads" | "newestAt" | "counters">

const { sqlite } = Dialect

const statementsOf = (table: Books.AnyTable) => ({
  inserts: Statements.insert(sqlite, table),
  updates: Statements.update(sqlite, table)
})

const steps = Statements.order.map(({ kind, table }) => ({ kind, table, ...statementsOf(Books.tables[table])[kind] }))

const appendEntry = Statements.appendEntry(sqlite)
const appendFeed = Statements.appendFeed(sqlite)
const setHead = Statements.setHead(sqlite)

/** The statements of one connection's writes, prepared once. Everything throws. */
export const writing = (db: Database.Database) => {
  const known = new Map<string, Database.Statement<Array<Column.Cell>>>()
  const run = (text: string, cells: Cells): number => {
    const statement = known.get(text) ?? db.prepare<Array<Column.Cell>>(text)
    known.set(text, statement)
    return statement.run(...cells).changes
  }
  const counters = db.prepare<[], Id.Counters>(Statements.counters)
  const heads = db.prepare<[], Entry.Head & { readonly account: string }>(Statements.selectHeads)
  const newest = db.prepare<[], Pick<TradeRepository.State, "newestAt">>(Statements.selectNewestAt)
  const lastFeed = db.prepare<[], Entry.FeedRow>(Statements.selectLastFeed)
  let place = ""
  let current: ReadonlyArray<Written> = []

  const writeRow = (text: string, cells: ReadonlyArray<string>, written: Written): void => {
    current = [written]
    const values = cells.map((column) => written.row[column] ?? null)
    const changed = run(text, values)
    if (changed !== 1) throw new Error(`an update of ${written.table} found ${changed} rows`)
  }

  const isDangling = ({ row }: Written, reference: Rules.Reference): boolean => {
    const cell = row[reference.column] ?? null
    return cell !== null && db.prepare(Statements.referred(sqlite, reference)).get(cell) === undefined
  }

  return {
    run,
    /** The heads of all journals, when the newest entry was, and the next free ids. */
    ground: (): Ground => {
      const next = counters.get()
      if (next === undefined) throw new Error("the counters' statement gave no row")
      return {
        heads: new Map(heads.all().map(({ account, hash, seq }) => [account, { seq, hash }])),
        newestAt: newest.get()?.newestAt ?? 0,
        counters: next
      }
    },
    rows: (changes: ReadonlyArray<Books.TableChanges>): void => {
      for (const { cells, kind, table, text } of steps) {
        place = table
        for (const change of changes) {
          if (change.table === table) for (const row of change[kind]) writeRow(text, cells, { table, row })
        }
      }
      current = changes.flatMap(({ inserts, table, updates }) =>
        [...updates, ...inserts].map((row) => ({ table, row }))
      )
    },
    journal: ({ account, entries, head }: TradeRepository.JournalPart): void => {
      place = "journal"
      for (const entry of entries) {
        const cells = Statements.entryColumns.map((column) => entry[column])
        run(appendEntry, cells)
      }
      place = "heads"
      run(setHead, [account, head.seq, head.hash])
    },
    /** Appends a row for each part; where the feed stands then. */
    feed: (parts: ReadonlyArray<TradeRepository.JournalPart>): number => {
      place = "feed"
      let last = lastFeed.get()
      for (const { account, entries, head } of parts) {
        const step = { account, firstSeq: entries[0].seq, lastSeq: head.seq, headHash: head.hash }
        const next = Entry.nextFeedRow(last, step)
        const cells = Statements.feedColumns.map((column) => next[column])
        run(appendFeed, cells)
        last = next
      }
      return last?.position ?? 0
    },
    /** The table whose row was being written. */
    place: (): string => place,
    /** Which reference it is that the database refused; it does not say so itself. */
    dangling: (): TradeRepository.ConstraintRefused | undefined => {
      for (const written of current) {
        const found = Rules.rules[written.table].references.find((each) => isDangling(written, each))
        if (found === undefined) continue
        const constraint = `FOREIGN KEY ${found.column} to ${found.table}`
        return new TradeRepository.ConstraintRefused({ table: written.table, constraint })
      }
      return undefined
    }
  }
}

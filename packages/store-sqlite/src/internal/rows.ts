import { Books, Entry, type Id, type Table, TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Dialect, Identity, Migrations, Rules, Segments, Statements } from "@roundlot/store-sql"

/** A row of a write, and where it goes. */
interface Written {
  readonly table: Table.TableName
  readonly row: Table.EncodedRow
}

const nothingYet = (): ReadonlyArray<Written> => []

/** What planning starts from beside the books. */
export type Ground = Pick<TradeRepository.State, "newestAt" | "counters">

const { sqlite } = Dialect

/** The rows of a table that are written in one turn. */
interface Part extends Statements.Step {
  readonly turn: number
  readonly change: Books.TableChanges
  readonly bare: Books.BareChanges | undefined
}

/** When in a write the rows of each table have their turns: those that are new, and those that replace others. */
const turns = new Map(
  Statements.order.map(({ table }) => {
    const turnOf = (kind: Statements.Step["kind"]) =>
      Statements.order.findIndex((step) => step.table === table && step.kind === kind)
    return [table, { inserts: turnOf("inserts"), updates: turnOf("updates") }]
  })
)

/** What is written, in the order of its turns: of most tables nothing. */
const partsOf = (changes: ReadonlyArray<Books.TableChanges>): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  for (const change of changes) {
    const { bare, table } = change
    const turn = turns.get(table)
    if (turn === undefined) continue
    const { inserts, updates } = bare ?? change
    if (inserts.length > 0) parts.push({ turn: turn.inserts, table, kind: "inserts", change, bare })
    if (updates.length > 0) parts.push({ turn: turn.updates, table, kind: "updates", change, bare })
  }
  return parts.toSorted((a, b) => a.turn - b.turn)
}

/** More ways in which rows of one table change than this are written whole. */
const MOST_UPDATES = 200

/** The statements that write one table, prepared when they are first needed. */
const tableOf = (db: Sqlite.Database, name: Table.TableName) => {
  const table = Books.tables[name]
  const columns = Object.keys(table.columns)
  const prepare = ({ text, cells }: Statements.RowStatement) => ({ statement: db.prepare(text), cells })
  const whole = { inserts: Statements.insert(sqlite, table), updates: Statements.update(sqlite, table) }
  const prepared = new Map<string, { readonly statement: Sqlite.Statement; readonly cells: ReadonlyArray<string> }>()
  const statementOf = (key: string, make: () => Statements.RowStatement) => {
    const known = prepared.get(key)
    if (known !== undefined) return known
    const made = prepare(make())
    prepared.set(key, made)
    return made
  }
  return {
    idPlace: columns.indexOf("id"),
    insert: (): Sqlite.Statement => statementOf("inserts", () => whole.inserts).statement,
    whole: (kind: "inserts" | "updates") => statementOf(kind, () => whole[kind]),
    /** The statement that sets these columns of a row; `undefined` where there are too many such. */
    setting: (places: ReadonlyArray<number>): Sqlite.Statement | undefined => {
      const key = places.join()
      if (prepared.size > MOST_UPDATES && !prepared.has(key)) return undefined
      return statementOf(key, () =>
        Statements.set(
          sqlite,
          table,
          places.map((place) => columns[place] ?? "")
        )
      ).statement
    }
  }
}

/** What is being written: the database does not say it of what it refuses. */
const progressOf = () => {
  let place = ""
  let rows = nothingYet
  return {
    place: (): string => place,
    rows: () => rows(),
    at: (name: string): void => void (place = name),
    with: (written: () => ReadonlyArray<Written>): void => void (rows = written)
  }
}

type Progress = ReturnType<typeof progressOf>

/** Writes the rows of tables: what planning changed, in the order of its turns. */
const tableWriter = (db: Sqlite.Database, progress: Progress) => {
  const tables = new Map(Statements.order.map(({ table }) => [table, tableOf(db, table)]))
  const own = (name: Table.TableName) => tables.get(name) ?? tableOf(db, name)

  const changed = (count: number): void => {
    if (count !== 1) throw new Error(`an update of ${progress.place()} found ${count} rows`)
  }

  /** Writes the rows of a table as they were made or as they stand now, each whole. */
  const writeWhole = (table: Table.TableName, kind: "inserts" | "updates", rows: ReadonlyArray<Table.EncodedRow>) => {
    const { cells, statement } = own(table).whole(kind)
    for (const row of rows) {
      progress.with(() => [{ table, row }])
      changed(statement.run(...cells.map((column) => row[column] ?? null)).changes)
    }
  }

  const writeInserts = ({ inserts, table }: Books.TableChanges, bare: Books.BareChanges): void => {
    let at = 0
    progress.with(() => inserts.slice(at, at + 1).map((row) => ({ table, row })))
    const insert = bare.inserts.length === 0 ? undefined : own(table).insert()
    for (const cells of bare.inserts) {
      insert?.run(...cells)
      at++
    }
  }

  /** Sets the columns of rows that differ. */
  const writeDifferences = ({ table, updates }: Books.TableChanges, bare: Books.BareChanges): void => {
    let at = 0
    const rows = () => updates.slice(at, at + 1)
    const underWay = () => rows().map((row) => ({ table, row }))
    for (const { cells, columns, key } of bare.updates) {
      progress.with(underWay)
      const statement = columns.length === 0 ? undefined : own(table).setting(columns)
      if (statement !== undefined) changed(statement.run(...cells, ...key).changes)
      else if (columns.length > 0) writeWhole(table, "updates", rows())
      at++
    }
  }

  const idsOf = ({ bare, change, table }: Part) => ({
    table,
    ids:
      bare === undefined ? change.inserts.map(({ id }) => id) : bare.inserts.map((cells) => cells[own(table).idPlace])
  })

  return (changes: ReadonlyArray<Books.TableChanges>, free: Id.Counters): Id.Counters => {
    const parts = partsOf(changes)
    for (const { bare, change, kind, table } of parts) {
      progress.at(table)
      if (bare === undefined) writeWhole(table, kind, change[kind])
      else if (kind === "inserts") writeInserts(change, bare)
      else writeDifferences(change, bare)
    }
    progress.with(() =>
      changes.flatMap(({ inserts, table, updates }) => [...updates, ...inserts].map((row) => ({ table, row })))
    )
    return Books.counted(free, parts.filter(({ kind }) => kind === "inserts").map(idsOf))
  }
}

/** Appends to journals, and to the feed of all of them. */
const journalWriter = (db: Sqlite.Database, progress: Progress) => {
  const append = db.prepare(Statements.appendSegment(sqlite))
  const mention = db.prepare(Statements.addMention(sqlite))
  const setHead = db.prepare(Statements.setHead(sqlite))
  const feedRow = db.prepare(Statements.appendFeed(sqlite))
  return {
    journal: (part: TradeRepository.JournalPart): void => {
      const { account, head } = part
      const { mentions, segments } = Segments.keptOf(part)
      progress.at("journal")
      for (const segment of segments) append.run(...Segments.segmentCells(segment))
      for (const each of mentions) mention.run(...Segments.mentionCells(each))
      progress.at("heads")
      setHead.run(account, head.seq, head.hash)
    },
    /** Appends a row for each part after `newest`; gives the row that is the newest then. */
    feed: (
      newest: Entry.FeedRow | undefined,
      parts: ReadonlyArray<TradeRepository.JournalPart>
    ): Entry.FeedRow | undefined => {
      progress.at("feed")
      let last = newest
      for (const { account, entries, head } of parts) {
        const step = { account, firstSeq: entries[0].seq, lastSeq: head.seq, headHash: head.hash }
        const next = Entry.nextFeedRow(last, step)
        feedRow.run(...Statements.feedColumns.map((column) => next[column]))
        last = next
      }
      return last
    }
  }
}

/** What planning starts from; throws where the tables are others than when the store was opened, or it was retired. */
const groundOf = (file: string, db: Sqlite.Database, opened: number): (() => Ground) => {
  const counters = db.prepare<Id.Counters>(Statements.counters)
  const newest = db.prepare<Pick<TradeRepository.State, "newestAt">>(Statements.selectNewestAt)
  const migrated = Sqlite.scalar<number>(db, Migrations.selectVersion)
  const state = Sqlite.scalar<Identity.Standing>(db, Identity.selectState)
  return () => {
    const found = migrated() ?? 0
    if (found !== opened) throw Migrations.versionChanged(file, opened, found)
    const refused = Identity.drivingRefusal(file, state() ?? "active")
    if (refused !== undefined) throw refused
    const next = counters.get()
    if (next === undefined) throw new Error("the counters' statement gave no row")
    return { newestAt: newest.get()?.newestAt ?? 0, counters: next }
  }
}

/** Which reference of these rows it is that the database refused. */
const danglingOf = (
  db: Sqlite.Database,
  written: ReadonlyArray<Written>
): TradeRepository.ConstraintRefused | undefined => {
  for (const { row, table } of written) {
    const found = Rules.rules[table].references.find((reference) => {
      const cell = row[reference.column] ?? null
      return cell !== null && db.prepare(Statements.referred(sqlite, reference)).get(cell) === undefined
    })
    if (found === undefined) continue
    return new TradeRepository.ConstraintRefused({ table, constraint: `FOREIGN KEY ${found.column} to ${found.table}` })
  }
  return undefined
}

/** The statements of one connection's writes to a store opened at a version, prepared once. Everything throws. */
export const writing = (file: string, db: Sqlite.Database, opened: number) => {
  const progress = progressOf()
  const begin = db.prepare("BEGIN IMMEDIATE")
  const commit = db.prepare("COMMIT")
  const rollback = db.prepare("ROLLBACK")
  const headOf = db.prepare<Entry.Head>(Statements.selectHead(sqlite))
  const remembered = db.prepare<{ readonly journals: string }>(Statements.selectCommit(sqlite))
  const remember = db.prepare(Statements.rememberCommit(sqlite))
  const lastFeed = db.prepare<Entry.FeedRow>(Statements.selectLastFeed)
  const heads: TradeRepository.Heads = { get: (account) => headOf.get(account) }
  return {
    ...journalWriter(db, progress),
    begin: (): void => void begin.run(),
    commit: (): void => void commit.run(),
    rollback: (): void => void rollback.run(),
    /** Changes whenever another connection has written, and with nothing that this one writes. */
    version: Sqlite.scalar<number>(db, "PRAGMA data_version"),
    /** The newest row of the feed. */
    lastFeed: (): Entry.FeedRow | undefined => lastFeed.get(),
    /** The heads of journals, each as it stands when it is asked for. */
    heads,
    /** When the newest entry was, and the next free ids. Throws where the tables are others by now, or the store was retired. */
    ground: groundOf(file, db, opened),
    /** Writes what planning changed; gives the next free ids. */
    rows: tableWriter(db, progress),
    /** Throws `AlreadyCommitted` where a commit of this id was made. */
    expectNew: (commitId: string): void => {
      const did = remembered.get(commitId)
      if (did !== undefined) throw TradeRepository.alreadyCommitted(commitId, did.journals)
    },
    /** Remembers what a commit did. */
    remember: (commitId: string, parts: ReadonlyArray<TradeRepository.JournalPart>): void => {
      remember.run(commitId, TradeRepository.rememberedAs(parts))
    },
    /** The table whose row was being written. */
    place: progress.place,
    /** Which reference it is that the database refused; it does not say so itself. */
    dangling: () => danglingOf(db, progress.rows())
  }
}

/** The statements of one connection's writes. */
export type Writing = ReturnType<typeof writing>

import { Books, Entry, Table, TradeRepository } from "@roundlot/core/adapter"
import { Payload } from "@roundlot/core/ledger"
import { Sqlite } from "@roundlot/sqlite"
import { Dialect, Statements } from "@roundlot/store-sql"
import { timing } from "./measuring.ts"
import type { Group } from "./schedule.ts"

/** A connection as the store has its own: write-ahead, every commit forced to the disk. */
export const open = (file: string): Sqlite.Database => {
  const db = Sqlite.open(file)
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768"])
    db.exec(`PRAGMA ${pragma}`)
  return db
}

const { sqlite } = Dialect

/** The columns of the journal of a floor, which has a row an entry: a yardstick stays what it was, however the store keeps its own. */
export const entryColumns = [
  "account",
  "seq",
  "commitId",
  "entityKind",
  "entityId",
  "tag",
  "eventVersion",
  "at",
  "cause",
  "body",
  "hash"
] as const satisfies ReadonlyArray<keyof Entry.Entry>

const isWhole = (column: string): boolean => ["seq", "eventVersion", "at"].includes(column)

const FLOOR_TABLES = [
  `CREATE TABLE IF NOT EXISTS floor_journal ("position" INTEGER NOT NULL PRIMARY KEY, ${entryColumns
    .map((column) => `"${column}" ${isWhole(column) ? "INTEGER" : "TEXT"} NOT NULL`)
    .join(", ")}, CHECK ("seq" > 0)) STRICT`,
  `CREATE UNIQUE INDEX IF NOT EXISTS floor_journal_seq ON floor_journal ("account", "seq")`,
  `CREATE INDEX IF NOT EXISTS floor_journal_entity ON floor_journal ("account", "entityKind", "entityId", "seq")`
]

const APPEND = `INSERT INTO floor_journal (${entryColumns.map((column) => `"${column}"`).join(", ")}) VALUES (${entryColumns
  .map(() => "?")
  .join(", ")})`

/**
 * Writes what the groups say with cached bare statements and nothing else: no decision, no record, no effect. It looks each
 * identity up, chains every hash anew and keeps heads and feed, as whoever writes these rows must. `around` may do more in each
 * transaction.
 */
export const writer = (
  db: Sqlite.Database,
  around: (writeAll: () => void) => void = (writeAll) => writeAll()
): ((group: Group) => void) => {
  const statements = new Map<string, Sqlite.Statement>()
  const statement = (key: string, text: () => string): Sqlite.Statement => {
    const known = statements.get(key) ?? db.prepare(text())
    statements.set(key, known)
    return known
  }
  const [begin, commit] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT")]
  const identity = db.prepare<{ id: number }>(
    `SELECT "id" FROM roundlot_trades WHERE "account" = ? AND "source" = 'bench' AND "sourceId" = ? AND "occurrence" = '0'`
  )
  for (const text of FLOOR_TABLES) db.exec(text)
  const entry = db.prepare(APPEND)
  const head = db.prepare(Statements.setHead(sqlite))
  const feedRow = db.prepare(Statements.appendFeed(sqlite))
  const remember = db.prepare(Statements.rememberCommit(sqlite))
  const stood = db.prepare<Entry.Head & { readonly account: string }>(SELECT_HEADS).all()
  const heads = new Map(stood.map(({ account, hash }) => [account, hash]))
  let feed = db.prepare<Entry.FeedRow>(Statements.selectLastFeed).get()
  const writeRows = ({ changes }: Group): void => {
    for (const { kind, table } of Statements.order) {
      const bare = changes.find((change) => change.table === table)?.bare
      if (bare === undefined) continue
      if (kind === "inserts") {
        const insert = statement(table, () => Statements.insert(sqlite, Books.tables[table]).text)
        for (const cells of bare.inserts) insert.run(...cells)
        continue
      }
      const columns = Object.keys(Books.tables[table].columns)
      for (const { cells, columns: places, key } of bare.updates) {
        if (places.length === 0) continue
        const names = () => places.map((place) => columns[place] ?? "")
        statement(`${table} ${places.join()}`, () => Statements.set(sqlite, Books.tables[table], names()).text).run(
          ...cells,
          ...key
        )
      }
    }
  }
  const writeAll = (group: Group): void => {
    for (const [account, sourceId] of group.identities) identity.get(account, sourceId)
    writeRows(group)
    for (const part of group.journals) {
      let previous = heads.get(part.account) ?? ""
      for (const { account, at, body, cause, commitId, entityId, entityKind, eventVersion, seq, tag } of part.entries) {
        const line = { account, seq, commitId, entityKind, entityId, tag, eventVersion, at, cause, body }
        previous = Entry.hashOf(previous, line)
        entry.run(account, seq, commitId, entityKind, entityId, tag, eventVersion, at, cause, body, previous)
      }
      heads.set(part.account, previous)
      head.run(part.account, part.head.seq, previous)
    }
    for (const { account, entries, head: reached } of group.journals) {
      const row = { account, firstSeq: entries[0].seq, lastSeq: reached.seq, headHash: heads.get(account) ?? "" }
      feed = Entry.nextFeedRow(feed, row)
      feedRow.run(feed.position, feed.account, feed.firstSeq, feed.lastSeq, feed.headHash, feed.feedHash)
    }
    remember.run(group.commitId, TradeRepository.rememberedAs(group.journals))
  }
  return (group) => {
    begin.run()
    around(() => writeAll(group))
    commit.run()
  }
}

/** Writes groups; what those from `from` on took. */
export const write = (db: Sqlite.Database, groups: ReadonlyArray<Group>, from: number) => {
  const writeGroup = writer(db)
  for (const group of groups.slice(0, from)) writeGroup(group)
  const took = timing()
  for (const group of groups.slice(from)) writeGroup(group)
  return took()
}

const SELECT_HEADS = `SELECT "account", "seq", "hash" FROM roundlot_heads`

/** All tables that a commit writes but the journal's: the hashes of heads say whether that is the same. */
const WRITTEN = [...Table.domainTables, "heads", "feed"]

/** How many rows each table has, and a hash over all of its cells. */
export const contentsOf = (db: Sqlite.Database): ReadonlyMap<string, string> =>
  new Map(
    WRITTEN.map((table) => {
      let hash = ""
      let rows = 0
      for (const row of db.prepare(`SELECT * FROM roundlot_${table} ORDER BY 1, 2`).iterate()) {
        rows += 1
        hash = Payload.sha256(hash + JSON.stringify(row))
      }
      return [table, `${rows} ${hash}`] as const
    })
  )

import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Batches,
  Commands,
  Daemon,
  Decimal,
  Decisions,
  Instant,
  Order,
  OwnerId,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker,
  Trade
} from "@roundlot/core"
import { Books, type Column, Entry, type Report, Table } from "@roundlot/core/adapter"
import {
  AttendedCase,
  Booking,
  Break,
  Jobs,
  Ledger,
  Requests,
  Sessions,
  Sync,
  Templates,
  TokenRegister,
  Tokens
} from "@roundlot/core/ledger"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert } from "@effect/vitest"
import { Sqlite } from "@roundlot/sqlite"
import { Segments } from "@roundlot/store-sql"
import { Array, Effect, Layer, Logger, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The account of these stores. */
export const account = AccountName.AccountName.make("paper")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-tamper-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

const trade = (sourceId: string, symbol: string, side: "buy" | "sell", shares: string) =>
  Trade.input({
    source: "t",
    sourceId,
    symbol,
    side,
    quantity: Quantity.unsafe(shares),
    price: Price.unsafe("10"),
    tradedAt: Instant.make(1n),
    owner: OwnerId.OwnerId.make("client-1")
  })

/** An execution of an order that nobody knows. */
const stray = (execIdBase: string): Report.Executed => ({
  _tag: "Executed",
  account,
  asOf: Instant.make(3n),
  asOfKind: "broker",
  execId: `${execIdBase}.0`,
  execIdBase,
  revision: 0,
  brokerOrderId: undefined,
  clientOrderId: "someone-else",
  symbol: "AAPL",
  side: "buy",
  quantity: Quantity.unsafe("1"),
  price: Price.unsafe("10"),
  executedAt: Instant.make(2n)
})

/** The commission of an execution that nobody knows. */
const cost = (execId: string): Report.Commission => ({
  _tag: "Commission",
  account,
  asOf: Instant.make(3n),
  asOfKind: "broker",
  execId,
  amount: Quantity.unsafe("1"),
  currency: "USD"
})

/** An execution of far more than its order has: held. */
const implausible = (
  { brokerOrderId, lastFilledAt = Instant.make(2n) }: Order.Order,
  execIdBase: string
): Report.Executed => ({
  ...stray(execIdBase),
  brokerOrderId,
  quantity: Quantity.unsafe("1000"),
  asOf: lastFilledAt,
  executedAt: lastFilledAt
})

const rejection = { id: "r", when: { symbol: "KO" }, do: { reject: { code: "no", words: "halted" } } }

/** Two batches, one of which executes a row. */
const together = Effect.gen(function* () {
  const batches = yield* Batches.Batches
  for (const uid of ["u-1", "u-2"]) {
    const batch = yield* batches.create({
      account,
      actor: "test",
      uid,
      name: uid,
      mode: "execute",
      priority: 0
    })
    const input = { ...trade(uid, "MSFT", "buy", "1"), direct: { type: "market", timeInForce: "day" } as const }
    yield* batches.add(batch, [{ line: 1, input }], SourcePolicy.anyAge)
    const rejected = [{ line: 2, column: "side", value: "long", reason: "is no side" }]
    yield* batches.queue(batch.id, { actor: "test", left: { rejected: rejected.length, rejectedRows: rejected } })
  }
})

const errand = Jobs.jobType({ name: "errand", payload: Schema.Unknown })

/** People who may call, a call that was answered under its key, a template, a background job, and what the broker says is held. */
const operated = Effect.gen(function* () {
  for (const name of ["dana", "watch"]) {
    const { token } = yield* Tokens.create({ name, role: "read", actor: "test" })
    yield* Effect.provide(Sessions.open(token, "127.0.0.1:4400"), TokenRegister.layer)
    const away = yield* Effect.provide(Sessions.open(token, "127.0.0.1:4400"), TokenRegister.layer)
    yield* Effect.provide(Sessions.end(away.session.id, "SignedOut", name), TokenRegister.layer)
  }
  const issuer = "https://login.example.com"
  for (const subject of ["eve", "bob"]) {
    const rights = { groups: ["desk"], role: "read", accounts: [account] } as const
    const person = { name: `oidc:${subject}@login.example.com`, person: subject, issuer, subject, ...rights }
    yield* Effect.provide(Sessions.openPerson(person, "127.0.0.1:4400"), TokenRegister.layer)
  }
  yield* Tokens.rotate({ name: "watch", overlapMs: 3_600_000, actor: "test" })
  yield* Tokens.create({ name: "gone", role: "operate", actor: "test" })
  yield* Tokens.revoke("gone", "test")
  for (const key of ["k-1", "k-2"]) yield* Requests.once(key, "f", () => Effect.succeed("answer"))
  yield* Templates.save("weekly", { priority: 1 }, "test")
  yield* Sync.syncPositionsOnce({ account })
  yield* Effect.flatMap(Jobs.Jobs, (jobs) => jobs.enqueue({ type: errand.name })).pipe(
    Effect.provide(Jobs.layer([errand]))
  )
})

/** Lives until every kind of record has come up: fills, waiting fills, a conflict, a rejected order, netting, decisions, halts. */
const living = Effect.gen(function* () {
  const commands = yield* Commands.Commands
  const accumulator = yield* Accumulator.Accumulator
  const exchange = yield* Exchange.Exchange
  const ledger = yield* Ledger.Ledger
  yield* commands.setAccount(
    account,
    { ...Account.defaultSettings, ordersPerMinute: 100, fourEyes: ["adjust"] },
    "test"
  )
  yield* exchange.instructJson(JSON.stringify(rejection))
  yield* Effect.forkScoped(Daemon.run())
  yield* accumulator.submitMany(
    account,
    [
      trade("1", "AAPL", "buy", "1.4"),
      trade("2", "AAPL", "sell", "0.3"),
      trade("2", "AAPL", "sell", "0.4"),
      trade("3", "KO", "sell", "2"),
      trade("4", "SPY", "buy", "1.5")
    ],
    SourcePolicy.anyAge
  )
  yield* together
  yield* Daemon.untilIdle
  const strays = ["x", "y"].map((id) => Booking.reportMember({ report: stray(id), payload: undefined }))
  yield* ledger.submitAll("report", strays)
  const costs = ["c1", "c2"].map((id) => Booking.reportMember({ report: cost(id), payload: undefined }))
  yield* ledger.submitAll("report", costs)
  const filled = yield* Reads.all(Order.OrderTable, { where: [{ column: "symbol", in: ["AAPL"] }] })
  const held = filled.flatMap((order) =>
    ["h1", "h2"].map((id) => Booking.reportMember({ report: implausible(order, id), payload: undefined }))
  )
  yield* ledger.submitAll("report", held)
  for (const side of ["buy", "sell"] as const) {
    yield* Decisions.decide(account, { symbol: Ticker.Ticker.make("SPY"), side, quantity: Quantity.unsafe("1") })
  }
  const halt = { account, actor: "test", reason: "test" }
  const open = yield* Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  for (const found of open.slice(0, 2)) {
    const caseId = AttendedCase.ofBreak(found)
    yield* commands.perform({ ...halt, id: `w${found.id}`, command: { _tag: "AssignCase", caseId, owner: "dana" } })
    const command = { _tag: "AcknowledgeCase", caseId, severity: "critical" } as const
    yield* commands.perform({ ...halt, id: `k${found.id}`, command })
  }
  const one = { _tag: "OneSymbol", symbol: Ticker.Ticker.make("KO") } as const
  yield* operated
  for (const [id, by] of [
    ["a1", "1"],
    ["a2", "2"]
  ] as const) {
    const adjust = {
      _tag: "AdjustPosition",
      symbol: one.symbol,
      as: "base",
      by: Decimal.unsafe(by),
      price: undefined
    } as const
    yield* commands.perform({ ...halt, id, command: adjust })
  }
  yield* commands.perform({ ...halt, id: "h1", command: { _tag: "Halt", scope: { _tag: "Everything" } } })
  yield* commands.perform({ ...halt, id: "h2", command: { _tag: "Halt", scope: one } })
})

const columnsOf = (table: string): ReadonlyArray<readonly [string, Column.ColumnKind]> => {
  const known = Table.domainTables.find((each) => each === table)
  return known === undefined
    ? (chained[table] ?? [])
    : Object.entries(Books.tables[known].columns).map(([name, { kind }]) => [name, kind] as const)
}

/** The columns of the tables that chain hashes. */
const chained: { readonly [table: string]: ReadonlyArray<readonly [string, Column.ColumnKind]> } = {
  journal: Object.entries(Segments.segmentColumns),
  heads: [
    ["account", "text"],
    ["seq", "integer"],
    ["hash", "text"]
  ],
  feed: [
    ...["account", "headHash", "feedHash"].map((name) => [name, "text"] as const),
    ...["position", "firstSeq", "lastSeq"].map((name) => [name, "integer"] as const)
  ]
}

/** Every table that an audit proves. */
export const provenTables = [...Table.domainTables, ...Object.keys(chained)]

const answering = ["tokens", "sessions", "commands", "cursors"]

/** The tables of what was traded, and of how that is proven; all others say who may do what, what was answered, and where work stands. */
export const factTables: ReadonlyArray<string> = [
  ...provenTables.filter((each) => !answering.includes(each)),
  "migrations"
]

/** The tables that no audit proves, and why not. What is not named here is proven, value by value. */
export const unproven: { readonly [table: string]: string } = {
  ops_requests:
    "answers over HTTP, kept 30 days for a retry: what they were made of is in the journal, as the answer of the command or the trade under the id that the key gave",
  ops_marks: "how far a routine of the daemon is: what is lost of it is done again, and no record depends on it",
  ops_jobs: "work that is to be done: each job is safe to do twice, and changes with every try",
  ops_templates: "what a form is filled with: the person who submits it sees it, and the batch has it on record",
  ops_token_uses: "when tokens were last used, to the minute: no call is judged by it",
  ops_holdings: "what a broker said at a time, beside the books: the next comparison asks the broker again",
  ops_comparisons:
    "what comparing each symbol came to last: the next reconciliation asks the broker again, and differences are breaks",
  ops_reconciliations: "which reconciliations there were, kept 30 days: what they found is in the journal, as breaks",
  journal_mentions:
    "where in the journal a record is named: only the history of one record is looked up by it, and the journal itself has it all",
  ops_commits: "of use for a retry within seconds; where it is gone, identities in the journal decide",
  migrations: "of which version the tables are: no journal has that, and no record depends on it",
  ops_store: "whose store it is: part of no journal, since a copy has the same journal and another identity",
  ops_leases: "who drives now: changed every few seconds, and compared by each commit"
}

/** A row of any table. */
export interface Row {
  readonly [column: string]: string | number | Uint8Array | null
}

/** Another value that a cell of this kind could have. */
const changed = (kind: Column.ColumnKind, cell: unknown): string | number | Buffer => {
  switch (kind) {
    case "id":
    case "integer":
    case "instant":
      return (typeof cell === "number" ? cell : 0) + 1000
    case "flag":
      return cell === 1 ? 0 : 1
    case "decimal":
      return cell === "7.5" ? "8.5" : "7.5"
    case "json":
      return '["changed"]'
    case "bytes":
      return Buffer.from("changed")
    case "text":
      return cell === "changed" ? "changed again" : "changed"
  }
}

/** One edit of one value: done by hand, and undone. */
export interface Edit {
  readonly table: string
  readonly column: string
  readonly row: Row
}

const name = (table: string) => `roundlot_${table}`

/** The columns by which a row of a table is found. */
const keyed = (table: string): ReadonlyArray<string> => {
  const known = Table.domainTables.find((each) => each === table)
  if (known !== undefined) return Books.tables[known].key
  if (table === "journal") return ["account", "firstSeq"]
  return table === "heads" ? ["account"] : ["position"]
}
const cellsAt = (row: Row, columns: ReadonlyArray<string>) => columns.map((column) => row[column] ?? null)

const matching = (table: string) => keyed(table).map((column) => `"${column}" = ?`)

const keyOf = (table: string, row: Row) => cellsAt(row, keyed(table))

/** A column as the database has it; `pk` is its place in the primary key, from 1. */
export interface ColumnOf {
  readonly name: string
  readonly type: string
  readonly pk: number
}

/** What reaches into the file of a store. */
export const handOn = (db: Sqlite.Database) => {
  const rows = (table: string) => db.prepare<Row>(`SELECT * FROM ${name(table)}`).all()
  const set = (table: string, column: string, value: Sqlite.Cell, key: ReadonlyArray<Sqlite.Cell>) =>
    db.prepare(`UPDATE ${name(table)} SET "${column}" = ? WHERE ${matching(table).join(" AND ")}`).run(value, ...key)
  const insert = (table: string, row: Row) => {
    const columns = Object.keys(row)
    const names = columns.map((column) => `"${column}"`).join(", ")
    const places = columns.map(() => "?").join(", ")
    db.prepare(`INSERT INTO ${name(table)} (${names}) VALUES (${places})`).run(...cellsAt(row, columns))
  }
  const remove = (table: string, row: Row) =>
    db.prepare(`DELETE FROM ${name(table)} WHERE ${matching(table).join(" AND ")}`).run(...keyOf(table, row))
  const tables = () =>
    db
      .prepare<ColumnOf>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'roundlot%'`)
      .all()
      .map((each) => each.name.slice(name("").length))
  const columns = (table: string) =>
    db.prepare<ColumnOf>(`SELECT name, type, pk FROM pragma_table_info('${name(table)}')`).all()
  const replace = (table: string, all: ReadonlyArray<Row>) => {
    db.exec(`DELETE FROM ${name(table)}`)
    for (const row of all) insert(table, row)
  }
  return { columns, insert, remove, replace, rows, set, tables }
}

/** What reaches into the file of a store. */
export type Hand = ReturnType<typeof handOn>

/** A lived store, a hand that reaches into its file past every rule of the database, and the audit of it. */
export const tampered = Effect.gen(function* () {
  const file = join(yield* folder, "store.db")
  const brokers = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))
  yield* Effect.scoped(living).pipe(
    Effect.provide(Layer.merge(Roundlot.layerOn(SqliteStore.layer({ file })), brokers)),
    Effect.provide(quiet)
  )
  const repository = yield* Layer.build(SqliteStore.layer({ file }))
  const audited = (anchor?: Audit.Anchor) => Effect.provide(Audit.run(anchor === undefined ? [] : [anchor]), repository)
  const db = yield* Effect.acquireRelease(
    Effect.sync(() => Sqlite.open(file)),
    (opened) => Effect.sync(() => opened.close())
  )
  db.exec("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
  const indexes = db.prepare<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%'"
  )
  for (const index of indexes.all()) db.exec(`DROP INDEX "${index.name}"`)

  const hand = handOn(db)
  const { replace, rows, set } = hand

  /** What an audit finds after a change, which is undone again. */
  const after = (change: () => void, anchor?: Audit.Anchor) =>
    Effect.gen(function* () {
      const copies = provenTables.map((table) => [table, rows(table)] as const)
      Sqlite.transaction(db, change)
      const { findings } = yield* audited(anchor)
      Sqlite.transaction(db, () => {
        for (const [table, kept] of copies) replace(table, kept)
      })
      return findings
    })

  /** What an audit finds while an edit stands. */
  const edited = ({ column, row, table }: Edit) =>
    Effect.gen(function* () {
      const kind = columnsOf(table).find(([each]) => each === column)?.[1] ?? "text"
      const cell = row[column] ?? null
      const other = changed(kind, cell)
      const key = (now: Sqlite.Cell) => keyed(table).map((part) => (part === column ? now : (row[part] ?? null)))
      assert.strictEqual(set(table, column, other, key(cell)).changes, 1)
      const { findings } = yield* audited()
      assert.strictEqual(set(table, column, cell, key(other)).changes, 1)
      return findings
    })

  return { ...hand, audited, after, edited, keyOf, keyed }
})

/** Every edit that can be made of a row. */
export const editsOf = (table: string, row: Row): ReadonlyArray<Edit> =>
  columnsOf(table).map(([column]) => ({ table, column, row }))

/** All entries of all journals. */
export const entriesIn = (hand: Hand): ReadonlyArray<Entry.Entry> => hand.rows("journal").flatMap(Segments.entriesOf)

/** Writes these entries in place of all that are there. */
export const writeEntries = (hand: Hand, entries: ReadonlyArray<Entry.Entry>): void => {
  const segments = Object.values(Array.groupBy(entries, ({ account }) => account)).flatMap(
    (journal) => Segments.keptOf({ entries: journal }).segments
  )
  hand.replace(
    "journal",
    segments.map((segment) => ({ ...segment }))
  )
}

/** Changes every entry and gives it, the heads and, where it is not left as it was, the feed hashes that fit: a forger who forgets nothing. */
export const rehash = (hand: Hand, forge: (entry: Entry.Entry) => Entry.Entry, isFeedLeft = false): void => {
  const heads = new Map<string, string>()
  const hashes = new Map<string, string>()
  const forged = entriesIn(hand).map((entry) => {
    const { hash: _, ...line } = forge(entry)
    const hash = Entry.hashOf(heads.get(line.account) ?? "", line)
    heads.set(line.account, hash)
    hashes.set(`${line.account}/${line.seq}`, hash)
    return { ...line, hash }
  })
  writeEntries(hand, forged)
  for (const [name, hash] of heads) hand.set("heads", "hash", hash, [name])
  if (isFeedLeft) return
  let previous: Entry.FeedRow | undefined
  for (const row of hand.rows("feed")) {
    const name = String(row["account"])
    const lastSeq = Number(row["lastSeq"])
    const headHash = hashes.get(`${name}/${lastSeq}`) ?? ""
    const next = Entry.nextFeedRow(previous, { account: name, firstSeq: Number(row["firstSeq"]), lastSeq, headHash })
    hand.remove("feed", row)
    hand.insert("feed", { ...next })
    previous = next
  }
}

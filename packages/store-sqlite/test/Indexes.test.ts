import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Books, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl, Dialect, Pages, Reads, Statements } from "@roundlot/store-sql"
import { Effect } from "effect"
import { open } from "../src/internal/connection.ts"
import { make } from "../src/internal/make.ts"
import * as Client from "../src/internal/client.ts"
import { isCells } from "../src/internal/statements.ts"
import { everyRow, folder } from "./place.ts"

const connected = Effect.gen(function* () {
  const file = join(yield* folder, "roundlot.db")
  yield* Effect.scoped(
    Effect.flatMap(make({ file }), (repository) => repository.write(rows.scope(), rows.writing(rows.everything)))
  )
  const db = yield* Effect.acquireRelease(
    Effect.sync(() => open(file)),
    (db) => Effect.sync(() => db.close())
  )
  return { db, sql: (yield* Client.open(file)).client }
})

const planOf = (db: Sqlite.Database, text: string, cells: ReadonlyArray<unknown>): string =>
  db
    .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
    .all(...(isCells(cells) ? cells : []))
    .map(({ detail }) => detail)
    .join("; ")

const descending = (
  table: Table.TableName,
  query: Partial<TradeRepository.PageQuery> = {}
): TradeRepository.PageQuery => ({
  ...everyRow(table, "id"),
  descending: true,
  ...query
})

const is = (column: string, ...cells: ReadonlyArray<string | number>): TradeRepository.Filter => ({ column, in: cells })

/** The queries of list screens, tracking and the journal, with the index that each goes over. */
const lists: ReadonlyArray<readonly [query: TradeRepository.PageQuery, plan: RegExp]> = [
  [
    descending("orders", { where: [is("status", "pending")] }),
    /SEARCH \w+ USING INDEX roundlot_orders_status \(status=\?\)/
  ],
  [
    descending("orders", { where: [is("status", "submitted")], after: [9] }),
    /roundlot_orders_status \(status=\? AND rowid<\?\)/
  ],
  [descending("orders"), /^SCAN roundlot_orders$/],
  [descending("orders", { after: [9] }), /SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid<\?\)/],
  [
    descending("orders", { where: [is("brokerOrderId", "B-1"), is("account", "main")] }),
    /roundlot_orders_lookup_brokerOrderId/
  ],
  [descending("trades"), /^SCAN roundlot_trades$/],
  [
    descending("trades", { where: [is("account", "main"), is("status", "pending")] }),
    /roundlot_trades_status \(status=\?\)/
  ],
  [descending("trades", { where: [is("symbol", "AAPL")] }), /roundlot_trades_symbol \(symbol=\?\)/],
  [descending("trades", { where: [is("owner", "client-1")] }), /roundlot_trades_owner \(owner=\?\)/],
  [descending("trades", { orderBy: ["createdAt", "id"] }), /SCAN \w+ USING INDEX roundlot_trades_created$/],
  [
    descending("trades", { orderBy: ["createdAt", "id"], after: [9, 9] }),
    // SQLite 3.53.0 searches by both columns, later ones by the first.
    /SEARCH \w+ USING INDEX roundlot_trades_created \((createdAt<\?|\(createdAt,rowid\)<\(\?,\?\))\)/
  ],
  [descending("trades", { orderBy: ["status", "id"] }), /SCAN \w+ USING INDEX roundlot_trades_status$/],
  [descending("orders", { where: [is("symbol", "AAPL")] }), /roundlot_orders_symbol \(symbol=\?\)/],
  [descending("orders", { orderBy: ["createdAt", "id"] }), /SCAN \w+ USING INDEX roundlot_orders_created$/],
  [descending("orders", { orderBy: ["status", "id"] }), /SCAN \w+ USING INDEX roundlot_orders_status$/],
  [descending("fills", { where: [is("symbol", "AAPL")] }), /roundlot_fills_symbol \(symbol=\?\)/],
  [descending("attempts", { where: [is("symbol", "AAPL")] }), /roundlot_attempts_symbol \(symbol=\?\)/],
  [descending("allocations", { where: [is("tradeId", 1)] }), /roundlot_allocations_trade \(tradeId=\?\)/],
  [
    descending("allocations", { where: [is("counterTradeId", 1)] }),
    /roundlot_allocations_counterTrade \(counterTradeId=\?\)/
  ],
  [descending("allocations", { where: [is("orderId", 1)] }), /roundlot_allocations_order \(orderId=\?\)/],
  [descending("fills", { where: [is("orderId", 1)] }), /roundlot_fills_order_executed \(orderId=\?\)/],
  [descending("attempts", { where: [is("orderId", 1)] }), /roundlot_attempts_number \(orderId=\?\)/],
  [
    descending("attempts", { where: [is("status", "submitted", "accepted")] }),
    /SEARCH \w+ USING INDEX roundlot_attempts_status \(status=\?\)/
  ],
  [
    descending("attempts", { where: [is("status", "filled"), { column: "createdAt", atLeast: 1 }] }),
    /roundlot_attempts_status \(status=\? AND createdAt>\?\)/
  ],
  [descending("attempts", { where: [is("brokerOrderId", "B-1")] }), /roundlot_attempts_brokerOrderId/],
  [
    descending("attempts", { where: [is("account", "main"), { column: "outcome", in: [null] }] }),
    /roundlot_attempts_unanswered \(account=\?\)/
  ],
  [descending("attempts", { where: [is("httpStatus", 403)] }), /roundlot_attempts_httpStatus/],
  [descending("decisions", { where: [is("status", "pending")] }), /roundlot_decisions_status/],
  [descending("payloads", { where: [is("id", 1)] }), /USING INTEGER PRIMARY KEY/],
  [descending("trades", { where: [is("batchId", 1)] }), /roundlot_trades_batch_row \(batchId=\?\)/],
  [
    descending("trades", { where: [is("batchId", 1), is("status", "pending")] }),
    /roundlot_trades_batch \(batchId=\? AND status=\?\)/
  ],
  // Rows whose turn it is, and trades that wait for a person, each beside a million of the other.
  [
    descending("trades", { where: [is("batchId", 1), is("status", "pending"), is("reason", "its turn")], limit: 500 }),
    /roundlot_trades_batch \(batchId=\? AND status=\?\)/
  ],
  [
    { ...everyRow("trades", "id"), where: [is("status", "pending"), is("reason", "TooOld")] },
    /roundlot_trades_reason \(status=\? AND reason=\?\)/
  ],
  [
    descending("trades", { where: [is("status", "pending"), is("reason", "TooOld")], after: [9] }),
    /roundlot_trades_reason \(status=\? AND reason=\? AND rowid<\?\)/
  ],
  [
    descending("trades", { where: [is("batchId", 1), is("symbol", "AAPL")], limit: 1 }),
    /roundlot_trades_batch_(symbol|row) \(batchId=\?/
  ],
  [
    descending("batches", { where: [{ column: "hiddenAt", in: [null] }], orderBy: ["createdAt", "id"] }),
    /USING INDEX roundlot_batches_created$/
  ],
  [
    descending("batches", { where: [{ column: "createdAt", atLeast: 5, below: 9 }], orderBy: ["createdAt", "id"] }),
    /roundlot_batches_created \(createdAt>\? AND createdAt<\?\)/
  ],
  [descending("batches", { where: [is("status", "pending")] }), /roundlot_batches_status \(status=\?\)/],
  [
    descending("batches", { where: [is("status", "cancelled"), { column: "waiting", atLeast: 1 }] }),
    /roundlot_batches_status \(status=\? AND waiting>\?\)/
  ],
  [
    descending("batches", {
      where: [is("status", "cancelled"), is("waiting", 0), { column: "working", atLeast: 1 }]
    }),
    /roundlot_batches_status \(status=\? AND waiting=\? AND working>\?\)/
  ],
  [everyRow("positions", "account", "symbol"), /^SCAN roundlot_positions$/],
  [
    { ...everyRow("positions", "account", "symbol"), where: [is("account", "main")] },
    /SEARCH \w+ USING PRIMARY KEY \(account=\?\)/
  ],
  [
    { ...everyRow("instruments", "account", "symbol"), where: [is("status", "unverified"), is("account", "main")] },
    /SEARCH \w+ USING PRIMARY KEY|sqlite_autoindex_roundlot_instruments_1 \(account=\?\)/
  ]
]

/** The index of a segment's key. */
const BY_FIRST = "sqlite_autoindex_roundlot_journal_1"

describe("indexes", () => {
  it.scoped("every lookup goes over an index or the key, and sorts nothing but a handful", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      for (const table of Object.values(Books.tables)) {
        for (const [name, lookup] of Object.entries(table.lookups)) {
          const plan = planOf(db, Statements.lookup(Dialect.sqlite, table, lookup), [
            ...lookup.columns.map(() => 1),
            -1
          ])
          const own = `${table.name}_lookup_${name}`
          const isOwn = Ddl.indexesOf(table).some((index) => `${table.name}_${index.name}` === own)
          const path = isOwn
            ? `INDEX ${Ddl.nameOf(own)}`
            : "(INTEGER PRIMARY KEY|PRIMARY KEY|INDEX (roundlot|sqlite_autoindex)_\\w+)"
          assert.match(plan, new RegExp(`^SEARCH roundlot_\\w+ USING ${path} `), `${table.name} ${name}`)
          const searched = /\(([^)]*)\)/.exec(plan)?.[1]?.split(" AND ").length
          assert.strictEqual(searched, lookup.columns.length, `${table.name} ${name}: ${plan}`)
        }
      }
    })
  )

  it.scoped("AUD-11, BAT-11: every list goes over an index, and none is sorted", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      for (const [query, expected] of lists) {
        const { cells, text } = Pages.page(Dialect.sqlite, Books.tables[query.table], query)
        const plan = planOf(db, text, cells)
        assert.match(plan, expected, `${plan} for ${JSON.stringify(query)}`)
        // The few attempts and fills of one order are sorted.
        const isOfOrder = query.where.some(({ column }) => column === "orderId")
        if (!isOfOrder && query.table !== "attempts" && query.table !== "decisions" && query.table !== "batches")
          assert.notInclude(plan, "TEMP B-TREE", JSON.stringify(query))
      }
    })
  )

  it.scoped("what a list counts beside a page is searched for wherever its page is", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      const searched = lists.filter(([, plan]) => plan.source.includes("SEARCH") || plan.source.includes("=\\?"))
      assert.isAbove(searched.length, 20)
      for (const [{ table, where }] of searched) {
        if (where.length === 0) continue
        const { cells, text } = Pages.count(Dialect.sqlite, Books.tables[table], { table, anyOf: [where], upTo: 10 })
        assert.match(planOf(db, text, cells), /SEARCH roundlot_\w+ USING/, JSON.stringify(where))
      }
    })
  )

  it.scoped("rows are judged as they are written: no list of what a column may hold becomes a table first", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      for (const table of Object.values(Books.tables)) {
        const columns = Object.keys(table.columns).filter((column) => !table.key.includes(column))
        for (const { cells, text } of [
          Statements.insert(Dialect.sqlite, table),
          ...columns.map((column) => Statements.set(Dialect.sqlite, table, [column]))
        ]) {
          const steps = db
            .prepare<{ opcode: string }>(`EXPLAIN ${text}`)
            .all(...cells.map(() => null))
            .map(({ opcode }) => opcode)
          assert.include(steps, "Halt", text)
          assert.notInclude(steps, "OpenEphemeral", text)
        }
      }
    })
  )

  it.scoped("what a write stands on is found by keys, however many accounts and entries there are", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      const newest = planOf(db, Statements.selectNewestAt, [])
      assert.match(
        newest,
        /SEARCH roundlot_journal USING INDEX sqlite_autoindex_roundlot_journal_1 \(account=\? AND firstSeq<\?\)$/
      )
      // The newest row of the feed ends the walk through its key.
      assert.match(newest, /^CO-ROUTINE fed; SCAN roundlot_feed; /)
      const head = planOf(db, Statements.selectHead(Dialect.sqlite), ["main"])
      assert.strictEqual(head, "SEARCH roundlot_heads USING PRIMARY KEY (account=?)")
    })
  )

  it.scoped("journal and feed are read in order without sorting", () =>
    Effect.gen(function* () {
      const { db, sql } = yield* connected
      const entries = (entity: TradeRepository.EntryQuery["entity"]) => {
        const asked = { account: "main", entity, start: { holding: 4 }, upTo: undefined, atMost: 5 }
        const { cells, text } = Pages.segments(Dialect.sqlite, asked)
        return planOf(db, text, cells)
      }
      assert.strictEqual(
        entries(undefined),
        `SEARCH roundlot_journal USING INDEX ${BY_FIRST} (account=? AND firstSeq>?); SCALAR SUBQUERY 1; SEARCH roundlot_journal USING COVERING INDEX ${BY_FIRST} (account=? AND firstSeq<?)`
      )
      const ofOrder = entries({ kind: "order", id: "1" })
      assert.match(
        ofOrder,
        new RegExp(`^SEARCH roundlot_journal USING INDEX ${BY_FIRST} \\(account=\\? AND firstSeq=\\?\\)`)
      )
      const mentions = "(account=? AND entityKind=? AND entityId=? AND firstSeq>?)"
      assert.include(ofOrder, `SEARCH roundlot_journal_mentions USING PRIMARY KEY ${mentions}`)
      assert.notMatch(ofOrder, /TEMP B-TREE|SCAN roundlot/)
      const [text, cells] = Reads.feedStatement(sql, 3, 5).compile()
      assert.strictEqual(planOf(db, text, cells), "SEARCH roundlot_feed USING INTEGER PRIMARY KEY (rowid>?)")
      assert.strictEqual(planOf(db, Statements.selectLastFeed, []), "SCAN roundlot_feed")
      const past = Pages.headsAt(Dialect.sqlite, { accounts: ["main", "_store"], position: 9 })
      const steps = planOf(db, past.text, past.cells)
      assert.include(steps, "SEARCH roundlot_feed USING INTEGER PRIMARY KEY (rowid=?)")
      assert.include(steps, "SEARCH roundlot_feed USING COVERING INDEX roundlot_feed_account (account=? AND rowid<?)")
      assert.notInclude(steps, "SCAN roundlot_feed")
    })
  )

  it.scoped("AUD-11: attempts have no column of JSON; what is said of orders beside them has", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      const made = (table: string) =>
        String(Sqlite.scalar(db, "SELECT sql FROM sqlite_master WHERE name = ?")(Ddl.nameOf(table)))
      assert.notMatch(made("attempts"), /json/i)
      assert.match(made("orders"), /json_valid/)
    })
  )

  it.scoped("every index is there for a lookup, a list or a rule", () =>
    Effect.gen(function* () {
      const { db } = yield* connected
      const names = db
        .prepare<{ name: string }>(
          `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`
        )
        .all()
        .map(({ name }) => name)
      const described = Object.values(Books.tables).flatMap((table) =>
        Ddl.indexesOf(table).map((index) => Ddl.nameOf(`${table.name}_${index.name}`))
      )
      assert.deepStrictEqual(names, [...described, Ddl.nameOf("feed_account")].toSorted())
    })
  )
})

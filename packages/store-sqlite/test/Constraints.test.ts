import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Books, type Column, type Table } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl, Rules } from "@roundlot/store-sql"
import { Effect } from "effect"
import { make } from "../src/internal/make.ts"
import { folder } from "./place.ts"

type Row = Table.EncodedRow
const tables = Object.values(Books.tables)

/** A store with one sound row a table, reached past everything but the database itself. */
const bareStore = Effect.gen(function* () {
  const file = join(yield* folder, "roundlot.db")
  yield* Effect.scoped(
    Effect.flatMap(make({ file }), (repository) =>
      repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
    )
  )
  return yield* Effect.acquireRelease(
    Effect.sync(() => {
      const db = Sqlite.open(file)
      db.exec("PRAGMA foreign_keys = ON")
      return db
    }),
    (db) => Effect.sync(() => db.close())
  )
})

const quoted = (names: ReadonlyArray<string>): string => names.map((name) => `"${name}"`).join(", ")

/** What the database says to a statement that is taken back at once; `undefined` where it takes it. */
const refusal = (db: Sqlite.Database, act: () => void): string | undefined => {
  db.exec("BEGIN")
  try {
    act()
    return undefined
  } catch (error) {
    const code = Sqlite.codeOf(error)
    return error instanceof Error && code !== undefined ? `${code}: ${error.message}` : String(error)
  } finally {
    db.exec("ROLLBACK")
  }
}

/** Sets cells in the first row of a table. */
const change = (db: Sqlite.Database, table: string, cells: Row): void => {
  const name = Ddl.nameOf(table)
  const sets = Object.keys(cells)
    .map((column) => `"${column}" = ?`)
    .join(", ")
  const key = String(Sqlite.scalar(db, `SELECT name FROM pragma_table_info('${name}') WHERE pk = 1`)())
  db.prepare(`UPDATE ${name} SET ${sets} WHERE "${key}" = (SELECT min("${key}") FROM ${name})`).run(
    ...Object.values(cells)
  )
}

const changing = (db: Sqlite.Database, table: string, cells: Row): string | undefined =>
  refusal(db, () => change(db, table, cells))

/** Inserts a sound row with other cells. */
const inserting = (db: Sqlite.Database, table: Table.TableName, cells: Row): string | undefined =>
  refusal(db, () => {
    const row = { ...rows.soundRows[table], ...cells }
    const places = Object.keys(row)
      .map(() => "?")
      .join(", ")
    db.prepare(`INSERT INTO ${Ddl.nameOf(table)} (${quoted(Object.keys(row))}) VALUES (${places})`).run(
      ...Object.values(row)
    )
  })

const AT = 1_763_650_800_000_000

// Checks of one column, which follow from its kind.

const odd = [
  "",
  " 1",
  "+1",
  "1e5",
  "1.",
  ".5",
  "01",
  "1.50",
  "1.0",
  "1.2.3",
  "1-2",
  "-0",
  "--1",
  "-",
  "-.5",
  "-01",
  "x",
  "NaN",
  "1,5",
  "0x1"
]

const oddCells = (
  table: Table.TableName,
  name: string,
  column: Column.ColumnDescription
): ReadonlyArray<Column.Cell> => {
  if (column.literals !== undefined) return ["nonsense", ""]
  switch (column.kind) {
    case "decimal": {
      const { positive, unsigned } = Rules.rules[table]
      if (positive.includes(name)) return [...odd, "0", "-1", "-0.5"]
      return unsigned.includes(name) ? [...odd, "-1", "-0.5"] : odd
    }
    case "flag":
      return [2, -1]
    case "json":
      return ["", "[1,"]
    case "id":
      return [0, -1]
    default:
      return []
  }
}

const soundDecimals = (table: Table.TableName, name: string): ReadonlyArray<string> => {
  const { positive, unsigned } = Rules.rules[table]
  const above = ["1", "0.5", "10.05", "999999999999999999.000000000000000001"]
  if (positive.includes(name)) return above
  return unsigned.includes(name) ? ["0", ...above] : ["0", ...above, "-1", "-0.5", "-10.05"]
}

// Checks of states: a sound row of every state.

const unfilled: Row = { filled: "0", notional: "0", firstFilledAt: null, lastFilledAt: null, endedAt: null }
const ended: Row = { endedAt: AT, reason: "why" }

const directTrade: Row = { kind: "direct", orderType: "market", timeInForce: "day", lotId: null }

const decided: Row = { decidedAt: AT, decidedBy: "bob", decidedReason: "checked" }

const states: { readonly [check: string]: { readonly [value: string]: Row } } = {
  batches_when_waiting: { pending: { startedAt: null, finishedAt: null } },
  batches_when_running: { running: { finishedAt: null } },
  batches_when_ended: { success: {}, partial_success: {}, failed: {} },
  batches_when_cancelled: { cancelled: { reason: "why" } },
  trades_when_uncounted: { pending: { lotId: null } },
  trades_when_counted: { accumulated: {} },
  trades_when_accumulate: { accumulate: {} },
  trades_when_write_off: { write_off: { reason: "WrittenOff" } },
  trades_when_direct: { direct: directTrade },
  trades_when_failed: { failed: { lotId: null, reason: "Dismissed" } },
  decisions_when_pending: { pending: { failedAt: null } },
  decisions_when_submitted: { submitted: { orderId: 1, failedAt: null } },
  decisions_when_executed: { executed: { orderId: 1, executedAt: AT, failedAt: null } },
  decisions_when_failed: { failed: {} },
  orders_when_planned: { pending: { ...unfilled, brokerOrderId: null } },
  orders_when_attempted: { submitting: unfilled, in_doubt: unfilled },
  orders_when_acknowledged: { submitted: unfilled, partially_filled: { endedAt: null } },
  orders_when_live: {
    pending: { ...unfilled, brokerOrderId: null },
    submitting: unfilled,
    in_doubt: unfilled,
    submitted: unfilled,
    partially_filled: { endedAt: null }
  },
  orders_when_filled: { filled: {} },
  orders_when_ended: {
    cancelled: ended,
    expired: ended,
    rejected: { ...unfilled, ...ended },
    failed: { ...unfilled, ...ended }
  },
  orders_when_rejected: { rejected: { ...unfilled, ...ended } },
  allocations_when_net: { net: { counterTradeId: 1, orderId: null } },
  allocations_when_order: { order: {} },
  allocations_when_unwind: { unwind: { tradeId: null, counterOrderId: 1 } },
  attempts_when_accepted: { accepted: {} },
  attempts_when_filled: { filled: {} },
  attempts_when_rejected: { rejected: { filledAt: null, rejectedAt: AT } },
  breaks_when_holds_symbol: { symbol: {} },
  approvals_when_waiting: { waiting: {} },
  approvals_when_decided: { approved: decided, rejected: decided },
  ops_jobs_when_waiting: { queued: {} },
  ops_jobs_when_running: { running: { leaseUntil: AT, startedAt: AT, workerHost: "here", workerPid: 1 } },
  ops_jobs_when_ended: { done: { endedAt: AT }, dead: { endedAt: AT }, cancelled: { endedAt: AT } },
  ops_reconciliations_when_compared: { agreed: {}, differed: {} },
  ops_reconciliations_when_uncompared: { not_compared: { reason: "why" }, failed: { reason: "why" } }
}

const sample = (column: Column.ColumnDescription | undefined): Column.Cell =>
  column?.kind === "text" ? "something" : column?.kind === "decimal" ? "1" : column?.kind === "instant" ? AT : 1

// All other checks: cells that break each.

const broken: { readonly [check: string]: ReadonlyArray<Row> } = {
  accounts_rule_limit_terms: [{ limitOffsetBp: 5 }, { orderLifeSeconds: 5 }],
  accounts_rule_limit_offset: [
    { limitOffsetBp: -1, orderLifeSeconds: 5 },
    { limitOffsetBp: 10_000, orderLifeSeconds: 5 }
  ],
  accounts_rule_reprice_offsets: [{ repriceOffsetsBp: "[20]" }],
  accounts_rule_order_life: [{ limitOffsetBp: 5, orderLifeSeconds: 0 }],
  accounts_rule_resend_window: [{ resendWindowMs: -1 }],
  accounts_rule_max_trade_age: [{ maxTradeAgeMs: -1 }],
  accounts_rule_band: [{ bandBp: -1 }],
  accounts_rule_orders_per_minute: [{ ordersPerMinute: 0 }],
  accounts_rule_rejections_in_a_row: [{ maxRejectionsInARow: 0 }],
  accounts_rule_collar: [{ collarBp: 0 }],
  trades_rule_reversal: [{ reversesSourceId: "t-0" }, { reversesOccurrence: "0" }],
  trades_rule_proposed: [{ approveBy: AT }, { proposedNotional: "10" }],
  trades_rule_instruction: [{ orderType: "market" }, { timeInForce: "day" }, { session: "regular" }],
  trades_rule_completed: [{ lotId: null }],
  trades_rule_good_till: [{ goodTill: AT }],
  trades_rule_limit: [
    { ...directTrade, orderType: "limit" },
    { ...directTrade, limitPrice: "1" }
  ],
  trades_rule_stop: [
    { ...directTrade, orderType: "stop" },
    { ...directTrade, stopPrice: "1" }
  ],
  positions_rule_conservation: [{ openLots: "0.4" }, { residual: "0.2" }],
  positions_rule_short_ends: [{ shortEnds: -1 }],
  positions_rule_ladder_step: [{ ladderStep: -1 }, { ladderStep: 5, ladderSide: "buy", ladderOf: 1 }],
  positions_rule_ladder: [{ ladderStep: 1 }, { ladderSide: "buy", ladderOf: 1 }],
  positions_rule_ladder_of: [{ ladderOf: 1 }, { ladderStep: 1, ladderSide: "buy" }],
  positions_rule_ladder_until: [{ ladderUntil: AT }],
  positions_rule_last_price: [{ lastPrice: null }, { lastPriceAt: null }],
  lots_rule_owner: [{ orderId: 1 }, { tradeId: null }],
  decisions_rule_size: [{ quantity: null }, { notional: "100" }],
  decisions_rule_limit: [{ orderType: "limit" }, { limitPrice: "150" }],
  decisions_rule_good_till: [{ timeInForce: "gtd" }, { goodTill: AT }],
  decisions_rule_stop: [{ orderType: "stop" }, { stopPrice: "150" }],
  orders_rule_nothing_filled: [
    { ...unfilled, status: "pending", brokerOrderId: null, filled: "1" },
    ...["submitting", "in_doubt", "submitted"].map((status) => ({ ...unfilled, status, filled: "0.5" })),
    { ...unfilled, ...ended, status: "rejected", filled: "0.5" }
  ],
  orders_rule_something_filled: [{ status: "partially_filled", endedAt: null, filled: "0" }, { filled: "0" }],
  orders_rule_size: [{ quantity: "0" }],
  orders_rule_over_notional: [{ askedNotional: "100" }],
  orders_rule_filled_priced: [{ notional: "0" }],
  orders_rule_limit: [{ type: "limit" }, { type: "stop_limit", stopPrice: "1" }],
  orders_rule_stop: [{ type: "stop" }, { type: "stop_limit", limitPrice: "1" }],
  orders_rule_queue: [{ inQueue: 0 }, { origin: "direct", tradeId: 1 }],
  orders_rule_direct: [
    { origin: "direct", inQueue: 0 },
    { tradeId: 1 },
    { decisionId: 1 },
    { origin: "direct", inQueue: 0, tradeId: 1, decisionId: 1 }
  ],
  orders_rule_reported: [{ reported: null }, { reportedAt: null }],
  orders_rule_cumulative_at: [{ cumulative: null }, { cumulativeAt: null }],
  orders_rule_told_average: [{ toldAverage: null }, { toldAverageOf: null }],
  orders_rule_unpriced_since: [{ unpriced: "1" }, { inferred: "1" }, { unpricedSince: AT }],
  orders_rule_good_till: [{ timeInForce: "gtd" }, { goodTill: AT }],
  orders_rule_life: [{ lifeSeconds: 0 }],
  orders_rule_attempts_count: [{ attempts: -1 }],
  allocations_rule_released: [{ releasedAt: AT }, { releasedWhy: "cancelled" }],
  attempts_rule_number_positive: [{ number: 0 }],
  attempts_rule_answered: [{ outcome: null }, { answeredAt: null }],
  payloads_rule_sha256_hex: [{ sha256: "a".repeat(63) }, { sha256: "A".repeat(64) }],
  fills_rule_revision_from_zero: [{ revision: -1 }],
  waiting_fills_rule_revision_from_zero: [{ revision: -1 }],
  waiting_commissions_rule_number_from_one: [{ number: 0 }],
  held_reports_rule_number_from_one: [{ number: 0 }],
  held_reports_rule_settled: [{ settledAt: AT }, { outcome: "booked" }],
  breaks_rule_closed: [{ closedAt: AT, closedBy: "ledger" }, { closedWhy: "gone" }],
  breaks_rule_closed_by: [{ closedAt: AT, closedWhy: "gone" }, { closedBy: "ledger" }],
  attended_cases_rule_acknowledged_by: [{ acknowledged: "info", acknowledgedAt: AT }, { acknowledgedBy: "dana" }],
  attended_cases_rule_acknowledged_at: [{ acknowledged: "info", acknowledgedBy: "dana" }, { acknowledgedAt: AT }],
  controls_rule_scope: [{ account: "", symbol: "AAPL" }],
  controls_rule_resumes_to: [{ state: "normal", resumesTo: "reduce" }],
  batches_rule_total: [{ total: 2 }],
  batches_rule_counts: [{ rejected: 1 }, { waiting: -1, done: 2 }],
  ops_jobs_rule_every: [{ everyMs: 0 }],
  tokens_rule_revoked: [{ revokedAt: AT }, { revokedBy: "cli" }],
  tokens_rule_previous: [{ previousHash: "h" }, { previousUntil: AT }],
  tokens_rule_allowance: [{ ordersPerDay: 5 }, { notionalPerDay: "10" }],
  sessions_rule_ended: [{ endedAt: AT }, { endedBy: "dana" }],
  sessions_rule_person: [{ issuer: "https://login.example.com", role: "read" }, { person: "Dana" }],
  sessions_rule_role: [{ issuer: "https://login.example.com", person: "Dana" }, { role: "read" }],
  sessions_rule_seat: [{ seat: 0 }],
  journal_seq: [{ firstSeq: 0 }],
  heads_seq: [{ seq: 0 }],
  feed_seqs: [{ firstSeq: 0 }, { firstSeq: 2 }],
  ops_store_one: [{ one: 2 }],
  ops_store_state: [{ state: "elsewhere" }]
}

const sound: { readonly [check: string]: ReadonlyArray<Row> } = {
  orders_rule_filled_priced: [
    { notional: "0", unpriced: "1", unpricedSince: AT },
    // F4: a filled order may have filled anything.
    { filled: "7", notional: "1051.75" }
  ],
  orders_rule_limit: [
    { type: "limit", limitPrice: "1" },
    { origin: "external", type: "stop_limit" }
  ],
  orders_rule_queue: [
    { origin: "direct", inQueue: 0, tradeId: 1 },
    { origin: "direct", inQueue: 0, decisionId: 1 },
    { origin: "external", inQueue: 0 }
  ],
  controls_rule_scope: [{ account: "" }, { account: "main", symbol: "AAPL" }],
  controls_rule_resumes_to: [{ state: "halted", resumesTo: "reduce" }]
}

/** Columns that may be empty and are no table's of the books. */
const optional: ReadonlyArray<string> = ["ops_store.origin", "ops_store.successor", "ops_store.why"]

/** The table that a check's name begins with. */
const tableOf = (check: string): string => {
  const names = [...tables.map(({ name }): string => name), "journal", "journal_mentions", "heads", "feed", "ops_store"]
  const found = names.filter((name) => check.startsWith(`${name}_`)).toSorted((a, b) => b.length - a.length)[0]
  assert.isDefined(found, check)
  return found ?? ""
}

const refusesCheck = (said: string | undefined, check: string, cells: unknown) =>
  assert.strictEqual(said, `SQLITE_CONSTRAINT_CHECK: CHECK constraint failed: ${check}`, JSON.stringify(cells))

describe("the database by itself", () => {
  it.scoped("every check of the schema is tried here, and no other", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      const schema = Sqlite.scalar(db, "SELECT group_concat(sql, ';') FROM sqlite_master")()
      const inSchema = [...String(schema).matchAll(/CONSTRAINT "([^"]+)" CHECK/g)].map(([, name]) => name ?? "")
      const ofColumns = tables.flatMap((table) =>
        Object.entries(table.columns).flatMap(([name, column]) =>
          oddCells(table.name, name, column).length > 0 ? [`${table.name}_${name}`] : []
        )
      )
      const tried = [...ofColumns, ...Object.keys(states), ...Object.keys(broken)]
      assert.deepStrictEqual(inSchema.toSorted(), tried.toSorted())
      assert.strictEqual(new Set(inSchema).size, inSchema.length)
      assert.notInclude(String(schema).replaceAll(/CONSTRAINT "[^"]+" CHECK/g, ""), "CHECK")
    })
  )

  it.scoped("closed sets, flags, ids, JSON and decimals refuse what is none", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      for (const table of tables) {
        for (const [name, column] of Object.entries(table.columns)) {
          for (const cell of oddCells(table.name, name, column)) {
            refusesCheck(changing(db, table.name, { [name]: cell }), `${table.name}_${name}`, cell)
          }
        }
      }
    })
  )

  it.scoped("canonical decimals are taken", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      for (const table of tables) {
        for (const [name, column] of Object.entries(table.columns)) {
          if (column.kind !== "decimal") continue
          for (const cell of soundDecimals(table.name, name)) {
            const said = changing(db, table.name, { [name]: cell })
            assert.notStrictEqual(said, `SQLITE_CONSTRAINT_CHECK: CHECK constraint failed: ${table.name}_${name}`, cell)
          }
        }
      }
    })
  )

  it.scoped("FILL-7: every state has its columns: a row with one too few or too many is refused", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      for (const table of tables) {
        for (const rule of Rules.rules[table.name].states) {
          const check = `${table.name}_when_${rule.name}`
          for (const value of rule.in) {
            const row = { ...states[check]?.[value], [rule.column]: value }
            assert.isDefined(states[check]?.[value], `${check} ${value}`)
            assert.strictEqual(changing(db, table.name, row), undefined, `${check} ${value}`)
            for (const column of rule.present) {
              refusesCheck(changing(db, table.name, { ...row, [column]: null }), check, column)
            }
            for (const column of rule.absent) {
              const cell = sample(table.columns[column])
              refusesCheck(changing(db, table.name, { ...row, [column]: cell }), check, column)
            }
          }
        }
      }
    })
  )

  it.scoped("every other rule of a row refuses what breaks it, and takes what does not", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      for (const [check, cases] of Object.entries(broken)) {
        for (const cells of cases) refusesCheck(changing(db, tableOf(check), cells), check, cells)
      }
      for (const [check, cases] of Object.entries(sound)) {
        for (const cells of cases)
          assert.strictEqual(changing(db, tableOf(check), cells), undefined, JSON.stringify(cells))
      }
    })
  )

  it.scoped("every column that must be there refuses NULL", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      let tried = 0
      for (const name of [
        ...tables.map((table): string => table.name),
        "journal",
        "journal_mentions",
        "heads",
        "feed",
        "ops_store"
      ]) {
        const columns = db
          .prepare<{ name: string; notnull: 0 | 1 }>(
            `SELECT name, "notnull" FROM pragma_table_info('${Ddl.nameOf(name)}')`
          )
          .all()
        for (const column of columns) {
          const nullable = Object.entries(Books.tables).find(([table]) => table === name)?.[1].columns[column.name]
            ?.nullable
          const mayBeNull = nullable ?? optional.includes(`${name}.${column.name}`)
          assert.strictEqual(column.notnull === 0, mayBeNull, `${name}.${column.name}`)
          if (column.notnull === 0) continue
          tried++
          assert.match(
            changing(db, name, { [column.name]: null }) ?? "taken",
            /NOT NULL|datatype mismatch/,
            `${name}.${column.name}`
          )
        }
      }
      assert.isAbove(tried, 100)
    })
  )

  it.scoped("every reference refuses what is not there, a deferred one at COMMIT", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      db.exec("PRAGMA ignore_check_constraints = ON")
      for (const table of tables) {
        for (const { column, deferred, table: parent } of Rules.rules[table.name].references) {
          const cell = parent === "accounts" ? "nobody" : 999
          const place = `${table.name}.${column}`
          db.exec("BEGIN")
          const writes = () => change(db, table.name, { [column]: cell })
          if (deferred) writes()
          assert.throws(deferred ? () => db.exec("COMMIT") : writes, /FOREIGN KEY constraint failed/, place)
          db.exec("ROLLBACK")
        }
        const declared = Sqlite.scalar(db, `SELECT count(*) FROM pragma_foreign_key_list('${Ddl.nameOf(table.name)}')`)
        assert.strictEqual(declared(), Rules.rules[table.name].references.length, table.name)
      }
    })
  )
})

/** For each unique index: a second row that only it refuses, and, where it is for some rows, one that it lets be. */
const doubles: {
  readonly [index: string]: { readonly table: Table.TableName; readonly refused: Row; readonly taken?: Row }
} = {
  trades_lookup_identity: { table: "trades", refused: { id: 2 } },
  lots_lookup_trade: { table: "lots", refused: { id: 3 } },
  lots_lookup_order: { table: "lots", refused: { id: 3, tradeId: null, orderId: 1 } },
  orders_lookup_clientOrderId: { table: "orders", refused: { id: 2, brokerOrderId: "B-2" } },
  orders_one_unacknowledged: {
    table: "orders",
    refused: { ...unfilled, id: 2, clientOrderId: "c-2", brokerOrderId: "B-2", status: "in_doubt" },
    // G, Reappeared: an order that the broker has brought back stands beside another, and is a break.
    taken: { ...unfilled, id: 2, clientOrderId: "c-2", brokerOrderId: "B-2", status: "submitted" }
  },
  orders_one_of_trade: {
    table: "orders",
    refused: { id: 2, clientOrderId: "c-2", brokerOrderId: "B-2", origin: "direct", inQueue: 0, tradeId: 1 },
    taken: { id: 2, clientOrderId: "c-2", brokerOrderId: "B-2" }
  },
  orders_one_of_decision: {
    table: "orders",
    refused: { id: 2, clientOrderId: "c-2", brokerOrderId: "B-2", origin: "direct", inQueue: 0, decisionId: 1 },
    taken: { id: 2, clientOrderId: "c-2", brokerOrderId: "B-2" }
  },
  decisions_one_of_order: { table: "decisions", refused: { id: 2, orderId: 1 }, taken: { id: 2 } },
  attempts_number: { table: "attempts", refused: { id: 2, brokerOrderId: "B-2" } },
  orders_lookup_brokerOrderIdOnce: {
    table: "orders",
    refused: { id: 2, clientOrderId: "c-2" },
    // O28: the broker gave the id again on another day.
    taken: { id: 2, clientOrderId: "c-2", idReusedOn: "2026-01-06" }
  },
  tokens_lookup_hash: { table: "tokens", refused: { name: "b" }, taken: { name: "b", hash: "h" } },
  sessions_lookup_id: { table: "sessions", refused: { seat: 2, hash: "h" }, taken: { seat: 2, hash: "h", id: "s" } },
  sessions_lookup_hash: { table: "sessions", refused: { seat: 2, id: "s" }, taken: { seat: 2, hash: "h", id: "s" } },
  approvals_lookup_command: { table: "approvals", refused: { id: 2 }, taken: { id: 2, commandId: "c-2" } },
  batches_lookup_uid: { table: "batches", refused: { id: 2 }, taken: { id: 2, uid: "u-2" } },
  ops_jobs_lookup_key: { table: "ops_jobs", refused: { id: "J2" }, taken: { id: "J2", key: "k-2" } },
  fills_exec_id: { table: "fills", refused: { id: 2, execIdBase: "Z" } },
  fills_revision: { table: "fills", refused: { id: 2, execId: "X-2", canonical: 0 } },
  fills_one_canonical: {
    table: "fills",
    refused: { id: 2, execId: "X-2", revision: 2 },
    taken: { id: 2, execId: "X-2", revision: 2, canonical: 0 }
  }
}

describe("unique indexes", () => {
  it.scoped("every unique index of the schema is tried here, and refuses a second row", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      const inSchema = db
        .prepare<{ name: string; sql: string }>(
          `SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE UNIQUE INDEX%'`
        )
        .all()
      assert.deepStrictEqual(
        inSchema.map(({ name }) => name).toSorted(),
        Object.keys(doubles).map(Ddl.nameOf).toSorted()
      )
      for (const [index, { refused, table, taken }] of Object.entries(doubles)) {
        db.exec("SAVEPOINT live")
        if (index === "orders_one_unacknowledged") {
          db.exec(
            `UPDATE roundlot_orders SET "status" = 'submitting', "filled" = '0', "notional" = '0', "endedAt" = NULL`
          )
        }
        if (index === "orders_one_of_trade") {
          db.exec(`UPDATE roundlot_orders SET "origin" = 'direct', "inQueue" = 0, "tradeId" = 1`)
        }
        if (index === "orders_one_of_decision") {
          db.exec(`UPDATE roundlot_orders SET "origin" = 'direct', "inQueue" = 0, "decisionId" = 1`)
        }
        if (index === "decisions_one_of_order") db.exec(`UPDATE roundlot_decisions SET "orderId" = 1`)
        const columns = db
          .prepare<{ name: string }>(`SELECT name FROM pragma_index_info('${Ddl.nameOf(index)}') ORDER BY seqno`)
          .all()
          .map(({ name }) => name)
        const inside = (cells: Row) => attempt(db, table, cells)
        assert.strictEqual(
          inside(refused),
          `UNIQUE constraint failed: ${columns.map((column) => `${Ddl.nameOf(table)}.${column}`).join(", ")}`,
          index
        )
        if (taken !== undefined) assert.strictEqual(inside(taken), undefined, index)
        db.exec("ROLLBACK TO live; RELEASE live")
      }
    })
  )

  it.scoped("no key stands twice", () =>
    Effect.gen(function* () {
      const db = yield* bareStore
      // What is unique beside the key is tried above.
      const others: { readonly [table: string]: Row } = {
        ops_jobs: { key: "k-2" },
        tokens: { hash: "h" },
        sessions: { hash: "h", id: "s" },
        batches: { uid: "u-2" }
      }
      for (const { name } of tables) {
        const again = inserting(db, name, others[name] ?? {})
        assert.match(again ?? "taken", /SQLITE_CONSTRAINT_PRIMARYKEY/, name)
      }
      for (const name of ["journal", "journal_mentions"].map(Ddl.nameOf)) {
        const again = refusal(db, () => {
          db.exec(`INSERT INTO ${name} SELECT * FROM ${name}`)
        })
        assert.match(again ?? "taken", /SQLITE_CONSTRAINT_PRIMARYKEY/, name)
      }
    })
  )
})

/** Inserts within an open savepoint, and takes it back. */
const attempt = (db: Sqlite.Database, table: Table.TableName, cells: Row): string | undefined => {
  db.exec("SAVEPOINT one")
  const row = { ...rows.soundRows[table], ...cells }
  try {
    db.prepare(
      `INSERT INTO ${Ddl.nameOf(table)} (${quoted(Object.keys(row))}) VALUES (${Object.keys(row)
        .map(() => "?")
        .join(", ")})`
    ).run(...Object.values(row))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    db.exec("ROLLBACK TO one; RELEASE one")
  }
}

import { AccountName, Decimal, Instant, Price } from "@roundlot/core"
import type { Sqlite } from "@roundlot/sqlite"
import { Schema } from "effect"
import { ExchangeHolding, ExchangeOrder, Execution, LoggedRequest, type PlaceRequest } from "../ExchangeOrder.ts"
import { Instruction, operations } from "../Instruction.ts"

/** An order with what the exchange keeps to itself. */
export const OrderRow = Schema.Struct({
  number: Schema.Int,
  ...ExchangeOrder.fields,
  referencePrice: Schema.NullOr(Price.Price),
  triggered: Schema.transform(Schema.Int, Schema.Boolean, {
    strict: true,
    decode: (flag) => flag !== 0,
    encode: (flag) => (flag ? 1 : 0)
  }),
  /** Until when listings and look-ups leave it away. */
  hiddenUntil: Schema.NullOr(Instant.FromString),
  /** Until when the stream says nothing of it. */
  silentUntil: Schema.NullOr(Instant.FromString),
  /** The number of the request that fills the rest of it (a seeded delay). */
  fillsAtRequest: Schema.NullOr(Schema.Int)
})

/** An order with what the exchange keeps to itself. */
export type OrderRow = typeof OrderRow.Type

const ExecutionRow = Schema.Struct({ number: Schema.Int, ...Execution.fields })

/** An execution with its place in the order of all. */
export type ExecutionRow = typeof ExecutionRow.Type

/** An instruction on record. `seen` counts the requests that agreed with its `when`. */
export const InstructionRow = Schema.Struct({
  number: Schema.Int,
  id: Schema.String,
  body: Schema.parseJson(Instruction),
  operation: Schema.NullOr(Schema.Literal(...operations)),
  seen: Schema.Int,
  remaining: Schema.Int,
  did: Schema.parseJson(Schema.Array(Schema.String))
})

/** An instruction on record. */
export type InstructionRow = typeof InstructionRow.Type

/** One thing that the stream says: of an account, or (`account` null) to all. */
export const EventRow = Schema.Struct({
  number: Schema.Int,
  account: Schema.NullOr(Schema.String),
  kind: Schema.Literal("order", "execution", "dropped"),
  body: Schema.String
})

/** One thing that the stream says. */
export type EventRow = typeof EventRow.Type

const Text = Schema.Struct({ text: Schema.String })
const Opened = Schema.Struct({ account: AccountName.AccountName })
const Count = Schema.Struct({ number: Schema.Int })
const Amount = Schema.Struct({ amount: Decimal.FromStored })
const MarketPrice = Schema.Struct({ price: Price.Price, since: Schema.NullOr(Instant.FromString) })

/** The facts that the exchange keeps of itself. */
type Fact =
  | "tag"
  | "lastTime"
  | "session"
  | "tokenExpired"
  | "silentUntil"
  | "resting"
  | "actions"
  | "tradedOn"
  | "halts"
  | "limits"
  | `bands ${string}`
  | `depth ${string}`
  | `halted ${string}`
  | `hidden ${string}`
  | `legs ${string}`
  | `limit ${string}`
  | `paused ${string}`
  | `parent ${string}`
  | `priced ${string}`
  | `purse ${string}`
  | `shown ${string}`
  | `spread ${string}`
  | `successor ${string}`
  | `trail ${string}`
  | `waits ${string}`

/** How rows are read and written: a statement is prepared once a connection, and rows are decoded. */
const statementsOf = (database: Sqlite.Database) => {
  const many = <A, I>(row: Schema.Schema<A, I>, sql: string) => {
    const statement = database.prepare(sql)
    const decode = Schema.decodeUnknownSync(row)
    return (...parameters: ReadonlyArray<Sqlite.Cell>): ReadonlyArray<A> =>
      statement.all(...parameters).map((found) => decode(found))
  }
  const one = <A, I>(row: Schema.Schema<A, I>, sql: string) => {
    const statement = database.prepare(sql)
    const decode = Schema.decodeUnknownSync(row)
    return (...parameters: ReadonlyArray<Sqlite.Cell>): A | undefined => {
      const found = statement.get(...parameters)
      return found === undefined ? undefined : decode(found)
    }
  }
  const run = (sql: string) => {
    const statement = database.prepare(sql)
    return (...parameters: ReadonlyArray<Sqlite.Cell>): void => void statement.run(...parameters)
  }
  const put = <A, I extends { readonly [column: string]: Sqlite.Cell | undefined }>(
    table: string,
    row: Schema.Schema<A, I>,
    columns: ReadonlyArray<string>
  ) => {
    const encode = Schema.encodeSync(row)
    const write = run(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
       ON CONFLICT (number) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}`
    )
    return (value: A): void => {
      const row = encode(value)
      write(...columns.map((column) => row[column] ?? null))
    }
  }
  const last = (table: string) => {
    const read = one(Count, `SELECT coalesce(max(number), 0) AS number FROM ${table}`)
    return (): number => read()?.number ?? 0
  }
  return { last, many, one, put, run }
}

type Statements = ReturnType<typeof statementsOf>

const visible = "(hiddenUntil IS NULL OR hiddenUntil <= ?)"

const factRows = ({ one, run }: Statements) => {
  const fact = one(Text, "SELECT value AS text FROM facts WHERE name = ?")
  const setFact = run("INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
  return {
    fact: (name: Fact): string | undefined => fact(name)?.text,
    setFact: (name: Fact, value: string): void => setFact(name, value)
  }
}

/** The accounts, with what each holds. */
const accountRows = ({ many, one, run }: Statements) => {
  const accounts = many(Opened, "SELECT account FROM accounts ORDER BY account")
  return {
    accounts: (): ReadonlyArray<AccountName.AccountName> => accounts().map(({ account }) => account),
    openAccount: run("INSERT INTO accounts VALUES (?, ?) ON CONFLICT DO NOTHING"),
    buyingPower: one(Amount, "SELECT buyingPower AS amount FROM accounts WHERE account = ?"),
    setBuyingPower: run("UPDATE accounts SET buyingPower = ? WHERE account = ?"),
    holding: one(Amount, "SELECT quantity AS amount FROM holdings WHERE account = ? AND symbol = ?"),
    holdings: many(ExchangeHolding, "SELECT symbol, quantity FROM holdings WHERE account = ? ORDER BY symbol"),
    setHolding: run("INSERT INTO holdings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET quantity = excluded.quantity")
  }
}

const orderRows = ({ last, many, one, put }: Statements) => ({
  order: one(OrderRow, "SELECT * FROM orders WHERE brokerOrderId = ?"),
  orderByClientId: one(OrderRow, "SELECT * FROM orders WHERE account = ? AND clientOrderId = ?"),
  anyByClientId: one(OrderRow, "SELECT * FROM orders WHERE clientOrderId = ? ORDER BY number DESC LIMIT 1"),
  ordersAfter: many(OrderRow, "SELECT * FROM orders WHERE number > ? ORDER BY number LIMIT ?"),
  ordersEntered: many(
    OrderRow,
    `SELECT * FROM orders WHERE number > ? AND account = ? AND enteredAt BETWEEN ? AND ? AND ${visible} ORDER BY number LIMIT ?`
  ),
  working: many(
    OrderRow,
    "SELECT * FROM orders WHERE symbol = ? AND status IN ('new', 'unpriced', 'partially_filled') ORDER BY number"
  ),
  workingOf: many(
    OrderRow,
    // The plus keeps SQLite from the index of all orders of an account.
    "SELECT * FROM orders WHERE +account = ? AND status IN ('new', 'unpriced', 'partially_filled') ORDER BY number"
  ),
  /** What may end with a session. */
  endingOrders: many(
    OrderRow,
    "SELECT * FROM orders WHERE status IN ('new', 'unpriced', 'partially_filled') AND timeInForce IN ('day', 'cls') ORDER BY symbol, number"
  ),
  /** What was good until a moment that has come. */
  lapsed: many(
    OrderRow,
    "SELECT * FROM orders WHERE status IN ('new', 'unpriced', 'partially_filled') AND goodTill <= ? ORDER BY symbol, number"
  ),
  due: many(
    OrderRow,
    "SELECT * FROM orders WHERE fillsAtRequest IS NOT NULL AND fillsAtRequest <= ? ORDER BY fillsAtRequest, number"
  ),
  putOrder: put("orders", OrderRow, Object.keys(OrderRow.fields)),
  lastOrder: last("orders")
})

const executionRows = ({ last, many, one, put }: Statements) => ({
  execution: one(ExecutionRow, "SELECT * FROM executions WHERE execId = ?"),
  newestRevision: one(ExecutionRow, "SELECT * FROM executions WHERE execIdBase = ? ORDER BY revision DESC LIMIT 1"),
  executionsOf: many(ExecutionRow, "SELECT * FROM executions WHERE brokerOrderId = ? ORDER BY number"),
  executionsSince: many(ExecutionRow, "SELECT * FROM executions WHERE account = ? AND executedAt >= ? ORDER BY number"),
  executionsAfter: many(ExecutionRow, "SELECT * FROM executions WHERE number > ? ORDER BY number LIMIT ?"),
  executionsAt: many(
    ExecutionRow,
    `SELECT executions.* FROM executions JOIN orders USING (brokerOrderId) WHERE executions.number > ? AND executions.account = ?
     AND executedAt BETWEEN ? AND ? AND ${visible} ORDER BY executions.number LIMIT ?`
  ),
  putExecution: put("executions", ExecutionRow, Object.keys(ExecutionRow.fields)),
  lastExecution: last("executions")
})

const priceRows = ({ one, run }: Statements) => ({
  /** The market's price; `since` is when a client knew it, null where an instruction or a file says it. */
  price: one(
    MarketPrice,
    `SELECT price, CASE source WHEN 'client' THEN (SELECT value FROM facts WHERE name = 'priced ' || symbol) END AS since
     FROM prices WHERE symbol = ?`
  ),
  setPrice: run(
    "INSERT INTO prices VALUES (?, ?, 'instruction') ON CONFLICT DO UPDATE SET price = excluded.price, source = excluded.source"
  ),
  /** Another price for shares that were split: one that clients say is still theirs to say. */
  adjustPrice: run(
    "UPDATE prices SET price = ?, source = CASE source WHEN 'client' THEN source ELSE 'instruction' END WHERE symbol = ?"
  ),
  offerPrice: run(
    `INSERT INTO prices VALUES (?, ?, 'file') ON CONFLICT DO UPDATE SET price = excluded.price, source = excluded.source
     WHERE source <> 'instruction'`
  ),
  knowPrice: run(
    "INSERT INTO prices VALUES (?, ?, 'client') ON CONFLICT DO UPDATE SET price = excluded.price WHERE source = 'client'"
  )
})

/** What clients asked, and what instructions wait for it. */
const requestRows = ({ last, many, one, put }: Statements) => ({
  putRequest: put("requests", LoggedRequest, Object.keys(LoggedRequest.fields)),
  requestsAfter: many(LoggedRequest, "SELECT * FROM requests WHERE number > ? ORDER BY number LIMIT ?"),
  lastRequest: last("requests"),
  instruction: one(InstructionRow, "SELECT * FROM instructions WHERE id = ?"),
  waiting: many(InstructionRow, "SELECT * FROM instructions WHERE operation = ? AND remaining > 0 ORDER BY number"),
  putInstruction: put("instructions", InstructionRow, Object.keys(InstructionRow.fields)),
  lastInstruction: last("instructions")
})

/** What the stream says. */
const eventRows = ({ last, many, one, run }: Statements) => ({
  say: run("INSERT INTO events (account, kind, body) VALUES (?, ?, ?)"),
  newestEvent: one(EventRow, "SELECT * FROM events WHERE kind <> 'dropped' ORDER BY number DESC LIMIT 1"),
  lastEvent: last("events"),
  eventsAfter: many(
    EventRow,
    "SELECT * FROM events WHERE number > ? AND (account = ? OR account IS NULL) ORDER BY number LIMIT ?"
  )
})

/** Everything that is read from and written to the file. */
export const make = (database: Sqlite.Database) => {
  const statements = statementsOf(database)
  return {
    ...factRows(statements),
    ...accountRows(statements),
    ...orderRows(statements),
    ...executionRows(statements),
    ...priceRows(statements),
    ...requestRows(statements),
    ...eventRows(statements)
  }
}

/** Everything that is read from and written to the file. */
export type Rows = ReturnType<typeof make>

/** A fresh order as it is entered, not yet traded. */
export const entered = (
  request: PlaceRequest,
  fixed: Pick<OrderRow, "number" | "brokerOrderId" | "account" | "symbol" | "enteredAt">
): OrderRow => ({
  clientOrderId: request.clientOrderId,
  side: request.side,
  quantity: request.quantity,
  type: request.type,
  limitPrice: request.limitPrice,
  stopPrice: request.stopPrice,
  timeInForce: request.timeInForce,
  goodTill: request.goodTill ?? null,
  session: request.session,
  referencePrice: request.referencePrice,
  ...fixed,
  status: "new",
  reason: null,
  filledQuantity: Decimal.zero,
  notional: Decimal.zero,
  updatedAt: fixed.enteredAt,
  triggered: false,
  hiddenUntil: null,
  silentUntil: null,
  fillsAtRequest: null
})

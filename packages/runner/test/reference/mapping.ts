import type { Column } from "@roundlot/core/adapter"

/** A column of a table of executions and their orders as they are known elsewhere, and where it is here. */
export interface MappedColumn {
  /** In the mapping's own words. */
  readonly word: string
  /** Table and column here. */
  readonly table: "orders" | "fills" | "accounts" | "payloads"
  readonly column: string
  readonly kind: Column.ColumnKind
  readonly nullable: boolean
  /** Where it stands in the JSON: of `orders show` for an order, of `fills list` for an execution. */
  readonly json: string
  /** How it differs, and why. */
  readonly note: string
}

/** An index of those tables, and what serves it here. */
export interface MappedIndex {
  readonly word: string
  readonly table: "orders" | "fills"
  readonly columns: ReadonlyArray<string>
  readonly unique: boolean
  readonly where: string | undefined
  readonly note: string
}

const of =
  (table: MappedColumn["table"]) =>
  (
    word: string,
    column: string,
    kind: Column.ColumnKind,
    nullable: boolean,
    json: string,
    note = ""
  ): MappedColumn => ({ word, table, column, kind, nullable, json, note })

const order = of("orders")
const fill = of("fills")

const EXACT = "an exact decimal; never a float"
const FIRST = "what its first execution says"

/** The parents: one order each. */
export const parents: ReadonlyArray<MappedColumn> = [
  order("trades.id", "id", "id", false, "id"),
  order("trades.account_id", "account", "text", false, "account", "the account's name, which is its key"),
  order(
    "trades.ib_perm_id",
    "brokerOrderId",
    "text",
    true,
    "brokerOrderId",
    "text: it exceeds 32 bits; a composite where there is none"
  ),
  order(
    "trades.order_ref",
    "clientOrderId",
    "text",
    false,
    "clientOrderId",
    "always there: of an order that is not ours it is made of the broker's id"
  ),
  order("trades.ib_order_id", "orderNumber", "text", true, "orderNumber", FIRST),
  order("trades.client_id", "clientId", "text", true, "clientId", FIRST),
  order("trades.symbol", "symbol", "text", false, "symbol"),
  order(
    "trades.sec_type",
    "secType",
    "text",
    true,
    "secType",
    `${FIRST}; equities alone are booked, other classes are listed and never taken for one`
  ),
  order("trades.side", "side", "text", false, "side", "`buy` or `sell`"),
  order("trades.exchange", "exchange", "text", true, "exchange", `${FIRST}: an order may be executed at several`),
  order("trades.currency", "currency", "text", true, "currency", FIRST),
  order("trades.status", "status", "text", false, "fillStatus", "derived in four words; `status` says more"),
  order(
    "trades.total_quantity",
    "filled",
    "decimal",
    false,
    "filledQuantity",
    `${EXACT}; 0 is written, no default is needed`
  ),
  order("trades.avg_price", "notional", "decimal", false, "averagePrice", "the sum is kept, the average derived of it"),
  order("trades.first_executed_at", "firstFilledAt", "instant", true, "firstFilledAt", "a correction does not move it"),
  order(
    "trades.last_executed_at",
    "lastFilledAt",
    "instant",
    true,
    "lastFilledAt",
    "a corrected price does not move it; a corrected quantity does"
  ),
  order(
    "trades.fetched_at",
    "fetchedAt",
    "instant",
    true,
    "fetchedAt",
    "when the newest of its executions was received, null before the first; each run has its own `fetchedAt`"
  ),
  order("trades.created_at", "createdAt", "instant", false, "createdAt"),
  order("trades.updated_at", "updatedAt", "instant", false, "updatedAt")
]

/** The executions: one revision each. */
export const executions: ReadonlyArray<MappedColumn> = [
  fill("trade_executions.id", "id", "id", false, "id"),
  fill("trade_executions.trade_id", "orderId", "id", false, "orderId"),
  fill("trade_executions.account_id", "account", "text", false, "account"),
  fill("trade_executions.ib_exec_id", "execId", "text", false, "execId"),
  fill("trade_executions.exec_id_base", "execIdBase", "text", false, "execIdBase"),
  fill(
    "trade_executions.exec_revision",
    "revision",
    "integer",
    false,
    "revision",
    "always written: 0 where the id has none"
  ),
  fill("trade_executions.ib_perm_id", "permId", "text", true, "facts.permId", "text: it exceeds 32 bits"),
  fill(
    "trade_executions.ib_order_id",
    "orderNumber",
    "text",
    true,
    "facts.orderId",
    "none where a person entered the order"
  ),
  fill("trade_executions.order_ref", "orderRef", "text", true, "facts.orderRef"),
  fill("trade_executions.client_id", "clientId", "text", true, "facts.clientId"),
  fill("trade_executions.executed_at", "executedAt", "instant", false, "executedAt"),
  fill("trade_executions.quantity", "quantity", "decimal", false, "quantity", EXACT),
  fill(
    "trade_executions.price",
    "price",
    "decimal",
    true,
    "price",
    `${EXACT}; a missing one opens a break and is never guessed`
  ),
  fill(
    "trade_executions.side",
    "orderId",
    "id",
    false,
    "orderId",
    "of its order: an execution of the other side is a break"
  ),
  fill("trade_executions.exchange", "exchange", "text", true, "facts.exchange"),
  fill("trade_executions.currency", "currency", "text", true, "facts.currency"),
  fill("trade_executions.liquidity", "liquidity", "text", true, "facts.liquidity", "in words"),
  fill("trade_executions.commission", "commission", "decimal", true, "commission", "unknown is null, never 0"),
  fill("trade_executions.is_canonical", "canonical", "flag", false, "canonical", "always written"),
  fill("trade_executions.raw", "payloadId", "id", true, "payloadId", "the raw report as bytes, once, in `payloads`"),
  fill(
    "trade_executions.fetched_at",
    "fetchedAt",
    "instant",
    false,
    "fetchedAt",
    "when it was received; the same contents read again write nothing"
  ),
  fill("trade_executions.created_at", "createdAt", "instant", false, "createdAt"),
  fill(
    "trade_executions.updated_at",
    "updatedAt",
    "instant",
    false,
    "updatedAt",
    "when its commission came, or another revision took its place"
  )
]

/** The indexes. */
export const indexes: ReadonlyArray<MappedIndex> = [
  {
    word: "trades (account_id, ib_perm_id), unique where above 0",
    table: "orders",
    columns: ["account", "brokerOrderId", "idReusedOn"],
    unique: true,
    where: `"brokerOrderId" IS NOT NULL`,
    note: "`idReusedOn` is empty, and the day where a broker gave an id again that another order has (O28)"
  },
  {
    word: "trades (account_id, order_ref), unique where there is one",
    table: "orders",
    columns: ["clientOrderId"],
    unique: true,
    where: undefined,
    note: "over all accounts: one id is one order's for ever. A reference of somebody else's is free text, and no key"
  },
  {
    word: "trades (account_id, last_executed_at desc)",
    table: "orders",
    columns: ["account", "lastFilledAt"],
    unique: false,
    where: `"lastFilledAt" IS NOT NULL`,
    note: "read backwards for the newest first"
  },
  {
    word: "trade_executions (account_id, ib_exec_id), unique",
    table: "fills",
    columns: ["account", "execId"],
    unique: true,
    where: undefined,
    note: ""
  },
  {
    word: "trade_executions (account_id, exec_id_base, exec_revision desc)",
    table: "fills",
    columns: ["account", "execIdBase", "revision"],
    unique: true,
    where: undefined,
    note: "unique, and read backwards for the highest first"
  },
  {
    word: "trade_executions (trade_id, executed_at)",
    table: "fills",
    columns: ["orderId", "executedAt"],
    unique: false,
    where: undefined,
    note: ""
  }
]

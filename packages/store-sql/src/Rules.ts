import { Table } from "@roundlot/core/adapter"
import { type Dialect, quote } from "./Dialect.ts"

/**
 * A column that names a row of another table. A deferred one is checked at COMMIT, because its row is written first
 * (`Statements.order`); its column must begin an index, or the database reads the whole table for every row that it may name.
 */
export interface Reference {
  readonly column: string
  readonly table: Table.TableName
  readonly parent: string
  readonly deferred: boolean
}

/** What must stand, and must not stand, in a row while `column` has one of these values. */
export interface StateRule {
  readonly name: string
  readonly column: string
  readonly in: ReadonlyArray<string | number>
  readonly present: ReadonlyArray<string>
  readonly absent: ReadonlyArray<string>
}

/** Any other rule that one row keeps by itself, as a condition in SQL; decimals only by equality of canonical text. */
export interface RowRule {
  readonly name: string
  readonly sql: string | ((dialect: Dialect) => string)
}

/** An index of its own: a rule where it is unique, a list screen's path where it is not. */
export interface Index {
  readonly name: string
  readonly columns: ReadonlyArray<string>
  readonly unique: boolean
  readonly where: string | undefined
}

/** What a database holds true of a table beyond its columns. */
export interface TableRules {
  readonly references: ReadonlyArray<Reference>
  /** Decimal columns above zero. */
  readonly positive: ReadonlyArray<string>
  /** Decimal columns not below zero. */
  readonly unsigned: ReadonlyArray<string>
  readonly states: ReadonlyArray<StateRule>
  readonly rows: ReadonlyArray<RowRule>
  readonly indexes: ReadonlyArray<Index>
}

const none: TableRules = { references: [], positive: [], unsigned: [], states: [], rows: [], indexes: [] }

const refersTo = (column: string, table: Table.TableName): Reference => ({
  column,
  table,
  parent: "id",
  deferred: false
})

const willReferTo = (column: string, table: Table.TableName): Reference => ({
  ...refersTo(column, table),
  deferred: true
})

const ofAccount: Reference = { ...refersTo("account", "accounts"), parent: "name" }

const state = (
  name: string,
  column: string,
  values: ReadonlyArray<string | number>,
  present: ReadonlyArray<string>,
  absent: ReadonlyArray<string> = []
): StateRule => ({ name, column, in: values, present, absent })

/** Two columns that are set together or not at all. */
const together = (name: string, a: string, b: string): RowRule => ({
  name,
  sql: `("${a}" IS NULL) = ("${b}" IS NULL)`
})

const unique = (name: string, columns: ReadonlyArray<string>, where?: string): Index => ({
  name,
  columns,
  unique: true,
  where
})

const listed = (name: string, columns: ReadonlyArray<string>): Index => ({
  name,
  columns,
  unique: false,
  where: undefined
})

/** An index of some rows only: of few where the condition is rare. */
const listedWhere = (name: string, columns: ReadonlyArray<string>, where: string): Index => ({
  name,
  columns,
  unique: false,
  where
})

/** Which prices an order's type demands, and which it has no use for. */
const pricesOf = (type: string): ReadonlyArray<RowRule> => [
  { name: "limit", sql: `"${type}" IS NULL OR ("${type}" IN ('limit', 'stop_limit')) = ("limitPrice" IS NOT NULL)` },
  { name: "stop", sql: `"${type}" IS NULL OR ("${type}" IN ('stop', 'stop_limit')) = ("stopPrice" IS NOT NULL)` }
]

/** What is good until a moment has one, and nothing else has. */
const goodTill: RowRule = {
  name: "good_till",
  sql: `("timeInForce" IS NOT NULL AND "timeInForce" = 'gtd') = ("goodTill" IS NOT NULL)`
}

const accounts: TableRules = {
  ...none,
  positive: [
    "lot",
    "threshold",
    "thresholdNotional",
    "maxOrderQuantity",
    "maxOrderNotional",
    "maxOpenResidual",
    "maxDailyNotional",
    "maxOpenOrders",
    "maxPosition",
    "maxGrossPosition",
    "maxNetPosition"
  ],
  rows: [
    together("limit_terms", "limitOffsetBp", "orderLifeSeconds"),
    {
      name: "limit_offset",
      sql: `"limitOffsetBp" IS NULL OR ("limitOffsetBp" >= 0 AND "limitOffsetBp" < 10000)`
    },
    { name: "reprice_offsets", sql: `"repriceOffsetsBp" IS NULL OR "limitOffsetBp" IS NOT NULL` },
    { name: "order_life", sql: `"orderLifeSeconds" IS NULL OR "orderLifeSeconds" > 0` },
    { name: "resend_window", sql: `"resendWindowMs" >= 0` },
    { name: "max_trade_age", sql: `"maxTradeAgeMs" >= 0` },
    { name: "band", sql: `"bandBp" >= 0` },
    { name: "orders_per_minute", sql: `"ordersPerMinute" IS NULL OR "ordersPerMinute" > 0` },
    { name: "collar", sql: `"collarBp" IS NULL OR "collarBp" > 0` }
  ]
}

const instruments: TableRules = { ...none, references: [ofAccount], positive: ["lot", "tick"] }

const batches: TableRules = {
  ...none,
  references: [ofAccount],
  states: [
    state("waiting", "status", ["pending"], [], ["startedAt", "finishedAt"]),
    state("running", "status", ["running"], ["queuedAt", "startedAt"], ["finishedAt"]),
    state("ended", "status", ["success", "partial_success", "failed"], ["startedAt", "finishedAt"]),
    state("cancelled", "status", ["cancelled"], ["finishedAt", "reason"])
  ],
  rows: [
    // Every row of a batch is in one place.
    { name: "total", sql: `"waiting" + "working" + "done" + "failed" + "cancelled" = "total"` },
    {
      name: "counts",
      sql: `"waiting" >= 0 AND "working" >= 0 AND "done" >= 0 AND "failed" >= "rejected" AND "cancelled" >= 0 AND "rejected" >= 0`
    }
  ],
  indexes: [
    listed("status", ["status", "waiting", "working"]),
    listed("created", ["createdAt", "id"]),
    listedWhere("finished", ["finishedAt", "id"], `"finishedAt" IS NOT NULL`)
  ]
}

const trades: TableRules = {
  ...none,
  references: [ofAccount, refersTo("lotId", "lots"), refersTo("batchId", "batches")],
  positive: ["quantity", "price", "limitPrice", "stopPrice"],
  unsigned: ["netted"],
  states: [
    state("uncounted", "status", ["pending"], [], ["lotId"]),
    state("counted", "status", ["accumulated"], ["lotId"]),
    state("failed", "status", ["failed"], ["reason"], ["lotId"]),
    state("accumulate", "kind", ["accumulate"], [], ["limitPrice", "stopPrice"]),
    // What can never trade is taken out of the queue with a reason.
    state("write_off", "kind", ["write_off"], ["lotId", "reason"], ["limitPrice", "stopPrice"]),
    // E2: executed as given, and never in the queue.
    state("direct", "kind", ["direct"], ["orderType"], ["lotId"])
  ],
  rows: [
    together("reversal", "reversesSourceId", "reversesOccurrence"),
    together("proposed", "approveBy", "proposedNotional"),
    {
      name: "instruction",
      sql: `"kind" = 'direct' OR ("orderType" IS NULL AND "timeInForce" IS NULL AND "session" IS NULL)`
    },
    { name: "completed", sql: `"status" <> 'completed' OR "kind" = 'direct' OR "lotId" IS NOT NULL` },
    ...pricesOf("orderType"),
    goodTill
  ],
  indexes: [
    listed("status", ["status", "id"]),
    listed("created", ["createdAt", "id"]),
    listed("symbol", ["symbol", "id"]),
    listedWhere("owner", ["owner", "id"], `"owner" IS NOT NULL`),
    listedWhere("batch", ["batchId", "status", "id"], `"batchId" IS NOT NULL`),
    listedWhere("batch_row", ["batchId", "id"], `"batchId" IS NOT NULL`),
    listedWhere("batch_symbol", ["batchId", "symbol"], `"batchId" IS NOT NULL`),
    // Who waits for a person is found beside a million rows that wait for their batch.
    listedWhere("reason", ["status", "reason", "id"], `"reason" IS NOT NULL`)
  ]
}

const positions: TableRules = {
  ...none,
  references: [ofAccount],
  positive: ["lastPrice", "judgedPrice"],
  rows: [
    // A4: the one figure of the books that is kept twice.
    { name: "conservation", sql: `"residual" = "openLots"` },
    { name: "short_ends", sql: `"shortEnds" >= 0` },
    { name: "ladder_step", sql: `"ladderStep" >= 0 AND "ladderStep" < 5` },
    { name: "ladder", sql: `("ladderStep" > 0) = ("ladderSide" IS NOT NULL)` },
    { name: "ladder_until", sql: `"ladderUntil" IS NULL OR "ladderStep" > 0` },
    together("ladder_of", "ladderSide", "ladderOf"),
    together("last_price", "lastPrice", "lastPriceAt")
  ]
}

/** Of an owner with many symbols the key finds all. */
const ownerPositions: TableRules = { ...none, references: [ofAccount] }

const lots: TableRules = {
  ...none,
  references: [ofAccount, willReferTo("tradeId", "trades"), willReferTo("orderId", "orders")],
  rows: [{ name: "owner", sql: `("tradeId" IS NULL) <> ("orderId" IS NULL)` }]
}

const decisions: TableRules = {
  ...none,
  references: [ofAccount, willReferTo("orderId", "orders")],
  positive: ["quantity", "notional", "limitPrice", "stopPrice"],
  states: [
    state("pending", "status", ["pending"], [], ["orderId", "executedAt", "failedAt"]),
    state("submitted", "status", ["submitted"], ["orderId"], ["executedAt", "failedAt"]),
    state("executed", "status", ["executed"], ["orderId", "executedAt"], ["failedAt"]),
    state("failed", "status", ["failed"], ["reason", "failedAt"], ["executedAt"])
  ],
  rows: [{ name: "size", sql: `("quantity" IS NULL) <> ("notional" IS NULL)` }, ...pricesOf("orderType"), goodTill],
  indexes: [unique("one_of_order", ["orderId"], `"orderId" IS NOT NULL`), listed("status", ["status", "createdAt"])]
}

const orders: TableRules = {
  ...none,
  references: [
    ofAccount,
    refersTo("lotId", "lots"),
    refersTo("tradeId", "trades"),
    refersTo("decisionId", "decisions"),
    refersTo("attemptId", "attempts")
  ],
  positive: [
    "askedNotional",
    "limitPrice",
    "stopPrice",
    "lot",
    "threshold",
    "referencePrice",
    "judgedPrice",
    "toldAverage"
  ],
  unsigned: [
    "quantity",
    "sentQuantity",
    "reportedCumulative",
    "cumulative",
    "toldAverageOf",
    "filled",
    "inferred",
    "notional",
    "unpriced",
    "excess",
    "acceptedExcess"
  ],
  states: [
    state("planned", "status", ["pending"], [], ["brokerOrderId"]),
    state("attempted", "status", ["submitting", "in_doubt"], ["attemptId"]),
    state("acknowledged", "status", ["submitted", "partially_filled"], ["brokerOrderId"]),
    // What is live is found by having no end (`live` of its lookups).
    state("live", "status", ["pending", "submitting", "in_doubt", "submitted", "partially_filled"], [], ["endedAt"]),
    state("filled", "status", ["filled"], ["brokerOrderId", "lastFilledAt", "endedAt"]),
    state("ended", "status", ["cancelled", "expired", "rejected", "failed"], ["endedAt"]),
    state("rejected", "status", ["rejected"], ["reason"])
  ],
  rows: [
    {
      name: "nothing_filled",
      sql: ({ among }) =>
        `NOT (${among(quote("status"), ["pending", "submitting", "in_doubt", "submitted", "rejected"])}) OR "filled" = '0'`
    },
    { name: "something_filled", sql: `"status" NOT IN ('partially_filled', 'filled') OR "filled" <> '0'` },
    // An order over a notional has no quantity but what it fills; what a position owes is ordered in shares.
    { name: "size", sql: `"quantity" <> '0' OR "askedNotional" IS NOT NULL` },
    { name: "over_notional", sql: `"askedNotional" IS NULL OR "origin" <> 'accumulation'` },
    // F4: no figure of a filled order is bounded by its quantity.
    { name: "filled_priced", sql: `"status" <> 'filled' OR "notional" <> '0' OR "unpriced" <> '0'` },
    {
      name: "limit",
      sql: `"origin" = 'external' OR "type" NOT IN ('limit', 'stop_limit') OR "limitPrice" IS NOT NULL`
    },
    { name: "stop", sql: `"origin" = 'external' OR "type" NOT IN ('stop', 'stop_limit') OR "stopPrice" IS NOT NULL` },
    {
      name: "queue",
      sql: `"origin" = 'external' OR "inQueue" = (CASE WHEN "origin" = 'accumulation' THEN 1 ELSE 0 END)`
    },
    // E1: a direct order names the trade or the decision that it executes, and no other order does.
    {
      name: "direct",
      sql: `("origin" = 'direct') = ("tradeId" IS NOT NULL OR "decisionId" IS NOT NULL) AND ("tradeId" IS NULL OR "decisionId" IS NULL)`
    },
    together("reported", "reported", "reportedAt"),
    together("cumulative_at", "cumulative", "cumulativeAt"),
    together("told_average", "toldAverage", "toldAverageOf"),
    { name: "unpriced_since", sql: `("unpriced" = '0' AND "inferred" = '0') = ("unpricedSince" IS NULL)` },
    goodTill,
    { name: "life", sql: `"lifeSeconds" IS NULL OR "lifeSeconds" > 0` },
    { name: "attempts_count", sql: `"attempts" >= 0` }
  ],
  indexes: [
    // D5. An acknowledged order is the broker's fact: one that reappears beside another is a break (G), never refused.
    unique(
      "one_unacknowledged",
      ["account", "symbol"],
      `"origin" = 'accumulation' AND ("status" = 'pending' OR "status" = 'submitting' OR "status" = 'in_doubt')`
    ),
    unique("one_of_trade", ["tradeId"], `"tradeId" IS NOT NULL`),
    unique("one_of_decision", ["decisionId"], `"decisionId" IS NOT NULL`),
    listed("status", ["status", "id"]),
    listed("created", ["createdAt", "id"]),
    listed("symbol", ["symbol", "id"]),
    listedWhere("executed", ["account", "lastFilledAt"], `"lastFilledAt" IS NOT NULL`)
  ]
}

const allocations: TableRules = {
  ...none,
  references: [
    ofAccount,
    refersTo("tradeId", "trades"),
    refersTo("counterTradeId", "trades"),
    refersTo("orderId", "orders"),
    refersTo("counterOrderId", "orders")
  ],
  positive: ["quantity", "carryLot"],
  unsigned: ["settled"],
  states: [
    state("net", "kind", ["net"], ["tradeId", "counterTradeId"], ["orderId", "counterOrderId", "releasedAt"]),
    state("order", "kind", ["order"], ["tradeId", "orderId"], ["counterTradeId", "counterOrderId"]),
    state("unwind", "kind", ["unwind"], ["orderId", "counterOrderId"], ["tradeId", "counterTradeId"])
  ],
  rows: [together("released", "releasedAt", "releasedWhy")],
  // With the released ones, for what a trade or an order shows; lookups of the standing ones go over them too.
  indexes: [
    listed("trade", ["tradeId"]),
    listed("counterTrade", ["counterTradeId"]),
    listed("order", ["orderId"]),
    listed("counterOrder", ["counterOrderId"])
  ]
}

const attempts: TableRules = {
  ...none,
  references: [
    ofAccount,
    willReferTo("orderId", "orders"),
    refersTo("decisionId", "decisions"),
    refersTo("requestPayloadId", "payloads"),
    refersTo("responsePayloadId", "payloads")
  ],
  unsigned: ["filledQuantity"],
  states: [
    state("accepted", "outcome", ["accepted"], ["brokerOrderId"]),
    state("filled", "status", ["filled"], ["filledAt"], ["rejectedAt"]),
    state("rejected", "status", ["rejected"], ["rejectedAt"], ["filledAt"])
  ],
  rows: [{ name: "number_positive", sql: `"number" > 0` }, together("answered", "outcome", "answeredAt")],
  indexes: [
    unique("number", ["orderId", "number"]),
    listed("status", ["status", "createdAt"]),
    listed("symbol", ["symbol", "id"]),
    // An attempt has neither while it is under way: what is looked for is always one that stands there.
    listedWhere("brokerOrderId", ["brokerOrderId"], `"brokerOrderId" IS NOT NULL`),
    listedWhere("httpStatus", ["httpStatus"], `"httpStatus" IS NOT NULL`),
    listedWhere("unanswered", ["account"], `"outcome" IS NULL`)
  ]
}

const payloads: TableRules = {
  ...none,
  references: [ofAccount],
  rows: [{ name: "sha256_hex", sql: ({ hexShape }) => hexShape(quote("sha256"), 64) }]
}

const fills: TableRules = {
  ...none,
  references: [ofAccount, refersTo("orderId", "orders"), refersTo("payloadId", "payloads")],
  positive: ["price"],
  unsigned: ["quantity"],
  rows: [{ name: "revision_from_zero", sql: `"revision" >= 0` }],
  indexes: [
    unique("exec_id", ["account", "execId"]),
    unique("revision", ["account", "execIdBase", "revision"]),
    listed("order_executed", ["orderId", "executedAt"]),
    listed("symbol", ["symbol", "id"]),
    unique("one_canonical", ["orderId", "execIdBase"], `"canonical" = 1`)
  ]
}

const waitingFills: TableRules = {
  ...none,
  references: [ofAccount, refersTo("payloadId", "payloads")],
  positive: ["price"],
  unsigned: ["quantity"],
  rows: [{ name: "revision_from_zero", sql: `"revision" >= 0` }]
}

const waitingCommissions: TableRules = {
  ...none,
  references: [ofAccount, refersTo("payloadId", "payloads")],
  rows: [{ name: "number_from_one", sql: `"number" >= 1` }],
  indexes: [listedWhere("waiting", ["account", "execId", "number"], `"joinedAt" IS NULL`)]
}

const heldReports: TableRules = {
  ...none,
  references: [ofAccount, refersTo("orderId", "orders"), refersTo("payloadId", "payloads")],
  rows: [{ name: "number_from_one", sql: `"number" >= 1` }, together("settled", "settledAt", "outcome")],
  indexes: [listedWhere("unsettled", ["account", "orderId", "number"], `"settledAt" IS NULL`)]
}

const breaks: TableRules = {
  ...none,
  references: [ofAccount],
  states: [state("holds_symbol", "holds", ["symbol"], ["symbol"])],
  rows: [together("closed", "closedAt", "closedWhy"), together("closed_by", "closedAt", "closedBy")]
}

const attendedCases: TableRules = {
  ...none,
  rows: [
    together("acknowledged_by", "acknowledged", "acknowledgedBy"),
    together("acknowledged_at", "acknowledged", "acknowledgedAt")
  ]
}

const controls: TableRules = {
  ...none,
  rows: [{ name: "scope", sql: `"account" <> '' OR "symbol" = ''` }]
}

const usages: TableRules = {
  ...none,
  references: [ofAccount],
  unsigned: ["dayNotional", "openNotional", "grossNotional"]
}

const tokens: TableRules = {
  ...none,
  rows: [
    together("revoked", "revokedAt", "revokedBy"),
    together("previous", "previousHash", "previousUntil"),
    together("allowance", "ordersPerDay", "notionalPerDay")
  ]
}

const sessions: TableRules = {
  ...none,
  rows: [
    together("ended", "endedAt", "endedBy"),
    together("person", "issuer", "person"),
    together("role", "issuer", "role"),
    { name: "seat", sql: `"seat" > 0` }
  ]
}

const jobs: TableRules = {
  ...none,
  states: [
    state("waiting", "status", ["queued"], [], ["leaseUntil", "endedAt"]),
    state("running", "status", ["running"], ["leaseUntil", "startedAt", "workerHost", "workerPid"], ["endedAt"]),
    state("ended", "status", ["done", "dead", "cancelled"], ["endedAt"], ["leaseUntil"])
  ],
  rows: [{ name: "every", sql: `"everyMs" IS NULL OR "everyMs" > 0` }],
  indexes: [
    listedWhere("due", ["runAt", "id"], `"status" IN ('queued', 'running')`),
    listed("status", ["status", "id"])
  ]
}

const reconciliations: TableRules = {
  ...none,
  references: [ofAccount],
  states: [
    state("compared", "outcome", ["agreed", "differed"], [], ["reason"]),
    state("uncompared", "outcome", ["not_compared", "failed"], ["reason"])
  ],
  indexes: [listed("started", ["startedAt", "account"])]
}

/** The rules of every table. */
export const rules: { readonly [T in Table.TableName]: TableRules } = {
  accounts,
  instruments,
  batches,
  trades,
  positions,
  owner_positions: ownerPositions,
  lots,
  decisions,
  orders,
  allocations,
  attempts,
  payloads,
  fills,
  waiting_fills: waitingFills,
  waiting_commissions: waitingCommissions,
  held_reports: heldReports,
  breaks,
  attended_cases: attendedCases,
  controls,
  usages,
  tokens,
  sessions,
  commands: none,
  cursors: { ...none, references: [ofAccount] },
  ops_marks: { ...none, references: [ofAccount] },
  ops_jobs: jobs,
  ops_requests: { ...none, indexes: [listed("at", ["at"])] },
  ops_templates: none,
  ops_holdings: { ...none, references: [ofAccount] },
  ops_comparisons: { ...none, references: [ofAccount], indexes: [listed("rank", ["rank", "account", "symbol"])] },
  ops_reconciliations: reconciliations
}

/** What is wrong with a row as it was read back: a state without its column, or with one that the state cannot have. */
export const faultOf = (
  table: Table.TableName,
  key: ReadonlyArray<string>,
  row: Table.EncodedRow
): Table.BadRow | undefined => {
  for (const rule of rules[table].states) {
    const value = row[rule.column]
    if (!rule.in.some((each) => each === value)) continue
    const missing = rule.present.find((column) => row[column] === null)
    const odd = rule.absent.find((column) => row[column] !== null)
    const column = missing ?? odd
    if (column === undefined) continue
    const problem = `is ${missing === undefined ? "set" : "missing"}, although ${rule.column} is ${String(value)}`
    return new Table.BadRow({ table, id: key.map((part) => String(row[part])).join("/"), column, problem })
  }
  return undefined
}

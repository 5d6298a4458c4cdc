import { Table } from "@roundlot/core/adapter"
import {
  type TableRules,
  none,
  together,
  ofAccount,
  state,
  listed,
  listedWhere,
  refersTo,
  pricesOf,
  goodTill,
  willReferTo,
  unique
} from "./ruleParts.ts"
import {
  orders,
  allocations,
  attempts,
  payloads,
  fills,
  waitingFills,
  waitingCommissions,
  heldReports
} from "./orderRules.ts"

export type { Index, Reference, RowRule, StateRule, TableRules } from "./ruleParts.ts"

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
    { name: "rejections_in_a_row", sql: `"maxRejectionsInARow" IS NULL OR "maxRejectionsInARow" > 0` },
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
  rows: [
    { name: "scope", sql: `"account" <> '' OR "symbol" = ''` },
    { name: "resumes_to", sql: `"resumesTo" IS NULL OR "state" = 'halted' OR "state" = "resumesTo"` }
  ]
}

const usages: TableRules = {
  ...none,
  references: [ofAccount],
  unsigned: ["dayNotional", "openNotional", "grossNotional"]
}

const approvals: TableRules = {
  ...none,
  references: [ofAccount],
  states: [
    state("waiting", "status", ["waiting"], [], ["decidedAt", "decidedBy", "decidedReason"]),
    state("decided", "status", ["approved", "rejected"], ["decidedAt", "decidedBy", "decidedReason"])
  ],
  indexes: [listed("status", ["status", "id"]), listed("deadline", ["status", "approveBy"])]
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
  approvals,
  cursors: { ...none, references: [ofAccount] },
  ops_marks: { ...none, references: [ofAccount] },
  ops_jobs: jobs,
  ops_requests: { ...none, indexes: [listed("at", ["at"])] },
  ops_templates: none,
  ops_token_uses: none,
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

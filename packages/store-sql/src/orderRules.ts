import { quote } from "./Dialect.ts"
import {
  type TableRules,
  none,
  together,
  ofAccount,
  state,
  listed,
  listedWhere,
  refersTo,
  goodTill,
  willReferTo,
  unique
} from "./ruleParts.ts"

/** Orders: what each status demands. */
export const orders: TableRules = {
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

/** Allocations. */
export const allocations: TableRules = {
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

/** Attempts to send. */
export const attempts: TableRules = {
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

/** Bytes of requests, answers and reports. */
export const payloads: TableRules = {
  ...none,
  references: [ofAccount],
  rows: [{ name: "sha256_hex", sql: ({ hexShape }) => hexShape(quote("sha256"), 64) }]
}

/** Fills. */
export const fills: TableRules = {
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

/** Fills that wait for their order. */
export const waitingFills: TableRules = {
  ...none,
  references: [ofAccount, refersTo("payloadId", "payloads")],
  positive: ["price"],
  unsigned: ["quantity"],
  rows: [{ name: "revision_from_zero", sql: `"revision" >= 0` }]
}

/** Commissions that wait for their fill. */
export const waitingCommissions: TableRules = {
  ...none,
  references: [ofAccount, refersTo("payloadId", "payloads")],
  rows: [{ name: "number_from_one", sql: `"number" >= 1` }],
  indexes: [listedWhere("waiting", ["account", "execId", "number"], `"joinedAt" IS NULL`)]
}

/** Reports that were not possible. */
export const heldReports: TableRules = {
  ...none,
  references: [ofAccount, refersTo("orderId", "orders"), refersTo("payloadId", "payloads")],
  rows: [{ name: "number_from_one", sql: `"number" >= 1` }, together("settled", "settledAt", "outcome")],
  indexes: [listedWhere("unsettled", ["account", "orderId", "number"], `"settledAt" IS NULL`)]
}

import type { Vocabulary } from "./Lie.ts"
import type { Fields } from "./rewrite.ts"

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(" "))

/** Alpaca's Trading API v2, by its documentation. */
export const alpaca: Vocabulary & Fields = {
  send: "POST /v2/orders",
  places: [
    "POST /v2/orders",
    "GET /v2/orders",
    "GET /v2/orders/{id}",
    "DELETE /v2/orders/{id}",
    "GET /v2/orders:by_client_order_id",
    "GET /v2/positions",
    "GET /v2/account/activities",
    "stream trade_updates"
  ],
  otherPlaces: [
    "GET /v2/account",
    "GET /v2beta1/events/activities",
    "GET /v2/assets/{symbol}",
    "GET /v2/clock",
    "GET /v2/calendar",
    "upgrade to the stream"
  ],
  words: [
    "accepted",
    "pending_new",
    "new",
    "held",
    "accepted_for_bidding",
    "partially_filled",
    "pending_cancel",
    "pending_replace",
    "stopped",
    "suspended",
    "done_for_day",
    "calculated",
    "filled",
    "canceled",
    "expired",
    "rejected",
    "replaced",
    "a_new_word"
  ],
  ordered: setOf("leaves_qty qty_available position_qty"),
  filled: setOf("filled_qty cum_qty"),
  executed: setOf("qty"),
  prices: setOf("price filled_avg_price limit_price stop_price avg_entry_price"),
  times: setOf(
    "created_at submitted_at filled_at expired_at canceled_at failed_at replaced_at transaction_time timestamp at executed_at"
  ),
  stamps: setOf("updated_at"),
  symbols: setOf("symbol"),
  sides: new Map([
    ["buy", "sell"],
    ["sell", "buy"],
    ["long", "short"],
    ["short", "long"],
    ["buy_to_open", "sell_to_open"],
    ["sell_to_open", "buy_to_open"],
    ["buy_to_close", "sell_to_close"],
    ["sell_to_close", "buy_to_close"]
  ]),
  statuses: setOf("status order_status event execution_type")
}

/** Schwab's Trader API, by its OpenAPI description. */
export const schwab: Vocabulary & Fields = {
  send: "POST /accounts/{hash}/orders",
  places: [
    "POST /accounts/{hash}/orders",
    "GET /accounts/{hash}/orders",
    "GET /accounts/{hash}/orders/{id}",
    "DELETE /accounts/{hash}/orders/{id}",
    "GET /accounts/{hash}",
    "GET /accounts/{hash}/transactions",
    "stream ACCT_ACTIVITY"
  ],
  otherPlaces: [
    "GET /orders",
    "GET /accounts/accountNumbers",
    "GET /marketdata/instruments",
    "GET /userPreference",
    "POST /oauth/token",
    "upgrade to the stream"
  ],
  words: [
    "NEW",
    "PENDING_ACKNOWLEDGEMENT",
    "ACCEPTED",
    "QUEUED",
    "PENDING_ACTIVATION",
    "AWAITING_PARENT_ORDER",
    "AWAITING_MANUAL_REVIEW",
    "WORKING",
    "PENDING_CANCEL",
    "AWAITING_UR_OUT",
    "PENDING_RECALL",
    "PENDING_REPLACE",
    "FILLED",
    "CANCELED",
    "REJECTED",
    "EXPIRED",
    "REPLACED",
    "UNKNOWN",
    "A_NEW_WORD"
  ],
  ordered: setOf("orderRemainingQuantity remainingQuantity longQuantity shortQuantity settledLongQuantity amount"),
  filled: setOf("filledQuantity"),
  executed: setOf("quantity"),
  prices: setOf("price stopPrice averagePrice cost"),
  times: setOf("enteredTime time tradeDate"),
  stamps: setOf("closeTime"),
  symbols: setOf("symbol"),
  sides: new Map([
    ["BUY", "SELL"],
    ["SELL", "BUY"],
    ["SELL_SHORT", "BUY_TO_COVER"],
    ["BUY_TO_COVER", "SELL_SHORT"]
  ]),
  statuses: setOf("status")
}

/** The paper exchange's own records. */
export const paper: Vocabulary & Fields = {
  send: "place",
  places: ["place", "cancel", "order", "orders", "fills", "positions", "stream"],
  otherPlaces: ["instrument", "connect", "account"],
  words: ["new", "partially_filled", "filled", "cancelled", "expired", "rejected"],
  ordered: setOf(""),
  filled: setOf("filledQuantity"),
  executed: setOf("quantity"),
  prices: setOf("price limitPrice stopPrice notional"),
  times: setOf("enteredAt executedAt"),
  stamps: setOf("updatedAt"),
  symbols: setOf("symbol"),
  sides: new Map([
    ["buy", "sell"],
    ["sell", "buy"]
  ]),
  statuses: setOf("status")
}

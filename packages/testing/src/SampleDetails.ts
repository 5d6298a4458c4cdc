import { Decimal, Instant, Ticker } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { type Break, type BreakDetails } from "@roundlot/core/ledger"

const O1 = Id.OrderId.make(1)
const AAPL = Ticker.Ticker.make("AAPL")
const three = Decimal.unsafe("3")
const at = Instant.make(1_700_000_000_000_000n)
const later = Instant.addMillis(at, 60_000)

const holdings = {
  ours: three,
  theirs: Decimal.unsafe("5"),
  base: Decimal.zero,
  hedged: three,
  direct: Decimal.zero,
  adopted: Decimal.zero
}

/** Details of a break of each kind, all about `O1` or AAPL. */
export const sampleDetails: { readonly [K in Break.BreakKind]: BreakDetails.DetailsOf<K> } = {
  Conflict: {
    _tag: "Conflict",
    contradiction: { _tag: "OtherContents", fields: [{ field: "quantity", was: "1", is: "2" }] }
  },
  ReappearedTrade: { _tag: "ReappearedTrade", source: "tape", sourceId: "t-1" },
  Excess: { _tag: "Excess", orderId: O1, quantity: three },
  Reappeared: { _tag: "Reappeared", orderId: O1, was: "cancelled" },
  DuplicateOrder: { _tag: "DuplicateOrder", brokerOrderId: "b-1", clientOrderId: "rl1-x", first: O1 },
  OppositeOrders: {
    _tag: "OppositeOrders",
    orders: [
      { orderId: O1, side: "buy" },
      { orderId: Id.OrderId.make(2), side: "sell" }
    ]
  },
  CumulativeBelow: { _tag: "CumulativeBelow", theirs: three },
  FillAfterRejection: { _tag: "FillAfterRejection", orderId: O1, filled: three },
  UndocumentedCorrection: {
    _tag: "UndocumentedCorrection",
    execId: "e-1",
    quantity: three,
    price: Decimal.unsafe("149")
  },
  FillMismatch: {
    _tag: "FillMismatch",
    execId: "e-1",
    reported: { side: "sell", symbol: "AAPL" },
    ordered: { side: "buy", symbol: "AAPL" }
  },
  SuspectedDuplicate: { _tag: "SuspectedDuplicate", execId: "e-2", twin: "e-1" },
  Doubt: { _tag: "Doubt", reason: "NotFound" },
  OrderMissing: { _tag: "OrderMissing", order: "b-1", status: "WORKING" },
  EndUnconfirmed: { _tag: "EndUnconfirmed", orderId: O1, reported: "cancelled" },
  OrderNotWorking: { _tag: "OrderNotWorking", orderId: O1, reason: "locate", leaves: three },
  TermsDiffer: {
    _tag: "TermsDiffer",
    brokerOrderId: "b-1",
    term: "type",
    sent: { side: "buy", quantity: three, symbol: "AAPL", value: "limit" },
    shown: { side: "buy", quantity: three, symbol: "AAPL", value: "market" }
  },
  ForeignOrderId: { _tag: "ForeignOrderId", brokerOrderId: "b-1", clientOrderId: "rl1-x" },
  ClientIdDiffers: { _tag: "ClientIdDiffers", brokerOrderId: "b-1", clientOrderId: "rl1-x", sent: "rl1-y" },
  ReusedOrderId: { _tag: "ReusedOrderId", brokerOrderId: "b-1", day: "2023-11-14" },
  AverageDiffers: { _tag: "AverageDiffers", ours: three, theirs: Decimal.unsafe("3.1") },
  Unpriced: { _tag: "Unpriced", filled: three, priced: Decimal.zero },
  OffBand: {
    _tag: "OffBand",
    execId: "e-1",
    price: Decimal.unsafe("300"),
    expected: { price: Decimal.unsafe("200"), from: "quote" }
  },
  Unmapped: { _tag: "Unmapped", symbol: "BRK B", side: "buy", quantity: three, status: "WORKING" },
  PositionDiffers: { _tag: "PositionDiffers", holdings },
  ForeignPosition: {
    _tag: "ForeignPosition",
    holdings: { ...holdings, ours: Decimal.zero, hedged: Decimal.zero }
  },
  UnsoundSnapshot: { _tag: "UnsoundSnapshot", fault: { _tag: "InPart", listing: "orders" } },
  FillMissing: { _tag: "FillMissing", execIds: ["e-1", "e-2"] },
  HistoryGap: { _tag: "HistoryGap", from: at, to: later },
  Backlog: {
    _tag: "Backlog",
    trades: 2,
    late: [{ symbol: AAPL, trades: 2, residual: three, lastPrice: Decimal.unsafe("10") }]
  },
  Implausible: {
    _tag: "Implausible",
    cause: "HeldReport",
    orderId: O1,
    number: 1,
    rule: "W3",
    field: "cumulative",
    reported: "9",
    possible: "3"
  },
  ClockAhead: { _tag: "ClockAhead", books: later, clock: at },
  OrderRefused: { _tag: "OrderRefused", orderId: O1, code: "E7", class: "unknown", detail: "no such code" },
  StatementDiffers: {
    _tag: "StatementDiffers",
    difference: "Figures",
    broker: "schwab",
    file: "transactions.json",
    line: 3,
    row: 2,
    brokerOrderId: "b-1",
    execution: { side: "buy", quantity: three, symbol: "AAPL", price: Decimal.unsafe("10"), at },
    figures: [{ figure: "quantity", statement: "3", books: "4" }]
  },
  AccountRefused: { _tag: "AccountRefused", orderId: O1, code: "E7", detail: "account is closed" },
  TradingHalted: { _tag: "TradingHalted", halt: "RejectionsInARow", orderId: O1, rejections: 5 },
  PositionBlocked: { _tag: "PositionBlocked", obstacle: "price" }
}

import { messages } from "./messages.ts"

/** Texts of the page of a position. */
export const texts = messages({
  excessOf: "excess of {orderId}",
  noHedgedTrade: "No hedged trade with a price yet.",
  slippage: "Slippage",
  slippageSummary: {
    one: "{count} trade; the newest cost {figure} bp. Negative is better than the trade's own price.",
    other: "{count} trades; the newest cost {figure} bp. Negative is better than the trade's own price."
  },
  bp: "bp",
  hour: "1 h",
  day: "1 d",
  week: "1 w",
  residualOverTime: "Residual over time",
  atMoments: "at {count} moments",
  span: "Span",
  chooseATimeRange: "Choose a time range.",
  noPositionThen: "No position at that time.",
  residual: "Residual",
  residualSummary: "From {first} to {last}.",
  shares: "sh",
  boundBy: "{scope}, since {changedAt}, by {actor}: {reason}. {help}",
  resume: "Resume {symbol}",
  halt: "Halt {symbol}",
  positions: "Positions",
  newTrade: "New trade",
  newDecision: "New decision",
  position: "Position",
  asOf: "as of {at}",
  unchangedSince: "Unchanged since {at}.",
  threshold: "Threshold {threshold}.",
  openLots: "Open lots",
  oldestFirst: "oldest first",
  noOpenLots: "No open lots.",
  orders: "Orders",
  newestFirst: "newest first",
  all: "All",
  noOrdersYet: "No orders yet.",
  slippageNote: "newest 200 trades, against each trade's own price",
  viewInJournal: "View in journal"
})

import { messages } from "./messages.ts"

/** Texts of charts. */
export const texts = messages({
  residualOfThreshold: "{residual} of {from}",
  residualToNextLot: "residual to the next lot",
  filledOfQuantity: "{filled} of {quantity}",
  filled: "filled",
  doesNotAddUp: "These figures do not add up. Run the audit first.",
  itsLimit: "its limit",
  marketBeforeFill: "the market before its fill",
  priceOfTrades: "the price of its trades",
  itsLastFill: "its last fill",
  noPricedFill: "no fill with a price yet",
  allInside: "all inside",
  outside: "{outside} outside",
  bandAround: "±{bp} bp of {reference}",
  bandTitle: "Price against tolerance, {around}, {sources}",
  bandSummary: "Prices against tolerance, {around}: {found}",
  fillAt: "{fill}: {quantity} at {price}",
  dip: "Dip at {from}: {rows} in {span}.",
  rowsPerSecond: "Rows per second",
  noDipSince: "No dip since {from}.",
  rowsASecond: "rows/s",
  rowsProgress: "{done} of {total} rows completed, {failed} failed, {cancelled} cancelled",
  rows: "rows",
  viewAsChart: "View as chart",
  viewAsTable: "View as table",
  nothingYet: "No events yet."
})

/** Words of the pages on profit. */
export const profitTerms = {
  held: { head: "Held", help: "Signed shares that are open at the end of the period." },
  cost: { head: "Cost", help: "Price paid, fees included. Short lots: proceeds, less fees." },
  averageCost: { head: "Average cost", help: "Cost per open share, with fees, to 12 decimals." },
  marketPrice: {
    head: "Market price",
    help: "Newest price in the books, from a trade or one of our fills; with an end date, from the newest fill up to it. A dash: unknown."
  },
  priceAt: { head: "Price from", help: "Time of the market price." },
  marketValue: { head: "Market value", help: "Open shares times market price." },
  unrealised: { head: "Unrealised", help: "Market value less cost. A dash: price or cost unknown." },
  realised: {
    head: "Realised",
    help: "Proceeds less cost of shares closed in the period. A dash: a price or a cost is not known."
  },
  fees: { head: "Fees", help: "Commissions of the period's fills, in the currency of the symbol." },
  tradesWithFills: { head: "Trades", help: "Trades with fills." },
  atOwnPrices: {
    head: "At own prices",
    help: "Filled shares times the price of the trade they were filled for. A dash: no prices."
  },
  slippage: {
    head: "Slippage",
    help: "Cost of the fills beyond the trades' own prices, in the currency of the symbols. Negative is better."
  },
  turnover: { head: "Turnover", help: "Shares times price of the period's fills, bought and sold." },
  missing: { head: "Not included", help: "Unknown amounts, included in no sum." },
  profitBy: { head: "Sums of", help: "Group sums by symbol, day or account." },
  profitCurrency: { head: "Currency", help: "Sums are of one currency each." },
  tradeDate: { head: "Trade date", help: "Date of the fills, in New York." },
  profitPeriod: { head: "Period", help: "Trade dates in New York, the first and the last included." },
  dateFrom: { head: "From", help: "First trade date of the period, in New York." },
  dateTo: { head: "To", help: "Last trade date of the period, in New York." },
  lotMethod: {
    head: "Method",
    help: "Which lot a sale closes first: the oldest (FIFO), the newest (LIFO), the one that gains least (HIFO), or all at their average cost. Default: lotMethod of the account."
  },
  lotOpened: { head: "Opened", help: "Trade date on which the lot was opened. Blank for declared shares." },
  openedBy: { head: "Opened by", help: "Fill that opened the lot. It leads to its order and source trades." },
  lotClosed: { head: "Closed", help: "Trade date on which the shares were closed." },
  closedBy: { head: "Closed by", help: "Fill that closed the shares. It leads to its order and source trades." },
  proceeds: { head: "Proceeds", help: "Price received, less fees." },
  holdingTerm: { head: "Term", help: "Long: held for more than a year." },
  correctedFill: { head: "Fill", help: "Fill with the corrected values." },
  correction: { head: "Correction", help: "Values reported first, and those that count now." },
  lotNote: { head: "Chosen by", help: "Blank: the account's method." },
  lotOpen: { head: "Open", help: "Shares of the lot that are open when the fill executes." },
  identifiedShares: { head: "Close", help: "Shares of the lot that this fill closes." },
  washed: { head: "Wash sale", help: "Part of a loss whose shares were replaced within 30 days. A flag only." }
} as const

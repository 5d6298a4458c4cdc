/** Words of the pages on profit. */
export const profitTerms = {
  held: { head: "Held", help: "Signed shares that are open at the end of the period." },
  cost: { head: "Cost", help: "Price paid with fees. Of a short lot, what it brought." },
  averageCost: { head: "Average cost", help: "Cost per open share, with fees, to 12 decimals." },
  marketPrice: {
    head: "Market price",
    help: "Newest price in the books: of a trade that came in, or of an own fill; of a period with an end, of the newest fill by then. A dash: none is known."
  },
  priceAt: { head: "Price from", help: "Time of the market price." },
  marketValue: { head: "Market value", help: "Open shares times market price." },
  unrealised: { head: "Unrealised", help: "Market value less cost. A dash: a price or a cost is not known." },
  realised: {
    head: "Realised",
    help: "Proceeds less cost of shares closed in the period. A dash: a price or a cost is not known."
  },
  fees: { head: "Fees", help: "Commissions of the period's fills, in the currency of the symbol." },
  turnover: { head: "Turnover", help: "Shares times price of the period's fills, bought and sold." },
  missing: { head: "Not included", help: "What is not known, and is in none of the sums." },
  profitBy: { head: "Sums of", help: "Every symbol or day of an account, or every account." },
  profitCurrency: { head: "Currency", help: "Sums are of one currency each." },
  tradeDate: { head: "Trade date", help: "Date of the fills, in New York." },
  profitPeriod: { head: "Period", help: "Trade dates in New York, the first and the last included." },
  dateFrom: { head: "From", help: "First trade date of the period, in New York." },
  dateTo: { head: "To", help: "Last trade date of the period, in New York." },
  lotMethod: {
    head: "Method",
    help: "Which lot a sale closes first: the oldest (FIFO), the newest (LIFO), the one that gains least (HIFO), or all at their average cost. Unless one is chosen, as lotMethod of the account is set."
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

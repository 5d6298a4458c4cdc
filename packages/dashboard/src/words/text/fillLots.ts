import { messages } from "./messages.ts"

/** Texts of the tax lots of a fill. */
export const texts = messages({
  taxLots: "Tax lots",
  byMethod: "method of the account: {method}",
  closesNone: "Closes no lot. Opens a lot of {shares}.",
  notApplied: "The identified lots are not applied: {why}. The method of the account closes the lots instead.",
  lotsToClose: "Lots to close",
  openWhenItExecutes: "open when the fill executes",
  noOpenLot: "No open lots.",
  sharesOf: "Shares of {id}",
  typeShares: "Enter shares of lots to identify them.",
  identify: "Identify lots of {id}",
  useMethod: "Use {method}",
  closes: "{id} closes {named}.",
  closesByMethod: "{id} closes lots by {method}.",
  sharesOfLot: "{quantity} of {id}",
  laterFills: "Later fills of {account} close what is left by its method.",
  noOrder: "No order is sent. Positions stay as they are.",
  closing: "{id}: {quantity} shares, cost {cost}, gain {gain}, {term} term",
  declared: "declared shares",
  notKnown: "unknown"
})

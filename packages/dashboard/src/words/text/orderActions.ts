import { messages } from "./messages.ts"

/** Texts of the actions on orders. */
export const texts = messages({
  cancel: "Cancel {id}",
  keepTheOrder: "Keep the order",
  cancelIsAsked: "The broker is asked to cancel {side} {quantity} {symbol}. The order ends when the broker confirms.",
  filledStay: "{filled} of {quantity} are filled, and stay.",
  stopPrice: "stop {price}",
  limitPrice: "limit {price}",
  retry: "Retry {id}",
  newOrderInPlace: "A new order for the current residual of {symbol} replaces {id}.",
  endedStays: "{id} stays ended and is never sent again.",
  approve: "Approve {id}",
  isCheckedAgain:
    "{side} {quantity} {symbol} of {account} ({terms}) is checked against the account's limits again, and sent to the broker.",
  limitsAndHaltsStill: "Limits and halts still apply.",
  brokerHas: "Mark {id} as placed",
  orderIsBrokerOrder: "Match {id} to {brokerOrderId}",
  brokerOrderId: "The broker's order id",
  youConfirmTheOneYouName:
    "You confirm that the broker order named below is {id}, {side} {quantity} {symbol}. State and fills are read from it.",
  youConfirmThatIs:
    "You confirm that {brokerOrderId} is {id}, {side} {quantity} {symbol}. State and fills are read from it.",
  isReadAndCompared:
    "It is read and compared. A different symbol or side does not count, and any difference is a break that blocks {symbol}.",
  noOrderIsSent: "No order is sent.",
  wasNeverPlaced: "Mark {id} as not placed",
  endsUnplaced:
    "{id} ends, and its {side} of {quantity} {symbol} is no longer in flight. Due shares are ordered again: if the broker has the order after all, they are traded twice.",
  brokerIsNotAsked: "The broker is not queried: you confirm it.",
  endReported: "The broker reported its end. No second reading confirms it.",
  missingInHistory: "It is missing in the broker's complete history.",
  hasEnded: "Mark {id} as ended",
  youConfirmItsEnd: "{fact} You confirm that it ended as {as}.",
  endsFilled:
    "{id} ends with {filled} of {quantity} filled. Due shares are ordered again: if the {side} order in {symbol} still works at the broker, they are traded twice.",
  acceptReport: "Accept report {number}",
  booksReport: "Books {field} {reported} for {id}. Plausible was: {possible}.",
  tradingContinues: "Trading in {symbol} continues when no other report of {id} is held.",
  brokerIsNotAskedAgain: "The broker is not queried again.",
  voidReports: "Void reports of {id}",
  totalsDiscarded: "All reported totals of {id} are discarded. It is {side} {quantity} {symbol} again, as sent.",
  heldReportsClose: "Held reports are closed as voided.",
  executionsStay: "Its executions stay. Void them one by one on the command line.",
  offsetsHint: "Whole basis points, with commas between the steps: 5, 20, 50.",
  secondsHint: "Whole seconds: 60.",
  changeSettings: "Change order settings of {name}",
  settingsChange: "Orders of {name} without their own terms: {after}. Before: {before}.",
  positionsEvaluated: "Its positions are evaluated with the new settings now, each from the first step.",
  sentOrdersStay: "Orders already sent stay unchanged.",
  ownSettingsStay: "Orders and sources with their own session or time in force keep them.",
  settingsOf: "Order settings of {name}: {settings}.",
  reportedField: "what was reported",
  less: "a lower value"
})

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
  newOrderInPlace: "A new order is made in the place of {id}, for what {symbol} owes now.",
  endedStays: "{id} stays as it ended. It is never sent again.",
  approve: "Approve {id}",
  isCheckedAgain:
    "{side} {quantity} {symbol} of {account} ({terms}) is checked against the account's limits again, and sent to the broker.",
  limitsAndHaltsStill: "Limits and halts still apply.",
  brokerHas: "The broker has {id}",
  orderIsBrokerOrder: "{id} is {brokerOrderId}",
  brokerOrderId: "The broker's order id",
  youConfirmTheOneYouName:
    "You confirm that the broker order you name is {id}, {side} {quantity} {symbol}. State and fills are read from it.",
  youConfirmThatIs:
    "You confirm that {brokerOrderId} is {id}, {side} {quantity} {symbol}. State and fills are read from it.",
  isReadAndCompared:
    "It is read and compared. A different symbol or side does not count, and any difference is a break that blocks {symbol}.",
  noOrderIsSent: "No order is sent.",
  wasNeverPlaced: "{id} was never placed",
  endsUnplaced:
    "{id} ends, and its {side} of {quantity} {symbol} is no longer in flight. Due shares are ordered again: if the broker has the order after all, they are traded twice.",
  brokerIsNotAsked: "The broker is not asked. You confirm it.",
  endReported: "The broker reported its end. No second reading confirms it.",
  missingInHistory: "It is missing in the broker's complete history.",
  hasEnded: "{id} has ended",
  youConfirmItsEnd: "{fact} You confirm that it ended as {as}.",
  endsFilled:
    "{id} ends with {filled} of {quantity} filled. Due shares are ordered again: if the {side} order in {symbol} still works at the broker, they are traded twice.",
  acceptReport: "Accept report {number}",
  booksReport: "Books {field} {reported} of {id}, where {possible} was possible.",
  tradingContinues: "Trading in {symbol} continues when no other report of {id} is held.",
  brokerIsNotAskedAgain: "The broker is not asked again.",
  voidReports: "Void reports of {id}",
  totalsDiscarded: "All reported totals of {id} are discarded. It is {side} {quantity} {symbol} again, as sent.",
  heldReportsClose: "Held reports are closed as voided.",
  executionsStay: "Its executions stay. Void them one by one on the command line.",
  offsetsHint: "Whole basis points, with commas between the steps: 5, 20, 50.",
  secondsHint: "Whole seconds: 60.",
  changeSettings: "Change order settings of {name}",
  settingsChange: "Orders of {name} without settings of their own: {after}. Before: {before}.",
  positionsEvaluated: "Its positions are evaluated with the new settings now, each from the first step.",
  sentOrdersStay: "Orders sent before stay unchanged.",
  ownSettingsStay: "Orders and sources with their own session or time in force keep them.",
  settingsOf: "Order settings of {name}: {settings}.",
  reportedField: "what was reported",
  less: "less"
})

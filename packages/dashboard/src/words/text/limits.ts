import { messages } from "./messages.ts"

/** Texts of the limits of an account. */
export const texts = messages({
  limits: "Limits",
  limitsNote: "orders beyond a limit are not sent",
  changeALimit: "Change a limit",
  limit: "Limit",
  amount: "New amount",
  amountHint: "A number above zero, or none to lift the limit.",
  isInForce: "This amount is already set.",
  enterAmount: "Enter the new amount.",
  change: "Change limit",
  changeOf: "Change {limit} of {name}",
  willBe: "{limit} of {name}: {after}. Before: {before}.",
  dueOrdersAreJudged: "Positions blocked by this limit are re-evaluated now.",
  sentOrdersStay: "Orders already sent stay unchanged.",
  isSet: "{limit} of {name}: {amount}",
  shares: "{amount} shares",
  dollars: "${amount}",
  noLimit: "no limit",
  sentOn: "{amount} on {date}",
  orderQuantity: "Shares per order",
  orderNotional: "Dollars per order",
  openResidual: "Open residual",
  dailyNotional: "Dollars per day",
  ofAccount: "account setting",
  ofDefault: "default",
  lifted: "lifted"
})

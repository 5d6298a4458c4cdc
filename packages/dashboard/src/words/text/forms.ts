import { messages } from "./messages.ts"

/** Texts of forms. */
export const texts = messages({
  session: "Session",
  timeInForce: "Time in force",
  type: "Type",
  limitPrice: "Limit price",
  stopPrice: "Stop price",
  goodTill: "Good till",
  buy: "Buy",
  sell: "Sell",
  account: "Account",
  symbol: "Symbol",
  side: "Side",
  source: "source {name}",
  batch: "batch {batch}",
  setting: "{sayer} setting: {value}",
  accountSays: "account",
  templateSays: "template"
})

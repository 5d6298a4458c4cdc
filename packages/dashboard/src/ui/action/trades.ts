import type { Documents } from "@roundlot/api"
import { type Seen, tradeOf } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { aboutOf, command } from "./command.ts"

const ofTrade = aboutOf("trade", tradeOf)

/** Undoes a trade by its opposite. */
export const reverseTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, reverseTrade),
    verb: `Reverse ${id}`,
    typed: symbol,
    will: [`A trade of ${quantity} ${symbol} on the other side reverses this ${side}. It accumulates like any other.`],
    willNot: ["The trade, its orders and its fills stay in the journal."],
    cli: (reason) => `roundlot trades reverse ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.reverseTrade(wish), version)
  }
}

/** Decides that a held trade is not counted. */
export const dismissTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, dismissTrade),
    verb: `Dismiss ${id}`,
    typed: symbol,
    will: [`The held trade, ${side} ${quantity} ${symbol}, will not be counted.`],
    willNot: ["No order is made for it."],
    cli: (reason) => `roundlot trades dismiss ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.dismissTrade(wish), version)
  }
}

import type { Documents } from "@roundlot/api"
import { type Seen, tradeOf } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { aboutOf, command } from "./command.ts"
import { texts } from "../../words/text/otherActions.ts"

const ofTrade = aboutOf("trade", tradeOf)

/** Undoes a trade by its opposite. */
export const reverseTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, reverseTrade),
    verb: texts.reverse({ id }),
    typed: symbol,
    will: [texts.reversal({ quantity, symbol, side })],
    willNot: [texts.recordsStay],
    cli: (reason) => `roundlot trades reverse ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.reverseTrade(wish), version)
  }
}

/** Decides that a held trade is not counted. */
export const dismissTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, dismissTrade),
    verb: texts.dismiss({ id }),
    typed: symbol,
    will: [texts.heldTradeDismissed({ side, quantity, symbol })],
    willNot: [texts.noOrderIsMade],
    cli: (reason) => `roundlot trades dismiss ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.dismissTrade(wish), version)
  }
}

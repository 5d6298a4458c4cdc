import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { format } from "../../values/Id.ts"
import { instrumentOf, tickerAt } from "../../records/DatedSymbol.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Instant from "../../values/Instant.ts"
import { dueOf, type Due, type Standing } from "../position/due.ts"
import type { CommandAnswer } from "./commands.ts"

/** From `since` on the market knows `symbol` as `to`; where nothing is said, from now on. */
export interface Renaming {
  readonly symbol: Ticker
  readonly to: Ticker
  readonly since: Instant.Instant | undefined
}

/** Why a change of symbol may not be accepted as things stand; `undefined` where it may. Writes nothing. */
export const renameObstacle = (recorder: Recorder, { symbol, to }: Renaming): string | undefined => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  recorder.need(Need.Position({ account, symbol }))
  recorder.need(Need.Position({ account, symbol: to }))
  recorder.need(Need.WaitingFills({ account }))
  const symbols = books.accounts.get(account)?.symbols ?? []
  if (symbol === UNMAPPED || to === UNMAPPED) return "unmapped trades have no symbol to change"
  const first = instrumentOf(symbols, symbol)
  if (first !== undefined && first !== symbol)
    return `${symbol} is the market symbol of ${first} in these books; use ${first}`
  if (books.instruments.get(joinKey([account, symbol])) === undefined) return `${account} has no instrument ${symbol}`
  if (tickerAt(symbols, symbol, Instant.latest) === to) return `${symbol} is already called ${to}`
  const owner = instrumentOf(symbols, to)
  if (owner !== undefined && owner !== symbol) return `${to} is the market symbol of ${owner} in these books`
  if (to !== symbol && books.positions.get(joinKey([account, to])) !== undefined) {
    return `${account} has a position in ${to}: two instruments cannot be merged`
  }
  for (const each of [symbol, to]) {
    const [live] = books.orders.find("live", [account, each])
    if (live !== undefined) {
      return `${format("order", live.id)} of ${each} is ${live.status}: a symbol can change only while none of its orders is live`
    }
  }
  const waiting = books.waiting_fills
    .find("waiting", [account])
    .find((fill) => fill.symbol === symbol || fill.symbol === to)
  return waiting === undefined
    ? undefined
    : `an unmatched fill of ${waiting.symbol} waits for its order: a symbol can change only after it is matched`
}

/** The answer to "what order would be made?" once a change of symbol is accepted; the break about it is taken for closed. Pure. */
export const dueAfterRename = (standing: Standing): Due =>
  dueOf({ ...standing, holdingBreaks: standing.holdingBreaks.filter(({ kind }) => kind !== "PositionDiffers") })

/** P9: an instrument has another ticker from a moment on. The position stays where it is; what goes out and comes in is translated. */
export const renameSymbol = (recorder: Recorder, renaming: Renaming, reason: string): CommandAnswer => {
  const { account, world } = recorder
  const { symbol, to } = renaming
  const obstacle = renameObstacle(recorder, renaming)
  if (obstacle !== undefined) return { _tag: "Refused", why: obstacle }
  const since = renaming.since ?? world.at
  recorder.emit({ _tag: "SymbolChanged", symbol, to, since, why: reason })
  recorder.touch(symbol)
  return { _tag: "Done", what: `${symbol} of ${account} is renamed to ${to}, effective ${Instant.format(since)}` }
}

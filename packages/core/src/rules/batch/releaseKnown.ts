import { batchOf } from "./batches.ts"
import { Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import type { TradeId } from "../../values/Id.ts"
import { instrumentOf } from "../../records/DatedSymbol.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { isBeforeSplit } from "../../records/splitting.ts"
import type { Trade } from "../../records/Trade.ts"
import type { TradeCause } from "../../records/tradeReasons.ts"
import { isUnknown } from "../trade/unknownInstrument.ts"
import { releaseTrade } from "../operator/commands.ts"

/**
 * Counts a trade that was quarantined because its instrument was unknown, and for nothing else, once that is known: as a person's release
 * does (C2). One of a batch that is not running waits for its batch's turn. One from before a split is in other shares: that a person
 * looks at (P9).
 */
export const releaseKnown = (recorder: Recorder, id: TradeId): void => {
  recorder.need(Need.TradeById({ id }))
  const trade = recorder.books.trades.get(id)
  if (trade?.status !== "pending" || trade.reason !== "UnknownInstrument") return
  const symbol = symbolOf(recorder, trade)
  if (isUnknown(recorder, symbol)) return
  const { account, books } = recorder
  const hold = (cause: TradeCause) => recorder.emit({ _tag: "TradeHeld", id, symbol: trade.symbol, ...cause })
  if (isBeforeSplit(books.positions.get(symbolKey(account, symbol)), trade.createdAt)) return hold(beforeSplit(symbol))
  const batch = trade.batchId === undefined ? "running" : batchOf(recorder, trade.batchId)?.status
  if (batch === "pending") return hold({ reason: "AwaitsBatch" })
  if (batch === "running") releaseTrade(recorder, id, undefined)
}

/** Under which symbol a release counts it: what has a new ticker at the market keeps its first one here. */
const symbolOf = (recorder: Recorder, { symbol }: Trade): Ticker => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  return instrumentOf(books.accounts.get(account)?.symbols ?? [], symbol) ?? symbol
}

const beforeSplit = (symbol: Ticker): TradeCause => ({
  reason: "BeforeSplit",
  detail: `it predates the last split of ${symbol}, and its quantity is in shares of that time. Release it unchanged, or dismiss it and enter it in current shares`
})

/**
 * Nothing is quarantined for an instrument any more: its position is evaluated from now on (D1). Not where the instrument has changed
 * since the version that was looked at: it may have been unknown once more meanwhile.
 */
export const endRelease = (recorder: Recorder, symbol: Ticker, version: number | undefined): void => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const instrument = books.instruments.get(symbolKey(account, symbol))
  if (instrument?.releasing !== true || (version !== undefined && instrument.version !== version)) return
  recorder.emit({ _tag: "QuarantineReleased", symbol })
  recorder.touch(symbol)
}

import { Schema } from "effect"
import * as Instant from "../values/Instant.ts"
import { Ticker } from "./Ticker.ts"

/**
 * From a moment on the market knows an instrument by another ticker. The books keep the ticker that they knew it by first, so that
 * nothing of its history is written anew; the other one is used towards the broker and understood from everyone.
 */
export const DatedSymbol = Schema.Struct({ instrument: Ticker, ticker: Ticker, since: Instant.FromString })

/** From a moment on the market knows an instrument by another ticker. */
export type DatedSymbol = typeof DatedSymbol.Type

/** The ticker by which the market knows an instrument at a moment. */
export const tickerAt = (symbols: ReadonlyArray<DatedSymbol>, instrument: Ticker, at: Instant.Instant): Ticker => {
  let newest: DatedSymbol | undefined
  for (const each of symbols) {
    if (each.instrument !== instrument || each.since > at) continue
    if (newest === undefined || each.since >= newest.since) newest = each
  }
  return newest?.ticker ?? instrument
}

/** What the books call that which the market names so, or named so once; `undefined` where no change of symbol is about it. */
export const instrumentOf = (symbols: ReadonlyArray<DatedSymbol>, name: string): Ticker | undefined =>
  symbols.find((each) => each.ticker === name)?.instrument

/** The same for what no change of symbol is about too: that has one name. */
export const nameInBooks = (symbols: ReadonlyArray<DatedSymbol>, name: string): string =>
  instrumentOf(symbols, name) ?? name

/** What a trade of a moment is about, or the ticker that its own has given way to before. */
export const instrumentAt = (
  symbols: ReadonlyArray<DatedSymbol>,
  ticker: Ticker,
  at: Instant.Instant
): { readonly instrument: Ticker; readonly gaveWayTo: Ticker | undefined } => {
  const named = symbols.find((each) => each.ticker === ticker && each.since <= at)
  const instrument = named?.instrument ?? ticker
  const known = tickerAt(symbols, instrument, at)
  return { instrument, gaveWayTo: known === ticker ? undefined : known }
}

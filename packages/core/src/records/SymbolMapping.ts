import { Schema } from "effect"
import { Ticker } from "./Ticker.ts"

/**
 * How a source's symbols become plain tickers: suffixes that are stripped, and names that are replaced. A source that declares
 * neither writes plain tickers.
 */
export interface SymbolMapping {
  readonly suffixes: ReadonlyArray<string>
  readonly symbols: { readonly [given: string]: Ticker }
}

/** Plain tickers, in capitals, are themselves; no other symbol has a ticker. */
export const plain: SymbolMapping = { suffixes: [], symbols: {} }

const isTicker = Schema.is(Ticker)

/** Exchanges write tickers in capitals: what has a small letter carries a mark of its source's (`MSFTs1`), which it has to declare. */
const tickerOf = (text: string): Ticker | undefined => (isTicker(text) && !/[a-z]/.test(text) ? text : undefined)

/**
 * The ticker of a source's symbol, or `undefined` where the mapping has none (ACC-4).
 *
 * @example
 * SymbolMapping.map({ suffixes: ["s1"], symbols: {} }, "AAPLs1") // "AAPL"
 */
export const map = (mapping: SymbolMapping, given: string): Ticker | undefined => {
  const named = Object.hasOwn(mapping.symbols, given) ? mapping.symbols[given] : undefined
  if (named !== undefined) return named
  const suffix = mapping.suffixes.find((each) => given.length > each.length && given.endsWith(each))
  if (suffix !== undefined) return tickerOf(given.slice(0, -suffix.length))
  const isPlain = mapping.suffixes.length === 0 && Object.keys(mapping.symbols).length === 0
  return isPlain ? tickerOf(given) : undefined
}

import { Decimal, Instant, Price, Side } from "@roundlot/core"
import type { OrderRow, Rows } from "./rows.ts"

const symbolsIn = (rows: Rows, list: "halts" | "limits"): ReadonlyArray<string> =>
  (rows.fact(list) ?? "").split(" ").filter((symbol) => symbol !== "")

const list = (rows: Rows, name: "halts" | "limits", symbol: string): void =>
  rows.setFact(name, [...symbolsIn(rows, name).filter((each) => each !== symbol), symbol].join(" "))

/** Takes a symbol from a list; says whether it was there. */
const unlist = (rows: Rows, name: "halts" | "limits", symbol: string): boolean => {
  const before = symbolsIn(rows, name)
  rows.setFact(name, before.filter((each) => each !== symbol).join(" "))
  return before.includes(symbol)
}

/** Is trading in a symbol halted at a moment? */
export const isHalted = (rows: Rows, symbol: string, now: Instant.Instant): boolean => {
  const until = Instant.parse(rows.fact(`halted ${symbol}`) ?? "")
  return until !== undefined && now < until
}

/** Is it halted for a limit state that did not end in time? */
export const isPaused = (rows: Rows, symbol: string, now: Instant.Instant): boolean =>
  isHalted(rows, symbol, now) && rows.fact(`halted ${symbol}`) === rows.fact(`paused ${symbol}`)

/** Nothing trades in a symbol until then. */
export const halt = (rows: Rows, symbol: string, until: Instant.Instant): void => {
  list(rows, "halts", symbol)
  rows.setFact(`halted ${symbol}`, Instant.format(until))
}

/** Ends a halt; says whether there was one. */
export const resume = (rows: Rows, symbol: string): boolean => {
  rows.setFact(`halted ${symbol}`, "")
  return unlist(rows, "halts", symbol)
}

/** Ends the halts whose time has come, and says of which symbols. */
export const resumeDue = (rows: Rows, now: Instant.Instant): ReadonlyArray<string> =>
  symbolsIn(rows, "halts").filter((symbol) => !isHalted(rows, symbol, now) && resume(rows, symbol))

/** A limit state lasts for fifteen seconds, and the pause after it for five minutes (nasdaqtrader.com, "Limit Up-Limit Down" FAQ). */
const LIMIT_STATE_MS = 15_000
const PAUSE_MS = 300_000

/** The market is at a band of a symbol: it pauses, unless it comes back within fifteen seconds. */
export const enterLimitState = (rows: Rows, symbol: string, now: Instant.Instant): void => {
  if (symbolsIn(rows, "limits").includes(symbol)) return
  list(rows, "limits", symbol)
  rows.setFact(`limit ${symbol}`, Instant.format(Instant.addMillis(now, LIMIT_STATE_MS)))
}

/** The market is between the bands again. */
export const leaveLimitState = (rows: Rows, symbol: string): void => void unlist(rows, "limits", symbol)

/** Pauses the symbols whose limit state is over. New bands are for who says them. */
export const pauseDue = (rows: Rows, now: Instant.Instant): void => {
  for (const symbol of symbolsIn(rows, "limits")) {
    const until = Instant.parse(rows.fact(`limit ${symbol}`) ?? "") ?? now
    if (now < until) continue
    leaveLimitState(rows, symbol)
    setBands(rows, symbol, undefined)
    const over = Instant.addMillis(until, PAUSE_MS)
    halt(rows, symbol, over)
    rows.setFact(`paused ${symbol}`, Instant.format(over))
  }
}

/** Between which prices a symbol trades. */
export interface Bands {
  readonly lower: Price.Price
  readonly upper: Price.Price
}

/** A symbol trades between these prices alone; anywhere where there are none. */
export const setBands = (rows: Rows, symbol: string, bands: Bands | undefined): void =>
  rows.setFact(
    `bands ${symbol}`,
    bands === undefined ? "" : `${Decimal.format(bands.lower)} ${Decimal.format(bands.upper)}`
  )

/** Is a price beyond the bands of its symbol? */
export const isBeyond = (rows: Rows, symbol: string, price: Decimal.Decimal): boolean => {
  const [lower, upper] = (rows.fact(`bands ${symbol}`) ?? "").split(" ")
  if (lower === undefined || upper === undefined) return false
  return Decimal.isLess(price, Decimal.unsafe(lower)) || Decimal.isLess(Decimal.unsafe(upper), price)
}

const HALF = Decimal.unsafe("0.5")

/** What an order would trade at: the market's price, half the spread beyond it, or nothing where nobody has said one. */
export const priceFor = (
  rows: Rows,
  { side, symbol }: Pick<OrderRow, "side"> & { readonly symbol: string },
  unsaidPrice: Price.Price | undefined
): Price.Price | undefined => {
  const market = rows.price(symbol)?.price ?? unsaidPrice
  if (market === undefined) return undefined
  const half = Decimal.multiply(Decimal.unsafe(rows.fact(`spread ${symbol}`) ?? "0"), HALF)
  return Price.make(Decimal.add(market, Side.signed(side, half)))
}

const depthFact = (side: Side.Side, symbol: string) => `depth ${side} ${symbol}` as const

/** How many shares the market has for those on a side; without end where nobody has said. */
export const depthFor = (
  rows: Rows,
  { side, symbol }: Pick<OrderRow, "side" | "symbol">
): Decimal.Decimal | undefined => {
  const said = rows.fact(depthFact(side, symbol)) ?? ""
  return said === "" ? undefined : Decimal.unsafe(said)
}

/** The market has so many shares for those on a side from now on. */
export const setDepth = (rows: Rows, side: Side.Side, symbol: string, shares: Decimal.Decimal | undefined): void =>
  rows.setFact(depthFact(side, symbol), shares === undefined ? "" : Decimal.format(shares))

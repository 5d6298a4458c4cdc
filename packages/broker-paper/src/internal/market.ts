import { Decimal, Instant, type Price, type Side } from "@roundlot/core"
import type { OrderRow, Rows } from "./rows.ts"

const symbolsHalted = (rows: Rows): ReadonlyArray<string> =>
  (rows.fact("halts") ?? "").split(" ").filter((symbol) => symbol !== "")

/** Is trading in a symbol halted at a moment? */
export const isHalted = (rows: Rows, symbol: string, now: Instant.Instant): boolean => {
  const until = Instant.parse(rows.fact(`halted ${symbol}`) ?? "")
  return until !== undefined && now < until
}

/** Nothing trades in a symbol until then. */
export const halt = (rows: Rows, symbol: string, until: Instant.Instant): void => {
  rows.setFact("halts", [...symbolsHalted(rows).filter((each) => each !== symbol), symbol].join(" "))
  rows.setFact(`halted ${symbol}`, Instant.format(until))
}

/** Ends a halt; says whether there was one. */
export const resume = (rows: Rows, symbol: string): boolean => {
  const before = symbolsHalted(rows)
  rows.setFact("halts", before.filter((each) => each !== symbol).join(" "))
  rows.setFact(`halted ${symbol}`, "")
  return before.includes(symbol)
}

/** Ends the halts whose time has come, and says of which symbols. */
export const resumeDue = (rows: Rows, now: Instant.Instant): ReadonlyArray<string> =>
  symbolsHalted(rows).filter((symbol) => !isHalted(rows, symbol, now) && resume(rows, symbol))

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

import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Side } from "../../records/Side.ts"
import { fates, type Fate } from "../../records/Fate.ts"

/** A row, what becomes of it, and the shares that this is about; of a row without a price nobody knows the dollars. */
export interface RowFate {
  readonly fate: Fate
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  readonly price: Decimal.Decimal | undefined
}

/** Shares of a symbol and side, and what they come to at the prices of their rows: dollars, none where a row has no price. */
interface Shares {
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  readonly notional: Decimal.Decimal | undefined
}

/** Rows of which the same becomes. */
export interface Fared {
  readonly fate: Fate
  readonly rows: number
  /** What is stopped, asked to end or tried again. */
  readonly shares: ReadonlyArray<Shares>
}

const moving: ReadonlySet<Fate> = new Set(["stopped", "asked", "again", "rest"])

/** Adds up what becomes of rows. Those of which `shares` tell nothing are given as counts. */
export const tally = (): {
  readonly add: (row: RowFate) => void
  readonly count: (fate: Fate, rows: number) => void
  readonly all: () => ReadonlyArray<Fared>
} => {
  const counts = new Map<Fate, number>()
  const shares = new Map<Fate, Map<string, Shares>>()
  const count = (fate: Fate, rows: number): void => void counts.set(fate, (counts.get(fate) ?? 0) + rows)
  return {
    count,
    add: (row) => {
      count(row.fate, 1)
      if (!moving.has(row.fate)) return
      const own = shares.get(row.fate) ?? new Map<string, Shares>()
      const key = `${row.symbol} ${row.side}`
      own.set(key, plus(own.get(key), row))
      shares.set(row.fate, own)
    },
    all: () =>
      fates.flatMap((fate) => {
        const rows = counts.get(fate) ?? 0
        return rows === 0 ? [] : [{ fate, rows, shares: [...(shares.get(fate)?.values() ?? [])] }]
      })
  }
}

const plus = (sum: Shares | undefined, { price, quantity, side, symbol }: RowFate): Shares => {
  const notional = price && Decimal.multiply(quantity, price)
  if (sum === undefined) return { symbol, side, quantity, notional }
  return {
    symbol,
    side,
    quantity: Decimal.add(sum.quantity, quantity),
    notional: notional && sum.notional && Decimal.add(sum.notional, notional)
  }
}

import type { Dice } from "../dice.ts"

/** Another account that trades at the exchange, whose orders are nobody's here. */
export const STRANGER = "stranger"

const CENTS = 100
const CALM_PRICE = "100"
const PLENTY = "1000000000"

const dollars = (cents: number): string => (cents / CENTS).toFixed(2)

const LONGEST_HALT_MS = 3 * 60_000

/** A price around that of the trades, and now and then how many shares there are at it. */
const moved = (dice: Dice, symbol: string) => ({
  price: {
    symbol,
    price: dollars(dice.between(90 * CENTS, 110 * CENTS)),
    ...(dice.chance(50) ? { size: String(dice.between(1, 3)) } : {}),
    ...(dice.chance(30) ? { spread: dollars(dice.between(1, CENTS)) } : {})
  }
})

/** An order of the stranger's, which rests for ours to cross, or takes what ours leave. */
const crossing = (dice: Dice, symbol: string) => ({
  manualOrder: {
    account: STRANGER,
    symbol,
    side: dice.chance(50) ? "buy" : "sell",
    quantity: String(dice.between(1, 4)),
    type: "limit",
    limitPrice: dollars(dice.between(95 * CENTS, 105 * CENTS)),
    timeInForce: "gtc"
  }
})

/** Something that a market does by itself, an instruction to its exchange. */
export const happening = (dice: Dice, symbols: readonly [string, ...ReadonlyArray<string>]): object => {
  const symbol = dice.oneOf(symbols)
  const drawn = dice.between(0, 99)
  if (drawn < 40) return moved(dice, symbol)
  if (drawn < 65) return crossing(dice, symbol)
  if (drawn < 80) return { halt: { symbol, ms: dice.between(1_000, LONGEST_HALT_MS) } }
  if (drawn < 92) return { bands: { symbol, lower: "95.00", upper: "105.00" } }
  return { buyingPower: { amount: dollars(dice.between(0, 400 * CENTS)) } }
}

/** What ends all that keeps orders from being filled. */
export const calmed = (symbols: ReadonlyArray<string>): ReadonlyArray<object> => [
  { buyingPower: { amount: PLENTY } },
  ...symbols.flatMap((symbol) => [
    { resume: { symbol } },
    { bands: { symbol, lower: "0.01", upper: "1000000" } },
    { price: { symbol, price: CALM_PRICE } }
  ])
]

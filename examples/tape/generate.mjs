// Writes the tape that `npm start` plays: `node examples/tape/generate.mjs [FILE]`. The same bytes on every machine: whole
// numbers only, chance from a seed, no clock.
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const SEED = 20250612
const ROWS = 2000
const REDELIVERED = 40
const LATE = 40
const BAD_ROW = 777

// A summer day in New York: 09:30 to 16:00 is 13:30 to 20:00 UTC.
const OPEN = Date.UTC(2025, 5, 12, 13, 30)
const SESSION = 6.5 * 3600 * 1000

/** Opening prices in ten-thousandths of a dollar, and how often each symbol trades. */
const LISTED = [
  { symbol: "AAPL", price: 1_994_500, weight: 22 },
  { symbol: "MSFT", price: 4_758_000, weight: 14 },
  { symbol: "NVDA", price: 1_437_500, weight: 20 },
  { symbol: "AMZN", price: 2_126_000, weight: 12 },
  { symbol: "TSLA", price: 3_228_000, weight: 13 },
  { symbol: "GOOGL", price: 1_769_000, weight: 9 },
  { symbol: "SPY", price: 6_019_000, weight: 6 },
  { symbol: "KO", price: 712_500, weight: 4 }
]

/** Mulberry32: whole numbers from 0 up to, without, `below`. */
const chance = (seed) => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const decimal = (units, digits) => {
  const text = String(units).padStart(digits + 1, "0")
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

const pickListed = (market, random) => {
  let ticket = random(100)
  return market.find(({ weight }) => (ticket -= weight) < 0)
}

/** Mostly a part of a share; one in twelve is larger. The last digit is never zero. */
const quantity = (random) => {
  const digits = 1 + random(6)
  const whole = random(12) === 0 ? 1 + random(25) : 0
  const tens = random(10 ** (digits - 1))
  return decimal(whole * 10 ** digits + tens * 10 + 1 + random(9), digits)
}

/** To the cent, to a tenth of it, or to a hundredth. */
const price = (listed, random) => {
  const digits = [2, 2, 2, 3, 4][random(5)]
  return decimal(Math.floor(listed.price / 10 ** (4 - digits)), digits)
}

/** A few basis points a trade, and a leaning to one side that drifts: positions build up, turn and come back. */
const walk = (listed, random) => {
  listed.price += Math.floor((listed.price * (random(13) - 6)) / 10_000)
  listed.leaning = Math.min(80, Math.max(20, listed.leaning + random(7) - 3))
}

const trades = (count, random) => {
  const market = LISTED.map((listed) => ({ ...listed, leaning: 50 }))
  const step = Math.floor(SESSION / count)
  return Array.from({ length: count }, (_, index) => {
    const listed = pickListed(market, random)
    walk(listed, random)
    return [
      `tape-${String(index + 1).padStart(6, "0")}`,
      new Date(OPEN + index * step + random(step)).toISOString(),
      listed.symbol,
      random(100) < listed.leaning ? "BUY" : "SELL",
      index === BAD_ROW ? "0.3.1" : quantity(random),
      price(listed, random)
    ].join(",")
  })
}

/** Distinct places early enough that what is moved behind them still has later trades before it. */
const places = (howMany, count, random) => {
  const chosen = new Set([BAD_ROW])
  while (chosen.size <= howMany) chosen.add(random(count - 250))
  return [...chosen].slice(1)
}

const arrivals = (inOrder, random) => {
  const chosen = places(LATE + REDELIVERED, inOrder.length, random)
  const late = new Set(chosen.slice(0, LATE))
  return [
    ...inOrder.map((row, index) => ({ row, at: late.has(index) ? index + 5 + random(55) + 0.5 : index })),
    ...chosen.slice(LATE).map((index) => ({ row: inOrder[index], at: index + 1 + random(200) + 0.25 }))
  ].toSorted((a, b) => a.at - b.at)
}

const tape = () => {
  const random = chance(SEED)
  const rows = arrivals(trades(ROWS - REDELIVERED, random), random).map(({ row }) => row)
  return ["source_id,timestamp,symbol,side,quantity,price", ...rows].map((row) => `${row}\r\n`).join("")
}

const target = process.argv[2] ?? fileURLToPath(new URL("trades.csv", import.meta.url))
writeFileSync(target, tape())

import { AccountName, Price, Quantity, Ticker, Trade } from "@roundlot/core"
import { Instant } from "@roundlot/core"
import { Schema } from "effect"

/** The shape of a run: how many trades, over which accounts and instruments, with which source ids. */
export const Shape = Schema.Struct({
  trades: Schema.Number,
  accounts: Schema.Number,
  instruments: Schema.Number,
  /** Source ids that grow with time, or that are spread over the whole index. */
  ids: Schema.Literal("ordered", "random"),
  /** How many trades in a row come for the same account. */
  block: Schema.Number,
  /** The share of buys; 0.7 where nothing is said. */
  buys: Schema.optionalWith(Schema.Number, { exact: true }),
  /** What its accounts' names begin with; `desk` where nothing is said. */
  desk: Schema.optionalWith(Schema.String, { exact: true }),
  /** Are its quantities whole shares, so that each is ordered? Fractions of a share where nothing is said. */
  whole: Schema.optionalWith(Schema.Boolean, { exact: true }),
  /** The threshold of its accounts in shares; the lot where nothing is said. */
  threshold: Schema.optionalWith(Schema.String, { exact: true })
})

/** The shape of a run. */
export type Shape = typeof Shape.Type

/** 8 accounts × 250 instruments, random source ids: the shape of all lines that do not say another one. */
export const usual = (trades: number): Shape => ({ trades, accounts: 8, instruments: 250, ids: "random", block: 100 })

/** A trade of a run, for the ledger and, in plain cells, for the floor. */
export interface BenchTrade {
  readonly account: AccountName.AccountName
  readonly input: Trade.TradeInput
  readonly plain: {
    readonly account: string
    readonly sourceId: string
    readonly symbol: string
    readonly side: "buy" | "sell"
    /** Thousandths of a share. */
    readonly mills: number
    readonly quantity: string
    readonly price: string
    readonly tradedAt: number
  }
}

/** A repeatable stream of numbers in [0, 1). */
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** When the first trade of every run happened, in microseconds. */
export const FIRST_AT = 1_760_000_000_000_000

/** The source of all trades of a run. */
const SOURCE = "bench"

/** The accounts of a shape. */
export const accountsOf = ({
  accounts,
  desk = "desk"
}: Pick<Shape, "accounts" | "desk">): ReadonlyArray<AccountName.AccountName> =>
  Array.from({ length: accounts }, (_, i) => AccountName.AccountName.make(`${desk}${i + 1}`))

/** The instruments that each account of a shape trades. */
export const symbolsOf = ({ instruments }: Pick<Shape, "instruments">): ReadonlyArray<Ticker.Ticker> =>
  Array.from({ length: instruments }, (_, i) => Ticker.Ticker.make(`SYM${i + 1}`))

/** A count of thousandths as the plain decimal that the books keep. */
const milliText = (mills: number): string => {
  const whole = Math.trunc(mills / 1000)
  const rest = Math.abs(mills % 1000)
  if (rest === 0) return String(whole)
  const sign = mills < 0 && whole === 0 ? "-" : ""
  return `${sign}${whole}.${String(rest).padStart(3, "0").replace(/0+$/, "")}`
}

const SHARE_OF_DUPLICATES = 0.02
const SHARE_OF_BUYS = 0.7
/** A trade comes again among so many that follow it. */
const REMEMBERED = 10_000
const LARGEST_MILLS = 600
const LARGEST_WHOLE = 5

const hex = (random: () => number): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(random() * 4294967296)
      .toString(16)
      .padStart(8, "0")
  ).join("")

const sourceIdOf = (shape: Shape, at: number, random: () => number): string =>
  shape.ids === "ordered" ? `${at.toString(16)}-${Math.floor(random() * 65536).toString(16)}` : hex(random)

/** One of the account's earlier trades, if chance finds one. */
const repeated = (
  made: ReadonlyArray<BenchTrade>,
  account: AccountName.AccountName | undefined,
  random: () => number
): BenchTrade | undefined => {
  for (let tries = 0; tries < 1000; tries++) {
    const found = made[Math.floor(random() * made.length)]
    if (found?.account === account) return found
  }
  return undefined
}

const tradeOf = (plain: BenchTrade["plain"], account: AccountName.AccountName, symbol: Ticker.Ticker): BenchTrade => ({
  account,
  plain,
  input: Trade.input({
    source: SOURCE,
    sourceId: plain.sourceId,
    symbol,
    side: plain.side,
    quantity: Quantity.unsafe(plain.quantity),
    price: Price.unsafe(plain.price),
    tradedAt: Instant.make(BigInt(plain.tradedAt))
  })
})

/** The trades of a shape from one seed, one by one: fractions of a share, 70 % bought, 2 % that came before. */
export function* tradesFrom(shape: Shape, seed: number): Generator<BenchTrade> {
  const random = seeded(seed)
  const accounts = accountsOf(shape)
  const symbols = symbolsOf(shape)
  const recent: Array<BenchTrade> = []
  let account = accounts[0]
  for (let i = 0; i < shape.trades; i++) {
    if (i % shape.block === 0) account = accounts[Math.floor(random() * accounts.length)]
    const again = i > 1000 && random() < SHARE_OF_DUPLICATES ? repeated(recent, account, random) : undefined
    const symbol = symbols[Math.floor(random() * symbols.length)]
    if (account === undefined || symbol === undefined) break
    const mills =
      shape.whole === true
        ? 1000 * (1 + Math.floor(random() * LARGEST_WHOLE))
        : 1 + Math.floor(random() * LARGEST_MILLS)
    const tradedAt = FIRST_AT + i * 1000
    const plain = {
      account,
      sourceId: sourceIdOf(shape, tradedAt, random),
      symbol,
      side: random() < (shape.buys ?? SHARE_OF_BUYS) ? ("buy" as const) : ("sell" as const),
      mills,
      quantity: milliText(mills),
      price: milliText(95_000 + Math.floor(random() * 10_000)),
      tradedAt
    }
    const trade = again ?? tradeOf(plain, account, symbol)
    recent[i % REMEMBERED] = trade
    yield trade
  }
}

/** A trade of two shares in each of so many instruments of the shape's first account: whole lots, so that all are ordered. */
export const wholeLots = (shape: Shape, instruments: number): ReadonlyArray<BenchTrade> => {
  const [account] = accountsOf(shape)
  const symbols = symbolsOf(shape).slice(0, instruments)
  if (account === undefined) return []
  return symbols.map((symbol) => {
    const of = { sourceId: `whole-${symbol}`, symbol, side: "buy" as const, mills: 2000, quantity: "2", price: "100" }
    return tradeOf({ account, ...of, tradedAt: FIRST_AT }, account, symbol)
  })
}

/** All of them. */
export const tradesOf = (shape: Shape, seed: number): ReadonlyArray<BenchTrade> => [...tradesFrom(shape, seed)]

import { Decimal, Decisions, Quantity, Ticker } from "@roundlot/core"
import type { AccountName, Decision, Price } from "@roundlot/core"
import { Effect, Stream } from "effect"

/** What a strategy trades, and what it looks at: the averages of the last few and of the last many prices. */
export interface Crossing {
  readonly account: AccountName.AccountName
  readonly symbol: string
  readonly shares: string
  readonly few: number
  readonly many: number
}

/** A wish to trade, with its reason. */
interface Signal {
  readonly side: "buy" | "sell"
  readonly rationale: string
}

const DIGITS = 4

const average = (prices: ReadonlyArray<Decimal.Decimal>): Decimal.Decimal =>
  Decimal.divide(Decimal.sum(prices), Decimal.unsafe(String(prices.length)), DIGITS)

/** The newest of the prices makes the short average cross the long one: upwards buys, downwards sells. Pure. */
export const signalOf = ({ few, many }: Crossing, prices: ReadonlyArray<Decimal.Decimal>): Signal | undefined => {
  if (prices.length <= many) return undefined
  const at = (end: number) => ({
    short: average(prices.slice(end - few, end)),
    long: average(prices.slice(end - many, end))
  })
  const before = at(prices.length - 1)
  const now = at(prices.length)
  const said = `the average of ${few} prices is ${Decimal.format(now.short)}, of ${many} it is ${Decimal.format(now.long)}`
  const wasAbove = Decimal.isLess(before.long, before.short)
  if (!wasAbove && Decimal.isLess(now.long, now.short)) return { side: "buy", rationale: said }
  return wasAbove && Decimal.isLess(now.short, now.long) ? { side: "sell", rationale: said } : undefined
}

/**
 * Decides on every signal of a stream of prices, one after another, and goes on whatever became of a decision: a refusal of the
 * broker or of a control is its outcome, with the reason on record.
 */
export const run = (crossing: Crossing, prices: Stream.Stream<Price.Price>) =>
  Effect.gen(function* () {
    const decisions = yield* Decisions.Decisions
    const seen: Array<Price.Price> = []
    const made: Array<Decision.Decision> = []
    yield* Stream.runForEach(prices, (price) =>
      Effect.gen(function* () {
        seen.push(price)
        const signal = signalOf(crossing, seen)
        if (signal === undefined) return
        const decision = yield* decisions.decide(crossing.account, {
          strategy: "crossing",
          symbol: Ticker.Ticker.make(crossing.symbol),
          quantity: Quantity.unsafe(crossing.shares),
          ...signal
        })
        made.push(yield* decisions.execute(decision.id))
      })
    )
    return made
  })

import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { AccountName, Accumulator, Events, Fill, Instant, Price, Quantity, Reads, Trade } from "@roundlot/core"
import { describeSimulation } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { run } from "./takeProfit.ts"

const account = AccountName.AccountName.make("desk")

const SYMBOLS = ["AAPL", "MSFT", "KO", "IBM", "GE"]

/** Buys a share every ten seconds; begun again, the same ones. */
const buying = Effect.gen(function* () {
  const accumulator = yield* Accumulator.Accumulator
  for (const [at, symbol] of SYMBOLS.entries()) {
    const [quantity, price] = [Quantity.unsafe("1"), Price.unsafe("100")]
    const tradedAt = Instant.fromMillis(Date.UTC(2026, 0, 5, 14, at))
    const trade = {
      source: "app",
      sourceId: String(at),
      symbol,
      side: "buy",
      quantity,
      price,
      tradedAt
    } as const
    yield* accumulator.submitMany(account, [Trade.input(trade)])
    yield* Effect.sleep("10 seconds")
  }
})

const strategy = run(account, Events.BEGINNING, () => Effect.void)

/** Each fill that was bought is sold once, however often the strategy hears of it. */
const judge = Effect.gen(function* () {
  const bought = (yield* Reads.all(Fill.FillTable)).filter(({ canonical }) => canonical)
  const sales = (yield* Reads.all(Trade.TradeTable)).filter(({ source }) => source === "take profit")
  return sales.length === bought.length ? [] : [`${bought.length} fills, ${sales.length} sales`]
})

describeSimulation("a strategy that takes its profit", {
  account,
  broker: Effect.map(Exchange.make({}), (exchange) => PaperBroker.make(exchange, account)),
  app: Effect.all([strategy, buying], { concurrency: "unbounded" }),
  judge
})

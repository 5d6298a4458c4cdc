import { Clock, type Decimal, type Trade } from "@roundlot/core"
import type { SourceContract } from "@roundlot/testing"
import { describeSource } from "@roundlot/testing/vitest"
import { BigDecimal, Effect, Schema, Stream } from "effect"
import { EvmSource } from "../src/index.ts"
import { AAPL, chain, MSFT, type Chain, type Logged } from "./chain.ts"
import { settingsOf } from "./desk.ts"
import { proxy } from "./proxy.ts"

/** The clauses' first trade is a second after this. */
const AT_MS = 1_700_000_000_000

const whole = (amount: Decimal.Decimal, decimals: number): bigint => BigDecimal.scale(amount, decimals).value

const loggedOf = ({ price, quantity, side, sourceId, symbol }: SourceContract.Given): Logged => ({
  id: BigInt(sourceId),
  token: symbol === "AAPL" ? AAPL : MSFT,
  isBuy: side === "buy",
  quantity: whole(quantity, 18),
  price: whole(price, 6)
})

const Mined = Schema.Struct({ transactions: Schema.Array(Schema.String) })

const newest = async (node: Chain): Promise<string> => {
  const block = Schema.decodeUnknownSync(Mined)(await node.request("eth_getBlockByNumber", ["latest", false]))
  return `${block.transactions[0] ?? ""}:0`
}

const symbols = new Map<string, string>([
  [AAPL, "AAPL"],
  [MSFT, "MSFT"]
])

/** A chain with a block for each trade, a second apart. The clauses name trades by numbers, the chain by transactions. */
const place = Effect.gen(function* () {
  const node = yield* chain({ at: new Date(AT_MS - 1_000), stepS: 1 })
  const provider = yield* proxy(node.http)
  const numbers = new Map<string, string>()
  const named = (trade: Trade.TradeInput): Trade.TradeInput => ({
    ...trade,
    sourceId: numbers.get(trade.sourceId) ?? trade.sourceId,
    symbol: symbols.get(trade.symbol) ?? trade.symbol
  })
  const open = Effect.map(
    EvmSource.make({
      name: "pool",
      settings: settingsOf(node),
      providers: [{ name: "node", url: provider.url }],
      books: () => Effect.succeed([])
    }).pipe(Effect.provide(Clock.layerAlwaysOpen)),
    ({ ageMs, deliveries }) => ({
      ageMs,
      deliveries: (cursor: string | undefined) =>
        Stream.map(deliveries(cursor, "end"), (delivery) => ({ ...delivery, trades: delivery.trades.map(named) }))
    })
  )
  return {
    open,
    bring: (trades: ReadonlyArray<SourceContract.Given>) =>
      Effect.promise(async () => {
        for (const trade of trades) {
          await node.mine(await node.sign({ trade: [loggedOf(trade)] }))
          numbers.set(await newest(node), trade.sourceId)
        }
      }),
    bytesOf: ({ sourceId }) => {
      const [event = "no event"] = [...numbers].find(([, number]) => number === sourceId) ?? []
      return `"transactionHash":"${event.split(":")[0]}"`
    },
    fail: Effect.sync(() => provider.tamper(() => ({ cut: true }))),
    patience: "60 seconds"
  } satisfies SourceContract.Place
})

describeSource("the events of a contract", place)

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { type Account, Decimal, Decisions, Price, Quantity, Reads, Ticker } from "@roundlot/core"
import { Sweep, Usage } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { account, audited, orders } from "./Engine.ts"
import { drivenWith, engineAt } from "./faults.ts"

/** An engine whose account is at a simulator of Alpaca, over sockets; a share of each is worth 100 dollars. */
const engine = Effect.gen(function* () {
  const price = Price.unsafe("100")
  const prices = new Map(["AAPL", "KO"].map((symbol) => [symbol, price] as const))
  const { credentials, exchange } = yield* Simulator.make({ requestsAMinute: 100_000, prices })
  const http = yield* Layer.build(NodeHttpClient.layerUndici)
  const broker = yield* AlpacaBroker.make({ account, credentials, answersWithin: "2 seconds", servesAgainFor: 0 }).pipe(
    Effect.provide(http)
  )
  return engineAt(broker, exchange)
})

interface Wish {
  readonly symbol: string
  readonly side: "buy" | "sell"
  readonly shares: string
  /** A limit order at this price; one at the market where there is none. */
  readonly limit?: string
}

let decided = 0

/** What becomes of a decision: its status, and the control that refused it. */
const decide = ({ limit, shares, side, symbol }: Wish) =>
  Effect.gen(function* () {
    const decisions = yield* Decisions.Decisions
    const { id } = yield* decisions.decide(account, {
      strategy: `s${++decided}`,
      symbol: Ticker.Ticker.make(symbol),
      side,
      quantity: Quantity.unsafe(shares),
      ...(limit === undefined ? {} : { orderType: "limit" as const, limitPrice: Price.unsafe(limit) })
    })
    const { control, status } = yield* decisions.execute(id)
    return control ?? status
  })

/** What becomes of decisions one after another, and how many orders the broker has been sent. */
const played = (settings: Partial<Account.AccountSettings>, wishes: ReadonlyArray<Wish>) =>
  Effect.gen(function* () {
    const { exchange, services } = yield* engine
    return yield* Effect.gen(function* () {
      yield* drivenWith(settings)
      const became = yield* Effect.forEach(wishes, (wish) => Effect.tap(decide(wish), Sweep.sweep(account)))
      const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
      assert.deepStrictEqual(yield* audited, [])
      const codes = (yield* orders).flatMap(({ code }) => code ?? [])
      const [usage] = yield* Reads.all(Usage.UsageTable)
      return { became, placed: places.length, codes, open: Decimal.format(Usage.openOf(usage).notional) }
    }).pipe(Effect.scoped, Effect.provide(services))
  })

const buy = (symbol: string, shares: string, limit?: string): Wish =>
  limit === undefined ? { symbol, side: "buy", shares } : { symbol, side: "buy", shares, limit }

describe("limits over what lives and what is held, at Alpaca over sockets", () => {
  it.scopedLive("OpenOrders: what rests counts at its limit price; beyond the limit nothing leaves", () =>
    Effect.gen(function* () {
      const { became, codes, open, placed } = yield* played({ maxOpenOrders: Quantity.unsafe("1000") }, [
        buy("AAPL", "9", "90"),
        buy("KO", "2", "95"),
        buy("KO", "1", "95")
      ])
      assert.deepStrictEqual(became, ["submitted", "OpenOrders", "submitted"])
      assert.deepStrictEqual({ codes, open, placed }, { codes: ["OpenOrders"], open: "905", placed: 2 })
    })
  )

  it.scopedLive(
    "PositionSize: what is held and what rests count; beyond the limit nothing leaves, and a sale does",
    () =>
      Effect.gen(function* () {
        const { became, codes, placed } = yield* played({ maxPosition: Quantity.unsafe("1000") }, [
          buy("AAPL", "5", "90"),
          buy("AAPL", "6"),
          buy("AAPL", "5"),
          buy("KO", "9"),
          { symbol: "KO", side: "sell", shares: "9" }
        ])
        assert.deepStrictEqual(became, ["submitted", "PositionSize", "submitted", "submitted", "submitted"])
        assert.deepStrictEqual({ codes, placed }, { codes: ["PositionSize"], placed: 4 })
      })
  )

  it.scopedLive.each([
    ["GrossPosition", { maxGrossPosition: Quantity.unsafe("1500") }],
    ["NetPosition", { maxNetPosition: Quantity.unsafe("1500") }]
  ] as const)(
    "%s: the holdings of all symbols count; beyond the limit nothing leaves, and a sale does",
    ([control, limit]) =>
      Effect.gen(function* () {
        const { became, codes, placed } = yield* played(limit, [
          buy("AAPL", "9"),
          buy("KO", "7"),
          buy("KO", "6"),
          { symbol: "AAPL", side: "sell", shares: "9" },
          buy("KO", "9")
        ])
        assert.deepStrictEqual(became, ["submitted", control, "submitted", "submitted", "submitted"])
        assert.deepStrictEqual({ codes, placed }, { codes: [control], placed: 4 })
      })
  )
})

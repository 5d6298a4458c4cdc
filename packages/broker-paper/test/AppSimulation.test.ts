import { Accumulator, type Broker, Instant, Price, Quantity, Reads, SourcePolicy, Trade } from "@roundlot/core"
import { AppSimulation } from "@roundlot/testing"
import { describeSimulation } from "@roundlot/testing/vitest"
import { Effect, Random, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { account, open } from "./setup.ts"

const broker: Effect.Effect<Broker.BrokerService, unknown, Scope.Scope> = Effect.map(open(), ({ broker: ours }) => ours)

const TRADES = 10
const LASTS = "1 minute"

/** Hands over trades, and in every life of the program all of them again. */
const feeding = (idOf: (at: number) => Effect.Effect<string>) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    for (let at = 1; at <= TRADES; at++) {
      const sourceId = yield* idOf(at)
      const side = at % 4 === 0 ? "sell" : "buy"
      const [price, quantity, tradedAt] = [Price.unsafe("200"), Quantity.unsafe("0.5"), Instant.make(1n)]
      const trade = Trade.input({ source: "app", sourceId, symbol: "AAPL", side, quantity, price, tradedAt })
      yield* accumulator.submitMany(account, [trade], SourcePolicy.anyAge)
      yield* Effect.sleep("5 seconds")
    }
  })

const known = feeding((at) => Effect.succeed(String(at)))

/** Each trade counts once, whatever happened. */
const judge = Effect.map(Reads.all(Trade.TradeTable), (trades) =>
  trades.length === TRADES ? [] : [`${trades.length} trades were counted, and ${TRADES} were made`]
)

const found = (app: AppSimulation.Simulated["app"], options: Partial<AppSimulation.RunOptions> = {}) =>
  AppSimulation.search({ account, broker, app, judge }, ["1", "2", "3"], { lasts: LASTS, ...options })

const summary = (found: AppSimulation.Failed | undefined): string =>
  found === undefined ? "nothing was found" : AppSimulation.summary(found)

const played = (seed: string) => AppSimulation.run({ account, broker, app: known, judge }, { seed, lasts: LASTS })

describeSimulation("an app that knows its trades", { account, broker, app: known, judge }, { seeds: 5, lasts: LASTS })

describe("the simulation of an app", () => {
  it("SDK-4: goes the same way with the same seed, and has crashes and faults in it", () => {
    const [one, again, other] = [played("4"), played("4"), played("5")]
    expect(again).toEqual(one)
    expect(other.story).not.toEqual(one.story)
    const story = one.story.join("\n")
    expect(story.match(/the program is killed/g)).toHaveLength(2)
    expect(story).toMatch(/the answer to an order is lost|an update is lost|a read of \w+ fails/)
  })

  it("SDK-4: finds an app that makes its trades once more when it is begun again, by a crash alone", () => {
    const made = found(feeding(() => Effect.map(Random.nextInt, String)))
    expect(made).toMatchObject({ crashes: 1, faults: false })
    expect(summary(made)).toMatch(
      /^seed 1, 1 crashes, without faults:\n {2}\d+ trades were counted, and 10 were made\nwhat happened:\n {2}0.000 s: the program begins\n[^]*the program is killed/
    )
  })

  it("SDK-4: finds an app that fails, with why", () => {
    const failing = found(Effect.zipRight(Effect.sleep("30 seconds"), Effect.fail(new Error("no such strategy"))))
    expect(failing).toMatchObject({ crashes: 0, faults: false })
    expect(failing?.findings).toContain("the app has failed: no such strategy")
  })

  it("SDK-4: names an app that polls without an end, instead of going on with it", () => {
    const polling = AppSimulation.run(
      { account, broker, app: Effect.forever(Effect.yieldNow()) },
      { seed: "1", longestRealMs: 500 }
    )
    expect(polling.findings).toEqual([
      expect.stringMatching(/it has not ended at \d+ ms of simulated time: it takes longer/)
    ])
  })
})

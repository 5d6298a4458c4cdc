import { expect, it } from "@effect/vitest"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import {
  Account,
  AccountName,
  Commands,
  Daemon,
  Decimal,
  Decision,
  Decisions,
  Price,
  Reads,
  Roundlot
} from "@roundlot/core"
import { Driving } from "@roundlot/core/ledger"
import { Effect, Layer, Stream } from "effect"
import { run, signalOf } from "./crossing.ts"

const account = AccountName.AccountName.make("desk")
const crossing = { account, symbol: "AAPL", shares: "3", few: 2, many: 4 }
const prices = ["100", "100", "100", "100", "104", "108", "110", "104", "96", "92"]

const services = Decisions.layer.pipe(
  Layer.provideMerge(PaperBroker.layerBrokers),
  Layer.provideMerge(Roundlot.layerMemory),
  Layer.provideMerge(PaperBroker.layerPrices),
  Layer.provideMerge(Exchange.layer({ prices: new Map([["AAPL", Price.unsafe("110")]]) }))
)

it("a signal comes with the price that makes the averages cross, and with no other", () => {
  const signals = prices.flatMap((_, i) => {
    const signal = signalOf(crossing, prices.slice(0, i + 1).map(Decimal.unsafe))
    return signal === undefined ? [] : [`${i} ${signal.side}: ${signal.rationale}`]
  })
  expect(signals).toEqual([
    "4 buy: the average of 2 prices is 102, of 4 it is 101",
    "8 sell: the average of 2 prices is 100, of 4 it is 104.5"
  ])
})

it.live(
  "SDK-4, AUD-1: a strategy's decisions are executed in turn, with their reasons on record; a refusal is an outcome",
  () =>
    Effect.gen(function* () {
      yield* (yield* Commands.Commands).setAccount(account, Account.defaultSettings, "test")
      const driving = yield* Driving.open(Driving.unnamed)
      yield* driving.take(account)
      yield* run(crossing, Stream.fromIterable(prices.map((price) => Price.unsafe(price))))
      yield* Effect.scoped(Effect.zipRight(Effect.forkScoped(Daemon.drive(driving)), Daemon.untilIdle))
      const made = yield* Reads.all(Decision.DecisionTable)
      expect(made.map(({ reason, side, status, strategy }) => [strategy, side, status, reason])).toEqual([
        ["crossing", "buy", "executed", undefined],
        ["crossing", "sell", "failed", expect.stringContaining("order on the other side (O1)")]
      ])
      expect(made[0]?.rationale).toContain("the average of 2 prices is 102")
    }).pipe(Effect.scoped, Effect.provide(services))
)

import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { FillTable } from "../../src/records/Fill.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import { OrderTable } from "../../src/records/Order.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Batches from "../../src/services/Batches.ts"
import * as BatchWork from "../../src/services/BatchWork.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/values/Instant.ts"
import type { Arriving } from "../../src/rules/trade/age.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { TradeTable, type TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"

const DAY_MS = 86_400_000
const NOW_MS = 10 * DAY_MS

/** What becomes of a trade whose time is so far from now. */
const takenIn = (
  environment: "paper" | "live",
  ms: number,
  said: Arriving & { readonly maxTradeAgeMs?: number } = {}
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(NOW_MS)
    const { maxTradeAgeMs, ...arriving } = said
    yield* Stage.opened({ ...(environment === "live" ? Stage.realMoney : {}), maxTradeAgeMs })
    const trade = { ...Stage.trade("t1", "1"), tradedAt: Instant.fromMillis(NOW_MS + ms) }
    const accumulator = yield* Accumulator
    const result = yield* accumulator.submit(Stage.account, trade, { ...SourcePolicy.plain, ...arriving })
    return result._tag === "Quarantined" ? result.code : result._tag
  })

describe("B5: trades that come at the wrong time", () => {
  test.each([
    ["live", -DAY_MS, "Accepted"],
    ["live", -DAY_MS - 1, "TooOld"],
    ["live", 60_000, "Accepted"],
    ["live", 60_001, "InFuture"],
    ["paper", -DAY_MS, "Accepted"],
    ["paper", -DAY_MS - 1, "TooOld"],
    ["paper", 60_001, "InFuture"]
  ] as const)("%s, %i ms from now: %s", (environment, ms, became) =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn(environment, ms)).toBe(became)
      })
    )
  )

  test.each([
    ["paper", -2 * DAY_MS, undefined, "Accepted"],
    ["paper", DAY_MS, undefined, "Accepted"],
    ["paper", -2 * DAY_MS, "record", "Recorded"],
    ["live", -2 * DAY_MS, undefined, "TooOld"],
    ["live", -2 * DAY_MS, "orders", "Accepted"]
  ] as const)("of a file, %s, %i ms from now, --backfill %s: %s", (environment, ms, backfill, became) =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn(environment, ms, { delivery: "file", backfill })).toBe(became)
      })
    )
  )

  test.each([
    ["live", -2 * DAY_MS, "orders", "Accepted", "accumulated"],
    ["live", -2 * DAY_MS, "record", "Recorded", "failed"],
    ["live", -1, "record", "Accepted", "accumulated"],
    ["live", DAY_MS, "orders", "Accepted", "accumulated"],
    ["live", -2 * DAY_MS, "hedged", "Accepted", "completed"],
    ["live", -1, "hedged", "Accepted", "accumulated"],
    ["live", DAY_MS, "hedged", "InFuture", "pending"],
    ["paper", -2 * DAY_MS, "hedged", "Accepted", "completed"],
    ["live", DAY_MS, "record", "InFuture", "pending"],
    ["paper", -2 * DAY_MS, "record", "Recorded", "failed"],
    ["paper", -1, "record", "Accepted", "accumulated"]
  ] as const)("%s, %i ms from now, --backfill %s: %s", (environment, ms, backfill, became, status) =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn(environment, ms, { backfill })).toBe(became)
        expect((yield* Reads.first(TradeTable, {}))?.status).toBe(status)
        expect((yield* Audit.run()).findings).toEqual([])
      })
    )
  )

  test("what the broker holds is booked as held with its trade, at its price and time: nothing is due, whatever else is owed", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* TestClock.setTime(NOW_MS)
        yield* Stage.opened(Stage.realMoney)
        const accumulator = yield* Accumulator
        const policy = { ...SourcePolicy.plain, backfill: "hedged" } as const
        const old = Instant.fromMillis(NOW_MS - 3 * DAY_MS)
        const priced = (id: string, shares: string, price: string): TradeInput => ({
          ...Stage.trade(id, shares),
          price: Price.unsafe(price),
          tradedAt: old
        })
        const young = { ...Stage.trade("young", "0.4"), tradedAt: Instant.fromMillis(NOW_MS) }
        const undone = {
          ...priced("u", "3", "30"),
          side: "sell",
          reverses: { sourceId: "b", occurrence: "0" }
        } as const
        const history = [priced("a", "5.5", "10"), priced("b", "3", "20"), undone]
        const taken = yield* accumulator.submitMany(Stage.account, [young, ...history, ...history], policy)
        expect(taken.map(({ _tag }) => _tag)).toEqual(
          [young, ...history].map(() => "Accepted").concat(history.map(() => "Duplicate"))
        )
        const position = yield* Reads.first(PositionTable, {})
        const figures = [position?.target, position?.hedged, position?.inFlight, position?.residual]
        expect(figures.map((each) => each && Decimal.format(each))).toEqual(["5.9", "5.5", "0", "0.4"])
        const orders = yield* Reads.all(OrderTable)
        expect(orders.map(({ origin, status }) => `${origin} ${status}`)).toEqual(orders.map(() => "external filled"))
        const fills = yield* Reads.all(FillTable)
        expect(fills.map(({ executedAt, price, quantity }) => [quantity, price, executedAt].map(String))).toEqual(
          [
            ["5.5", "10"],
            ["3", "20"],
            ["3", "30"]
          ].map(([quantity = "", price = ""]) => [Decimal.unsafe(quantity), Price.unsafe(price), old].map(String))
        )
        expect((yield* Audit.run()).findings).toEqual([])
      })
    ))

  test("an order of its own is no part of a position, and is held like any old trade", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* TestClock.setTime(NOW_MS)
        yield* Stage.opened(Stage.realMoney)
        const direct = { type: "market", timeInForce: "day" } as const
        const trade = { ...Stage.trade("t1", "1"), direct, tradedAt: Instant.fromMillis(0) }
        const accumulator = yield* Accumulator
        const taken = yield* accumulator.submit(Stage.account, trade, { ...SourcePolicy.plain, backfill: "hedged" })
        expect(taken).toMatchObject({ _tag: "Quarantined", reason: expect.stringContaining("Too old") })
      })
    ))

  test("how old one may be is the account's to say", () =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn("live", -2 * DAY_MS, { maxTradeAgeMs: 2 * DAY_MS })).toBe("Accepted")
      })
    ))

  test("a row of a batch is judged when it enters: its turn does not order it", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* TestClock.setTime(NOW_MS)
        yield* Stage.opened(Stage.realMoney)
        const batches = yield* Batches.Batches
        const batch = yield* batches.create({
          account: Stage.account,
          actor: "test",
          uid: "u1",
          name: "last week's",
          mode: "accumulate",
          priority: 0
        })
        const tradedAt = Instant.fromMillis(NOW_MS - 2 * DAY_MS)
        const row = { line: 2, input: { ...Stage.trade("t1", "1"), tradedAt } }
        const [result] = yield* batches.add(batch, [row], SourcePolicy.plain)
        expect(result).toMatchObject({ _tag: "Quarantined", reason: expect.stringContaining("Too old") })
        yield* batches.queue(batch.id, { actor: "test" })
        while (yield* BatchWork.workOff()) continue
        expect((yield* Reads.first(TradeTable, {}))?.status).toBe("pending")
      })
    ))

  test("an operator releases one that is meant all the same", () =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn("live", -2 * DAY_MS)).toBe("TooOld")
        const trade = yield* Reads.first(TradeTable, {})
        if (trade === undefined) throw new Error("no trade")
        const commands = yield* Commands
        yield* commands.perform({
          account: Stage.account,
          id: "c1",
          actor: "test",
          reason: "from yesterday's file",
          command: { _tag: "Release", tradeId: trade.id, symbol: undefined }
        })
        expect((yield* Reads.first(TradeTable, {}))?.status).toBe("accumulated")
        expect((yield* Audit.run()).findings).toEqual([])
      })
    ))
})

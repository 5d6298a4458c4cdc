import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import * as Quantity from "../../src/money/Quantity.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/time/Instant.ts"
import { TradeTable } from "../../src/trade/Trade.ts"
import * as Stage from "./Stage.ts"

const most = Quantity.unsafe("1000000")
const live = {
  environment: "live",
  maxOrderQuantity: most,
  maxOrderNotional: most,
  maxDailyNotional: most,
  maxOpenResidual: most
} as const

const DAY_MS = 86_400_000
const NOW_MS = 10 * DAY_MS

/** What becomes of a trade whose time is so far from now. */
const takenIn = (environment: "paper" | "live", ms: number) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(NOW_MS)
    yield* Stage.opened(environment === "live" ? live : {})
    const tradedAt = Instant.fromMillis(NOW_MS + ms)
    const [result] = yield* Stage.submit({ ...Stage.trade("t1", "1"), tradedAt })
    return result?._tag === "Quarantined" ? result.reason.split(":")[0] : result?._tag
  })

describe("B5: trades that come at the wrong time, on a live account", () => {
  test.each([
    ["live", -DAY_MS, "Accepted"],
    ["live", -DAY_MS - 1, "TooOld"],
    ["live", 60_000, "Accepted"],
    ["live", 60_001, "InFuture"],
    ["paper", -9 * DAY_MS, "Accepted"],
    ["paper", DAY_MS, "Accepted"]
  ] as const)("%s, %i ms from now: %s", (environment, ms, became) =>
    Stage.play(
      Effect.gen(function* () {
        expect(yield* takenIn(environment, ms)).toBe(became)
      })
    )
  )

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

import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { BreakTable } from "../../src/records/Break.ts"
import { watchBookTime } from "../../src/services/ClockAhead.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Health } from "../../src/services/Health.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const NOON = Instant.fromMillis(Date.UTC(2026, 10, 20, 12))
const HOUR_MS = 3_600_000

/** Something is committed while the clock is so far ahead; then it is looked at by a clock that is right, and again so much later. */
const seenAfter = async (aheadMs: number, laterMs: number) => {
  const hand = { now: NOON }
  const seen: Array<string> = []
  const look = Effect.gen(function* () {
    yield* watchBookTime
    const breaks = yield* Reads.all(BreakTable)
    const { all } = yield* Health
    const ill = (yield* all).flatMap(({ detail, isWell }) => (isWell ? [] : [detail]))
    const shown = breaks.map((each) => `${each.kind} ${each.holds} ${each.closedWhy ?? "open"}`)
    seen.push([...shown, ...ill.map((detail) => detail.slice(0, 38))].join("; "))
  })
  await Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Stage.driving
      hand.now = Instant.addMillis(NOON, aheadMs)
      yield* Stage.submit(Stage.trade("t1", "0.5"))
      hand.now = NOON
      yield* look
      yield* look
      hand.now = Instant.addMillis(NOON, laterMs)
      yield* look
    }),
    Stage.layer({}, { now: Effect.sync(() => hand.now) })
  )
  return seen
}

describe("ClockAhead: the time of the books is ahead of the clock", () => {
  test("it is shown once, in health and as a break that holds nothing, and closes by itself", async () => {
    expect(await seenAfter(2 * HOUR_MS, 2 * HOUR_MS)).toEqual([
      "ClockAhead nothing open; the books are 2h ahead of the system c",
      "ClockAhead nothing open; the books are 2h ahead of the system c",
      "ClockAhead nothing the clock has caught up"
    ])
  })

  test("health says it for as long as it lasts while a daemon looks again and again", async () => {
    const hand = { now: NOON }
    const ill = Effect.flatMap(Health, ({ all }) =>
      Effect.map(all, (parts) => parts.filter(({ isWell }) => !isWell).map(({ part }) => part))
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        hand.now = Instant.addMillis(NOON, 2 * HOUR_MS)
        yield* Stage.submit(Stage.trade("t1", "0.5"))
        hand.now = NOON
        yield* Stage.until(Reads.all(BreakTable), ([open]) => open?.kind === "ClockAhead")
        yield* TestClock.adjust("20 seconds")
        expect(yield* ill).toEqual(["time of the books"])
        hand.now = Instant.addMillis(NOON, 2 * HOUR_MS + 60_000)
        yield* Stage.until(ill, (parts) => parts.length === 0)
      }),
      Stage.layer({}, { now: Effect.sync(() => hand.now) })
    )
  })

  test("two seconds are nobody's business", async () => {
    expect(await seenAfter(2_000, 2_000)).toEqual(["", "", ""])
  })
})

import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import * as Decimal from "../../src/money/Decimal.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { isSettled, reasonOf, severityOfBlocked } from "../../src/reconciliation/blocked.ts"
import { Answer } from "../../src/reconciliation/Report.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Risk from "../../src/services/Risk.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Stage from "./Stage.ts"

/** A broker to which nothing can be sent before `isBack`. */
const awayUntil = (isBack: () => boolean) =>
  Stage.layer({
    prepare: () =>
      Stage.prepared((id) =>
        Effect.sync(() =>
          Stage.answered(
            id,
            isBack()
              ? Answer.Accepted({ brokerOrderId: Stage.theirId })
              : Answer.NotSent({ why: "log in again", retryAfterMs: 5_000 })
          )
        )
      )
  })

const send = Effect.gen(function* () {
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
})

test("F3: an order that no attempt has sent for a minute is a critical case with its shares, the attempts and why; sent, it is none", () => {
  let isBack = false
  return Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* Stage.submit(Stage.trade("t1", "2.5"))
      yield* send
      yield* TestClock.adjust("30 seconds")
      yield* send
      const now = Effect.flatMap(Clock, (clock) => clock.now)
      const [early] = yield* Risk.blocked
      expect(early && isSettled(early, yield* now)).toBe(false)
      yield* TestClock.adjust("35 seconds")
      const [found, ...more] = yield* Risk.blocked
      if (found === undefined) throw new Error("nothing is blocked")
      expect(more).toEqual([])
      expect(isSettled(found, yield* now)).toBe(true)
      expect([severityOfBlocked(found, yield* now), reasonOf(found)]).toEqual([
        "critical",
        "O1 was not sent in 2 attempts: log in again"
      ])
      expect(found.stake.blocks.map(({ shares }) => Decimal.format(shares))).toEqual(["2"])
      isBack = true
      yield* send
      expect([yield* Stage.statuses, yield* Risk.blocked]).toEqual([["submitted"], []])
    }),
    awayUntil(() => isBack)
  )
})

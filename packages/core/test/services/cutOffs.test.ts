import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import { PositionTable } from "../../src/records/Position.ts"
import { answerText } from "../../src/records/PositionAnswer.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const MORNING = Instant.toMillis(Instant.parse("2026-11-30T16:59:00Z") ?? Instant.make(0n))

const sent = Effect.map(Stage.orders, (all) =>
  all.filter(({ sentAt }) => sentAt !== undefined).map(({ quantity }) => Decimal.format(quantity))
)

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(({ answer }) => answerText(answer)))

test("D9: a daemon sends what it has collected within a second of the cut-off, and nothing before", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* TestClock.setTime(MORNING)
      yield* Stage.opened({ cutOffs: ["12:00"] })
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("t1", "1.6"), Stage.trade("t2", "1.6"))
      yield* Stage.until(answers, ([answer]) => answer === "Collecting")
      yield* TestClock.adjust("59 seconds")
      expect(yield* sent).toEqual([])
      yield* TestClock.adjust("2 seconds")
      expect(yield* sent).toEqual(["3"])
      yield* Stage.submit(Stage.trade("t3", "5", "MSFT"))
      yield* TestClock.adjust("20 seconds")
      expect(yield* sent).toEqual(["3"])
    })
  ))

test("D9: a daemon that was down at the cut-off sends at its start what had been collected, without what came later", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* TestClock.setTime(MORNING)
      yield* Stage.opened({ cutOffs: ["12:00"] })
      yield* Stage.submit(Stage.trade("t1", "2"))
      yield* TestClock.adjust("2 hours")
      yield* Stage.submit(Stage.trade("t2", "4"))
      yield* Effect.forkScoped(Daemon.run())
      expect(yield* Stage.until(sent, (all) => all.length > 0)).toEqual(["2"])
    })
  ))

import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { PositionTable } from "../../src/position/Position.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Stage from "./Stage.ts"

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(({ answer }) => answer))

describe("an instrument that its broker does not know", () => {
  it("DESIGN 4: is asked for once more: one wrong answer keeps nothing from being sent for good", async () => {
    let isKnown = false
    let asked = 0
    const layer = Stage.layer({
      instrument: (symbol) =>
        Effect.sync(() => {
          asked++
          return isKnown ? Stage.known(symbol) : { _tag: "NotKnown", symbol }
        })
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(answers, ([answer]) => answer === "Refused(InstrumentUnknown)")
        yield* TestClock.adjust("2 minutes")
        expect(yield* Stage.orders).toEqual([])
        // After 5 s, 10 s, 20 s and 40 s more.
        expect(asked).toBeLessThan(7)
        isKnown = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
      }),
      layer
    )
  })
})

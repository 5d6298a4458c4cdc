import { Deferred, Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { BrokerReadFailed } from "../../src/ports/Broker.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(answered))

describe("an instrument that its broker does not know", () => {
  it("is asked for once more: one wrong answer keeps nothing from being sent for good", async () => {
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

  it("ACC-7: whose broker cannot be read is asked about ever less often, and is known with its first answer", async () => {
    let isBack = false
    let asked = 0
    const layer = Stage.layer({
      instrument: (symbol) =>
        Effect.suspend(() => {
          asked++
          const away = new BrokerReadFailed({ operation: "instrument", kind: "unauthorised", detail: "log in again" })
          return isBack ? Effect.succeed(Stage.known(symbol)) : Effect.fail(away)
        })
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* TestClock.adjust("2 minutes")
        // At once, then after 2 s, 4 s, 8 s, 16 s, 32 s and a minute.
        expect(asked).toBeGreaterThanOrEqual(6)
        expect(asked).toBeLessThan(8)
        isBack = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
      }),
      layer
    )
  })

  it("D1: an answer that was on its way while an operator confirmed takes nothing back", async () => {
    const asked = Effect.runSync(Deferred.make<void>())
    const answered = Effect.runSync(Deferred.make<void>())
    const layer = Stage.layer({
      instrument: (symbol) =>
        Effect.as(Effect.zipRight(Deferred.succeed(asked, undefined), Deferred.await(answered)), {
          _tag: "NotKnown",
          symbol
        } as const)
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Deferred.await(asked)
        const { perform } = yield* Commands
        const command = {
          _tag: "DeclareInstrument",
          symbol: Ticker.make("AAPL"),
          lot: undefined,
          tick: undefined
        } as const
        yield* perform({ id: "c1", account: Stage.account, actor: "test", reason: "checked by hand", command })
        yield* Deferred.succeed(answered, undefined)
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        yield* TestClock.adjust("2 minutes")
        expect((yield* Reads.all(InstrumentTable)).map(({ status }) => status)).toEqual(["verified"])
      }),
      layer
    )
  })
})

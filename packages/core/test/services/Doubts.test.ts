import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { Answer, type NotFound, type OrderSeen, type Received } from "../../src/reconciliation/Report.ts"
import { BreakTable } from "../../src/reconciliation/Break.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/time/Instant.ts"
import * as Stage from "./Stage.ts"

const unknown = Answer.Unknown({ why: "no answer", candidate: undefined })

const doubted = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Stage.until(Stage.statuses, ([status]) => status === "in_doubt")
  const [order] = yield* Stage.orders
  return order ?? (yield* Effect.dieMessage("no order"))
})

describe("an order in doubt", () => {
  it("DESIGN 6: is asked for after five seconds, also where the clock went back an hour meanwhile", async () => {
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    let backMs = 0
    const now = Effect.flatMap(Effect.clock, (clock) =>
      Effect.map(clock.currentTimeMillis, (millis) => Instant.fromMillis(86_400_000 + millis - backMs))
    )
    let lookups = 0
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubted
        backMs = 3_600_000
        shown = Effect.succeed({ report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined })
        yield* TestClock.adjust("3 seconds")
        expect(lookups).toBe(0)
        yield* TestClock.adjust("7 seconds")
        expect(lookups).toBe(1)
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      Stage.layer(
        {
          prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
          lookup: () =>
            Effect.suspend(() => {
              lookups++
              return shown
            }),
          order: () => shown
        },
        { now }
      )
    )
  })

  it("DESIGN 6: stays, with its break, where the broker did not look through its whole history; it is not sent again", async () => {
    let sent = 0
    await Stage.play(
      Effect.gen(function* () {
        yield* doubted
        yield* TestClock.adjust("30 seconds")
        expect(sent).toBe(1)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect((yield* Reads.all(BreakTable)).map(({ kind }) => kind)).toEqual(["Doubt"])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.sync(() => {
              sent++
              return Stage.answered(id, unknown)
            })
          ),
        lookup: () => Stage.notFound(false)
      })
    )
  })
})

import type { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Ticker } from "@roundlot/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

type Stage = Effect.Effect.Success<ReturnType<typeof open>>

/** Whether TWS lends a symbol, and whether it calls it halted, after what the test does. */
const said = (before: (stage: Stage) => Effect.Effect<unknown, unknown>, options: Simulator.Options = {}) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const stage = yield* open(options)
        yield* before(stage)
        const known = yield* stage.broker.instrument(NVDA)
        const quote = yield* stage.broker.quote?.(NVDA) ?? Effect.die("TWS has quotes")
        return [known._tag === "Known" ? known.shortable : known._tag, quote.isHalted]
      })
    )
  )

const halted = ({ exchange }: Stage) => exchange.instruct({ id: "halt", do: { halt: { symbol: "NVDA" } } })

describe("D2: what TWS says of short sales and halts, over sockets", () => {
  it("lends what can be borrowed at once, and trades what it does not call halted", async () => {
    expect(await said(() => Effect.void)).toEqual([true, false])
  })

  it("does not lend what nobody lends", async () => {
    expect(await said(({ simulator }) => simulator.become({ notShortable: new Set(["NVDA"]) }))).toEqual([false, false])
  })

  it("calls a symbol halted until it is resumed", async () => {
    expect(await said(halted)).toEqual([true, true])
    const resumed = (stage: Stage) =>
      Effect.zipRight(halted(stage), stage.exchange.instruct({ id: "resume", do: { resume: { symbol: "NVDA" } } }))
    expect(await said(resumed)).toEqual([true, false])
  })

  it("says nothing of lending where no market data, or only old data, is subscribed to", async () => {
    expect(await said(() => Effect.void, { marketData: "none" })).toEqual([undefined, undefined])
    expect(await said(() => Effect.void, { marketData: "delayed" })).toEqual([undefined, false])
  })
})

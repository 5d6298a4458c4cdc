import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as Quantity from "../../src/money/Quantity.ts"
import { faultOf } from "../../src/decision/Decision.ts"
import { Ticker } from "../../src/instrument/Ticker.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Reads from "../../src/services/Reads.ts"
import { TradeTable } from "../../src/trade/Trade.ts"
import * as Stage from "./Stage.ts"

describe("texts that no store can keep as they are", () => {
  it("ACC-1: a trade with one is refused by place, field and fault, and nothing that came with it is taken in", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const accumulator = yield* Accumulator
        const good = Stage.trade("a", "0.3")
        for (const [odd, field, fault] of [
          [{ ...good, sourceId: "b\0" }, "sourceId", "NUL"],
          [{ ...good, symbol: "AA\uD800" }, "symbol", "surrogate"],
          [{ ...good, source: "ta\0pe" }, "source", "NUL"],
          [{ ...good, occurrence: "\0" }, "occurrence", "NUL"]
        ] as const) {
          const failure = yield* Effect.flip(accumulator.submitMany(Stage.account, [good, odd]))
          expect(failure).toMatchObject({ _tag: "UnsoundTrade", place: 1, field })
          expect(failure.message).toContain(fault)
        }
        expect(yield* Reads.all(TradeTable)).toEqual([])
        yield* accumulator.submit(Stage.account, { ...good, sourceId: "\u{1F680}" })
        expect((yield* Reads.all(TradeTable)).map(({ sourceId }) => sourceId)).toEqual(["\u{1F680}"])
      })
    ))

  it("a command with one is refused, and a decision is unsound", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const commands = yield* Commands
        const halt = { _tag: "Halt", scope: { _tag: "WholeAccount" } } as const
        const asked = { id: "h", account: Stage.account, actor: "me", reason: "news\0", command: halt }
        const why = expect.stringContaining("its reason holds a NUL character")
        expect(yield* commands.perform(asked)).toEqual({ _tag: "Refused", why })
        expect(yield* commands.perform({ ...asked, reason: "news" })).toMatchObject({ _tag: "Done" })
        const input = { symbol: Ticker.make("AAPL"), side: "buy", quantity: Quantity.unsafe("1") } as const
        expect(faultOf({ ...input, rationale: "\0" })).toContain("its rationale holds a NUL character")
        expect(faultOf({ ...input, rationale: "a" })).toBeUndefined()
      })
    ))
})

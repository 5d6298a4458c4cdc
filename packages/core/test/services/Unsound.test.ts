import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { ClientOrderId } from "../../src/values/ClientOrderId.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { AttemptId } from "../../src/values/Id.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { faultOf } from "../../src/records/Decision.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { unstorable } from "../../src/values/unstorable.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import { Answer } from "../../src/records/Report.ts"
import { storableReport } from "../../src/rules/reconciliation/interpret.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Reads from "../../src/services/Reads.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"

describe("texts that no store can keep as they are", () => {
  it("a trade with one is refused by place, field and fault, and nothing that came with it is taken in", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const accumulator = yield* Accumulator
        const good = Stage.trade("a", "0.3")
        const goodTill = Instant.make(1n)
        for (const [odd, field, fault] of [
          [{ ...good, sourceId: "b\0" }, "sourceId", "NUL"],
          [{ ...good, symbol: "AA\uD800" }, "symbol", "surrogate"],
          [{ ...good, source: "ta\0pe" }, "source", "NUL"],
          [{ ...good, occurrence: "\0" }, "occurrence", "NUL"],
          [{ ...good, source: "proposed:model" }, "source", "choose another name"],
          // A source's policy says another time in force of one that names none.
          [{ ...good, direct: { type: "market", goodTill } }, "direct.goodTill", "only a gtd order"],
          [{ ...good, direct: { type: "market", timeInForce: "gtd" } }, "direct.goodTill", "needs a time"],
          [{ ...good, direct: { type: "limit" } }, "direct.limitPrice", "needs a limit price"]
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

  it("SYNC-12: what joins its position is no proposal: it would be ordered with others, and nobody asked", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const accumulator = yield* Accumulator
        const proposal = { approveBy: Instant.make(1n), notional: Decimal.unsafe("60") }
        const joining = { ...Stage.trade("a", "1"), proposal }
        const failure = yield* Effect.flip(accumulator.submitMany(Stage.account, [Stage.trade("b", "0.3"), joining]))
        expect(failure).toMatchObject({ _tag: "UnsoundTrade", place: 1, field: "proposal" })
        expect(yield* Reads.all(TradeTable)).toEqual([])
      })
    ))

  it("F1: a broker's words with one are facts: the order is rejected with the rest of them", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        const [order] = yield* Stage.until(Stage.orders, ([first]) => first?.status === "rejected")
        expect(order?.reason).toBe("no\u{FFFD} \u{FFFD}way")
        expect(order?.code).toBe("\u{FFFD}")
        const [attempt] = yield* Reads.all(AttemptTable)
        expect(attempt?.errorMessage).toBe("no\u{FFFD} \u{FFFD}way")
        for (const text of [order?.reason, order?.code, attempt?.errorMessage])
          expect(unstorable(text ?? "\0")).toBeUndefined()
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.succeed(Stage.answered(id, Answer.Refused({ code: "\0", words: "no\0 \uD800way", class: "final" })))
          )
      })
    ))

  it("F1: no text of a refusal, of an error in no table, or of why an order is not worked, reaches the books with one", () => {
    const told = { code: "\0", words: "no\0 \uD800way" }
    const clean = { code: "\u{FFFD}", words: "no\u{FFFD} \u{FFFD}way" }
    const order = { ...Stage.trade("t", "1"), symbol: Ticker.make("AAPL"), clientOrderId: ClientOrderId.make("c") }
    const answer = Answer.Unknown({ why: "\0", candidate: undefined, unlisted: told })
    const reported = Stage.answered(AttemptId.make(1), answer).report
    expect(storableReport(reported)).toMatchObject({ answer: { why: "\u{FFFD}", unlisted: clean } })
    const seen = { ...Stage.seen(order), refusal: { ...told, class: "final" }, notWorking: { reason: "\0" } } as const
    expect(storableReport(seen)).toMatchObject({
      refusal: { ...clean, class: "final" },
      notWorking: { reason: "\u{FFFD}" }
    })
  })

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

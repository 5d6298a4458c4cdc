import { Ticker } from "@roundlot/core"
import { Effect, Exit, Fiber, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import { instrument } from "../src/Account.ts"
import type { Line } from "../src/Line.ts"
import { Message } from "../src/Message.ts"
import { gather } from "../src/Reading.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST } from "../src/wire/versions.ts"
import { lineOf } from "./lineOf.ts"

const begun = (parts: Partial<Line> = {}) => {
  const { line, say } = lineOf(parts)
  const reading = gather<string>(
    { line: Effect.succeed(line) },
    {
      operation: "times",
      ask: () => undefined,
      take: (message) => {
        if (message._tag === "PositionsEnd") return { _tag: "End" }
        return message._tag === "Heartbeat" ? { _tag: "Part", part: message.seconds } : undefined
      }
    }
  )
  const part = (seconds: string) => Effect.sync(() => say(Message.Heartbeat({ seconds })))
  const notice = (text: string) => Effect.sync(() => say(Message.Notice({ id: 1, code: 200, text })))
  return { reading, part, notice, end: Effect.sync(() => say(Message.PositionsEnd())) }
}

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, TestContext.TestContext))

describe("an answer of many parts", () => {
  it("takes as long as it takes while its parts come, and is whole", () =>
    run(
      Effect.gen(function* () {
        const { end, part, reading } = begun()
        const fiber = yield* Effect.fork(reading)
        for (const seconds of ["1", "2", "3", "4"]) {
          yield* TestClock.adjust("9 seconds")
          yield* part(seconds)
        }
        yield* end
        expect(yield* Fiber.join(fiber)).toEqual(["1", "2", "3", "4"])
      })
    ))

  it("fails once nothing more of it comes: a part is never taken for the whole", () =>
    run(
      Effect.gen(function* () {
        const { part, reading } = begun()
        const fiber = yield* Effect.fork(reading)
        yield* TestClock.adjust("5 seconds")
        yield* part("1")
        yield* TestClock.adjust("20 seconds")
        expect(yield* Fiber.poll(fiber)).toMatchObject({ _tag: "Some" })
        const exit = yield* Fiber.await(fiber)
        expect(Exit.isFailure(exit) && String(exit.cause)).toContain("nothing more of it in 10 seconds")
      })
    ))
})

describe("an answer that there is nothing", () => {
  const NONE = "No security definition has been found for the request"
  const AMBIGUOUS = "The contract description specified for KWEB is ambiguous"

  it.each([
    ["is believed", {}, NONE, "nothing"],
    ["is none where there are several", {}, AMBIGUOUS, `${AMBIGUOUS} (200)`],
    ["is none of a TWS that has lost its servers", { isDegraded: () => true }, NONE, `${NONE} (200)`],
    ["is none while the farm that knows securities is down", { knowsSecurities: () => false }, NONE, `${NONE} (200)`]
  ])("ACC-4: %s", (_, parts, text, expected) =>
    run(
      Effect.gen(function* () {
        const { notice, reading } = begun(parts)
        const fiber = yield* Effect.fork(reading)
        yield* TestClock.adjust("1 second")
        yield* notice(text)
        const exit = yield* Fiber.await(fiber)
        expect(Exit.isFailure(exit) ? String(exit.cause) : "nothing").toContain(expected)
      })
    )
  )
})

describe("what TWS knows of an instrument", () => {
  it("and whether it lends it are asked at once: a short sale waits two seconds for both", () =>
    run(
      Effect.gen(function* () {
        const sent: Array<string | undefined> = []
        const { line } = lineOf({ send: (said) => void sent.push(said(NEWEST)[0]) })
        const session = { line: Effect.succeed(line) }
        yield* Effect.fork(instrument({ session }, Ticker.Ticker.make("NVDA")))
        yield* TestClock.adjust("1 millis")
        expect(sent).toEqual(expect.arrayContaining([requests.contractDetails.id, requests.marketData.id]))
      })
    ))
})

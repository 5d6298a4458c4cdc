import { Effect, Exit, Fiber, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import { IBApi } from "@stoqey/ib"
import type { Line } from "../src/Line.ts"
import { Message } from "../src/Message.ts"
import { gather } from "../src/Reading.ts"

/** A line that says what the test has it say. */
const lineOf = () => {
  const listeners = new Set<(message: Message) => void>()
  const line: Line = {
    api: new IBApi({ host: "127.0.0.1", port: 1, clientId: 1 }),
    accounts: [],
    connectedAt: "",
    nextOrderId: () => 1,
    nextRequestId: () => 1,
    isDegraded: () => false,
    isLost: () => false,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    drop: () => undefined,
    lost: Effect.never
  }
  return { line, say: (message: Message) => listeners.forEach((listener) => listener(message)) }
}

const begun = () => {
  const { line, say } = lineOf()
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
  return { reading, part, end: Effect.sync(() => say(Message.PositionsEnd())) }
}

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, TestContext.TestContext))

describe("an answer of many parts", () => {
  it("SYNC-2: takes as long as it takes while its parts come, and is whole", () =>
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

  it("SYNC-2: fails once nothing more of it comes: a part is never taken for the whole", () =>
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

import { StartGate } from "@roundlot/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { account, lately, open, send, terms } from "./setup.ts"

/** A desk at a TWS that names no zone, where an order has filled before we begin; and the same TWS read by a broker of its own. */
const traded = (zone?: string) =>
  Effect.gen(function* () {
    const { simulator } = yield* Effect.tap(open({ times: "bare" }), ({ broker }) => send(broker, terms()))
    const { host, port } = simulator
    return yield* open({}, { address: { host, port, clientId: 8 }, zone })
  })

describe("times of TWS without a zone", () => {
  it("SYNC-5: nothing is sent at a TWS that names none, unless it is configured: nothing is read before", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker } = yield* traded()
          const read = yield* Effect.flip(Effect.flatMap(lately, broker.fills))
          expect(read).toMatchObject({ operation: "executions", kind: "unreadable" })
          expect(read.message).toContain("IB_TIME_ZONE")
          const gate = yield* StartGate.make
          expect(yield* Effect.provide(gate.isOpen(account), booksAt(broker))).toBe(false)
        })
      )
    ))

  it("SYNC-5: with the zone configured its executions are read, at their times", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker } = yield* traded("America/New_York")
          const { received } = yield* Effect.flatMap(lately, broker.fills)
          expect(received.map(({ report }) => report.asOfKind)).toEqual(["broker"])
          const gate = yield* StartGate.make
          expect(yield* Effect.provide(gate.isOpen(account), booksAt(broker))).toBe(true)
        })
      )
    ))

  it("SYNC-5: one that is executed later is booked at the time of its receipt: it is never passed over", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker } = yield* open({ times: "bare" })
          expect((yield* Effect.flatMap(lately, broker.fills)).received).toEqual([])
          yield* send(broker, terms())
          const { received } = yield* Effect.flatMap(lately, broker.fills)
          expect(received.map(({ report }) => report.asOfKind)).toEqual(["ours"])
        })
      )
    ))
})

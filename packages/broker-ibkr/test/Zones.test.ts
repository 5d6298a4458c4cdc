import { IbkrBroker } from "@roundlot/broker-ibkr"
import { StartGate } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as BrokerTime from "../src/BrokerTime.ts"
import { frame } from "../src/wire/frames.ts"
import { booksAt } from "./books.ts"
import { account, lately, open, peer, send, terms } from "./setup.ts"

/** A desk at a TWS that names no zone, where an order has filled before we begin; and the same TWS read by a broker of its own. */
const traded = (zone?: string) =>
  Effect.gen(function* () {
    const { simulator } = yield* Effect.tap(open({ times: "bare" }), ({ broker }) => send(broker, terms()))
    const { host, port } = simulator
    return yield* open({}, { address: { host, port, clientId: 8 }, zone })
  })

/** A broker at a TWS that says this of its time when it is connected to. */
const greetedWith = (time: string, zone?: string) =>
  Effect.gen(function* () {
    const port = yield* peer(
      frame([193, time]),
      Buffer.concat(
        [
          [15, 1, "DU1234567"],
          [9, 1, 1]
        ].map(frame)
      )
    )
    return yield* IbkrBroker.make({ account, zone, address: { host: "127.0.0.1", port, clientId: 7 } })
  })

describe("the zone of TWS's own time, which it says before any execution", () => {
  it.each([
    ["none", "20261120 14:30:00"],
    ["one that no database has", "20261120 14:30:00 China Standard Time"],
    ["one in letters of the country", "20261120 14:30:00 中国标准时间"],
    ["an abbreviation of several zones", "20261120 14:30:00 BST"],
    ["nothing that is a time", "now"]
  ])("%s is refused at start by name, with the setting to add; with the zone configured it is not", (_, time) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const refused = yield* Effect.flip(Effect.map(greetedWith(time), ({ name }) => name))
          expect(refused).toMatchObject({ _tag: "ConnectFailed", problem: "zone" })
          expect(refused.message).toContain(`'${time}'`)
          expect(refused.message).toContain("IB_TIME_ZONE")
          expect((yield* greetedWith(time, "Asia/Shanghai")).environment).toBe("paper")
        })
      )
    )
  )

  it.each(["EST", "GMT", "JST", "CET", "Universal", "US/Eastern", "Europe/Berlin"])("%s is known", (zone) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.map(greetedWith(`20261120 14:30:00 ${zone}`), ({ environment }) => expect(environment).toBe("paper"))
      )
    )
  )

  it("a time in a zone that is not known is of the one that is configured", () => {
    const time = "20261120 09:30:00 Eastern Standard Time"
    expect(BrokerTime.parse(time)).toBeUndefined()
    expect(BrokerTime.parse(time, "America/New_York")).toBe(BrokerTime.parse("20261120-14:30:00"))
  })
})

describe("times of TWS without a zone", () => {
  it("nothing is sent at a TWS that names none, unless it is configured: nothing is read before", () =>
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

  it("with the zone configured its executions are read, at their times", () =>
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

  it("one that is executed later is booked at the time of its receipt: it is never passed over", () =>
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

import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Effect, Fiber, HashMap, Logger, type Scope, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { frame } from "../src/wire/frames.ts"
import { type Said, say } from "../src/wire/layout.ts"
import * as tws from "../src/wire/messages.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST } from "../src/wire/versions.ts"
import { account, lately, patiently, peer, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

type Fields = ReadonlyArray<string>

const bytes = (...all: ReadonlyArray<Fields>): Buffer => Buffer.concat(all.map(frame))

const at = (said: Said): Fields => said(NEWEST)

const execution = at(
  say(tws.execution, {
    reqId: "-1",
    orderId: 1,
    symbol: "AAPL",
    execId: "0000e0d5.619dbad4.01.01",
    time: "20261120-14:30:00",
    account: "DU1234567",
    side: "BOT",
    shares: 3,
    price: "150.25",
    permId: "10000000001",
    clientId: 7,
    cumulative: 3
  })
)

const openOrder = at(
  say(tws.openOrder, {
    orderId: 1,
    clientId: 7,
    symbol: "AAPL",
    action: "BUY",
    quantity: 1,
    type: "MKT",
    account: "DU1234567",
    permId: "10000000001",
    status: "Submitted"
  })
)

/** What ends the answer to each kind of request. */
const ends = (reqId: string): { readonly [id: string]: Said } => ({
  [requests.openOrders.id]: say(tws.openOrdersEnd),
  [requests.completedOrders.id]: say(tws.completedOrdersEnd),
  [requests.executions.id]: say(tws.executionsEnd, { reqId }),
  [requests.positions.id]: say(tws.positionsEnd)
})

/** A broker at a TWS that answers a request of a kind with these messages, and the others with their ends. */
const brokerAt = (asked: string, ...answers: ReadonlyArray<Fields>) =>
  Effect.gen(function* () {
    const letIn = bytes(at(say(tws.accounts, { accounts: "DU1234567" })), at(say(tws.nextOrderId, { orderId: 1 })))
    const port = yield* peer(bytes([String(NEWEST), "20261120 14:30:00 UTC"]), letIn, ([kind = "", , reqId = ""]) => {
      const end = ends(reqId)[kind]
      return bytes(...(kind === asked ? answers : []), ...(end === undefined ? [] : [at(end)]))
    })
    return yield* IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 } })
  })

/** Messages that are not as their version says, and why. */
const broken: ReadonlyArray<readonly [what: string, fields: Fields, why: string]> = [
  ["an execution with a field fewer", execution.slice(0, -1), "it ends before 'pendingPriceRevision', field 31"],
  ["an execution with a field more", [...execution, "0"], "it has 33 fields, and 32 at this version"],
  ["an open order with a field fewer", openOrder.slice(0, -1), "it ends before 'manualOrderIndicator', field 140"],
  ["an open order whose id is no number", openOrder.with(25, "AAPL"), "'permId', field 25, is no integer"],
  ["a status without its last two fields", at(say(tws.orderStatus)).slice(0, -2), "it ends before 'whyHeld', field 10"],
  ["an error whose code is a word", at(say(tws.notice, { id: 1, code: "x" })), "'code', field 3, is no integer"]
]

describe("a message that is not as its version says", () => {
  it.each(broken)(
    "F0: %s fails the reading that it comes in, and the stream: nothing of it is booked",
    (_what, fields, why) =>
      run(
        Effect.gen(function* () {
          const broker = yield* brokerAt(requests.executions.id, fields)
          const failed = { _tag: "BrokerReadFailed", kind: "unreadable", detail: expect.stringContaining(why) }
          const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(broker.updates ?? Stream.empty)))
          yield* Effect.yieldNow()
          expect(yield* Effect.flip(broker.fills(yield* lately))).toMatchObject(failed)
          expect(yield* Fiber.join(listening)).toMatchObject(failed)
          // The connection stays, and what can be read is.
          expect((yield* broker.positions).complete).toBe(true)
        })
      )
  )

  it("F0: whose fields are where others belong, in the right number, is not booked either", () =>
    run(
      Effect.gen(function* () {
        const broker = yield* brokerAt(requests.positions.id, [...execution.toSpliced(4, 1), ""])
        const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(broker.updates ?? Stream.empty)))
        yield* Effect.yieldNow()
        yield* broker.positions
        expect(yield* Fiber.join(listening)).toMatchObject({ kind: "unreadable" })
      })
    ))

  it("F0: a holding that cannot be read fails the reading of holdings, and no stream", () =>
    run(
      Effect.gen(function* () {
        const position = at(say(tws.position, { account: "DU1234567", symbol: "AAPL", quantity: 3, averageCost: 1 }))
        const broker = yield* brokerAt(requests.positions.id, position.slice(0, -1))
        const listening = yield* Effect.fork(Stream.runDrain(broker.updates ?? Stream.empty))
        expect(yield* Effect.flip(broker.positions)).toMatchObject({ kind: "unreadable" })
        expect((yield* Fiber.poll(listening))._tag).toBe("None")
        yield* Fiber.interrupt(listening)
      })
    ))

  it("AUD-5: as the answer to an order leaves it in doubt at once, and never accepted", () =>
    run(
      Effect.gen(function* () {
        const broker = yield* brokerAt(requests.placeOrder.id, [...openOrder, "0"])
        expect((yield* send(broker, terms())).answer).toMatchObject({
          _tag: "Unknown",
          why: "TWS sent a message 5 that cannot be read: it has 142 fields, and 141 at this version"
        })
      })
    ))

  it("whose length is that of no message ends the connection; what waits for an answer fails", () =>
    run(
      Effect.gen(function* () {
        const endless = Buffer.alloc(4, 0x7f)
        const letIn = bytes(at(say(tws.accounts, { accounts: "DU1234567" })), at(say(tws.nextOrderId, { orderId: 1 })))
        const port = yield* peer(bytes([String(NEWEST), "20261120 14:30:00 UTC"]), letIn, ([kind]) =>
          kind === requests.positions.id ? endless : Buffer.alloc(0)
        )
        const broker = yield* IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 } })
        expect(yield* Effect.flip(broker.positions)).toMatchObject({
          kind: "network",
          detail: "what TWS sends cannot be read: a message says that it is of 2139062143 bytes"
        })
      })
    ))
})

/** What is logged while an effect runs, with the notes on it. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ annotations, message }) => {
    const notes = HashMap.toEntries(annotations).map(([name, value]) => `${name}=${String(value)}`)
    lines.push([message, ...notes.toSorted()].flat().join(" | "))
  })
  return Effect.as(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)), lines)
}

describe("what cannot be read", () => {
  it("stays in the log once, by code and with its fields, account numbers masked; an undocumented message harms nothing", () =>
    run(
      Effect.gen(function* () {
        const odd = ["250", "DU1234567", "3"]
        const lines = yield* logged(
          Effect.gen(function* () {
            const broker = yield* brokerAt(requests.positions.id, odd, odd, ["58", "1", "2", "3"])
            expect(yield* broker.positions).toEqual({ complete: true, holdings: [] })
            expect(yield* patiently(broker.fills(yield* lately))).toMatchObject({ received: [] })
          })
        )
        expect(lines.filter((line) => line.includes("cannot be read"))).toEqual([
          "TWS sent a message 250 that cannot be read: its number is not documented | about=nobody knows | " +
            'code=tws_message_unreadable | fields=["250","DUxxx67","3"]'
        ])
      })
    ))
})

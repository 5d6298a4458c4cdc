import { IbkrBroker } from "@roundlot/broker-ibkr"
import type { Instruction } from "@roundlot/broker-paper"
import { Quantity, type Broker } from "@roundlot/core"
import { type ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Effect, Stream, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import * as Endings from "../src/Endings.ts"
import { Message } from "../src/Message.ts"
import { account, lately, open, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

/** An order that TWS has acknowledged and that works there, and what the stream tells of it and its executions from then on. */
const acknowledged = (quantity = "1") =>
  Effect.gen(function* () {
    const opened = yield* open()
    const { broker, exchange } = opened
    const reports: Array<Report.Report> = []
    const updates = broker.updates ?? Stream.empty
    yield* Effect.forkScoped(Stream.runForEach(updates, ({ report }) => Effect.sync(() => reports.push(report))))
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} } })
    const { answer } = yield* send(broker, terms({ quantity: Quantity.unsafe(quantity) }))
    if (answer._tag !== "Accepted") return expect.fail(answer._tag)
    const { brokerOrderId } = answer
    const until = (isIt: (report: Report.Report) => boolean): Effect.Effect<void> =>
      Effect.suspend(() => (reports.some(isIt) ? Effect.void : Effect.zipRight(Effect.sleep("5 millis"), until(isIt))))
    // Somebody who listens has heard of it.
    yield* until((report) => report._tag === "OrderSeen")
    let told = 0
    const meets = (act: Instruction.ActInput) => exchange.instruct({ id: `act ${told++}`, do: act })
    return { ...opened, brokerOrderId, meets, reports, until }
  })

const seen = (broker: Broker.BrokerService, id: ClientOrderId.BrokerOrderId) =>
  Effect.map(broker.order(id), ({ report }) => report)

const isClosed = (report: Report.Report) => report._tag === "OrderSeen" && report.state._tag === "Closed"

const errors: ReadonlyArray<readonly [code: string, kind: Report.ClosedKind, words: string]> = [
  ["201", "rejected", "Order rejected - reason:the margin is not met"],
  ["202", "cancelled", "the margin is not met"],
  ["203", "rejected", "the margin is not met"]
]

describe("a rejection after an acknowledgement", () => {
  it.each(errors)(
    "Refusals: PreSubmitted, %s, Inactive: the order has ended as %s in TWS's words",
    (code, kind, words) =>
      run(
        Effect.gen(function* () {
          const { broker, brokerOrderId, meets, reports, until } = yield* acknowledged()
          yield* meets({ reject: { code, words: "the margin is not met", brokerOrderId } })
          yield* until(isClosed)
          const refusal = kind === "rejected" ? { code, words, class: code === "201" ? "later" : "session" } : undefined
          const ended = { state: { _tag: "Closed", kind }, rawStatus: "Inactive", words, refusal }
          expect(reports.find(isClosed)).toMatchObject({ ...ended, brokerOrderId, executionsRead: true })
          expect(yield* seen(broker, brokerOrderId)).toMatchObject(ended)
          const { received } = yield* broker.orders(yield* lately)
          expect(received.map(({ report }) => report)).toMatchObject([ended])
        })
      )
  )

  it("Refusals: it is told once, and what was executed before it comes first", () =>
    run(
      Effect.gen(function* () {
        const { brokerOrderId, meets, reports, until } = yield* acknowledged("3")
        yield* meets({ fill: { quantity: "1", brokerOrderId } })
        yield* meets({ reject: { code: "201", words: "margin", brokerOrderId } })
        yield* until(isClosed)
        yield* meets({ holding: { symbol: "KO", quantity: "1" } })
        const at = reports.findIndex(isClosed)
        expect(reports.slice(0, at).some(({ _tag }) => _tag === "Executed")).toBe(true)
        expect(reports.filter(isClosed).length).toBe(1)
      })
    ))

  it("Refusals: it has ended although TWS lists it no longer", () =>
    run(
      Effect.gen(function* () {
        const { broker, brokerOrderId, meets, until } = yield* acknowledged()
        yield* meets({ reject: { code: "201", words: "margin", brokerOrderId } })
        yield* until(isClosed)
        yield* meets({ hide: { ms: 600_000, everywhere: true, brokerOrderId } })
        expect(yield* seen(broker, brokerOrderId)).toMatchObject({ state: { _tag: "Closed", kind: "rejected" } })
      })
    ))

  it("Refusals: a program that did not hear the error reads the end among the completed orders, in their words", () =>
    run(
      Effect.gen(function* () {
        const { brokerOrderId, meets, simulator, until } = yield* acknowledged()
        yield* meets({ reject: { code: "201", words: "margin", brokerOrderId } })
        yield* until(isClosed)
        const address = { host: simulator.host, port: simulator.port, clientId: 9 }
        const later = yield* IbkrBroker.make({ account, address })
        expect(yield* seen(later, brokerOrderId)).toMatchObject({
          state: { _tag: "Closed", kind: "rejected" },
          words: "Rejected: margin",
          refusal: { code: "201", words: "Rejected: margin", class: "later" }
        })
      })
    ))

  it.each([
    ["Inactive", "Inactive", {}],
    ["Inactive/locate", "Inactive (locate)", { reason: "locate" }],
    ["Inactive/trigger", "Inactive (trigger)", { reason: "trigger" }],
    ["PreSubmitted/locate", "PreSubmitted (locate)", { reason: "locate" }],
    ["PreSubmitted/child,locate", "PreSubmitted (child,locate)", { reason: "child,locate" }],
    ["PreSubmitted/child,trigger", "PreSubmitted (child,trigger)", undefined],
    ["PreSubmitted", "PreSubmitted", undefined],
    // A status that nobody has documented.
    ["PutAside", "PutAside", undefined]
  ])("Refusals: %s without an error lives, and says why it does not work", (word, rawStatus, notWorking) =>
    run(
      Effect.gen(function* () {
        const { broker, brokerOrderId, meets, reports, until } = yield* acknowledged()
        yield* meets({ status: { word, brokerOrderId } })
        yield* until((report) => report._tag === "OrderSeen" && report.rawStatus === rawStatus)
        expect(reports.some(isClosed)).toBe(false)
        const report = yield* seen(broker, brokerOrderId)
        expect(report).toMatchObject({ state: { _tag: "Open" }, rawStatus })
        expect(report._tag === "OrderSeen" && report.notWorking).toEqual(notWorking)
        yield* meets({ fill: { quantity: "1", brokerOrderId } })
        yield* until((report) => report._tag === "OrderSeen" && report.rawStatus === "Filled")
      })
    )
  )
})

const CLIENT = 7
const ORDER = "12345678901"

const shown = (status: string, permId = ORDER, clientId = CLIENT): Message =>
  Message.OpenOrder({
    orderId: "5",
    clientId: String(clientId),
    order: {
      contract: { conId: "1", symbol: "AAPL", secType: "STK", exchange: "SMART", currency: "USD", localSymbol: "AAPL" },
      action: "BUY",
      quantity: "1",
      type: "MKT",
      limitPrice: "",
      stopPrice: "",
      account: "DU1",
      orderRef: "",
      permId,
      outsideRth: "0",
      status
    }
  })

const status = (word: string, whyHeld = ""): Message =>
  Message.OrderStatus({
    orderId: "5",
    status: word,
    filled: "0",
    averagePrice: "0",
    permId: ORDER,
    clientId: String(CLIENT),
    whyHeld
  })

const error = (code: number, id = 5): Message => Message.Notice({ id, code, text: `error ${code}` })

const pre = shown("PreSubmitted")

const stories: ReadonlyArray<readonly [what: string, messages: ReadonlyArray<Message>, kind: string | undefined]> = [
  ["the error, then the status", [pre, error(201), status("Inactive")], "rejected"],
  ["the status, then the error", [pre, status("Inactive"), error(201)], "rejected"],
  ["the error before anything was shown", [error(201), shown("Inactive"), status("Inactive")], "rejected"],
  ["the order itself, stopped", [pre, error(203), shown("Inactive")], "rejected"],
  ["201 and Cancelled", [pre, error(201), status("Cancelled")], "rejected"],
  ["201 and ApiCancelled", [pre, error(201), status("ApiCancelled")], "rejected"],
  ["202 and Cancelled", [pre, error(202), status("Cancelled")], "cancelled"],
  ["Inactive, and a cancel refused as of what has ended", [pre, status("Inactive"), error(10148)], "cancelled"],
  ["the same in TWS's other words", [pre, status("Inactive"), error(161)], "cancelled"],
  ["a rejection whose cancel is refused", [pre, error(201), status("Inactive"), error(10148)], "rejected"],
  ["held for shares, and a cancel refused", [pre, status("Inactive", "locate"), error(10148)], undefined],
  ["a refused cancel of an order that works", [pre, error(161), status("Submitted"), status("Inactive")], undefined],
  ["an error alone", [pre, error(201)], undefined],
  ["a status alone", [pre, status("Inactive")], undefined],
  ["held for shares to borrow", [pre, error(201), status("Inactive", "locate")], undefined],
  ["held first, then no longer", [pre, status("Inactive", "locate"), error(201), status("Inactive")], "rejected"],
  ["a warning and Inactive", [pre, error(399), status("Inactive")], undefined],
  ["a refused change of an order that works", [pre, error(201), status("Submitted"), status("Inactive")], undefined],
  ["a rejection that works after all", [pre, error(201), status("Inactive"), status("Submitted")], undefined],
  ["another order's error", [pre, error(201, 6), status("Inactive")], undefined],
  ["an error of a request", [pre, error(201, 1_000_000_001), status("Inactive")], undefined],
  ["another client's order under the id", [error(201), shown("Inactive", "99999999999", 8)], undefined]
]

describe("what ends an order that was shown", () => {
  it.each(stories)("Refusals: %s", (_, messages, kind) => {
    const endings = Endings.make(CLIENT, () => 0)
    for (const message of messages) endings.note(message)
    expect(endings.of(ORDER)?.state).toEqual(kind === undefined ? undefined : { _tag: "Closed", kind })
    expect(endings.ofPlaced(5)?.words).toBe(endings.of(ORDER)?.words)
    expect(endings.all().length).toBe(kind === undefined ? 0 : 1)
  })

  it("Refusals: an order id that is used again has heard nothing", () => {
    const other = "22222222222"
    const endings = Endings.make(CLIENT, () => 0)
    for (const message of [pre, error(201), status("Inactive")]) endings.note(message)
    endings.begin(5, "rl1-b")
    for (const message of [shown("PreSubmitted", other), shown("Inactive", other)]) endings.note(message)
    expect(endings.of(other)).toBeUndefined()
    expect(endings.of(ORDER)?.state).toEqual({ _tag: "Closed", kind: "rejected" })
  })
})

import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Instant, Quantity, type Broker } from "@roundlot/core"
import { ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Effect, Fiber, Schedule, type Scope, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { frame } from "../src/wire/frames.ts"
import { account, lately, open, patiently, peer, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const NO_ID = ClientOrderId.BrokerOrderId.make("none")

/** Sends one order; what was answered. */
const answer = (broker: Broker.BrokerService, differs: Parameters<typeof terms>[0] = {}) =>
  Effect.map(send(broker, terms(differs)), (report) => report.answer)

/** The first report of the stream that is meant. */
const heard = (broker: Broker.BrokerService, isIt: (report: Report.Report) => boolean) =>
  Effect.fork(Stream.runHead(Stream.filter(broker.updates ?? Stream.empty, ({ report }) => isIt(report))))

/** Looks for an order by our id. */
const lookedUp = ({ lookup }: Broker.BrokerService, { clientOrderId }: ReturnType<typeof terms>) =>
  lookup === undefined ? Effect.dieMessage("it has no ids of ours") : lookup(clientOrderId)

const failing = (port: number, differs: Partial<IbkrBroker.Options> = {}) =>
  Effect.flip(
    IbkrBroker.make({
      account,
      address: { host: "127.0.0.1", port, clientId: 7 },
      connectTimeoutMs: 3000,
      ...differs
    })
  )

describe("connecting to TWS", () => {
  it("the accounts behind the login prove paper or live, whatever the port", () =>
    run(
      Effect.gen(function* () {
        expect((yield* open()).broker.environment).toBe("paper")
        expect((yield* open({ number: "U1234567" })).broker.environment).toBe("live")
      })
    ))

  it("a Gateway that is not there, one that says nothing, and one of another version are each told", () =>
    run(
      Effect.gen(function* () {
        const silent = yield* peer(Buffer.alloc(0))
        const newer = yield* peer(frame([194, "20261120 14:30:00 UTC"]))
        const half = yield* peer(frame([193, "20261120 14:30:00 UTC"]), frame([15, 1, "DU1"]).subarray(0, 6))
        const problems = yield* Effect.forEach([1, silent, newer, half], (port) => failing(port))
        expect(problems.map(({ problem }) => problem)).toEqual(["nobody_listens", "no_answer", "version", "no_answer"])
        expect(problems[0]?.message).toContain("Start TWS or the Gateway")
      })
    ))

  it("a client id that is in use is told, and the other client is left alone", () =>
    run(
      Effect.gen(function* () {
        const { broker, simulator } = yield* open()
        expect(yield* failing(simulator.port)).toMatchObject({ problem: "client_id_in_use" })
        expect((yield* answer(broker))._tag).toBe("Accepted")
      })
    ))

  it("a login without the account that is meant, or with several and none named, is refused; numbers are masked", () =>
    run(
      Effect.gen(function* () {
        const { port } = yield* Simulator.make({ others: ["DU7654321"] })
        const several = yield* failing(port)
        expect(several).toMatchObject({ problem: "accounts" })
        expect(several.message).toContain("2 accounts (DUxxx67, DUxxx21)")
        expect((yield* failing(port, { number: "U1111111" })).message).toContain("account U1xxx11 is not among those")
        const named = yield* IbkrBroker.make({
          account,
          address: { host: "127.0.0.1", port, clientId: 8 },
          number: "DU1234567"
        })
        expect((yield* named.account).brokerAccountId).toBe("DU1234567")
      })
    ))
})

describe("a connection that breaks", () => {
  it("an order whose answer is lost is unknown, found by our reference after reconnecting, and there once", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { takeThenReset: {} } })
        const order = terms()
        expect((yield* send(broker, order)).answer._tag).toBe("Unknown")
        const found = yield* patiently(lookedUp(broker, order))
        expect(found.report).toMatchObject({ _tag: "OrderSeen", clientOrderId: order.clientOrderId })
        expect((yield* exchange.orders).length).toBe(1)
      })
    ))

  it("an order that is sent while there is no connection was not sent, and is not sent later", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange, simulator } = yield* open()
        yield* simulator.cut
        expect((yield* Effect.repeat(answer(broker), { until: ({ _tag }) => _tag !== "Unknown", times: 5 }))._tag).toBe(
          "NotSent"
        )
        yield* patiently(broker.positions)
        expect((yield* exchange.orders).filter(({ status }) => status !== "filled").length).toBe(0)
      })
    ))

  it("half a message is none: a read that it cuts off fails, and the next one reads all", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* answer(broker)
        yield* exchange.instruct({ id: "1", when: { operation: "fills" }, do: { answer: { status: 500 } } })
        const window = yield* lately
        expect((yield* Effect.flip(broker.fills(window))).kind).toBe("network")
        expect((yield* patiently(broker.fills(window))).received.length).toBe(1)
      })
    ))

  it("O22: while TWS has no servers nothing is sent; when they are back, whoever listens reads anew", () =>
    run(
      Effect.gen(function* () {
        const { broker, simulator } = yield* open()
        const updates = yield* Effect.fork(Effect.flip(Stream.runDrain(broker.updates ?? Stream.empty)))
        yield* simulator.notify(1100, "Connectivity between IB and TWS has been lost.")
        const sent = yield* Effect.repeat(answer(broker), { until: ({ _tag }) => _tag === "NotSent", times: 50 })
        expect(sent).toMatchObject({ why: "TWS has no connection to its servers" })
        yield* simulator.notify(1102, "Connectivity between IB and TWS has been restored- data maintained.")
        expect((yield* Fiber.join(updates)).detail).toContain("the servers are back (1102)")
        yield* patiently(broker.positions)
        expect((yield* answer(broker))._tag).toBe("Accepted")
      })
    ))

  it("farms that come and go change nothing; TWS that moved to another port ends the connection", () =>
    run(
      Effect.gen(function* () {
        const { broker, simulator } = yield* open()
        yield* simulator.notify(2103, "Market data farm connection is broken:usfarm")
        expect((yield* answer(broker))._tag).toBe("Accepted")
        const updates = yield* Effect.fork(Effect.flip(Stream.runDrain(broker.updates ?? Stream.empty)))
        yield* Effect.sleep(0)
        yield* Effect.repeat(simulator.notify(1300, "Socket port has been reset"), { times: 1 })
        expect((yield* Fiber.join(updates)).detail).toContain("(1300)")
        yield* patiently(broker.positions)
      })
    ))
})

describe("orders at TWS", () => {
  it("a rejection is reported in its words; a fraction, a price on no tick and a market order of the extended session never leave", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { reject: { words: "margin" } } })
        expect(yield* answer(broker)).toMatchObject({
          _tag: "Refused",
          code: "201",
          words: expect.stringContaining("margin")
        })
        expect(yield* Effect.flip(answer(broker, { quantity: Quantity.unsafe("0.5") }))).toMatchObject({
          code: "quantity"
        })
        expect(yield* Effect.flip(answer(broker, { session: "extended" }))).toMatchObject({ code: "unsupported_order" })
        const long = Quantity.unsafe("12345678901234567")
        expect(yield* Effect.flip(answer(broker, { quantity: long }))).toMatchObject({ code: "quantity" })
        expect((yield* exchange.orders).length).toBe(0)
      })
    ))

  const errors: ReadonlyArray<
    readonly [code: string, text: string, tag: string, refusalClass: string | undefined, what: string]
  > = [
    ["103", "in its words", "Unknown", undefined, "an order id that was used before settles nothing"],
    ["321", "in its words", "Unknown", undefined, "a request that was found wrong settles nothing"],
    ["202", "in its words", "Unknown", undefined, "a cancellation is read"],
    ["9999", "in its words", "Unknown", "unlisted", "a code that nobody documented settles nothing, and is a field"],
    ["10243", "in its words", "Refused", "final", "a fraction makes no order"],
    ["201", "YOUR EQUITY MUST EXCEED THE MARGIN", "Refused", "later", "money may come"],
    ["203", "in its words", "Refused", "session", "a security that is not allowed makes no order"],
    ["154", "in its words", "Refused", "session", "a halted security makes no order"],
    ["321", "The API interface is currently in Read-Only mode.", "Refused", "account", "a read-only API makes no order"]
  ]

  it.each(errors)("AUD-7: %s, %s is %s, %s: %s", (code, text, tag, refusalClass) =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { reject: { code, words: text } } })
        const given = yield* answer(broker)
        const about = given._tag === "Refused" ? given.class : given._tag === "Unknown" ? given.unlisted : undefined
        const expected = refusalClass === "unlisted" ? { code, words: text } : refusalClass
        expect([given._tag, about]).toEqual([tag, expected])
      })
    )
  )

  it("a reference that repeats is taken again by TWS; the newest order that has it is found", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const order = terms()
        yield* send(broker, order)
        yield* send(broker, order)
        expect((yield* exchange.orders).length).toBe(2)
        const found = yield* lookedUp(broker, order)
        expect(found.report).toMatchObject({ brokerOrderId: (yield* exchange.orders).at(-1)?.brokerOrderId })
      })
    ))

  it("FILL-14: whoever asks for orders at once, or within a second, shares one reading; what changes an order ends that", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { accept: {} }, times: 2 })
        const ids = [yield* answer(broker), yield* answer(broker)].flatMap((taken) =>
          taken._tag === "Accepted" ? [taken.brokerOrderId] : []
        )
        const readings = Effect.map(
          exchange.requests,
          (all) => all.filter(({ operation }) => operation === "orders").length / 2
        )
        const before = yield* readings
        const asked = Effect.forEach([...ids, ...ids], broker.order, { concurrency: "unbounded" })
        const found = yield* asked
        yield* asked
        expect(found.map(({ report }) => report._tag)).toEqual(["OrderSeen", "OrderSeen", "OrderSeen", "OrderSeen"])
        expect((yield* readings) - before).toBe(1)
        const [brokerOrderId = NO_ID] = ids
        yield* broker.cancel({ _tag: "Submitted", brokerOrderIds: [brokerOrderId], acceptedAt: Instant.make(0n) })
        const read = yield* readings
        expect((yield* broker.order(brokerOrderId)).report).toMatchObject({ state: { _tag: "Closed" } })
        expect((yield* readings) - read).toBe(1)
      })
    ))

  it("only the client that placed an order can end it; an order of a person's is shown all the same", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange, simulator } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { accept: {} } })
        const taken = yield* answer(broker)
        const other = yield* IbkrBroker.make({
          account,
          address: { host: simulator.host, port: simulator.port, clientId: 9 }
        })
        const id = taken._tag === "Accepted" ? taken.brokerOrderId : undefined
        const order = {
          _tag: "Submitted",
          brokerOrderIds: [id ?? NO_ID],
          acceptedAt: Instant.make(0n)
        } as const
        const refused = yield* other.cancel(order)
        expect(refused).toMatchObject({ _tag: "Refused", code: "other_client" })
        // W11: the order works.
        expect(refused).not.toHaveProperty("hasEnded")
        yield* exchange.instruct({ id: "2", do: { manualOrder: { symbol: "KO", side: "sell", quantity: "4" } } })
        const listed = yield* broker.orders(yield* lately)
        expect(listed.received.map(({ report }) => report.symbol).toSorted()).toEqual(["AAPL", "KO"])
      })
    ))

  it("a text of a rejection that is no JSON refuses the order, and the connection stays", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "1", when: {}, do: { reject: { code: "unreadable", words: "odd" } } })
        expect((yield* answer(broker))._tag).toBe("Refused")
        expect((yield* broker.positions).complete).toBe(true)
      })
    ))
})

describe("executions of TWS", () => {
  it("F12: what an execution cost comes with it, behind the listing, or never; unknown is not zero", () =>
    run(
      Effect.gen(function* () {
        for (const [commissions, first, second] of [
          ["with", "1", "1"],
          ["late", undefined, "1"],
          ["never", undefined, undefined]
        ] as const) {
          const { broker, exchange } = yield* open({ commissions })
          yield* exchange.instruct({ id: "1", do: { manualOrder: { symbol: "KO", side: "buy", quantity: "4" } } })
          const cost = Effect.map(Effect.flatMap(lately, broker.fills), ({ received }) => {
            const [only] = received
            return only?.report.commission && Decimal.format(only.report.commission.amount)
          })
          expect(yield* cost).toBe(first)
          yield* broker.positions
          expect(yield* cost).toBe(second)
        }
      })
    ))

  it("SYNC-3: a correction is told as it happens, under the same execution with a higher revision", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const listening = yield* heard(broker, (report) => report._tag === "Executed" && report.revision === 2)
        yield* answer(broker, { quantity: Quantity.unsafe("3") })
        const [execution] = yield* exchange.fills
        const correct = { execId: execution?.execId ?? "", quantity: "2" }
        let told = 0
        const telling = Effect.suspend(() => exchange.instruct({ id: `c${told++}`, do: { correct } }))
        yield* Effect.fork(Effect.repeat(telling, { schedule: Schedule.spaced("100 millis"), times: 20 }))
        const report = (yield* Fiber.join(listening)).pipe((found) =>
          found._tag === "Some" ? found.value.report : undefined
        )
        expect(report).toMatchObject({ _tag: "Executed", revision: 2 })
      })
    ))

  it("SYNC-8: of a window that begins before today only today is told whole", () =>
    run(
      Effect.gen(function* () {
        const { broker } = yield* open()
        const { from, to } = yield* lately
        const days = 86_400_000_000n * 7n
        const week = yield* broker.fills({ from: Instant.make(from - days), to })
        expect(week.complete).toBe(false)
        expect(week.wholeFrom !== undefined && week.wholeFrom > from - days).toBe(true)
      })
    ))
})

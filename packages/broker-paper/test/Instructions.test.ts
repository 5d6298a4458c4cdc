import { assert, describe, it } from "@effect/vitest"
import { Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect, Either, Fiber, TestClock } from "effect"
import type { Exchange, Instruction } from "@roundlot/broker-paper"
import { account, open, send, terms } from "./setup.ts"

const ever: Broker.TimeWindow = { from: Instant.make(0n), to: Instant.latest }

const shown = (exchange: Exchange.ExchangeService) =>
  Effect.map(exchange.orders, (orders) =>
    orders.map(({ filledQuantity, notional, quantity, status }) =>
      [status, `${Decimal.format(filledQuantity)}/${Decimal.format(quantity)}`, Decimal.format(notional)].join(" ")
    )
  )

const whenPlaced = (act: Instruction.ActInput): Instruction.InstructionInput => ({ id: "i", when: {}, do: act })

const five = () => terms({ quantity: Quantity.unsafe("5") })

describe("instructions", () => {
  const answers: ReadonlyArray<readonly [Instruction.ActInput, Partial<Report.Answer>, ReadonlyArray<string>]> = [
    [{ accept: {} }, { _tag: "Accepted" }, ["new 0/5 0"]],
    [{ fill: { quantity: "2", price: "149.5" } }, { _tag: "Accepted" }, ["partially_filled 2/5 299"]],
    [{ fill: { quantity: "7" } }, { _tag: "Accepted" }, ["filled 7/5 1050"]],
    [
      { reject: { code: "halted", words: "AAPL is halted" } },
      { _tag: "Refused", code: "halted", words: "AAPL is halted" },
      []
    ],
    [{ takeThenTimeout: {} }, { _tag: "Unknown" }, ["filled 5/5 750"]],
    [{ takeThenReset: {} }, { _tag: "Unknown" }, ["filled 5/5 750"]],
    [{ resetBefore: {} }, { _tag: "Unknown" }, []],
    [{ answer: { status: 429, headers: { "Retry-After": "2" } } }, { _tag: "NotSent", retryAfterMs: 2000 }, []],
    [{ answer: { status: 401 } }, { _tag: "NotSent" }, []],
    [{ answer: { status: 503 } }, { _tag: "Unknown" }, []],
    [{ answer: { status: 201, body: { id: "b7" } } }, { _tag: "Unknown" }, []],
    [{ expireToken: {} }, { _tag: "NotSent" }, []],
    [{ cancel: {} }, { _tag: "Accepted" }, ["filled 5/5 750"]],
    [{ bust: {} }, { _tag: "Accepted" }, ["filled 0/5 0"]],
    [{ correct: { quantity: "4", price: "151" } }, { _tag: "Accepted" }, ["filled 4/5 604"]]
  ]
  it.scoped.each(answers)("SIM: %j on an order of 5", ([act, answer, orders]) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct(whenPlaced(act))
      assert.deepInclude((yield* send(broker, five())).answer, answer)
      assert.deepStrictEqual(yield* shown(exchange), orders)
      assert.strictEqual((yield* send(broker, five())).answer._tag, "Accepted")
    })
  )

  it.scoped("SIM: acts of several instructions meet in one request", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ id: "a", when: { symbol: "AAPL" }, do: { fill: { quantity: "2" } } })
      yield* exchange.instruct({ id: "b", when: { side: "buy" }, do: { takeThenTimeout: {} } })
      yield* exchange.instruct({ id: "c", when: {}, do: { cancel: {} } })
      assert.strictEqual((yield* send(broker, five())).answer._tag, "Unknown")
      assert.deepStrictEqual(yield* shown(exchange), ["cancelled 2/5 300"])
    })
  )

  it.scoped("SIM: n counts what agrees from the instruction on, and times how often it is done", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms())
      yield* exchange.instruct({ id: "i", when: { symbol: "AAPL", order: 2 }, do: { accept: {} }, times: 2 })
      yield* send(broker, terms({ symbol: Ticker.Ticker.make("IBM") }))
      for (let n = 0; n < 4; n++) yield* send(broker, terms())
      assert.deepStrictEqual(
        (yield* exchange.orders).map(({ status }) => status),
        ["filled", "filled", "filled", "new", "new", "filled"]
      )
    })
  )

  it.scoped("SIM: an id that is known does nothing and tells what was done; with other contents it is refused", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, five())
      const [execution] = yield* exchange.fills
      const bust = { id: "x", do: { bust: { execId: String(execution?.execId) } } }
      const first = yield* exchange.instruct(bust)
      assert.deepStrictEqual(yield* exchange.instruct(bust), { ...first, repeated: true })
      assert.strictEqual((yield* exchange.fills).length, 2)
      const other = yield* Effect.flip(exchange.instruct({ id: "x", do: { session: { open: true } } }))
      assert.include(other.message, "given before with other contents")
    })
  )

  it.scoped("SIM: an instruction that cannot be done changes nothing and says why", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms())
      const [order] = yield* exchange.orders
      const refusals: ReadonlyArray<readonly [Instruction.ActInput, string]> = [
        [{ fill: { quantity: "1" } }, "name its `brokerOrderId`"],
        [{ cancel: { brokerOrderId: "none" } }, "no order none"],
        [{ cancel: { brokerOrderId: String(order?.brokerOrderId) } }, "is filled already"],
        [{ bust: { execId: "none" } }, "no execution none"],
        [{ manualOrder: { symbol: "NOPE", side: "buy", quantity: "1" } }, "has no NOPE"]
      ]
      for (const [act, words] of refusals) {
        assert.include((yield* Effect.flip(exchange.instruct({ id: words, do: act }))).message, words)
      }
      assert.deepStrictEqual(yield* shown(exchange), ["filled 1/1 150"])
    })
  )

  it.scoped("FILL: corrections and busts are revisions of one execution, and the figures follow the highest", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = five()
      yield* exchange.instruct({ id: "part", when: {}, do: { fill: { quantity: "2", price: "100" } } })
      yield* send(broker, order)
      yield* exchange.instruct({ id: "rest", do: { fill: { clientOrderId: order.clientOrderId, price: "110" } } })
      assert.deepStrictEqual(yield* shown(exchange), ["filled 5/5 530"])
      const base = String((yield* exchange.fills)[0]?.execIdBase)
      yield* exchange.instruct({ id: "c1", do: { correct: { execId: `${base}.01`, price: "101" } } })
      yield* exchange.instruct({ id: "c2", do: { correct: { execId: base, quantity: "3" } } })
      assert.deepStrictEqual(yield* shown(exchange), ["filled 6/5 633"])
      yield* exchange.instruct({ id: "b", do: { bust: { execId: `${base}.01` } } })
      assert.deepStrictEqual(yield* shown(exchange), ["filled 3/5 330"])
      const listed = yield* broker.fills(ever)
      assert.deepStrictEqual(
        listed.received.map(({ report: { execId, execIdBase, quantity, revision } }) => [
          execId.slice(execIdBase.length),
          revision,
          Decimal.format(quantity)
        ]),
        [
          [".01", 1, "2"],
          [".01", 1, "3"],
          [".02", 2, "2"],
          [".03", 3, "3"],
          [".04", 4, "0"]
        ]
      )
      const { holdings } = yield* broker.positions
      assert.deepStrictEqual(
        holdings.map((holding) => Decimal.format(holding.quantity)),
        ["3"]
      )
    })
  )

  it.scoped("SIM: a hidden order is found by its broker id alone, until its time is over", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = terms()
      yield* exchange.instruct(whenPlaced({ hide: { ms: 3000 } }))
      yield* send(broker, order)
      const lookup = broker.lookup?.(order.clientOrderId)
      if (lookup === undefined) return assert.fail("no look-up")
      const [stored] = yield* exchange.orders
      if (stored === undefined) return assert.fail("no order")
      assert.strictEqual((yield* lookup).report._tag, "NotFound")
      assert.strictEqual((yield* broker.orders(ever)).received.length, 0)
      assert.strictEqual((yield* broker.fills(ever)).received.length, 0)
      assert.strictEqual((yield* broker.order(stored.brokerOrderId)).report._tag, "OrderSeen")
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* lookup).report._tag, "OrderSeen")
      assert.strictEqual((yield* broker.orders(ever)).received.length, 1)
      assert.strictEqual((yield* broker.fills(ever)).received.length, 1)
    })
  )

  it.scoped("SIM: an order that is hidden everywhere is found by no id, until its time is over", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct(whenPlaced({ hide: { ms: 3000, everywhere: true } }))
      yield* send(broker, terms())
      const [stored] = yield* exchange.orders
      if (stored === undefined) return assert.fail("no order")
      assert.deepInclude((yield* broker.order(stored.brokerOrderId)).report, { _tag: "NotFound", complete: true })
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* broker.order(stored.brokerOrderId)).report._tag, "OrderSeen")
    })
  )

  it.scoped("SIM: a delayed answer comes after its time, while the order is there already", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct(whenPlaced({ delay: { ms: 1500 } }))
      const sending = yield* Effect.fork(send(broker, terms()))
      yield* TestClock.adjust("1499 millis")
      assert.isNull(yield* fiberExit(sending))
      assert.deepStrictEqual(yield* shown(exchange), ["filled 1/1 150"])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(sending)).answer._tag, "Accepted")
    })
  )

  it.scoped("SIM: a manual order is nobody's client order and moves the holding", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({ prices: new Map([["IBM", Price.unsafe("180")]]) })
      yield* exchange.instruct({
        id: "m",
        do: { manualOrder: { account, symbol: "IBM", side: "sell", quantity: "4", type: "market" } }
      })
      const [order] = (yield* broker.orders(ever)).received
      const [fill] = (yield* broker.fills(ever)).received
      assert.deepInclude(order?.report, { symbol: "IBM", rawStatus: "filled" })
      const id = order?.report.brokerOrderId
      assert.deepStrictEqual([order?.report.clientOrderId, fill?.report.clientOrderId], [id, id])
      const { holdings } = yield* broker.positions
      assert.deepStrictEqual(
        holdings.map(({ quantity }) => Decimal.format(quantity)),
        ["-4"]
      )
    })
  )

  it.scoped("SIM: a rejection may follow the acceptance", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = terms()
      yield* exchange.instruct(whenPlaced({ accept: {} }))
      yield* send(broker, order)
      yield* exchange.instruct({ id: "r", do: { reject: { clientOrderId: order.clientOrderId, words: "too late" } } })
      assert.deepStrictEqual(yield* shown(exchange), ["rejected 0/1 0"])
    })
  )

  it.scoped("SIM: an order sent again under its id is a duplicate, even where an instruction rejects it", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = five()
      yield* send(broker, order)
      yield* exchange.instruct(whenPlaced({ reject: { words: "AAPL is halted" } }))
      assert.deepInclude((yield* send(broker, order)).answer, { _tag: "Unknown", isIdInUse: true })
      assert.deepStrictEqual(yield* shown(exchange), ["filled 5/5 750"])
    })
  )

  it.scoped("SIM: a cancel may be refused, lost, ignored, or come after a fill", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const cancelOf = (brokerOrderId: Report.OrderSeen["brokerOrderId"]) =>
        broker.cancel({ _tag: "Submitted", brokerOrderIds: [brokerOrderId], acceptedAt: Instant.make(0n) })
      yield* send(broker, terms({ type: "limit", limitPrice: Price.unsafe("1"), quantity: Quantity.unsafe("5") }))
      const [order] = yield* exchange.orders
      if (order === undefined) return assert.fail("no order")
      const acts: ReadonlyArray<readonly [Instruction.ActInput, string, string]> = [
        [{ reject: {} }, "Refused", "new 0/5 0"],
        [{ resetBefore: {} }, "Unknown", "new 0/5 0"],
        [{ answer: { status: 429 } }, "NotSent", "new 0/5 0"],
        [{ accept: {} }, "Requested", "new 0/5 0"],
        [{ fill: { quantity: "2", price: "1" } }, "Requested", "cancelled 2/5 2"]
      ]
      for (const [act, tag, status] of acts) {
        yield* exchange.instruct({ id: JSON.stringify(act), when: { operation: "cancel" }, do: act })
        assert.strictEqual((yield* cancelOf(order.brokerOrderId))._tag, tag)
        assert.deepStrictEqual(yield* shown(exchange), [status])
      }
      assert.strictEqual((yield* cancelOf(order.brokerOrderId))._tag, "Refused")
    })
  )

  it.scoped("READ: a read that goes wrong says of what kind; after a 401 the adapter logs in and asks again", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const kinds: ReadonlyArray<readonly [Instruction.ActInput, string]> = [
        [{ answer: { status: 429, headers: { "retry-after": "3" } } }, "rate_limited"],
        [{ answer: { status: 502 } }, "server"],
        [{ answer: { status: 200, body: "<html>" } }, "unreadable"],
        [{ takeThenTimeout: {} }, "network"]
      ]
      for (const [act, kind] of kinds) {
        yield* exchange.instruct({ id: kind, when: { operation: "orders" }, do: act })
        const failed = yield* Effect.either(broker.orders(ever))
        assert.strictEqual(Either.isLeft(failed) ? failed.left.kind : "read", kind)
      }
      yield* exchange.instruct({ id: "token", do: { expireToken: {} } })
      yield* broker.orders(ever)
      assert.deepStrictEqual(
        (yield* exchange.requests).slice(-3).map(({ answer, operation }) => [operation, answer.status]),
        [
          ["orders", 401],
          ["token", 200],
          ["orders", 200]
        ]
      )
    })
  )

  it.scoped("SIM: the n-th request of an operation triggers", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct(whenPlaced({ accept: {} }))
      yield* send(broker, five())
      const [order] = yield* exchange.orders
      if (order === undefined) return assert.fail("no order")
      yield* exchange.instruct({ id: "late", when: { operation: "order", nth: 2 }, do: { fill: { quantity: "5" } } })
      const statuses: Array<string> = []
      for (let n = 0; n < 2; n++) {
        const { report } = yield* broker.order(order.brokerOrderId)
        statuses.push(report._tag === "OrderSeen" ? report.rawStatus : report._tag)
      }
      assert.deepStrictEqual(statuses, ["new", "filled"])
    })
  )

  it.scoped("AUDIT: the request log has the bytes that were prepared", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = five()
      yield* exchange.instruct(whenPlaced({ resetBefore: {} }))
      yield* send(broker, order)
      const [request] = yield* exchange.requests
      const prepared = yield* broker.prepare(order)
      assert.deepStrictEqual(request?.payload, JSON.parse(new TextDecoder().decode(prepared.request.bytes)))
      assert.deepInclude(request?.answer, { outcome: "reset", taken: false })
    })
  )
})

const fiberExit = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.map(Fiber.poll(fiber), (exit) => (exit._tag === "Some" ? exit.value : null))

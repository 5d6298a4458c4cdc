import { IbkrBroker, Line } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { ExchangeOrder } from "@roundlot/broker-paper"
import { Broker, Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId, EndpointTimes } from "@roundlot/core/adapter"
import { Effect, Either, Exit, Fiber, Scope, Stream } from "effect"
import { describe, expect, it } from "vitest"
import * as OrderIds from "../src/OrderIds.ts"
import { requestOf } from "../src/OrderRequest.ts"
import { place } from "../src/Placing.ts"
import { frame } from "../src/wire/frames.ts"
import * as messages from "../src/simulator/messages.ts"
import { account, lately, open, patiently, peer, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const greeting = frame([193, "20261120 14:30:00 UTC"])
const CLIENT = 7

type Fields = ReadonlyArray<string | number>

const letIn = (nextOrderId: number, ...all: ReadonlyArray<Fields>) =>
  Buffer.concat([[15, 1, "DU1234567"], ...all, [9, 1, nextOrderId]].map(frame))

/** A TWS that lets the client in, and says this besides. */
const saying = (nextOrderId: number, ...all: ReadonlyArray<Fields>) => peer(greeting, letIn(nextOrderId, ...all))

const fields = (text: string): Fields => text.split(",")

/** ORDER_STATUS of an order that works. */
const status = (orderId: number | string, clientId: number): Fields =>
  fields(`3,${orderId},Submitted,0,1,0,10000000001,0,0,${clientId},,0`)

/** EXECUTION_DATA of an order without a durable id. */
const execution = (reqId: string, execId: string, shares: string, side = "BOT"): Fields => [
  ...fields(
    `11,${reqId},1,1,AAPL,STK,,0,?,,SMART,USD,AAPL,NMS,${execId},20261120-14:30:00,DU1234567,ARCA,${side},${shares}`
  ),
  ...fields(`100,0,${CLIENT},0,${shares},100,,,,,2,0`)
]

/** A simulator, and its end. */
const opened = (options: Simulator.Options) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
    const simulator = yield* Scope.extend(Simulator.make(options), scope)
    return { simulator, end: Scope.close(scope, Exit.void) }
  })

/** Tells of an execution: whoever asks for them, and whoever listens once positions are asked for. */
const telling =
  (execId: string, shares: string, side?: string) =>
  ([kind = "", , reqId = ""]: ReadonlyArray<string>): Buffer => {
    const isAsked = kind === "7"
    const told = execution(isAsked ? reqId : "-1", execId, shares, side)
    return Buffer.concat([told, isAsked ? [55, 1, reqId] : [62, 1]].map(frame))
  }

const lineAt = (port: number, orderIds: OrderIds.OrderIds) =>
  Effect.flatMap(EndpointTimes.make, (times) =>
    Line.open({ host: "127.0.0.1", port, clientId: CLIENT }, 10_000, orderIds, times)
  )

const brokerAt = (port: number) =>
  IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: CLIENT }, connectTimeoutMs: 10_000 })

describe("ids of orders", () => {
  it("O28: are above every one that TWS has named as ours: an order under the id of an open one would change that", () =>
    run(
      Effect.gen(function* () {
        const port = yield* saying(5, status(9, CLIENT), status(40, 3), status("2147483647", CLIENT))
        const line = yield* lineAt(port, OrderIds.make())
        expect([line.nextOrderId(), line.nextOrderId()]).toEqual([10, 11])
      })
    ))

  it.each([2_147_483_647, 4_000_000_000_000])(
    "that no order can have, as %i, are not taken: the line ends, and the next one says others",
    (id) =>
      run(
        Effect.gen(function* () {
          const orderIds = OrderIds.make()
          const failed = yield* Effect.flip(lineAt(yield* saying(id), orderIds))
          expect([failed.problem, failed.detail]).toEqual([
            "lost",
            `TWS says that the next order's id is ${id}, which no order can have`
          ])
          const line = yield* lineAt(yield* saying(5, status(id, CLIENT)), orderIds)
          expect(line.nextOrderId()).toBe(5)
        })
      )
  )

  it("that an order can have are used up: nothing is sent", () =>
    run(
      Effect.gen(function* () {
        const line = yield* lineAt(yield* saying(2_147_483_646), OrderIds.make())
        expect([line.nextOrderId(), line.nextOrderId(), line.nextOrderId()]).toEqual([
          2_147_483_646,
          undefined,
          undefined
        ])
        const beginning = { clientId: CLIENT, begin: () => expect.unreachable() }
        const answer = yield* place(line, beginning, terms(), Either.getOrThrow(requestOf(terms(), "DU1234567")))
        expect(answer).toMatchObject({ _tag: "NotSent", why: expect.stringContaining("no id of an order is left") })
      })
    ))

  it("O28: that were given on a connection that is lost are not given again, whatever TWS has seen of them", () =>
    run(
      Effect.gen(function* () {
        const orderIds = OrderIds.make()
        const first = yield* lineAt(yield* saying(5), orderIds)
        expect([first.nextOrderId(), first.nextOrderId()]).toEqual([5, 6])
        expect((yield* lineAt(yield* saying(5), orderIds)).nextOrderId()).toBe(7)
        expect((yield* lineAt(yield* saying(20), orderIds)).nextOrderId()).toBe(20)
      })
    ))

  it("are no request's: a request that is refused meanwhile refuses no order", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const ask = broker.instrument ?? (() => Effect.dieMessage("it knows no instruments"))
        const unknown = ask(Ticker.Ticker.make("NOPE"))
        const [instrument, sent] = yield* Effect.all([unknown, send(broker, terms())], { concurrency: "unbounded" })
        expect([instrument._tag, sent.answer._tag]).toEqual(["NotKnown", "Accepted"])
        expect((yield* exchange.orders).length).toBe(1)
      })
    ))
})

/** A limit order that is good till a time. */
const till = (time: string) =>
  terms({
    type: "limit",
    limitPrice: Price.unsafe("90"),
    timeInForce: "gtd",
    goodTill: Instant.fromMillis(Date.parse(time))
  })

describe("an order that is good till a time", () => {
  it("FILL-16: says it in UTC to the second, and ends then", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const prepared = Either.getOrThrow(broker.prepare(till("2099-12-01T16:00:00-05:00")))
        expect(new TextDecoder().decode(prepared.request.bytes)).toContain('"goodTillDate":"20991201-21:00:00"')
        expect((yield* send(broker, till("2099-12-01T16:00:00-05:00"))).answer._tag).toBe("Accepted")
        expect(yield* exchange.orders).toMatchObject([
          { timeInForce: "gtd", goodTill: Instant.fromMillis(Date.parse("2099-12-01T21:00:00Z")) }
        ])
        const late = yield* send(broker, till("2020-01-01T00:00:00Z"))
        expect(late.answer).toMatchObject({ _tag: "Refused" })
      })
    ))

  it("FILL-16: is refused where TWS would read another time", () =>
    run(
      Effect.gen(function* () {
        const { broker } = yield* open()
        expect(Either.flip(broker.prepare(till("2099-12-01T21:00:00.5Z")))).toMatchObject({
          right: { code: "good_till", words: "TWS knows times to the second" }
        })
      })
    ))
})

describe("a login that becomes another one", () => {
  it(
    "TWS that comes back with another account is not driven, and the first one is once it is back",
    () =>
      run(
        Effect.gen(function* () {
          const first = yield* opened({})
          const { port } = first.simulator
          const broker = yield* brokerAt(port)
          yield* first.end
          const other = yield* opened({ port, number: "DU7654321" })
          const seen = Effect.map(other.simulator.exchange.requests, (all) =>
            all.filter(({ operation }) => operation === "stream")
          )
          const turnedAway = Effect.repeat(Effect.delay(seen, "10 millis"), { until: ({ length }) => length > 1 })
          const came = Effect.race(Effect.as(turnedAway, "turned away"), Effect.as(patiently(broker.positions), "read"))
          expect(yield* came).toBe("turned away")
          expect((yield* send(broker, terms())).answer).toMatchObject({ _tag: "NotSent" })
          expect(yield* other.simulator.exchange.orders).toEqual([])
          yield* other.end
          yield* opened({ port })
          yield* patiently(broker.positions)
          expect((yield* send(broker, terms())).answer._tag).toBe("Accepted")
        })
      ),
    60_000
  )
})

/** POSITION. */
const position = (number: string, quantity: string): Fields =>
  fields(`61,3,${number},1,AAPL,STK,,0,?,,,USD,AAPL,NMS,${quantity},100`)

describe("two accounts behind one login", () => {
  it("SYNC-15, O20: what the other one holds and trades is not ours", () =>
    run(
      Effect.gen(function* () {
        const mine = execution("-", "0000e0d5.619dbad4.01.01", "3")
        const told = (reqId: string) =>
          [mine, mine.map((each) => (each === "DU1234567" ? "DU7654321" : each))].map((each) => each.with(1, reqId))
        const greeted = Buffer.concat(
          [
            [15, 1, "DU1234567,DU7654321"],
            [9, 1, 1]
          ].map(frame)
        )
        const port = yield* peer(greeting, greeted, ([kind = "", , reqId = ""]) =>
          Buffer.concat(
            (kind === "7"
              ? [...told(reqId), [55, 1, reqId]]
              : [position("DU7654321", "9"), position("DU1234567", "3"), [62, 1]]
            ).map(frame)
          )
        )
        const address = { host: "127.0.0.1", port, clientId: CLIENT }
        const broker = yield* IbkrBroker.make({ account, address, number: "DU1234567" })
        const { holdings } = yield* broker.positions
        expect(holdings.map(({ quantity }) => Decimal.format(quantity))).toEqual(["3"])
        const ever = { from: Instant.make(0n), to: Instant.latest }
        const { received } = yield* broker.fills(ever)
        expect(received.map(({ report }) => report.account)).toEqual([account, "ib-DUxxx21"])
      })
    ))
})

describe("an execution that cannot be read", () => {
  it.each([
    ["0000e0d5.619dbad4.01.01", "many", "BOT", "'many' shares"],
    ["0000e0d5.619dbad4.01.01", "3", "HELD", "'HELD' of"],
    ["", "3", "BOT", "(id ''"]
  ])(
    "F0: %j, of %s shares, %s, is no silence: a listing that has it fails, and so does the stream",
    (execId, shares, side, words) =>
      run(
        Effect.gen(function* () {
          const port = yield* peer(greeting, letIn(1), telling(execId, shares, side))
          const broker = yield* brokerAt(port)
          const failed = { kind: "unreadable", detail: expect.stringContaining(words) }
          expect(yield* Effect.flip(broker.fills(yield* lately))).toMatchObject(failed)
          const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(broker.updates ?? Stream.empty)))
          yield* Effect.yieldNow()
          yield* broker.positions
          expect(yield* Fiber.join(listening)).toMatchObject(failed)
        })
      )
  )
})

/** An order of three shares as TWS shows it while it works, with another quantity or id in its place. */
const openOrder = (quantity: string, permId: string, action: string): Fields => {
  const shown = messages.openOrder({
    order: ExchangeOrder.ExchangeOrder.make({
      brokerOrderId: ClientOrderId.BrokerOrderId.make("1"),
      account,
      clientOrderId: "rl1-a",
      symbol: Ticker.Ticker.make("AAPL"),
      side: "buy",
      quantity: Quantity.unsafe("3"),
      type: "market",
      limitPrice: null,
      stopPrice: null,
      timeInForce: "day",
      goodTill: null,
      session: "regular",
      status: "new",
      reason: null,
      filledQuantity: Decimal.zero,
      notional: Decimal.zero,
      enteredAt: Instant.make(0n),
      updatedAt: Instant.make(0n)
    }),
    placed: { clientId: CLIENT, orderId: 1, orderRef: "rl1-a", timeInForce: "DAY" },
    permId,
    number: "DU1234567",
    status: "Submitted",
    conId: 1
  })(193)
  return shown.map((field) => (field === "3" ? quantity : field === "BUY" ? action : field))
}

/** Shows one open order to whoever asks for orders, and others behind it. */
const showing =
  (quantity: string, permId: string, action: string, ...others: ReadonlyArray<Fields>) =>
  ([kind]: ReadonlyArray<string>): Buffer => {
    if (kind === "99") return frame([102])
    const shown = [openOrder(quantity, permId, action), ...others, [53, 1]]
    return kind === "16" ? Buffer.concat(shown.map(frame)) : Buffer.alloc(0)
  }

describe("an order that cannot be told", () => {
  const ours = ClientOrderId.ClientOrderId.make("rl1-a")

  const another = openOrder("3", "0", "BUY").map((field) => (field === "rl1-a" ? "rl1-b" : field))

  it.each([
    ["3", "BUY", "10000000001", true, 1, "OrderSeen"],
    ["many", "BUY", "10000000001", false, 0, "NotFound in part"],
    ["-3", "BUY", "10000000001", false, 0, "NotFound in part"],
    ["3", "HOLD", "10000000001", false, 0, "NotFound in part"],
    // By an amount of money.
    ["0", "BUY", "10000000001", true, 0, "NotFound in part"],
    // Another one has no id yet, either.
    ["3", "BUY", "0", true, 0, "NotFound in part"]
  ] as const)(
    "F0: over %s shares, %s, with the id %s, is no absence: whole is %s, listed are %i, and whoever looks for it hears %s",
    (quantity, action, permId, isWhole, listed, found) =>
      run(
        Effect.gen(function* () {
          const others = permId === "0" ? [another.with(1, 2)] : []
          const port = yield* peer(greeting, letIn(1), showing(quantity, permId, action, ...others))
          const broker = yield* brokerAt(port)
          const listing = yield* broker.orders(yield* lately)
          expect([Broker.isWhole(listing), listing.received.length]).toEqual([isWhole, listed])
          const { report } = yield* broker.lookup?.(ours) ?? Effect.dieMessage("nothing is looked up")
          const isInPart = report._tag === "NotFound" && !report.complete
          expect(`${report._tag}${isInPart ? " in part" : ""}`).toBe(found)
        })
      )
  )
})

/** A TWS that takes an order and tells its status, but shows none; `listed` is what it tells while open orders are listed. */
const statusOnly =
  (taken: ReadonlyArray<Fields>, listed: () => ReadonlyArray<Fields>) =>
  ([kind]: ReadonlyArray<string>): Buffer => {
    if (kind === "3") return Buffer.concat([...taken, notice].map(frame))
    if (kind === "99") return frame([102])
    return kind === "16" ? Buffer.concat([...listed(), [53, 1]].map(frame)) : Buffer.alloc(0)
  }

/** An error that settles nothing. */
const notice: Fields = [4, 2, 1, 9999, "in its words", ""]

describe("an order of which only the status is known", () => {
  const ours = ClientOrderId.ClientOrderId.make("rl1-a")
  const working = status(1, CLIENT)
  const stopped = working.with(2, "Cancelled")
  const shown = openOrder("3", "10000000001", "BUY")

  const found = (broker: Broker.BrokerService) =>
    Effect.gen(function* () {
      const { report } = yield* patiently(broker.lookup?.(ours) ?? Effect.dieMessage("nothing is looked up"))
      return `${report._tag}${report._tag === "NotFound" && !report.complete ? " in part" : ""}`
    })

  it.each([
    ["nothing", [], true, "NotFound"],
    ["its status alone", [working], false, "NotFound in part"],
    ["the order and its status", [shown, working], true, "OrderSeen"],
    ["the order, and the status of another's without an id", [shown, status(4, 9).with(6, "0")], false, "OrderSeen"]
  ] as const)("W8: a listing that has %s is whole or in part", (_what, listed, isWhole, is) =>
    run(
      Effect.gen(function* () {
        const broker = yield* brokerAt(
          yield* peer(
            greeting,
            letIn(1),
            statusOnly([], () => listed)
          )
        )
        expect(Broker.isWhole(yield* broker.orders(yield* lately))).toBe(isWhole)
        expect(yield* found(broker)).toBe(is)
      })
    )
  )

  it.each([
    ["no status", [], "NotFound"],
    ["that it works", [working], "NotFound in part"],
    ["that it filled", [working.with(2, "Filled")], "NotFound in part"],
    ["that it is on its way, with a durable id", [working.with(2, "PendingSubmit")], "NotFound in part"],
    ["that it is on its way, without one", [working.with(2, "PendingSubmit").with(6, "0")], "NotFound"],
    ["that it stopped", [working, stopped], "NotFound"],
    ["the status of another client's order", [status(1, 9)], "NotFound"]
  ] as const)(
    "an order that was sent is not absent by a listing without it where its status says %s",
    (_what, taken, is) =>
      run(
        Effect.gen(function* () {
          let listed: ReadonlyArray<Fields> = []
          const broker = yield* brokerAt(
            yield* peer(
              greeting,
              letIn(1),
              statusOnly(taken, () => listed)
            )
          )
          expect((yield* send(broker, terms({ clientOrderId: ours }))).answer._tag).toBe("Unknown")
          // On the line that it was sent on.
          expect(yield* found(broker)).toBe("NotFound in part")
          expect(yield* found(broker)).toBe(is)
          listed = [shown, working]
          expect(yield* found(broker)).toBe("OrderSeen")
          listed = []
          expect(yield* found(broker)).toBe("NotFound")
        })
      )
  )
})

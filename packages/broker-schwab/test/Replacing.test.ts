import { assert, describe, it } from "@effect/vitest"
import { OrderRequest, SchwabBroker } from "@roundlot/broker-schwab"
import type { Wire } from "@roundlot/broker-schwab"
import { Decimal, Price, Quantity } from "@roundlot/core"
import { HttpOutcome } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Effect, Either } from "effect"
import { orderText } from "./orderText.ts"
import { account, lately, open, send, terms, words } from "./setup.ts"

type OrderId = ClientOrderId.BrokerOrderId
type Place = Effect.Effect.Success<ReturnType<typeof open>>

const limit = { type: "limit", limitPrice: Price.unsafe("100"), quantity: Quantity.unsafe("3") } as const

/** A limit order of three shares that works. */
const working = ({ broker, exchange }: Place) =>
  Effect.gen(function* () {
    yield* exchange.instruct({ id: "accept", when: {}, do: { accept: {} }, times: 9 })
    const { answer, asOf } = yield* send(broker, terms(limit))
    return answer._tag === "Accepted" ? { id: answer.brokerOrderId, asOf } : yield* Effect.dieMessage(words(answer))
  })

/** The hash that stands for the account. */
const hashAt = (wire: Place["wire"]) =>
  Effect.map(wire.ask({ method: "GET", path: "/trader/v1/accounts/accountNumbers", within: "5 seconds" }), (numbers) =>
    numbers._tag === "Answered" ? /"hashValue":"(\w+)"/.exec(numbers.text)?.[1] : undefined
  )

/** Somebody replaces it at Schwab's own page, by an order of so many shares. */
const replacedByHand = ({ wire }: Place, id: OrderId, quantity: string) =>
  Effect.gen(function* () {
    const body = Either.getOrThrow(OrderRequest.bodyOf(terms({ ...limit, quantity: Quantity.unsafe(quantity) })))
    const path = `/trader/v1/accounts/${yield* hashAt(wire)}/orders/${id}`
    const outcome = yield* wire.ask({ method: "PUT", path, body, within: "5 seconds" })
    assert.containSubset(outcome, { status: 201 })
  })

const WHOLE = "fromEnteredTime=2020-01-01T00:00:00.000Z&toEnteredTime=2099-01-01T00:00:00.000Z"

const shown = (report: Report.Report) =>
  report._tag === "OrderSeen"
    ? `${report.brokerOrderId} ${report.rawStatus} ${Decimal.format(report.cumulative ?? Decimal.zero)} of ${Decimal.format(report.quantity)}, was ${report.otherIds?.join() ?? "-"}`
    : report._tag

const seen = ({ broker }: { readonly broker: Broker.BrokerService }, id: OrderId) =>
  Effect.map(broker.order(id), ({ report }) => shown(report))

const total = (received: ReadonlyArray<Report.Received<Report.Executed>>) =>
  received.map(({ report }) => `${Decimal.format(report.quantity)} ${report.otherIds?.join() ?? "-"}`)

/** A second of the last minute, as text of JSON. */
const second = (seconds: number) =>
  `"${new Date(Date.now() - 60_000 + seconds * 1000).toISOString().slice(0, 19)}+0000"`

describe("an order that another one replaced", () => {
  it.scopedLive("FILL-5: by us, it is one order under both ids", () =>
    Effect.gen(function* () {
      const place = yield* open({}, { servesAgainFor: 0 })
      const { asOf, id } = yield* working(place)
      const order = { _tag: "Submitted", brokerOrderIds: [id], acceptedAt: asOf } as const
      const { replace } = place.broker
      if (replace === undefined) return assert.fail("it does not replace")
      assert.deepStrictEqual(yield* replace(order, { quantity: Quantity.unsafe("5") }), { _tag: "Requested" })
      const newId = (yield* place.exchange.orders).at(-1)?.brokerOrderId ?? id
      const wanted = `${newId} WORKING 0 of 5, was ${id}`
      assert.strictEqual(yield* seen(place, id), wanted)
      assert.strictEqual(yield* seen(place, newId), wanted)
      const { received } = yield* place.broker.orders(yield* lately)
      assert.deepStrictEqual(
        received.map(({ report }) => shown(report)),
        [wanted]
      )
    })
  )

  it.scopedLive.each(["AM", "PM", "SEAMLESS"] as const)(
    "an order of the session %s is placed in it, and stays in it when it is replaced",
    (session) =>
      Effect.gen(function* () {
        const { broker, exchange, wire } = yield* open({}, { servesAgainFor: 0, extendedSession: session })
        yield* exchange.instruct({ id: "accept", when: {}, do: { accept: {} }, times: 9 })
        yield* send(broker, terms({ ...limit, session: "extended" }))
        const id = (yield* exchange.orders).at(-1)?.brokerOrderId ?? assert.fail("there is no order")
        const { report } = yield* broker.order(id)
        const order = { _tag: "Submitted", brokerOrderIds: [id], acceptedAt: report.asOf } as const
        assert.containSubset(yield* broker.replace?.(order, { quantity: Quantity.unsafe("5") }) ?? Effect.void, {
          _tag: "Requested"
        })
        const listed = yield* wire.ask({ method: "GET", path: `/trader/v1/orders?${WHOLE}`, within: "5 seconds" })
        const sessions = listed._tag === "Answered" ? [...listed.text.matchAll(/"session":"(\w+)"/g)] : []
        assert.deepStrictEqual(
          sessions.map(([, each]) => each),
          [session, session]
        )
      })
  )

  it.scopedLive("a short sale that is replaced stays one", () =>
    Effect.gen(function* () {
      const { broker, exchange, wire } = yield* open({}, { servesAgainFor: 0 })
      yield* exchange.instruct({ id: "accept", when: {}, do: { accept: {} }, times: 9 })
      const { answer, asOf } = yield* send(broker, terms({ ...limit, side: "sell", positionEffect: "open" }))
      if (answer._tag !== "Accepted") return assert.fail(words(answer))
      const order = { _tag: "Submitted", brokerOrderIds: [answer.brokerOrderId], acceptedAt: asOf } as const
      if (broker.replace === undefined) return assert.fail("it does not replace")
      assert.deepStrictEqual(yield* broker.replace(order, { quantity: Quantity.unsafe("5") }), { _tag: "Requested" })
      const listed = yield* wire.ask({ method: "GET", path: "/trader/v1/orders?".concat(WHOLE), within: "5 seconds" })
      const told = listed._tag === "Answered" ? listed.text.match(/"instruction":"\w+"/g) : []
      assert.deepStrictEqual(told, ['"instruction":"SELL_SHORT"', '"instruction":"SELL_SHORT"'])
    })
  )

  it.scopedLive(
    "O13: by somebody else after a part had filled: found by its terms, filled with what both have filled",
    () =>
      Effect.gen(function* () {
        const place = yield* open({}, { servesAgainFor: 0 })
        const { id } = yield* working(place)
        yield* place.exchange.instruct({ id: "f1", do: { fill: { quantity: "1", price: "100", brokerOrderId: id } } })
        yield* replacedByHand(place, id, "4")
        const newId = (yield* place.exchange.orders).at(-1)?.brokerOrderId ?? id
        yield* place.exchange.instruct({
          id: "f2",
          do: { fill: { quantity: "2", price: "100", brokerOrderId: newId } }
        })
        const wanted = `${newId} WORKING 3 of 5, was ${id}`
        assert.strictEqual(yield* seen(place, id), wanted)
        assert.deepStrictEqual(total((yield* place.broker.fillsOf(id)).received), [`1 ${newId}`, `2 ${id}`])
        // A program that starts later learns it from the listing.
        const later = yield* SchwabBroker.make({ account, wire: place.wire, servesAgainFor: 0 })
        yield* later.orders(yield* lately)
        assert.strictEqual(yield* seen({ broker: later }, newId), wanted)
      })
  )

  it.scopedLive.each([
    {
      what: "is not there yet",
      hidden: (path: string, id: string) => /\/orders\/\d+$/.test(path) && !path.endsWith(id),
      status: 404,
      text: '{"message":"Order not found"}'
    },
    {
      what: "may stand in a row that cannot be read",
      hidden: (path: string) => path.includes("fromEnteredTime"),
      status: 200,
      text: '[{"orderId":"x"}]'
    }
  ])("O13: what replaced it $what: it lives on, and no end is told of it", ({ hidden, status, text, what }) =>
    Effect.gen(function* () {
      const place = yield* open({}, { servesAgainFor: 0 })
      const { asOf, id } = yield* working(place)
      const said = { status, headers: { "content-type": "application/json" } }
      const ask: Wire.Wire["ask"] = (each) =>
        each.method === "GET" && hidden(each.path, id)
          ? Effect.succeed(HttpOutcome.answered(said, text, [], undefined))
          : place.wire.ask(each)
      const broker = yield* SchwabBroker.make({ account, wire: { ...place.wire, ask }, servesAgainFor: 0 })
      const order = { _tag: "Submitted", brokerOrderIds: [id], acceptedAt: asOf } as const
      yield* what === "is not there yet"
        ? (broker.replace?.(order, { quantity: Quantity.unsafe("5") }) ?? Effect.void)
        : replacedByHand(place, id, "4")
      assert.containSubset((yield* broker.order(id)).report, { rawStatus: "REPLACED", state: { _tag: "Open" } })
    })
  )

  it.scopedLive("C4: with one of them that does not say what it filled, the total of both is not known", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { servesAgainFor: 0 })
      const before = { orderId: "1", status: '"REPLACED"', enteredTime: second(0), closeTime: second(5) }
      const after = { orderId: "2", status: '"CANCELED"', enteredTime: second(5), closeTime: second(9) }
      const cumulatives = yield* Effect.forEach(
        [
          ["1.0", "2.0"],
          ["1.0", ""],
          ["", "2.0"]
        ],
        ([first = "", then = ""], index) =>
          Effect.gen(function* () {
            const body = `[${orderText({ ...before, filledQuantity: first })},${orderText({ ...after, filledQuantity: then })}]`
            const listed = { answer: { status: 200, body } }
            yield* exchange.instruct({ id: `l${index}`, when: { operation: "orders" }, do: listed })
            const { received } = yield* broker.orders(yield* lately)
            return received.map(({ report: { cumulative } }) => cumulative && Decimal.format(cumulative))
          })
      )
      assert.deepStrictEqual(cumulatives, [["3"], [undefined], [undefined]])
    })
  )

  it.scopedLive("with two that could have replaced it, it is cancelled, and they are orders of their own", () =>
    Effect.gen(function* () {
      const place = yield* open({}, { servesAgainFor: 0 })
      const { id } = yield* working(place)
      yield* replacedByHand(place, id, "4")
      yield* send(place.broker, terms(limit))
      assert.strictEqual(yield* seen(place, id), `${id} REPLACED 0 of 3, was -`)
      const { received } = yield* place.broker.orders(yield* lately)
      assert.strictEqual(received.length, 3)
    })
  )
})

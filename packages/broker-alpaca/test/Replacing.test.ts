import { assert, describe, it } from "@effect/vitest"
import { Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { ClientOrderId, OrderState } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect, Fiber, Redacted, Schema, Stream } from "effect"
import { lately, open, send, terms } from "./setup.ts"

const limit = (price: string, quantity = "10") =>
  terms({ type: "limit", limitPrice: Price.unsafe(price), quantity: Quantity.unsafe(quantity) })

const submitted = (id: ClientOrderId.BrokerOrderId) =>
  OrderState.OrderState.Submitted({ brokerOrderIds: [id], acceptedAt: Instant.make(0n) })

/** An order that rests at a limit of 10 while the price is 200, under its id. */
const resting = (broker: Broker.BrokerService, order = limit("10")) =>
  Effect.flatMap(send(broker, order), ({ answer }) =>
    answer._tag === "Accepted" ? Effect.succeed(answer.brokerOrderId) : Effect.die(answer)
  )

const at200 = { prices: new Map([["AAPL", Price.unsafe("200")]]) }

const replace = (broker: Broker.BrokerService, id: ClientOrderId.BrokerOrderId, wanted: Broker.Replacement) =>
  broker.replace?.(submitted(id), wanted) ?? Effect.die("Alpaca replaces orders")

/** An order as the books take it, in a line. */
const shown = ({ report }: Report.Received): string =>
  report._tag === "OrderSeen"
    ? [
        report.state._tag === "Open" ? "open" : report.state.kind,
        `${Decimal.format(report.cumulative ?? Decimal.zero)}/${Decimal.format(report.quantity)}`,
        report.brokerOrderId
      ].join(" ")
    : report._tag

const five = { quantity: Quantity.unsafe("5"), limitPrice: Price.unsafe("11") }

const Json = Schema.parseJson(Schema.Struct({ id: ClientOrderId.BrokerOrderId, status: Schema.String }))

describe("an order that Alpaca replaces by another", () => {
  it.scopedLive("FILL-5: is one order, asked for by either id or by ours, with the terms of the newest", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open(at200)
      const order = limit("10")
      const first = yield* resting(broker, order)
      assert.deepStrictEqual(yield* replace(broker, first, five), { _tag: "Requested" })
      const second = (yield* exchange.orders)[1]?.brokerOrderId ?? ""
      const expected = `open 0/5 ${second}`
      assert.strictEqual(shown(yield* broker.order(first)), expected)
      const seen = yield* broker.order(ClientOrderId.BrokerOrderId.make(second))
      assert.strictEqual(shown(seen), expected)
      assert.containSubset(seen.report, { clientOrderId: order.clientOrderId, otherIds: [first] })
      const looked = yield* broker.lookup?.(order.clientOrderId) ?? Effect.die("Alpaca has client order ids")
      assert.strictEqual(shown(looked), expected)
      const listed = yield* broker.orders(yield* lately)
      assert.deepStrictEqual(listed.received.map(shown), [expected, expected])
    })
  )

  it.scopedLive("FILL-5, F5: what filled before it was replaced counts: its totals are those of all its ids", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open(at200)
      const first = yield* resting(broker)
      yield* exchange.instruct({ id: "f", do: { fill: { brokerOrderId: first, quantity: "4", price: "10" } } })
      const partly = OrderState.OrderState.PartiallyFilled({
        brokerOrderIds: [first],
        acceptedAt: Instant.make(0n),
        filled: Decimal.unsafe("4"),
        notional: Decimal.unsafe("40")
      })
      assert.containSubset(yield* broker.replace?.(partly, five) ?? Effect.void, { code: "partially_filled" })
      // Somebody does it at Alpaca itself: six shares more, whose count begins at zero.
      yield* patch(simulator.credentials, first, { qty: "6", limit_price: "11" })
      const second = ClientOrderId.BrokerOrderId.make((yield* exchange.orders)[1]?.brokerOrderId ?? "")
      yield* exchange.instruct({ id: "g", do: { fill: { brokerOrderId: second, quantity: "6", price: "11" } } })
      assert.strictEqual(shown(yield* broker.order(first)), `filled 10/10 ${second}`)
      const fills = yield* broker.fillsOf(second)
      assert.deepStrictEqual(
        fills.received.map(({ report }) => [
          report.execIdBase,
          Decimal.format(report.quantity),
          report.otherIds?.join()
        ]),
        [
          [`${first}/4`, "4", second],
          [`${second}/6`, "6", first]
        ]
      )
    })
  )

  it.scopedLive("is told by the stream with all its ids, whatever the frame says", () =>
    Effect.gen(function* () {
      const { broker } = yield* open(at200)
      const first = yield* resting(broker)
      const isSecond = ({ report }: Report.Received) =>
        report._tag === "OrderSeen" && report.brokerOrderId !== first && report.rawStatus === "new"
      const listening = yield* Effect.fork(
        Stream.runCollect(Stream.takeUntil(broker.updates ?? Stream.empty, isSecond))
      )
      yield* replace(broker, first, five)
      const told = [...(yield* Fiber.join(listening))].map(shown)
      assert.match(told.at(-1) ?? "", /^open 0\/5 /)
      assert.isFalse(told.some((line) => line.startsWith("cancelled")))
    })
  )

  it.scopedLive("a replacement that Alpaca refuses changes nothing, and says why", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open(at200)
      const first = yield* resting(broker)
      const same = { quantity: Quantity.unsafe("10"), limitPrice: Price.unsafe("10") }
      assert.containSubset(yield* replace(broker, first, same), { code: "40310000" })
      const fraction = { quantity: Quantity.unsafe("0.5") }
      assert.containSubset(yield* replace(broker, first, fraction), { code: "quantity" })
      const fine = { ...five, limitPrice: Price.unsafe("11.001") }
      assert.containSubset(yield* replace(broker, first, fine), { code: "price" })
      assert.strictEqual((yield* exchange.orders).length, 1)
      yield* broker.cancel(submitted(first))
      const refused = yield* replace(broker, first, five)
      assert.containSubset(refused, { _tag: "Refused", code: "40010001" })
      // 422 is the answer to an order that is not at the exchange yet, too: of an end it says nothing.
      assert.containSubset(refused, { hasEnded: false })
      assert.strictEqual(shown(yield* broker.order(first)), `cancelled 0/10 ${first}`)
    })
  )
})

/** A client that is not ours replaces an order. */
const patch = (
  { baseUrl, keyId, secretKey }: { baseUrl: string; keyId: Redacted.Redacted; secretKey: Redacted.Redacted },
  id: string,
  body: object
) =>
  Effect.flatMap(
    Effect.promise(async () => {
      const headers = { "APCA-API-KEY-ID": Redacted.value(keyId), "APCA-API-SECRET-KEY": Redacted.value(secretKey) }
      const answer = await fetch(`${baseUrl}/v2/orders/${id}`, { method: "PATCH", headers, body: JSON.stringify(body) })
      return answer.text()
    }),
    Schema.decode(Json)
  )

import { assert, describe, it } from "@effect/vitest"
import { AccountName, Broker, Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Effect, Either, Layer } from "effect"
import { Exchange, Listing, PaperBroker } from "@roundlot/broker-paper"
import { account, open, send, terms } from "./setup.ts"

describe("PaperBroker", () => {
  const refused: ReadonlyArray<readonly [string, Partial<OrderTerms.OrderTerms>]> = [
    ["fractional_quantity", { quantity: Quantity.unsafe("1.5") }],
    ["limit_price", { type: "limit" }],
    ["limit_price", { limitPrice: Price.unsafe("1") }],
    ["stop_price", { type: "stop" }],
    ["unsupported_order", { session: "extended" }],
    ["unsupported_order", { type: "stop", stopPrice: Price.unsafe("1"), timeInForce: "opg" }],
    ["wrong_account", { account: AccountName.AccountName.make("other") }]
  ]
  it.scoped.each(refused)("SEND: %s is said before anything is sent", ([code, differs]) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const prepared = broker.prepare(terms(differs))
      assert.strictEqual(Either.isLeft(prepared) ? prepared.left.code : "prepared", code)
      assert.deepStrictEqual(yield* exchange.requests, [])
    })
  )

  it.scoped("FILL: an order is seen with its exact cumulative and average, in the exchange's own time", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ id: "i", when: {}, do: { fill: { quantity: "2", price: "22.7299" } } })
      const order = terms({ quantity: Quantity.unsafe("3") })
      const answered = yield* send(broker, order)
      const { received } = yield* broker.orders({ from: Instant.make(0n), to: Instant.make(9n) })
      const report = received[0]?.report
      assert.deepInclude(report, {
        asOfKind: "broker",
        clientOrderId: order.clientOrderId,
        rawStatus: "partially_filled",
        state: { _tag: "Open" }
      })
      assert.strictEqual(Decimal.format(report?.cumulative ?? Decimal.zero), "2")
      assert.strictEqual(Decimal.format(report?.averagePrice ?? Decimal.zero), "22.7299")
      assert.isTrue(report !== undefined && answered.asOf < report.asOf)
      const fills = yield* broker.fillsOf(report?.brokerOrderId ?? assert.fail("no order"))
      assert.deepStrictEqual([fills.complete, fills.received.length], [true, 1])
    })
  )

  it.scoped("knows what it lists as an equity of lot 1, and nothing that begins with NOPE", () =>
    Effect.gen(function* () {
      const { broker } = yield* open({ listing: Listing.any })
      assert.deepInclude(yield* broker.instrument(Ticker.Ticker.make("BRK.B")), {
        _tag: "Known",
        assetClass: "equity",
        currency: "USD",
        fractionable: false
      })
      assert.strictEqual((yield* broker.instrument(Ticker.Ticker.make("NOPEX")))._tag, "NotKnown")
    })
  )

  it.effect("SDK: one registry serves every account, each with orders of its own", () =>
    Effect.gen(function* () {
      const brokers = yield* Broker.Brokers
      const other = AccountName.AccountName.make("other")
      const mine = yield* brokers.get(account)
      const hers = yield* brokers.get(other)
      const order = terms()
      yield* send(mine, order)
      assert.strictEqual((yield* send(hers, { ...order, account: other })).answer._tag, "Accepted")
      const seen = yield* hers.orders({ from: Instant.make(0n), to: Instant.make(100n) })
      assert.deepStrictEqual(
        seen.received.map(({ report }) => report.account),
        [other]
      )
      const [first] = (yield* mine.orders({ from: Instant.make(0n), to: Instant.make(100n) })).received
      assert.strictEqual(
        (yield* hers.order(first?.report.brokerOrderId ?? assert.fail("no order"))).report._tag,
        "NotFound"
      )
    }).pipe(Effect.provide(Layer.provide(PaperBroker.layerBrokers, Exchange.layer({}))))
  )

  it.effect("SDK: a single account's broker is a layer, and the exchange may be temporary", () =>
    Effect.gen(function* () {
      const broker = yield* Broker.Broker
      assert.strictEqual((yield* send(broker, terms())).answer._tag, "Accepted")
      const { buyingPower } = yield* broker.account
      assert.strictEqual(buyingPower && Decimal.format(buyingPower), "1000000000")
    }).pipe(Effect.provide(Layer.provide(PaperBroker.layer(account), Exchange.layer({}))))
  )
})

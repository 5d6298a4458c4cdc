import { expect, it } from "@effect/vitest"
import { AccountName, ClientOrderId, Clock, Decimal, Price, Quantity } from "@roundlot/core"
import { SampleOrder } from "@roundlot/core/testing"
import { Effect } from "effect"
import * as HouseBroker from "./HouseBroker.ts"

const desk = AccountName.AccountName.make("desk")

const house = Effect.map(Clock.Clock, (clock) => HouseBroker.make(desk, clock)).pipe(
  Effect.provide(Clock.layerAlwaysOpen)
)

it.effect(
  "SDK-2: a broker of one's own fills what it takes, and finds it by either id, in windows and as a holding",
  () =>
    Effect.gen(function* () {
      const broker = yield* house
      const terms = SampleOrder.terms(desk, { quantity: Quantity.unsafe("3"), referencePrice: Price.unsafe("150.25") })
      const { answer } = yield* SampleOrder.send(broker, terms)
      expect(SampleOrder.words(answer)).toBe("Accepted")
      const id = ClientOrderId.BrokerOrderId.make("H1")
      const seen = [yield* broker.order(id), yield* broker.lookup?.(terms.clientOrderId) ?? Effect.void]
      expect(seen.map((each) => each?.report)).toMatchObject([
        { _tag: "OrderSeen", brokerOrderId: id, state: { _tag: "Closed", kind: "filled" } },
        { _tag: "OrderSeen", brokerOrderId: id }
      ])
      const { received } = yield* broker.fills(yield* SampleOrder.lately)
      expect(received.map(({ report: { price } }) => price)).toEqual([Price.unsafe("150.25")])
      expect((yield* broker.fillsOf(id)).received).toEqual(received)
      const { holdings } = yield* broker.positions
      expect(holdings.map(({ quantity, symbol }) => `${Decimal.format(quantity)} ${symbol}`)).toEqual(["3 AAPL"])
    })
)

it.effect("what it does not take is refused before anything leaves, and what it never had is not found", () =>
  Effect.gen(function* () {
    const broker = yield* house
    const refused = yield* Effect.flip(SampleOrder.send(broker, SampleOrder.terms(desk, { type: "limit" })))
    expect(refused.words).toBe("the house takes market orders")
    const { report } = yield* broker.order(ClientOrderId.BrokerOrderId.make("H1"))
    expect(report._tag).toBe("NotFound")
    expect((yield* broker.orders(yield* SampleOrder.lately)).received).toEqual([])
  })
)

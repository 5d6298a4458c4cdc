import { expect, it } from "@effect/vitest"
import { Decimal, Price, Quantity } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import { BrokerContract, BrokerStorm, SampleOrder, Simulation } from "@roundlot/testing"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { desk, house, place } from "./place.ts"

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
    expect(refused.words).toBe(
      "the broker takes no limit day orders in the regular session; it takes regular: market (day)"
    )
    const { report } = yield* broker.order(ClientOrderId.BrokerOrderId.make("H1"))
    expect(report._tag).toBe("NotFound")
    expect((yield* broker.orders(yield* SampleOrder.lately)).received).toEqual([])
  })
)

const proven = Effect.map(BrokerContract.prove(place), BrokerContract.summary)

it.live(
  "SDK-2: a broker of one's own keeps the contract of brokers, and what cannot be staged is skipped by name",
  () =>
    Effect.gen(function* () {
      const lines = (yield* proven).split("\n")
      expect(lines.filter((line) => line.startsWith("BROKEN"))).toEqual([])
      expect(lines.at(-1)).toBe("19 kept, 0 broken, 33 skipped, of 52 clauses")
      expect(lines).toContain("         place.stage.byHand is left away")
      expect(lines).toContain("         broker.capabilities.streaming says that it has none")
    })
)

const storm = BrokerStorm.weather(place, { seed: 7 })

it("SDK-2: a broker of one's own weathers a storm", () => {
  const exit = Simulation.run(storm, { seed: "7", startMs: Date.UTC(2026, 6, 1, 15) })
  expect(exit).toMatchObject({ value: { findings: [], faults: expect.toSatisfy((faults: number) => faults > 3) } })
})

it("the guide says how many clauses there are", () => {
  const guide = readFileSync(new URL("../../docs/guides/write-a-broker.md", import.meta.url), "utf8")
  expect(guide).toContain(`each of its ${BrokerContract.clauses.length} clauses`)
})

import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { BrokerOrderId, ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { BreakTable } from "../../src/records/Break.ts"
import type { NotFound, OrderSeen, Received } from "../../src/records/Report.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Stage from "./Stage.ts"

// Orders of others, where what they fill counts in what a position owes

const nobodys: OrderSeen = {
  ...Stage.seen({
    clientOrderId: ClientOrderId.make("by-hand"),
    symbol: Ticker.make("KO"),
    side: "buy",
    quantity: Decimal.unsafe("2")
  }),
  brokerOrderId: BrokerOrderId.make("B-2")
}

/** A broker that shows one order by its id, or none. */
const place = () => {
  let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
  return {
    show: (report: OrderSeen) => {
      shown = Effect.succeed({ report, payload: undefined })
    },
    layer: Stage.layer({ order: () => Effect.suspend(() => shown) })
  }
}

const openBreaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, kind, subject }) => (closedAt === undefined ? [`${kind} ${subject}`] : []))
)
const adopted = Effect.map(Stage.orders, (all) => all.map(({ origin, quantity }) => [origin, Decimal.format(quantity)]))

const begun = (settings: Parameters<typeof Stage.opened>[0] = {}) =>
  Effect.gen(function* () {
    yield* Stage.opened({ external: "count", ...settings })
    yield* Effect.forkScoped(Daemon.run())
    yield* TestClock.adjust("1 second")
  })

describe("W12: an order of others that counts in what a position owes", () => {
  it("is adopted when a reading of its own, a second later, shows it as well", async () => {
    const { layer, show } = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begun()
        show(nobodys)
        yield* Stage.hear(nobodys)
        yield* Stage.hear(nobodys)
        expect([yield* adopted, yield* openBreaks]).toEqual([[], ["Implausible B-2"]])
        yield* Stage.until(adopted, (all) => all.length === 1)
        expect([yield* adopted, yield* openBreaks]).toEqual([[["external", "2"]], []])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("is adopted as its own reading shows it, not as it was first heard", async () => {
    const { layer, show } = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begun()
        show(nobodys)
        yield* Stage.hear({ ...nobodys, quantity: Quantity.unsafe("2000000") })
        yield* Stage.until(adopted, (all) => all.length === 1)
        expect([yield* adopted, yield* openBreaks]).toEqual([[["external", "2"]], []])
      }),
      layer
    )
  })

  it("is nothing where its broker does not have it", async () => {
    const { layer } = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begun()
        yield* Stage.hear(nobodys)
        expect(yield* openBreaks).toEqual(["Implausible B-2"])
        yield* Stage.until(openBreaks, (all) => all.length === 0)
        expect(yield* adopted).toEqual([])
      }),
      layer
    )
  })

  it("is never adopted beyond what the account lets one order have", async () => {
    const { layer, show } = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begun({ maxOrderQuantity: Quantity.unsafe("1") })
        show(nobodys)
        yield* Stage.hear(nobodys)
        yield* TestClock.adjust("1 minute")
        expect([yield* adopted, yield* openBreaks]).toEqual([[], ["Implausible B-2"]])
      }),
      layer
    )
  })

  it("is adopted at once where it does not count", async () => {
    const { layer } = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begun({ external: "ignore" })
        yield* Stage.hear(nobodys)
        expect([yield* adopted, yield* openBreaks]).toEqual([[["external", "2"]], []])
      }),
      layer
    )
  })
})

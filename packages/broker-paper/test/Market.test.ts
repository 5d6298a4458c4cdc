import { describe, expect, it } from "@effect/vitest"
import { Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { Exchange } from "@roundlot/broker-paper"
import { open, send, terms } from "./setup.ts"

const price = (at: string) => Price.unsafe(at)
const second = (n: number) => Instant.fromMillis(n * 1000)

type Opened = Effect.Effect.Success<ReturnType<typeof open>>

/** The prices of all fills, oldest first. */
const fillPrices = ({ exchange }: Opened) =>
  Effect.map(exchange.fills, (fills) => fills.map((fill) => Decimal.format(fill.price)))

/** What the market says of AAPL. */
const said = ({ exchange }: Opened) =>
  Effect.map(exchange.priceOf("AAPL"), (known) => known && [Decimal.format(known.price), known.at])

const statuses = ({ exchange }: Opened) => Effect.map(exchange.orders, (orders) => orders.map(({ status }) => status))

const unpriced: Partial<OrderTerms.OrderTerms> = { referencePrice: undefined }

const { BrokerOrderId } = ClientOrderId

const known = (at: string, since: number): Partial<OrderTerms.OrderTerms> => ({
  referencePrice: price(at),
  referenceAt: second(since)
})

describe("the market of the paper exchange", () => {
  it.scoped(
    "FILL-12: where nobody has said a price an order rests, a limit and a fill being none, until somebody says one",
    () =>
      Effect.gen(function* () {
        const desk = yield* open()
        yield* send(desk.broker, terms({ ...unpriced, type: "limit", limitPrice: price("50") }))
        yield* send(desk.broker, terms(unpriced))
        yield* send(desk.broker, terms({ ...unpriced, type: "limit", limitPrice: price("160") }))
        yield* send(desk.broker, terms({ ...unpriced, timeInForce: "ioc" }))
        const [low] = yield* desk.exchange.orders
        yield* desk.exchange.instruct({
          id: "f",
          do: { fill: { brokerOrderId: low?.brokerOrderId ?? "", quantity: "0.5", price: "49" } }
        })
        expect(yield* said(desk)).toBeUndefined()
        expect(yield* statuses(desk)).toEqual(["partially_filled", "unpriced", "unpriced", "cancelled"])
        const shown = yield* desk.broker.order(
          (yield* desk.exchange.orders)[1]?.brokerOrderId ?? BrokerOrderId.make("-")
        )
        expect(shown.report).toMatchObject({ rawStatus: "unpriced", state: { _tag: "Open" } })

        yield* desk.exchange.instruct({ id: "p", do: { price: { symbol: "AAPL", price: "151.5" } } })
        expect(yield* statuses(desk)).toEqual(["partially_filled", "filled", "filled", "cancelled"])
        expect(yield* fillPrices(desk)).toEqual(["49", "151.5", "151.5"])
      })
  )

  it.scoped(
    "FILL-12: the first price that an order comes with trades what rests, and one that does not cross works on",
    () =>
      Effect.gen(function* () {
        const desk = yield* open()
        yield* send(desk.broker, terms({ ...unpriced, type: "limit", limitPrice: price("50") }))
        yield* send(desk.broker, terms(unpriced))
        yield* send(desk.broker, terms(known("150", 20)))
        expect(yield* statuses(desk)).toEqual(["new", "filled", "filled"])
        expect(yield* fillPrices(desk)).toEqual(["150", "150"])
      })
  )

  it.scoped("a fill that is asked for without a price is not done where there is none", () =>
    Effect.gen(function* () {
      const desk = yield* open()
      yield* desk.exchange.instruct({ id: "f", when: {}, do: { fill: {} } })
      yield* send(desk.broker, terms(unpriced))
      const again = yield* desk.exchange.instruct({ id: "f", when: {}, do: { fill: {} } })
      expect(again.did).toEqual([expect.stringContaining("not done: no price of AAPL is known; name one")])
      expect(yield* statuses(desk)).toEqual(["new"])
    })
  )

  it.scoped("a price for all of which nobody has said one trades them, and a limit that is worse than it rests", () =>
    Effect.gen(function* () {
      const desk = yield* open({ unsaidPrice: price("100") })
      yield* send(desk.broker, terms(unpriced))
      yield* send(desk.broker, terms({ ...unpriced, type: "limit", limitPrice: price("50") }))
      expect(yield* statuses(desk)).toEqual(["filled", "new"])
      expect(yield* fillPrices(desk)).toEqual(["100"])
      expect(yield* said(desk)).toBeUndefined()
    })
  )

  it.scoped("it goes by the newest price that an order came with, and has it for orders that come with none", () =>
    Effect.gen(function* () {
      const desk = yield* open()
      yield* send(desk.broker, terms(known("150", 20)))
      yield* send(desk.broker, terms(known("140", 10)))
      yield* send(desk.broker, terms({ referencePrice: undefined }))
      yield* send(desk.broker, terms(known("160", 30)))
      expect(yield* fillPrices(desk)).toEqual(["150", "150", "150", "160"])
      expect(yield* said(desk)).toEqual(["160", second(30)])
    })
  )

  it.scoped("FILL-12: a price that the exchange is opened with trades what rests, once", () =>
    Effect.gen(function* () {
      const { broker, exchange, file } = yield* open()
      yield* send(broker, terms({ ...unpriced, type: "limit", limitPrice: price("160") }))
      yield* send(broker, terms({ ...unpriced, type: "limit", limitPrice: price("50") }))
      const prices = new Map([["AAPL", price("150")]])
      for (const _ of [1, 2]) yield* Exchange.make({ file, prices })
      expect(yield* statuses({ broker, exchange, file })).toEqual(["filled", "new"])
      expect(yield* fillPrices({ broker, exchange, file })).toEqual(["150"])
    })
  )

  it.scoped("what a file of prices or an instruction says stands, whatever orders come with", () =>
    Effect.gen(function* () {
      const desk = yield* open({ prices: new Map([["AAPL", price("180")]]) })
      yield* send(desk.broker, terms(known("150", 20)))
      yield* desk.exchange.instruct({ id: "p", do: { price: { symbol: "AAPL", price: "181.5" } } })
      yield* send(desk.broker, terms(known("150", 30)))
      expect(yield* fillPrices(desk)).toEqual(["180", "181.5"])
      expect((yield* said(desk))?.[0]).toBe("181.5")
    })
  )

  it.scoped(
    "between the sides lies a spread: who buys pays half of it more, who sells gets half of it less, and a limit waits for its side",
    () =>
      Effect.gen(function* () {
        const desk = yield* open()
        const { broker, exchange } = desk
        const spread = (id: string, at: string, wide?: string) =>
          exchange.instruct({
            id,
            do: { price: { symbol: "AAPL", price: at, ...(wide === undefined ? {} : { spread: wide }) } }
          })
        yield* spread("p1", "150", "0.05")
        yield* send(broker, terms({}))
        yield* send(broker, terms({ side: "sell" }))
        yield* send(broker, terms({ type: "limit", limitPrice: price("150") }))
        yield* send(broker, terms({ type: "stop", stopPrice: price("151"), side: "buy" }))
        expect((yield* exchange.orders).map(({ status }) => status)).toEqual(["filled", "filled", "new", "new"])
        yield* spread("p2", "149.98", "0.04")
        // The next price says no spread, and there is none.
        yield* spread("p3", "151")
        expect(yield* fillPrices(desk)).toEqual(["150.025", "149.975", "150", "151"])
        expect((yield* said(desk))?.[0]).toBe("151")
        const refused = yield* Effect.either(spread("p4", "1", "2"))
        expect(String(refused)).toContain("wider")
      })
  )

  it.scoped("a limit order rests until the market crosses it, and trades at the market's price", () =>
    Effect.gen(function* () {
      const desk = yield* open()
      const { broker, exchange } = desk
      const resting = { type: "limit", limitPrice: price("149") } as const
      yield* send(broker, terms({ ...known("150", 1), ...resting, quantity: Quantity.unsafe("3") }))
      yield* send(broker, terms({ ...known("149.5", 2), symbol: Ticker.Ticker.make("KO") }))
      expect((yield* exchange.orders).map(({ status }) => status)).toEqual(["new", "filled"])
      yield* send(broker, terms(known("148.5", 3)))
      expect((yield* exchange.orders).map(({ status }) => status)).toEqual(["filled", "filled", "filled"])
      expect(yield* fillPrices(desk)).toEqual(["149.5", "148.5", "148.5"])
    })
  )
})

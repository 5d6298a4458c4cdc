import { PaperBroker } from "@roundlot/broker-paper"
import type { Exchange } from "@roundlot/broker-paper"
import { Decimal, Decisions, Fill, Instant, Price, Quantity, Reads, type Broker } from "@roundlot/core"
import { PriceReference } from "@roundlot/core/adapter"
import { Break, StartGate, Sweep, Tracking } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { account, audited, figures, statuses, submit, trade } from "../engine/Engine.ts"
import { driven, engineAt, sentNow } from "../engine/faults.ts"
import { clockAhead, startOf } from "./ahead.ts"
import type { Ahead } from "./ahead.ts"
import { names, places } from "./Place.ts"
import type { Name, Place } from "./Place.ts"
import { quoted } from "./quoted.ts"
import type { Market } from "./quoted.ts"
import { AAPL } from "./messages.ts"

const MINUTE_MS = 60_000
const QUARTER_MS = 15 * MINUTE_MS

/** A fill of three shares of AAPL that a trade at 150 dollars asked for, while the market is at 175. */
interface Filled {
  readonly what: string
  readonly at: ReadonlyArray<Name>
  /** What the exchange's market trades at where that is not 175, and what the broker says of it where that is something else. */
  readonly market?: string
  readonly says?: (nowMs: number) => Market
  /** The order's limit; without one it is at market. */
  readonly limit?: string
  /** How long after the order was sent it is filled, and at which price. */
  readonly afterMs: number
  readonly price: string
  /** What it was judged by, and how. */
  readonly judged: string
}

const http = ["schwab", "alpaca"] as const
const quoting = [...http, "ibkr"] as const

/** Of 20 % around 175 and around 150: in both, in the first alone, in the second alone. */
const filled: ReadonlyArray<Filled> = [
  {
    what: "near the market is inside, also where its trade was far away",
    at: names,
    afterMs: MINUTE_MS,
    price: "185.01",
    judged: "within, 175 market"
  },
  {
    what: "within the second of the quote is judged by that, which was known before the order was sent",
    at: names,
    afterMs: 0,
    price: "185.01",
    judged: "within, 175 market"
  },
  {
    what: "30 % from the market is kept and flagged, and holds nothing, also where its trade was near",
    at: names,
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "outside, 175 market"
  },
  {
    what: "is judged by bid and ask where the last trade is old",
    at: quoting,
    says: (now) => ({ last: { price: 140, at: now - QUARTER_MS - MINUTE_MS }, best: { bid: 174, ask: 176, at: now } }),
    afterMs: MINUTE_MS,
    price: "185.01",
    judged: "within, 175 market"
  },
  {
    what: "is judged by the last trade where nobody bids or offers",
    at: quoting,
    says: (now) => ({ last: { price: 175, at: now } }),
    afterMs: MINUTE_MS,
    price: "185.01",
    judged: "within, 175 market"
  },
  {
    what: "of an order with a limit is judged by a market, however much better than its limit it is",
    at: names,
    limit: "150",
    afterMs: MINUTE_MS,
    price: "141",
    judged: "within, 175 market"
  },
  {
    what: "of an order with a limit is judged by that where no market says a price",
    at: ["paper"],
    limit: "150",
    afterMs: QUARTER_MS + MINUTE_MS,
    price: "122.5",
    judged: "within, 150 limit"
  },
  {
    what: "is not judged by a market of more than a quarter of an hour before it",
    at: ["paper"],
    afterMs: QUARTER_MS + MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by a last trade that was fresh when it was asked for and is no more",
    at: quoting,
    says: (now) => ({ last: { price: 175, at: now - QUARTER_MS + MINUTE_MS / 2 } }),
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by a last trade that was old when it was asked for",
    at: quoting,
    says: (now) => ({ last: { price: 175, at: now - QUARTER_MS - MINUTE_MS } }),
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by bid and ask that were old when they were asked for",
    at: http,
    says: (now) => ({ best: { bid: 174, ask: 176, at: now - QUARTER_MS - MINUTE_MS } }),
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by a market of ten times the price of its trade",
    at: names,
    market: "1500",
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by a market of a tenth of the price of its trade",
    at: names,
    market: "15",
    afterMs: MINUTE_MS,
    price: "185.01",
    judged: "outside, 150 trades"
  },
  {
    what: "is not judged by a quote of zero",
    at: quoting,
    says: (now) => ({ last: { price: 0, at: now }, best: { bid: 0, ask: 0, at: now } }),
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  },
  {
    what: "is not judged by a quote that says nothing",
    at: quoting,
    says: () => ({}),
    afterMs: MINUTE_MS,
    price: "122.5",
    judged: "within, 150 trades"
  }
]

/** An engine at a broker; the paper exchange's market is a source of prices, as the daemon has it. */
const servicesAt = (name: Name, broker: Broker.BrokerService, { exchange }: Pick<Place, "exchange">) => {
  const { services } = engineAt(broker, exchange)
  const prices = Layer.succeed(PriceReference.PriceReference, PaperBroker.pricesOf(exchange))
  return name === "paper" ? Layer.provide(services, prices) : services
}

/** The next second of a row begins: what is cut to the second is of before what follows. */
const nextSecond = (ahead: Ahead) =>
  Effect.map(Clock.currentTimeMillis, (now) => void (ahead.ms += SECOND_MS - (now % SECOND_MS)))

const SECOND_MS = 1000

/** What asks for three shares: a trade of a minute ago, or a decision with a limit. */
const asked = (limit: string | undefined) =>
  Effect.gen(function* () {
    if (limit === undefined) {
      const tradedAt = Instant.fromMillis((yield* Clock.currentTimeMillis) - MINUTE_MS)
      yield* submit({ ...trade("buy", "3"), tradedAt })
      return yield* sentNow
    }
    const decisions = yield* Decisions.Decisions
    const { id } = yield* decisions.decide(account, {
      symbol: AAPL,
      side: "buy",
      quantity: Quantity.unsafe("3"),
      orderType: "limit",
      limitPrice: Price.unsafe(limit)
    })
    yield* decisions.execute(id)
  })

const read = Effect.zipRight(Sweep.sweep(account), Tracking.pollAll)

const format = (amount: Decimal.Decimal | undefined): string => (amount === undefined ? "-" : Decimal.format(amount))

const booked = Effect.map(Reads.all(Fill.FillTable), (all) =>
  all.map(
    ({ band, expectedFrom, expectedPrice, price, quantity }) =>
      `${format(quantity)} at ${format(price)}: ${band}, ${format(expectedPrice)} ${expectedFrom}`
  )
)

const breaks = Effect.map(Reads.all(Break.BreakTable), (all) => all.map(({ holds, kind }) => `${kind} holds ${holds}`))

/** The order rests, is filled at the price, and is read twice. */
const filledAt = (exchange: Exchange.ExchangeService, ahead: Ahead, { afterMs, limit, price }: Filled) =>
  Effect.gen(function* () {
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} } })
    yield* asked(limit)
    const [order] = yield* exchange.orders
    ahead.ms += afterMs
    yield* exchange.instruct({ id: "fill", do: { fill: { brokerOrderId: order?.brokerOrderId, price } } })
    yield* read
    yield* read
  })

/** The books have the fill as it is, and the next trade is sent. */
const assertBooked = ({ judged, limit, price }: Filled) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* booked, [`3 at ${price}: ${judged}`])
    assert.deepStrictEqual(yield* breaks, judged.startsWith("outside") ? ["OffBand holds nothing"] : [])
    if (limit === undefined)
      assert.deepInclude(yield* figures(AAPL), { target: "3", hedged: "3", inFlight: "0", residual: "0" })
    assert.deepStrictEqual(yield* audited, [])
    yield* submit(trade("buy", "1"))
    yield* sentNow
    assert.lengthOf(yield* statuses, 2)
  })

const assertFilled = (name: Name, row: Filled) => {
  const ahead = { ms: startOf(name) }
  return Effect.gen(function* () {
    const { market = "175", says } = row
    const place = yield* places[name](says !== undefined)
    const { exchange, tells } = place
    const broker = yield* place.connect
    yield* Effect.gen(function* () {
      yield* driven
      yield* StartGate.declared(account)
      yield* nextSecond(ahead)
      yield* exchange.instruct({ id: "market", do: { price: { symbol: AAPL, price: market } } })
      if (says !== undefined && name !== "paper") yield* tells(quoted[name](says(yield* Clock.currentTimeMillis)))
      yield* filledAt(exchange, ahead, row)
      yield* assertBooked(row)
    }).pipe(Effect.provide(servicesAt(name, broker, place)))
  }).pipe(Effect.withClock(clockAhead(ahead)))
}

const each = filled.flatMap((row) => row.at.map((name) => ({ name, row, what: row.what })))

describe("the band around what an order should have got, at a broker, over its protocol", () => {
  it.scopedLive.each(each)("FILL-12: a fill at $name $what", ({ name, row }) => assertFilled(name, row))
})

import { assert, describe, it } from "@effect/vitest"
import type { Exchange } from "@roundlot/broker-paper"
import { type Broker, Decimal, Order, Position } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import { Break, interpret } from "@roundlot/core/ledger"
import type { Desk } from "@roundlot/testing"
import { Effect } from "effect"
import * as Alpaca from "../../../broker-alpaca/test/setup.ts"
import * as Ibkr from "../../../broker-ibkr/test/setup.ts"
import * as Schwab from "../../../broker-schwab/test/setup.ts"
import { deskOf, perform } from "../../../core/test/Story.ts"

/** A broker whose adapter reaches its simulator over sockets, with the exchange behind that. */
interface Place {
  readonly broker: Broker.BrokerService
  readonly exchange: Exchange.ExchangeService
}

/** Of one share twice as many are asked for: what is due is one until a person accepts the split. */
const FOLLOWED = "submitted 0 of 2; hedged 0, under way 2; Excess O1"
const ENDED = "cancelled 0 of 1; hedged 0, under way 0"

/** Each broker, and what its books have of an order right after a split. */
const places = [
  ["Alpaca", Effect.map(Alpaca.open(), (place): Place => place), FOLLOWED],
  ["Schwab", Effect.map(Schwab.open({}, { servesAgainFor: 0 }), (place): Place => place), FOLLOWED],
  ["TWS", Effect.map(Ibkr.open(), (place): Place => place), ENDED]
] as const

const AT = ClientOrderId.BrokerOrderId.make("B-O1")

/** A desk that is due to buy one share, whose order is at the broker while its symbol is halted. */
const halted = ({ broker, exchange }: Place) =>
  Effect.gen(function* () {
    const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts: true })
    perform(desk, { do: "trade", id: "a", side: "buy", milli: 1000, held: false })
    yield* exchange.instruct({ id: "halt", do: { halt: { symbol: "AAPL" } } })
    const { answer } = yield* Alpaca.send(broker, Alpaca.terms())
    assert.strictEqual(answer._tag, "Accepted")
    perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
    return desk
  })

/** Hands the desk what the adapter reads of the order, as if it were the desk's own. */
const heard = (desk: Desk.Desk, { broker }: Place) =>
  Effect.gen(function* () {
    const window = yield* Alpaca.lately
    const orders = (yield* broker.orders(window)).received
    const fills = (yield* broker.fills(window)).received
    const { account, symbol } = desk
    const asTheDesks = { account, symbol, brokerOrderId: AT, clientOrderId: undefined }
    for (const { payload, report } of fills) {
      const own = { payload, report: { ...report, ...asTheDesks } }
      desk.commit("report", (recorder) => interpret.interpretFact(recorder, own))
    }
    for (const { payload, report } of orders) {
      // The desk's days are others than the broker's.
      const own = { payload, report: { ...report, ...asTheDesks, enteredAt: undefined } }
      desk.commit("report", (recorder) => interpret.interpretFact(recorder, own))
    }
    return books(desk)
  })

const shares = (amount = Decimal.zero): string => Decimal.format(amount)

/** What the books have: the order, the shares that are hedged and under way, and open breaks. */
const books = (desk: Desk.Desk): string => {
  const [order] = desk.all(Order.OrderTable)
  const [position] = desk.all(Position.PositionTable)
  const breaks = desk.all(Break.BreakTable).filter(({ closedAt }) => closedAt === undefined)
  return [
    `${order?.status} ${shares(order?.filled)} of ${shares(order?.quantity)}`,
    `hedged ${shares(position?.hedged)}, under way ${shares(position?.inFlight)}`,
    ...breaks.map(({ kind, subject }) => `${kind} ${subject}`)
  ].join("; ")
}

describe("the books, right after what happens at a market", () => {
  for (const [name, open, afterSplit] of places) {
    it.scopedLive(`${name}: an order rests in a halt, under way, and is hedged when its symbol trades again`, () =>
      Effect.gen(function* () {
        const place = yield* open
        const desk = yield* halted(place)
        assert.strictEqual(yield* heard(desk, place), "submitted 0 of 1; hedged 0, under way 1")
        yield* place.exchange.instruct({ id: "resume", do: { resume: { symbol: "AAPL" } } })
        assert.strictEqual(yield* heard(desk, place), "filled 1 of 1; hedged 1, under way 0")
      })
    )

    it.scopedLive(
      `${name}: an order that rests is as the broker has it after a split, and what it asks for beyond what is due is an excess`,
      () =>
        Effect.gen(function* () {
          const place = yield* open
          const desk = yield* halted(place)
          yield* place.exchange.instruct({ id: "split", do: { split: { symbol: "AAPL", from: "1", to: "2" } } })
          assert.strictEqual(yield* heard(desk, place), afterSplit)
        })
    )
  }
})

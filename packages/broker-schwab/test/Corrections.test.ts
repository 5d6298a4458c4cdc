import { assert, describe, it } from "@effect/vitest"
import { Decimal, Quantity } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { lately, open, send, terms, words } from "./setup.ts"

const shown = (received: ReadonlyArray<Report.Received<Report.Executed>>) => {
  const bases = [...new Set(received.map(({ report }) => report.execIdBase))]
  return received.map(
    ({ report: { execIdBase, price, quantity, revision } }) =>
      `${bases.indexOf(execIdBase)}#${revision} ${Decimal.format(quantity)} at ${price && Decimal.format(price)}`
  )
}

/** An order of three shares that was filled in two parts, each read once. */
const filled = Effect.gen(function* () {
  const place = yield* open({}, { servesAgainFor: 0 })
  yield* place.exchange.instruct({ id: "accept", when: {}, do: { accept: {} } })
  const { answer } = yield* send(place.broker, terms({ quantity: Quantity.unsafe("3") }))
  if (answer._tag !== "Accepted") return yield* Effect.dieMessage(words(answer))
  const { brokerOrderId } = answer
  yield* place.exchange.instruct({ id: "f1", do: { fill: { quantity: "1", price: "100", brokerOrderId } } })
  yield* place.exchange.instruct({ id: "f2", do: { fill: { quantity: "2", price: "101", brokerOrderId } } })
  const fills = Effect.map(place.broker.fillsOf(brokerOrderId), ({ received }) => shown(received))
  assert.deepStrictEqual(yield* fills, ["0#1 1 at 100", "1#1 2 at 101"])
  const [first, second] = yield* place.exchange.fills
  return { ...place, brokerOrderId, fills, bases: [first?.execIdBase ?? "", second?.execIdBase ?? ""] as const }
})

describe("what Schwab corrects", () => {
  it.scopedLive(
    "SYNC-3: another price is a revision, an undone execution one of no shares, each told once and for all",
    () =>
      Effect.gen(function* () {
        const { bases, broker, brokerOrderId, exchange, fills } = yield* filled
        const before = yield* broker.order(brokerOrderId)
        yield* exchange.instruct({ id: "c", do: { correct: { execId: bases[0], price: "99" } } })
        const revised = ["0#1 1 at 100", "1#1 2 at 101", "0#2 1 at 99"]
        assert.deepStrictEqual(yield* fills, revised)
        yield* exchange.instruct({ id: "b", do: { bust: { execId: bases[1] } } })
        const busted = [...revised, "1#2 0 at 101"]
        assert.deepStrictEqual(yield* fills, busted)
        assert.deepStrictEqual(yield* fills, busted)
        assert.deepStrictEqual(shown((yield* broker.fills(yield* lately)).received), busted)
        const after = yield* broker.order(brokerOrderId)
        assert.isAbove(Number(after.report.asOf), Number(before.report.asOf))
        const { received } = yield* broker.fillsOf(brokerOrderId)
        assert.isTrue(received.every(({ report }) => report.executedAt <= after.report.asOf))
      })
  )

  it.scopedLive(
    "SYNC-13: what no transaction reports is no revision, and is not listed by a reading that is whole without it",
    () =>
      Effect.gen(function* () {
        const { bases, broker, brokerOrderId, exchange, fills } = yield* filled
        const nothing = { answer: { status: 200, body: "[]" } }
        yield* exchange.instruct({ id: "n", when: { operation: "fills" }, do: nothing, times: 9 })
        yield* exchange.instruct({ id: "b", do: { bust: { execId: bases[1] } } })
        assert.deepStrictEqual(yield* fills, ["0#1 1 at 100"])
        const { report } = yield* broker.order(brokerOrderId)
        assert.strictEqual(report._tag === "OrderSeen" && Decimal.format(report.cumulative ?? Decimal.zero), "1")
      })
  )
})

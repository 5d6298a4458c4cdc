import { assert, describe, it } from "@effect/vitest"
import { Instant } from "@roundlot/core"
import { ClientOrderId, XnysCalendar } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"
import { open, send, terms, words } from "./setup.ts"

const SECOND_MS = 1_000

/** When an order is placed, and when the market opens after that. */
const nights: ReadonlyArray<readonly [what: string, placed: string, opens: string]> = [
  ["over a night", "2026-11-18T22:00:00Z", "2026-11-19T14:30:00Z"],
  ["over a weekend", "2026-11-20T21:00:00Z", "2026-11-23T14:30:00Z"],
  ["after a half day, at the second it ends", "2026-11-27T18:00:00Z", "2026-11-30T14:30:00Z"],
  ["over a holiday", "2026-11-25T21:00:00Z", "2026-11-27T14:30:00Z"],
  ["over the night in which clocks go forward", "2026-03-06T21:00:00Z", "2026-03-09T13:30:00Z"],
  ["over the night in which clocks go back", "2026-10-30T20:00:00Z", "2026-11-02T14:30:00Z"]
]

const millisOf = (text: string): number => Instant.toMillis(Instant.parse(text) ?? Instant.make(0n))

/** Where an order stands at a time. */
const standing = (broker: Effect.Effect.Success<ReturnType<typeof open>>["broker"], id: string) =>
  Effect.gen(function* () {
    const { report } = yield* broker.order(ClientOrderId.BrokerOrderId.make(id))
    return report._tag === "OrderSeen" ? [report.rawStatus, report.state._tag] : [report._tag]
  })

describe("orders that are placed at Schwab while the market is closed", () => {
  it.scoped.each(nights.map(([what, placed, opens]) => ({ what, placed, opens })))(
    "FILL-16: rest $what, the login's tokens renewed meanwhile, and fill when the market opens",
    ({ opens, placed }) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(millisOf(placed))
        const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt }, { servesAgainFor: 0 })
        const { answer } = yield* send(broker, terms())
        if (answer._tag !== "Accepted") return assert.fail(words(answer))
        const { brokerOrderId } = answer
        assert.deepStrictEqual(yield* standing(broker, brokerOrderId), ["PENDING_ACTIVATION", "Open"])
        yield* TestClock.setTime(millisOf(opens) - SECOND_MS)
        assert.deepStrictEqual(yield* standing(broker, brokerOrderId), ["PENDING_ACTIVATION", "Open"])
        yield* TestClock.setTime(millisOf(opens))
        assert.deepStrictEqual(yield* standing(broker, brokerOrderId), ["FILLED", "Closed"])
        const [execution] = (yield* broker.fillsOf(brokerOrderId)).received
        assert.isAtLeast(Instant.toMillis(execution?.report.executedAt ?? Instant.make(0n)), millisOf(opens))
        const listed = yield* broker.orders({
          from: Instant.fromMillis(millisOf(placed) - SECOND_MS),
          to: Instant.fromMillis(millisOf(placed) + SECOND_MS)
        })
        assert.lengthOf(listed.received, 1)
        assert.lengthOf(
          (yield* exchange.requests).filter(({ operation }) => operation === "place"),
          1
        )
      })
  )
})

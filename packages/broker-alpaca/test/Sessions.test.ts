import { assert, describe, it } from "@effect/vitest"
import { Instant } from "@roundlot/core"
import { ClientOrderId, OrderState, XnysCalendar } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"
import { open, send, terms, words } from "./setup.ts"

const SECOND_MS = 1_000

const millisOf = (text: string): number => Instant.toMillis(Instant.parse(text) ?? Instant.make(0n))

const CLOSES = "2026-11-20T21:00:00Z"
const OPENS = "2026-11-23T14:30:00Z"

describe("orders that are placed at Alpaca while the market is closed", () => {
  it.scoped("FILL-16: are accepted, cannot be replaced, and fill when it opens", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(millisOf(CLOSES))
      const { broker } = yield* open({ isOpen: XnysCalendar.isOpenAt })
      const { answer } = yield* send(broker, terms())
      if (answer._tag !== "Accepted") return assert.fail(words(answer))
      const { brokerOrderId } = answer
      const status = Effect.map(broker.order(brokerOrderId), ({ report }) =>
        report._tag === "OrderSeen" ? [report.rawStatus, report.state._tag] : [report._tag]
      )
      yield* TestClock.setTime(millisOf(OPENS) - SECOND_MS)
      assert.deepStrictEqual(yield* status, ["accepted", "Open"])
      const acceptedAt = Instant.fromMillis(millisOf(CLOSES))
      const submitted = OrderState.OrderState.Submitted({ brokerOrderIds: [brokerOrderId], acceptedAt })
      const replaced = yield* broker.replace?.(submitted, { quantity: terms().quantity }) ?? Effect.void
      const notYet = "unable to replace order, order isn't sent to exchange yet"
      assert.containSubset(replaced, { _tag: "Refused", code: "40010001", words: notYet })
      yield* TestClock.setTime(millisOf(OPENS))
      assert.deepStrictEqual(yield* status, ["filled", "Closed"])
      const [execution] = (yield* broker.fillsOf(ClientOrderId.BrokerOrderId.make(brokerOrderId))).received
      assert.isAtLeast(Instant.toMillis(execution?.report.executedAt ?? Instant.make(0n)), millisOf(OPENS))
    })
  )
})

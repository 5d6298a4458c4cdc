import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { open, send, terms, words } from "./setup.ts"

describe("orders that are placed at TWS while the market is closed", () => {
  it("FILL-16: are PreSubmitted, and fill when it opens", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          let isOpen = false
          const { broker, exchange } = yield* open({ isOpen: () => isOpen }, { servesAgainFor: 0 })
          const { answer } = yield* send(broker, terms())
          if (answer._tag !== "Accepted") return yield* Effect.die(words(answer))
          const status = Effect.map(broker.order(answer.brokerOrderId), ({ report }) =>
            report._tag === "OrderSeen" ? [report.rawStatus, report.state._tag] : [report._tag]
          )
          expect(yield* status).toEqual(["PreSubmitted", "Open"])
          expect(yield* exchange.fills).toEqual([])
          isOpen = true
          expect(yield* status).toEqual(["Filled", "Closed"])
        })
      )
    ))
})

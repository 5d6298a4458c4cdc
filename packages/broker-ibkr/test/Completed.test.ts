import { Quantity } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { lately, open, send, terms, words } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const three = terms({ quantity: Quantity.unsafe("3") })

describe("a filled order that TWS lists over 0 shares", () => {
  it("is read and listed as filled, over the shares that were filled", () =>
    run(
      Effect.gen(function* () {
        const { broker } = yield* open({ quantityOfFilled: "zero" })
        const { answer } = yield* send(broker, three)
        expect(words(answer)).toBe("Accepted")
        const filled = { _tag: "OrderSeen", quantity: three.quantity, cumulative: three.quantity, rawStatus: "Filled" }
        const { report: found } = yield* (
          broker.lookup?.(three.clientOrderId) ?? Effect.dieMessage("nothing is looked up")
        )
        expect(found).toMatchObject(filled)
        const { complete, received } = yield* broker.orders(yield* lately)
        expect(complete).toBe(true)
        expect(received.map(({ report }) => report)).toMatchObject([filled])
      })
    ))

  it("is so alone: one that was cancelled is listed over what was asked for", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange, simulator } = yield* open({ quantityOfFilled: "zero" })
        yield* exchange.instruct({ id: "rests", do: { accept: {} } })
        yield* send(broker, three)
        const [order] = yield* exchange.orders
        yield* exchange.cancel(simulator.account, order?.brokerOrderId ?? "")
        const { received } = yield* broker.orders(yield* lately)
        const cancelled = { quantity: three.quantity, rawStatus: "Cancelled" }
        expect(received.map(({ report }) => report)).toMatchObject([cancelled])
      })
    ))
})

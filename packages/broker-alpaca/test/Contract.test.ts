import { Decimal } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { BrokerContract } from "@roundlot/testing"
import { describeBroker } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"

describeBroker("Alpaca", place, [
  "client order ids",
  "unique client order ids",
  "streaming",
  "fractions",
  "notional orders",
  "corrections",
  "replacing",
  "short sales",
  "proof",
  "clock",
  "quotes"
])

type Service = Broker.BrokerService

const ordersAs =
  (change: (order: Report.OrderSeen) => Report.OrderSeen) =>
  ({ order }: Service): Partial<Service> => ({
    order: (id) =>
      Effect.map(order(id), ({ payload, report }) => ({
        payload,
        report: report._tag === "OrderSeen" ? change(report) : report
      }))
  })

/** Wrong brokers of what Alpaca has and the paper exchange has not, and the beginning of the clause that finds each. */
const wrong: ReadonlyArray<readonly [breaks: string, does: string, change: (broker: Service) => Partial<Service>]> = [
  [
    "an order of a fraction",
    "reads whole shares alone",
    ordersAs((order) => ({ ...order, quantity: Decimal.floorTo(order.quantity, Decimal.unsafe("1")) }))
  ],
  [
    "an order over dollars",
    "asks for whole dollars",
    ({ prepareNotional }) => ({
      prepareNotional:
        prepareNotional &&
        ((terms) => prepareNotional({ ...terms, notional: Decimal.floorTo(terms.notional, Decimal.unsafe("1")) }))
    })
  ],
  [
    "a replaced order",
    "says that it was heard, and asks nobody",
    () => ({ replace: () => Effect.succeed({ _tag: "Requested" }) })
  ],
  [
    "a replaced order",
    "asks for the other quantity alone",
    ({ replace }) => ({ replace: replace && ((order, { quantity }) => replace(order, { quantity })) })
  ],
  ["a replaced order", "forgets the id that it had", ordersAs((order) => ({ ...order, otherIds: undefined }))]
]

describe("the contract of a broker finds out", () => {
  it.each(wrong)("SDK-2: %s: one that %s", async (breaks, _, change) => {
    const clause = BrokerContract.clauses.find(({ name }) => name.startsWith(breaks))
    if (clause === undefined) throw new Error(`no clause begins with ${breaks}`)
    const at = Effect.map(place, (right) => ({
      ...right,
      patience: "3 seconds" as const,
      broker: { ...right.broker, ...change(right.broker) }
    }))
    const outcome = await Effect.runPromise(
      Effect.scoped(Effect.flatMap(at, (wrongPlace) => BrokerContract.outcomeAt(clause, wrongPlace)))
    )
    expect(outcome).toMatchObject({ _tag: "Broken", message: expect.stringContaining(`clause ${breaks}`) })
  })
})

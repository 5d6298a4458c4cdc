import { Broker } from "@roundlot/core"
import { ClientOrderId, type Id, type OrderTerms } from "@roundlot/core/adapter"
import { BrokerStorm, Simulation } from "@roundlot/testing"
import { Cause, Effect, Either, Exit } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"

const START_MS = Date.UTC(2026, 6, 1, 15)

/** What a storm over the exchange finds, on a clock that jumps to whatever comes next. */
const weathered = (
  change: (right: Broker.BrokerService) => Partial<Broker.BrokerService>,
  seed = 1
): BrokerStorm.Outcome => {
  const changed = Effect.map(place, (right) => ({
    ...right,
    broker: Broker.altered(right.broker, change(right.broker))
  }))
  const exit = Simulation.run(BrokerStorm.weather(changed, { seed, longest: "30 seconds" }), {
    seed: String(seed),
    startMs: START_MS
  })
  return Exit.getOrElse(exit, (cause) => expect.fail(Cause.pretty(cause)))
}

/** The executions that were listed, every other one left out. */
const everyOther = <L extends { readonly received: ReadonlyArray<unknown> }>(listing: L): L => ({
  ...listing,
  received: listing.received.filter((_, index) => index % 2 === 0)
})

/** The same order under another id. */
const again = (
  prepare: Broker.BrokerService["prepare"],
  terms: OrderTerms.OrderTerms,
  attemptId: Id.AttemptId
): Effect.Effect<void> =>
  Either.match(
    prepare({ ...terms, clientOrderId: ClientOrderId.ClientOrderId.make(`${terms.clientOrderId.slice(0, -1)}2`) }),
    {
      onLeft: () => Effect.void,
      onRight: ({ send }) => Effect.asVoid(send(attemptId))
    }
  )

const wrong: ReadonlyArray<
  readonly [does: string, finding: RegExp, change: (right: Broker.BrokerService) => Partial<Broker.BrokerService>]
> = [
  [
    "holds other shares than its executions come to",
    /its executions come to .*, it holds/,
    ({ positions }) => ({
      positions: Effect.map(positions, (listed) => ({ ...listed, holdings: listed.holdings.slice(1) }))
    })
  ],
  [
    "does not list every execution",
    /its executions come to|a break holds/,
    ({ fills, fillsOf }) => ({
      fills: (window) => Effect.map(fills(window), everyOther),
      fillsOf: (id) => Effect.map(fillsOf(id), everyOther),
      updates: undefined
    })
  ],
  [
    "lists every other order",
    /is in the books and not in the broker's listing/,
    ({ orders }) => ({ orders: (window) => Effect.map(orders(window), everyOther) })
  ],
  [
    "executes nothing",
    /it executed no order/,
    ({ prepare }) => ({
      prepare: (terms) =>
        Either.flatMap(prepare(terms), () => Either.left(new Broker.Refusal({ code: "no", words: "not today" })))
    })
  ],
  ["is of real money", /the broker says paper/, () => ({ environment: "live" })],
  ["never says what it holds", /it has not ended/, () => ({ positions: Effect.never })],
  [
    "places each order twice",
    /is at the broker and not in the books|a break holds/,
    ({ prepare }) => ({
      prepare: (terms) =>
        Either.map(prepare(terms), ({ request, send }) => ({
          request,
          send: (attemptId) => Effect.zipLeft(send(attemptId), again(prepare, terms, attemptId))
        }))
    })
  ]
]

describe("a storm over the paper exchange", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "SDK-2: seed %i: is weathered; every execution is in the books once, and no order is there twice",
    (seed) => {
      const { executions, faults, findings, orders } = weathered(() => ({}), seed)
      expect(findings).toEqual([])
      expect(Math.min(faults, orders, executions)).toBeGreaterThan(3)
    }
  )

  it("SDK-2: the same seed deals the same faults", () => {
    expect(weathered(() => ({}), 4)).toEqual(weathered(() => ({}), 4))
  })

  it.each(wrong)("SDK-2: finds a broker that %s", (_, finding, change) => {
    expect(weathered(change).findings.join("\n")).toMatch(finding)
  })
})

import { BrokerContract } from "@roundlot/core/testing"
import { describeBroker } from "@roundlot/core/testing/vitest"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"
import { wrongBrokers } from "./wrongBrokers.ts"

describeBroker("the paper exchange", place, [
  "client order ids",
  "unique client order ids",
  "streaming",
  "corrections",
  "short sales",
  "clock"
])

/** Clauses that this exchange cannot be held to, and that other brokers are. */
const elsewhere = ["an order of a fraction", "an order over dollars", "a replaced order"]

const outcomeOf = (beginning: string, change: (right: BrokerContract.Place) => BrokerContract.Place) => {
  const clause = BrokerContract.clauses.find(({ name }) => name.startsWith(beginning))
  if (clause === undefined) throw new Error(`no clause begins with ${beginning}`)
  const run = Effect.flatMap(place, (right) => BrokerContract.outcomeAt(clause, change(right)))
  return Effect.runPromise(Effect.scoped(run))
}

describe("what the contract of a broker says", () => {
  it("a broken clause says what was asked, what came back, and what to do", async () => {
    const late = await outcomeOf("FILL-2", (right) => ({
      ...right,
      patience: "300 millis",
      broker: { ...right.broker, fills: () => Effect.never }
    }))
    const day = /\d{4}-\d\d-\d\dT[\d:.]+Z/g
    expect(late._tag === "Broken" && late.message.replace(day, "T").split("\n")).toEqual([
      "a call ends",
      "  clause FILL-2, SYNC-2: what an order filled is the same however and however often it is asked for, and sums to its total",
      "  asked  fills(T to T), after buy 3 AAPL market day regular",
      "  wanted an answer within place.patience",
      "  found  fills(T to T) has not ended",
      "  do     Stop at the last page, and where a page says that it is its own next one; bound the wait for an answer"
    ])
  })

  it("a clause whose situation cannot be staged is skipped with the reason", async () => {
    const without = await outcomeOf("a partial fill is shown", (right) => ({ ...right, stage: undefined }))
    expect(without).toMatchObject({ _tag: "Skipped", reason: "place.stage.fill is left away" })
    const reason = "the sandbox fills every order at once"
    const failing = await outcomeOf("an order that is taken is found", (right) => ({
      ...right,
      tell: () => new BrokerContract.CannotStage({ reason })
    }))
    expect(failing).toMatchObject({ _tag: "Skipped", reason })
    const undeclared = await outcomeOf("FILL-10", (right) => {
      const capabilities = { ...right.broker.capabilities, streaming: false }
      return { ...right, broker: { ...right.broker, capabilities } }
    })
    expect(undeclared).toMatchObject({ reason: "broker.capabilities.streaming says that it has none" })
  })

  it("nothing is sent to a broker that says that its money is real", async () => {
    let sends = 0
    const outcome = await outcomeOf("an order that is taken is found", (right) => ({
      ...right,
      broker: {
        ...right.broker,
        environment: "live",
        prepare: (terms) => {
          sends++
          return right.broker.prepare(terms)
        }
      }
    }))
    expect(outcome).toMatchObject({ _tag: "Broken", message: expect.stringContaining("the broker says paper") })
    expect(sends).toBe(0)
  })
})

describe("the contract of a broker finds out", () => {
  it("every promise has a broker that breaks it", () => {
    const beginnings = [...wrongBrokers.map(([breaks]) => breaks), ...elsewhere]
    const unbroken = BrokerContract.clauses.filter(({ name }) => !beginnings.some((one) => name.startsWith(one)))
    expect(unbroken.map(({ name }) => name)).toEqual([])
  })

  it.each(wrongBrokers)("SDK-2: %s: one that %s", async (breaks, _, wrong) => {
    const clause = BrokerContract.clauses.find(({ name }) => name.startsWith(breaks))
    if (clause === undefined) throw new Error(`no clause begins with ${breaks}`)
    const at = Effect.map(place, (right) => wrong({ ...right, patience: "300 millis" }))
    const outcome = await Effect.runPromise(
      Effect.scoped(Effect.flatMap(at, (wrongPlace) => BrokerContract.outcomeAt(clause, wrongPlace)))
    )
    expect(outcome).toMatchObject({ _tag: "Broken", message: expect.stringContaining(`clause ${breaks}`) })
  })
})

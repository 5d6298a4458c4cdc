import { BrokerContract } from "@roundlot/testing"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"
import { wrongBrokers } from "./wrongBrokers.ts"

/** Clauses that this exchange cannot be held to, and that other brokers are. */
const elsewhere = ["an order of a fraction", "an order over dollars", "a replaced order"]

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

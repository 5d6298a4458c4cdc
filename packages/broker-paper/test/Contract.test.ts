import { BrokerContract } from "@roundlot/testing"
import { describeBroker } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"

describeBroker("the paper exchange", place, [
  "client order ids",
  "unique client order ids",
  "streaming",
  "corrections",
  "short sales",
  "clock"
])

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

  it("an answer of another kind is shown with what it says", async () => {
    const unclear = await outcomeOf("AUD-7: an order that is refused", (right) => ({
      ...right,
      tell: () => Effect.void
    }))
    expect(unclear._tag === "Broken" && unclear.message).toContain('  wanted "Refused"\n  found  "Accepted"')
    const lost = await outcomeOf("AUD-7: an order that is refused", (right) => ({
      ...right,
      tell: () => right.tell?.("loses the answer") ?? Effect.void
    }))
    expect(lost._tag === "Broken" && lost.message).toMatch(/ {2}found {2}"Unknown .+"/)
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

import { describe, expect, test } from "vitest"
import { honest } from "./honestSequences.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { play } from "./sequences.ts"

describe("W1 to W14 are not too strict: what honest brokers say ends without a break that stops anything", () => {
  test.each(honest)("%s (%s)", (_, __, steps, comesTo, begins) => {
    const { desk, outcome } = play(steps, begins)
    expect(outcome).toEqual({ comesTo, open: [], held: [], waits: [] })
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })
})

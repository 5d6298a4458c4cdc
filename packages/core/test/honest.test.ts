import { setImmediate } from "node:timers/promises"
import { afterEach, describe, expect, test } from "vitest"
import { honest } from "./honestSequences.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { play } from "./sequences.ts"

const named = honest.map(([what, source, steps, comesTo, begins]) => ({ what, source, steps, comesTo, begins }))

// Books are played without a pause: the test runner has its turn in between.
afterEach(() => setImmediate())

describe("W1 to W14 are not too strict: what honest brokers say ends without a break that stops anything", () => {
  test.each(named)("$what ($source)", ({ begins, comesTo, steps }) => {
    const { desk, outcome } = play(steps, begins)
    expect(outcome).toEqual({ comesTo, open: [], held: [], waits: [] })
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })
})

import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { attempt } from "./attempt.ts"
import { corpusOf } from "./corpus.ts"
import { mutated } from "./mutation.ts"
import { targets } from "./targets.ts"

const RUNS = 400

describe("what comes from outside is a value or a typed error, whatever bytes it is", () => {
  test.each(Object.entries(targets))("%s", (name, target) => {
    const corpus = corpusOf(name)
    expect(corpus.length).toBeGreaterThan(0)
    for (const input of corpus) attempt(target, input)
    fc.assert(
      fc.property(mutated(corpus), (input) => attempt(target, input)),
      { numRuns: RUNS }
    )
  })
})

import { FastCheck as fc } from "effect"
import { describe, test } from "vitest"
import { problemsOf } from "./invariants.ts"
import { play, policies, runs, wishes } from "./Story.ts"

describe("random histories", () => {
  test("A4: after every commit everything is covered once, and B3, D2 and D5 hold", () => {
    fc.assert(
      fc.property(policies, wishes(60), (policy, list) => {
        play(policy, list, { committed: (desk) => problemsOf(desk)[0] })
      }),
      runs(60)
    )
  })
})

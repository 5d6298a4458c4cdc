import { Effect, FastCheck as fc } from "effect"
import { expect, test } from "vitest"
import { leastId } from "../../../queries/src/leastId.ts"

test("the least id since a moment is found in few reads: none that is meant is below it, none that is not above it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 60 }), fc.nat(60), (ids, fresh) => {
      const sorted = ids.toSorted((a, b) => a - b)
      const meant = sorted.slice(Math.max(0, sorted.length - fresh))
      const newest = sorted.at(-1) ?? 0
      let reads = 0
      const least = Effect.runSync(
        leastId(newest, (from) =>
          Effect.sync(() => {
            reads++
            const id = sorted.find((each) => each >= from)
            return id === undefined ? undefined : { id, isMeant: meant.includes(id) }
          })
        )
      )
      expect(sorted.filter((id) => id >= least)).toEqual(meant)
      const span = newest - (sorted.at(-meant.length - 1) ?? 0)
      expect(reads).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(span + 2)) + 4)
    })
  )
})

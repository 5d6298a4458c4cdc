import { describe, expect, it } from "vitest"
import { durationText, progressText } from "../src/terminal/Progress.ts"

const at = (done: number, total: number | undefined, ms: number) =>
  progressText("Importing", "rows", { done, total }, ms)

describe("the progress of something long", () => {
  it("says how many, what share, and how long it will take once that can be said", () => {
    expect(at(1200, undefined, 9000)).toBe("Importing 1,200 rows")
    expect(at(1200, 40_000, 1000)).toBe("Importing 1,200 of 40,000 rows, 3 %")
    expect(at(10_000, 40_000, 4000)).toBe("Importing 10,000 of 40,000 rows, 25 %, 12 s left")
    expect(at(40_000, 40_000, 4000)).toBe("Importing 40,000 of 40,000 rows, 100 %, 0 s left")
    expect(at(40_001, 40_000, 4000)).toBe("Importing 40,001 rows")
  })

  it("durations are said as people say them", () => {
    expect([400, 40_000, 192_000, 7_500_000].map(durationText)).toEqual(["0 s", "40 s", "3 min 12 s", "2 h 05 min"])
  })
})

import { describe, expect, test } from "vitest"
import { FillTable } from "../src/records/Fill.ts"
import { BreakTable, evidenceOf } from "../src/records/Break.ts"
import { figures, isSound } from "./sound.ts"
import { deskAfter } from "./partlyOrdered.ts"
import { perform, type Step } from "./Story.ts"

/** Two orders of a share each for the same symbol, one after the other; the first is filled by `e1`. */
const two: ReadonlyArray<Step> = [
  { do: "trade", id: "T1", side: "buy", milli: 1000, held: false },
  { do: "send", order: 1, got: "accepted", time: 1 },
  { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 1000, time: 2 },
  { do: "trade", id: "T2", side: "buy", milli: 1000, held: false },
  { do: "send", order: 2, got: "accepted", time: 3 }
]

const revised = { do: "fill", side: "buy", exec: "e1", revision: 2, milli: 900, time: 4 } as const

describe("F8 of reconciliation: a revision that names another order than its execution has", () => {
  test("takes no fill away: it is shown, counted nowhere, and holds its symbol", () => {
    const desk = deskAfter(two)
    perform(desk, { ...revised, at: "B-O2", order: 2 })
    expect(desk.all(FillTable)).toHaveLength(1)
    expect(figures(desk)).toEqual(["0", "2", "2", "1", "0", "0"])
    expect(desk.all(BreakTable).map((each) => [each.kind, each.subject, evidenceOf(each)])).toEqual([
      ["FillMismatch", "O1", expect.stringContaining("names O2, but its execution is recorded for a different order")]
    ])
    isSound(desk)
  })

  test("is a correction as ever where it names its own order", () => {
    const desk = deskAfter(two)
    perform(desk, { ...revised, at: "B-O1", order: 1 })
    expect(desk.all(FillTable)).toHaveLength(2)
    expect(desk.all(BreakTable).map(({ kind }) => kind)).not.toContain("FillMismatch")
    isSound(desk)
  })
})

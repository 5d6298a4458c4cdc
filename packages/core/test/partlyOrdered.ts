import type { Desk } from "@roundlot/testing"
import { deskOf, perform, type Step } from "./Story.ts"

/** Lots of one share, at the market. */
export const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

/** 3.7 shares come in as 3.4 and 0.3; 3 are ordered and filled. */
export const partlyOrdered: ReadonlyArray<Step> = [
  { do: "trade", id: "T1", side: "buy", milli: 3400, held: false },
  { do: "send", order: 1, got: "accepted", time: 1 },
  { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 3000, time: 2 },
  { do: "trade", id: "T2", side: "buy", milli: 300, held: false }
]

/** A desk of that policy to which so much has happened. */
export const deskAfter = (steps: ReadonlyArray<Step> = partlyOrdered): Desk.Desk => {
  const desk = deskOf(policy)
  for (const step of steps) perform(desk, step)
  return desk
}

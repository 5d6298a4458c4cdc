import { expect } from "vitest"
import { checkConservation, begin, fold } from "../src/ledger/audit.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { PositionTable } from "../src/records/Position.ts"
import type { Desk } from "@roundlot/testing"
import { foldedLines, journalOf, storedLines } from "./rows.ts"

/** Tables are what the journal says, and every figure is the sum of its parts. */
export const isSound = (desk: Desk.Desk): void => {
  expect(foldedLines(desk)).toEqual(storedLines(desk))
  const folded = begin()
  for (const entry of journalOf(desk)) fold(folded, desk.account, entry)
  for (const _ of checkConservation(folded));
  expect(folded.findings.filter(({ where }) => !where.startsWith("journal"))).toEqual([])
}

/** Base, exposure, target, hedged, residual and open lots of the one position. */
export const figures = (desk: Desk.Desk): ReadonlyArray<string> => {
  const [position] = desk.all(PositionTable)
  if (position === undefined) throw new Error("no position")
  const { base, exposure, hedged, openLots, residual, target } = position
  return [base, exposure, target, hedged, residual, openLots].map(Decimal.format)
}

/** The tags of what a commit wrote into the journal. */
export const tagsAfter = (desk: Desk.Desk, commit: () => unknown): ReadonlyArray<string> => {
  const before = desk.store.heads().get(desk.account)?.seq ?? 0
  commit()
  return journalOf(desk)
    .filter(({ seq }) => seq > before)
    .map(({ tag }) => tag)
}

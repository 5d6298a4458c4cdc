import { expect, test } from "vitest"
import { emptyHead, hashOf } from "../src/events/Entry.ts"
import { begin, checkConservation, fold } from "../src/ledger/audit.ts"
import { deskAfter } from "./partlyOrdered.ts"
import { journalOf } from "./rows.ts"

/** What an audit says of a journal in which a field of its execution, 3 at 100, is another and every hash made to follow. */
const auditedWith = (field?: string, to?: string): ReadonlyArray<string> => {
  const desk = deskAfter()
  const folded = begin()
  let before = emptyHead.hash
  for (const given of journalOf(desk)) {
    const isChanged = given.tag === "FillRecorded" && field !== undefined
    const body = isChanged ? given.body.replace(new RegExp(`"${field}":"[^"]+"`), `"${field}":"${to}"`) : given.body
    const entry = { ...given, body }
    const hash = hashOf(before, entry)
    fold(folded, desk.account, { ...entry, hash })
    before = hash
  }
  for (const _ of checkConservation(folded));
  return folded.findings.map(({ what, where }) => `${where}: ${what}`)
}

test("LOT-12: an audit finds executions whose shares or dollars are not what their order is said to have filled", () => {
  expect(auditedWith()).toEqual([])
  expect(auditedWith("quantity", "2")).toEqual(["orders 1: its executions and inferred shares are 2, it filled 3 (F5)"])
  expect(auditedWith("price", "100.01")).toEqual(["orders 1: its executions cost 300.03, its notional is 300 (F5)"])
})

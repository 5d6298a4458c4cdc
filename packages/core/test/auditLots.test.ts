import { expect, test } from "vitest"
import { emptyHead, hashOf } from "../src/events/Entry.ts"
import { begin, checkLots, fold } from "../src/ledger/audit.ts"
import { perform } from "../src/rules/operator/Command.ts"
import { FillId } from "../src/values/Id.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { deskAfter, partlyOrdered } from "./partlyOrdered.ts"
import { journalOf } from "./rows.ts"
import type { Step } from "./Story.ts"

/** 3 are bought, then 2 are sold. */
const traded: ReadonlyArray<Step> = [
  ...partlyOrdered,
  { do: "trade", id: "T3", side: "sell", milli: 2700, held: false },
  { do: "send", order: 2, got: "accepted", time: 3 },
  { do: "fill", at: "B-O2", order: 2, side: "sell", exec: "e2", revision: 1, milli: 2000, time: 4 }
]

/** What an audit says where the sale is to close shares of a lot, and the quantity of every execution that is so many is another in the journal. */
const auditedWith = (openedBy: number, shares: string, from = "-", to = "-"): ReadonlyArray<string> => {
  const desk = deskAfter(traded)
  const lots = [{ openedBy: FillId.make(openedBy), quantity: Quantity.unsafe(shares) }]
  const command = { _tag: "IdentifyLots", symbol: desk.symbol, fillId: FillId.make(2), lots } as const
  desk.commit("command", (recorder) => perform(recorder, "lots", command, "long term first"))
  const folded = begin()
  let before = emptyHead.hash
  for (const given of journalOf(desk)) {
    const isFill = given.tag === "FillRecorded"
    const body = isFill ? given.body.replace(`"quantity":"${from}"`, `"quantity":"${to}"`) : given.body
    const entry = { ...given, body }
    const hash = hashOf(before, entry)
    fold(folded, desk.account, { ...entry, hash })
    before = hash
  }
  for (const _ of checkLots(folded));
  return folded.findings.map(({ what, where }) => `${where}: ${what}`)
}

test("LOT-13: an audit finds lots that are identified by other fills, for more shares than the fill has, or whose shares are not held", () => {
  expect(auditedWith(1, "2")).toEqual([])
  expect(auditedWith(7, "2")).toEqual(["lots of F2: they are identified by fills that are none of its symbol (LOT-13)"])
  expect(auditedWith(1, "3")).toEqual(["lots of F2: 3 shares are identified, the fill has 2 (LOT-13)"])
  expect(auditedWith(1, "2", "3", "2.5")).toEqual([
    "lots of desk/AAPL: their shares are 0.5, the books hold 1 (LOT-13)"
  ])
})

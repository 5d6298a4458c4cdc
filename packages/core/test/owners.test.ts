import { describe, expect, test } from "vitest"
import { Desk } from "@roundlot/testing"
import { contradictionText } from "../src/records/breakText.ts"
import * as Break from "../src/records/Break.ts"
import { OwnerId } from "../src/records/OwnerId.ts"
import { openOf, OwnerPositionTable, type OwnerPosition } from "../src/records/OwnerPosition.ts"
import * as Trade from "../src/records/Trade.ts"
import { begin, checkConservation, fold, type Fold } from "../src/ledger/audit.ts"
import { acceptSplit } from "../src/rules/operator/split.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import * as Intake from "../src/rules/trade/intake.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Quantity from "../src/values/Quantity.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { perform, type Step } from "./Story.ts"
import { journalOf } from "./rows.ts"
import { isSound } from "./sound.ts"

const AT = Instant.make(1_600_000_000_000_000n)

interface Given {
  readonly id: string
  readonly owner?: string
  readonly side?: "buy" | "sell"
  readonly quantity?: string
  readonly reverses?: string
}

const take = (desk: Desk.Desk, { id, owner, quantity = "0.3", reverses, side = "buy" }: Given): Intake.IntakeResult =>
  desk.commit("trade", (recorder) =>
    Intake.intake(recorder, {
      input: {
        ...Trade.input({
          source: "app",
          sourceId: id,
          symbol: "AAPL",
          side,
          quantity: Quantity.unsafe(quantity),
          tradedAt: AT
        }),
        reverses: reverses === undefined ? undefined : { sourceId: reverses, occurrence: "0" },
        ...(owner === undefined ? {} : { owner: OwnerId.make(owner) })
      },
      symbol: desk.symbol,
      direction: undefined,
      held: undefined,
      backfill: "orders"
    })
  )

const ownersOf = (desk: Desk.Desk) => desk.all(Trade.TradeTable).map(({ owner, sourceId }) => `${sourceId} ${owner}`)

describe("the owner of a trade", () => {
  test("B1: is part of its contents: another one, or none, where one is on record is a conflict that names it", () => {
    const desk = Desk.make()
    expect(take(desk, { id: "t-1", owner: "a" })._tag).toBe("Accepted")
    expect(take(desk, { id: "t-1", owner: "a" })._tag).toBe("Duplicate")
    expect(take(desk, { id: "t-1", owner: "b" })).toMatchObject({ _tag: "Conflict", why: "owner was a, is b" })
    expect(take(desk, { id: "t-1" })).toMatchObject({ _tag: "Conflict", why: expect.stringContaining("owner was a") })
    take(desk, { id: "t-2" })
    expect(take(desk, { id: "t-2", owner: "a" })).toMatchObject({ why: expect.stringContaining("is a") })
    expect(ownersOf(desk)).toEqual(["t-1 a", "t-2 undefined"])
  })

  test("B4: a reversal has its trade's owner, said or not; one that names another undoes nothing", () => {
    const desk = Desk.make()
    const undo = { side: "sell", reverses: "t-1" } as const
    take(desk, { id: "t-1", owner: "a" })
    const other = take(desk, { id: "r-0", owner: "b", ...undo })
    const [{ id } = { id: undefined }] = desk.all(Trade.TradeTable)
    const why = id && contradictionText({ _tag: "DoesNotUndo", reversal: "r-0", tradeId: id })
    expect(other).toMatchObject({ _tag: "Conflict", why })
    expect(take(desk, { id: "r-1", ...undo })._tag).toBe("Accepted")
    expect(take(desk, { id: "r-1", ...undo })._tag).toBe("Duplicate")
    expect(take(desk, { id: "r-1", owner: "a", ...undo })._tag).toBe("Duplicate")
    expect(ownersOf(desk)).toEqual(["t-1 a", "r-1 a"])
    expect(desk.all(Break.BreakTable)).toHaveLength(1)
  })

  test("B4: a reversal that came first gets the owner of its trade; one that came for another owner fails", () => {
    const desk = Desk.make()
    take(desk, { id: "r-1", side: "sell", reverses: "t-1" })
    take(desk, { id: "r-2", side: "sell", reverses: "t-2", owner: "b" })
    take(desk, { id: "t-1", owner: "a" })
    take(desk, { id: "t-2", owner: "a" })
    expect(ownersOf(desk)).toEqual(["r-1 a", "r-2 b", "t-1 a", "t-2 a"])
    const statuses = desk.all(Trade.TradeTable).map(({ reason, status }) => [status, reason])
    expect(statuses.slice(0, 2)).toEqual([
      ["completed", undefined],
      ["failed", "Conflict"]
    ])
  })

  test("B4: a person's reversal has it too", () => {
    const desk = Desk.make()
    const taken = take(desk, { id: "t-1", owner: "a" })
    desk.commit("command", (recorder) => Commands.reverseTrade(recorder, taken.tradeId))
    expect(ownersOf(desk)).toEqual(["t-1 a", "t-1/reversed a"])
  })
})

const rows = (desk: Desk.Desk) =>
  desk
    .all(OwnerPositionTable)
    .map((row) => `${row.owner} ${[row.ordered, row.executed, openOf(row), row.direct].map(Decimal.format).join(" ")}`)

const split = (desk: Desk.Desk, to: number, from: number) =>
  desk.commit("command", (recorder) =>
    acceptSplit(recorder, { symbol: desk.symbol, to, from, cashInLieu: undefined }, "announced")
  )

const withOwner = (trade: Trade.Trade | undefined, owner: OwnerId): Trade.Trade => {
  if (trade === undefined) throw new Error("no trade")
  return { ...trade, owner }
}

const story = (desk: Desk.Desk, ...steps: ReadonlyArray<Step>) => {
  for (const step of steps) perform(desk, step)
}

const bought: ReadonlyArray<Step> = [
  { do: "send", order: 1, got: "accepted", time: 1 },
  { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 3000, time: 2 }
]

/** Ordered, executed, open and direct of each owner. */
describe("C7: what an owner has", () => {
  test("is kept with each commit; shares that trades of two owners net are executed for both", () => {
    const desk = Desk.make()
    take(desk, { id: "t-1", owner: "a", quantity: "1.5" })
    take(desk, { id: "t-2", owner: "b", quantity: "1.5" })
    take(desk, { id: "t-3", quantity: "0.4" })
    take(desk, { id: "t-4", owner: "b", side: "sell", quantity: "0.2" })
    expect(rows(desk)).toEqual(["a 1.5 0.2 1.3 0", "b 1.3 -0.2 1.5 0"])
    isSound(desk)
  })

  test("has what direct trades fill beside the queue, through busts and splits", () => {
    const desk = Desk.make()
    story(desk, { do: "trade", id: "a", side: "buy", milli: 3000, held: false, direct: true }, ...bought)
    expect(rows(desk)).toEqual(["ann 0 0 0 3"])
    split(desk, 2, 1)
    expect(rows(desk)).toEqual(["ann 0 0 0 6"])
    story(desk, { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 2, milli: 1000, time: 3 })
    expect(rows(desk)).toEqual(["ann 0 0 0 2"])
    isSound(desk)
  })

  test("is the same after splits, in the shares of today: open by open, what is held as a whole", () => {
    const desk = Desk.make({ lot: Quantity.unsafe("3"), threshold: Quantity.unsafe("3") })
    take(desk, { id: "t-1", owner: "a", quantity: "2" })
    take(desk, { id: "t-2", owner: "b", quantity: "1.7" })
    story(desk, ...bought)
    expect(rows(desk)).toEqual(["a 2 2 0 0", "b 1.7 1 0.7 0"])
    split(desk, 2, 1)
    expect(rows(desk)).toEqual(["a 4 4 0 0", "b 3.4 2 1.4 0"])
    isSound(desk)
    split(desk, 1, 3)
    isSound(desk)
    // The fill of before the splits is busted: what each has back is open in the shares of today.
    story(desk, { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 2, milli: 0, time: 3 })
    isSound(desk)
    expect(desk.all(OwnerPositionTable).map(({ executed }) => Decimal.format(executed))).toEqual(["0", "0"])
  })

  test("is recalculated by an audit: a wrong row, and one that is not there, are findings", () => {
    const desk = Desk.make()
    take(desk, { id: "t-1", owner: "a", quantity: "0.5" })
    const findingsAfter = (change: (books: Fold["books"], row: OwnerPosition) => void) => {
      const folded = begin()
      for (const entry of journalOf(desk)) fold(folded, desk.account, entry)
      for (const row of folded.books.owner_positions.all()) change(folded.books, row)
      for (const _ of checkConservation(folded));
      return folded.findings.filter(({ where }) => where.startsWith("owner_positions")).map(({ what }) => what)
    }
    expect(findingsAfter(() => undefined)).toEqual([])
    const half = Decimal.unsafe("0.25")
    expect(findingsAfter(({ owner_positions }, row) => owner_positions.put({ ...row, ordered: half }))).toEqual([
      "ordered shares are not the sum of its trades (C7)"
    ])
    expect(findingsAfter(({ owner_positions }, row) => owner_positions.put({ ...row, executed: half }))).toEqual([
      "executed shares are not what its trades have settled (C7)"
    ])
    const strange = OwnerId.make("z")
    expect(findingsAfter(({ owner_positions }, row) => owner_positions.put({ ...row, owner: strange }))).toEqual([
      "ordered shares are not the sum of its trades (C7)"
    ])
    expect(findingsAfter(({ trades }) => trades.put(withOwner([...trades.all()][0], strange)))).toEqual([
      "ordered shares are not the sum of its trades (C7)",
      "has trades but no row (C7)"
    ])
  })
})

import { describe, expect, test } from "vitest"
import { perform as carryOut } from "../src/rules/operator/Command.ts"
import { acceptSplit, type Split } from "../src/rules/operator/split.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { TradeId } from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { LotTable } from "../src/records/Lot.ts"
import { PositionTable } from "../src/records/Position.ts"
import { TradeTable } from "../src/records/Trade.ts"
import type { Desk } from "@roundlot/testing"
import { deskAfter, partlyOrdered, policy } from "./partlyOrdered.ts"
import { figures, isSound, tagsAfter } from "./sound.ts"
import { deskOf, perform, type Step } from "./Story.ts"
import { answered } from "./answered.ts"

/** 2 more were held before. */
const deskWith = (steps: ReadonlyArray<Step> = partlyOrdered): Desk.Desk => {
  const desk = deskAfter(steps)
  desk.commit("command", (recorder) =>
    carryOut(
      recorder,
      "base",
      { _tag: "AdjustPosition", symbol: desk.symbol, as: "base", by: Decimal.unsafe("2"), price: undefined },
      "held before"
    )
  )
  return desk
}

const split = (desk: Desk.Desk, to: number, from: number, cashInLieu?: Split["cashInLieu"]) =>
  desk.commit("command", (recorder) =>
    acceptSplit(recorder, { symbol: desk.symbol, to, from, cashInLieu }, "announced")
  )

const open = (desk: Desk.Desk) =>
  desk.all(LotTable).flatMap(({ open: shares }) => (Decimal.isZero(shares) ? [] : [Decimal.format(shares)]))

describe("P9: a split that is accepted", () => {
  test("multiplies base, target, hedged and every open lot in one entry", () => {
    const desk = deskWith()
    expect(figures(desk)).toEqual(["2", "3.7", "3.7", "3", "0.7", "0.7"])
    const tags = tagsAfter(desk, () =>
      expect(split(desk, 10, 1)).toMatchObject({
        _tag: "Done",
        what: "AAPL of desk is split 10 for 1: the books hold 50"
      })
    )
    expect(tags.filter((tag) => tag === "SplitAccepted")).toHaveLength(1)
    expect(figures(desk)).toEqual(["20", "37", "37", "30", "0", "0"])
    expect(answered(desk.all(PositionTable)[0])).toBe("Ordered(O2)")
    isSound(desk)
  })

  test("is accepted once by two who decided it on the same holdings, and so is an adjustment", () => {
    const desk = deskWith()
    const decided = (command: Parameters<typeof carryOut>[2], id: string) =>
      desk.commit("command", (recorder) => carryOut(recorder, id, command, "announced").answer)
    const { symbol } = desk
    const twice = {
      _tag: "AcceptSplit",
      symbol,
      to: 2,
      from: 1,
      cashInLieu: undefined,
      held: Decimal.unsafe("5")
    } as const
    expect(decided(twice, "s-1")).toMatchObject({ _tag: "Done" })
    expect(decided(twice, "s-2")).toEqual({
      _tag: "Refused",
      why: "the books now hold 10 AAPL; this request was based on 5: review it again"
    })
    const by = Decimal.unsafe("-2")
    const sold = {
      _tag: "AdjustPosition",
      symbol,
      as: "hedged",
      by,
      price: undefined,
      held: Decimal.unsafe("10")
    } as const
    expect(decided(sold, "a-1")).toMatchObject({ _tag: "Done" })
    expect(decided(sold, "a-2")).toMatchObject({
      _tag: "Refused",
      why: expect.stringContaining("the books now hold 8 AAPL")
    })
    isSound(desk)
  })

  test("that leaves less than a lot orders nothing, and trades come to what they are in the new shares", () => {
    const desk = deskWith()
    split(desk, 1, 2)
    expect(figures(desk)).toEqual(["1", "1.85", "1.85", "1.5", "0.35", "0.35"])
    expect(open(desk)).toEqual(["0.2", "0.15"])
    isSound(desk)
    perform(desk, { do: "trade", id: "T3", side: "buy", milli: 650, held: false })
    perform(desk, { do: "send", order: 2, got: "accepted", time: 3 })
    perform(desk, { do: "fill", at: "B-O2", order: 2, side: "buy", exec: "e2", revision: 1, milli: 1000, time: 4 })
    expect(figures(desk)).toEqual(["1", "2.5", "2.5", "2.5", "0", "0"])
    expect(desk.all(TradeTable).map(({ status }) => status)).toEqual(["completed", "completed", "completed"])
    isSound(desk)
  })

  test("whose ratio does not come out even keeps every sum exact", () => {
    const desk = deskWith()
    split(desk, 1, 3)
    expect(figures(desk)[4]).toBe(figures(desk)[5])
    isSound(desk)
    split(desk, 3, 1)
    isSound(desk)
  })

  test("with cash in lieu sells the fraction without an order at the broker", () => {
    const desk = deskWith()
    const cash = { quantity: Quantity.unsafe("0.5"), price: Price.unsafe("12.5") }
    expect(split(desk, 1, 2, cash)).toMatchObject({ what: "AAPL of desk is split 1 for 2: the books hold 2" })
    expect(figures(desk)).toEqual(["1", "1.85", "1.85", "1", "0.85", "0.85"])
    isSound(desk)
    split(desk, 2, 1)
    isSound(desk)
  })

  test("is refused while an order of the symbol is live, for a ratio that is none, and where there is nothing", () => {
    const desk = deskWith(partlyOrdered.slice(0, 2))
    expect(split(desk, 2, 1)).toMatchObject({
      _tag: "Refused",
      why: expect.stringContaining("O1 of AAPL is submitted")
    })
    for (const [to, from] of [
      [1, 1],
      [0, 1],
      [1.5, 1],
      [2, -1],
      [10_001, 1]
    ] as const) {
      expect(split(desk, to, from)._tag).toBe("Refused")
    }
    expect(split(deskOf(policy), 2, 1)._tag).toBe("Refused")
    const filled = deskWith()
    filled.commit("report", ({ emit }) =>
      emit({
        _tag: "FillWaits",
        execId: "e9",
        execIdBase: "e9",
        revision: 1,
        symbol: filled.symbol,
        side: "buy",
        quantity: Decimal.unsafe("1"),
        executedAt: filled.now(),
        asOf: filled.now()
      })
    )
    expect(split(filled, 2, 1)).toMatchObject({ _tag: "Refused", why: expect.stringContaining("waits for its order") })
  })

  test("B4: a trade from before it is not reversed in other shares", () => {
    const desk = deskWith()
    split(desk, 2, 1)
    const id = TradeId.make(1)
    const refused = desk.commit("command", (recorder) => commands.reverseTrade(recorder, id))
    expect(refused).toMatchObject({ _tag: "Refused", why: expect.stringContaining("predates a split") })
    perform(desk, { do: "reverse", id: "R1", of: "T2", side: "sell", milli: 300 })
    expect(desk.all(TradeTable).at(-1)?.reason).toContain("BeforeSplit")
    isSound(desk)
  })

  test("multiplies long queues whole", () => {
    const many = Array.from({ length: 200 }, (_, i): Step => ({
      do: "trade",
      id: `T${i}`,
      side: "buy",
      milli: 1,
      held: false
    }))
    const desk = deskWith(many)
    split(desk, 3, 1)
    expect(figures(desk)).toEqual(["6", "0.6", "0.6", "0", "0.6", "0.6"])
    expect(new Set(open(desk))).toEqual(new Set(["0.003"]))
    isSound(desk)
  })
})

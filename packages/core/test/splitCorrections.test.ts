import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { OrderTable } from "../src/records/Order.ts"
import { OwnerPositionTable } from "../src/records/OwnerPosition.ts"
import { PositionTable } from "../src/records/Position.ts"
import { TradeTable } from "../src/records/Trade.ts"
import { AllocationTable } from "../src/records/Allocation.ts"
import { bookAbsent } from "../src/rules/reconciliation/busts.ts"
import { OrderId } from "../src/values/Id.ts"
import { acceptSplit } from "../src/rules/operator/split.ts"
import * as Decimal from "../src/values/Decimal.ts"
import type { Desk } from "@roundlot/testing"
import { deskAfter } from "./partlyOrdered.ts"
import { figures, isSound } from "./sound.ts"
import { runs } from "./properties.ts"
import { perform, type Step } from "./Story.ts"

const split = (desk: Desk.Desk, to: number, from: number): void => {
  const answer = desk.commit("command", (recorder) =>
    acceptSplit(recorder, { symbol: desk.symbol, to, from, cashInLieu: undefined }, "announced")
  )
  expect(answer._tag).toBe("Done")
}

type Side = "buy" | "sell"

const trade = (id: string, milli: number, side: Side = "buy"): Step => ({ do: "trade", id, side, milli, held: false })
const sent = (order: number): Step => ({ do: "send", order, got: "accepted", time: 1 })
const fill = (exec: string, revision: number, milli: number, order = 1, side: Side = "buy"): Step => ({
  do: "fill",
  at: `B-O${order}`,
  order,
  side,
  exec,
  revision,
  milli,
  time: revision === 1 ? 2 : 10 + revision
})
const ended = (
  milli: number,
  said: "filled" | "cancelled",
  cumulative: number,
  order = 1,
  side: Side = "buy"
): Step => ({
  do: "report",
  at: `B-O${order}`,
  order,
  side,
  milli,
  said,
  cumulative,
  time: 6,
  read: true
})

/** Ten shares ordered and filled. */
const ten: ReadonlyArray<Step> = [
  trade("T1", 10_000),
  sent(1),
  fill("e1", 1, 6000),
  fill("e2", 1, 4000),
  ended(10_000, "filled", 10_000)
]

const inFlight = (desk: Desk.Desk): string => Decimal.format(desk.all(PositionTable)[0]?.inFlight ?? Decimal.zero)

/** Held for the order, not yet hedged and not in flight: what the next order is about. */
const standing = (desk: Desk.Desk) => {
  const [, , target, hedged, residual] = figures(desk)
  return { target, hedged, residual, inFlight: inFlight(desk) }
}

describe("P9: what an order of before a split filled is corrected in the shares of then", () => {
  test("a correction moves as many shares of now as the ratio makes of it", () => {
    const desk = deskAfter(ten)
    split(desk, 2, 1)
    perform(desk, fill("e2", 2, 3000))
    const { hedged, target } = standing(desk)
    expect({ hedged, target }).toEqual({ hedged: "18", target: "20" })
    isSound(desk)
  })

  test("a bust takes all of it away, and its broker's word brings all of it back", () => {
    const desk = deskAfter(ten)
    split(desk, 3, 2)
    const before = standing(desk)
    expect(before).toMatchObject({ hedged: "15", target: "15" })
    perform(desk, fill("e1", 2, 0))
    expect(standing(desk)).toMatchObject({ hedged: "6", target: "15" })
    isSound(desk)
    perform(desk, fill("e1", 3, 6000))
    expect(standing(desk)).toEqual(before)
    isSound(desk)
  })

  test("an order that is filled no more has in flight what is left of it in the shares of now", () => {
    const desk = deskAfter(ten)
    split(desk, 2, 1)
    perform(desk, fill("e2", 2, 3000))
    const { hedged, inFlight: open, residual, target } = standing(desk)
    expect(Decimal.format(Decimal.sum([hedged, open, residual].map((each) => Decimal.unsafe(each ?? "0"))))).toBe(
      target
    )
    expect(["0", "2"]).toContain(open)
  })

  test("a late execution of an order that ended short comes in the shares of now too", () => {
    const desk = deskAfter([trade("T1", 3000), sent(1), fill("e1", 1, 1000), ended(3000, "cancelled", 1000)])
    split(desk, 10, 1)
    perform(desk, fill("e2", 1, 1000))
    expect(standing(desk)).toMatchObject({ hedged: "20", target: "30" })
    isSound(desk)
  })

  test("splits one after the other are counted one after the other, and each order from its own time on", () => {
    const desk = deskAfter(ten)
    split(desk, 2, 1)
    for (const step of [trade("T2", 3000), sent(2), fill("f1", 1, 3000, 2), ended(3000, "filled", 3000, 2)])
      perform(desk, step)
    split(desk, 3, 1)
    expect(standing(desk)).toMatchObject({ hedged: "69", target: "69" })
    perform(desk, fill("e2", 2, 3000))
    expect(standing(desk).hedged).toBe("63")
    perform(desk, fill("f1", 2, 2000, 2))
    expect(standing(desk)).toMatchObject({ hedged: "60", target: "69" })
    isSound(desk)
  })

  test("an order that the split itself made is of the shares of after", () => {
    const desk = deskAfter([trade("T1", 700)])
    split(desk, 10, 1)
    expect(desk.all(OrderTable).map(({ quantity }) => Decimal.format(quantity))).toEqual(["7"])
    for (const step of [sent(1), fill("e1", 1, 7000), ended(7000, "filled", 7000)]) perform(desk, step)
    expect(standing(desk)).toMatchObject({ hedged: "7", target: "7", residual: "0" })
    isSound(desk)
  })

  test("direct and adopted orders move their own figures", () => {
    const desk = deskAfter([
      { do: "trade", id: "D1", side: "buy", milli: 10_000, held: false, direct: true },
      sent(1),
      fill("e1", 1, 10_000),
      ended(10_000, "filled", 10_000)
    ])
    split(desk, 2, 1)
    perform(desk, fill("e1", 2, 9000))
    expect(Decimal.format(desk.all(PositionTable)[0]?.direct ?? Decimal.zero)).toBe("18")
    isSound(desk)
  })

  test("where shares were joined, busts of the parts sum up to a bust of the whole", () => {
    const desk = deskAfter(ten)
    split(desk, 1, 3)
    for (const [exec, revision, milli] of [
      ["e1", 2, 5000],
      ["e2", 2, 1000],
      ["e1", 3, 0],
      ["e2", 3, 0]
    ] as const) {
      perform(desk, fill(exec, revision, milli))
      isSound(desk)
    }
    expect(standing(desk).hedged).toBe("0")
  })

  test("C3: what is filled beyond the trades shrinks first, in the shares of now", () => {
    const desk = deskAfter([trade("T1", 3000), sent(1), fill("e1", 1, 3000), fill("e2", 1, 2000)])
    perform(desk, ended(3000, "filled", 5000))
    split(desk, 2, 1)
    expect(standing(desk)).toMatchObject({ hedged: "10", target: "6" })
    perform(desk, fill("e2", 2, 1000))
    expect(standing(desk)).toMatchObject({ hedged: "8", target: "6" })
    perform(desk, fill("e2", 3, 0))
    expect(standing(desk)).toMatchObject({ hedged: "6", target: "6", residual: "0" })
    expect(desk.all(OrderTable)[0]).toMatchObject({ excess: Decimal.zero, splitExcess: Decimal.zero })
    isSound(desk)
  })

  test("B3: trades that a multiplied excess covers are completed", () => {
    const desk = deskAfter([trade("T1", 3000), sent(1), fill("e1", 1, 5000)])
    perform(desk, ended(3000, "filled", 5000))
    split(desk, 2, 1)
    perform(desk, trade("T2", 4000))
    expect(desk.all(TradeTable).map(({ status }) => status)).toEqual(["completed", "completed"])
    isSound(desk)
  })

  test("B3: what is filled beyond the trades shrinks after a joining, and the trades stay completed", () => {
    const desk = deskAfter([trade("T1", 3000), sent(1), fill("e1", 1, 3000), fill("e2", 1, 5000)])
    perform(desk, ended(3000, "filled", 8000))
    split(desk, 1, 10)
    perform(desk, fill("e2", 2, 2000))
    expect(standing(desk)).toMatchObject({ hedged: "0.5" })
    expect(desk.all(AllocationTable).map(({ settled }) => Decimal.format(settled))).toEqual(["3"])
    expect(desk.all(TradeTable).map(({ status }) => status)).toEqual(["completed"])
    isSound(desk)
  })

  test("what an uneven ratio leaves of a correction, less than a part of before can be, is booked too", () => {
    const trades = [trade("T1", 100), trade("T2", 100), trade("T3", 100), trade("T4", 700)]
    const desk = deskAfter([...trades, sent(1), fill("e1", 1, 1000), ended(1000, "filled", 1000)])
    split(desk, 7, 3)
    perform(desk, fill("e1", 2, 100))
    expect(standing(desk).hedged).toBe("0.233333333333")
    isSound(desk)
  })

  test("what a trade of after the split took of the excess goes back as it is", () => {
    const desk = deskAfter([trade("T1", 3000), sent(1), fill("e1", 1, 5000)])
    perform(desk, ended(3000, "filled", 5000))
    split(desk, 2, 1)
    perform(desk, trade("T2", 4000))
    perform(desk, fill("e1", 2, 3000))
    expect(standing(desk)).toMatchObject({ hedged: "6", target: "10" })
    expect(desk.all(TradeTable).map(({ splitOpen }) => Decimal.format(splitOpen))).toEqual(["0", "0"])
    const released = desk.all(AllocationTable).filter(({ releasedAt }) => releasedAt !== undefined)
    expect(released.map(({ quantity }) => Decimal.format(quantity))).toEqual(["4"])
    isSound(desk)
  })

  test("F5: an execution that its broker lists no more is judged by its holdings in the shares of now", () => {
    const desk = deskAfter(ten.slice(0, 4))
    split(desk, 2, 1)
    const absent = (held: string) =>
      desk.commit("report", (recorder) =>
        bookAbsent(recorder, {
          symbol: desk.symbol,
          since: desk.now(),
          orders: new Map([[OrderId.make(1), { execIds: ["e2.1"], total: undefined }]]),
          isProven: true,
          held: Decimal.unsafe(held)
        })
      )
    expect(absent("16").busted).toEqual([])
    expect(absent("12").busted).toEqual(["e2.1"])
    expect(standing(desk)).toMatchObject({ hedged: "12", target: "20" })
    isSound(desk)
  })

  test("C7: corrections after a split leave what the same corrections before it would have left, also to an owner", () => {
    const history = fc.record({
      ratio: fc.constantFrom([2, 1], [3, 1], [10, 1], [3, 2], [1, 2]),
      trades: fc.array(
        fc.integer({ min: 1, max: 20 }).map((n) => n * 1000),
        { minLength: 1, maxLength: 4 }
      ),
      fills: fc.array(
        fc.integer({ min: 1, max: 8 }).map((n) => n * 1000),
        { minLength: 1, maxLength: 4 }
      ),
      corrections: fc.array(
        fc.tuple(
          fc.nat({ max: 3 }),
          fc.integer({ min: 0, max: 8 }).map((n) => n * 1000)
        ),
        {
          minLength: 1,
          maxLength: 6
        }
      )
    })
    fc.assert(
      fc.property(history, ({ corrections, fills, ratio: [to = 1, from = 1], trades }) => {
        const size = trades[0] ?? 0
        const done = Math.min(
          size,
          fills.reduce((a, b) => a + b, 0)
        )
        const base: ReadonlyArray<Step> = [
          // Of an owner.
          trade("T1", size),
          sent(1),
          ...fills.map((milli, i) => fill(`e${i}`, 1, milli)),
          ended(
            size,
            done < size ? "cancelled" : "filled",
            fills.reduce((a, b) => a + b, 0)
          )
        ]
        const corrected = corrections.map(([i, milli], n) => fill(`e${i % fills.length}`, n + 2, milli))
        const run = (steps: ReadonlyArray<Step>, isSplitFirst: boolean) => {
          const desk = deskAfter(base)
          if (desk.all(OrderTable).some(({ status }) => status === "partially_filled")) return undefined
          if (isSplitFirst) split(desk, to, from)
          for (const step of steps) perform(desk, step)
          isSound(desk)
          const [owned] = desk.all(OwnerPositionTable)
          return [figures(desk)[3], owned && Decimal.format(owned.executed)]
        }
        const after = run(corrected, true)
        const plain = run(corrected, false)
        if (after === undefined || plain === undefined) return
        const expected = plain.map((shares) =>
          Decimal.divide(
            Decimal.multiply(Decimal.unsafe(shares ?? ""), Decimal.unsafe(String(to))),
            Decimal.unsafe(String(from)),
            12
          )
        )
        expect(after).toEqual(expected.map(Decimal.format))
      }),
      runs(40)
    )
  })
})

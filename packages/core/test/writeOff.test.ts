import * as Decimal from "../src/values/Decimal.ts"
import { describe, expect, test } from "vitest"
import { perform as carryOut } from "../src/rules/operator/Command.ts"
import { foresee } from "../src/rules/operator/foresee.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { TradeId } from "../src/values/Id.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { TradeTable } from "../src/records/Trade.ts"
import type { Desk } from "@roundlot/testing"
import { deskAfter, partlyOrdered, policy } from "./partlyOrdered.ts"
import { figures, isSound, tagsAfter } from "./sound.ts"
import { deskOf, perform } from "./Story.ts"

const writeOff = (desk: Desk.Desk, quantity?: string, owed?: string) =>
  desk.commit(
    "command",
    (recorder) =>
      carryOut(
        recorder,
        `off ${desk.now()}`,
        {
          _tag: "WriteOff",
          symbol: desk.symbol,
          quantity: quantity === undefined ? undefined : Quantity.unsafe(quantity),
          owed: owed === undefined ? undefined : Decimal.unsafe(owed)
        },
        "delisted"
      ).answer
  )

describe("write-off", () => {
  test("puts a lot of the opposite sign into target and not into exposure, with its reason, and nets it", () => {
    const desk = deskAfter()
    expect(figures(desk)).toEqual(["0", "3.7", "3.7", "3", "0.7", "0.7"])
    const tags = tagsAfter(desk, () =>
      expect(writeOff(desk)).toEqual({ _tag: "Done", what: "0.7 AAPL of desk are written off by trade T3" })
    )
    expect(tags.filter((tag) => tag === "RestWrittenOff")).toHaveLength(1)
    expect(figures(desk)).toEqual(["0", "3.7", "3", "3", "0", "0"])
    const [, , written] = desk.all(TradeTable)
    expect(written).toMatchObject({
      kind: "write_off",
      side: "sell",
      status: "completed",
      reason: "WrittenOff",
      detail: "delisted"
    })
    expect(desk.all(TradeTable).map(({ status }) => status)).toEqual(["completed", "completed", "completed"])
    isSound(desk)
    expect(writeOff(desk, "0.1")).toMatchObject({ _tag: "Refused", why: "AAPL of desk has no residual" })
  })

  test("takes a part out of the oldest of what is owed, and what comes in later is ordered as ever", () => {
    const desk = deskAfter()
    writeOff(desk, "0.5")
    expect(figures(desk)).toEqual(["0", "3.7", "3.2", "3", "0.2", "0.2"])
    expect(desk.all(TradeTable).map(({ status }) => status)).toEqual(["completed", "accumulated", "completed"])
    isSound(desk)
    perform(desk, { do: "trade", id: "T4", side: "buy", milli: 900, held: false })
    expect(figures(desk)).toEqual(["0", "4.6", "4.1", "3", "0.1", "0.1"])
    isSound(desk)
  })

  test("of two who write off the same rest, one does: what was owed when it was decided is compared in the commit", () => {
    const desk = deskAfter()
    expect(writeOff(desk, "0.3", "0.7")).toMatchObject({ _tag: "Done" })
    const again = writeOff(desk, "0.3", "0.7")
    expect(again).toMatchObject({ _tag: "Refused", why: expect.stringContaining("is now 0.4") })
    expect(figures(desk)).toEqual(["0", "3.7", "3.4", "3", "0.4", "0.4"])
  })

  test("of what is sold too much is a lot on the other side", () => {
    const desk = deskAfter([{ do: "trade", id: "T1", side: "sell", milli: 400, held: false }])
    writeOff(desk)
    expect(figures(desk)).toEqual(["0", "-0.4", "0", "0", "0", "0"])
    expect(desk.all(TradeTable)[1]).toMatchObject({ kind: "write_off", side: "buy" })
    isSound(desk)
  })

  test("is refused while an order is live and for more than is owed, and is not reversed", () => {
    const live = deskAfter(partlyOrdered.slice(0, 2))
    expect(writeOff(live)).toMatchObject({ why: expect.stringContaining("O1 of AAPL is submitted") })
    const desk = deskAfter()
    expect(writeOff(desk, "0.8")).toMatchObject({ why: "AAPL of desk has a residual of 0.7; 0.8 is more than that" })
    expect(figures(desk)).toEqual(["0", "3.7", "3.7", "3", "0.7", "0.7"])
    writeOff(desk)
    const reversed = desk.commit("command", (recorder) => commands.reverseTrade(recorder, TradeId.make(3)))
    expect(reversed).toMatchObject({ _tag: "Refused", why: expect.stringContaining("T3 is a write-off") })
  })

  test("its dry run shows the order that would follow, and writes nothing", () => {
    const desk = deskOf({ ...policy, threshold: 5000 })
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 4000, held: false })
    const seen = (quantity: string) =>
      desk.commit("command", (recorder) =>
        foresee(recorder, { _tag: "WriteOff", symbol: desk.symbol, quantity: Quantity.unsafe(quantity) })
      )
    expect(tagsAfter(desk, () => seen("1"))).toEqual([])
    expect(seen("1")).toEqual({
      holds: Decimal.zero,
      owes: Decimal.unsafe("4"),
      now: { _tag: "NotDue" },
      after: { _tag: "NotDue" },
      obstacle: undefined
    })
    expect(seen("9").obstacle).toBe("AAPL of desk has a residual of 4; 9 is more than that")
  })
})

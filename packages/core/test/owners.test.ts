import { describe, expect, test } from "vitest"
import { Desk } from "@roundlot/testing"
import { contradictionText } from "../src/records/breakText.ts"
import * as Break from "../src/records/Break.ts"
import { OwnerId } from "../src/records/OwnerId.ts"
import * as Trade from "../src/records/Trade.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import * as Intake from "../src/rules/trade/intake.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Quantity from "../src/values/Quantity.ts"

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

import { describe, expect, test } from "vitest"
import { perform as carryOut, type Command } from "../src/rules/operator/Command.ts"
import { dueAfter } from "../src/rules/operator/adjust.ts"
import { holdUntilAdopted } from "../src/rules/operator/adopt.ts"
import { Ticker } from "../src/records/Ticker.ts"
import { OrderId } from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { OrderTable } from "../src/records/Order.ts"
import type { Side } from "../src/records/Side.ts"
import { foreseenOf } from "../src/rules/position/due.ts"
import { answerText } from "../src/records/PositionAnswer.ts"
import { standingOf } from "../src/rules/position/evaluation.ts"
import { PositionTable } from "../src/records/Position.ts"
import { ControlTable } from "../src/records/TradingState.ts"
import * as Break from "../src/records/Break.ts"
import {
  doubleCountIn,
  bookHolding,
  contradictionOf,
  isComparable,
  judgeHolding
} from "../src/rules/reconciliation/holdings.ts"
import { splitThatExplains } from "../src/rules/reconciliation/splits.ts"
import type { Desk } from "@roundlot/testing"
import { foldedLines, storedLines } from "./rows.ts"
import { deskOf, perform, type Step } from "./Story.ts"
import { answered } from "./answered.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const dec = Decimal.unsafe

/** Three shares are bought and filled, the books hold 3 of them. */
const bought: ReadonlyArray<Step> = [
  { do: "trade", id: "T1", side: "buy", milli: 3000, held: false },
  { do: "send", order: 1, got: "accepted", time: 1 },
  { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 3000, time: 2 }
]

const deskWith = (...steps: ReadonlyArray<Step>): Desk.Desk => {
  const desk = deskOf(policy)
  for (const step of steps) perform(desk, step)
  return desk
}

const rowOf = (quantity: string, booked: string, symbol: Ticker, skipped?: string) => ({
  symbol,
  quantity: dec(quantity),
  averagePrice: undefined,
  booked: dec(booked),
  skipped
})

const see = (desk: Desk.Desk, quantity: string, booked = "3", symbol = desk.symbol) =>
  desk.commit("report", (recorder) => bookHolding(recorder, rowOf(quantity, booked, symbol)))

const open = (desk: Desk.Desk) =>
  desk
    .all(Break.BreakTable)
    .filter(({ closedAt }) => closedAt === undefined)
    .map((each) => `${each.kind} ${each.subject} ${each.holds}: ${Break.evidenceOf(each)}`)

const entries = (desk: Desk.Desk) => desk.store.heads().get(desk.account)?.seq

let commands = 0

const command = (desk: Desk.Desk, what: Command, reason = "counted by hand") => {
  const id = `command ${++commands}`
  return desk.commit("command", (recorder) => carryOut(recorder, id, what, reason).answer)
}

const position = (desk: Desk.Desk, symbol = desk.symbol) => {
  const found = desk.all(PositionTable).find((each) => each.symbol === symbol)
  if (found === undefined) throw new Error(`no position in ${symbol}`)
  const { base, hedged, residual } = found
  return { base: Decimal.format(base), hedged: Decimal.format(hedged), residual: Decimal.format(residual) }
}

const isSound = (desk: Desk.Desk) => expect(foldedLines(desk)).toEqual(storedLines(desk))

const orderOf = (quantity: string, filled: string, inferred = "0", side: Side = "buy") => ({
  id: OrderId.make(2),
  quantity: dec(quantity),
  filled: dec(filled),
  inferred: dec(inferred),
  side
})

const executionOf = (quantity: string, canonical = true) => ({
  orderId: OrderId.make(2),
  quantity: dec(quantity),
  canonical
})

describe("what a broker holds, against the books", () => {
  test("P1: equal figures write nothing, and close what was open about them", () => {
    const desk = deskWith(...bought)
    const before = entries(desk)
    expect(see(desk, "3").outcome).toBe("equal")
    expect(entries(desk)).toBe(before)
    see(desk, "5")
    expect(open(desk)).toHaveLength(1)
    see(desk, "3")
    expect(open(desk)).toEqual([])
    isSound(desk)
  })

  test("P4: a difference holds the symbol with both sides' figures; the same again writes nothing, another is its news", () => {
    const desk = deskWith(...bought)
    expect(see(desk, "10").outcome).toBe("differs")
    expect(open(desk)).toEqual(["PositionDiffers AAPL symbol: books 3 (hedged 3), broker 10 (+7)"])
    const before = entries(desk)
    see(desk, "10")
    expect(entries(desk)).toBe(before)
    see(desk, "11")
    expect(open(desk)).toEqual(["PositionDiffers AAPL symbol: books 3 (hedged 3), broker 11 (+8)"])
    perform(desk, { do: "trade", id: "T2", side: "buy", milli: 2000, held: false })
    expect(answered(desk.all(PositionTable)[0])).toBe("BreakOpen")
    see(desk, "3")
    expect(answered(desk.all(PositionTable)[0])).toContain("Ordered")
    isSound(desk)
  })

  test("P5: a position of the other sign is shown as what was closed and what was opened", () => {
    const desk = deskWith(...bought)
    see(desk, "-2")
    expect(open(desk)).toEqual([
      "PositionDiffers AAPL symbol: books 3 (hedged 3), broker -2 (-5); the difference closes 3 and opens 2"
    ])
    const details = desk.all(Break.BreakTable)[0]?.details
    if (details?._tag !== "PositionDiffers") throw new Error("nothing differs")
    expect(Object.entries(details.holdings).map(([name, amount]) => `${name} ${Decimal.format(amount)}`)).toEqual([
      "ours 3",
      "theirs -2",
      "base 0",
      "hedged 3",
      "direct 0",
      "adopted 0"
    ])
  })

  test("P6: a symbol that these books never traded is foreign, and holds nothing", () => {
    const desk = deskWith(...bought)
    expect(see(desk, "7", "0", Ticker.make("MSFT")).outcome).toBe("foreign")
    expect(open(desk)).toEqual(["ForeignPosition MSFT nothing: books 0, broker 7 (+7)"])
    see(desk, "0", "0", Ticker.make("MSFT"))
    expect(open(desk)).toEqual([])
    isSound(desk)
  })

  test("P7: what the broker no longer lists is zero there", () => {
    const desk = deskWith(...bought)
    expect(see(desk, "0").outcome).toBe("differs")
  })

  test("P9: a split that would explain the difference is proposed, never booked", () => {
    const desk = deskWith(...bought)
    see(desk, "6")
    expect(open(desk)[0]).toContain("a split of 2 for 1 would explain it")
    expect(position(desk).hedged).toBe("3")
    expect(splitThatExplains(dec("30"), dec("3"))).toBe("1 for 10")
    expect(splitThatExplains(dec("2"), dec("3"))).toBe("3 for 2")
    expect(splitThatExplains(dec("2"), dec("-4"))).toBeUndefined()
    expect(splitThatExplains(dec("2"), dec("0"))).toBeUndefined()
  })

  test.each([
    ["filled", "O1 filled the same quantity: a double count, or a fill missing at the broker, would explain it"],
    [
      "execution",
      "an execution of O1 has the same quantity: a double count, or a fill missing at the broker, would explain it"
    ],
    ["beyondAtAll", "O1 filled more than its quantity: a double count may explain it"]
  ] as const)("P9: no split is proposed where an order explains what is too much (%s)", (part, words) => {
    const desk = deskWith(...bought)
    const [order] = desk.all(OrderTable)
    const counted = order === undefined ? undefined : { orderId: order.id, part }
    const seen = { ...rowOf("1.5", "3", desk.symbol), counted }
    desk.commit("report", (recorder) => bookHolding(recorder, seen))
    expect(open(desk)).toEqual([`PositionDiffers AAPL symbol: books 3 (hedged 3), broker 1.5 (-1.5); ${words}`])
  })

  test.each([
    ["filled", orderOf("2", "2"), [], "2"],
    ["filled", orderOf("2", "2", "0", "sell"), [], "-2"],
    // Its execution of 2 was counted twice: the books hold 6, the broker 4.
    ["beyond", orderOf("2", "4"), [executionOf("2"), executionOf("2")], "2"],
    ["execution", orderOf("4", "4"), [executionOf("2"), executionOf("2")], "2"],
    ["inferred", orderOf("5", "5", "2"), [executionOf("3")], "2"],
    ["beyondAtAll", orderOf("2", "3"), [executionOf("3")], "2"],
    [undefined, orderOf("4", "4"), [executionOf("2", false), executionOf("4")], "2"],
    [undefined, orderOf("2", "2"), [executionOf("2")], "-2"],
    [undefined, orderOf("3", "3"), [executionOf("3")], "2"]
  ] as const)("P9: what of an order explains what the books hold more: %s", (part, of, fills, more) => {
    expect(doubleCountIn([of], fills, dec(more))?.part).toBe(part)
  })

  test("P10: other classes and names that are no tickers are not compared", () => {
    expect(isComparable({ symbol: "AAPL" })).toBe(true)
    expect(isComparable({ symbol: "AAPL", assetClass: "equity" })).toBe(true)
    expect(isComparable({ symbol: "AAPL261218C00200000", assetClass: "us_option" })).toBe(false)
    expect(isComparable({ symbol: "AAPL 18DEC26 200 C" })).toBe(false)
  })

  test("a listing with a symbol twice contradicts itself", () => {
    expect(contradictionOf([{ symbol: "AAPL" }, { symbol: "MSFT" }])).toBeUndefined()
    expect(contradictionOf([{ symbol: "AAPL" }, { symbol: "AAPL" }])).toEqual({ _tag: "ListedTwice", symbol: "AAPL" })
  })
})

describe("what is not judged this time", () => {
  test("a symbol whose books have moved since the reading began", () => {
    const desk = deskWith(...bought)
    expect(see(desk, "5", "2")).toMatchObject({
      outcome: "skipped",
      why: "the books changed while the broker was read"
    })
    expect(open(desk)).toEqual([])
  })

  test("one of which an order is in doubt, or a fill waits for its order (F7)", () => {
    const inDoubt = deskWith(
      ...bought,
      { do: "trade", id: "T2", side: "buy", milli: 1000, held: false },
      { do: "send", order: 2, got: "unknown", time: 3 }
    )
    expect(see(inDoubt, "4")).toMatchObject({
      outcome: "skipped",
      why: "an order of it is being sent or is unconfirmed"
    })
    const waiting = deskWith(...bought, {
      do: "fill",
      at: "B-X9",
      order: undefined,
      side: "buy",
      exec: "e9",
      revision: 1,
      milli: 1000,
      time: 3
    })
    expect(see(waiting, "4")).toMatchObject({ outcome: "skipped", why: "an unmatched fill of it waits for its order" })
  })

  test("and a dry run writes nothing at all", () => {
    const desk = deskWith(...bought)
    const before = entries(desk)
    const judged = desk.commit("report", (recorder) => judgeHolding(recorder, rowOf("9", "3", desk.symbol)))
    expect(judged).toMatchObject({
      outcome: "differs",
      why: "books 3 (hedged 3), broker 9 (+6); a split of 3 for 1 would explain it"
    })
    expect(entries(desk)).toBe(before)
  })
})

const adjusting = (as: "base" | "hedged", by: string) =>
  ({ _tag: "AdjustPosition", symbol: Ticker.make("AAPL"), as, by: dec(by), price: undefined }) as const

describe("an adjustment", () => {
  test("P4: as base moves nothing else, and the difference is gone", () => {
    const desk = deskWith(...bought)
    see(desk, "10")
    expect(command(desk, adjusting("base", "7"))).toEqual({ _tag: "Done", what: "AAPL is adjusted by +7 as base" })
    expect(position(desk)).toEqual({ base: "7", hedged: "3", residual: "0" })
    expect(see(desk, "10", "10").outcome).toBe("equal")
    expect(open(desk)).toEqual([])
    isSound(desk)
  })

  test("P4: as hedged is an external order that counts: the residual moves, and what is owed back is ordered", () => {
    const desk = deskWith(...bought)
    see(desk, "10")
    const due = desk.commit("command", (recorder) => {
      const standing = standingOf(recorder, desk.symbol)
      return standing === undefined ? "" : answerText(foreseenOf(dueAfter(standing, { as: "hedged", by: dec("7") })))
    })
    expect(due).toBe("Order(sell 7)")
    command(desk, adjusting("hedged", "7"))
    expect(position(desk)).toEqual({ base: "0", hedged: "10", residual: "-7" })
    see(desk, "10", "10")
    expect(desk.all(OrderTable).map(({ origin, side, status }) => `${origin} ${side} ${status}`)).toEqual([
      "accumulation buy filled",
      "external buy filled",
      "accumulation sell pending"
    ])
    isSound(desk)
  })

  test("P4: downwards as hedged gives its trades' shares back to the queue", () => {
    const desk = deskWith(...bought)
    see(desk, "1")
    command(desk, adjusting("hedged", "-2"))
    expect(position(desk)).toEqual({ base: "0", hedged: "1", residual: "2" })
    isSound(desk)
  })

  test("by nothing, or of what has no symbol, is refused", () => {
    const desk = deskWith(...bought)
    expect(command(desk, adjusting("base", "0"))).toMatchObject({ _tag: "Refused" })
    expect(command(desk, { ...adjusting("base", "1"), symbol: Ticker.make("UNMAPPED") })).toMatchObject({
      _tag: "Refused"
    })
  })
})

describe("an account that was used before", () => {
  test("is held until what it holds is declared as base; then it goes on", () => {
    const desk = deskOf(policy)
    desk.commit("report", (recorder) => holdUntilAdopted(recorder, 2))
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2000, held: false })
    expect(answered(desk.all(PositionTable)[0])).toBe("Halted")
    const holdings = [
      { symbol: Ticker.make("AAPL"), quantity: dec("4") },
      { symbol: Ticker.make("MSFT"), quantity: dec("-1") }
    ]
    expect(command(desk, { _tag: "AdoptAccount", holdings })).toEqual({
      _tag: "Done",
      what: "account desk is adopted; opening balance: 4 AAPL, -1 MSFT"
    })
    expect(position(desk)).toMatchObject({ base: "4", hedged: "0" })
    expect(position(desk, Ticker.make("MSFT"))).toEqual({ base: "-1", hedged: "0", residual: "0" })
    expect(answered(desk.all(PositionTable).find(({ symbol }) => symbol === "AAPL"))).toContain("Ordered")
    isSound(desk)
  })

  test.each([
    ["approve", "AskFirst"],
    ["reduce", "Reduce"],
    ["observe", "Observe"]
  ] as const)("an account in the state %s is held as well, and the adoption comes back to that", (state, _tag) => {
    const desk = deskOf(policy)
    command(desk, { _tag, scope: { _tag: "WholeAccount" } }, "first days")
    desk.commit("report", (recorder) => holdUntilAdopted(recorder, 1))
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2000, held: false })
    expect(desk.all(ControlTable)).toMatchObject([{ state: "halted", halt: "NotAdopted", resumesTo: state }])
    expect(answered(desk.all(PositionTable)[0])).toBe("Halted")
    command(desk, { _tag: "AdoptAccount", holdings: [] })
    expect(desk.all(ControlTable)).toMatchObject([{ state, halt: undefined }])
    expect(desk.all(OrderTable).filter(({ attempts }) => attempts > 0)).toEqual([])
    isSound(desk)
  })

  test("a person's halt that comes after it outlives the adoption, and ends by a resume", () => {
    const desk = deskOf(policy)
    desk.commit("report", (recorder) => holdUntilAdopted(recorder, 1))
    command(desk, { _tag: "Halt", scope: { _tag: "WholeAccount" } }, "the desk says stop")
    command(desk, { _tag: "AdoptAccount", holdings: [] })
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2000, held: false })
    expect(answered(desk.all(PositionTable)[0])).toBe("Halted")
    expect(desk.all(ControlTable)).toMatchObject([{ state: "halted", reason: "the desk says stop", halt: undefined }])
    command(desk, { _tag: "Resume", scope: { _tag: "WholeAccount" } })
    expect(desk.all(ControlTable)).toMatchObject([{ account: desk.account, state: "normal" }])
  })

  test.each(["counted by hand", "NotAdopted: it stays closed"])(
    "keeps a halt that an operator has set: %s",
    (reason) => {
      const desk = deskOf(policy)
      command(desk, { _tag: "Halt", scope: { _tag: "WholeAccount" } }, reason)
      desk.commit("report", (recorder) => holdUntilAdopted(recorder, 1))
      command(desk, { _tag: "AdoptAccount", holdings: [] })
      perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2000, held: false })
      expect(answered(desk.all(PositionTable)[0])).toBe("Halted")
    }
  )
})

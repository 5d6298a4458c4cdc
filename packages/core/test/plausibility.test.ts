import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { perform as carryOut, type Command } from "../src/rules/operator/Command.ts"
import { FillTable } from "../src/records/Fill.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Break from "../src/records/Break.ts"
import { HeldReportTable } from "../src/records/HeldReport.ts"
import { bookHolding } from "../src/rules/reconciliation/holdings.ts"
import { enteredByNow, executedByNow, timed } from "../src/rules/reconciliation/reportedTimes.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import type * as Report from "../src/records/Report.ts"
import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { runs } from "./properties.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { deskOf, perform } from "./Story.ts"

// An order to buy three, and what its broker says of it: possible or not

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const first = Id.OrderId.make(1)
const theirs = BrokerOrderId.make("B-O1")
const successor = BrokerOrderId.make("B-NEW")

const working = (): Desk.Desk => {
  const desk = deskOf(policy)
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 3000, held: false })
  perform(desk, { do: "send", order: 1, got: "accepted", time: 0 })
  return desk
}

const hear = (desk: Desk.Desk, report: Report.Report) =>
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }))

/** The same by a reading that begins now. */
const read = (desk: Desk.Desk, report: Report.Report) =>
  desk.commit("report", (recorder) =>
    Interpret.interpret(recorder, { report, payload: undefined }, { begun: desk.now() })
  )

const shares = Decimal.unsafe

const seen = (desk: Desk.Desk, differs: Partial<Report.OrderSeen> = {}): Report.OrderSeen => ({
  _tag: "OrderSeen",
  account: desk.account,
  asOf: desk.now(),
  asOfKind: "broker",
  brokerOrderId: theirs,
  clientOrderId: desk.order(first).clientOrderId,
  symbol: desk.symbol,
  side: "buy",
  quantity: shares("3"),
  rawStatus: "open",
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: true,
  ...differs
})

const executed = (desk: Desk.Desk, exec: string, differs: Partial<Report.Executed> = {}): Report.Executed => ({
  _tag: "Executed",
  account: desk.account,
  asOf: desk.now(),
  asOfKind: "broker",
  execId: exec,
  execIdBase: exec,
  revision: 1,
  brokerOrderId: theirs,
  clientOrderId: undefined,
  symbol: desk.symbol,
  side: "buy",
  quantity: shares("1"),
  price: Price.unsafe("100"),
  executedAt: desk.now(),
  ...differs
})

const open = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map(({ kind, subject }) => `${kind} ${subject}`)

const held = (desk: Desk.Desk) => desk.all(HeldReportTable).map(({ outcome, rule }) => `${rule} ${outcome ?? "held"}`)

const figures = (desk: Desk.Desk): string => {
  const { filled, quantity, sentQuantity, status } = desk.order(first)
  return [status, ...[filled, quantity, sentQuantity].map(Decimal.format)].join(" ")
}

const isSound = (desk: Desk.Desk) => expect(foldedLines(desk)).toEqual(storedLines(desk))

const filled = (cumulative: string): Partial<Report.OrderSeen> => ({
  state: { _tag: "Closed", kind: "filled" },
  rawStatus: "filled",
  cumulative: shares(cumulative)
})

describe("W3, W9: the first report of an order", () => {
  test.each([
    ["unknown", "3000000"],
    ["nothing", "3000000"],
    ["unknown", "-3"]
  ] as const)(
    "whose send had the answer %s, with a total of %s, books nothing; the truth is booked after it",
    (got, total) => {
      const desk = deskOf(policy)
      perform(desk, { do: "trade", id: "T1", side: "buy", milli: 3000, held: false })
      perform(desk, { do: "send", order: 1, got, time: 0 })
      const filled = { state: { _tag: "Closed", kind: "filled" }, rawStatus: "filled" } as const
      hear(desk, seen(desk, { ...filled, cumulative: shares(total) }))
      expect(Decimal.format(desk.order(first).filled)).toBe("0")
      for (let i = 0; i < 3; i++) {
        desk.pass(60_000)
        hear(desk, seen(desk, { ...filled, cumulative: shares("3") }))
      }
      expect(Decimal.format(desk.order(first).filled)).toBe("3")
      const breaks = desk.all(Break.BreakTable).filter(({ kind }) => kind === "Implausible")
      expect(breaks.map(({ closedAt }) => closedAt === undefined)).toEqual([false])
    }
  )
})

describe("what no order of ours can be is held", () => {
  const lies: ReadonlyArray<readonly [rule: string, what: string, differs: Partial<Report.OrderSeen>]> = [
    ["W2", "quantity and filled times 10^12", { quantity: shares("3000000000000"), ...filled("3000000000000") }],
    ["W2", "a larger quantity under the same id", { quantity: shares("30") }],
    ["W2", "a smaller quantity, though it looks filled", { quantity: shares("1"), ...filled("1") }],
    ["W2", "a quantity below nothing", { quantity: shares("-3") }],
    ["W3", "less than nothing filled", { cumulative: shares("-1") }],
    ["W9", "more filled than ordered", filled("3000000")]
  ]
  test.each(lies)("%s: %s", (rule, _, differs) => {
    const desk = working()
    expect(hear(desk, seen(desk, differs))).toEqual({ _tag: "KeptAsBreak" })
    expect([figures(desk), open(desk), held(desk)]).toEqual(["submitted 0 3 3", ["Implausible O1"], [`${rule} held`]])
    isSound(desk)
  })

  test.each(lies)("%s: %s is over once two plausible readings contradict it", (rule, _, differs) => {
    const desk = working()
    hear(desk, seen(desk, differs))
    hear(desk, seen(desk, { cumulative: shares("1") }))
    expect(open(desk)).toEqual(["Implausible O1"])
    desk.pass(1000)
    hear(desk, seen(desk, { cumulative: shares("1") }))
    expect([figures(desk), open(desk), held(desk)]).toEqual(["partially_filled 1 3 3", [], [`${rule} superseded`]])
    isSound(desk)
  })

  test("W2: the same lie any number of times is one held report", () => {
    const desk = working()
    for (let i = 0; i < 50; i++) hear(desk, seen(desk, { quantity: shares("30"), ...filled("30") }))
    expect(held(desk)).toEqual(["W2 held"])
  })

  test("W2: different lies without end are kept up to a bound", () => {
    const desk = working()
    for (let i = 0; i < 50; i++) hear(desk, seen(desk, { quantity: shares(String(30 + i)) }))
    expect(held(desk)).toHaveLength(20)
  })

  test("W3: properties: whatever one report says, no more than was ordered is filled", () => {
    const amount = fc.integer({ min: -5, max: 5_000_000 }).map((n) => shares(String(n)))
    fc.assert(
      fc.property(amount, amount, fc.constantFrom("open", "filled"), (quantity, cumulative, said) => {
        const desk = working()
        const state: Report.Liveness = said === "open" ? { _tag: "Open" } : { _tag: "Closed", kind: "filled" }
        hear(desk, seen(desk, { quantity, cumulative, state }))
        const order = desk.order(first)
        expect(Decimal.isLess(shares("3"), order.filled)).toBe(false)
        expect(Decimal.equals(order.quantity, shares("3"))).toBe(true)
        isSound(desk)
      }),
      runs(200)
    )
  })
})

describe("W2: terms change as a broker really changes them", () => {
  test("in place, said twice two seconds apart", () => {
    const desk = working()
    const amended = { quantity: shares("5"), amendsInPlace: true }
    hear(desk, seen(desk, amended))
    desk.pass(1000)
    hear(desk, seen(desk, amended))
    expect(figures(desk)).toBe("submitted 0 3 3")
    desk.pass(2000)
    hear(desk, seen(desk, amended))
    expect([figures(desk), open(desk), held(desk)]).toEqual(["submitted 0 5 3", ["Excess O1"], ["W2 repeated"]])
    isSound(desk)
  })

  test("where the broker never amends in place the same lie told for long stays one", () => {
    const desk = working()
    for (let i = 0; i < 5; i++) {
      hear(desk, seen(desk, { quantity: shares("5") }))
      desk.pass(10_000)
    }
    expect([figures(desk), open(desk)]).toEqual(["submitted 0 3 3", ["Implausible O1"]])
  })

  test("a chain that the broker shows is followed at once where it is no smaller", () => {
    const desk = working()
    hear(desk, seen(desk, { brokerOrderId: successor, otherIds: [theirs], quantity: shares("5") }))
    expect([figures(desk), open(desk)]).toEqual(["submitted 0 5 3", ["Excess O1"]])
  })

  test("a smaller one releases shares with the second reading only", () => {
    const desk = working()
    const smaller = { brokerOrderId: successor, otherIds: [theirs], quantity: shares("2") }
    hear(desk, seen(desk, smaller))
    expect(figures(desk)).toBe("submitted 0 3 3")
    desk.pass(2000)
    hear(desk, seen(desk, smaller))
    expect([figures(desk), open(desk)]).toEqual(["submitted 0 2 3", []])
    isSound(desk)
  })
})

describe("W4, W9: executions", () => {
  test("one of more than is left is held, not seen, and the true one counts when it comes", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("1000000") }))
    expect([figures(desk), open(desk), held(desk)]).toEqual(["submitted 0 3 3", ["Implausible O1"], ["W9 held"]])
    hear(desk, executed(desk, "e1"))
    expect([figures(desk), open(desk), held(desk)]).toEqual(["partially_filled 1 3 3", [], ["W9 superseded"]])
    isSound(desk)
  })

  test("a refill that comes before its bust is booked with the bust", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("3") }))
    hear(desk, executed(desk, "e2", { quantity: shares("3"), price: Price.unsafe("101") }))
    expect(open(desk)).toEqual(["Implausible O1"])
    hear(desk, executed(desk, "e1", { execId: "e1.2", revision: 2, quantity: Decimal.zero }))
    expect([figures(desk), open(desk), held(desk)]).toEqual(["filled 3 3 3", [], ["W9 booked"]])
    isSound(desk)
  })

  test("a true overfill is booked once a reading of holdings begun afterwards has it; a lie never is", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("3") }))
    hear(desk, executed(desk, "e2", { quantity: shares("2"), price: Price.unsafe("101") }))
    const holding = (quantity: string) =>
      desk.commit("report", (recorder) =>
        bookHolding(recorder, {
          symbol: desk.symbol,
          quantity: shares(quantity),
          averagePrice: undefined,
          booked: shares("3"),
          skipped: undefined
        })
      )
    expect([holding("3").outcome, figures(desk), held(desk)]).toEqual(["equal", "filled 3 3 3", ["W9 held"]])
    expect([holding("5").outcome, figures(desk), held(desk)]).toEqual(["equal", "filled 5 3 3", ["W9 booked"]])
    isSound(desk)
  })

  test("an overfill of more than was ordered is for a person, whatever holdings say", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("7") }))
    const seven = { symbol: desk.symbol, quantity: shares("7"), averagePrice: undefined, booked: Decimal.zero }
    desk.commit("report", (recorder) => bookHolding(recorder, { ...seven, skipped: undefined }))
    expect([figures(desk), held(desk)]).toEqual(["submitted 0 3 3", ["W9 held"]])
  })

  test("a bust is always possible, a correction beyond the order is not", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("2") }))
    hear(desk, executed(desk, "e1", { execId: "e1.2", revision: 2, quantity: shares("4") }))
    expect(figures(desk)).toBe("partially_filled 2 3 3")
    hear(desk, executed(desk, "e1", { execId: "e1.3", revision: 3, quantity: Decimal.zero }))
    expect([figures(desk), open(desk)]).toEqual(["submitted 0 3 3", []])
    isSound(desk)
  })

  test("one that waited for its order is judged when it joins", () => {
    const desk = deskOf(policy)
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 3000, held: false })
    perform(desk, { do: "send", order: 1, got: "nothing", time: 0 })
    hear(desk, executed(desk, "e1", { quantity: shares("3000000") }))
    hear(desk, seen(desk))
    expect([figures(desk), held(desk)]).toEqual(["submitted 0 3 3", ["W9 held"]])
    isSound(desk)
  })

  test("one without an id, or below nothing, is held", () => {
    const desk = working()
    hear(desk, executed(desk, ""))
    hear(desk, executed(desk, "e2", { quantity: shares("-1") }))
    expect([figures(desk), held(desk)]).toEqual(["submitted 0 3 3", ["W4 held", "W4 held"]])
  })

  test("one of a day before the sending is not this order's; a date alone is the whole day", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { executedAt: Instant.addMillis(desk.now(), -86_400_000) }))
    expect(figures(desk)).toBe("submitted 0 3 3")
    hear(desk, executed(desk, "e1"))
    expect(figures(desk)).toBe("partially_filled 1 3 3")
    const midnight = Instant.make((desk.now() / 86_400_000_000n) * 86_400_000_000n)
    hear(desk, executed(desk, "e2", { executedAt: midnight }))
    expect(figures(desk)).toBe("partially_filled 2 3 3")
    isSound(desk)
  })

  test("one of after now happened when we received it", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { executedAt: Instant.addMillis(desk.now(), 86_400_000) }))
    expect(figures(desk)).toBe("partially_filled 1 3 3")
    expect(desk.order(first).lastFilledAt).toBe(desk.now())
  })
})

const command = (desk: Desk.Desk, asked: Command) =>
  desk.commit("command", (recorder) => carryOut(recorder, `c${desk.now()}`, asked, "looked at the broker").answer)

describe("resolutions of a person", () => {
  test("accept: a held overfill of any size is booked", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("7") }))
    expect(command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })._tag).toBe("Done")
    expect([figures(desk), held(desk), open(desk)]).toEqual(["filled 7 3 3", ["W9 accepted"], ["Excess O1"]])
    expect(command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })._tag).toBe("Refused")
    isSound(desk)
  })

  test("accept-amendment: held terms are in force, and the sent ones stay", () => {
    const desk = working()
    hear(desk, seen(desk, { quantity: shares("2") }))
    expect(command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })._tag).toBe("Done")
    expect([figures(desk), held(desk), open(desk)]).toEqual(["submitted 0 2 3", ["W2 accepted"], []])
    isSound(desk)
  })

  test("accept: an end that the broker dates before it is followed", () => {
    const desk = working()
    hear(desk, seen(desk, { quantity: shares("2") }))
    desk.pass(1000)
    const ended = {
      state: { _tag: "Closed", kind: "cancelled" },
      rawStatus: "canceled",
      cumulative: shares("0")
    } as const
    const told = seen(desk, { ...ended, quantity: shares("2") })
    hear(desk, told)
    desk.pass(1000)
    expect(command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })._tag).toBe("Done")
    hear(desk, told)
    expect([figures(desk), open(desk)]).toEqual(["cancelled 0 2 3", []])
    isSound(desk)
  })

  test("accept: less than no shares is nothing that a person can say is true", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("-2") }))
    hear(desk, seen(desk, { cumulative: shares("-2") }))
    hear(desk, seen(desk, { quantity: shares("-2") }))
    hear(desk, executed(desk, ""))
    const answers = [1, 2, 3, 4].map(
      (number) => command(desk, { _tag: "AcceptHeldReport", orderId: first, number })._tag
    )
    expect([answers, figures(desk)]).toEqual([["Refused", "Refused", "Refused", "Refused"], "submitted 0 3 3"])
    isSound(desk)
  })

  test("accept: a price that was held is the execution's", () => {
    const desk = working()
    hear(desk, executed(desk, "e1"))
    hear(desk, executed(desk, "e2", { price: Price.unsafe("2000") }))
    expect(command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })._tag).toBe("Done")
    expect([Decimal.format(desk.order(first).notional), held(desk), open(desk)]).toEqual(["2100", ["W5 accepted"], []])
    isSound(desk)
  })

  test("void: what was booked counts no more, shares are owed again, and the truth counts when it is reported", () => {
    const desk = working()
    hear(desk, executed(desk, "e1", { quantity: shares("3") }))
    expect(command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["nothing"] })._tag).toBe("Refused")
    expect(command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["e1"] })._tag).toBe("Done")
    expect(figures(desk)).toBe("submitted 0 3 3")
    hear(desk, executed(desk, "e2"))
    expect([figures(desk), open(desk)]).toEqual(["partially_filled 1 3 3", []])
    isSound(desk)
  })

  test("void: the same execution reported again afterwards counts", () => {
    const desk = working()
    hear(desk, executed(desk, "e1"))
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["e1"] })
    desk.pass(1000)
    hear(desk, executed(desk, "e1"))
    expect(figures(desk)).toBe("partially_filled 1 3 3")
    isSound(desk)
  })

  test("void: the same execution of the same time counts once it is read again, and a frame that repeats it does not", () => {
    const desk = working()
    const told = executed(desk, "e1", { quantity: shares("3") })
    const total = seen(desk, filled("3"))
    hear(desk, told)
    hear(desk, total)
    desk.pass(1000)
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["e1"] })
    desk.pass(2000)
    hear(desk, told)
    expect(figures(desk)).toBe("submitted 0 3 3")
    read(desk, told)
    read(desk, total)
    expect([figures(desk), Decimal.format(desk.order(first).inferred)]).toEqual(["filled 3 3 3", "0"])
    isSound(desk)
  })

  test("void: a total of before it that is told again fills the order, with or without its executions", () => {
    const desk = working()
    const total = seen(desk, filled("3"))
    hear(desk, executed(desk, "e1", { quantity: shares("3") }))
    desk.pass(1000)
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["e1"] })
    desk.pass(2000)
    read(desk, total)
    expect(figures(desk)).toBe("filled 3 3 3")
    isSound(desk)
  })

  test("void: an end that the broker dates before it is followed", () => {
    const desk = working()
    const ended = seen(desk, {
      state: { _tag: "Closed", kind: "cancelled" },
      rawStatus: "canceled",
      cumulative: shares("0")
    })
    desk.pass(1000)
    hear(desk, seen(desk, filled("3")))
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: [] })
    hear(desk, ended)
    expect(figures(desk)).toBe("cancelled 0 3 3")
    isSound(desk)
  })

  test("void: what was not possible is held when it is told again", () => {
    const desk = working()
    const told = executed(desk, "e1", { quantity: shares("9") })
    hear(desk, told)
    command(desk, { _tag: "AcceptHeldReport", orderId: first, number: 1 })
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: ["e1"] })
    desk.pass(2000)
    read(desk, told)
    read(desk, { ...told, revision: 2, execId: "e1.2" })
    expect([figures(desk), held(desk)]).toEqual(["submitted 0 3 3", ["W9 accepted", "W9 held", "W9 held"]])
    isSound(desk)
  })

  test("void: a total that was a lie is forgotten", () => {
    const desk = working()
    hear(desk, seen(desk, filled("3")))
    expect(figures(desk)).toBe("filled 3 3 3")
    command(desk, { _tag: "VoidOrder", orderId: first, execIds: [] })
    expect(figures(desk)).toBe("submitted 0 3 3")
    isSound(desk)
  })
})

describe("W5: prices", () => {
  test("a price times 1,000 books the quantity without it, and the true one heals it", () => {
    const desk = working()
    hear(desk, executed(desk, "e1"))
    hear(desk, executed(desk, "e2", { price: Price.unsafe("100000") }))
    expect([figures(desk), held(desk)]).toEqual(["partially_filled 2 3 3", ["W5 held"]])
    expect(Decimal.format(desk.order(first).notional)).toBe("100")
    hear(desk, executed(desk, "e2", { price: Price.unsafe("101") }))
    expect([Decimal.format(desk.order(first).notional), open(desk)]).toEqual(["201", []])
    expect(hear(desk, executed(desk, "e2", { price: Price.unsafe("101") }))).toEqual({ _tag: "Duplicate" })
    isSound(desk)
  })

  test("a gap of 30 % is flagged, and held is nothing", () => {
    const desk = working()
    hear(desk, executed(desk, "e1"))
    hear(desk, executed(desk, "e2", { price: Price.unsafe("130") }))
    expect([figures(desk), held(desk), open(desk)]).toEqual(["partially_filled 2 3 3", [], ["OffBand O1"]])
  })
})

describe("W5: commissions", () => {
  test.each([
    ["0.35", "0.35"],
    ["-0.2", "-0.2"],
    ["350000", undefined]
  ])("of a fill of 1 at 100, %s is recorded as %s", (amount, recorded) => {
    const desk = working()
    hear(desk, executed(desk, "e1"))
    const stamp = { account: desk.account, asOf: desk.now(), asOfKind: "broker" } as const
    hear(desk, { _tag: "Commission", ...stamp, execId: "e1", amount: shares(amount), currency: "USD" })
    const [fill] = desk.all(FillTable)
    expect(fill?.commission && Decimal.format(fill.commission)).toBe(recorded)
    expect(open(desk)).toEqual(recorded === undefined ? ["OffBand O1"] : [])
  })
})

describe("W13: times", () => {
  test("a report of after now does not keep later ones out", () => {
    const desk = working()
    hear(desk, seen(desk, { asOf: Instant.addMillis(desk.now(), 86_400_000), cumulative: Decimal.zero }))
    desk.pass(1000)
    hear(desk, seen(desk, { cumulative: shares("1") }))
    expect(figures(desk)).toBe("partially_filled 1 3 3")
  })

  test("a lie of the same moment as the truth is over once two readings in a row say the truth", () => {
    const desk = working()
    const at = desk.now()
    hear(desk, seen(desk, { asOf: at, state: { _tag: "Closed", kind: "cancelled" }, cumulative: shares("2") }))
    const truth = { asOf: at, cumulative: shares("1") }
    hear(desk, seen(desk, truth))
    desk.pass(2000)
    hear(desk, seen(desk, truth))
    expect([figures(desk), held(desk)]).toEqual(["partially_filled 1 3 3", ["W13 repeated"]])
    isSound(desk)
  })
})

const unanswered = (): Desk.Desk => {
  const desk = deskOf(policy)
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 3000, held: false })
  perform(desk, { do: "send", order: 1, got: "nothing", time: 0 })
  return desk
}

const listed = (desk: Desk.Desk) => {
  desk.pass(1000)
  hear(desk, {
    _tag: "Listed",
    account: desk.account,
    asOf: desk.now(),
    asOfKind: "ours",
    from: Instant.addMillis(desk.now(), -60_000),
    complete: true,
    brokerOrderIds: []
  })
}

describe("every report passes the gate, by whatever way it comes to be booked", () => {
  test("W4, W9: one that waited for an order which another execution made known", () => {
    const desk = unanswered()
    hear(desk, executed(desk, "e1", { quantity: shares("3000000") }))
    hear(desk, executed(desk, "e2", { clientOrderId: desk.order(first).clientOrderId }))
    listed(desk)
    expect([figures(desk), held(desk)]).toEqual(["partially_filled 1 3 3", ["W9 held"]])
    isSound(desk)
  })

  test("W4: one without an id is adopted with no order of its own", () => {
    const desk = working()
    hear(desk, executed(desk, "", { brokerOrderId: BrokerOrderId.make("X1") }))
    listed(desk)
    expect([desk.all(FillTable), open(desk)]).toEqual([[], ["Implausible X1"]])
    isSound(desk)
  })

  test("W5: a price that waited for its order is judged when it joins", () => {
    const desk = unanswered()
    hear(desk, executed(desk, "e1"))
    hear(desk, executed(desk, "e2", { price: Price.unsafe("100000") }))
    hear(desk, seen(desk))
    expect([figures(desk), held(desk)]).toEqual(["partially_filled 2 3 3", ["W5 held"]])
    expect(Decimal.format(desk.order(first).notional)).toBe("100")
    hear(desk, executed(desk, "e2", { price: Price.unsafe("101") }))
    expect([Decimal.format(desk.order(first).notional), open(desk)]).toEqual(["201", []])
    isSound(desk)
  })

  test("W1: what is said over dollars of an order in shares is no report of it", () => {
    const desk = working()
    hear(desk, seen(desk, { ...filled("3000000"), quantity: Decimal.zero, notional: shares("300") }))
    expect([figures(desk), open(desk)]).toEqual(["submitted 0 3 3", ["TermsDiffer O1"]])
    isSound(desk)
  })

  test("W1: what is said over the same dollars is one break, however many shares they have bought", () => {
    const desk = working()
    for (const quantity of ["0", "1", "2"])
      hear(desk, seen(desk, { quantity: shares(quantity), notional: shares("300") }))
    expect(open(desk)).toEqual(["TermsDiffer O1"])
    isSound(desk)
  })

  test("W3: an order of nobody's has not filled less than nothing", () => {
    const desk = working()
    hear(
      desk,
      seen(desk, { brokerOrderId: BrokerOrderId.make("X1"), clientOrderId: undefined, cumulative: shares("-1") })
    )
    expect(open(desk)).toEqual(["Implausible X1"])
  })

  test("W9: overfills of one order that are small each, and not together, are for a person", () => {
    const desk = working()
    for (const [exec, price] of [
      ["e1", "100"],
      ["e2", "101"],
      ["e3", "102"]
    ] as const) {
      hear(desk, executed(desk, exec, { quantity: shares("3"), price: Price.unsafe(price) }))
    }
    const nine = { symbol: desk.symbol, quantity: shares("9"), averagePrice: undefined, booked: shares("3") }
    desk.commit("report", (recorder) => bookHolding(recorder, { ...nine, skipped: undefined }))
    expect([figures(desk), held(desk)]).toEqual(["filled 3 3 3", ["W9 held", "W9 held"]])
  })
})

test("W4, W13: no day, time of an execution or of a report that is booked is ages ago or years ahead", () => {
  const now = Instant.fromMillis(1_700_000_000_000)
  const earliest = Instant.addMillis(now, -30 * 366 * 86_400_000)
  const moments = fc.oneof(
    fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    fc.bigInt({ min: now - 10n ** 14n, max: now + 10n ** 14n })
  )
  const isPossible = (at: Instant.Instant) => at >= earliest && at <= Instant.addMillis(now, 366 * 86_400_000)
  const desk = working()
  fc.assert(
    fc.property(moments.map(Instant.make), (at) => {
      const { enteredAt } = enteredByNow(seen(desk, { enteredAt: at }), now)
      expect(enteredAt).toBe(isPossible(at) ? at : undefined)
      expect(isPossible(timed(seen(desk, { asOf: at }), undefined, now).asOf)).toBe(true)
      const execution = { ...executed(desk, "e1"), executedAt: at }
      expect(isPossible(executedByNow(execution, now, undefined).executedAt)).toBe(true)
    })
  )
})

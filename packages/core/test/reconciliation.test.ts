import { describe, expect, test } from "vitest"
import * as Commands from "../src/rules/operator/commands.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Order from "../src/records/Order.ts"
import type { Instruction } from "../src/records/OrderTerms.ts"
import { PositionTable } from "../src/records/Position.ts"
import * as Break from "../src/records/Break.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import type * as Report from "../src/records/Report.ts"
import { Quantity } from "../src/values/Quantity.ts"
import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { buyFill, deskOf, perform, second, type Step } from "./Story.ts"
import { answered } from "./answered.ts"

// One order to buy three at a broker that does not always say the same

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const first = Id.OrderId.make(1)
const theirs = BrokerOrderId.make("B-O1")

const plan: Step = { do: "trade", id: "T1", side: "buy", milli: 3000, held: false }
const accepted: ReadonlyArray<Step> = [plan, { do: "send", order: 1, got: "accepted", time: 1 }]
const working = (...more: ReadonlyArray<Step>): Desk.Desk => {
  const desk = deskOf(policy)
  for (const step of [...accepted, ...more]) perform(desk, step)
  return desk
}

const hear = (desk: Desk.Desk, report: Report.Report) =>
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }))

const seen = (desk: Desk.Desk, differs: Partial<Report.OrderSeen> = {}): Report.OrderSeen => ({
  _tag: "OrderSeen",
  account: desk.account,
  asOf: second(10),
  asOfKind: "broker",
  brokerOrderId: theirs,
  clientOrderId: desk.order(first).clientOrderId,
  symbol: desk.symbol,
  side: "buy",
  quantity: Quantity.make(Decimal.unsafe("3")),
  rawStatus: "open",
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: false,
  ...differs
})

const notFound = (desk: Desk.Desk, complete = true): Report.NotFound => ({
  _tag: "NotFound",
  account: desk.account,
  asOf: desk.now(),
  asOfKind: "ours",
  clientOrderId: undefined,
  brokerOrderId: theirs,
  complete
})

const openBreaks = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map((each) => `${each.kind} ${each.subject} ${each.holds}`)

const isSound = (desk: Desk.Desk) => expect(foldedLines(desk)).toEqual(storedLines(desk))

const days = (n: number) => Instant.addMillis(second(0), n * 86_400_000)

const reused = (desk: Desk.Desk) => {
  const today = desk.order(first).acceptedAt ?? second(0)
  return seen(desk, {
    clientOrderId: undefined,
    enteredAt: Instant.addMillis(today, 3 * 86_400_000),
    asOf: days(30),
    side: "sell",
    symbol: Ticker.make("MSFT")
  })
}

const atPrices = (desk: Desk.Desk, prices: ReadonlyArray<string>) => {
  for (const [i, price] of prices.entries()) {
    hear(desk, {
      _tag: "Executed",
      account: desk.account,
      asOf: second(2),
      asOfKind: "broker",
      execId: `e${i}.1`,
      execIdBase: `e${i}`,
      revision: 1,
      brokerOrderId: theirs,
      clientOrderId: undefined,
      symbol: desk.symbol,
      side: "buy",
      quantity: Decimal.unsafe("1"),
      price: Price.unsafe(price),
      executedAt: second(2)
    })
  }
}

const said = (desk: Desk.Desk, average: string, cumulative: string, time: number) =>
  hear(
    desk,
    seen(desk, { averagePrice: Decimal.unsafe(average), cumulative: Decimal.unsafe(cumulative), asOf: second(time) })
  )

const executedAs = (desk: Desk.Desk, exec: string, id: BrokerOrderId, otherIds: ReadonlyArray<BrokerOrderId>) =>
  hear(desk, {
    _tag: "Executed",
    account: desk.account,
    asOf: second(12),
    asOfKind: "broker",
    execId: `${exec}.1`,
    execIdBase: exec,
    revision: 1,
    brokerOrderId: id,
    clientOrderId: undefined,
    otherIds,
    symbol: desk.symbol,
    side: "buy",
    quantity: Decimal.unsafe("1"),
    price: Price.unsafe("100"),
    executedAt: second(12)
  })

describe("O13: an order that the broker replaced by another is one order", () => {
  const newer = BrokerOrderId.make("B-NEW")
  const two = Quantity.make(Decimal.unsafe("2"))
  const six = Quantity.make(Decimal.unsafe("6"))
  test("ours goes on under the newer id, with its terms; an older id's words change nothing, its fills count", () => {
    const desk = working()
    const smaller = seen(desk, { brokerOrderId: newer, otherIds: [theirs], quantity: two, asOf: second(11) })
    expect(hear(desk, smaller)).toEqual({ _tag: "KeptAsBreak" })
    desk.pass(2000)
    hear(desk, smaller)
    expect(desk.order(first)).toMatchObject({ brokerOrderId: newer, brokerOrderIds: [theirs, newer], quantity: two })
    const old = { state: { _tag: "Closed", kind: "cancelled" }, cumulative: Decimal.zero, asOf: second(13) } as const
    expect(hear(desk, seen(desk, { ...old, otherIds: [newer] }))).toEqual({ _tag: "NothingToDo" })
    executedAs(desk, "a", theirs, [newer])
    executedAs(desk, "b", newer, [theirs])
    expect(Decimal.format(desk.order(first).filled)).toBe("2")
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("one that is not ours is adopted once, whichever of its ids is told later", () => {
    const desk = deskOf(policy)
    perform(desk, plan)
    const others = seen(desk, { clientOrderId: undefined, brokerOrderId: BrokerOrderId.make("X-1"), quantity: six })
    hear(desk, others)
    const newest = {
      ...others,
      brokerOrderId: BrokerOrderId.make("X-2"),
      otherIds: [others.brokerOrderId],
      asOf: second(11)
    }
    hear(desk, newest)
    executedAs(desk, "x", others.brokerOrderId, [newest.brokerOrderId])
    const external = desk.all(Order.OrderTable).filter(({ origin }) => origin === "external")
    expect(external).toMatchObject([{ brokerOrderId: "X-2", brokerOrderIds: ["X-1", "X-2"] }])
    expect(external.map(({ filled }) => Decimal.format(filled))).toEqual(["1"])
    isSound(desk)
  })
})

describe("Refusals: the broker's words of an end", () => {
  test.each([
    ["the margin is not met", "the margin is not met"],
    [undefined, "Inactive by the broker"]
  ])("%s: the order says %s", (words, reason) => {
    const desk = working()
    const state = { _tag: "Closed", kind: "rejected" } as const
    hear(desk, seen(desk, { state, rawStatus: "Inactive", words, executionsRead: true }))
    expect(desk.order(first)).toMatchObject({ status: "rejected", reason })
    isSound(desk)
  })
})

describe("O18: another client order id under the same broker id", () => {
  test("the order is found by the broker's id, with a break that holds nothing", () => {
    const desk = working()
    const report = seen(desk, { clientOrderId: "someone-else", cumulative: Decimal.unsafe("1") })
    expect(hear(desk, report)).toMatchObject({ _tag: "Applied", orderId: first })
    expect(desk.order(first).status).toBe("partially_filled")
    expect(openBreaks(desk)).toEqual(["ClientIdDiffers O1 nothing"])
    hear(desk, report)
    expect(openBreaks(desk)).toHaveLength(1)
    isSound(desk)
  })

  test("an order that is not ours had no client order id of ours to differ from", () => {
    const desk = working()
    const other = BrokerOrderId.make("X-1")
    hear(desk, seen(desk, { brokerOrderId: other, clientOrderId: "a", side: "buy" }))
    hear(desk, seen(desk, { brokerOrderId: other, clientOrderId: "b", side: "buy", asOf: second(11) }))
    expect(openBreaks(desk)).toEqual([])
  })
})

describe("SDK-1, O22: an open order that the broker's whole history does not have", () => {
  test("is in doubt with a break once it was quiet, bound as before, and never planned again", () => {
    const desk = working()
    desk.pass(59_000)
    hear(desk, notFound(desk))
    expect(desk.order(first).status).toBe("submitted")
    desk.pass(2_000)
    hear(desk, notFound(desk, false))
    expect(desk.order(first).status).toBe("submitted")
    hear(desk, notFound(desk))
    expect(desk.order(first)).toMatchObject({ status: "in_doubt", brokerOrderId: theirs })
    expect(openBreaks(desk)).toEqual(["OrderMissing O1 nothing"])
    expect(perform(desk, { do: "send", order: 1, got: "accepted", time: 2 })).toBe("StaysInDoubt")
    expect(desk.all(Order.OrderTable)).toHaveLength(1)
    isSound(desk)
  })

  test("goes on where it was when it is found again, and the break closes", () => {
    const desk = working({
      do: "report",
      at: "B-O1",
      order: 1,
      side: "buy",
      milli: 3000,
      said: "open",
      cumulative: 0,
      time: 10,
      read: true
    })
    const before = desk.order(first)
    desk.pass(60_000)
    hear(desk, notFound(desk))
    expect(desk.order(first).status).toBe("in_doubt")
    hear(desk, seen(desk, { asOf: second(10), cumulative: Decimal.zero }))
    expect(desk.order(first)).toMatchObject({ status: "submitted", reported: "open", reportedAt: before.reportedAt })
    expect(desk.order(first).reason).toBeUndefined()
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("that has filled in part stays what its fills say, with the break", () => {
    const desk = working(buyFill("e1", 1000, 2))
    desk.pass(60_000)
    hear(desk, notFound(desk))
    expect(desk.order(first).status).toBe("partially_filled")
    expect(openBreaks(desk)).toEqual(["OrderMissing O1 nothing"])
  })

  test("O26: one that has ended is forgotten in silence", () => {
    const desk = working(buyFill("e1", 3000, 2))
    desk.pass(600_000)
    expect(hear(desk, notFound(desk))).toEqual({ _tag: "NothingToDo" })
    expect(openBreaks(desk)).toEqual([])
  })
})

/** The sentence of each open break, with its kind. */
const saidOf = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Break.BreakTable)
    .filter(({ closedAt }) => closedAt === undefined)
    .map((each) => `${each.kind} ${Break.evidenceOf(each)}`)

const located = { rawStatus: "Inactive (locate)", notWorking: { reason: "locate" } } as const
const IDLE = "OrderNotWorking the broker holds O1 without working it (locate)"

describe("Refusals: a live order that its broker does not work", () => {
  test("is a warning with the broker's reason and what is in flight, and closes once it is worked", () => {
    const desk = working()
    hear(desk, seen(desk, { ...located, asOf: second(11) }))
    expect([desk.order(first).status, saidOf(desk)]).toEqual(["submitted", [`${IDLE}: 3 in flight`]])
    const opened = desk.all(Break.BreakTable)
    hear(desk, seen(desk, { ...located, asOf: second(12) }))
    expect(desk.all(Break.BreakTable)).toEqual(opened)
    hear(desk, seen(desk, { asOf: second(13) }))
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("its reason and what is in flight follow what the broker says and fills", () => {
    const desk = working()
    hear(desk, seen(desk, { ...located, asOf: second(11) }))
    perform(desk, buyFill("e1", 1000, 12))
    expect(saidOf(desk)).toEqual([`${IDLE}: 2 in flight`])
    hear(desk, seen(desk, { rawStatus: "Inactive", notWorking: {}, asOf: second(13) }))
    expect(saidOf(desk)).toEqual([`${IDLE.replace("locate", "no reason given")}: 2 in flight`])
    expect(desk.all(Break.BreakTable)).toHaveLength(1)
    isSound(desk)
  })

  test.each<readonly [how: string, end: (desk: Desk.Desk) => unknown]>([
    ["it is filled", (desk) => perform(desk, buyFill("e1", 3000, 12))],
    [
      "it is cancelled",
      (desk) =>
        hear(desk, seen(desk, { asOf: second(12), state: { _tag: "Closed", kind: "cancelled" }, executionsRead: true }))
    ]
  ])("closes when %s", (_how, end) => {
    const desk = working()
    hear(desk, seen(desk, { ...located, asOf: second(11) }))
    end(desk)
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("C5: an older report neither opens nor closes it", () => {
    const desk = working()
    hear(desk, seen(desk, { asOf: second(12) }))
    hear(desk, seen(desk, { ...located, asOf: second(11) }))
    expect(openBreaks(desk)).toEqual([])
    hear(desk, seen(desk, { ...located, asOf: second(14) }))
    hear(desk, seen(desk, { asOf: second(13) }))
    expect(openBreaks(desk)).toEqual(["OrderNotWorking O1 nothing"])
    isSound(desk)
  })

  test.each<readonly [what: string, said: ReadonlyArray<Step>]>([
    ["that has not filled", []],
    ["that has filled in part", [buyFill("e1", 1000, 2)]]
  ])(
    "O22: of one %s and that the broker's whole history lacks by now, it says nothing until it is shown again",
    (_, said) => {
      const desk = working(...said)
      hear(desk, seen(desk, { ...located, asOf: second(11) }))
      desk.pass(60_000)
      hear(desk, notFound(desk))
      expect(openBreaks(desk)).toEqual(["OrderMissing O1 nothing"])
      hear(desk, seen(desk, { ...located, asOf: desk.now() }))
      expect(openBreaks(desk)).toEqual(["OrderNotWorking O1 nothing"])
      isSound(desk)
    }
  )

  test("an order that is not ours is its owner's business", () => {
    const desk = working()
    hear(desk, seen(desk, { ...located, brokerOrderId: BrokerOrderId.make("X-1"), clientOrderId: "a" }))
    expect(openBreaks(desk)).toEqual([])
  })
})

const ended = (desk: Desk.Desk) =>
  desk.commit("command", (recorder) => Commands.markEnded(recorder, first, "the broker confirmed by phone"))
const heard = (desk: Desk.Desk, report: Report.Report) =>
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }, "frame"))
const positionOf = (desk: Desk.Desk) => desk.all(PositionTable)[0]
const at = (asOf: Instant.Instant, differs: Partial<Report.OrderSeen>) => ({
  asOf,
  cumulative: Decimal.zero,
  ...differs
})
const inactive = { rawStatus: "Inactive", state: { _tag: "Closed", kind: "rejected" } } as const

describe("orders resolve: an operator ends a live order that its broker contradicts", () => {
  test("W11, D4: one that nothing contradicts is refused with the way to end it, and its shares stay in flight", () => {
    const desk = working()
    expect(ended(desk)).toMatchObject({ _tag: "Refused", why: expect.stringContaining("cancel it instead") })
    expect(desk.order(first).status).toBe("submitted")
    expect(answered(positionOf(desk))).toBe("OrderLive")
  })

  test("W11: one that its broker said ended, as it said, with the operator's reason; its shares are due after the cool-down", () => {
    const desk = working()
    heard(desk, seen(desk, at(second(11), inactive)))
    expect(desk.order(first)).toMatchObject({ status: "submitted", endReported: "rejected" })
    expect(answered(positionOf(desk))).toBe("OrderLive")
    expect(ended(desk)._tag).toBe("Done")
    expect(desk.order(first)).toMatchObject({
      status: "rejected",
      rawStatus: "Inactive",
      endReported: undefined,
      reason: expect.stringContaining("the broker confirmed by phone")
    })
    expect(answered(positionOf(desk))).toBe("CoolingDown")
    expect(ended(desk)._tag).toBe("Refused")
    isSound(desk)
  })

  test("W11: one that its broker shows live again since then is refused: nothing is released", () => {
    const desk = working()
    heard(desk, seen(desk, at(second(11), inactive)))
    heard(desk, seen(desk, at(second(12), {})))
    expect(ended(desk)._tag).toBe("Refused")
    expect(desk.order(first)).toMatchObject({ status: "submitted", endReported: undefined })
  })

  test("O22: one that its broker's whole history does not have keeps what it filled, and its break closes", () => {
    const desk = working(buyFill("e1", 1000, 2))
    desk.pass(60_000)
    hear(desk, notFound(desk))
    expect(ended(desk)).toMatchObject({ _tag: "Done", what: "O1 is cancelled with 1 of 3 filled" })
    expect(openBreaks(desk)).toEqual([])
    expect(Decimal.format(positionOf(desk)?.residual ?? Decimal.zero)).toBe("2")
    isSound(desk)
  })

  test("F3: one that its broker shows live later is live again, also by a report without a time of the broker's", () => {
    const desk = working(buyFill("e1", 1000, 2))
    desk.pass(60_000)
    hear(desk, notFound(desk))
    ended(desk)
    desk.pass(1_000)
    const report = seen(desk, { asOf: desk.now(), asOfKind: "ours", cumulative: Decimal.unsafe("1") })
    hear(desk, { ...report, executionsRead: true })
    expect(desk.order(first).status).toBe("partially_filled")
    expect(openBreaks(desk)).toEqual(["Reappeared O1 symbol"])
    isSound(desk)
  })
})

/** An order of these terms that was sent, and to which no answer has come. */
const sentAs = (direct: Instruction): Desk.Desk => {
  const desk = deskOf(policy)
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 3000, held: false, direct })
  perform(desk, { do: "send", order: 1, got: "nothing", time: 1 })
  return desk
}

describe("O29: terms that are not those that were sent", () => {
  const doubted: ReadonlyArray<Step> = [plan, { do: "send", order: 1, got: "unknown", time: 1 }]
  const four = { quantity: Quantity.make(Decimal.unsafe("4")) }

  test("hold the symbol until a reading begun two seconds later has those that were sent", () => {
    const desk = deskOf(policy)
    for (const step of doubted) perform(desk, step)
    const read = () => {
      const begun = desk.now()
      desk.commit("report", (recorder) =>
        Interpret.interpret(recorder, { report: seen(desk, { asOf: begun }), payload: undefined }, { begun })
      )
    }
    hear(desk, seen(desk, four))
    desk.pass(1_000)
    read()
    expect(openBreaks(desk)).toEqual(["TermsDiffer O1 symbol"])
    desk.pass(1_000)
    hear(desk, seen(desk, { asOf: desk.now() }))
    expect(openBreaks(desk)).toEqual(["TermsDiffer O1 symbol"])
    read()
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  const [stopAt, otherStop, limitAt] = [Price.unsafe("160"), Price.unsafe("161"), Price.unsafe("165")]
  const stop: Instruction = { type: "stop", stopPrice: stopAt, timeInForce: "gtc" }
  const stopLimit: Instruction = { ...stop, type: "stop_limit", limitPrice: limitAt }
  const extended: Instruction = { type: "limit", limitPrice: limitAt, session: "extended" }

  test.each<readonly [string, Instruction, Partial<Report.OrderSeen>, string]>([
    ["another type", stop, { type: "limit", stopPrice: stopAt }, "type stop), .* (type limit)"],
    [
      "a stop price other than sent",
      stop,
      { type: "stop", stopPrice: otherStop },
      "stop price 160), .*(stop price 161)"
    ],
    [
      "a limit other than sent",
      extended,
      { type: "limit", limitPrice: stopAt },
      "limit price 165), .*(limit price 160)"
    ],
    ["another session", extended, { type: "limit", session: "regular" }, "session extended), .*(session regular)"],
    ["a stop limit order for a stop that its broker does not turn", stop, { type: "stop_limit" }, "type stop)"]
  ])("W1: %s is never booked as the order's own", (_, direct, differs, words) => {
    const desk = sentAs(direct)
    expect(hear(desk, seen(desk, differs))._tag).toBe("KeptAsBreak")
    expect(openBreaks(desk)).toEqual(["TermsDiffer O1 symbol"])
    const [found] = desk.all(Break.BreakTable)
    expect(found && Break.evidenceOf(found)).toMatch(new RegExp(words.replaceAll(/[()]/g, "\\$&")))
    expect([desk.order(first).status, desk.order(first).stopPrice]).toEqual(["submitting", direct.stopPrice])
  })

  test.each<readonly [string, Instruction, Partial<Report.OrderSeen>]>([
    ["as sent", stopLimit, { type: "stop_limit", session: "regular", stopPrice: stopAt, limitPrice: limitAt }],
    ["an elected stop", stop, { type: "market" }],
    ["an elected stop limit", stopLimit, { type: "limit", limitPrice: limitAt }],
    [
      "a stop that its broker turns",
      stop,
      { type: "stop_limit", typeSent: ["stop"], stopPrice: stopAt, limitPrice: limitAt }
    ],
    ["a broker that shows no terms", extended, {}]
  ])("W1: %s is the order", (_, direct, differs) => {
    const desk = sentAs(direct)
    hear(desk, seen(desk, differs))
    expect(openBreaks(desk)).toEqual([])
    expect([desk.order(first).status, desk.order(first).limitPrice]).toEqual(["submitted", direct.limitPrice])
  })

  test("W2: a stop price that moves after the acknowledgement is held, and the sent one stays", () => {
    const desk = sentAs(stop)
    hear(desk, seen(desk, { type: "stop", stopPrice: stopAt }))
    hear(desk, seen(desk, { type: "stop", stopPrice: otherStop, asOf: second(11) }))
    expect(openBreaks(desk)).toEqual(["Implausible O1 symbol"])
    expect(desk.order(first).stopPrice).toEqual(stopAt)
  })
})

const nobodys = (desk: Desk.Desk, differs: Partial<Report.OrderSeen> = {}) =>
  seen(desk, { clientOrderId: undefined, asOf: desk.now(), ...differs })
const refused = () => {
  const desk = deskOf(policy)
  for (const step of [plan, { do: "send", order: 1, got: "rejected", time: 1 } as const]) perform(desk, step)
  return desk
}
const origins = (desk: Desk.Desk) => desk.all(Order.OrderTable).map(({ origin, status }) => [origin, status])

describe("W12: an order that seems nobody's", () => {
  test("is ours where one with its side and quantity was refused within a day", () => {
    const desk = refused()
    desk.pass(23 * 3_600_000)
    hear(desk, nobodys(desk))
    expect(origins(desk)).toEqual([["accumulation", "submitted"]])
    expect(openBreaks(desk)).toEqual(["Reappeared O1 symbol"])
    isSound(desk)
  })

  test.each([
    ["the side and quantity of one in doubt", {}, []],
    ["another quantity", { quantity: Quantity.make(Decimal.unsafe("4")) }, [["external", "submitted"]]],
    ["the other side", { side: "sell" }, [["external", "submitted"]]]
  ] as const)("with %s, and of another instrument, is adopted where it cannot be that one", (_, differs, adopted) => {
    const desk = deskOf(policy)
    for (const step of [plan, { do: "send", order: 1, got: "unknown", time: 1 } as const]) perform(desk, step)
    hear(desk, nobodys(desk, { symbol: "KO", ...differs }))
    expect(origins(desk)).toEqual([["accumulation", "in_doubt"], ...adopted])
    isSound(desk)
  })

  test("W3: what was held under its id alone is settled by the first plausible report, also where it turned out to be ours", () => {
    const desk = deskOf(policy)
    for (const step of [plan, { do: "send", order: 1, got: "nothing", time: 1 } as const]) perform(desk, step)
    const impossible = nobodys(desk, { cumulative: Decimal.unsafe("4000000000000") })
    const held = `Implausible ${impossible.brokerOrderId} symbol`
    hear(desk, impossible)
    expect(openBreaks(desk)).toEqual([held])
    perform(desk, { do: "send", order: 1, got: "accepted", time: 2 })
    expect(openBreaks(desk)).toEqual([held])
    desk.pass(1_000)
    hear(desk, nobodys(desk))
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test.each([
    ["was refused longer ago", 25, {}],
    ["had another quantity", 1, { quantity: Quantity.make(Decimal.unsafe("4")) }],
    ["had the other side", 1, { side: "sell" }],
    ["was of another instrument", 1, { symbol: "KO" }]
  ] as const)("is adopted where ours %s", (_, hours, differs) => {
    const desk = refused()
    desk.pass(hours * 3_600_000)
    hear(desk, nobodys(desk, differs))
    expect(desk.order(first).status).toBe("rejected")
    expect(origins(desk)).toContainEqual(["external", "submitted"])
    isSound(desk)
  })
})

describe("O28: a broker's id that now is another order's", () => {
  test("is told apart by its day: the open order has a break, the other is adopted once", () => {
    const desk = working()
    hear(desk, reused(desk))
    hear(desk, reused(desk))
    expect(openBreaks(desk)).toEqual(["ReusedOrderId O1 nothing"])
    expect(desk.all(Order.OrderTable).map((each) => [each.origin, each.symbol, each.status])).toEqual([
      ["accumulation", "AAPL", "submitted"],
      ["external", "MSFT", "submitted"]
    ])
    const [, other] = desk.all(Order.OrderTable)
    expect(desk.order(first).idReusedOn).toBe("")
    expect(other?.idReusedOn).toBe(Instant.dayOf(reused(desk).enteredAt ?? second(0)))
    isSound(desk)
  })

  test("W12: with the terms of ours it is ours, whatever day the broker names", () => {
    const desk = working()
    hear(desk, { ...reused(desk), symbol: desk.symbol, side: "buy" })
    expect(desk.all(Order.OrderTable)).toHaveLength(1)
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("of an order that has ended, which needs no break; of several adopted ones each is one order", () => {
    const desk = working(buyFill("e1", 3000, 2))
    const later = reused(desk)
    hear(desk, later)
    const cancelled = { ...later, state: { _tag: "Closed", kind: "cancelled" }, cumulative: Decimal.zero } as const
    hear(desk, { ...cancelled, asOf: days(31) })
    const third = { ...later, enteredAt: Instant.addMillis(later.enteredAt ?? second(0), 5 * 86_400_000) }
    hear(desk, { ...third, asOf: days(40) })
    expect(openBreaks(desk)).toEqual([])
    expect(desk.all(Order.OrderTable).map((each) => each.status)).toEqual(["filled", "cancelled", "submitted"])
  })

  test("is the same order's on its own day, also across midnight", () => {
    const desk = working()
    const at = desk.order(first).acceptedAt ?? second(0)
    hear(desk, seen(desk, { enteredAt: Instant.addMillis(at, 16 * 3_600_000) }))
    expect(desk.all(Order.OrderTable)).toHaveLength(1)
    expect(openBreaks(desk)).toEqual([])
  })
})

const one = Decimal.unsafe("1")
const unsure = (desk: Desk.Desk, name: string, time: number): Report.Executed => ({
  _tag: "Executed",
  account: desk.account,
  asOf: second(time),
  asOfKind: "broker",
  execId: name,
  execIdBase: name,
  revision: 0,
  brokerOrderId: theirs,
  clientOrderId: undefined,
  symbol: desk.symbol,
  side: "buy",
  quantity: one,
  price: Price.unsafe("100"),
  executedAt: second(time),
  mayHaveOtherId: true
})
const totalTold = (desk: Desk.Desk, cumulative: string, asOf: Instant.Instant) =>
  hear(desk, seen(desk, { cumulative: Decimal.unsafe(cumulative), asOf }))
const filledOf = (desk: Desk.Desk) => Decimal.format(desk.order(first).filled)
const afterNow = (desk: Desk.Desk, by: number) => Instant.addMillis(Instant.later(desk.now(), second(20)), by)

/** One fill by the stream, the total of it, and the same by the listing under an id of its own. */
const twoIds = () => {
  const desk = working()
  hear(desk, unsure(desk, "stream-7", 2))
  totalTold(desk, "1", second(10))
  expect(hear(desk, unsure(desk, "listed-9", 4))).toEqual({ _tag: "Waiting" })
  expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", ["SuspectedDuplicate O1 symbol"]])
  return desk
}

describe("F10 of reconciliation: one fill under two ids", () => {
  test("what the broker's total has no place for, like another in all but its id, is not counted and holds the symbol", () => {
    const desk = twoIds()
    expect(hear(desk, unsure(desk, "listed-9", 4))).toEqual({ _tag: "Duplicate" })
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", ["SuspectedDuplicate O1 symbol"]])
    isSound(desk)
  })

  test("a total that is told later and still has no place for it settles that it is one", () => {
    const desk = twoIds()
    totalTold(desk, "1", afterNow(desk, 1000))
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", []])
    expect(hear(desk, unsure(desk, "listed-9", 4))).toEqual({ _tag: "Duplicate" })
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", []])
    isSound(desk)
  })

  test.each([
    [500, ["SuspectedDuplicate O1 symbol"]],
    [1_500, []]
  ])(
    "a reading begun %i ms later settles it, however long ago the order last changed; a shared one does not",
    (ms, open) => {
      const desk = working()
      hear(desk, unsure(desk, "stream-7", 2))
      totalTold(desk, "1", second(10))
      desk.pass(60_000)
      hear(desk, unsure(desk, "listed-9", 4))
      const begun = Instant.addMillis(desk.now(), ms)
      const report = seen(desk, { cumulative: one, asOf: second(10) })
      desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }, { begun }))
      expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", open])
    }
  )

  test("a total that has a place for it settles that they are two", () => {
    const desk = twoIds()
    totalTold(desk, "2", afterNow(desk, 1000))
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["2", []])
    isSound(desk)
  })

  test("where no total was told since, it is suspected too", () => {
    const desk = working()
    hear(desk, unsure(desk, "stream-7", 2))
    hear(desk, unsure(desk, "listed-9", 2))
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", ["SuspectedDuplicate O1 symbol"]])
  })

  test("two that are alike are two where the total has a place for both, anything differs, or ids are the same everywhere", () => {
    const desk = working()
    totalTold(desk, "2", second(10))
    hear(desk, unsure(desk, "b", 3))
    hear(desk, { ...unsure(desk, "c", 3), price: Price.unsafe("101") })
    hear(desk, { ...unsure(desk, "d", 3), mayHaveOtherId: undefined })
    expect(filledOf(desk)).toBe("3")
    expect(openBreaks(desk).filter((each) => each.startsWith("SuspectedDuplicate"))).toEqual([])
  })
})

describe("F15 of reconciliation: the average of fills and the broker's", () => {
  test.each([
    ["100.333333", []],
    ["100.3333", []],
    ["100.33", []],
    ["100.34", []],
    ["100.3", ["AverageDiffers O1 nothing"]],
    ["100.3335", ["AverageDiffers O1 nothing"]],
    ["101.33", ["AverageDiffers O1 nothing"]]
  ])("of 100, 100 and 101 the broker's %s gives %j", (average, wanted) => {
    const desk = working()
    atPrices(desk, ["100", "100", "101"])
    said(desk, average, "3", 10)
    expect(openBreaks(desk)).toEqual(wanted)
    said(desk, "100.333333333333", "3", 11)
    expect(openBreaks(desk)).toEqual([])
    isSound(desk)
  })

  test("a total that is not the sum of our fills, or older than one of them, is not compared", () => {
    const desk = working()
    atPrices(desk, ["100", "100"])
    said(desk, "150", "3", 10)
    said(desk, "150", "2", 1)
    expect(openBreaks(desk).filter((each) => each.startsWith("Average"))).toEqual([])
  })
})

const counted = (desk: Desk.Desk) =>
  hear(desk, seen(desk, { cumulative: one, executionsRead: true, asOf: afterNow(desk, 0) }))

describe("F14, O16 of reconciliation: shares that the broker counts and no execution has", () => {
  test("are inferred at once, a break that holds nothing after a minute, and none any more when they come", () => {
    const desk = working()
    counted(desk)
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", []])
    const toldAt = desk.order(first).cumulativeAt ?? second(0)
    desk.pass(120_000)
    hear(desk, seen(desk, { cumulative: one, asOf: toldAt }))
    expect(openBreaks(desk)).toEqual([])
    hear(desk, seen(desk, { cumulative: one, executionsRead: true, asOf: toldAt }))
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", ["Unpriced O1 nothing"]])
    hear(desk, unsure(desk, "late", 12))
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", []])
    isSound(desk)
  })

  test("age from the first report without a price, though each poll tells another time", () => {
    const desk = working()
    counted(desk)
    desk.pass(50_000)
    counted(desk)
    expect(openBreaks(desk)).toEqual([])
    desk.pass(10_000)
    counted(desk)
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", ["Unpriced O1 nothing"]])
    isSound(desk)
  })

  test("begin to age anew where all had their price between", () => {
    const desk = working()
    counted(desk)
    desk.pass(50_000)
    hear(desk, unsure(desk, "late", 12))
    hear(desk, seen(desk, { cumulative: Decimal.unsafe("2"), executionsRead: true, asOf: afterNow(desk, 0) }))
    desk.pass(50_000)
    hear(desk, seen(desk, { cumulative: Decimal.unsafe("2"), executionsRead: true, asOf: afterNow(desk, 0) }))
    expect(openBreaks(desk)).toEqual([])
  })

  test("an execution without a price is a break after a minute too, and none when its price comes", () => {
    const desk = working()
    const late = unsure(desk, "late", 12)
    hear(desk, { ...late, price: undefined })
    expect(openBreaks(desk)).toEqual([])
    desk.pass(60_000)
    counted(desk)
    expect(openBreaks(desk)).toEqual(["Unpriced O1 nothing"])
    hear(desk, { ...late, revision: 1, execId: "late.1" })
    expect([filledOf(desk), openBreaks(desk)]).toEqual(["1", []])
    isSound(desk)
  })
})

const moneyOf = (desk: Desk.Desk) => {
  const { filled, inferred, notional, unpriced } = desk.order(first)
  return [filled, inferred, notional, unpriced].map(Decimal.format)
}

const bought = { ...plan, milli: 8000 }
const eight = (): Desk.Desk => {
  const desk = deskOf({ ...policy, lot: 8000 })
  for (const step of [bought, ...accepted.slice(1)]) perform(desk, step)
  return desk
}
const of8 = (desk: Desk.Desk, differs: Partial<Report.OrderSeen> = {}) =>
  hear(desk, seen(desk, { quantity: Decimal.unsafe("8"), ...differs }))
const five = (desk: Desk.Desk) =>
  hear(desk, { ...unsure(desk, "five", 2), quantity: Decimal.unsafe("5"), price: Price.unsafe("3000") })
const total = (cumulative: string, average: string, time = 10) => ({
  cumulative: Decimal.unsafe(cumulative),
  averagePrice: Decimal.unsafe(average),
  asOf: second(time)
})

describe("F14, O8 of reconciliation: what is inferred costs what the broker's average says", () => {
  test("to the last digit, and has no place any more when its execution comes", () => {
    const desk = eight()
    five(desk)
    of8(desk, total("8", "3002.5"))
    expect(moneyOf(desk)).toEqual(["8", "3", "24020", "0"])
    of8(desk, { ...total("8", "3002.5", 11), executionsRead: true })
    desk.pass(120_000)
    of8(desk, { ...total("8", "3002.5", 12), executionsRead: true })
    expect(openBreaks(desk)).toEqual(["Unpriced O1 nothing"])
    const rest = { ...unsure(desk, "rest", 4), quantity: Decimal.unsafe("3"), price: Price.unsafe("3006.67") }
    hear(desk, rest)
    expect([moneyOf(desk), openBreaks(desk)]).toEqual([["8", "0", "24020.01", "0"], []])
    isSound(desk)
  })

  test("also where only a part of its executions comes", () => {
    const desk = eight()
    five(desk)
    of8(desk, total("8", "3002.5"))
    hear(desk, { ...unsure(desk, "one", 4), price: Price.unsafe("3006") })
    expect(moneyOf(desk)).toEqual(["8", "2", "24020", "0"])
  })

  test("and an average that comes after the total, or again without it, stays that of its total", () => {
    const desk = eight()
    five(desk)
    of8(desk, { cumulative: Decimal.unsafe("8"), asOf: second(10) })
    expect(moneyOf(desk)).toEqual(["8", "3", "15000", "3"])
    of8(desk, total("8", "3002.5", 11))
    of8(desk, { cumulative: Decimal.unsafe("8"), asOf: second(12) })
    expect(moneyOf(desk)).toEqual(["8", "3", "24020", "0"])
    of8(desk, total("8", "2999", 9))
    expect(moneyOf(desk)).toEqual(["8", "3", "24020", "0"])
    isSound(desk)
  })

  test.each([
    ["is of another total", "6", "3002.5", ["8", "3", "15000", "3"]],
    ["gives a price of zero", "8", "1875", ["8", "3", "15000", "3"]],
    ["gives one below zero", "8", "1800", ["8", "3", "15000", "3"]],
    ["gives one outside the order's band", "8", "4000", ["8", "3", "15000", "3"]]
  ])("an average that %s is not used", (_, of, average, wanted) => {
    const desk = eight()
    five(desk)
    of8(desk, total(of, average))
    of8(desk, { cumulative: Decimal.unsafe("8"), asOf: second(11) })
    expect(moneyOf(desk)).toEqual(wanted)
    isSound(desk)
  })

  test("nor one beside an execution that has no price itself", () => {
    const desk = eight()
    hear(desk, { ...unsure(desk, "five", 2), quantity: Decimal.unsafe("5"), price: undefined })
    of8(desk, total("8", "3002.5"))
    expect(moneyOf(desk)).toEqual(["8", "3", "0", "8"])
  })
})

const limitOf = (desk: Desk.Desk) => {
  const { limitPrice, stopPrice } = desk.order(first)
  return [limitPrice, stopPrice].map((price) => (price === undefined ? "-" : Decimal.format(price)))
}

describe("O2: prices that the broker works an order at", () => {
  test("are none of a market order, and of an adopted one those of its type", () => {
    const desk = working()
    const limitPrice = Price.unsafe("99")
    hear(desk, seen(desk, { type: "market", limitPrice }))
    expect(limitOf(desk)).toEqual(["-", "-"])
    const others = { brokerOrderId: BrokerOrderId.make("X-1"), clientOrderId: undefined, limitPrice } as const
    hear(desk, seen(desk, { ...others, type: "limit" }))
    hear(desk, seen(desk, { ...others, brokerOrderId: BrokerOrderId.make("X-2"), type: "stop" }))
    const adopted = desk.all(Order.OrderTable).filter(({ origin }) => origin === "external")
    expect(adopted.map(({ limitPrice: price, type }) => [type, price && Decimal.format(price)])).toEqual([
      ["limit", "99"],
      ["market", undefined]
    ])
    isSound(desk)
  })

  test("are those of its newest word, whichever comes first", () => {
    const desk = working()
    const others = { brokerOrderId: BrokerOrderId.make("X-1"), clientOrderId: undefined, type: "limit" } as const
    const told = (price: string, time: number) =>
      hear(desk, seen(desk, { ...others, limitPrice: Price.unsafe(price), asOf: second(time) }))
    told("99", 10)
    told("98", 12)
    told("97", 11)
    const prices = desk.all(Order.OrderTable).flatMap(({ limitPrice }) => limitPrice ?? [])
    expect(prices.map(Decimal.format)).toEqual(["98"])
    isSound(desk)
  })
})

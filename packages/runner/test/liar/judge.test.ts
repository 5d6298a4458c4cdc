import { Decimal, Instant, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId, Id } from "@roundlot/core/adapter"
import { SampleDetails } from "@roundlot/testing"
import { describe, expect, test } from "vitest"
import {
  blocked,
  doubled,
  hanging,
  lost,
  resent,
  storms,
  twice,
  type Asked,
  type Limits,
  type Moment,
  type OpenBreak,
  type Post
} from "./judge.ts"

const MINUTE_MS = 60_000
const KO = Ticker.Ticker.make("KO")
const shares = Decimal.unsafe
const at = Instant.fromMillis
const brokerId = ClientOrderId.BrokerOrderId.make("X1")

const theirs: Moment["theirs"]["orders"][number] = {
  brokerOrderId: brokerId,
  clientOrderId: "rl1-a",
  symbol: KO,
  side: "buy",
  quantity: Quantity.unsafe("2"),
  filledQuantity: shares("2"),
  status: "filled"
}
const execution: Moment["theirs"]["executions"][number] = {
  brokerOrderId: brokerId,
  execId: "E1.01",
  execIdBase: "E1",
  symbol: KO,
  side: "buy",
  quantity: shares("2"),
  executedAt: at(1000)
}
const order: Moment["orders"][number] = {
  id: Id.OrderId.make(1),
  symbol: KO,
  side: "buy",
  origin: "accumulation",
  status: "filled",
  quantity: shares("2"),
  sentQuantity: shares("2"),
  filled: shares("2"),
  brokerOrderIds: [brokerId],
  endReportedAt: undefined
}
const position: Moment["positions"][number] = {
  symbol: KO,
  residual: shares("0.3"),
  answer: { _tag: "NotDue" },
  coolDownUntil: undefined,
  circuitUntil: undefined
}
const opened: OpenBreak = {
  kind: "FillMismatch",
  subject: "O1",
  symbol: KO,
  holds: "symbol",
  details: SampleDetails.sampleDetails.FillMismatch,
  isUrgent: true
}

/** 2.3 were asked for, 2 ordered, sent once and filled: nothing is wrong. */
const fine: Moment = {
  atMs: 10_000,
  trades: [{ atMs: 500, symbol: "KO", quantity: shares("2.3") }],
  theirs: { orders: [theirs], executions: [execution] },
  orders: [order],
  attempts: [{ orderId: order.id, outcome: "accepted" }],
  positions: [position],
  breaks: [],
  cases: [],
  halted: [],
  tellsState: true
}
const ordersAt = (...orders: Moment["theirs"]["orders"]): Moment => ({ ...fine, theirs: { ...fine.theirs, orders } })

const asks = (place: string, ...timesMs: ReadonlyArray<number>): ReadonlyArray<Asked> =>
  timesMs.map((atMs) => ({ place, atMs }))
const everySecond = (count: number) => Array.from({ length: count }, (_, i) => i * 1000)

const posted = (count: number, status = 200): ReadonlyArray<Post> =>
  Array.from({ length: count }, (_, i) => ({ atMs: i, clientOrderId: "rl1-a", status }))
const attempted = (count: number, outcome: Moment["attempts"][number]["outcome"] = "unknown"): Moment => ({
  ...fine,
  attempts: Array.from({ length: count }, () => ({ orderId: order.id, outcome }))
})

/** What is said of posts of which the books have four attempts that were surely not processed. */
const notTaken = (posts: ReadonlyArray<Post>) => resent({ posts, placed: [] }, attempted(4, "not_accepted"))

const attemptsOf = (moment: Moment) => resent({ posts: [], placed: [] }, moment)

const later = (moment: Moment, ms: number): Moment => ({ ...moment, atMs: moment.atMs + ms })

const ordered = (change: Partial<Moment["orders"][number]>): Moment => ({
  ...fine,
  orders: [{ ...order, ...change }]
})

const having = (change: Partial<Moment>): ReadonlyArray<string> => hanging({ ...fine, ...change })

/** What is said of a position that stands so for more than a minute. */
const saidOf = (moment: Moment) => {
  const { watched } = blocked(new Map(), moment)
  expect(blocked(watched, later(moment, MINUTE_MS)).said).toEqual([])
  return blocked(watched, later(moment, MINUTE_MS + 6000)).said
}

test("a round in which nothing is wrong has no findings", () => {
  const heard = { asked: [], posts: [], placed: [{ symbol: "KO", side: "buy", quantity: shares("2") }] } as const
  expect([...lost(fine), ...doubled(fine), ...twice(fine), ...hanging(fine), ...resent(heard, fine)]).toEqual([])
})

describe("LOST", () => {
  const one = { ...fine, orders: [{ ...order, filled: shares("1") }] }
  const found = (...breaks: ReadonlyArray<OpenBreak>) => lost({ ...one, breaks })

  test("W1 to W14: what the books miss of an order is lost, by the order, where the sums of the symbol agree as well", () => {
    expect(found()).toEqual(["LOST KO: of O1 the exchange filled 2, the books say 1; open: "])
    const other = { ...order, id: Id.OrderId.make(2), brokerOrderIds: [], filled: shares("1") }
    expect(lost({ ...one, orders: [...one.orders, other] })).toHaveLength(2)
  })

  test("W1 to W14: a critical break that names the order, and that only a person closes, grants it; no other does", () => {
    expect(found(opened)).toEqual([])
    expect(found({ ...opened, subject: "E1.01", kind: "UndocumentedCorrection" })).toEqual([])
    expect(found({ ...opened, isUrgent: false })).toHaveLength(1)
    expect(found({ ...opened, subject: "O2" })).toHaveLength(1)
    expect(found({ ...opened, kind: "OrderRefused" })).toHaveLength(1)
    expect(found({ ...opened, kind: "PositionDiffers", subject: "KO" })).toHaveLength(1)
  })

  test("W12: an order of ours that is in the books as nobody's is lost, and granted by what names it", () => {
    const adopted = { ...fine, orders: [{ ...order, origin: "external" as const }] }
    expect(lost(adopted)).toEqual([
      "LOST KO: the exchange filled 2 of X1, which is no order of ours in the books; open: "
    ])
    expect(lost({ ...adopted, breaks: [{ ...opened, kind: "DuplicateOrder" }] })).toEqual([])
  })
})

describe("DOUBLED", () => {
  test("W12: the exchange holds more than trades had asked for by then", () => {
    const again = { ...execution, execId: "E2.01", execIdBase: "E2", executedAt: at(2000) }
    const twofold = { ...fine, theirs: { ...fine.theirs, executions: [execution, again] } }
    expect(doubled(twofold)).toEqual(["DOUBLED KO: the exchange came to hold 4, where trades ask for 0 to 2.3"])
    const later = { atMs: 3000, symbol: "KO", quantity: shares("2") }
    expect(doubled({ ...twofold, trades: [...fine.trades, later] })).toHaveLength(1)
    expect(doubled({ ...twofold, trades: [...fine.trades, { ...later, atMs: 1500 }] })).toEqual([])
  })

  test("W12: what works there counts before it fills; a bust gives its shares back", () => {
    const working = { ...theirs, brokerOrderId: ClientOrderId.BrokerOrderId.make("X2"), filledQuantity: Decimal.zero }
    expect(doubled(ordersAt(theirs, { ...working, status: "new" }))).toHaveLength(1)
    expect(doubled(ordersAt(theirs, { ...working, status: "cancelled" }))).toEqual([])
    const bust = { ...execution, quantity: Decimal.zero, execId: "E1.02" }
    const busted = { orders: [theirs, { ...working, status: "new" as const }], executions: [execution, bust] }
    expect(doubled({ ...fine, theirs: busted })).toEqual([])
  })
})

describe("TWICE", () => {
  const second = { ...theirs, brokerOrderId: ClientOrderId.BrokerOrderId.make("X2") }

  test("W10: a client order id is there twice", () => {
    expect(twice(ordersAt(theirs, second))).toContain("TWICE: rl1-a is there 2 times")
  })

  test("W12: where the broker has no ids of ours, more orders of some terms than ours are there", () => {
    const nameless = { ...theirs, clientOrderId: null }
    const found = twice(ordersAt(nameless, { ...second, clientOrderId: null }))
    expect(found).toEqual(["TWICE: buy 2 KO is there 2 times, for 1 orders of ours"])
    const external = { ...order, id: Id.OrderId.make(2), origin: "external" as const }
    const both = ordersAt(nameless, { ...second, clientOrderId: null })
    expect(twice({ ...both, orders: [order, external] })).toHaveLength(1)
    expect(twice({ ...both, orders: [order, { ...external, origin: "accumulation" as const }] })).toEqual([])
  })
})

describe("STORM", () => {
  const limits: Limits = { all: 10, writes: 2, isWrite: (place) => place === "POST" }
  test("the worst 60 seconds count, whatever the average is and wherever a minute begins", () => {
    const burst = asks("GET", ...everySecond(11).map((ms) => ms + 55_000), 60 * MINUTE_MS)
    expect(storms({ asked: burst }, limits)).toEqual(["STORM: 11 requests in a minute: 11 GET"])
    const spread = asks("GET", ...everySecond(100).map((i) => i * 10))
    expect(storms({ asked: spread }, limits)).toEqual([])
  })

  test("what changes something has a limit of its own, by endpoint", () => {
    expect(storms({ asked: asks("POST", 0, 10, 20) }, limits)).toEqual(["STORM: 3 times POST in a minute"])
    expect(storms({ asked: asks("POST", 0, 10, MINUTE_MS) }, limits)).toEqual([])
  })

  test("Refusals: no client order id is posted more than three times; 401 and 429 are paced and do not count", () => {
    expect(notTaken(posted(4))).toEqual(["STORM: rl1-a was posted 4 times"])
    expect(notTaken(posted(3))).toEqual([])
    expect([...notTaken(posted(4, 401)), ...notTaken(posted(4, 429))]).toEqual([])
  })

  test("Refusals: no order has more than three attempts that may have been processed, where the broker has no ids of ours as well", () => {
    expect(attemptsOf(attempted(4))).toEqual(["STORM: O1 has 4 attempts that may have been processed"])
    expect(attemptsOf(attempted(3))).toEqual([])
    expect(attemptsOf(attempted(4, "not_accepted"))).toEqual([])
  })

  test("rule 1 of sending: what the broker was asked to place is in the books as an attempt", () => {
    const terms = { symbol: "KO", side: "buy", quantity: shares("2") } as const
    expect(resent({ posts: [], placed: [terms, terms] }, fine)).toEqual([
      "STORM: the broker was asked 2 times to buy 2 KO, the books have 1 attempts"
    ])
    expect(resent({ posts: posted(2), placed: [terms] }, fine)).toEqual([
      "STORM: 2 orders were posted, the books have 1 attempts"
    ])
  })
})

describe("BLOCKED", () => {
  const owing = { ...position, residual: shares("1.5"), answer: { _tag: "BreakOpen" } as const }
  const stuck: Moment = { ...fine, positions: [owing] }
  test("G: a position that owes a lot and orders nothing for a minute has a critical case at that moment", () => {
    expect(saidOf(stuck)).toEqual(["BLOCKED KO: for 66 s 1.5 owed, BreakOpen; open: "])
    expect(saidOf({ ...stuck, cases: ["KO"] })).toEqual([])
    expect(saidOf({ ...stuck, cases: ["IBM"] })).toHaveLength(1)
    expect(saidOf({ ...stuck, breaks: [{ ...opened, kind: "PositionBlocked", holds: "nothing" }] })).toEqual([])
    expect(saidOf({ ...stuck, breaks: [opened] })).toEqual([])
    expect(saidOf({ ...stuck, breaks: [{ ...opened, kind: "AccountRefused", holds: "account" }] })).toEqual([])
  })

  test("G: a break that is not critical, of another symbol, or that stops nothing does not say why", () => {
    expect(saidOf({ ...stuck, breaks: [{ ...opened, isUrgent: false }] })).toHaveLength(1)
    expect(saidOf({ ...stuck, breaks: [{ ...opened, symbol: Ticker.Ticker.make("IBM") }] })).toHaveLength(1)
    expect(saidOf({ ...stuck, breaks: [{ ...opened, kind: "FillAfterRejection", holds: "nothing" }] })).toHaveLength(1)
  })

  test("it is said once, though it ends later, and begins anew with the next order", () => {
    const first = blocked(blocked(new Map(), stuck).watched, later(stuck, 2 * MINUTE_MS))
    expect(first.said).toHaveLength(1)
    expect(blocked(first.watched, later(stuck, 3 * MINUTE_MS)).said).toEqual([])
    const next = { ...order, id: Id.OrderId.make(2) }
    const renewed = blocked(first.watched, later({ ...stuck, orders: [order, next] }, 3 * MINUTE_MS))
    expect(renewed.watched.get("KO")).toMatchObject({ isSaid: false })
  })

  test("G: where the case of one reason has ended, the next reason has a minute of its own", () => {
    const known = { ...stuck, breaks: [opened] }
    const { watched } = blocked(blocked(new Map(), stuck).watched, later(known, MINUTE_MS))
    const gap = blocked(watched, later(stuck, MINUTE_MS + 6000))
    expect(gap.said).toEqual([])
    expect(blocked(gap.watched, later(stuck, 2 * MINUTE_MS + 12_000)).said).toHaveLength(1)
  })

  test("F3, W11: an order that is not sent, in doubt, missing, or said to have ended is no order that works", () => {
    expect(saidOf(ordered({ status: "pending" }))).toHaveLength(1)
    expect(saidOf(ordered({ status: "in_doubt" }))).toHaveLength(1)
    expect(
      saidOf({ ...ordered({ status: "in_doubt" }), breaks: [{ ...opened, kind: "Doubt", holds: "nothing" }] })
    ).toEqual([])
    expect(saidOf(ordered({ status: "submitted", endReportedAt: at(0) }))).toHaveLength(1)
    const missing = { ...opened, kind: "OrderMissing", holds: "nothing", isUrgent: false } as const
    expect(saidOf({ ...ordered({ status: "submitted" }), breaks: [missing] })).toHaveLength(1)
    expect(saidOf({ ...ordered({ status: "submitted" }), positions: [owing] })).toEqual([])
  })

  test("D8: what cools down until a known time is not blocked", () => {
    const cooling = { ...owing, answer: { _tag: "CoolingDown" } as const, coolDownUntil: at(fine.atMs + 2 * MINUTE_MS) }
    expect(saidOf({ ...stuck, positions: [cooling] })).toEqual([])
    expect(saidOf({ ...stuck, positions: [{ ...cooling, coolDownUntil: at(fine.atMs) }] })).toHaveLength(1)
  })
})

describe("HANGS", () => {
  test("after the truth nothing lives, owes or stays open by itself", () => {
    expect(having({ orders: [{ ...order, status: "submitted" }] })).toEqual(["HANGS: O1 buy 2 KO is submitted"])
    expect(having({ positions: [{ ...position, residual: shares("-1") }] })).toEqual(["HANGS: KO owes -1: NotDue"])
    expect(
      having({ breaks: [{ ...opened, kind: "Implausible", details: SampleDetails.sampleDetails.Implausible }] })
    ).toEqual(["HANGS: Implausible of O1 stays open: cumulative 9, plausible: 3; held report 1 of O1 (W3)"])
  })

  test("G: what waits for a person does not hang, nor what the same order lets wait", () => {
    const owing = [{ ...position, residual: shares("1"), answer: { _tag: "BreakOpen" } as const }]
    expect(having({ breaks: [opened], positions: owing, orders: [{ ...order, status: "in_doubt" }] })).toEqual([])
    expect(having({ breaks: [{ ...opened, holds: "nothing" }], positions: owing })).toHaveLength(1)
    expect(having({ breaks: [opened, { ...opened, kind: "Implausible" }] })).toEqual([])
    expect(having({ breaks: [opened, { ...opened, kind: "Implausible", subject: "O2" }] })).toHaveLength(1)
  })

  test("P4: a holding that differs waits for a person only where all that differs does", () => {
    const differs = { ...opened, kind: "PositionDiffers", subject: "KO" } as const
    const missed = [{ ...order, filled: shares("1") }]
    expect(having({ orders: missed, breaks: [differs] })).toHaveLength(1)
    expect(having({ orders: missed, breaks: [opened, differs] })).toEqual([])
    expect(having({ breaks: [opened, differs] })).toHaveLength(1)
  })

  test("Refusals: an account that its broker lets go by itself is let go; where it tells no state a person is asked", () => {
    const refused = { ...opened, kind: "AccountRefused", holds: "account" } as const
    const owing = { breaks: [refused], positions: [{ ...position, residual: shares("1") }] }
    expect(having(owing)).toHaveLength(2)
    expect(having({ ...owing, tellsState: false })).toEqual([])
  })

  test("D8: a circuit is waited for until its time", () => {
    const held = {
      ...position,
      residual: shares("1"),
      answer: { _tag: "Held", by: "circuit" } as const,
      circuitUntil: at(fine.atMs + 1)
    }
    const says = { ...opened, kind: "PositionBlocked", subject: "circuit", holds: "nothing" } as const
    expect(having({ positions: [held], breaks: [says] })).toEqual([])
    expect(having({ breaks: [says] })).toHaveLength(1)
    expect(having({ positions: [{ ...held, circuitUntil: at(fine.atMs) }] })).toHaveLength(1)
  })
})

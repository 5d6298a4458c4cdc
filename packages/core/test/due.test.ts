import { describe, expect, test } from "vitest"
import { AccountTable } from "../src/records/Account.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import * as Id from "../src/values/Id.ts"
import { InstrumentTable } from "../src/records/Instrument.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { Reference } from "../src/values/Reference.ts"
import * as Order from "../src/records/Order.ts"
import { coolDownMs } from "../src/rules/position/coolDown.ts"
import { dueOf, foreseenOf, saidOf, stillStands, type Due, type Standing } from "../src/rules/position/due.ts"
import { answerText } from "../src/records/PositionAnswer.ts"
import * as Position from "../src/records/Position.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { deskOf, perform, type Step, type Policy } from "./Story.ts"
import { answered } from "./answered.ts"

const policy: Policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false }
const trade = (id: string, side: "buy" | "sell", milli: number): Step => ({ do: "trade", id, side, milli, held: false })

const positionOf = (desk: Desk.Desk): Position.Position => {
  const [position] = desk.all(Position.PositionTable)
  if (position === undefined) throw new Error("there is no position")
  return position
}

/** A position that owes 2.5 to buy, with nothing in the way; an order of its own and one that is opposite to it. */
const standingOf = () => {
  const desk = deskOf(policy)
  perform(desk, { do: "halt" })
  perform(desk, trade("T1", "buy", 2500))
  const position = positionOf(desk)
  perform(desk, { do: "resume" })
  const [own] = desk.all(Order.OrderTable)
  const [account] = desk.all(AccountTable)
  const [instrument] = desk.all(InstrumentTable)
  if (own === undefined || account === undefined || instrument === undefined) throw new Error("the desk is not set up")
  const standing: Standing = {
    position,
    account,
    instrument,
    tradingState: "normal",
    reducesOnly: false,
    needsApproval: false,
    liveOrders: [],
    holdingBreaks: [],
    isSessionOpen: () => true,
    reference: Reference.NoPrice(),
    prices: [],
    inboundPrice: undefined,
    marketPrice: undefined,
    lastPrice: undefined,
    usage: undefined,
    at: desk.now()
  }
  return { standing, own, opposite: { ...own, origin: "external", side: "sell", status: "submitted" } as const }
}

const { standing: healthy, own, opposite } = standingOf()
const soon = Instant.addMillis(healthy.at, 1000)

const textOf = (due: Due): string => answerText(foreseenOf(due))

/** D4: what stands in the way, first things first; every one is put before all that come after it. */
const obstacles: ReadonlyArray<readonly [answer: string, put: (standing: Standing) => Standing]> = [
  ["OrderLive", (standing) => ({ ...standing, liveOrders: [...standing.liveOrders, own] })],
  ["NotDue", (standing) => ({ ...standing, position: { ...standing.position, residual: Decimal.unsafe("-0.999") } })],
  ["Halted", (standing) => ({ ...standing, tradingState: "halted" })],
  ["Observed(buy 2)", (standing) => ({ ...standing, instrument: healthy.instrument, tradingState: "observe" })],
  ["Held(cancel O7)", (standing) => ({ ...standing, position: { ...standing.position, heldBy: Id.OrderId.make(7) } })],
  ["Held(circuit)", (standing) => ({ ...standing, position: { ...standing.position, circuitUntil: soon } })],
  ["BreakOpen", (standing) => ({ ...standing, holdingBreaks: [{ kind: "Reappeared", subject: "O7" }] })],
  ["SessionClosed", (standing) => ({ ...standing, isSessionOpen: () => false })],
  ["CoolingDown", (standing) => ({ ...standing, position: { ...standing.position, coolDownUntil: soon } })],
  ["OppositeOrderLive", (standing) => ({ ...standing, liveOrders: [opposite] })],
  [
    "NoPrice",
    (standing) => ({ ...standing, account: { ...standing.account, thresholdNotional: Quantity.unsafe("100") } })
  ],
  ["Refused(InstrumentUnverified)", (standing) => ({ ...standing, instrument: undefined })]
]

const withAllFrom = (index: number): Standing =>
  obstacles.slice(index).reduceRight((standing, [, put]) => put(standing), healthy)

describe("D4 as people read it", () => {
  const small = { ...healthy, position: { ...healthy.position, residual: Decimal.unsafe("0.5") } }
  const held = { ...small, position: { ...small.position, heldBy: Id.OrderId.make(7) } }
  const broken = { ...held, holdingBreaks: [{ kind: "Reappeared", subject: "O7" }] } as const

  test.each<readonly [string, Standing]>([
    ["NotDue", small],
    ["Halted", { ...broken, tradingState: "halted" }],
    ["Held(cancel O7)", broken],
    ["Held(circuit)", { ...small, position: { ...small.position, circuitUntil: soon } }],
    ["BreakOpen", { ...small, holdingBreaks: broken.holdingBreaks }]
  ])("says %s of a residual below the threshold", (said, standing) => {
    expect([textOf(dueOf(standing)), textOf(saidOf(standing))]).toEqual(["NotDue", said])
  })

  test("owes nothing where the residual is zero, halted or not", () => {
    const none = { ...held, position: { ...held.position, residual: Decimal.zero } }
    expect(textOf(saidOf({ ...none, tradingState: "halted" }))).toBe("NotDue")
  })
})

describe("D4: the answer is the first that applies", () => {
  test("nothing in the way: the order", () => {
    expect(textOf(dueOf(healthy))).toBe("Order(buy 2)")
  })

  test.each(obstacles.map(([answer], index) => [answer, index] as const))(
    "%s, before all that come after it",
    (answer, index) => {
      expect(textOf(dueOf(withAllFrom(index)))).toBe(answer)
    }
  )

  test.each(obstacles.map(([answer, put]) => [answer, put] as const))("%s, alone", (answer, put) => {
    expect(textOf(dueOf(put(healthy)))).toBe(answer)
  })
})

const sized = (changes: Partial<Standing["account"]>, position: Partial<Position.Position> = {}) =>
  textOf(
    dueOf({ ...healthy, account: { ...healthy.account, ...changes }, position: { ...healthy.position, ...position } })
  )

describe("ACC-8, D2: the quantity", () => {
  test.each([
    ["1", "Order(buy 2)"],
    ["0.4", "Order(buy 2.4)"],
    ["2.5", "Order(buy 2.5)"],
    ["2.6", "NotDue"],
    ["100", "NotDue"]
  ])("whole lots of %s: %s", (lot, wanted) => {
    expect(sized({ lot: Quantity.unsafe(lot) })).toBe(wanted)
  })

  test.each([
    ["2.5", "Order(buy 2)"],
    ["2.51", "NotDue"],
    ["0.1", "Order(buy 2)"]
  ])("threshold %s: %s", (threshold, wanted) => {
    expect(sized({ threshold: Quantity.unsafe(threshold) })).toBe(wanted)
  })

  test.each([
    ["1.9", "Order(buy 1)"],
    ["2", "Order(buy 2)"],
    ["50", "Order(buy 2)"],
    ["0.5", "Refused(MaxQuantity)"]
  ])("the maximum is rounded down to the lot, never to zero: %s gives %s", (most, wanted) => {
    expect(sized({ maxOrderQuantity: Quantity.unsafe(most) })).toBe(wanted)
  })

  test.each([
    ["0", "Refused(ShortNotAllowed)"],
    ["-3", "Refused(ShortNotAllowed)"],
    ["0.7", "Refused(FractionHeld)"],
    ["1.7", "Order(sell 1)"],
    ["5", "Order(sell 2)"]
  ])("where shorting is not allowed, a sale is cut at what is held: of %s, %s", (held, wanted) => {
    expect(sized({ shorting: "never" }, { residual: Decimal.unsafe("-2.5"), base: Decimal.unsafe(held) })).toBe(wanted)
  })

  test("D3: a notional threshold compares |residual| × the reference price", () => {
    const account = { ...healthy.account, thresholdNotional: Quantity.unsafe("250") }
    const answer = (price: string) => {
      const known = { source: "inbound", at: healthy.at } as const
      const reference = price === "" ? Reference.NoPrice() : Reference.Priced({ ...known, price: Price.unsafe(price) })
      return textOf(dueOf({ ...healthy, account, reference }))
    }
    expect([answer(""), answer("99.99"), answer("100")]).toEqual(["NoPrice", "NotDue", "Order(buy 2)"])
  })
})

const planned = (residual: string, side: "buy" | "sell" = "buy"): boolean => {
  const position = { ...healthy.position, residual: Decimal.unsafe(residual) }
  return stillStands({ ...healthy, position, liveOrders: [{ ...own, side }] }, { ...own, side })
}

describe("D6: a plan is judged as if it did not exist", () => {
  test.each([
    ["0", true],
    ["0.5", true],
    ["3", true],
    ["-0.1", false],
    ["-2.5", false],
    ["-5", false]
  ])("an order to buy 2 with %s left over stands: %s", (residual, wanted) => {
    expect(planned(residual)).toBe(wanted)
    expect(planned(Decimal.format(Decimal.negate(Decimal.unsafe(residual))), "sell")).toBe(wanted)
  })
})

describe("ACC-5, ACC-10: both directions × both sides × every residual", () => {
  const rows = (["mirror", "offset"] as const).flatMap((direction) =>
    (["buy", "sell"] as const).flatMap((side) =>
      [1200, 0, -1200].map((residual) => [direction, side, residual] as const)
    )
  )

  test.each(rows)("%s, a trade to %s that leaves %i thousandths", (direction, side, residual) => {
    const desk = deskOf({ ...policy, direction })
    const sign = (side === "buy" ? 1 : -1) * (direction === "mirror" ? 1 : -1)
    const before = (residual - sign * 3000) * (direction === "mirror" ? 1 : -1)
    perform(desk, { do: "halt" })
    perform(desk, trade("T1", before > 0 ? "buy" : "sell", Math.abs(before)))
    perform(desk, trade("T2", side, 3000))
    expect(Decimal.format(positionOf(desk).residual)).toBe(String(residual / 1000))
    perform(desk, { do: "resume" })
    const orders = desk.all(Order.OrderTable).map((order) => `${order.side} ${Decimal.format(order.quantity)}`)
    expect(orders).toEqual(residual === 0 ? [] : [residual > 0 ? "buy 1" : "sell 1"])
    expect(Decimal.format(positionOf(desk).residual)).toBe(String((residual - Math.sign(residual) * 1000) / 1000))
    if (residual === 0) return
    perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
    const order = desk.all(Order.OrderTable)[0]
    perform(desk, {
      do: "fill",
      at: "B-O1",
      order: 1,
      side: order?.side ?? "buy",
      exec: "e1",
      revision: 1,
      milli: 1000,
      time: 2
    })
    expect(Decimal.format(positionOf(desk).hedged)).toBe(String(Math.sign(residual)))
  })

  test("ACC-10: a trade keeps the direction it was counted with when the account's changes", () => {
    const desk = deskOf(policy)
    perform(desk, trade("T1", "buy", 500))
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("there is no account")
    desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, direction: "offset" }))
    perform(desk, trade("T2", "buy", 200))
    const { exposure, target } = positionOf(desk)
    expect([exposure, target].map(Decimal.format)).toEqual(["0.7", "0.3"])
  })
})

const reject = (desk: Desk.Desk, order: number) => perform(desk, { do: "send", order, got: "rejected", time: order })

const coolDown = (desk: Desk.Desk) => {
  const { coolDownUntil } = positionOf(desk)
  return coolDownUntil === undefined ? undefined : Math.round(Instant.millisBetween(desk.now(), coolDownUntil) / 1000)
}

const turned = (cancelOnFlip: boolean, sold: number): Desk.Desk => {
  const desk = deskOf(policy)
  const [account] = desk.all(AccountTable)
  if (account === undefined) throw new Error("there is no account")
  desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, cancelOnFlip }))
  perform(desk, trade("T1", "buy", 1000))
  perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
  perform(desk, trade("T2", "sell", sold))
  return desk
}

describe("D7: the residual turns against a working order", () => {
  test.each([
    [false, 5000, false],
    [true, 5000, true],
    [true, 1000, true],
    [true, 900, false]
  ])("cancelOnFlip %s, %i thousandths sold: its end is asked for: %s", (cancelOnFlip, sold, wanted) => {
    const [order] = turned(cancelOnFlip, sold).all(Order.OrderTable)
    expect([order?.status, order?.cancelRequestedAt !== undefined]).toEqual(["submitted", wanted])
  })

  test("the new order waits for the confirmed end", () => {
    const desk = turned(true, 3000)
    expect(desk.all(Order.OrderTable)).toHaveLength(1)
    const ended = {
      do: "report",
      at: "B-O1",
      order: 1,
      side: "buy",
      milli: 1000,
      said: "cancelled",
      cumulative: 0,
      time: 2,
      read: true
    } as const
    perform(desk, ended)
    perform(desk, { do: "pass", seconds: 30 })
    expect(desk.all(Order.OrderTable).map((order) => `${order.side} ${Decimal.format(order.quantity)}`)).toEqual([
      "buy 1",
      "sell 2"
    ])
  })
})

describe("D8: cool-downs and the circuit", () => {
  test("30 s, doubling to 15 min", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map((ends) => coolDownMs(ends) / 1000)).toEqual([
      30, 30, 60, 120, 240, 480, 900, 900, 900
    ])
  })

  test("five short ends in a row open the circuit; resume closes it and forgets them", () => {
    const desk = deskOf(policy)
    perform(desk, trade("T1", "buy", 1000))
    const lengths = [1, 2, 3, 4, 5].map((order) => {
      reject(desk, order)
      const length = coolDown(desk)
      perform(desk, { do: "pass", seconds: length ?? 0 })
      return length
    })
    expect(lengths).toEqual([30, 60, 120, 240, 480])
    expect(answered(positionOf(desk))).toBe("Held(circuit)")
    perform(desk, { do: "resume" })
    expect([answered(positionOf(desk)), positionOf(desk).shortEnds]).toEqual(["Ordered(O6)", 0])
    reject(desk, 6)
    expect(coolDown(desk)).toBe(30)
  })

  test("where the market closes an open circuit lasts until the next session", () => {
    const desk = Desk.make({}, undefined, (at) => Instant.addMillis(at, 18 * 3_600_000))
    perform(desk, trade("T1", "buy", 1000))
    for (const order of [1, 2, 3, 4, 5]) {
      reject(desk, order)
      perform(desk, { do: "pass", seconds: coolDown(desk) ?? 0 })
    }
    perform(desk, { do: "pass", seconds: 17 * 3600 })
    expect(answered(positionOf(desk))).toBe("Held(circuit)")
    perform(desk, { do: "pass", seconds: 3600 })
    expect(answered(positionOf(desk))).toBe("Ordered(O6)")
  })

  test("an open circuit closes by itself after an hour where sessions never close", () => {
    const desk = deskOf(policy)
    perform(desk, trade("T1", "buy", 1000))
    for (const order of [1, 2, 3, 4, 5]) {
      reject(desk, order)
      perform(desk, { do: "pass", seconds: coolDown(desk) ?? 0 })
    }
    perform(desk, { do: "pass", seconds: 3600 - 480 })
    expect(answered(positionOf(desk))).toBe("Ordered(O6)")
  })

  test("a fill resets the doubling and the count, and ends no running cool-down", () => {
    const desk = deskOf(policy)
    perform(desk, trade("T1", "buy", 2000))
    reject(desk, 1)
    perform(desk, { do: "pass", seconds: 30 })
    reject(desk, 2)
    expect([coolDown(desk), positionOf(desk).shortEnds]).toEqual([60, 2])
    perform(desk, { do: "pass", seconds: 60 })
    perform(desk, { do: "send", order: 3, got: "accepted", time: 3 })
    perform(desk, { do: "fill", at: "B-O3", order: 3, side: "buy", exec: "e1", revision: 1, milli: 500, time: 4 })
    expect(positionOf(desk).shortEnds).toBe(0)
    const cancelled = {
      do: "report",
      at: "B-O3",
      order: 3,
      side: "buy",
      milli: 2000,
      said: "cancelled",
      cumulative: 500,
      time: 5,
      read: true
    } as const
    perform(desk, cancelled)
    expect(coolDown(desk)).toBe(30)
    perform(desk, { do: "fill", at: "B-O3", order: 3, side: "buy", exec: "e2", revision: 1, milli: 100, time: 6 })
    expect([answered(positionOf(desk)), positionOf(desk).shortEnds]).toEqual(["CoolingDown", 0])
  })

  test("an order that we ended unsent starts none; a cancel by an operator holds the position until resume", () => {
    const desk = deskOf(policy)
    perform(desk, trade("T1", "buy", 1000))
    perform(desk, { do: "cancel", order: 1 })
    expect([answered(positionOf(desk)), positionOf(desk).coolDownUntil]).toEqual(["Held(cancel O1)", undefined])
    perform(desk, trade("T2", "buy", 1000))
    expect(desk.all(Order.OrderTable)).toHaveLength(1)
    perform(desk, { do: "resume" })
    expect(answered(positionOf(desk))).toBe("Ordered(O2)")
  })

  test("an external order's end starts none", () => {
    const desk = deskOf({ ...policy, counts: true })
    perform(desk, {
      do: "report",
      at: "X1",
      order: undefined,
      side: "buy",
      milli: 1000,
      said: "open",
      cumulative: undefined,
      time: 1,
      read: true
    })
    perform(desk, {
      do: "report",
      at: "X1",
      order: undefined,
      side: "buy",
      milli: 1000,
      said: "cancelled",
      cumulative: 0,
      time: 2,
      read: true
    })
    expect(positionOf(desk).coolDownUntil).toBeUndefined()
  })
})

describe("an instrument that is not confirmed", () => {
  test("trades accumulate, nothing is ordered until it is confirmed with its lot", () => {
    const desk = Desk.make()
    const symbol = Ticker.make("MSFT")
    perform({ ...desk, symbol }, trade("T1", "buy", 2500))
    expect(answered(positionOf(desk))).toBe("Refused(InstrumentUnverified)")
    const facts = { currency: "USD", lot: Quantity.unsafe("2"), fractionable: false, shortable: true }
    desk.commit("command", (recorder) => Commands.confirmInstrument(recorder, symbol, facts))
    expect(desk.all(Order.OrderTable).map((order) => Decimal.format(order.quantity))).toEqual(["2"])
  })
})

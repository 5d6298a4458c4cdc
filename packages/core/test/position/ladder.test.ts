import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { AccountTable, type AccountSettings } from "../../src/records/Account.ts"
import { Need } from "../../src/books/Need.ts"
import * as Commands from "../../src/rules/operator/commands.ts"
import { retryOrder } from "../../src/rules/operator/retry.ts"
import { OrderId } from "../../src/values/Id.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import { Reference } from "../../src/values/Reference.ts"
import * as terms from "../../src/rules/position/terms.ts"
import * as Order from "../../src/records/Order.ts"
import { isLive } from "../../src/records/OrderState.ts"
import { faultOf, offsetsOf, stepOf } from "../../src/rules/position/ladder.ts"
import { atFirstStep, PositionTable, type Position } from "../../src/records/Position.ts"
import * as Interpret from "../../src/rules/reconciliation/interpret.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../../src/values/Instant.ts"
import { runs, seed } from "../properties.ts"
import { foldedLines, journalOf, storedLines } from "../rows.ts"
import { perform, receivedOf, type Said } from "../Story.ts"
import { answered } from "../answered.ts"

const LIFE_S = 60
const LONGEST_COOL_DOWN_S = 900
const steps = { limitOffsetBp: 5, repriceOffsetsBp: [20, 50], orderLifeSeconds: LIFE_S }
const START = Instant.make(1_700_000_000_000_000n)

const marketAt =
  (price: string) =>
  (at: Instant.Instant): Reference =>
    Reference.Priced({ price: Price.unsafe(price), at, source: "market" })

/** A desk in whose market the price is always the same; where sessions end, the next one opens `hours` later. */
const open = (settings: Partial<AccountSettings> = steps, nextOpening?: Instant.Instant, price = "100") =>
  Desk.make(settings, undefined, () => nextOpening, marketAt(price))

const trade = (desk: Desk.Desk, id: string, side: "buy" | "sell" = "buy", milli = 1000) =>
  perform(desk, { do: "trade", id, side, milli, held: false })

/** The newest order, and the second of the broker's clock that our clock is at. */
const newest = (desk: Desk.Desk): Order.Order => {
  const order = desk.all(Order.OrderTable).at(-1)
  if (order === undefined) throw new Error("there is no order")
  return order
}
const time = (desk: Desk.Desk): number => Math.floor(Instant.millisBetween(START, desk.now()) / 1000) + 1

const send = (desk: Desk.Desk) =>
  perform(desk, { do: "send", order: newest(desk).id, got: "accepted", time: time(desk) })

const report = (desk: Desk.Desk, { id, quantity, side }: Order.Order, said: Said, cumulative = 0) =>
  perform(desk, {
    do: "report",
    at: `B-O${id}`,
    order: id,
    side,
    milli: Number(Decimal.format(quantity)) * 1000,
    said,
    cumulative,
    time: time(desk),
    read: true
  })

/** The broker says of an order that it was cancelled, in a frame or in a reading. */
const heard = (desk: Desk.Desk, { id, side }: Order.Order, by: Interpret.HeardBy) => {
  const said = { do: "report", at: `B-O${id}`, order: id, side, milli: 1000, said: "cancelled", cumulative: 0 } as const
  const received = receivedOf({ ...said, time: time(desk), read: true }, desk)
  desk.commit("report", (recorder) => Interpret.interpret(recorder, received, by))
}

const fill = (desk: Desk.Desk, { id, side }: Order.Order, milli: number) =>
  perform(desk, { do: "fill", at: `B-O${id}`, order: id, side, exec: `e${id}`, revision: 1, milli, time: time(desk) })

/** The newest order works for its life and is then asked to end. */
const expired = (desk: Desk.Desk): Order.Order => {
  const order = newest(desk)
  desk.pass(LIFE_S * 1000)
  desk.commit("timer", (recorder) => terms.expire(recorder, order.id))
  return order
}

/** The same of one that is sent only then. */
const work = (desk: Desk.Desk): Order.Order => {
  send(desk)
  return expired(desk)
}

const coolDown = (desk: Desk.Desk) => perform(desk, { do: "pass", seconds: LONGEST_COOL_DOWN_S })

/** It worked for its life, found no fill, and the next one is made. */
const unfilled = (desk: Desk.Desk): Order.Order => {
  const order = work(desk)
  report(desk, order, "cancelled")
  coolDown(desk)
  return order
}

const limits = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk.all(Order.OrderTable).map(({ limitPrice }) => (limitPrice === undefined ? "market" : Decimal.format(limitPrice)))

const tags = (desk: Desk.Desk): ReadonlyArray<string> => journalOf(desk).map(({ tag }) => tag)

const settings = (desk: Desk.Desk, changed: Partial<AccountSettings>) => {
  const [account] = desk.all(AccountTable)
  if (account === undefined) throw new Error("there is no account")
  desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, ...changed }, true, "test"))
}

/** One order has worked unfilled: the next is at the second step, and is a plan. */
const atSecondStep = (nextOpening?: Instant.Instant): Desk.Desk => {
  const desk = open(steps, nextOpening)
  trade(desk, "T1")
  unfilled(desk)
  expect(limits(desk)).toEqual(["100.05", "100.2"])
  return desk
}

/** What the next order is after the newest has ended by this. */
const nextAfter = (desk: Desk.Desk, ended: (desk: Desk.Desk) => void): string | undefined => {
  ended(desk)
  coolDown(desk)
  expect(foldedLines(desk)).toEqual(storedLines(desk))
  return limits(desk).at(-1)
}

/** What the position answers after each of five lives without a fill. */
const answers = (desk: Desk.Desk) => {
  trade(desk, "T1")
  const seen: Array<string> = []
  for (let times = 0; times < 5; times++) {
    report(desk, work(desk), "cancelled")
    const [position] = desk.all(PositionTable)
    seen.push(`${answered(position)} ${position?.shortEnds} ${position?.coolDownUntil} ${position?.circuitUntil}`)
    coolDown(desk)
  }
  return seen
}

describe("FILL-16: the steps of an account's offsets", () => {
  test("an order that found no fill in its life is followed by one a step further; at the last step it stays", () => {
    const desk = open()
    trade(desk, "T1")
    for (let times = 0; times < 4; times++) unfilled(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.5", "100.5", "100.5"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("a sale goes down", () => {
    const desk = open()
    trade(desk, "T1", "sell")
    unfilled(desk)
    unfilled(desk)
    expect(limits(desk)).toEqual(["99.95", "99.8", "99.5"])
  })

  test("D8: the cool-down and the circuit between them are as they are of one offset", () => {
    const one = answers(open({ limitOffsetBp: 5, orderLifeSeconds: LIFE_S }))
    expect(one.at(-1)).toContain("Held(circuit) 5")
    expect(answers(open())).toEqual(one)
  })

  test.each<readonly [string, (desk: Desk.Desk) => void]>([
    ["a rejection", (desk) => perform(desk, { do: "send", order: newest(desk).id, got: "rejected", time: time(desk) })],
    [
      "a rejection after its end was asked for",
      (desk) => {
        report(desk, work(desk), "rejected")
        report(desk, newest(desk), "rejected")
      }
    ],
    [
      "an expiry after its end was asked for",
      (desk) => {
        report(desk, work(desk), "expired")
      }
    ],
    [
      "a cancel by the broker",
      (desk) => {
        send(desk)
        const order = newest(desk)
        for (let times = 0; times < 2; times++) {
          desk.pass(2 * LIFE_S * 1000)
          report(desk, order, "cancelled")
        }
      }
    ],
    [
      "an expiry that nobody asked for",
      (desk) => {
        send(desk)
        const order = newest(desk)
        for (let times = 0; times < 2; times++) {
          desk.pass(2 * LIFE_S * 1000)
          report(desk, order, "expired")
        }
      }
    ]
  ])("%s moves nothing on", (_, ended) => {
    const desk = atSecondStep()
    expect(nextAfter(desk, ended)).toBe("100.2")
    expect(limits(desk)).toHaveLength(3)
  })

  test.each<readonly [string, (desk: Desk.Desk) => void]>([
    [
      "a fill of a part",
      (desk) => {
        trade(desk, "T2")
        const order = work(desk)
        fill(desk, order, 500)
        report(desk, order, "cancelled", 500)
        trade(desk, "T3")
      }
    ],
    [
      "a fill of all",
      (desk) => {
        send(desk)
        fill(desk, newest(desk), 1000)
        trade(desk, "T3")
      }
    ],
    [
      "a fill after the end of the order that had moved it on",
      (desk) => {
        trade(desk, "T2", "buy", 2000)
        const [first] = desk.all(Order.OrderTable)
        if (first === undefined) throw new Error("there is no order")
        report(desk, work(desk), "cancelled")
        fill(desk, first, 1000)
      }
    ],
    [
      "resume",
      (desk) => {
        report(desk, work(desk), "cancelled")
        perform(desk, { do: "resume" })
      }
    ],
    [
      "an operator's cancel, and resume",
      (desk) => {
        send(desk)
        const order = newest(desk)
        desk.commit("command", (recorder) => Commands.cancelOrder(recorder, order.id, "test"))
        report(desk, order, "cancelled")
        perform(desk, { do: "resume" })
      }
    ],
    [
      "retry",
      (desk) => {
        const order = work(desk)
        report(desk, order, "cancelled")
        desk.pass(LONGEST_COOL_DOWN_S * 1000)
        expect(desk.commit("command", (recorder) => retryOrder(recorder, OrderId.make(order.id)))).toMatchObject({
          _tag: "Done"
        })
      }
    ],
    [
      "another ladder",
      (desk) => {
        report(desk, work(desk), "cancelled")
        settings(desk, { repriceOffsetsBp: [20, 60] })
      }
    ],
    [
      "another ladder, and the one of before again",
      (desk) => {
        report(desk, work(desk), "cancelled")
        settings(desk, { repriceOffsetsBp: [20, 60] })
        settings(desk, { repriceOffsetsBp: [20, 50] })
      }
    ],
    [
      "nothing that is due",
      (desk) => {
        report(desk, work(desk), "cancelled")
        trade(desk, "T2", "sell")
        trade(desk, "T3", "buy")
      }
    ]
  ])("%s begins again at the first step", (_, happens) => {
    expect(nextAfter(atSecondStep(), happens)).toBe("100.05")
  })

  test("an end that was asked for before the life was over, as the residual had turned, moves nothing on", () => {
    const desk = open({ ...steps, cancelOnFlip: true })
    trade(desk, "T1")
    unfilled(desk)
    send(desk)
    const order = newest(desk)
    trade(desk, "T2", "sell", 3000)
    expect(desk.order(order.id).cancelRequestedAt).toBeDefined()
    report(desk, order, "cancelled")
    trade(desk, "T3", "buy", 3000)
    coolDown(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.2"])
  })

  test("an order at the first step that has filled a part is followed by one at the first", () => {
    const desk = open()
    trade(desk, "T1", "buy", 2000)
    const order = work(desk)
    fill(desk, order, 1000)
    report(desk, order, "cancelled", 1000)
    coolDown(desk)
    expect(limits(desk)).toEqual(["100.05", "100.05"])
  })

  test("what retry makes is sent at the first step, and is followed by one a step further", () => {
    const desk = atSecondStep()
    const order = work(desk)
    report(desk, order, "cancelled")
    desk.pass(LONGEST_COOL_DOWN_S * 1000)
    desk.commit("command", (recorder) => retryOrder(recorder, OrderId.make(order.id)))
    unfilled(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.05", "100.2"])
  })

  test("an order of the other side begins at its own first step", () => {
    const desk = atSecondStep()
    report(desk, work(desk), "cancelled")
    trade(desk, "T2", "sell", 3000)
    coolDown(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2", "99.95"])
  })

  test("a new session begins again at the first step; an order of the one before moves nothing on", () => {
    const opening = Instant.addMillis(START, 6 * 3_600_000)
    const desk = atSecondStep(opening)
    const order = work(desk)
    desk.pass(6 * 3_600_000)
    report(desk, order, "cancelled")
    coolDown(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.05"])
  })

  test("where sessions never close, the end of an open circuit begins again at the first step", () => {
    const desk = open()
    trade(desk, "T1")
    for (let times = 0; times < 5; times++) unfilled(desk)
    perform(desk, { do: "pass", seconds: 3600 })
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.5", "100.5", "100.5", "100.05"])
  })

  test("where sessions never close, a circuit that a rejection opens begins again at the first step as well", () => {
    const desk = open()
    trade(desk, "T1")
    for (let times = 0; times < 4; times++) unfilled(desk)
    perform(desk, { do: "send", order: newest(desk).id, got: "rejected", time: time(desk) })
    expect(answered(desk.all(PositionTable)[0])).toBe("Held(circuit)")
    perform(desk, { do: "pass", seconds: 3600 })
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.5", "100.5", "100.5", "100.05"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("W11: an end that its broker had reported before the life was over moves nothing on", () => {
    const desk = open()
    trade(desk, "T1")
    send(desk)
    const order = newest(desk)
    heard(desk, order, "frame")
    expect(desk.order(order.id)).toMatchObject({ status: "submitted", endReported: "cancelled" })
    expired(desk)
    const refused = { _tag: "CancelAsked", orderId: order.id, answer: "it has ended", hasEnded: true } as const
    desk.commit("send", (recorder) => recorder.emit(refused), [Need.OrderById(order)])
    desk.pass(2000)
    heard(desk, order, { begun: desk.now() })
    expect(desk.order(order.id).status).toBe("cancelled")
    coolDown(desk)
    expect(limits(desk)).toEqual(["100.05", "100.05"])
  })

  test("an order at the first step that was made before its account changed moves nothing on", () => {
    const desk = open()
    trade(desk, "T1")
    send(desk)
    settings(desk, { repriceOffsetsBp: [500] })
    expect(nextAfter(desk, (each) => report(each, expired(each), "cancelled"))).toBe("100.05")
  })

  test("F3: an order that had ended and is live again moves the next one a step further once, also where its price is that of two steps", () => {
    const desk = open({ ...steps, repriceOffsetsBp: [20, 500] }, undefined, "3")
    trade(desk, "T1")
    const order = work(desk)
    for (const said of ["cancelled", "open", "cancelled"] as const) {
      desk.pass(2000)
      report(desk, order, said)
    }
    coolDown(desk)
    expect(limits(desk)).toEqual(["3", "3"])
    expect(tags(desk).filter((tag) => tag.startsWith("Ladder"))).toEqual([
      "LadderStepped",
      "LadderReset",
      "LadderStepped"
    ])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("an order that was made before the first step began again moves nothing on", () => {
    const desk = atSecondStep()
    const order = work(desk)
    perform(desk, { do: "resume" })
    report(desk, order, "cancelled")
    coolDown(desk)
    expect(limits(desk).at(-1)).toBe("100.05")
  })

  test("D6: a plan at a step that the position is no longer at is superseded before its send", () => {
    const desk = open()
    trade(desk, "T1", "buy", 2000)
    const first = unfilled(desk)
    expect(limits(desk)).toEqual(["100.05", "100.2"])
    trade(desk, "T2", "buy", 1000)
    fill(desk, first, 500)
    coolDown(desk)
    send(desk)
    expect(desk.all(Order.OrderTable).map(({ status }) => status)).toEqual(["cancelled", "cancelled", "pending"])
    expect(limits(desk)).toEqual(["100.05", "100.2", "100.05"])
  })

  test("of one offset, and of market orders, the journal says nothing of steps", () => {
    for (const one of [{ limitOffsetBp: 5, orderLifeSeconds: LIFE_S }, {}]) {
      const desk = open(one)
      trade(desk, "T1")
      if (newest(desk).lifeSeconds === undefined) send(desk)
      else unfilled(desk)
      const written = journalOf(desk).map(({ body }) => body)
      expect(written.join("\n")).not.toMatch(/ladder|reprice/i)
      expect(tags(desk).filter((tag) => tag.startsWith("Ladder"))).toEqual([])
    }
  })
})

/** What may happen to the newest order of a position. */
type Happening = "unfilled" | "filled" | "rejected" | "cancelled" | "resume" | "late"

const happenings: ReadonlyArray<Happening> = [
  "unfilled",
  "unfilled",
  "unfilled",
  "filled",
  "rejected",
  "cancelled",
  "resume",
  "late"
]

const happen = (desk: Desk.Desk, what: Happening, turn: number): void => {
  const order = newest(desk)
  if (what === "resume") perform(desk, { do: "resume" })
  if (what === "late") {
    const ended = desk
      .all(Order.OrderTable)
      .find(({ filled, status }) => status === "cancelled" && Decimal.isZero(filled))
    if (ended !== undefined && ended.attempts > 0) fill(desk, ended, 100)
  }
  if (!isLive(order.status)) return void trade(desk, `again${turn}`)
  if (what === "rejected") perform(desk, { do: "send", order: order.id, got: "rejected", time: time(desk) })
  if (what === "unfilled") report(desk, work(desk), "cancelled")
  if (what === "filled") {
    send(desk)
    if (newest(desk).id === order.id) fill(desk, order, Number(Decimal.format(order.quantity)) * 1000)
  }
  if (what === "cancelled") desk.commit("command", (recorder) => Commands.cancelOrder(recorder, order.id, "test"))
}

const figures = (desk: Desk.Desk) => {
  const [account] = desk.all(AccountTable)
  const [position] = desk.all(PositionTable)
  if (account === undefined || position === undefined) throw new Error("there is no position")
  const step = stepOf(position, account, Decimal.isNegative(position.residual) ? "sell" : "buy", desk.now())
  return {
    step,
    stored: position.ladderStep,
    filled: Decimal.sum(desk.all(Order.OrderTable).map((order) => order.filled))
  }
}

const ladders = fc
  .uniqueArray(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 5 })
  .map((each) => each.toSorted((a, b) => a - b))

test("FILL-16: whatever happens, a step is at most one on, only after a life without a fill, never beyond the last, and the first after any fill", () => {
  fc.assert(
    fc.property(
      ladders,
      fc.array(fc.constantFrom(...happenings), { minLength: 1, maxLength: 12 }),
      (offsets, story) => {
        const [limitOffsetBp, ...repriceOffsetsBp] = offsets
        const desk = open({ limitOffsetBp, repriceOffsetsBp, orderLifeSeconds: LIFE_S })
        trade(desk, "T1")
        for (const [turn, what] of story.entries()) {
          const before = figures(desk)
          happen(desk, what, turn)
          const after = figures(desk)
          expect(Math.max(after.step, after.stored)).toBeLessThan(offsets.length)
          expect(after.step).toBeLessThanOrEqual(before.step + 1)
          expect(after.step <= before.step || what === "unfilled").toBe(true)
          expect(after.step === 0 || !Decimal.isLess(before.filled, after.filled)).toBe(true)
          coolDown(desk)
        }
        expect(foldedLines(desk)).toEqual(storedLines(desk))
      }
    ),
    { seed, ...runs(100) }
  )
})

const reached = (step: number): Pick<Position, keyof typeof atFirstStep> => ({
  ladderStep: step,
  ladderSide: "buy",
  ladderOf: 7,
  ladderUntil: Instant.addMillis(START, 1000)
})

describe("FILL-16: at which step the next order is made", () => {
  const account = { limitOffsetBp: 5, repriceOffsetsBp: [20, 50], version: 7 }
  test.each([
    ["at the one that was reached", reached(1), account, "buy", 0, 1],
    ["never beyond the last", reached(4), account, "buy", 0, 2],
    ["at the first of a market order", reached(2), { ...account, limitOffsetBp: undefined }, "buy", 0, 0],
    ["at the first of the other side", reached(2), account, "sell", 0, 0],
    ["at the first of another account's version", reached(2), { ...account, version: 8 }, "buy", 0, 0],
    ["at the first from the next session on", reached(2), account, "buy", 1000, 0],
    ["at the first where nothing was reached", atFirstStep, account, "buy", 0, 0]
  ] as const)("%s", (_, position, of, side, laterMs, wanted) => {
    expect(stepOf(position, of, side, Instant.addMillis(START, laterMs))).toBe(wanted)
  })

  test.each([
    [[5, 20, 50], undefined],
    [[0], undefined],
    [[1, 2, 3, 4, 9999], undefined],
    [[], "has 0 offsets; write 1 to 5"],
    [[1, 2, 3, 4, 5, 6], "has 6 offsets; write 1 to 5"],
    [[5, 5], "has 5 after 5; write each larger than the one before"],
    [[5, 20, 19], "has 19 after 20; write each larger than the one before"],
    [[5, 10_000], "has the offset 10000; write whole numbers from 0 to 9999"],
    [[-1], "has the offset -1; write whole numbers from 0 to 9999"],
    [[0.5], "has the offset 0.5; write whole numbers from 0 to 9999"],
    [["5"], 'has the offset "5"; write whole numbers from 0 to 9999']
  ])("offsets %j: %s", (offsets, fault) => {
    expect(faultOf(offsets)).toBe(fault)
  })

  test("an account with offsets that do not increase is refused", () => {
    const desk = open({})
    const wrong = { ...steps, repriceOffsetsBp: [5] }
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("there is no account")
    expect(desk.commit("command", (recorder) => Commands.setAccount(recorder, { ...account, ...wrong }))).toEqual({
      _tag: "Refused",
      why: "invalid offsets for desk: limitOffsetBp has 5 after 5; write each larger than the one before"
    })
  })

  test("an account with further offsets and no first is refused", () => {
    const desk = open({})
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("there is no account")
    const wrong = { ...account, repriceOffsetsBp: [20] }
    expect(desk.commit("command", (recorder) => Commands.setAccount(recorder, wrong))).toEqual({
      _tag: "Refused",
      why: "invalid offsets for desk: limitOffsetBp is not set, and repriceOffsetsBp is"
    })
  })

  test("the offsets are the first and those that follow", () => {
    expect(offsetsOf(account)).toEqual([5, 20, 50])
    expect(offsetsOf({ limitOffsetBp: 5, repriceOffsetsBp: undefined })).toEqual([5])
    expect(offsetsOf({ limitOffsetBp: undefined, repriceOffsetsBp: undefined })).toEqual([])
  })
})

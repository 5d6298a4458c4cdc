import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { Desk } from "@roundlot/testing"
import { Need } from "../src/books/Need.ts"
import { AccountTable, type AccountSettings } from "../src/records/Account.ts"
import { BreakTable } from "../src/records/Break.ts"
import { OrderTable, type Order } from "../src/records/Order.ts"
import { atMarket } from "../src/records/OrderTerms.ts"
import { PositionTable } from "../src/records/Position.ts"
import { Answer } from "../src/records/Report.ts"
import { ControlTable, type TradingState } from "../src/records/TradingState.ts"
import { UsageTable } from "../src/records/Usage.ts"
import { raisedLimits } from "../src/rules/account/limits.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { planSend } from "../src/rules/order/send.ts"
import { interpret } from "../src/rules/reconciliation/interpret.ts"
import { intake } from "../src/rules/trade/intake.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { answered } from "./answered.ts"
import { isSound } from "./sound.ts"
import { atLeast, runs } from "./properties.ts"

/** What a broker makes of an order that it is sent. */
const fates = ["refused", "rejected", "filled", "cancelled", "working"] as const

type Fate = (typeof fates)[number]

let trades = 0

/** A trade of one share: executed as it is, or by what its position owes. */
const trade = (desk: Desk.Desk, isDirect: boolean): void => {
  const sourceId = `t${++trades}`
  const direct = isDirect ? { direct: atMarket } : {}
  const input = {
    source: "t",
    sourceId,
    occurrence: "0",
    symbol: "AAPL",
    side: "buy",
    quantity: Quantity.unsafe("1"),
    price: undefined,
    tradedAt: desk.now(),
    reverses: undefined,
    ...direct
  } as const
  desk.commit("trade", (recorder) =>
    intake(recorder, { input, symbol: desk.symbol, direction: undefined, held: undefined })
  )
}

const OPEN = { _tag: "Open" } as const

const seen = (desk: Desk.Desk, order: Order, kind: "rejected" | "filled" | "cancelled" | "working"): void => {
  const report = {
    _tag: "OrderSeen",
    account: desk.account,
    asOf: desk.now(),
    asOfKind: "broker",
    brokerOrderId: BrokerOrderId.make(`B${order.id}`),
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    rawStatus: kind,
    state: kind === "working" ? OPEN : ({ _tag: "Closed", kind } as const),
    cumulative: kind === "filled" ? order.quantity : Decimal.zero,
    averagePrice: undefined,
    executionsRead: true
  } as const
  desk.commit("report", (recorder) => interpret(recorder, { report, payload: undefined }), [
    Need.OrderById({ id: order.id })
  ])
}

/** Sends a plan, and has its broker say what becomes of it; was it sent? */
const send = (desk: Desk.Desk, order: Order, fate: Fate): boolean => {
  const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }
  const planned = desk.commit("send", (recorder) => planSend(recorder, order.id, () => request))
  if (planned._tag !== "Send") return false
  const brokerOrderId = BrokerOrderId.make(`B${order.id}`)
  const said =
    fate === "refused"
      ? Answer.Refused({ code: "E1", words: "no", class: "final" })
      : Answer.Accepted({ brokerOrderId })
  const report = {
    _tag: "Answered",
    account: desk.account,
    asOf: desk.now(),
    asOfKind: "broker",
    attemptId: planned.attemptId,
    answer: said,
    httpStatus: undefined
  } as const
  desk.commit("report", (recorder) => interpret(recorder, { report, payload: undefined }), [
    Need.OrderById({ id: order.id })
  ])
  if (fate !== "refused" && fate !== "working") seen(desk, order, fate)
  return true
}

const plans = (desk: Desk.Desk) => desk.all(OrderTable).filter(({ status }) => status === "pending")

/** A direct trade whose order its broker is sent, where it may be. */
const attempt = (desk: Desk.Desk, fate: Fate): boolean => {
  trade(desk, true)
  const [order] = plans(desk)
  return order !== undefined && send(desk, order, fate)
}

const set = (desk: Desk.Desk, state: TradingState) =>
  desk.commit("command", (recorder) => commands.setTradingState(recorder, undefined, state, "looked at"))

const inARow = (desk: Desk.Desk) => desk.all(UsageTable)[0]?.rejectedInARow ?? 0
const cases = (desk: Desk.Desk) => desk.all(BreakTable).filter(({ kind }) => kind === "TradingHalted")
const deskWith = (maxRejectionsInARow: number | undefined, more: Partial<AccountSettings> = {}) =>
  Desk.make({ ...more, maxRejectionsInARow })

describe("RejectionsInARow: a broker that rejects order after order", () => {
  test("the rejection that reaches the limit halts the account in its own commit, with a case that names it", () => {
    const desk = deskWith(3)
    for (const fate of ["refused", "rejected"] as const) attempt(desk, fate)
    expect([inARow(desk), desk.all(ControlTable)]).toEqual([2, []])
    attempt(desk, "rejected")
    const last = desk.all(OrderTable).at(-1)
    expect(desk.all(ControlTable)).toMatchObject([
      { account: "desk", symbol: "", state: "halted", halt: "RejectionsInARow", actor: "roundlot" }
    ])
    expect(cases(desk)).toMatchObject([
      { closedAt: undefined, holds: "nothing", details: { halt: "RejectionsInARow", orderId: last?.id, rejections: 3 } }
    ])
    const [control] = desk.all(ControlTable)
    expect(cases(desk)[0]?.openedAt).toBe(control?.changedAt)
    expect(control?.changedAt).toBe(last?.endedAt)
    isSound(desk)
  })

  test("nothing is sent until a person resumes; then the case is closed and the row begins again", () => {
    const desk = deskWith(2)
    trade(desk, false)
    for (const fate of ["rejected", "refused"] as const) attempt(desk, fate)
    expect(attempt(desk, "filled")).toBe(false)
    for (const order of plans(desk)) expect(send(desk, order, "filled")).toBe(false)
    expect(answered(desk.all(PositionTable)[0])).toBe("Halted")
    set(desk, "normal")
    expect([inARow(desk), cases(desk)]).toMatchObject([0, [{ closedBy: "ledger" }]])
    const [next] = plans(desk)
    expect(next === undefined ? undefined : send(desk, next, "refused")).toBe(true)
    expect(desk.all(ControlTable)).toMatchObject([{ state: "normal", halt: undefined }])
    isSound(desk)
  })

  test.each(["filled", "cancelled"] as const)("an order that is %s ends the row", (fate) => {
    const desk = deskWith(2)
    for (const each of ["rejected", fate, "rejected"] as const) attempt(desk, each)
    expect([inARow(desk), desk.all(ControlTable)]).toEqual([1, []])
  })

  test("an acknowledgement alone does not end it: a broker that acknowledges first and rejects then is found out too", () => {
    const desk = deskWith(2)
    for (const each of ["rejected", "working", "rejected"] as const) attempt(desk, each)
    expect(desk.all(ControlTable)).toMatchObject([{ halt: "RejectionsInARow" }])
  })

  test("an account that an operator halted stays so, for the reason that it was halted for", () => {
    const desk = deskWith(1)
    trade(desk, true)
    const [order] = plans(desk)
    if (order === undefined) throw new Error("no order was made")
    send(desk, order, "working")
    set(desk, "halted")
    seen(desk, order, "rejected")
    expect(desk.all(ControlTable)).toMatchObject([{ reason: "looked at", halt: undefined }])
    expect(cases(desk)).toEqual([])
    set(desk, "normal")
    expect(inARow(desk)).toBe(0)
  })

  test("an order that is rejected, lives after all and is rejected again counts once", () => {
    const desk = deskWith(3)
    attempt(desk, "refused")
    attempt(desk, "rejected")
    const order = desk.all(OrderTable).at(-1)
    if (order === undefined) throw new Error("no order was made")
    seen(desk, order, "working")
    expect([desk.all(OrderTable).at(-1)?.status, inARow(desk)]).toEqual(["submitted", 1])
    seen(desk, order, "rejected")
    expect([inARow(desk), desk.all(ControlTable)]).toEqual([2, []])
    isSound(desk)
  })

  test.each(["approve", "reduce", "observe"] as const)("a resume comes to what stood before the halt: %s", (state) => {
    const desk = deskWith(1)
    trade(desk, true)
    const [order] = plans(desk)
    if (order === undefined) throw new Error("no order was made")
    send(desk, order, "working")
    set(desk, state)
    seen(desk, order, "rejected")
    expect(desk.all(ControlTable)).toMatchObject([{ state: "halted", resumesTo: state }])
    expect(set(desk, "normal")).toMatchObject({ what: expect.stringContaining("as before the halt") })
    expect([desk.all(ControlTable), cases(desk)]).toMatchObject([
      [{ state, resumesTo: state }],
      [{ closedBy: "ledger" }]
    ])
    expect(set(desk, "normal")).toMatchObject({ what: expect.stringContaining("No halt on desk; still ") })
    expect(desk.all(ControlTable)).toMatchObject([{ state }])
    desk.commit("command", (recorder) => commands.setTradingState(recorder, undefined, "normal", "over", true))
    expect(desk.all(ControlTable)).toMatchObject([{ state: "normal", resumesTo: undefined }])
    isSound(desk)
  })

  test("there is no limit where none is set; what was counted meanwhile counts once one is", () => {
    const desk = deskWith(undefined)
    for (let order = 0; order < 6; order++) attempt(desk, "rejected")
    expect([inARow(desk), desk.all(ControlTable)]).toEqual([6, []])
    const [account] = desk.all(AccountTable)
    if (account === undefined) throw new Error("no account")
    desk.commit("command", (recorder) => commands.setAccount(recorder, { ...account, maxRejectionsInARow: 3 }))
    expect(desk.all(ControlTable)).toEqual([])
    attempt(desk, "rejected")
    expect(desk.all(ControlTable)).toMatchObject([{ halt: "RejectionsInARow" }])
  })

  test("EYES-7: a higher limit, and none, let more through than before", () => {
    const [settings] = deskWith(3).all(AccountTable)
    if (settings === undefined) throw new Error("no account")
    const after = (maxRejectionsInARow: number | undefined) =>
      raisedLimits(settings, { ...settings, maxRejectionsInARow })
    expect([after(2), after(3), after(4), after(undefined)]).toEqual([
      [],
      [],
      ["limits.rejectionsInARow"],
      ["limits.rejectionsInARow"]
    ])
  })
})

const step = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Fate>("refused", "rejected", "refused", "rejected", ...fates) },
  { weight: 1, arbitrary: fc.constantFrom("halt" as const, "resume" as const, "resume" as const) }
)

test("RejectionsInARow: in any history no order is sent after so many rejections in a row, and every other one is", () => {
  let halted = 0
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { minLength: 10, maxLength: 40 }), (most, steps) => {
      const desk = deskWith(most)
      let row = 0
      let isHalted = false
      for (const each of steps) {
        if (each === "halt" || each === "resume") {
          set(desk, each === "halt" ? "halted" : "normal")
          if (each === "resume" && isHalted) row = 0
          isHalted = each === "halt"
          continue
        }
        expect(attempt(desk, each)).toBe(!isHalted)
        for (const order of plans(desk))
          desk.commit("command", (recorder) => commands.cancelOrder(recorder, order.id, "not sent"))
        if (isHalted) continue
        if (each === "refused" || each === "rejected") row += 1
        else if (each !== "working") row = 0
        if (row >= most) isHalted = true
        if (row >= most) halted += 1
        expect(inARow(desk)).toBe(row)
      }
      isSound(desk)
    }),
    runs(60)
  )
  expect(halted).toBeGreaterThan(atLeast(50))
})

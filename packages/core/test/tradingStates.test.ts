import { describe, expect, test } from "vitest"
import { perform as carryOut, type Command } from "../src/rules/operator/Command.ts"
import * as Id from "../src/values/Id.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { OrderTable } from "../src/records/Order.ts"
import { PositionTable } from "../src/records/Position.ts"
import type { Desk } from "@roundlot/testing"
import { foldedLines, storedLines } from "./rows.ts"
import { deskOf, perform, type Step } from "./Story.ts"
import { answered } from "./answered.ts"
import { Ticker } from "../src/records/Ticker.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

const trade = (id: string, side: "buy" | "sell", milli: number, direct = false): Step => ({
  do: "trade",
  id,
  side,
  milli,
  held: false,
  direct
})

/** Three shares are held. */
const holding = (): Desk.Desk => {
  const desk = deskOf(policy)
  perform(desk, trade("T1", "buy", 3000))
  perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
  perform(desk, { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 3000, time: 2 })
  return desk
}

let commands = 0

const command = (desk: Desk.Desk, what: Command) => {
  const id = `command ${++commands}`
  return desk.commit("command", (recorder) => carryOut(recorder, id, what, "story").answer)
}

const scope = { _tag: "WholeAccount" } as const
const answer = (desk: Desk.Desk) => answered(desk.all(PositionTable)[0])
const orders = (desk: Desk.Desk) =>
  desk.all(OrderTable).map(({ heldFor, quantity, side, status }) => {
    const held = heldFor === undefined ? "" : ` for ${heldFor}`
    return `${side} ${quantity.value} ${status}${held}`
  })
const send = (desk: Desk.Desk, order: number) => perform(desk, { do: "send", order, got: "accepted", time: 9 })
const isSound = (desk: Desk.Desk) => expect(foldedLines(desk)).toEqual(storedLines(desk))

describe("the trading state reduce", () => {
  test("what would add to a holding is refused, what closes it is cut at zero", () => {
    const desk = holding()
    command(desk, { _tag: "Reduce", scope })
    perform(desk, trade("T2", "buy", 2000))
    expect(answer(desk)).toBe("Refused(ReduceOnly)")
    perform(desk, trade("T3", "sell", 7000))
    expect(orders(desk)).toEqual(["buy 3 filled", "sell 3 pending"])
    expect(send(desk, 2)).toBe("Submitted")
    isSound(desk)
  })

  test("a direct order that would go beyond the holding has failed, with what could be sold", () => {
    const desk = holding()
    command(desk, { _tag: "Reduce", scope })
    perform(desk, trade("D1", "sell", 4000, true))
    expect(send(desk, 2)).toBe("Refused")
    expect(desk.order(Id.OrderId.make(2)).reason).toBe("Refused, reduce only: 3 could be sold")
    perform(desk, trade("D2", "sell", 2000, true))
    expect(send(desk, 3)).toBe("Submitted")
    isSound(desk)
  })

  test("an order that was planned before is judged by it at its send", () => {
    const desk = holding()
    perform(desk, trade("T2", "buy", 1000))
    command(desk, { _tag: "Reduce", scope })
    expect(send(desk, 2)).toBe("Superseded")
    isSound(desk)
  })
})

const waiting = (): Desk.Desk => {
  const desk = holding()
  command(desk, { _tag: "AskFirst", scope })
  perform(desk, trade("T2", "buy", 2000))
  expect(send(desk, 2)).toBe("Held")
  expect(orders(desk)).toEqual(["buy 3 filled", "buy 2 pending for Approval"])
  return desk
}
const approval = {
  _tag: "Approve",
  orderId: Id.OrderId.make(2),
  side: "buy",
  quantity: Quantity.unsafe("2")
} as const

describe("the trading state approve", () => {
  test("a plan waits until a person names it with side and quantity; then it goes", () => {
    const desk = waiting()
    expect(send(desk, 2)).toBe("Held")
    expect(command(desk, { ...approval, side: "sell" })).toMatchObject({ _tag: "Refused" })
    expect(command(desk, { ...approval, quantity: Quantity.unsafe("3") })).toMatchObject({ _tag: "Refused" })
    expect(command(desk, { ...approval, orderId: Id.OrderId.make(9) })).toMatchObject({ _tag: "Refused" })
    expect(command(desk, approval)).toEqual({ _tag: "Done", what: "O2 (buy 2 AAPL) is approved" })
    expect(send(desk, 2)).toBe("Submitted")
    expect(command(desk, approval)).toMatchObject({ _tag: "Refused" })
    isSound(desk)
  })

  test("an approval lapses with the plan that is no longer due", () => {
    const desk = waiting()
    command(desk, approval)
    perform(desk, trade("T3", "sell", 2000))
    expect(send(desk, 2)).toBe("Superseded")
    isSound(desk)
  })

  test("with `reduce` for the symbol both stand", () => {
    const desk = holding()
    command(desk, { _tag: "AskFirst", scope })
    command(desk, { _tag: "Reduce", scope: { _tag: "OneSymbol", symbol: desk.symbol } })
    perform(desk, trade("T2", "sell", 5000))
    expect(orders(desk)).toEqual(["buy 3 filled", "sell 3 pending"])
    expect(send(desk, 2)).toBe("Held")
  })

  test("an order in doubt from before goes again only when the state is lifted", () => {
    const desk = holding()
    perform(desk, trade("T2", "buy", 2000))
    perform(desk, { do: "send", order: 2, got: "unknown", time: 3 })
    expect(orders(desk)).toEqual(["buy 3 filled", "buy 2 in_doubt"])
    command(desk, { _tag: "AskFirst", scope })
    expect(send(desk, 2)).toBe("StaysInDoubt")
    command(desk, { _tag: "Resume", scope })
    expect(send(desk, 2)).toBe("Submitted")
    isSound(desk)
  })

  test("what waited goes when the state is lifted", () => {
    const desk = waiting()
    command(desk, { _tag: "Resume", scope })
    expect(send(desk, 2)).toBe("Submitted")
  })
})

const said = (desk: Desk.Desk, what: Command) => {
  const answer = command(desk, what)
  return answer._tag === "Done" ? answer.what : answer._tag
}
const everything = { _tag: "Everything" } as const
const symbol = (name: string) => ({ _tag: "OneSymbol", symbol: Ticker.make(name) }) as const

describe("what a change of trading state says", () => {
  test("names what still binds from a wider scope", () => {
    const desk = holding()
    expect(said(desk, { _tag: "Halt", scope })).toBe("Halted: desk")
    expect(said(desk, { _tag: "Halt", scope })).toBe("Halted already (desk)")
    expect(said(desk, { _tag: "Halt", scope: everything })).toBe("Halted: all accounts")
    expect(said(desk, { _tag: "Resume", scope })).toBe("Control lifted (desk); still halted (all accounts: story)")
    expect(said(desk, { _tag: "Resume", scope })).toBe("No control on desk; still halted (all accounts: story)")
    expect(said(desk, { _tag: "Reduce", scope })).toBe(
      "Only reducing orders (desk); still halted (all accounts: story)"
    )
    expect(said(desk, { _tag: "Resume", scope: everything })).toBe("Trading resumed (all accounts)")
    expect(said(desk, { _tag: "Resume", scope: symbol("AAPL") })).toBe(
      "No control on AAPL of desk; still reducing only (desk: story)"
    )
  })

  test("says where a symbol is none of the books yet", () => {
    const desk = holding()
    expect(said(desk, { _tag: "Halt", scope: symbol("NOPE") })).toBe(
      "Halted: NOPE of desk; NOPE is not in the books of desk: applies once it is"
    )
    expect(said(desk, { _tag: "Halt", scope: symbol("AAPL") })).toBe("Halted: AAPL of desk")
  })
})

import { describe, expect, test } from "vitest"
import { perform as carryOut } from "../src/rules/operator/Command.ts"
import { OrderId } from "../src/values/Id.ts"
import { OrderTable } from "../src/records/Order.ts"
import type { Desk } from "@roundlot/testing"
import { isSound } from "./sound.ts"
import { deskOf, perform, type Step } from "./Story.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

const deskWith = (...steps: ReadonlyArray<Step>): Desk.Desk => {
  const desk = deskOf(policy)
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 1000, held: false })
  for (const step of steps) perform(desk, step)
  return desk
}

const retry = (desk: Desk.Desk, id = 1) =>
  desk.commit(
    "command",
    (recorder) => carryOut(recorder, `retry ${id}`, { _tag: "Retry", orderId: OrderId.make(id) }, "again").answer
  )

describe("retry", () => {
  test("D8: makes a new order, linked to the old, and lifts what an operator's cancel holds", () => {
    const desk = deskWith({ do: "cancel", order: 1 })
    expect(desk.all(OrderTable)).toHaveLength(1)
    expect(retry(desk)).toEqual({ _tag: "Done", what: "O2 replaces O1" })
    const [old, made] = desk.all(OrderTable)
    expect(made).toMatchObject({ status: "pending", retryOf: 1, quantity: old?.quantity, attempts: 0 })
    expect(made?.clientOrderId).not.toBe(old?.clientOrderId)
    isSound(desk)
    expect(retry(desk)).toEqual({ _tag: "Done", what: "O2 replaces O1" })
    expect(desk.all(OrderTable)).toHaveLength(2)
  })

  test("is refused while the old is in doubt, live or filled", () => {
    const doubtful = deskWith({ do: "send", order: 1, got: "unknown", time: 1 })
    expect(retry(doubtful)).toMatchObject({ why: "O1 is unconfirmed: it may be live; resolve it first" })
    expect(retry(deskWith())).toMatchObject({ why: "O1 is pending" })
    const filled = deskWith(
      { do: "send", order: 1, got: "accepted", time: 1 },
      { do: "fill", at: "B-O1", order: 1, side: "buy", exec: "e1", revision: 1, milli: 1000, time: 2 }
    )
    expect(retry(filled)).toMatchObject({ why: "O1 is filled: nothing to re-submit" })
    expect(retry(deskWith(), 7)).toMatchObject({ why: "order O7 does not exist" })
  })

  test("orders nothing that would not be due: during a cool-down, while halted", () => {
    const cooling = deskWith({ do: "send", order: 1, got: "rejected", time: 1 })
    expect(retry(cooling)).toMatchObject({ why: expect.stringContaining("would replace O1: Cooling down") })
    const halted = deskWith({ do: "cancel", order: 1 }, { do: "halt" })
    expect(retry(halted)).toMatchObject({ why: expect.stringContaining("Halted") })
    expect(halted.all(OrderTable)).toHaveLength(1)
  })

  test("of a trade that was executed as given is handed in again instead", () => {
    const desk = deskOf(policy)
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 1000, held: false, direct: true })
    perform(desk, { do: "cancel", order: 1 })
    expect(retry(desk)).toMatchObject({ why: expect.stringContaining("O1 executes T1 directly") })
  })
})

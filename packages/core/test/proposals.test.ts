import { describe, expect, test } from "vitest"
import { OrderTable } from "../src/records/Order.ts"
import { TradeTable } from "../src/records/Trade.ts"
import { perform as carryOut, type Command } from "../src/rules/operator/Command.ts"
import { LIFE_MS, needsOf, propose as proposed, type Proposal } from "../src/rules/trade/proposal.ts"
import { plain } from "../src/rules/trade/SourcePolicy.ts"
import type { Desk } from "@roundlot/testing"
import * as Decimal from "../src/values/Decimal.ts"
import * as Id from "../src/values/Id.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { Reference } from "../src/values/Reference.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { deskOf, perform } from "./Story.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

interface Said {
  readonly shares?: string
  readonly limit?: string | undefined
  readonly day?: string
  readonly source?: string
  readonly side?: "buy" | "sell"
}

/** What a model proposes: at most three orders a day, of 1,000 dollars together. */
const wished = (desk: Desk.Desk, said: Said = {}): Proposal => {
  const { day = "2023-11-14", limit, shares = "2", side = "buy", source = "proposed:model" } = { limit: "100", ...said }
  const limitPrice = limit === undefined ? undefined : Price.unsafe(limit)
  const type = limit === undefined ? "market" : "limit"
  return {
    input: {
      source,
      symbol: desk.symbol,
      side,
      quantity: Quantity.unsafe(shares),
      price: undefined,
      reverses: undefined,
      tradedAt: desk.now(),
      direct: { type, limitPrice, timeInForce: "day", session: "regular" }
    },
    policy: plain,
    allowance: { ordersPerDay: 3, notionalPerDay: Decimal.unsafe("1000") },
    day
  }
}

const propose = (desk: Desk.Desk, said?: Said) => {
  const wish = wished(desk, said)
  return desk.commit("trade", (recorder) => proposed(recorder, wish), needsOf(desk.account, wish))
}

let commands = 0

const command = (desk: Desk.Desk, what: Command) => {
  const id = `command ${++commands}`
  return desk.commit("command", (recorder) => carryOut(recorder, id, what, "story").answer)
}

const approve = (desk: Desk.Desk, order = 1, shares = "2") =>
  command(desk, {
    _tag: "Approve",
    orderId: Id.OrderId.make(order),
    side: "buy",
    quantity: Quantity.unsafe(shares)
  })

/** What another source says a share is worth. */
const quoted = (price: string) =>
  Reference.Priced({ price: Price.unsafe(price), at: Instant.make(1_700_000_000_000_000n), source: "feed" })

const send = (desk: Desk.Desk, order = 1) => perform(desk, { do: "send", order, got: "accepted", time: 9 })
const order = (desk: Desk.Desk, id = 1) => desk.order(Id.OrderId.make(id))
const isSound = (desk: Desk.Desk) => expect(foldedLines(desk)).toEqual(storedLines(desk))

describe("an order that a program proposes", () => {
  test("SYNC-12: is sent once a person has approved it, named with side and quantity, and never before", () => {
    const desk = deskOf(policy)
    expect(propose(desk)).toMatchObject({ _tag: "Waiting", orderId: 1, isKnown: false })
    expect(send(desk)).toBe("Held")
    expect(order(desk)).toMatchObject({ status: "pending", heldFor: "Approval", attempts: 0 })
    expect(approve(desk, 1, "3")).toMatchObject({ _tag: "Refused" })
    expect(send(desk)).toBe("Held")
    expect(approve(desk)).toEqual({ _tag: "Done", what: "O1 (buy 2 AAPL) is approved" })
    expect(approve(desk)).toMatchObject({ _tag: "Refused" })
    expect(send(desk)).toBe("Submitted")
    isSound(desk)
  })

  test("is approved before anything was tried, and its account's halt holds it all the same", () => {
    const desk = deskOf(policy)
    command(desk, { _tag: "Halt", scope: { _tag: "WholeAccount" } })
    propose(desk)
    expect(approve(desk)).toMatchObject({ _tag: "Done" })
    expect(send(desk)).toBe("Held")
    expect(order(desk).heldFor).toBe("Halted")
    isSound(desk)
  })

  test("waits for a person before it waits for anything else", () => {
    const desk = deskOf(policy)
    command(desk, { _tag: "Halt", scope: { _tag: "WholeAccount" } })
    propose(desk)
    send(desk)
    expect(order(desk).heldFor).toBe("Approval")
  })

  test("ends unsent 15 minutes later, and cannot be approved from then on", () => {
    const desk = deskOf(policy)
    propose(desk)
    desk.pass(LIFE_MS - 1000)
    expect(send(desk)).toBe("Held")
    desk.pass(1000)
    expect(approve(desk)).toMatchObject({ _tag: "Refused", why: expect.stringMatching(/can no longer be approved/) })
    expect(send(desk)).toBe("Refused")
    expect(order(desk)).toMatchObject({ status: "failed", code: "NotApproved", attempts: 0 })
    expect(desk.all(TradeTable)[0]).toMatchObject({ status: "failed", reason: "OrderEnded" })
    expect(approve(desk)).toMatchObject({ _tag: "Refused" })
    isSound(desk)
  })

  test("approved in time it may go later", () => {
    const desk = deskOf(policy)
    propose(desk)
    approve(desk)
    desk.pass(LIFE_MS)
    expect(send(desk)).toBe("Submitted")
  })

  test("proposed again while it waits is the same order; once it was approved it is another", () => {
    const desk = deskOf(policy)
    propose(desk)
    expect(propose(desk)).toMatchObject({ _tag: "Waiting", orderId: 1, isKnown: true })
    expect(propose(desk, { shares: "3" })).toMatchObject({ orderId: 2, isKnown: false })
    expect(propose(desk, { limit: "101" })).toMatchObject({ orderId: 3, isKnown: false })
    expect(desk.all(OrderTable)).toHaveLength(3)
    const other = deskOf(policy)
    propose(other)
    approve(other)
    expect(propose(other)).toMatchObject({ orderId: 2, isKnown: false })
    other.pass(LIFE_MS)
    expect(propose(other)).toMatchObject({ orderId: 3, isKnown: false })
    isSound(desk)
  })

  test("counts for its day, whatever became of it: no more orders than allowed", () => {
    const desk = deskOf(policy)
    propose(desk, { shares: "1" })
    desk.pass(LIFE_MS)
    send(desk)
    propose(desk, { shares: "1" })
    propose(desk, { shares: "2" })
    expect(propose(desk, { shares: "3" })).toEqual({ _tag: "TooMany", ordersPerDay: 3 })
    expect(propose(desk, { shares: "3", source: "proposed:other" })).toMatchObject({ _tag: "Waiting" })
    expect(propose(desk, { shares: "3", day: "2023-11-15" })).toMatchObject({ _tag: "Waiting" })
    isSound(desk)
  })

  test("is worth what its highest known price says, and all of a day come to no more dollars than allowed", () => {
    const desk = deskOf(policy)
    expect(propose(desk, { shares: "9" })).toMatchObject({ _tag: "Waiting" })
    expect(propose(desk, { shares: "2" })).toMatchObject({ _tag: "TooMuch", left: Decimal.unsafe("100") })
    expect(propose(desk, { shares: "1" })).toMatchObject({ _tag: "Waiting" })
    expect(
      desk.all(TradeTable).map(({ proposedNotional }) => Decimal.format(proposedNotional ?? Decimal.zero))
    ).toEqual(["900", "100"])
    expect(desk.all(TradeTable)).toHaveLength(2)
    const dear = deskOf(policy, undefined, () => quoted("501"))
    expect(propose(dear)).toMatchObject({ _tag: "TooMuch", notional: Decimal.unsafe("1002") })
  })

  test("at the market needs a price that is known", () => {
    const desk = deskOf(policy)
    expect(propose(desk, { limit: undefined })).toEqual({ _tag: "NoPrice" })
    expect(desk.all(TradeTable)).toEqual([])
    // What is sold at a limit may be filled far above it: the limit says nothing of its worth.
    expect(propose(desk, { limit: "0.01", side: "sell" })).toEqual({ _tag: "NoPrice" })
    const priced = deskOf(policy, undefined, () => quoted("400"))
    expect(propose(priced, { limit: undefined })).toMatchObject({ _tag: "Waiting" })
    expect(propose(priced, { limit: "0.01", side: "sell", shares: "1" })).toEqual({
      _tag: "TooMuch",
      notional: Decimal.unsafe("400"),
      left: Decimal.unsafe("200")
    })
    expect(priced.all(TradeTable)[0]).toMatchObject({ proposedNotional: Decimal.unsafe("800"), limitPrice: undefined })
  })
})

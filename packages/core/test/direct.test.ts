import { describe, expect, test } from "vitest"
import type * as Account from "../src/records/Account.ts"
import { declare } from "../src/rules/account/declare.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { OrderId } from "../src/values/Id.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import * as Order from "../src/records/Order.ts"
import { atMarket, termFault, type Instruction } from "../src/records/OrderTerms.ts"
import * as Send from "../src/rules/order/send.ts"
import * as Position from "../src/records/Position.ts"
import * as Break from "../src/records/Break.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import * as Intake from "../src/rules/trade/intake.ts"
import { placeOf } from "../src/records/counts.ts"
import * as Trade from "../src/records/Trade.ts"
import { reasonText } from "../src/records/TradeStanding.ts"
import type { TradeCause } from "../src/records/tradeReasons.ts"
import { perform, type Step } from "./Story.ts"
import { answered } from "./answered.ts"

const AT = Instant.make(1_600_000_000_000_000n)

interface Given {
  readonly id?: string
  readonly side?: "buy" | "sell"
  readonly quantity?: string
  readonly direct?: Instruction
  readonly held?: TradeCause
  readonly symbol?: string | undefined
  readonly reverses?: string
}

const take = (desk: Desk.Desk, given: Given): Intake.IntakeResult =>
  desk.commit("trade", (recorder) =>
    Intake.intake(recorder, {
      input: {
        source: "story",
        sourceId: given.id ?? "D1",
        occurrence: "0",
        symbol: "AAPL",
        side: given.side ?? "buy",
        quantity: Quantity.unsafe(given.quantity ?? "3"),
        price: undefined,
        tradedAt: AT,
        reverses: given.reverses === undefined ? undefined : { sourceId: given.reverses, occurrence: "0" },
        ...(given.direct === undefined ? {} : { direct: given.direct })
      },
      symbol: "symbol" in given ? undefined : desk.symbol,
      direction: undefined,
      held: given.held,
      backfill: "orders"
    })
  )

const direct = (desk: Desk.Desk, given: Given = {}) => take(desk, { direct: atMarket, ...given })

const run = (desk: Desk.Desk, ...steps: ReadonlyArray<Step>) => steps.map((step) => perform(desk, step))

const send = (order: number, time = 1): Step => ({ do: "send", order, got: "accepted", time })
const doubtful = (order: number): Step => ({ do: "send", order, got: "unknown", time: 1 })
const fill = (order: number, milli: number, more: Partial<Extract<Step, { readonly do: "fill" }>> = {}): Step => ({
  do: "fill",
  at: `B-O${order}`,
  order,
  side: "buy",
  exec: "e1",
  revision: 1,
  milli,
  time: 2,
  ...more
})
const said = (order: number, state: "cancelled" | "rejected", cumulative: number): Step => ({
  do: "report",
  at: `B-O${order}`,
  order,
  side: "buy",
  milli: 3000,
  said: state,
  cumulative,
  time: 3,
  read: true
})

const tradeOf = (desk: Desk.Desk, id = "D1") => {
  const trade = desk.all(Trade.TradeTable).find((each) => each.sourceId === id)
  if (trade === undefined) throw new Error(`there is no trade ${id}`)
  return trade
}
const standing = (desk: Desk.Desk, id = "D1") => {
  const { detail, reason, status, symbol } = tradeOf(desk, id)
  return reason === undefined ? status : `${status}: ${reasonText({ reason, detail }, symbol)}`
}
const orders = (desk: Desk.Desk) =>
  desk
    .all(Order.OrderTable)
    .map((order) => `${order.origin} ${order.side} ${Decimal.format(order.quantity)} ${order.status}`)
const figures = (desk: Desk.Desk) => {
  const [position] = desk.all(Position.PositionTable)
  if (position === undefined) return undefined
  const { exposure, target, hedged, inFlight, residual } = position
  return {
    queue: [exposure, target, hedged, inFlight, residual].map(Decimal.format).join(" "),
    direct: Decimal.format(position.direct),
    answer: answered(position)
  }
}

describe("E2: a direct trade", () => {
  test("makes one direct order in the commit that takes it in, and stays outside the queue", () => {
    const desk = Desk.make()
    expect(direct(desk)._tag).toBe("Accepted")
    expect(orders(desk)).toEqual(["direct buy 3 pending"])
    const [order] = desk.all(Order.OrderTable)
    expect([order?.tradeId, order?.inQueue, order?.type, order?.timeInForce]).toEqual([
      tradeOf(desk).id,
      false,
      "market",
      "day"
    ])
    expect(standing(desk)).toBe("pending")
    expect(figures(desk)?.queue).toBe("0 0 0 0 0")
  })

  test("has the prices and time in force that it was given; its side is turned by no direction", () => {
    const desk = Desk.make({ direction: "offset" })
    const limitPrice = Price.unsafe("199.5")
    direct(desk, { side: "sell", direct: { type: "limit", limitPrice, timeInForce: "gtc" } })
    const [order] = desk.all(Order.OrderTable)
    expect([order?.side, order?.type, order?.timeInForce]).toEqual(["sell", "limit", "gtc"])
    expect(order?.limitPrice === undefined ? "none" : Decimal.format(order.limitPrice)).toBe("199.5")
  })

  test.each([
    ["cancelled", "OrderCancelled", "cancelled"],
    ["rejected", "OrderEnded", "failed"]
  ] as const)(
    "that is %s is a row that was %s: its place is no matter of the broker's words",
    (state, reason, place) => {
      const desk = Desk.make()
      direct(desk)
      run(desk, send(1), said(1, state, 0))
      const trade = { ...tradeOf(desk), detail: "Cancelled by the exchange" }
      expect([trade.status, trade.reason, placeOf(trade)]).toEqual(["failed", reason, place])
    }
  )

  test("is completed when its order is filled, and its fills are in `direct` and so in holdings", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, send(1), fill(1, 3000))
    expect(standing(desk)).toBe("completed")
    expect(figures(desk)).toEqual({ queue: "0 0 0 0 0", direct: "3", answer: "NotDue" })
  })

  test("fails with what was filled when its order ends short; a late fill completes it, a bust takes that back", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, send(1), fill(1, 1000), said(1, "cancelled", 1000))
    expect(standing(desk)).toBe("failed: cancelled: cancelled by the broker; 1 of 3 filled")
    run(desk, fill(1, 2000, { exec: "e2", time: 4 }))
    expect([standing(desk), figures(desk)?.direct]).toEqual(["completed", "3"])
    run(desk, fill(1, 0, { exec: "e2", revision: 2, time: 5 }))
    expect([standing(desk), figures(desk)?.direct]).toEqual([
      "failed: cancelled: cancelled by the broker; 1 of 3 filled",
      "1"
    ])
  })

  test("is on its way again when a bust revives its filled order", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, send(1), fill(1, 3000), fill(1, 0, { revision: 2, time: 3 }))
    expect([standing(desk), ...orders(desk)]).toEqual(["pending", "direct buy 3 submitted"])
  })

  test("starts no cool-down and holds nothing when it is cancelled before it was sent", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, { do: "cancel", order: 1 })
    expect(standing(desk)).toBe("failed: cancelled: story; 0 of 3 filled")
    const [position] = desk.all(Position.PositionTable)
    expect([position?.coolDownUntil, position?.heldBy]).toEqual([undefined, undefined])
  })

  test("B1: the same again is a duplicate, another instruction a conflict", () => {
    const desk = Desk.make()
    direct(desk)
    expect(direct(desk)._tag).toBe("Duplicate")
    expect(direct(desk, { direct: { type: "market", timeInForce: "ioc" } })).toMatchObject({
      why: "time in force was none, is ioc"
    })
    expect(take(desk, {})._tag).toBe("Conflict")
    expect(orders(desk)).toEqual(["direct buy 3 pending"])
  })

  test("is not reversed: by its source, by an operator, or by a reversal that came first", () => {
    const desk = Desk.make()
    take(desk, { id: "R0", side: "sell", reverses: "D2" })
    direct(desk)
    direct(desk, { id: "D2" })
    expect(standing(desk, "R0")).toMatch(/^failed: Conflict: a direct trade does not accumulate/)
    expect(take(desk, { id: "R1", side: "sell", reverses: "D1" })).toMatchObject({
      why: expect.stringMatching(/^a direct trade does not accumulate/)
    })
    const answer = desk.commit("command", (recorder) => Commands.reverseTrade(recorder, tradeOf(desk).id))
    expect(answer).toMatchObject({
      _tag: "Refused",
      why: expect.stringMatching(/^a direct trade does not accumulate/)
    })
  })

  test("B5: quarantined it has no order; released under a ticker it gets one, dismissed never", () => {
    const desk = Desk.make()
    direct(desk, { symbol: undefined })
    direct(desk, { id: "D2", held: { reason: "TooOld" } })
    expect([standing(desk), standing(desk, "D2")]).toEqual([
      'pending: Unmapped: "AAPL" has no ticker here: its source declares no suffix or name for it',
      "pending: Too old"
    ])
    expect(orders(desk)).toEqual([])
    const released = () =>
      desk.commit("command", (recorder) => Commands.releaseTrade(recorder, tradeOf(desk).id, desk.symbol))
    expect(released()._tag).toBe("Done")
    expect([standing(desk), ...orders(desk)]).toEqual(["pending", "direct buy 3 pending"])
    expect(released()).toMatchObject({ _tag: "Refused" })
    run(desk, { do: "dismiss", id: "D2" }, { do: "dismiss", id: "D1" })
    expect([standing(desk, "D2"), standing(desk)]).toEqual(["failed: Dismissed: story", "pending"])
  })

  test("D5: a live one of the other side stands in the way of its position; one of the same side does not", () => {
    const desk = Desk.make()
    direct(desk, { side: "sell" })
    run(desk, send(1), { do: "trade", id: "T1", side: "buy", milli: 2500, held: false })
    expect(figures(desk)?.answer).toBe("OppositeOrderLive")
    direct(desk, { id: "D2" })
    const other = Desk.make()
    direct(other)
    run(other, send(1), { do: "trade", id: "T1", side: "buy", milli: 2500, held: false })
    expect(orders(other)).toEqual(["direct buy 3 submitted", "accumulation buy 2 pending"])
  })

  test("G: an order of the broker's own against a live one of ours opens `OppositeOrders`, until one of the two has ended", () => {
    const desk = Desk.make()
    run(desk, { do: "trade", id: "T1", side: "buy", milli: 2500, held: false }, send(1))
    run(desk, {
      do: "report",
      at: "X1",
      order: undefined,
      side: "sell",
      milli: 1000,
      said: "open",
      cumulative: 0,
      time: 2,
      read: true
    })
    expect(openBreaks(desk)).toEqual(["OppositeOrders O2"])
    run(desk, fill(1, 2000, { time: 3 }))
    expect(openBreaks(desk)).toEqual([])
  })
})

const openBreaks = (desk: Desk.Desk) =>
  desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map(({ kind, subject }) => `${kind} ${subject}`)

/** One of ours of each side, the first of them bought. */
const both = (desk: Desk.Desk): Desk.Desk => {
  direct(desk, { id: "B", side: "buy" })
  direct(desk, { id: "S", side: "sell" })
  return desk
}
const waiting = (desk: Desk.Desk) => {
  const { heldBehind, heldFor, status } = desk.order(OrderId.make(2))
  return [status, heldFor, heldBehind]
}

describe("D5: direct orders of both sides of a symbol", () => {
  test("wait for each other, say for which order, and open no break; when that has ended the other goes", () => {
    const desk = both(Desk.make())
    expect(run(desk, send(1), send(2)).at(-1)).toBe("Held")
    expect(waiting(desk)).toEqual(["pending", "OppositeOrderLive(O1)", 1])
    expect(openBreaks(desk)).toEqual([])
    run(desk, fill(1, 3000), send(2))
    expect(orders(desk)).toEqual(["direct buy 3 filled", "direct sell 3 submitted"])
    expect([desk.order(OrderId.make(2)).heldBehind, openBreaks(desk)]).toEqual([undefined, []])
  })

  test("wait for one whose answer is not here yet, too", () => {
    const desk = both(Desk.make())
    run(desk, { do: "send", order: 1, got: "nothing", time: 1 }, send(2))
    expect(waiting(desk)).toEqual(["pending", "OppositeOrderLive(O1)", 1])
  })

  test("a plan is in nobody's way: whichever is judged first goes", () => {
    const desk = both(Desk.make())
    run(desk, send(2))
    expect(orders(desk)).toEqual(["direct buy 3 pending", "direct sell 3 submitted"])
  })

  test("of the same side they do not wait", () => {
    const desk = Desk.make()
    direct(desk, { id: "B1" })
    direct(desk, { id: "B2" })
    run(desk, send(1), send(2))
    expect(orders(desk)).toEqual(["direct buy 3 submitted", "direct buy 3 submitted"])
  })

  test("wait for one of the broker's own and for one of the position as well", () => {
    const outside = Desk.make()
    run(outside, {
      do: "report",
      at: "X1",
      order: undefined,
      side: "sell",
      milli: 1000,
      said: "open",
      cumulative: 0,
      time: 2,
      read: true
    })
    expect(judged(outside, { side: "buy" })).toBe("Held: OppositeOrderLive(O1)")
    const owed = Desk.make()
    run(owed, { do: "trade", id: "T1", side: "buy", milli: 2500, held: false }, send(1))
    expect(judged(owed, { side: "sell" })).toBe("Held: OppositeOrderLive(O1)")
  })

  test("wait no longer than their session: with its end they have failed, and say for what they waited", () => {
    let opening = Instant.make(1_800_000_000_000_000n)
    const desk = both(Desk.make({}, undefined, () => opening))
    run(desk, send(1), send(2), send(2))
    expect(waiting(desk)[0]).toBe("pending")
    expect(desk.order(OrderId.make(2)).heldUntil).toBe(opening)
    const late = Desk.make({}, undefined, (at) => (opening = Instant.addMillis(at, 1)))
    run(both(late), send(1), send(2), send(2))
    expect([late.order(OrderId.make(2)).status, late.order(OrderId.make(2)).code]).toEqual([
      "failed",
      "OppositeOrderLive"
    ])
    expect(standing(late, "S")).toBe(
      "failed: Refused, order on the other side (O1): it waited until its session ended; 0 of 3 filled"
    )
  })

  test("are refused where the account says so, and say for which order", () => {
    const desk = both(Desk.make({ crossing: "refuse" }))
    expect(run(desk, send(1), send(2)).at(-1)).toBe("Refused")
    expect(standing(desk, "S")).toBe(
      "failed: Refused, order on the other side (O1): it does not wait for orders of the other side; 0 of 3 filled"
    )
  })

  test("where sessions never close they wait on", () => {
    const desk = both(Desk.make())
    run(desk, send(1), send(2), send(2), send(2))
    expect([waiting(desk)[0], desk.order(OrderId.make(2)).heldUntil]).toEqual(["pending", undefined])
  })
})

/** A desk whose broker holds so many shares for it, bought by a direct trade. */
const holding = (milli: number, settings: Partial<Account.AccountSettings> = {}, crossesZero = true): Desk.Desk => {
  const desk = Desk.make(settings)
  desk.commit("start", (recorder) =>
    declare(recorder, {
      crossesZero,
      supportedOrders: [{ session: "regular", types: ["market", "limit"], timesInForce: ["day"] }]
    })
  )
  if (milli === 0) return desk
  const side = milli > 0 ? "buy" : "sell"
  direct(desk, { id: "H", side, quantity: String(Math.abs(milli) / 1000) })
  run(desk, send(1), fill(1, Math.abs(milli), { side, exec: "h" }))
  return desk
}

const request = { contentType: "text/plain", bytes: new Uint8Array() }

/** What becomes of a direct order at rule 0. */
const judged = (desk: Desk.Desk, given: Given): string => {
  direct(desk, given)
  const order = desk.all(Order.OrderTable).at(-1)
  if (order === undefined) throw new Error("there is no order")
  const planned = desk.commit("send", (recorder) => Send.planSend(recorder, order.id, () => request))
  if (planned._tag === "Held") return `Held: ${desk.order(order.id).heldFor}`
  return planned._tag === "Refused" ? `${desk.order(order.id).reason}` : planned._tag
}

/** What a direct order was found to do at its send: as planned, on record, and in its request. */
const effects = (desk: Desk.Desk, given: Given) => {
  direct(desk, given)
  const order = desk.all(Order.OrderTable).at(-1)
  if (order === undefined) throw new Error("there is no order")
  const asked: Array<string | undefined> = []
  const planned = desk.commit("send", (recorder) =>
    Send.planSend(recorder, order.id, (effect) => {
      asked.push(effect)
      return request
    })
  )
  return [planned._tag === "Send" ? planned.positionEffect : planned._tag, desk.order(order.id).positionEffect, asked]
}

describe("rule 0 of sending a direct order", () => {
  const never = { shorting: "never" } as const
  test.each([
    ["sells what is held", holding(3000, never, false), "sell", "3", "Send"],
    ["sells a part of it", holding(3000, never, false), "sell", "0.5", "Send"],
    [
      "sells more than is held, no shorts",
      holding(3000, never),
      "sell",
      "4",
      "Refused, short not allowed: 3 could be sold"
    ],
    [
      "sells with nothing held, no shorts",
      holding(0, never),
      "sell",
      "1",
      "Refused, short not allowed: 0 could be sold"
    ],
    ["goes through zero downwards", holding(3000, {}, false), "sell", "4", "Refused, crosses zero: 3 could be sold"],
    ["goes through zero upwards", holding(-3000, {}, false), "buy", "4", "Refused, crosses zero: 3 could be bought"],
    ["goes through zero at a broker that takes it", holding(3000), "sell", "4", "Send"],
    ["opens a short", holding(0, {}, false), "sell", "4", "Send"],
    ["adds to a holding", holding(3000, {}, false), "buy", "4", "Send"],
    [
      "is more than the largest order",
      holding(0, { maxOrderQuantity: Quantity.unsafe("3") }),
      "buy",
      "4",
      "shares per order: the order exceeds the shares per order (limits.orderQuantity; default 10,000 shares)"
    ]
  ] as const)("E2: one that %s", (_, desk, side, quantity, wanted) => {
    expect(judged(desk, { side, quantity })).toBe(wanted)
    expect(desk.all(Order.OrderTable).at(-1)?.quantity).toEqual(Quantity.unsafe(quantity))
  })

  test("what another order of its side may still close is not closed twice", () => {
    const desk = holding(3000, {}, false)
    expect(judged(desk, { side: "sell", quantity: "2" })).toBe("Send")
    expect(judged(desk, { id: "D2", side: "sell", quantity: "2" })).toBe("Refused, crosses zero: 1 could be sold")
    expect(standing(desk, "D2")).toBe("failed: Refused, crosses zero: 1 could be sold; 0 of 2 filled")
  })

  test.each([
    ["sale of what is held closes", holding(3000, {}, false), "sell", "close"],
    ["sale of nothing opens a short", holding(0, {}, false), "sell", "open"],
    ["purchase of what is short covers it", holding(-3000, {}, false), "buy", "close"],
    ["purchase beside a holding opens", holding(3000, {}, false), "buy", "open"],
    ["sale at a broker that takes any says nothing", holding(3000), "sell", undefined]
  ] as const)("E2: a %s, said in its request and on record", (_, desk, side, wanted) => {
    expect(effects(desk, { side, quantity: "2" })).toEqual([wanted, wanted, [wanted]])
  })

  test("E2: what is held when it leaves decides, not when it was asked for", () => {
    const desk = holding(0, {}, false)
    direct(desk, { id: "B", side: "buy", quantity: "2" })
    direct(desk, { id: "S", side: "sell", quantity: "2" })
    run(desk, send(1), fill(1, 2000))
    const sale = desk.all(Order.OrderTable).at(-1)
    if (sale === undefined) throw new Error("there is no order")
    const planned = desk.commit("send", (recorder) => Send.planSend(recorder, sale.id, () => request))
    expect(planned).toMatchObject({ _tag: "Send", positionEffect: "close" })
  })

  test("a type that the broker does not take is refused", () => {
    const stop = { type: "stop", stopPrice: Price.unsafe("10"), timeInForce: "day" } as const
    expect(judged(holding(0), { direct: stop })).toBe(
      "Refused, unsupported order: the broker takes no stop day orders in the regular session; it takes regular: market, limit (day)"
    )
  })

  test("a halt holds it and a resume lets it go; nothing is written while nothing changes", () => {
    const desk = Desk.make()
    run(desk, { do: "halt" })
    expect(judged(desk, {})).toBe("Held: Halted")
    const entries = () =>
      desk.store.entries({ account: desk.account, afterSeq: 0, entity: undefined, limit: 1000 }).length
    const before = entries()
    run(desk, send(1))
    expect(entries()).toBe(before)
    run(desk, { do: "resume" }, send(1))
    expect(desk.all(Order.OrderTable)[0]?.heldFor).toBeUndefined()
    expect(orders(desk)).toEqual(["direct buy 3 submitted"])
  })

  test("an order in doubt holds it; so does a break that holds the symbol", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, { do: "send", order: 1, got: "unknown", time: 1 })
    expect(judged(desk, { id: "D2" })).toBe("Held: InDoubtAhead(O1)")
  })

  test("of several in doubt the older is ahead: it goes again, and the younger after it", () => {
    const desk = Desk.make()
    direct(desk, { id: "D1" })
    direct(desk, { id: "D2" })
    run(desk, { do: "send", order: 1, got: "nothing", time: 1 }, { do: "send", order: 2, got: "nothing", time: 1 })
    run(desk, doubtful(1), doubtful(2))
    expect(orders(desk)).toEqual(["direct buy 3 in_doubt", "direct buy 3 in_doubt"])
    expect(run(desk, send(2))).toEqual(["StaysInDoubt"])
    run(desk, send(1))
    expect(orders(desk)).toEqual(["direct buy 3 submitted", "direct buy 3 in_doubt"])
    run(desk, send(2))
    expect(orders(desk)).toEqual(["direct buy 3 submitted", "direct buy 3 submitted"])
  })

  test("neither a cool-down nor an operator's hold of its position is about it", () => {
    const desk = Desk.make()
    run(desk, { do: "trade", id: "T1", side: "buy", milli: 2500, held: false }, { do: "cancel", order: 1 })
    expect(judged(desk, {})).toBe("Send")
  })

  test("one in doubt goes again under the same id while it would be sent now, and stays with its break where it would not", () => {
    const desk = Desk.make()
    direct(desk)
    run(desk, { do: "send", order: 1, got: "unknown", time: 1 }, { do: "halt" })
    expect(run(desk, send(1))).toEqual(["StaysInDoubt"])
    run(desk, { do: "resume" }, send(1))
    expect(orders(desk)).toEqual(["direct buy 3 submitted"])
  })
})

describe("an instruction", () => {
  const price = Price.unsafe("1")
  test.each([
    [{ type: "market", timeInForce: "day" }, undefined],
    [{ type: "market", limitPrice: price, timeInForce: "day" }, "a market order takes no limit price"],
    [{ type: "limit", timeInForce: "day" }, "a limit order needs a limit price"],
    [{ type: "stop", limitPrice: price, timeInForce: "day" }, "a stop order takes no limit price"],
    [{ type: "stop_limit", limitPrice: price, timeInForce: "day" }, "a stop_limit order needs a stop price"],
    [{ type: "stop_limit", limitPrice: price, stopPrice: price, timeInForce: "day" }, undefined]
  ] as const)("%o", (instruction, fault) => {
    expect(termFault(instruction)).toBe(fault)
  })
})

/** What the position orders, or answers, once so much more is owed. */
const owing = (desk: Desk.Desk, milli: number): string => {
  run(desk, { do: "trade", id: "T1", side: milli > 0 ? "buy" : "sell", milli: Math.abs(milli), held: false })
  const order = desk.all(Order.OrderTable).find((each) => each.origin === "accumulation")
  if (order === undefined) return figures(desk)?.answer ?? "nothing"
  return `${order.side} ${Decimal.format(order.quantity)} ${order.positionEffect ?? "-"}`
}

describe("D2: where a broker refuses to go through zero", () => {
  const never = { shorting: "never" } as const
  test.each([
    [0, 5000, {}, "buy 5 open"],
    [0, -5000, {}, "sell 5 open"],
    [3000, 5000, {}, "buy 5 open"],
    [3000, -2500, {}, "sell 2 close"],
    [3000, -3000, {}, "sell 3 close"],
    [3000, -5000, {}, "sell 3 close"],
    [3400, -5000, {}, "sell 3 close"],
    [-3000, 5000, {}, "buy 3 close"],
    [-3400, 5000, {}, "buy 3 close"],
    [-3000, -2000, {}, "sell 2 open"],
    [400, -1000, {}, "Refused(FractionHeld)"],
    [-400, 1000, {}, "Refused(FractionHeld)"],
    [0, -1000, never, "Refused(ShortNotAllowed)"],
    [3400, -5000, never, "sell 3 close"],
    [400, -1000, never, "Refused(FractionHeld)"],
    [0, 2000, never, "buy 2 open"]
  ] as const)("%i thousandths held, %i due, %o: %s", (held, due, settings, wanted) => {
    expect(owing(holding(held, settings, false), due)).toBe(wanted)
  })

  test("the same at one that takes it is ordered whole, and says nothing of opening or closing", () => {
    expect(owing(holding(3000), -5000)).toBe("sell 5 -")
    expect(owing(holding(400), -1000)).toBe("sell 1 -")
  })

  test("the rest is due when the first part has ended", () => {
    const desk = holding(3000, {}, false)
    expect(owing(desk, -5000)).toBe("sell 3 close")
    run(desk, send(2, 5), fill(2, 3000, { side: "sell", exec: "e2", time: 6 }))
    expect(orders(desk).slice(1)).toEqual(["accumulation sell 3 filled", "accumulation sell 2 pending"])
  })

  test("what a direct order may still close is not closed twice", () => {
    const desk = holding(3000, {}, false)
    expect(judged(desk, { id: "D2", side: "sell", quantity: "3" })).toBe("Send")
    expect(owing(desk, -1000)).toBe("Refused(CrossesZero)")
  })

  test("D6: what was planned before the broker declared itself is judged again, and cut", () => {
    const desk = Desk.make()
    direct(desk, { id: "H" })
    run(desk, send(1), fill(1, 3000))
    expect(owing(desk, -5000)).toBe("sell 5 -")
    desk.commit("report", (recorder) =>
      declare(recorder, {
        crossesZero: false,
        supportedOrders: [{ session: "regular", types: ["market"], timesInForce: ["day"] }]
      })
    )
    run(desk, send(2))
    expect(orders(desk).slice(1)).toEqual(["accumulation sell 5 cancelled", "accumulation sell 3 pending"])
  })

  test("D6: what was planned to open a short is planned anew where it would close a holding by now", () => {
    const desk = holding(0, {}, false)
    expect(owing(desk, -2000)).toBe("sell 2 open")
    direct(desk, { id: "B" })
    run(desk, send(2), fill(2, 3000, { exec: "b" }))
    run(desk, send(1))
    const effects = desk.all(Order.OrderTable).map((each) => `${each.status} ${each.positionEffect}`)
    expect(effects).toEqual(["cancelled open", "filled open", "pending close"])
  })
})

import { Desk } from "@roundlot/testing"
import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { begin, checkConservation, fold } from "../src/ledger/audit.ts"
import { defaultSettings, type AccountSettings } from "../src/records/Account.ts"
import { OrderTable, type Order } from "../src/records/Order.ts"
import { countsForD5 } from "../src/records/OrderState.ts"
import { holdingsOf, PositionTable } from "../src/records/Position.ts"
import { atMarket, type Instruction } from "../src/records/OrderTerms.ts"
import { Answer, type OrderSeen } from "../src/records/Report.ts"
import { leavesOf, stillOpen } from "../src/records/stillOpen.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Usage from "../src/records/Usage.ts"
import { contradictionOf, raisedLimits } from "../src/rules/account/limits.ts"
import { planSend } from "../src/rules/order/send.ts"
import { refusalOf, type Circumstances, type Wanted } from "../src/rules/risk/controls.ts"
import { interpret } from "../src/rules/reconciliation/interpret.ts"
import { intake } from "../src/rules/trade/intake.ts"
import { Need } from "../src/books/Need.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { Reference } from "../src/values/Reference.ts"
import { atLeast, runs } from "./properties.ts"
import { isSound } from "./sound.ts"
import { journalOf } from "./rows.ts"

const at = Instant.parse("2026-11-20T15:00:00Z") ?? Instant.make(0n)
const dollars = Quantity.unsafe

/** A usage of an account whose live orders can still come to so many dollars. */
const usage = (openNotional: string, openUnpriced = 0, held: Partial<Usage.Usage> = {}): Usage.Usage => ({
  account: Desk.make().account,
  day: "2026-11-20",
  dayNotional: Decimal.zero,
  lastMinute: [],
  openNotional: Decimal.unsafe(openNotional),
  openUnpriced,
  grossNotional: Decimal.zero,
  netNotional: Decimal.zero,
  heldUnpriced: 0,
  rejectedInARow: 0,
  version: 1,
  ...held
})

/** The control that refuses an order to buy ten shares at 100 dollars. */
const judged = (limits: Partial<AccountSettings>, known: Partial<Circumstances> = {}, wanted: Partial<Wanted> = {}) =>
  refusalOf(
    {
      symbol: Ticker.make("AAPL"),
      side: "buy",
      quantity: Decimal.unsafe("10"),
      limitPrice: undefined,
      residual: undefined,
      ...wanted
    },
    {
      account: { ...defaultSettings, ...limits },
      prices: [Price.unsafe("100")],
      inboundPrice: undefined,
      marketPrice: undefined,
      usage: undefined,
      at,
      ...known
    }
  )

describe("what live orders come to together", () => {
  const limit = { maxOpenOrders: dollars("1500") }

  test("OpenOrders: an order goes up to the limit, with what is live", () => {
    expect(judged(limit, { usage: usage("500") })).toBeUndefined()
    expect(judged(limit, { usage: usage("500.01") })).toBe("OpenOrders")
    expect(judged({}, { usage: usage("99999999") })).toBeUndefined()
  })

  test("OpenOrders: a live order without a price, or no price of its own, refuses", () => {
    expect(judged(limit, { usage: usage("0", 1) })).toBe("NoReferencePrice")
    expect(judged({}, { usage: usage("0", 1) })).toBeUndefined()
    expect(judged(limit, { prices: [], lastPrice: Price.unsafe("100") })).toBe("NoReferencePrice")
    expect(judged({}, { prices: [], lastPrice: Price.unsafe("100") })).toBeUndefined()
  })

  test("a limit below that of one order contradicts it; a raise needs a reason, and so does taking it away", () => {
    const settings = { ...defaultSettings, ...limit }
    expect(contradictionOf({ ...settings, maxOrderNotional: dollars("1600") })).toContain("limits.openOrders 1500")
    expect(contradictionOf(settings)).toBeUndefined()
    expect(raisedLimits(settings, { ...settings, maxOpenOrders: dollars("1501") })).toEqual(["limits.openOrders"])
    expect(raisedLimits(settings, defaultSettings)).toEqual(["limits.openOrders"])
    expect(raisedLimits(defaultSettings, settings)).toEqual([])
  })

  test("what is still open of an order is at its limit price, else at the price that it was judged by; of a sale at the higher of both", () => {
    const order = {
      askedNotional: undefined,
      filled: Decimal.unsafe("4"),
      judgedPrice: Price.unsafe("100"),
      limitPrice: undefined,
      notional: Decimal.unsafe("400"),
      quantity: Decimal.unsafe("10"),
      side: "buy",
      status: "partially_filled"
    } as const
    const openOf = (changed: Partial<Order>) => {
      const { notional, unpriced } = stillOpen({ ...order, ...changed })
      return [Decimal.format(notional), unpriced]
    }
    expect(openOf({})).toEqual(["600", 0])
    expect(openOf({ limitPrice: Price.unsafe("90") })).toEqual(["540", 0])
    const sale = { side: "sell", limitPrice: Price.unsafe("90") } as const
    // It fills at the market, or above.
    expect(openOf(sale)).toEqual(["600", 0])
    expect(openOf({ ...sale, limitPrice: Price.unsafe("110") })).toEqual(["660", 0])
    expect(openOf({ ...sale, judgedPrice: undefined })).toEqual(["540", 0])
    expect(openOf({ askedNotional: Decimal.unsafe("1000") })).toEqual(["600", 0])
    expect(openOf({ judgedPrice: undefined })).toEqual(["0", 1])
    expect(openOf({ filled: Decimal.unsafe("11") })).toEqual(["0", 0])
    for (const status of ["submitting", "in_doubt", "submitted"] as const) expect(openOf({ status })[0]).toBe("600")
    for (const status of ["pending", "filled", "cancelled", "rejected"] as const)
      expect(openOf({ status })).toEqual(["0", 0])
  })
})

/** A holding of so many shares. */
const holding = (shares: string): Partial<Circumstances> => {
  const desk = opened({})
  direct(desk, "buy", "1", atMarket)
  const [position] = desk.all(PositionTable)
  return { position: position && { ...position, base: Decimal.unsafe(shares) } }
}

/** A working order of so many shares. */
const working = (side: "buy" | "sell", shares: string): Order => {
  const desk = opened({})
  direct(desk, side, shares, atMarket)
  sendAll(desk)
  const [order] = desk.all(OrderTable)
  if (order === undefined) throw new Error("no order")
  return order
}

const dollarsOf = (askedNotional: string) => ({ quantity: Decimal.zero, askedNotional: Decimal.unsafe(askedNotional) })

describe("what the holding of a symbol comes to", () => {
  const limit = { maxPosition: dollars("1500") }
  const sell = { side: "sell" } as const

  test("PositionSize: the holding, the sent orders of the side and the order together", () => {
    expect([judged(limit, holding("5")), judged(limit, holding("5.01"))]).toEqual([undefined, "PositionSize"])
    expect(judged(limit, { ...holding("2"), liveOrders: [working("buy", "3")] })).toBeUndefined()
    expect(judged(limit, { ...holding("2"), liveOrders: [working("buy", "3.01")] })).toBe("PositionSize")
    expect(judged(limit, holding("-5.01"), sell)).toBe("PositionSize")
    expect(judged({}, holding("999"))).toBeUndefined()
    expect(judged(limit, holding("5"), dollarsOf("1000"))).toBeUndefined()
    expect(judged(limit, holding("5"), dollarsOf("1000.01"))).toBe("PositionSize")
  })

  test("PositionSize: orders of the other side are not counted on", () => {
    expect(judged(limit, { ...holding("6"), liveOrders: [working("sell", "6")] })).toBe("PositionSize")
  })

  test("PositionSize: what makes the holding smaller goes, also without a price; what makes it larger has one", () => {
    const priceless = { prices: [], lastPrice: Price.unsafe("100") }
    expect(judged(limit, holding("99"), sell)).toBeUndefined()
    expect(judged(limit, { ...holding("99"), ...priceless }, sell)).toBeUndefined()
    expect(judged(limit, { ...holding("-20"), ...priceless })).toBeUndefined()
    expect(judged(limit, { ...holding("99"), ...priceless })).toBe("NoReferencePrice")
    expect(judged({}, { ...holding("99"), ...priceless })).toBeUndefined()
    // Through zero it is smaller up to the same size on the other side.
    expect(judged({ maxPosition: dollars("1") }, holding("5"), sell)).toBeUndefined()
    expect(judged({ maxPosition: dollars("1") }, holding("4.99"), sell)).toBe("PositionSize")
  })
})

/** Five shares of the symbol, last judged at 80 dollars, beside other holdings of so many dollars. */
const beside = (others: string, heldUnpriced = 0): Partial<Circumstances> => {
  const { position } = holding("5")
  const worth = Decimal.unsafe("400")
  const gross = Decimal.add(Decimal.abs(Decimal.unsafe(others)), worth)
  return {
    position: position && { ...position, judgedPrice: Price.unsafe("80") },
    usage: usage("0", 0, {
      grossNotional: gross,
      netNotional: Decimal.add(Decimal.unsafe(others), worth),
      heldUnpriced
    })
  }
}

describe("what all holdings come to", () => {
  const grossLimit = { maxGrossPosition: dollars("2000") }
  const netLimit = { maxNetPosition: dollars("2000") }
  const sell = { side: "sell" } as const
  test("GrossPosition: long and short add up, this symbol at the price of now", () => {
    for (const others of ["500", "-500"]) expect(judged(grossLimit, beside(others))).toBeUndefined()
    for (const others of ["500.01", "-500.01"]) expect(judged(grossLimit, beside(others))).toBe("GrossPosition")
    expect(judged({}, beside("999999"))).toBeUndefined()
  })

  test("NetPosition: long and short cancel out; what brings them nearer goes", () => {
    expect([judged(netLimit, beside("500")), judged(netLimit, beside("500.01"))]).toEqual([undefined, "NetPosition"])
    expect(judged(netLimit, beside("-500.01"))).toBeUndefined()
    expect(judged(netLimit, beside("-9000"))).toBeUndefined()
  })

  test("GrossPosition, NetPosition: what makes the holding smaller goes; an unknown worth refuses what makes it larger", () => {
    const both = { ...grossLimit, ...netLimit }
    expect(judged(both, beside("99999"), { ...sell, quantity: Decimal.unsafe("5") })).toBeUndefined()
    expect(judged(both, beside("1", 1))).toBe("NoReferencePrice")
    expect(judged(both, beside("1", 1), { ...sell, quantity: Decimal.unsafe("5") })).toBeUndefined()
  })

  test("an audit sums up anew what is held", () => {
    const desk = opened({})
    direct(desk, "buy", "9", atMarket)
    sendAll(desk)
    const { counted, folded } = counting(desk)
    expect([counted.grossNotional, counted.netNotional].map(Decimal.format)).toEqual(["900", "900"])
    folded.books.usages.put({ ...counted, netNotional: Decimal.unsafe("-900") })
    for (const _ of checkConservation(folded));
    expect(folded.findings).toMatchObject([{ what: "the holdings are not the sum of its positions" }])
  })
})

const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }

/** A desk at a market of 100 dollars. */
const opened = (settings: Partial<AccountSettings>) =>
  Desk.make(settings, undefined, undefined, (now) =>
    Reference.Priced({ price: Price.unsafe("100"), at: now, source: "market" })
  )

let trades = 0

const direct = (desk: Desk.Desk, side: "buy" | "sell", shares: string, instruction: Instruction) => {
  const sourceId = `t${++trades}`
  desk.commit("trade", (recorder) =>
    intake(recorder, {
      input: {
        source: "t",
        sourceId,
        occurrence: "0",
        symbol: "AAPL",
        side,
        quantity: Quantity.unsafe(shares),
        price: undefined,
        tradedAt: desk.now(),
        reverses: undefined,
        direct: instruction
      },
      symbol: desk.symbol,
      direction: undefined,
      held: undefined
    })
  )
}

/** Sends every plan; the broker takes each, or surely did not get it. */
const sendAll = (desk: Desk.Desk, isTaken = true): void => {
  for (const order of desk.all(OrderTable).filter(({ status }) => status === "pending")) {
    const planned = desk.commit("send", (recorder) => planSend(recorder, order.id, () => request))
    if (planned._tag !== "Send") continue
    const report = {
      _tag: "Answered",
      account: desk.account,
      asOf: desk.now(),
      asOfKind: "broker",
      attemptId: planned.attemptId,
      answer: isTaken
        ? Answer.Accepted({ brokerOrderId: BrokerOrderId.make(`B${order.id}`) })
        : Answer.NotSent({ why: "no", retryAfterMs: 0 }),
      httpStatus: undefined
    } as const
    desk.commit("report", (recorder) => interpret(recorder, { report, payload: undefined }), [
      Need.OrderById({ id: order.id })
    ])
  }
}

/** The books of an audit of a desk's journal, and what they count for its account. */
const counting = (desk: Desk.Desk) => {
  const folded = begin()
  for (const entry of journalOf(desk)) fold(folded, desk.account, entry)
  const [counted] = [...folded.books.usages.all()]
  if (counted === undefined) throw new Error("nothing is counted")
  return { folded, counted }
}

type Ending = "open" | "filled" | "cancelled"

/** The broker shows an order with so much filled, and open still or ended. */
const show = (desk: Desk.Desk, { id }: Pick<Order, "id">, cumulative: Decimal.Decimal, ending: Ending): void => {
  const order = desk.order(id)
  if (order.brokerOrderId === undefined) return
  const report: OrderSeen = {
    _tag: "OrderSeen",
    account: desk.account,
    asOf: desk.now(),
    asOfKind: "broker",
    brokerOrderId: order.brokerOrderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    rawStatus: ending,
    state: ending === "open" ? { _tag: "Open" } : { _tag: "Closed", kind: ending },
    cumulative,
    averagePrice: undefined,
    executionsRead: true
  }
  desk.commit("report", (recorder) => interpret(recorder, { report, payload: undefined }))
}

const openOf = (desk: Desk.Desk) => Usage.openOf(desk.all(Usage.UsageTable)[0])

describe("what live orders come to, in the books", () => {
  test("OpenOrders: counted from the send to the end, less what is filled; what it refused goes once there is room", () => {
    const desk = opened({ maxOpenOrders: dollars("1000") })
    const open = () => Decimal.format(openOf(desk).notional)
    direct(desk, "buy", "9", atMarket)
    expect(open()).toBe("0")
    sendAll(desk)
    expect(open()).toBe("900")
    direct(desk, "buy", "2", atMarket)
    sendAll(desk)
    const [first, second] = desk.all(OrderTable)
    expect([second?.status, second?.code]).toEqual(["failed", "OpenOrders"])
    if (first === undefined) throw new Error("no order")
    show(desk, first, Decimal.unsafe("1"), "open")
    expect(open()).toBe("800")
    direct(desk, "buy", "2", atMarket)
    sendAll(desk)
    expect(open()).toBe("1000")
    show(desk, first, Decimal.unsafe("1"), "cancelled")
    expect(open()).toBe("200")
    isSound(desk)
  })

  test("an audit sums up anew what live orders can still come to", () => {
    const desk = opened({})
    direct(desk, "buy", "9", atMarket)
    sendAll(desk)
    const { counted, folded } = counting(desk)
    folded.books.usages.put({ ...counted, openNotional: Decimal.unsafe("899.99") })
    for (const _ of checkConservation(folded));
    expect(folded.findings).toMatchObject([
      { where: "usages desk", what: "the open notional is not the sum of its live orders" }
    ])
  })
})

const acts = fc.oneof(
  fc.record({
    do: fc.constant("ask" as const),
    side: fc.constantFrom("buy" as const, "sell" as const),
    shares: fc.integer({ min: 1, max: 12 }),
    price: fc.option(fc.integer({ min: 80, max: 130 }), { nil: undefined })
  }),
  fc.record({ do: fc.constant("send" as const), isTaken: fc.boolean() }),
  fc.record({
    do: fc.constant("show" as const),
    order: fc.nat(8),
    part: fc.integer({ min: 0, max: 4 }),
    ending: fc.constantFrom<Ending>("open", "filled", "cancelled")
  })
)

type Act = typeof acts extends fc.Arbitrary<infer A> ? A : never

const histories = fc.array(acts, { minLength: 5, maxLength: 25 })

const termsOf = (price: number | undefined): Instruction =>
  price === undefined ? atMarket : { type: "limit", limitPrice: Price.unsafe(String(price)), timeInForce: "day" }

/** Carries one act out. */
const act = (desk: Desk.Desk, does: Act): void => {
  if (does.do === "ask") return direct(desk, does.side, String(does.shares), termsOf(does.price))
  if (does.do === "send") return sendAll(desk, does.isTaken)
  const orders = desk.all(OrderTable)
  const order = orders[does.order % Math.max(1, orders.length)]
  if (order === undefined) return
  const quarter = Decimal.divide(order.quantity, Decimal.unsafe("4"), 6)
  const quarters = does.ending === "filled" ? 4 : does.part
  show(desk, order, Decimal.multiply(quarter, Decimal.unsafe(String(quarters))), does.ending)
}

const numberOf = (amount: Decimal.Decimal): number => Number(Decimal.format(amount))

describe("no sequence of sends, fills and ends goes beyond a limit, or counts wrongly what is live", () => {
  test("OpenOrders", () => {
    let most = 0
    fc.assert(
      fc.property(histories, (history) => {
        const desk = opened({ maxOpenOrders: dollars("2000") })
        for (const each of history) {
          act(desk, each)
          const sum = Decimal.sum(desk.all(OrderTable).map((order) => stillOpen(order).notional))
          expect(Decimal.format(openOf(desk).notional)).toBe(Decimal.format(sum))
          expect(numberOf(sum)).toBeLessThanOrEqual(2000)
          most = Math.max(most, numberOf(sum))
        }
        isSound(desk)
      }),
      { ...runs(30), seed: 20261121 }
    )
    expect(most).toBeGreaterThan(atLeast(1500))
  })

  test("PositionSize: whichever of the live orders fill", () => {
    let most = 0
    fc.assert(
      fc.property(histories, (history) => {
        const desk = opened({ maxPosition: dollars("1500") })
        for (const each of history) {
          act(desk, each.do === "ask" ? { ...each, price: undefined } : each)
          const [position] = desk.all(PositionTable)
          const held = position === undefined ? 0 : numberOf(holdingsOf(position))
          const live = desk.all(OrderTable).filter(({ status }) => countsForD5(status))
          const leaves = (side: "buy" | "sell") =>
            numberOf(Decimal.sum(live.filter((order) => order.side === side).map((order) => leavesOf(order).shares)))
          const largest = Math.max(held + leaves("buy"), leaves("sell") - held)
          expect(largest).toBeLessThanOrEqual(15)
          most = Math.max(most, largest)
        }
        isSound(desk)
      }),
      { ...runs(30), seed: 20261122 }
    )
    expect(most).toBeGreaterThan(atLeast(12))
  })
})

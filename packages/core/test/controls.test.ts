import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { BreakTable } from "../src/records/Break.ts"
import { breakText } from "../src/records/breakText.ts"
import { defaultSettings, type AccountSettings } from "../src/records/Account.ts"
import { AccountName } from "../src/records/AccountName.ts"
import * as commands from "../src/rules/operator/commands.ts"
import { refusalOf, type Circumstances, duplicateOf, type Intent, beyondOwed } from "../src/rules/risk/controls.ts"
import * as Usage from "../src/records/Usage.ts"
import { Need } from "../src/books/Need.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import type { AttemptId } from "../src/values/Id.ts"
import { interpret } from "../src/rules/reconciliation/interpret.ts"
import { Answer } from "../src/records/Report.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import { Reference } from "../src/values/Reference.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { OrderTable, type Order } from "../src/records/Order.ts"
import { atMarket, type Instruction } from "../src/records/OrderTerms.ts"
import { planSend } from "../src/rules/order/send.ts"
import { signed } from "../src/records/Side.ts"
import { AllocationTable } from "../src/records/Allocation.ts"
import { PositionTable } from "../src/records/Position.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { marketDate } from "../src/values/XnysCalendar.ts"
import { intake } from "../src/rules/trade/intake.ts"
import { ControlTable } from "../src/records/TradingState.ts"
import { answered } from "./answered.ts"
import { atLeast, runs } from "./properties.ts"

const AAPL = Ticker.make("AAPL")
const at = Instant.parse("2026-11-20T15:00:00Z") ?? Instant.make(0n)
const dollars = Quantity.unsafe

const circumstances = (limits: Partial<AccountSettings>, prices: ReadonlyArray<string> = ["100"]): Circumstances => ({
  account: { ...defaultSettings, ...limits },
  prices: prices.map(Price.unsafe),
  inboundPrice: undefined,
  marketPrice: undefined,
  usage: undefined,
  at
})

const sent = (seconds: number) => Instant.addMillis(at, seconds * 1000)

const judged = (shares: string, limits: Partial<AccountSettings>, prices?: ReadonlyArray<string>, limit?: string) =>
  refusalOf(
    {
      symbol: AAPL,
      side: "buy",
      quantity: Decimal.unsafe(shares),
      limitPrice: limit === undefined ? undefined : Price.unsafe(limit),
      residual: Decimal.unsafe(shares)
    },
    circumstances(limits, prices)
  )

/** The control that refuses a stop order of ten shares where an order may be worth $1,000 at most and a share is worth $50 now. */
const stop = (stopPrice: string) =>
  refusalOf(
    {
      symbol: AAPL,
      side: "buy",
      quantity: Decimal.unsafe("10"),
      limitPrice: undefined,
      stopPrice: Price.unsafe(stopPrice),
      residual: undefined
    },
    circumstances({ maxOrderNotional: dollars("1000") }, ["50"])
  )

/** The control that refuses an order over so many dollars. */
const judgedOver = (askedNotional: string, limits: Partial<AccountSettings>, prices: ReadonlyArray<string>) =>
  refusalOf(
    {
      symbol: AAPL,
      side: "buy",
      quantity: Decimal.zero,
      askedNotional: Decimal.unsafe(askedNotional),
      limitPrice: undefined,
      residual: undefined
    },
    circumstances(limits, prices)
  )

/** What a collar of 5 % says of a price of trades, or a limit, beside one of another source. */
const between = (market: string | undefined, inbound: string | undefined, limit?: string) =>
  refusalOf(
    {
      symbol: AAPL,
      side: "buy",
      quantity: Decimal.unsafe("1"),
      limitPrice: limit === undefined ? undefined : Price.unsafe(limit),
      residual: undefined
    },
    {
      ...circumstances({ collarBp: 500 }),
      marketPrice: market === undefined ? undefined : Price.unsafe(market),
      inboundPrice: inbound === undefined ? undefined : Price.unsafe(inbound)
    }
  )

/** The control that refuses an order of one where its position owes so many shares, at 2 dollars each. */
const owing = (residual: string, limits: Partial<AccountSettings> = {}) =>
  refusalOf(
    {
      symbol: AAPL,
      side: "buy",
      quantity: Decimal.unsafe("1"),
      limitPrice: undefined,
      residual: Decimal.unsafe(residual)
    },
    circumstances(limits, ["2"])
  )

describe("the controls before every order", () => {
  test("an account without limits of its own has 10,000 shares an order", () => {
    const cheap = ["1"]
    expect([judged("10000", {}, cheap), judged("10000.1", {}, cheap)]).toEqual([undefined, "MaxQuantity"])
    expect(judged("50000", { maxOrderQuantity: dollars("50000") }, cheap)).toBeUndefined()
    expect(judged("10000.1", { liftedLimits: ["orderQuantity"] }, cheap)).toBeUndefined()
  })

  test("an account without a limit of its own has 100,000 dollars an order, and nothing goes without a price", () => {
    const price = ["100"]
    expect([judged("1000", {}, price), judged("1000.000001", {}, price)]).toEqual([undefined, "MaxNotional"])
    expect(judged("1", {}, [])).toBe("NoReferencePrice")
    expect(judged("1", { liftedLimits: ["orderNotional", "dailyNotional"] }, [])).toBeUndefined()
    expect([judgedOver("100000", {}, []), judgedOver("100000.01", {}, [])]).toEqual([undefined, "MaxNotional"])
    expect(judged("1000.000001", { maxOrderNotional: dollars("200000") }, price)).toBeUndefined()
  })

  test("an account without a limit of its own owes 100,000 shares of a symbol at most, with a price or without", () => {
    expect([owing("100000"), owing("-100000")]).toEqual([undefined, undefined])
    expect([owing("100000.1"), owing("-100000.1")]).toEqual(["OpenResidual", "OpenResidual"])
    expect(owing("100000.1", { maxOpenResidual: dollars("200001") })).toBeUndefined()
  })

  test("MaxNotional: the last price judges where an account has the defaults alone; a limit of its own wants a fresh one", () => {
    const order = {
      symbol: AAPL,
      side: "buy" as const,
      quantity: Quantity.unsafe("1001"),
      limitPrice: undefined,
      residual: undefined
    }
    const stale = (limits: Partial<AccountSettings>) =>
      refusalOf(order, { ...circumstances(limits, []), lastPrice: Price.unsafe("100") })
    expect([stale({}), stale({ maxOrderNotional: dollars("200000") })]).toEqual(["MaxNotional", "NoReferencePrice"])
    expect(refusalOf(order, circumstances({}, []))).toBe("NoReferencePrice")
  })

  test("an order over a notional without a price is bound by its dollars, and by nothing where those are not", () => {
    expect(judgedOver("1", {}, [])).toBeUndefined()
    expect(judgedOver("1", { liftedLimits: ["orderNotional"] }, [])).toBe("NoReferencePrice")
    expect(judgedOver("1", { liftedLimits: ["orderNotional", "orderQuantity"] }, [])).toBeUndefined()
  })

  test("quantity: up to the maximum, not beyond", () => {
    const limits = { maxOrderQuantity: dollars("10") }
    expect([judged("10", limits), judged("10.000001", limits)]).toEqual([undefined, "MaxQuantity"])
  })

  test("notional: the highest of the fresh prices and the limit price decides", () => {
    const limits = { maxOrderNotional: dollars("1000") }
    expect(judged("10", limits, ["99", "100"])).toBeUndefined()
    expect(judged("10", limits, ["100.01", "50"])).toBe("MaxNotional")
    expect(judged("10", limits, ["50"], "100.01")).toBe("MaxNotional")
  })

  test("notional: an order that waits for a price is worth that price at least", () => {
    expect([stop("100"), stop("100.01")]).toEqual([undefined, "MaxNotional"])
  })

  test("an order over a notional is worth what it asks for; how many shares that is at most, the lowest price says", () => {
    const worth = { maxOrderNotional: dollars("1000"), maxDailyNotional: dollars("1000") }
    expect([judgedOver("1000", worth, []), judgedOver("1000.01", worth, [])]).toEqual([undefined, "MaxNotional"])
    expect(judgedOver("1000.01", { maxDailyNotional: dollars("1000") }, ["1"])).toBe("DailyNotional")
    const shares = { maxOrderQuantity: dollars("10") }
    expect([judgedOver("1000", shares, ["100", "200"]), judgedOver("1000", shares, ["99", "200"])]).toEqual([
      undefined,
      "MaxQuantity"
    ])
    expect(judgedOver("1", shares, [])).toBe("NoReferencePrice")
  })

  test("collar: what trades say, or the limit, may be so far from what another source says, and no further", () => {
    expect([between("100", "105"), between("100", "95"), between("100", undefined)]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect([between("100", "105.01"), between("100", "94.99")]).toEqual(["PriceCollar", "PriceCollar"])
    expect([between("100", "200", "101"), between("100", "100", "106")]).toEqual([undefined, "PriceCollar"])
    expect([between(undefined, "100"), between(undefined, undefined, "100")]).toEqual([
      "NoReferencePrice",
      "NoReferencePrice"
    ])
    expect(judged("1", {}, ["1", "1000"])).toBeUndefined()
  })

  test("a limit in money without a price refuses; it never reads zero", () => {
    for (const limits of [
      { maxOrderNotional: dollars("1000") },
      { maxOpenResidual: dollars("1000") },
      { maxDailyNotional: dollars("1000") }
    ]) {
      expect(judged("0.0001", limits, [])).toBe("NoReferencePrice")
      expect(judged("0.0001", limits, [], "5")).toBeUndefined()
    }
  })

  test("open residual: what is owed, at the highest price", () => {
    const limits = { maxOpenResidual: dollars("1000") }
    expect([judged("10", limits), judged("10.01", limits)]).toEqual([undefined, "OpenResidual"])
  })

  test("daily notional: what was sent on this market date counts, yesterday's does not", () => {
    const yesterday = Instant.addMillis(at, -86_400_000)
    const account = AccountName.make("a")
    const spent = { isOfDay: false, notional: Decimal.unsafe("600") }
    const limits = { maxDailyNotional: dollars("1000") }
    const wanted = {
      symbol: AAPL,
      side: "buy" as const,
      quantity: Decimal.unsafe("5"),
      limitPrice: undefined,
      residual: undefined
    }
    const with600On = (day: Instant.Instant) =>
      refusalOf(wanted, { ...circumstances(limits), usage: Usage.after(account, undefined, spent, day, 1) })
    expect([with600On(at), with600On(yesterday)]).toEqual(["DailyNotional", undefined])
  })

  test("restricted: by symbol, whatever else is said", () => {
    expect(judged("1", { restricted: ["KO", "AAPL"] }, [])).toBe("Restricted")
    expect(judged("1", { restricted: ["KO"] })).toBeUndefined()
  })

  test("orders per minute: the next may go when the first of the last N is a minute old", () => {
    const account = AccountName.make("a")
    const usage = [0, 10, 20].reduce<Usage.Usage | undefined>(
      (before, second) => Usage.after(account, before, { isOfDay: false, notional: Decimal.zero }, sent(second), 1),
      undefined
    )
    expect(Usage.waitsUntil(usage, 4, sent(20))).toBeUndefined()
    expect(Usage.waitsUntil(usage, 3, sent(20))).toBe(sent(60))
    expect(Usage.waitsUntil(usage, 1, sent(20))).toBe(sent(80))
    expect(Usage.waitsUntil(usage, 3, sent(60))).toBeUndefined()
  })
})

describe("duplicate intent", () => {
  const intent: Intent = {
    account: AccountName.make("a"),
    symbol: AAPL,
    side: "buy",
    size: Decimal.unsafe("2"),
    isNotional: false,
    strategy: "s",
    decidedAt: at
  }
  const later = (ms: number, changes: Partial<Intent> = {}): Intent => ({
    ...intent,
    decidedAt: Instant.addMillis(at, ms),
    ...changes
  })

  test("the same within a minute is one, by value, whichever came first", () => {
    expect(duplicateOf(later(59_999, { size: Decimal.unsafe("2.000") }), [intent])).toBe(intent)
    expect(duplicateOf(intent, [later(30_000)])).toBeDefined()
  })

  test.each<readonly [string, Intent]>([
    ["a minute later", later(60_000)],
    ["another account", later(1, { account: AccountName.make("b") })],
    ["another symbol", later(1, { symbol: Ticker.make("KO") })],
    ["another side", later(1, { side: "sell" })],
    ["another quantity", later(1, { size: Decimal.unsafe("3") })],
    ["as many dollars", later(1, { isNotional: true })],
    ["another strategy", later(1, { strategy: "t" })]
  ])("%s is another intent", (_, other) => {
    expect(duplicateOf(other, [intent])).toBeUndefined()
  })
})

// On a desk: every send is judged in its own commit.

const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }
let trades = 0

const trade = (
  desk: Desk.Desk,
  side: "buy" | "sell",
  shares: string,
  price: string | undefined,
  direct?: Instruction
) => {
  const sourceId = `t${++trades}`
  return desk.commit("trade", (recorder) =>
    intake(recorder, {
      input: {
        source: "t",
        sourceId,
        occurrence: "0",
        symbol: "AAPL",
        side,
        quantity: Quantity.unsafe(shares),
        price: price === undefined ? undefined : Price.unsafe(price),
        tradedAt: desk.now(),
        reverses: undefined,
        ...(direct === undefined ? {} : { direct })
      },
      symbol: desk.symbol,
      direction: undefined,
      held: undefined
    })
  )
}

const answerOf = (desk: Desk.Desk) => answered(desk.all(PositionTable)[0])
const pending = (desk: Desk.Desk): ReadonlyArray<Order> =>
  desk.all(OrderTable).filter((order) => order.status === "pending")
const sendNext = (desk: Desk.Desk) => {
  const [order] = pending(desk)
  return order === undefined
    ? undefined
    : desk.commit("send", (recorder) => planSend(recorder, order.id, () => request))
}

describe("the controls in the books", () => {
  test("D4: an order that is worth too much is refused where it would be made, with its control on record", () => {
    const desk = Desk.make({ maxOrderNotional: dollars("1000") })
    trade(desk, "buy", "11", "100")
    expect([answerOf(desk), pending(desk).length]).toEqual(["Refused(MaxNotional)", 0])
  })

  test("rule 0: a price that has risen since refuses in the commit before the send; the plan ends unsent", () => {
    const desk = Desk.make({ maxOrderNotional: dollars("1000") })
    trade(desk, "buy", "9", "100")
    trade(desk, "buy", "0.5", "200")
    expect(sendNext(desk)).toEqual({ _tag: "Superseded" })
    expect(desk.all(OrderTable).at(-1)?.reason).toBe("no longer due")
    expect([answerOf(desk), pending(desk).length]).toEqual(["Refused(MaxNotional)", 0])
  })

  test("rule 0: a price too old to judge by refuses, and a new one lets it go on", () => {
    const desk = Desk.make({ maxOrderNotional: dollars("1000") })
    trade(desk, "buy", "9", "100")
    desk.pass(16 * 60_000)
    expect(sendNext(desk)).toEqual({ _tag: "Superseded" })
    expect(answerOf(desk)).toBe("Refused(NoReferencePrice)")
    trade(desk, "buy", "0.1", "100")
    expect(sendNext(desk)).toMatchObject({ _tag: "Send" })
  })

  test("orders per minute: a plan waits, says for what, and goes when its time has come", () => {
    const desk = Desk.make({ ordersPerMinute: 1 })
    trade(desk, "buy", "1", "100")
    expect(sendNext(desk)).toMatchObject({ _tag: "Send" })
    const other = Ticker.make("KO")
    desk.commit("start", (recorder) =>
      commands.confirmInstrument(recorder, other, {
        currency: "USD",
        lot: undefined,
        fractionable: false,
        shortable: true
      })
    )
    desk.commit("trade", (recorder) =>
      intake(recorder, {
        input: {
          source: "t",
          sourceId: "ko",
          occurrence: "0",
          symbol: "KO",
          side: "buy",
          quantity: Quantity.unsafe("1"),
          price: undefined,
          tradedAt: desk.now(),
          reverses: undefined
        },
        symbol: other,
        direction: undefined,
        held: undefined
      })
    )
    expect(sendNext(desk)).toEqual({ _tag: "NotNow", status: "pending" })
    const [waiting] = pending(desk)
    expect(waiting?.heldFor).toBe("OrdersPerMinute")
    expect(waiting?.notBefore).toBeDefined()
    desk.pass(60_000)
    expect(sendNext(desk)).toMatchObject({ _tag: "Send" })
    expect(desk.all(OrderTable).at(-1)).toMatchObject({ status: "submitting", heldFor: undefined })
  })

  test("the owed bound: books that would send more than is owed halt the symbol, and nothing leaves", () => {
    const desk = Desk.make()
    trade(desk, "buy", "5", "100")
    const [order] = pending(desk)
    const [position] = desk.all(PositionTable)
    const allocations = desk.all(AllocationTable)
    if (order === undefined || position === undefined) throw new Error("no order was made")
    expect(beyondOwed(order, position, allocations)).toBeUndefined()
    expect(beyondOwed(order, { ...position, target: Decimal.unsafe("4") }, allocations)).toEqual(Decimal.unsafe("1"))
    expect(beyondOwed(order, position, [])).toEqual(Decimal.unsafe("5"))
    desk.commit(
      "send",
      (recorder) => {
        for (const each of recorder.books.allocations.find("order", [order.id])) {
          recorder.books.allocations.put({ ...each, quantity: Quantity.unsafe("3") })
        }
        return planSend(recorder, order.id, () => request)
      },
      []
    )
    expect(desk.order(order.id)).toMatchObject({ status: "cancelled", code: "OwedBound", attempts: 0 })
    expect(desk.all(ControlTable)).toMatchObject([{ symbol: "AAPL", state: "halted", actor: "roundlot" }])
    expect(answerOf(desk)).toBe("Halted")
    const cases = () => desk.all(BreakTable).filter(({ kind }) => kind === "TradingHalted")
    expect(cases()).toMatchObject([{ symbol: "AAPL", closedAt: undefined, details: { halt: "OwedBound" } }])
    expect(cases().map(({ details }) => breakText(details))).toEqual([
      "O1 exceeded the residual of its position by 2 and was not sent: the symbol is halted"
    ])
    desk.commit("command", (recorder) => commands.setTradingState(recorder, desk.symbol, "normal", "audited"))
    expect(cases()).toMatchObject([{ closedBy: "ledger", closedWhy: "AAPL is no longer halted" }])
  })

  test("configuration: each change of an account is an entry of the store's journal, with the values before and after", () => {
    const desk = Desk.make({ liftedLimits: [] })
    const limited = { ...defaultSettings, maxOrderNotional: dollars("1000"), restricted: ["KO"] }
    desk.commit("command", (recorder) => commands.setAccount(recorder, limited))
    desk.commit("command", (recorder) => commands.setAccount(recorder, limited))
    const entries = desk.store
      .entries({ account: "_store", afterSeq: 0, entity: undefined, limit: 10 })
      .filter((entry) => entry.tag === "ConfigurationChanged")
    expect(entries.map((entry) => entry.entityId)).toEqual(["accounts.desk", "accounts.desk"])
    expect(JSON.parse(entries[1]?.body ?? "")).toEqual({
      part: "accounts.desk",
      changes: [
        { name: "maxOrderNotional", after: "1000" },
        { name: "restricted", before: "", after: "KO" }
      ]
    })
  })

  test("configuration: a limit is lifted by name and with a reason, and its name is in the journal", () => {
    const desk = Desk.make({ liftedLimits: [] })
    const lifted: AccountSettings = { ...defaultSettings, liftedLimits: ["orderNotional"] }
    const lift = (reason?: string) =>
      desk.commit("command", (recorder) => commands.setAccount(recorder, lifted, true, reason))
    expect(lift()).toMatchObject({ _tag: "Refused", why: expect.stringContaining("limits.orderNotional") })
    expect(lift("a model portfolio")).toMatchObject({ _tag: "Done" })
    const [entry] = desk.store
      .entries({ account: "_store", afterSeq: 0, entity: undefined, limit: 10 })
      .filter(({ body }) => body.includes("liftedLimits"))
    expect(JSON.parse(entry?.body ?? "")).toMatchObject({
      changes: [{ name: "liftedLimits", after: "orderNotional" }]
    })
  })
})

// No sequence of inputs yields an order beyond a limit.

interface Limits {
  readonly quantity: number
  readonly notional: number
  readonly daily: number
  readonly owed: number
  readonly collarBp: number | undefined
  readonly perMinute: number
}

interface Trading {
  readonly side: "buy" | "sell"
  readonly shares: number
  readonly price: number | undefined
}

type Act =
  | ({ readonly do: "trade" | "direct" } & Trading)
  | { readonly do: "market"; readonly price: number | undefined }
  | { readonly do: "send"; readonly leaves: boolean }
  | { readonly do: "pass"; readonly seconds: number }
  | { readonly do: "halt" | "resume" | "restrict" | "allow" }

const acts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(...(["trade", "trade", "direct"] as const)),
      side: fc.constantFrom("buy" as const, "sell" as const),
      shares: fc.integer({ min: 1, max: 16 }),
      price: fc.option(fc.integer({ min: 20, max: 150 }), { nil: undefined })
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("market" as const),
      price: fc.option(fc.integer({ min: 50, max: 150 }), { nil: undefined })
    })
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("send" as const), leaves: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 50_000 }) })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom(...(["halt", "resume", "resume", "restrict", "allow", "allow"] as const))
    })
  }
)

const limitsOf = fc
  .record({
    quantity: fc.integer({ min: 2, max: 15 }),
    notional: fc.integer({ min: 300, max: 2000 }),
    daily: fc.integer({ min: 500, max: 6000 }),
    owed: fc.integer({ min: 2000, max: 8000 }),
    collarBp: fc.constantFrom(undefined, undefined, 2000, 7000),
    perMinute: fc.integer({ min: 1, max: 3 })
  })
  // Less for a day than for one order contradicts itself, and is refused.
  .map((limits) => ({ ...limits, daily: Math.max(limits.daily, limits.notional) }))

/** One send, as the broker sees it, and what was known then. */
interface Sent {
  readonly order: Order
  readonly at: Instant.Instant
  /** What trades brought last, and what the market says, where that is fresh. */
  readonly inbound: number | undefined
  readonly market: number | undefined
  /** What the position owes, this order with it. */
  readonly owed: number
  readonly isFirst: boolean
  readonly isStopped: boolean
}

const numberOf = (amount: Decimal.Decimal | undefined) =>
  amount === undefined ? undefined : Number(Decimal.format(amount))

/** What a share is worth at most by all that was known at a send; an order is judged by nothing less. */
const mostWorth = ({ inbound, market, order }: Sent) =>
  Math.max(...[inbound, market, numberOf(order.limitPrice)].map((price) => price ?? 0))

const sharesIn = ({ order }: Sent) => Number(Decimal.format(order.quantity))

/** How far the price that an order goes by is from the market's, in basis points. */
const apartBp = ({ inbound, market, order }: Sent) => {
  const judged = numberOf(order.limitPrice) ?? inbound
  if (market === undefined) return Infinity
  return judged === undefined ? 0 : (Math.abs(judged - market) / market) * 10_000
}

const answer = (desk: Desk.Desk, order: Order, attemptId: AttemptId, leaves: boolean): void => {
  const common = { account: desk.account, asOf: desk.now(), asOfKind: "broker" } as const
  const brokerOrderId = BrokerOrderId.make(`B${order.id}`)
  const said = leaves ? Answer.Accepted({ brokerOrderId }) : Answer.NotSent({ why: "no", retryAfterMs: 0 })
  const answered = { _tag: "Answered", ...common, attemptId, answer: said, httpStatus: undefined } as const
  const seen = {
    _tag: "OrderSeen",
    ...common,
    brokerOrderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    rawStatus: "filled",
    state: { _tag: "Closed", kind: "filled" },
    cumulative: order.quantity,
    averagePrice: undefined,
    executionsRead: true
  } as const
  const needs = [Need.OrderById({ id: order.id })]
  desk.commit("report", (recorder) => interpret(recorder, { report: answered, payload: undefined }), needs)
  if (leaves) desk.commit("report", (recorder) => interpret(recorder, { report: seen, payload: undefined }))
}

const instructionOf = (price: number | undefined): Instruction =>
  price === undefined ? atMarket : { type: "limit", limitPrice: Price.unsafe(String(price)), timeInForce: "day" }

const sentNow = (desk: Desk.Desk, order: Order, market: number | undefined, isStopped: boolean): Sent => {
  const position = desk.all(PositionTable).find(({ symbol }) => symbol === order.symbol)
  const { lastPrice, lastPriceAt, residual = Decimal.zero } = position ?? {}
  const isFresh = lastPriceAt !== undefined && Instant.millisBetween(lastPriceAt, desk.now()) <= 15 * 60_000
  return {
    order,
    at: desk.now(),
    inbound: isFresh ? numberOf(lastPrice) : undefined,
    market,
    owed: Math.abs(Number(Decimal.format(Decimal.add(residual, signed(order.side, order.quantity))))),
    isFirst: order.attempts === 0,
    isStopped
  }
}

/** Plays a history on a desk with limits; what was sent. */
const play = (limits: Limits, history: ReadonlyArray<Act>): ReadonlyArray<Sent> => {
  const settings: AccountSettings = {
    ...defaultSettings,
    maxOrderQuantity: dollars(String(limits.quantity)),
    maxOrderNotional: dollars(String(limits.notional)),
    maxDailyNotional: dollars(String(limits.daily)),
    maxOpenResidual: dollars(String(limits.owed)),
    collarBp: limits.collarBp,
    ordersPerMinute: limits.perMinute
  }
  let market: number | undefined
  const desk = Desk.make(settings, undefined, undefined, (at) =>
    market === undefined
      ? Reference.NoPrice()
      : Reference.Priced({ price: Price.unsafe(String(market)), at, source: "market" })
  )
  const sent: Array<Sent> = []
  let isHalted = false
  let isRestricted = false
  const regate = () => desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, true))
  for (const act of history) {
    switch (act.do) {
      case "trade":
        trade(desk, act.side, String(act.shares), act.price === undefined ? undefined : String(act.price))
        break
      case "direct":
        trade(desk, act.side, String(act.shares), undefined, instructionOf(act.price))
        break
      case "market":
        market = act.price
        regate()
        break
      case "pass":
        desk.pass(act.seconds * 1000)
        regate()
        break
      case "halt":
      case "resume":
        isHalted = act.do === "halt"
        desk.commit("command", (recorder) =>
          commands.setTradingState(recorder, undefined, isHalted ? "halted" : "normal", "test")
        )
        regate()
        break
      case "restrict":
      case "allow":
        isRestricted = act.do === "restrict"
        desk.commit("command", (recorder) =>
          commands.setAccount(recorder, { ...settings, restricted: isRestricted ? ["AAPL"] : [] })
        )
        regate()
        break
      case "send": {
        for (const order of pending(desk)) {
          const planned = desk.commit("send", (recorder) => planSend(recorder, order.id, () => request))
          if (planned._tag !== "Send") continue
          sent.push(sentNow(desk, order, market, isHalted || isRestricted))
          answer(desk, order, planned.attemptId, act.leaves)
        }
      }
    }
  }
  return sent
}

describe("no sequence of inputs yields an order beyond a limit", () => {
  test("quantity, notional, what is owed, notional of a day, collar, orders of any minute, halts and restrictions", () => {
    const orders = { accumulation: 0, direct: 0, external: 0 }
    fc.assert(
      fc.property(limitsOf, fc.array(acts, { minLength: 10, maxLength: 50 }), (limits, history) => {
        const sent = play(limits, history)
        for (const each of sent) {
          orders[each.order.origin] += 1
          const { at: moment, isStopped, order, owed } = each
          expect(isStopped).toBe(false)
          expect(sharesIn(each)).toBeLessThanOrEqual(limits.quantity)
          expect(sharesIn(each) * mostWorth(each)).toBeLessThanOrEqual(limits.notional)
          expect(order.origin === "accumulation" ? owed * mostWorth(each) : 0).toBeLessThanOrEqual(limits.owed)
          expect(limits.collarBp === undefined ? 0 : apartBp(each)).toBeLessThanOrEqual((limits.collarBp ?? 0) + 1e-6)
          const before = sent.filter((other) => other.at <= moment)
          const minute = before.filter((other) => Instant.millisBetween(other.at, moment) < 60_000)
          expect(minute.length).toBeLessThanOrEqual(limits.perMinute)
          const today = before.filter((other) => other.isFirst && marketDate(other.at) === marketDate(moment))
          const spent = today.reduce((sum, other) => sum + sharesIn(other) * mostWorth(other), 0)
          expect(spent).toBeLessThanOrEqual(limits.daily)
        }
      }),
      { ...runs(100), seed: 20261120 }
    )
    expect(orders.accumulation).toBeGreaterThan(atLeast(60))
    expect(orders.direct).toBeGreaterThan(atLeast(20))
  })
})

describe("BuyingPower: what only closes a holding costs nothing", () => {
  test.each(["0", "-5000"])("it goes while its broker says %s", (power) => {
    const wanted = {
      symbol: AAPL,
      side: "buy" as const,
      quantity: dollars("10"),
      limitPrice: undefined,
      residual: undefined
    }
    const known = { ...circumstances({}), buyingPower: Decimal.unsafe(power) }
    expect(refusalOf({ ...wanted, closing: dollars("10") }, known)).toBeUndefined()
    expect(refusalOf({ ...wanted, closing: dollars("9") }, known)).toBe("BuyingPower")
  })
})

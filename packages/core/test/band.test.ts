import { describe, expect, test } from "vitest"
import { AccountTable } from "../src/records/Account.ts"
import { setAccount } from "../src/rules/operator/commands.ts"
import { boundsOf, expectedOf, type Grounds } from "../src/rules/fill/band.ts"
import { FillTable } from "../src/records/Fill.ts"
import type { TradeId } from "../src/values/Id.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import { Reference } from "../src/values/Reference.ts"
import { AllocationTable } from "../src/records/Allocation.ts"
import { PositionTable } from "../src/records/Position.ts"
import { BreakTable, evidenceOf } from "../src/records/Break.ts"
import { interpret } from "../src/rules/reconciliation/interpret.ts"
import * as Instant from "../src/values/Instant.ts"
import { TradeTable } from "../src/records/Trade.ts"
import * as Intake from "../src/rules/trade/intake.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { arrivalOf, deskOf, perform, second } from "./Story.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

/** An order for shares of two trades, at 90 and at 110 where they have prices: 100 on average. */
const working = (isPriced: boolean, market = Reference.NoPrice()) => {
  let isSent = false
  const desk = deskOf(policy, undefined, () => (isSent ? market : Reference.NoPrice()))
  for (const [id, price, milli] of [
    ["T1", "90", 500],
    ["T2", "110", 500]
  ] as const) {
    const arrival = arrivalOf({ do: "trade", id, side: "buy", milli, held: false }, desk)
    const input = { ...arrival.input, price: isPriced ? Price.unsafe(price) : undefined }
    desk.commit("trade", (recorder) => Intake.intake(recorder, { ...arrival, input }))
  }
  perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
  isSent = true
  return {
    desk,
    /** A part of the order is filled at a price. */
    fill: (execId: string, price: string, quantity = "0.1") =>
      desk.commit("report", (recorder) =>
        interpret(recorder, {
          report: {
            _tag: "Executed",
            account: desk.account,
            asOf: second(2),
            asOfKind: "broker",
            execId: `${execId}.1`,
            execIdBase: execId,
            revision: 1,
            brokerOrderId: BrokerOrderId.make("B-O1"),
            clientOrderId: undefined,
            symbol: desk.symbol,
            side: "buy",
            quantity: Decimal.unsafe(quantity),
            price: Price.unsafe(price),
            executedAt: second(2)
          },
          payload: undefined
        })
      ),
    bands: () => desk.all(FillTable).map(({ band }) => band),
    breaks: () => desk.all(BreakTable).map((each) => `${each.kind} ${each.holds}: ${evidenceOf(each)}`)
  }
}

/** A market's price, so long before or after the fill. */
const marketOf = (price: string, ms: number): Reference =>
  Reference.Priced({ price: Price.unsafe(price), at: Instant.addMillis(second(2), ms), source: "feed" })

describe("the band around what an order should have got", () => {
  test("FILL-12: 20 % from the weighted price of its trades is inside; further off is kept, flagged, and holds nothing", () => {
    const { bands, breaks, desk, fill } = working(true)
    fill("e1", "120")
    fill("e2", "80")
    expect(bands()).toEqual(["within", "within"])
    fill("e3", "120.01")
    fill("e4", "79.99")
    expect(bands()).toEqual(["within", "within", "outside", "outside"])
    expect(breaks()).toEqual(["OffBand nothing: e3.1 at 120.01 is outside the price tolerance around 100 (trades)"])
    expect(desk.all(PositionTable).map(({ hedged }) => Decimal.format(hedged))).toEqual(["0.4"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("FILL-12: a market of before the fill is what it is judged by, and not the price of its own trades", () => {
    const { bands, breaks, desk, fill } = working(true, marketOf("200", -60_000))
    fill("e1", "170")
    fill("e2", "100")
    expect(bands()).toEqual(["within", "outside"])
    expect(breaks()).toEqual(["OffBand nothing: e2.1 at 100 is outside the price tolerance around 200 (market)"])
    const judgedBy = desk
      .all(FillTable)
      .map(({ expectedFrom, expectedPrice = Decimal.zero }) => `${Decimal.format(expectedPrice)} ${expectedFrom}`)
    expect(judgedBy).toEqual(["200 market", "200 market"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test.each([
    ["of after the fill, which may be the fill's own", "200", 1],
    ["of more than a quarter of an hour before it", "200", -15 * 60_000 - 1],
    ["ten times what its trades say, since one of the two is wrong", "1000", -60_000]
  ] as const)("FILL-12: no price of a market judges a fill that is %s", (_, price, agoMs) => {
    const { bands, breaks, desk, fill } = working(true, marketOf(price, agoMs))
    fill("e1", "110")
    fill("e2", "121")
    expect(bands()).toEqual(["within", "outside"])
    expect(breaks()).toEqual(["OffBand nothing: e2.1 at 121 is outside the price tolerance around 100 (trades)"])
    expect(desk.all(FillTable).map(({ expectedFrom }) => expectedFrom)).toEqual(["trades", "trades"])
  })

  test.each([
    ["before its order was sent judges it, also where the broker cuts the fill's time to before that", 0, "200 market"],
    ["after its order was sent may be its own, and judges nothing", 3, "100 trades"]
  ] as const)("FILL-12: a price of after the fill that was received %s", (_, receivedAt, expected) => {
    const later = Instant.addMillis(second(2), 400)
    const priced = { price: Price.unsafe("200"), at: later, source: "feed", receivedAt: second(receivedAt) }
    const { desk, fill } = working(true, Reference.Priced(priced))
    fill("e1", "170")
    const [judged] = desk.all(FillTable)
    expect(`${Decimal.format(judged?.expectedPrice ?? Decimal.zero)} ${judged?.expectedFrom}`).toBe(expected)
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("FILL-12: without prices of trades the last fill is compared with; the first has nothing to be compared with", () => {
    const { bands, desk, fill } = working(false)
    fill("e1", "1")
    fill("e2", "1.2")
    fill("e3", "1.45")
    expect(bands()).toEqual(["unknown", "within", "outside"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("FILL-12: what an order should get is what a market says that its trades do not belie, else its limit, else the price of its trades, else its last fill; the band lies around it", () => {
    const { desk, fill } = working(true)
    fill("e1", "120")
    const trades = new Map(desk.all(TradeTable).map((trade) => [trade.id, trade]))
    const grounds = {
      limitPrice: undefined,
      market: undefined,
      allocations: desk.all(AllocationTable),
      tradeOf: (id: TradeId) => trades.get(id),
      position: undefined,
      fills: desk.all(FillTable)
    }
    const said = (given: Partial<Grounds>): string | undefined => {
      const expected = expectedOf({ ...grounds, ...given })
      return expected && `${Decimal.format(expected.price)} ${expected.from}`
    }
    expect(said({ limitPrice: Price.unsafe("99.5") })).toBe("99.5 limit")
    expect(said({ market: Decimal.unsafe("130") })).toBe("130 market")
    expect(said({ market: Decimal.unsafe("130"), limitPrice: Price.unsafe("99.5") })).toBe("130 market")
    expect(said({ market: Decimal.unsafe("1000"), limitPrice: Price.unsafe("99.5") })).toBe("99.5 limit")
    expect(said({ market: Decimal.unsafe("1000") })).toBe("100 trades")
    expect(said({ market: Decimal.unsafe("10") })).toBe("100 trades")
    expect(said({ market: Decimal.unsafe("1000"), allocations: [] })).toBe("1000 market")
    expect(said({})).toBe("100 trades")
    expect(said({ allocations: [] })).toBe("120 fill")
    expect(said({ allocations: [], fills: [] })).toBeUndefined()
    expect(boundsOf(Decimal.unsafe("100"), 25).map(Decimal.format)).toEqual(["99.75", "100.25"])
  })

  test("FILL-12: how wide it is, is the account's to say", () => {
    const { bands, desk, fill } = working(true)
    const account = desk.all(AccountTable)[0]
    if (account === undefined) throw new Error("no account")
    desk.commit("command", (recorder) => setAccount(recorder, { ...account, bandBp: 500 }))
    fill("e1", "105")
    fill("e2", "105.01")
    expect(bands()).toEqual(["within", "outside"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })
})

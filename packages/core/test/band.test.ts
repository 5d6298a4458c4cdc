import { describe, expect, test } from "vitest"
import { AccountTable } from "../src/account/Account.ts"
import { setAccount } from "../src/control/commands.ts"
import { boundsOf, expectedOf, type Grounds } from "../src/fill/band.ts"
import { FillTable } from "../src/fill/Fill.ts"
import type { TradeId } from "../src/identity/Id.ts"
import { BrokerOrderId } from "../src/identity/ClientOrderId.ts"
import * as Decimal from "../src/money/Decimal.ts"
import * as Price from "../src/money/Price.ts"
import { AllocationTable } from "../src/position/Allocation.ts"
import { PositionTable } from "../src/position/Position.ts"
import { BreakTable } from "../src/reconciliation/Break.ts"
import { interpret } from "../src/reconciliation/interpret.ts"
import { TradeTable } from "../src/trade/Trade.ts"
import * as Intake from "../src/trade/intake.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { arrivalOf, deskOf, perform, second } from "./Story.ts"

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

/** An order for shares of two trades, at 90 and at 110 where they have prices: 100 on average. */
const working = (isPriced: boolean) => {
  const desk = deskOf(policy)
  for (const [id, price, milli] of [
    ["T1", "90", 500],
    ["T2", "110", 500]
  ] as const) {
    const arrival = arrivalOf({ do: "trade", id, side: "buy", milli, held: false }, desk)
    const input = { ...arrival.input, price: isPriced ? Price.unsafe(price) : undefined }
    desk.commit("trade", (recorder) => Intake.intake(recorder, { ...arrival, input }))
  }
  perform(desk, { do: "send", order: 1, got: "accepted", time: 1 })
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
    breaks: () => desk.all(BreakTable).map(({ evidence, holds, kind }) => `${kind} ${holds}: ${evidence}`)
  }
}

describe("the band around what an order should have got", () => {
  test("FILL-12: 20 % from the weighted price of its trades is inside; further off is kept, flagged, and holds nothing", () => {
    const { bands, breaks, desk, fill } = working(true)
    fill("e1", "120")
    fill("e2", "80")
    expect(bands()).toEqual(["within", "within"])
    fill("e3", "120.01")
    fill("e4", "79.99")
    expect(bands()).toEqual(["within", "within", "outside", "outside"])
    expect(breaks()).toEqual(["OffBand nothing: e3.1 at 120.01 is outside the band"])
    expect(desk.all(PositionTable).map(({ hedged }) => Decimal.format(hedged))).toEqual(["0.4"])
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

  test("FILL-12: what an order should get is its limit, else the price of its trades, else its last fill; the band lies around it", () => {
    const { desk, fill } = working(true)
    fill("e1", "120")
    const trades = new Map(desk.all(TradeTable).map((trade) => [trade.id, trade]))
    const grounds = {
      limitPrice: undefined,
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

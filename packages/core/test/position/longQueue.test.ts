import { Decimal, Order, Price, Quantity } from "@roundlot/core"
import { Id, Reference } from "@roundlot/core/adapter"
import { Allocation, intake, type Recorder, commands } from "@roundlot/core/ledger"
import { Desk } from "@roundlot/testing"
import { describe, expect, test } from "vitest"

const take = (desk: Desk.Desk, id: string, side: "buy" | "sell", quantity: string) => (recorder: Recorder.Recorder) =>
  intake.intake(recorder, {
    input: {
      source: "t",
      sourceId: id,
      occurrence: "0",
      symbol: "AAPL",
      side,
      quantity: Quantity.unsafe(quantity),
      price: Price.unsafe("0.0001"),
      tradedAt: desk.now(),
      reverses: undefined
    },
    symbol: desk.symbol,
    direction: undefined,
    held: undefined
  })

/** A halted position with `count` open lots of 0.1, trades T1 to T`count`. */
const standing = (count: number) => {
  const desk = Desk.make()
  desk.commit("command", (recorder) => commands.setTradingState(recorder, undefined, "halted", "test"))
  desk.commitAll(
    "trade",
    Array.from({ length: count }, (_, i) => take(desk, `s${i + 1}`, "buy", "0.1"))
  )
  return desk
}

describe("a queue longer than what a position brings with it", () => {
  test("C1, C2: one opposite trade nets the oldest thousand, in order, and stops where it is used up", () => {
    const desk = standing(1200)
    desk.commit("trade", take(desk, "big", "sell", "100.05"))
    const nets = desk.all(Allocation.AllocationTable)
    expect(nets.map((each) => each.counterTradeId)).toEqual(Array.from({ length: 1001 }, (_, i) => i + 1))
  })

  test("C2: many small opposite trades in one group never jump a lot that was not loaded", () => {
    const desk = standing(700)
    desk.commitAll(
      "trade",
      Array.from({ length: 600 }, (_, i) => take(desk, `x${i}`, "sell", "0.1"))
    )
    const nets = desk.all(Allocation.AllocationTable)
    expect(nets.map((each) => each.counterTradeId)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1))
  })

  test("C2: an order takes the oldest of a long queue when its gate opens", () => {
    const desk = standing(900)
    desk.commit("command", (recorder) => commands.setTradingState(recorder, undefined, "normal", "test"))
    desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, true))
    const taken = desk.all(Allocation.AllocationTable)
    expect(taken.map((each) => each.tradeId)).toEqual(Array.from({ length: 900 }, (_, i) => i + 1))
  })
})

describe("a residual beyond what one order may have", () => {
  test("D2: the order has at most 18 digits before the point, and the books stay readable", () => {
    const most = "999999999999999999"
    // Its limits are the highest that can be said; a share costs so little that the one in dollars lets all of it through.
    const limit = Quantity.unsafe(most)
    const limits = { maxOrderQuantity: limit, maxOrderNotional: limit, maxOpenResidual: limit, maxDailyNotional: limit }
    const price = Price.unsafe("0.0001")
    const desk = Desk.make(limits, undefined, undefined, (at) =>
      Reference.Reference.Priced({ price, at, source: "market" })
    )
    desk.commitAll("trade", [take(desk, "a", "buy", most), take(desk, "b", "buy", most)])
    desk.commit("command", (recorder) => commands.cancelOrder(recorder, Id.OrderId.make(1), "too small"))
    desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, true))
    expect(desk.all(Order.OrderTable).map(({ quantity }) => Decimal.format(quantity))).toEqual([most, most])
  })
})

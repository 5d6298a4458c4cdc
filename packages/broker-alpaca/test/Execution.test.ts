import { assert, describe, it } from "@effect/vitest"
import { Execution } from "@roundlot/broker-alpaca"
import { Decimal } from "@roundlot/core"
import { Schema } from "effect"
import { account } from "./setup.ts"

const ORDER = "61e69015-8549-4bfd-b9c3-01e75843f47d"

const event = (
  at: number,
  ref: string,
  type: (typeof Execution.executionTypes)[number],
  quantity: string,
  cumulative: string,
  previous?: string
) =>
  Schema.decodeUnknownSync(Execution.TradeEvent)({
    event_id: `01${String(at).padStart(24, "0")}`,
    ref_id: ref,
    previous_id: previous ?? null,
    at: `2026-11-20T15:00:0${at}Z`,
    qty: quantity,
    price: "100",
    details: { order_id: ORDER, execution_type: type, symbol: "AAPL", side: "buy", cum_qty: cumulative }
  })

const told = (events: ReadonlyArray<Execution.TradeEvent>) =>
  Execution.revisionsOf(account, events).map(
    ({ report }) => `${report.execId.slice(ORDER.length + 1)} ${Decimal.format(report.quantity)}`
  )

describe("what an execution is known by", () => {
  it("SYNC-2: a listing and the stream give one id: the order and its total, however the total is written", () => {
    assert.strictEqual(Execution.baseOf(ORDER, Decimal.unsafe("5.00")), Execution.baseOf(ORDER, Decimal.unsafe("5")))
  })

  it("SYNC-3: a correction is the next revision of what it names, and a bust one of no shares", () => {
    const events = [
      event(1, "a", "partial_fill", "5", "5"),
      event(2, "b", "trade_correct", "4", "4", "a"),
      event(3, "c", "trade_bust", "4", "0", "b")
    ]
    assert.deepStrictEqual(told(events), ["5#1 5", "5#2 4", "5#3 0"])
    assert.deepStrictEqual(told([...events].toReversed()), told(events))
    assert.deepStrictEqual(told([...events, ...events]), told(events))
  })

  it("a total that comes again after a bust is another execution", () => {
    const events = [
      event(1, "a", "partial_fill", "5", "5"),
      event(2, "b", "trade_bust", "5", "0", "a"),
      event(3, "c", "partial_fill", "5", "5")
    ]
    assert.deepStrictEqual(told(events), ["5#1 5", "5#2 0", "5/c#1 5"])
  })

  it("what corrects an execution that was never told is left out", () => {
    assert.deepStrictEqual(told([event(1, "b", "trade_bust", "5", "0", "a")]), [])
  })
})

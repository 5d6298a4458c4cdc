import { Id } from "@roundlot/core/adapter"
import { Traces } from "@roundlot/core/ledger"
import { describe, expect, test } from "vitest"

const order = (id: number, decisionId?: number) => ({
  id: Id.OrderId.make(id),
  decisionId: decisionId === undefined ? undefined : Id.DecisionId.make(decisionId)
})

describe("the trace of an order", () => {
  test("is its decision's where it has one, else its own, and of no other store", () => {
    const decision = Traces.ofDecision("store", { id: Id.DecisionId.make(3) })
    expect(Traces.ofOrder("store", order(5, 3)).traceId).toBe(decision.traceId)
    expect(Traces.ofOrder("store", order(5, 3)).spanId).not.toBe(decision.spanId)
    expect(Traces.within("store", order(5, 3), "S7").traceId).toBe(decision.traceId)
    const own = Traces.ofOrder("store", order(5))
    expect(own).toEqual(Traces.ofOrder("store", order(5)))
    const others = [Traces.ofOrder("store", order(6)), Traces.ofOrder("another", order(5)), decision]
    for (const { spanId, traceId } of others)
      expect([traceId === own.traceId, spanId === own.spanId]).toEqual([false, false])
  })

  test("is written as W3C trace context: hexadecimal digits, the same in every version", () => {
    const { spanId, traceId } = Traces.ofOrder("store", order(5))
    expect([traceId, spanId]).toEqual(["ac2ac02f8eaffdf6adc5c4e9e884dd12", "f5a4456c38779eb4"])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { lately, open, SECRET, send, terms } from "./setup.ts"

describe("an order at Alpaca", () => {
  it.scopedLive("SDK-2: is sent, read, and followed to its fill", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      const order = terms()
      const { answer, httpStatus } = yield* send(broker, order)
      assert.strictEqual(answer._tag, "Accepted")
      assert.strictEqual(httpStatus, 200)
      if (answer._tag !== "Accepted" || broker.lookup === undefined) return
      const seen = yield* broker.order(answer.brokerOrderId)
      assert.strictEqual(seen.report._tag, "OrderSeen")
      if (seen.report._tag !== "OrderSeen") return
      assert.deepStrictEqual(seen.report.state, { _tag: "Closed", kind: "filled" })
      assert.strictEqual(seen.report.clientOrderId, order.clientOrderId)
      assert.strictEqual((yield* broker.lookup(order.clientOrderId)).report._tag, "OrderSeen")
      const fills = yield* broker.fillsOf(answer.brokerOrderId)
      assert.isTrue(fills.complete)
      const [fill] = fills.received
      assert.strictEqual(fill?.report.execIdBase, `${answer.brokerOrderId}/1`)
      assert.strictEqual(Decimal.format(fill?.report.quantity ?? Decimal.zero), "1")
      const window = yield* lately
      assert.deepStrictEqual(
        (yield* broker.fills(window)).received.map(({ report }) => report.execId),
        fills.received.map(({ report }) => report.execId)
      )
      assert.strictEqual((yield* broker.orders(window)).received.length, 1)
      const { holdings } = yield* broker.positions
      assert.deepStrictEqual(
        holdings.map(({ quantity, symbol }) => `${symbol} ${Decimal.format(quantity)}`),
        ["AAPL 1"]
      )
      assert.match((yield* broker.account).brokerAccountId ?? "", /^PA/)
      const known = yield* broker.instrument(order.symbol)
      assert.strictEqual(known._tag, "Known")
    })
  )

  it.scopedLive("AUD-10: of an exchange only listed headers are kept, and our keys are nowhere in it", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const headers = { "set-cookie": "session=1", "x-request-id": "r-1", "x-echo": SECRET, "retry-after": "2" }
      const body = { code: 40310000, message: `no: ${SECRET} of PKTEST` }
      yield* exchange.instruct({ id: "echo", when: {}, do: { answer: { status: 403, headers, body } } })
      const prepared = yield* broker.prepare(terms())
      const { payload, report } = yield* prepared.send(Id.AttemptId.make(1))
      assert.containSubset(report.answer, { _tag: "Refused", words: "no: <redacted> of <redacted>" })
      const allowed = ["content-type", "date", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining"]
      assert.deepStrictEqual(Object.keys(payload?.wire?.headers ?? {}).toSorted(), [
        ...allowed,
        "x-ratelimit-reset",
        "x-request-id"
      ])
      assert.isUndefined(prepared.request.wire?.headers)
      const kept = [prepared.request, payload].map(
        (each) => JSON.stringify(each?.wire) + new TextDecoder().decode(each?.bytes)
      )
      for (const text of kept) {
        assert.notInclude(text, SECRET)
        assert.notInclude(text, "PKTEST")
      }
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { SendAnswers } from "@roundlot/broker-alpaca"
import { Decimal } from "@roundlot/core"
import { terms } from "./setup.ts"

const sent = terms()

const answered = (status: number, body: unknown, retryAfterMs?: number) =>
  SendAnswers.answerOf(
    {
      _tag: "Answered",
      status,
      text: typeof body === "string" ? body : JSON.stringify(body),
      contentType: "application/json",
      headers: new Map(),
      retryAfterMs
    },
    sent
  )

const order = (differs: object = {}) => ({
  id: "61e69015-8549-4bfd-b9c3-01e75843f47d",
  client_order_id: sent.clientOrderId,
  created_at: "2026-11-20T15:00:00.1Z",
  symbol: sent.symbol,
  side: sent.side,
  qty: "1",
  filled_qty: "0",
  status: "pending_new",
  ...differs
})

/** What each answer means: the status, the body, and the answer that it is. */
const table: ReadonlyArray<readonly [what: string, status: number, body: unknown, answer: string, code?: string]> = [
  ["the order itself", 200, order(), "Accepted"],
  ["new fields in it", 200, order({ brand_new: { a: 1 }, expires_at: null }), "Accepted"],
  ["an order of another symbol", 200, order({ symbol: "KO" }), "Unknown"],
  ["an order of the other side", 200, order({ side: "sell" }), "Unknown"],
  ["an order of another quantity", 200, order({ qty: "2" }), "Unknown"],
  ["an order under another client id", 200, order({ client_order_id: "other" }), "Unknown"],
  ["an order without its id", 201, { ...order(), id: undefined }, "Unknown"],
  ["truncated JSON", 200, JSON.stringify(order()).slice(0, 60), "Unknown"],
  ["a page in place of JSON", 200, "<html>welcome</html>", "Unknown"],
  ["wrong or revoked keys", 401, { message: "unauthorized." }, "NotSent"],
  ["the limit of requests", 429, { message: "too many requests." }, "NotSent"],
  ["no buying power", 403, { code: 40310000, message: "insufficient buying power" }, "Refused", "40310000"],
  ["more than is held", 403, { code: 40310000, message: "insufficient qty available" }, "Refused", "40310000"],
  ["no fractions", 403, { code: 40310000, message: 'asset "X" is not fractionable' }, "Refused", "40310000"],
  ["a wash trade", 403, { code: 40310000, message: "potential wash trade detected" }, "Refused", "40310000"],
  ["wrong parameters", 422, { code: 42210000, message: "sub-penny increment" }, "Refused", "42210000"],
  ["an unknown symbol", 422, { code: 40010001, message: 'could not find asset "X"' }, "Refused", "40010001"],
  ["a client id used before", 422, { code: 40010001, message: "client_order_id must be unique" }, "Unknown"],
  ["a bad request", 400, { code: 40010000, message: "request body format is invalid" }, "Refused", "40010000"],
  ["an unlisted code about parameters", 422, { code: 42299999, message: "something new" }, "Refused", "42299999"],
  ["an unlisted code of a refusal", 403, { code: 40399999, message: "something new" }, "Refused", "40399999"],
  ["the day-trade rule", 403, { code: 40310100, message: "trade denied" }, "Refused", "40310100"],
  ["403 without Alpaca's code", 403, "<html>forbidden</html>", "Unknown"],
  ["422 without Alpaca's code", 422, "no", "Unknown"],
  ["404 in Alpaca's words", 404, { code: 40410000, message: "not found" }, "Refused", "40410000"],
  ["404 of something between", 404, "no route", "Unknown"],
  ["408", 408, "", "Unknown"],
  ["409", 409, { code: 40910000, message: "conflict" }, "Unknown"],
  ["500", 500, { message: "internal server error" }, "Unknown"],
  ["503 from something between", 503, "<html>503</html>", "Unknown"],
  ["a redirection, which is not followed", 302, "", "Unknown"],
  ["an unlisted status in Alpaca's words", 418, { code: 41810000, message: "teapot" }, "Refused", "41810000"]
]

const isMarked = (message: string): boolean => {
  const answer = answered(422, { code: 40010001, message })
  return answer._tag === "Unknown" && answer.isIdInUse === true
}

describe("what an answer to a send means", () => {
  it.each(table.map(([what, status, body, wanted, code]) => ({ what, status, body, wanted, code })))(
    "AUD-7: $what ($status)",
    ({ body, code, status, wanted }) => {
      const answer = answered(status, body)
      assert.strictEqual(answer._tag, wanted)
      if (answer._tag === "Refused") assert.strictEqual(answer.code, code)
    }
  )

  it("AUD-7: a client id used before is marked, so that the order is looked for and never sent again", () => {
    assert.isTrue(isMarked("client_order_id must be unique"))
    assert.isFalse(isMarked('could not find asset "X"'))
  })

  it.each([
    ["the notional that was sent", { notional: "100.00", qty: null }, "Accepted"],
    ["another notional", { notional: "100.01", qty: null }, "Unknown"],
    ["shares in place of a notional", { notional: null, qty: "1" }, "Unknown"]
  ])("an order over a notional answered with %s", (_, size, wanted) => {
    const { clientOrderId, side, symbol } = sent
    const outcome = {
      _tag: "Answered",
      status: 200,
      text: JSON.stringify(order(size)),
      contentType: "application/json",
      headers: new Map<string, string>(),
      retryAfterMs: undefined
    } as const
    const answer = SendAnswers.answerOf(outcome, { clientOrderId, side, symbol, notional: Decimal.unsafe("100") })
    assert.strictEqual(answer._tag, wanted)
  })

  it("an order that was not the one sent is kept as a candidate", () => {
    const answer = answered(200, order({ qty: "2" }))
    assert.strictEqual(answer._tag === "Unknown" ? answer.candidate : "", order().id)
  })

  it("Alpaca's wait comes with what was not sent", () => {
    const answer = answered(429, {}, 2000)
    assert.strictEqual(answer._tag === "NotSent" ? answer.retryAfterMs : 0, 2000)
  })

  it("what never left is not sent, and what was lost on its way is unknown", () => {
    const notSent = SendAnswers.answerOf({ _tag: "NotSent", why: "no connection", retryAfterMs: undefined }, sent)
    assert.strictEqual(notSent._tag, "NotSent")
    assert.strictEqual(SendAnswers.answerOf({ _tag: "Lost", why: "no answer in time" }, sent)._tag, "Unknown")
  })
})

import { assert, describe, it } from "@effect/vitest"
import { SendAnswers } from "@roundlot/broker-schwab"
import { orderText, readOrder } from "./orderText.ts"
import { terms } from "./setup.ts"

const HASH = "ABCDEF0123456789"

const answered = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
  SendAnswers.placedOf(
    {
      _tag: "Answered",
      status,
      text: body,
      contentType: "application/json",
      headers: new Map(Object.entries(headers)),
      retryAfterMs: undefined
    },
    HASH
  )

const at = (path: string) => ({ location: `https://api.schwabapi.com/trader/v1/accounts/${path}` })
const message = JSON.stringify({ message: "no", errors: ["bad price"] })
const gateway = JSON.stringify({ errors: [{ id: "x", status: 400, title: "Bad Request", detail: "bad quantity" }] })

type Row = readonly [
  what: string,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
  answer: string
]

/** What each answer means: the status, the body and the headers, and the answer that it is. */
const table: ReadonlyArray<Row> = [
  ["the order's address", 201, "", at(`${HASH}/orders/1005600000001`), "Placed"],
  ["it, as a path", 201, "", { location: `/trader/v1/accounts/${HASH}/orders/9007199254740993` }, "Placed"],
  ["it, with its body", 200, "{}", at(`${HASH}/orders/1`), "Placed"],
  ["no Location", 201, "", {}, "Unknown"],
  ["a Location that names no order", 201, "", at(`${HASH}/orders`), "Unknown"],
  ["a Location with an id of 20 digits", 201, "", at(`${HASH}/orders/12345678901234567890`), "Unknown"],
  ["a Location of another account", 201, "", at("FFFF/orders/1"), "Unknown"],
  ["a refusal of the Trader API", 400, message, {}, "Refused"],
  ["a refusal of the gateway", 400, gateway, {}, "Refused"],
  ["400 without Schwab's words", 400, "<html>bad</html>", {}, "Unknown"],
  ["401", 401, "", {}, "NotSent"],
  ["403 in Schwab's words", 403, message, {}, "Refused"],
  ["404 in Schwab's words", 404, message, {}, "Refused"],
  ["a new status in Schwab's words", 422, message, {}, "Refused"],
  ["403 without them", 403, "<html>forbidden</html>", {}, "Unknown"],
  ["404 without them", 404, "", {}, "Unknown"],
  ["400 in the words of the token's endpoint", 400, JSON.stringify({ error: "invalid_grant" }), {}, "Unknown"],
  ["408", 408, "", {}, "Unknown"],
  ["409", 409, message, {}, "Unknown"],
  ["429", 429, gateway, {}, "NotSent"],
  ["500", 500, message, {}, "Unknown"],
  ["502 of something between", 502, "upstream connect error", {}, "Unknown"],
  ["503", 503, "", {}, "Unknown"],
  ["a redirection", 302, "", at(`${HASH}/orders/1`), "Unknown"]
]

describe("the table of answers to a send", () => {
  it.each(table.map(([what, status, body, headers, answer]) => ({ what, status, body, headers, answer })))(
    "AUD-7: $status, $what is $answer",
    ({ answer, body, headers, status }) => {
      assert.strictEqual(answered(status, body, headers)._tag, answer)
    }
  )

  it("AUD-7: the words of a refusal are kept, whichever way Schwab writes them", () => {
    assert.containSubset(answered(400, message), { code: "400", words: "no; bad price" })
    assert.containSubset(answered(400, gateway), { words: "bad quantity" })
  })

  it("a token that was not taken brings the order again soon: one login later it goes", () => {
    assert.containSubset(answered(401, ""), { retryAfterMs: 5_000 })
  })

  it("what was lost is unknown, what never left is not sent", () => {
    assert.strictEqual(SendAnswers.placedOf({ _tag: "Lost", why: "reset" }, HASH)._tag, "Unknown")
    const unsent = { _tag: "NotSent", why: "no connection", retryAfterMs: undefined } as const
    assert.strictEqual(SendAnswers.placedOf(unsent, HASH)._tag, "NotSent")
  })
})

const others: ReadonlyArray<readonly [what: string, text: string]> = [
  ["symbol", orderText().replace('"symbol":"AAPL"', '"symbol":"KO"').replaceAll("10.0", "1.0")],
  ["side", orderText().replace('"BUY"', '"SELL"').replaceAll("10.0", "1.0")],
  ["quantity", orderText()]
]

describe("the order that a 201 names is read back", () => {
  it("accepted where it is the one that was sent", () => {
    const order = readOrder(orderText().replaceAll("10.0", "1.0"))
    assert.containSubset(SendAnswers.acceptedOr(order, terms()), { _tag: "Accepted", brokerOrderId: "1005600000001" })
  })

  it.each(others.map(([what, text]) => ({ what, text })))("O29: another $what is unknown, never bound", ({ text }) => {
    assert.strictEqual(SendAnswers.acceptedOr(readOrder(text), terms())._tag, "Unknown")
  })
})

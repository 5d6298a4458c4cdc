import { assert, describe, it } from "@effect/vitest"
import { RefusalCodes } from "@roundlot/broker-alpaca"
import type { Report } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { open, send, terms } from "./setup.ts"

type Row = readonly [status: number, code: number, message: string, refusalClass: Report.RefusalClass]

/** What Alpaca says, as it was recorded or reported, and what each refusal is about. */
const said: ReadonlyArray<Row> = [
  [400, 40010000, "request body format is invalid", "final"],
  [422, 40010001, 'could not find asset "FACEBOOK"', "final"],
  [422, 40010001, "qty or notional is required", "final"],
  [422, 40010001, "us_equity orders not allowed for account", "account"],
  [403, 40110000, "request is not authorized", "account"],
  [403, 40310000, "insufficient buying power", "later"],
  [403, 40310000, "insufficient qty available for order (requested: 5, available: 0)", "later"],
  [403, 40310000, "insufficient balance for USD (requested: 12, available: 3)", "later"],
  [403, 40310000, "insufficient day trading buying power", "session"],
  [403, 40310000, "insufficient options buying power for cash-secured put", "final"],
  [403, 40310000, 'asset "CWVX" is not fractionable', "final"],
  [403, 40310000, "cost basis must be >= minimal amount of order 1", "final"],
  [403, 40310000, "potential wash trade detected. opposite side limit order exists", "later"],
  [422, 42210000, "potential wash trade detected. use complex orders", "later"],
  [403, 40310000, "account is not allowed to short", "session"],
  [403, 40310000, 'asset "HTB" cannot be sold short', "session"],
  [403, 40310000, "fractional orders cannot be sold short", "final"],
  [403, 40310000, "new orders are rejected by user request", "account"],
  [403, 40310000, "your account is set to liquidation only", "account"],
  [403, 40310000, "account is not authorized to trade", "account"],
  [403, 40310000, "account is restricted", "account"],
  [403, 40310000, "account is blocked", "account"],
  [403, 40310000, "trading is blocked", "account"],
  [403, 40310000, "market is closed", "session"],
  [403, 40310000, "words that nobody has seen", "final"],
  [403, 40310010, "stock too volatile", "session"],
  [403, 40310010, "trading halted", "session"],
  [403, 40310100, "trade denied due to pattern day trading protection", "session"],
  [404, 40410000, "position does not exist", "final"],
  [404, 40410000, "account not found", "account"],
  [422, 42210000, 'asset "HALT" is not tradable', "session"],
  [422, 42210000, "sub-penny increment does not fulfill minimum pricing criteria", "final"],
  [422, 42210000, "fractional orders must be DAY orders", "final"]
]

/** Codes that Alpaca has never used, each with a status that fits. */
const invented: ReadonlyArray<Row> = Array.from({ length: 20 }, (_, index) => {
  const status = [400, 403, 404, 422][index % 4] ?? 400
  return [status, status * 100_000 + 7_700 + index, "nobody has seen this before", "unknown"] as const
})

const rows = (table: ReadonlyArray<Row>) =>
  table.map(([status, code, message, refusalClass]) => ({ status, code, message, refusalClass }))

describe("what a refusal of Alpaca's is about", () => {
  it.each(rows(said))("Refusals: $code, $message: $refusalClass", ({ code, message, refusalClass }) => {
    assert.strictEqual(RefusalCodes.refusals.classOf(String(code), message), refusalClass)
  })

  it("Refusals: every code and every cause of the table is tried here, and says where it was found", () => {
    assert.deepStrictEqual(
      RefusalCodes.refusals.codes.map(({ code }) => Number(code)),
      [...new Set(said.map(([, code]) => code))].toSorted((a, b) => a - b)
    )
    const named = said.map(([, , message]) => RefusalCodes.refusals.causes.find(({ says }) => says.test(message)))
    assert.deepStrictEqual(
      RefusalCodes.refusals.causes.filter((cause) => !named.includes(cause)).map(({ means }) => means),
      []
    )
    const rowsOfAll = [...RefusalCodes.refusals.codes, ...RefusalCodes.refusals.causes]
    assert.isTrue(rowsOfAll.every(({ means, source }) => means !== "" && source !== ""))
  })
})

const ofEachClass = said.filter(([, , , each], index) => said.findIndex(([, , , other]) => other === each) === index)

describe("refusals of Alpaca's, over sockets", () => {
  it.scopedLive.each(rows([...ofEachClass, ...invented]))(
    "Refusals: $status $code is refused as $refusalClass, and sent once",
    ({ code, message, refusalClass, status }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "no", when: {}, do: { answer: { status, body: { code, message } } } })
        const { answer } = yield* send(broker, terms())
        assert.deepInclude(answer, { _tag: "Refused", code: String(code), words: message, class: refusalClass })
        const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
        assert.strictEqual(places.length, 1)
      })
  )

  const notRefused: ReadonlyArray<readonly [status: number, body: object]> = [
    [408, { code: 40810000, message: "request timeout" }],
    [409, { code: 40910000, message: "conflict" }],
    [403, { message: "forbidden." }],
    [403, { code: 1020, message: "Access denied" }],
    [422, { code: 40010001, message: "client_order_id must be unique" }],
    [422, { code: 42210000, message: "duplicate client order id" }],
    [500, { code: 40310000, message: "insufficient buying power" }],
    [503, { code: 50310000, message: "unavailable" }]
  ]

  it.scopedLive.each(notRefused.map(([status, body]) => ({ status, body })))(
    "Refusals: $status $body may have been taken all the same, or is not Alpaca's word: unknown",
    ({ status, body }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "no", when: {}, do: { answer: { status, body } } })
        assert.strictEqual((yield* send(broker, terms())).answer._tag, "Unknown")
      })
  )
})

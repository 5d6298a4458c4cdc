import { assert, describe, it } from "@effect/vitest"
import { RefusalCodes } from "@roundlot/broker-schwab"
import type { Report } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { open, send, terms } from "./setup.ts"

type Row = readonly [status: number, words: string, code: string, refusalClass: Report.RefusalClass]

/** What Schwab says, as it was documented or reported, and what each refusal is about. */
const said: ReadonlyArray<Row> = [
  [400, "Invalid account number", "400", "account"],
  [404, "Account not found", "404", "account"],
  [404, "Order not found", "404", "account"],
  [403, "Forbidden", "403", "account"],
  [400, "No trades are currently allowed", "400", "account"],
  [400, "Please ensure logged into correct account for order processing", "400", "account"],
  [400, "This account is restricted", "400", "account"],
  [400, "Rule Account_Sys_0005 failed", "Account_Sys_0005", "account"],
  [400, "Insufficient buying power", "400", "later"],
  [400, "You do not have enough available cash/buying power for this order.", "400", "later"],
  [400, "This order may result in an oversold/overbought position in your account.", "400", "later"],
  [400, "Position_Sys_0001: oversold", "Position_Sys_0001", "later"],
  [400, "This order would be a day trade", "400", "session"],
  [400, "This security is hard to borrow", "400", "session"],
  [400, "Trading in this security is halted", "400", "session"],
  [400, "A validation error occurred while processing the request.", "400", "final"],
  [400, "Order_Sys_0002: the stop price must be above the ask", "Order_Sys_0002", "final"],
  [400, "words that nobody has seen", "400", "final"]
]

/** Rules and statuses that Schwab has never used. */
const invented: ReadonlyArray<Row> = Array.from({ length: 20 }, (_, index) => {
  const rule = `Novel_Sys_0${900 + index}`
  const status = 410 + index
  return index % 2 === 0
    ? ([400, `${rule} failed`, rule, "unknown"] as const)
    : ([
        status === 429 ? 430 : status,
        "nobody has seen this",
        String(status === 429 ? 430 : status),
        "unknown"
      ] as const)
})

const rows = (table: ReadonlyArray<Row>) =>
  table.map(([status, words, code, refusalClass]) => ({ status, words, code, refusalClass }))

describe("what a refusal of Schwab's is about", () => {
  it.each(rows(said))("Refusals: $status, $words: $refusalClass", ({ code, refusalClass, status, words }) => {
    assert.strictEqual(RefusalCodes.codeOf(status, words), code)
    assert.strictEqual(RefusalCodes.refusals.classOf(code, words), refusalClass)
  })

  it("Refusals: every code and every cause of the table is tried here, and says where it was found", () => {
    const codes = new Set(said.map(([, , code]) => code))
    assert.deepStrictEqual(
      RefusalCodes.refusals.codes.filter(({ code }) => !codes.has(code)),
      []
    )
    const named = said.map(([, words]) => RefusalCodes.refusals.causes.find(({ says }) => says.test(words)))
    assert.deepStrictEqual(
      RefusalCodes.refusals.causes.filter((cause) => !named.includes(cause)).map(({ means }) => means),
      []
    )
    assert.isTrue(
      [...RefusalCodes.refusals.codes, ...RefusalCodes.refusals.causes].every(({ source }) => source !== "")
    )
  })
})

const ofEachClass = said.filter(([, , , each], index) => said.findIndex(([, , , other]) => other === each) === index)

describe("refusals of Schwab's, over sockets", () => {
  it.scopedLive.each(rows([...ofEachClass, ...invented]))(
    "Refusals: $status $words is refused as $refusalClass, and sent once",
    ({ code, refusalClass, status, words }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "no", when: {}, do: { answer: { status, body: { message: words } } } })
        const { answer } = yield* send(broker, terms())
        assert.deepInclude(answer, { _tag: "Refused", code, words, class: refusalClass })
        const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
        assert.strictEqual(places.length, 1)
      })
  )
})

describe("an account whose hash is another now", () => {
  it.scopedLive("Refusals: the send is refused for the account, its hash is read again, and the next send goes", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open()
      assert.strictEqual((yield* send(broker, terms())).answer._tag, "Accepted")
      yield* simulator.rehash
      assert.deepInclude((yield* send(broker, terms())).answer, {
        _tag: "Refused",
        code: "400",
        words: "Invalid account number",
        class: "account"
      })
      assert.strictEqual((yield* exchange.orders).length, 1)
      assert.strictEqual((yield* send(broker, terms())).answer._tag, "Accepted")
      assert.strictEqual((yield* exchange.orders).length, 2)
    })
  )

  it.scopedLive("Refusals: a reading that fails for it reads the hash again as well", () =>
    Effect.gen(function* () {
      const { broker, simulator } = yield* open({}, { servesAgainFor: 0 })
      yield* broker.account
      yield* simulator.rehash
      assert.strictEqual((yield* Effect.either(broker.account))._tag, "Left")
      assert.strictEqual((yield* broker.account).brokerAccountId, "12345678")
    })
  )

  it.scopedLive("Refusals: a refusal for another cause leaves the hash as it is", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open()
      yield* send(broker, terms())
      yield* exchange.instruct({ id: "no", when: {}, do: { answer: { status: 400, body: { message: "no" } } } })
      assert.deepInclude((yield* send(broker, terms())).answer, { words: "no", class: "final" })
      yield* simulator.rehash
      assert.deepInclude((yield* send(broker, terms())).answer, { words: "Invalid account number" })
    })
  )
})

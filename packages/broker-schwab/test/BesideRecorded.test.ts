import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { Instant, Price } from "@roundlot/core"
import { ExactJson, XnysCalendar } from "@roundlot/core/adapter"
import { Recordings } from "@roundlot/testing"
import { Array as Arr, Effect, Schema, TestClock } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { askingForText, open } from "./setup.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [
  join(import.meta.dirname, "recorded"),
  ...(real === undefined ? [] : [join(real, "broker-json/schwab")])
]

/** The forms in which values were seen, by where they are: `orderLegCollection[].quantity` with `decimal`. */
type Shape = ReadonlyMap<string, ReadonlySet<string>>

const strings: ReadonlyArray<readonly [form: string, RegExp]> = [
  ["time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["digits", /^\d+$/]
]

/** Where a word of few is: the word is its form. */
const worded = /(^|\.)(activityType|executionType|positionEffect|subAccount|orderStrategyType|requestedDestination)$/

const formOf = (path: string, value: unknown, exact: unknown): string => {
  if (typeof value === "number") return String(exact).includes(".") ? "decimal" : "whole"
  if (typeof value !== "string") return value === null ? "null" : typeof value
  return worded.test(path) ? value : (strings.find(([, form]) => form.test(value))?.[0] ?? "text")
}

/** All that is in a value, with its forms; `exact` is the same value with its numbers as they were written. */
const seenIn = (path: string, value: unknown, exact: unknown): ReadonlyArray<readonly [path: string, form: string]> => {
  if (Array.isArray(value))
    return [[path, "list"], ...value.flatMap((each, i) => seenIn(`${path}[]`, each, Object(exact)[i]))]
  if (typeof value !== "object" || value === null) return [[path, formOf(path, value, exact)]]
  return Object.entries(value).flatMap(([field, each]) =>
    seenIn(path === "" ? field : `${path}.${field}`, each, Object(exact)[field])
  )
}

const shapeOf = (values: ReadonlyArray<readonly [value: unknown, exact: unknown]>): Shape => {
  const shape = new Map<string, Set<string>>()
  for (const [path, form] of values.flatMap(([value, exact]) => seenIn("", value, exact)))
    shape.set(path, (shape.get(path) ?? new Set()).add(form))
  return shape
}

/** Fields that the simulator has not, each with the reason. */
const without: ReadonlyArray<readonly [path: RegExp, reason: string]> = [
  [/^shapedBy$/, "ours"],
  [/^accountId$/, "TD Ameritrade's name of what Schwab calls accountNumber"],
  [
    /instrument\.(type|putCall|underlyingSymbol|underlyingCusip|strikePrice)$/,
    "of options, which the simulator does not trade"
  ],
  [/instrument\.optionDeliverables/, "of options"],
  [/^childOrderStrategies/, "the simulator takes single orders alone"],
  [/^(orderLegCollection|securitiesAccount\.positions)\[\]\.instrument\.description$/, "recorded of options alone"]
]

/** How an answer differs from what was recorded: a field that it has not, and one of a form that nobody has recorded. */
const differences = (recorded: Shape, answered: Shape): ReadonlyArray<string> =>
  [...recorded].flatMap(([path, forms]) => {
    if (without.some(([listed]) => listed.test(path))) return []
    const others = [...(answered.get(path) ?? ["not there"])].filter((form) => !forms.has(form))
    return others.map((form) => `${path} is ${form}, recorded as ${[...forms].join(", ")}`)
  })

const decodeStatus = Schema.decodeUnknownSync(Schema.Struct({ status: Schema.String }))

/** What a value is: an order by its status, an account, a transaction; nothing that is compared elsewhere. */
const kindOf = (value: object): string => {
  if ("orderLegCollection" in value) return `order ${decodeStatus(value).status}`
  if ("securitiesAccount" in value) return "account"
  return "netAmount" in value ? "transaction" : ""
}

/** The shapes of bodies, by what their values are. */
const shapesOf = (...texts: ReadonlyArray<string>): ReadonlyMap<string, Shape> => {
  const values = texts.flatMap((text) => {
    const parsed: unknown = JSON.parse(text)
    const exact: unknown = JSON.parse(ExactJson.exact(text))
    const exacts = [exact].flat()
    const both = [parsed].flat().map((value, i) => [value, exacts[i]] as const)
    return both.filter(([value]) => kindOf(Object(value)) !== "")
  })
  const byKind = Arr.groupBy(values, ([value]) => kindOf(Object(value)))
  return new Map(Object.entries(byKind).map(([kind, of]) => [kind, shapeOf(of)]))
}

const differencesIn = (files: ReadonlyArray<string>, answered: ReadonlyMap<string, Shape>): ReadonlyArray<string> =>
  [...shapesOf(...files.map((file) => readFileSync(file, "utf8")))].flatMap(([kind, recorded]) =>
    differences(recorded, answered.get(kind) ?? new Map()).map((difference) => `${kind}: ${difference}`)
  )

const order = (instruction: string, quantity: number, price: string, symbol = "KO") => ({
  orderType: "LIMIT",
  price,
  session: "NORMAL",
  duration: "DAY",
  orderStrategyType: "SINGLE",
  orderLegCollection: [{ instruction, quantity, instrument: { symbol, assetType: "EQUITY" } }]
})

const BEFORE_OPEN = Instant.toMillis(Instant.parse("2026-11-20T14:29:00Z") ?? Instant.make(0n))

const decodeNumbers = Schema.decodeUnknownSync(
  Schema.parseJson(Schema.NonEmptyArray(Schema.Struct({ hashValue: Schema.String })))
)

const span = (from: string, to: string) => `${from}=2026-11-20T00:00:00.000Z&${to}=2026-11-21T00:00:00.000Z`

/** What the simulator answers of orders of each status, of an account with both kinds of positions, and of its transactions. */
const answers = Effect.gen(function* () {
  yield* TestClock.setTime(BEFORE_OPEN)
  const prices = new Map(["KO", "PEP"].map((symbol) => [symbol, Price.unsafe("60.5")]))
  const { exchange, simulator } = yield* open({ prices, isOpen: XnysCalendar.isOpenAt })
  const ask = yield* askingForText(simulator)
  const [{ hashValue }] = decodeNumbers((yield* ask("/trader/v1/accounts/accountNumbers")).text)
  const account = `/trader/v1/accounts/${hashValue}`
  const place = (...terms: Parameters<typeof order>) => ask(`${account}/orders`, order(...terms))
  const waiting = yield* place("BUY", 4, "59.5")
  const beforeOpen = yield* ask(waiting.made)
  yield* TestClock.adjust("2 minutes")
  yield* place("BUY", 5, "61")
  yield* place("SELL", 1, "60")
  yield* place("SELL_SHORT", 5, "60", "PEP")
  const cancelled = yield* place("BUY", 4, "59.5")
  yield* ask(cancelled.made, {}, "DELETE")
  const replaced = yield* place("BUY", 4, "59.5")
  yield* ask(replaced.made, order("BUY", 4, "59.75"), "PUT")
  yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: simulator.account } } })
  yield* place("BUY", 400, "60")
  const orders = yield* ask(`${account}/orders?${span("fromEnteredTime", "toEnteredTime")}`)
  const held = yield* ask(`${account}?fields=positions`)
  const traded = yield* ask(`${account}/transactions?types=TRADE&${span("startDate", "endDate")}`)
  return shapesOf(beforeOpen.text, orders.text, held.text, traded.text)
})

describe("Schwab's simulator beside what was recorded", () => {
  it.scoped("answers with every field of orders, an account and transactions, each of its type and form", () =>
    Effect.gen(function* () {
      const files = Recordings.filesIn(...folders).map(({ path }) => path)
      assert.isNotEmpty(files)
      assert.deepStrictEqual(differencesIn(files, yield* answers), [])
    })
  )

  it("a field that is not there, one of another form, and a kind that is not answered are named", () => {
    const folder = mkdtempSync(join(tmpdir(), "beside-schwab-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, "new.json")
    writeFileSync(
      file,
      '[{"netAmount": -1.5, "tradeDate": "2026-01-05", "novel": 1}, {"orderLegCollection": [], "status": "NOVEL"}]'
    )
    const answered = shapesOf('[{"netAmount": "-1.5", "tradeDate": "2026-01-05T15:00:00+0000"}]')
    assert.deepStrictEqual(differencesIn([file], answered), [
      "transaction: netAmount is text, recorded as decimal",
      "transaction: tradeDate is time, recorded as date",
      "transaction: novel is not there, recorded as whole",
      "order NOVEL: orderLegCollection is not there, recorded as list",
      "order NOVEL: status is not there, recorded as text"
    ])
  })
})

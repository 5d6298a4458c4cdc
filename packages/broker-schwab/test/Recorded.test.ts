import { readFileSync } from "node:fs"
import { join } from "node:path"
import { AccountName, Decimal } from "@roundlot/core"
import { ExactJson } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"
import { Recordings } from "@roundlot/testing"
import { describe, expect, it, onTestFinished } from "vitest"
import { AccountAnswer, InstrumentsAnswer, PositionAnswer } from "../src/Account.ts"
import { AccountNumbers } from "../src/Accounts.ts"
import { ordersIn } from "../src/Activity.ts"
import { Transactions } from "../src/Corrections.ts"
import { wordsOf } from "../src/ErrorBody.ts"
import * as MarketCalendar from "../src/MarketCalendar.ts"
import { Entry } from "../src/MarketData.ts"
import { OrderAnswer, executionsOf, isReadable, missingOf, seenOf } from "../src/OrderAnswer.ts"
import { codeIn, UserPreference } from "../src/StreamFrame.ts"
import { TokenAnswer } from "../src/Login.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [
  join(import.meta.dirname, "recorded"),
  ...(real === undefined ? [] : [join(real, "broker-json/schwab")])
]

const account = AccountName.AccountName.make("schwab")

type Value = Readonly<Record<string, unknown>>

/** An order is read where the books have something of it, and all that it says was executed. */
const readsOrder = (value: Value): boolean =>
  Option.match(Schema.decodeUnknownOption(OrderAnswer)(value), {
    onNone: () => false,
    onSome: (order) =>
      isReadable(order) &&
      Option.isSome(seenOf(account, order, order.enteredTime)) &&
      (Decimal.isZero(missingOf(order)) || executionsOf(order).length > 0)
  })

const reads =
  <A, I>(schema: Schema.Schema<A, I>) =>
  (value: Value): boolean =>
    Option.isSome(Schema.decodeUnknownOption(schema)(value))

const ErrorSaid = Schema.Struct({
  status: Schema.NumberFromString,
  body: Schema.String,
  words: Schema.String
})

/** An error is read where its words are those that are written beside it: what has none of Schwab's is said by its status. */
const readsError = (value: Value): boolean =>
  Option.match(Schema.decodeUnknownOption(ErrorSaid)(value), {
    onNone: () => false,
    onSome: ({ body, status, words }) =>
      wordsOf({
        _tag: "Answered",
        status,
        text: body,
        contentType: "application/json",
        headers: new Map(),
        retryAfterMs: undefined
      }) === words
  })

const decodePositions = Schema.decodeUnknownOption(Schema.Array(PositionAnswer))

const CodeSaid = Schema.Struct({
  answer: Schema.String,
  command: Schema.String,
  code: Schema.NumberFromString
})

/** An answer of the stream is read where its code is the one that is written beside it. */
const readsCode = (value: Value): boolean =>
  Option.exists(
    Schema.decodeUnknownOption(CodeSaid)(value),
    ({ answer, code, command }) => codeIn(answer, command) === code
  )

/** An account is read where each of its positions is. */
const readsAccount = (value: Value): boolean =>
  Option.exists(Schema.decodeUnknownOption(AccountAnswer)(value), ({ securitiesAccount: { positions = [] } }) =>
    Option.isSome(decodePositions(positions))
  )

/** Which decoder reads a value, by a field that only it has. */
const decoders: ReadonlyArray<readonly [field: string, reads: (value: Value) => boolean]> = [
  ["orderLegCollection", readsOrder],
  ["securitiesAccount", readsAccount],
  ["hashValue", reads(AccountNumbers.value)],
  ["netAmount", reads(Transactions.value)],
  ["body", readsError],
  ["streamerInfo", reads(UserPreference)],
  ["access_token", reads(TokenAnswer)],
  ["equity", reads(MarketCalendar.Answer)],
  ["instruments", reads(InstrumentsAnswer)],
  ["assetMainType", reads(Entry)],
  ["answer", readsCode],
  ["frame", ({ frame, orders }) => ordersIn(String(frame), "11111111").length === Number(orders)]
]

const Values = Schema.parseJson(
  Schema.Union(
    Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
    Schema.Record({ key: Schema.String, value: Schema.Unknown })
  )
)

const valuesIn = (path: string): ReadonlyArray<Value> =>
  [Schema.decodeUnknownSync(Values)(ExactJson.exact(readFileSync(path, "utf8")))].flat()

/** What of a file is read by nothing here. */
const lostIn = (path: string): ReadonlyArray<string> =>
  valuesIn(path).flatMap((value, i) => {
    const [, isRead] = decoders.find(([field]) => field in value) ?? []
    if (isRead === undefined) return [`value ${i}: no decoder reads such values`]
    return isRead(value) ? [] : [`value ${i}: it cannot be read`]
  })

/** Nothing here is left unread. */
const unread: Recordings.Unread = []

const lostOf = (file: Recordings.Recording) => Recordings.lostOf(file, lostIn, unread)

describe("answers as they were recorded of Schwab", () => {
  for (const file of Recordings.filesIn(...folders)) it(`${file.name} is read`, () => expect(lostOf(file)).toEqual([]))

  it("each row says where its form is from", () =>
    expect(Recordings.unsourcedIn(join(import.meta.dirname, "recorded"))).toEqual([]))

  it("a file that is new is read by being there, in a folder of its own too, and one that is not read is named", () => {
    const own = join(import.meta.dirname, "recorded")
    const { folder, remove } = Recordings.withNew(own, {
      "cut.json": '[{"netAmount": 1',
      "novel.json": '{"orderLegCollection": []}',
      "later/other.json": '[{"quotes": []}]'
    })
    onTestFinished(remove)
    const found = Recordings.filesIn(folder)
    expect(found.map(({ name }) => name)).toEqual([
      "cut.json",
      ...Recordings.filesIn(own).map(({ name }) => `later/new-${name}`),
      "later/other.json",
      "novel.json"
    ])
    expect(found.flatMap(lostOf)).toEqual([
      expect.stringMatching(/^cut.json: it cannot be taken apart: /),
      "later/other.json: value 0: no decoder reads such values",
      "novel.json: value 0: it cannot be read"
    ])
  })

  it("an order with a status and a field that nobody has documented is kept, open, in Schwab's own word", () => {
    const [order] = valuesIn(join(import.meta.dirname, "recorded/orders.json"))
    const read = Schema.decodeUnknownSync(OrderAnswer)({ ...order, status: "PUT_ASIDE", aNewField: ["1"] })
    expect(Option.getOrUndefined(seenOf(account, read, read.enteredTime))).toMatchObject({
      rawStatus: "PUT_ASIDE",
      state: { _tag: "Open" }
    })
  })
})

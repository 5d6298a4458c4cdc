import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { AccountName, Decimal } from "@roundlot/core"
import { ExactJson } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { AccountAnswer } from "../src/Account.ts"
import { AccountNumbers } from "../src/Accounts.ts"
import { ordersIn } from "../src/Activity.ts"
import { Transactions } from "../src/Corrections.ts"
import { OrderAnswer, executionsOf, isReadable, missingOf, seenOf } from "../src/OrderAnswer.ts"

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

/** Which decoder reads a value, by a field that only it has. */
const decoders: ReadonlyArray<readonly [field: string, reads: (value: Value) => boolean]> = [
  ["orderLegCollection", readsOrder],
  ["securitiesAccount", reads(AccountAnswer)],
  ["hashValue", reads(AccountNumbers.value)],
  ["netAmount", reads(Transactions.value)],
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

const files = folders.flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: join(folder, name) })))

describe("answers as they were recorded of Schwab", () => {
  for (const { name, path } of files) it(`${name} is read`, () => expect(lostIn(path)).toEqual([]))

  it("an order with a status and a field that nobody has documented is kept, open, in Schwab's own word", () => {
    const [order] = valuesIn(join(import.meta.dirname, "recorded/orders.json"))
    const read = Schema.decodeUnknownSync(OrderAnswer)({ ...order, status: "PUT_ASIDE", aNewField: ["1"] })
    expect(Option.getOrUndefined(seenOf(account, read, read.enteredTime))).toMatchObject({
      rawStatus: "PUT_ASIDE",
      state: { _tag: "Open" }
    })
  })
})

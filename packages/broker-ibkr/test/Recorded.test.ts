import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { AccountName, Instant } from "@roundlot/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { tradability } from "../src/Account.ts"
import { executedOf } from "../src/Execution.ts"
import { decode, type Message } from "../src/Message.ts"
import { sessionsIn } from "../src/MarketCalendar.ts"
import { statuses } from "../src/OrderStatus.ts"
import { decimalOf } from "../src/Text.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [join(import.meta.dirname, "recorded"), ...(real === undefined ? [] : [join(real, "broker-json/ibkr")])]

const names = { account: AccountName.AccountName.make("ib"), number: "DU0000001", zone: "America/New_York" }

const Scalar = Schema.Union(Schema.String, Schema.Number)
const Fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/** Messages as they came, field by field, or as a client has taken them apart. */
const Rows = Schema.parseJson(
  Schema.Array(
    Schema.Union(
      Schema.Struct({ tokens: Schema.Array(Schema.String) }),
      Schema.Struct({ contract: Fields, execution: Fields }),
      Schema.Struct({ execId: Schema.String, commission: Scalar, currency: Schema.String })
    )
  )
)

type Row = typeof Rows.Type extends ReadonlyArray<infer R> ? R : never

const textOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "")

/** What TWS sent for what a client has taken apart: its enumerations are numbers, and names of its own. */
const tokensOf = (row: Row): ReadonlyArray<string> => {
  if ("tokens" in row) return row.tokens
  if ("commission" in row) return ["59", "1", row.execId, String(row.commission), row.currency, "", "", ""]
  const { contract, execution } = row
  const of = (fields: typeof contract, ...keys: ReadonlyArray<string>) => keys.map((key) => textOf(fields[key]))
  return [
    "11",
    "-1",
    ...of(execution, "orderId"),
    ...of(contract, "conId", "symbol"),
    textOf(contract["secType"]).replace("SecType.", ""),
    ...of(contract, "lastTradeDateOrContractMonth", "strike", "right", "multiplier", "exchange", "currency"),
    ...of(contract, "localSymbol", "tradingClass"),
    ...of(execution, "execId", "time", "acctNumber", "exchange", "side", "shares", "price", "permId", "clientId"),
    ...of(execution, "liquidation", "cumQty", "avgPrice", "orderRef", "evRule", "evMultiplier", "modelCode"),
    "2",
    "0"
  ]
}

/** What the adapter makes of the parts of a message that it acts on. */
const isRead = (message: Message | undefined): boolean => {
  if (message === undefined || message._tag === "Unreadable") return false
  if (message._tag === "ContractDetails")
    return sessionsIn(message.hours) !== undefined && tradability(message).tradable
  if (message._tag === "AccountFigure" || message._tag === "Tick") return decimalOf(message.value) !== undefined
  if (message._tag !== "Execution") return true
  const read = executedOf(names, message.execution, Instant.make(1n), false)
  return read !== undefined && read.asOfKind === "broker" && read.price !== undefined
}

/** Kinds of files that hold no message of TWS, with the reason why they are not read. */
const unread: ReadonlyArray<readonly [name: RegExp, reason: string]> = [
  [/\.xml$/, "a Flex statement comes from the Client Portal, a day later, and the adapter reads none"]
]

const lostIn = (path: string): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Rows)(readFileSync(path, "utf8")).flatMap((row, i) =>
    isRead(decode(193, tokensOf(row))) ? [] : [`message ${i} cannot be read`]
  )

const files = folders.flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: join(folder, name) })))

describe("messages as they were recorded of TWS", () => {
  for (const { name, path } of files.filter((file) => !unread.some(([kind]) => kind.test(file.name))))
    it(`${name} is read`, () => expect(lostIn(path)).toEqual([]))

  it("a status that nobody has documented is open", () =>
    expect(statuses.livenessOf("PutAside")).toEqual({ _tag: "Open" }))
})

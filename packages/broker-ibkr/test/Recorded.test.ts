import { readFileSync } from "node:fs"
import { join } from "node:path"
import { AccountName, Instant } from "@roundlot/core"
import { Schema } from "effect"
import { Recordings } from "@roundlot/testing"
import { describe, expect, it, onTestFinished } from "vitest"
import { tradability } from "../src/Account.ts"
import { executedOf } from "../src/Execution.ts"
import { decode, type Message } from "../src/Message.ts"
import { sessionsIn } from "../src/MarketCalendar.ts"
import { statuses } from "../src/OrderStatus.ts"
import { decimalOf } from "../src/Text.ts"
import { NEWEST } from "../src/wire/versions.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [join(import.meta.dirname, "recorded"), ...(real === undefined ? [] : [join(real, "broker-json/ibkr")])]

const names = { account: AccountName.AccountName.make("ib"), number: "DU0000001", zone: "America/New_York" }

const Scalar = Schema.Union(Schema.String, Schema.Number)
const Fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/** Messages as they came, field by field, or as a client has taken them apart. */
const Rows = Schema.parseJson(
  Schema.Array(
    Schema.Union(
      Schema.Struct({ version: Schema.optional(Schema.Number), tokens: Schema.Array(Schema.String) }),
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
const unread: Recordings.Unread = [
  [/\.xml$/, "a Flex statement comes from the Client Portal, a day later, and the adapter reads none"]
]

/** Messages that come with what is asked for, and of which nothing is read (`wire/messages.ts` has the reasons). */
const PASSED_OVER: ReadonlySet<string> = new Set(["7", "8"])

/** Is it read, at the version that it is of? */
const isTaken = (row: Row): boolean => {
  const tokens = tokensOf(row)
  const message = decode("tokens" in row ? (row.version ?? NEWEST) : NEWEST, tokens)
  return isRead(message) || (message === undefined && PASSED_OVER.has(tokens[0] ?? ""))
}

const lostIn = (path: string): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Rows)(readFileSync(path, "utf8")).flatMap((row, i) =>
    isTaken(row) ? [] : [`message ${i} cannot be read`]
  )

const lostOf = (file: Recordings.Recording) => Recordings.lostOf(file, lostIn, unread)

describe("messages as they were recorded of TWS", () => {
  for (const file of Recordings.filesIn(...folders)) it(`${file.name} is read`, () => expect(lostOf(file)).toEqual([]))

  it("each row says where its form is from", () =>
    expect(Recordings.unsourcedIn(join(import.meta.dirname, "recorded"))).toEqual([]))

  it("a file that is new is read by being there, in a folder of its own too, and one that is not read is named", () => {
    const commission = { execId: "0000e0d5.0000.01.01", commission: "1.25", currency: "USD" }
    const { folder, remove } = Recordings.withNew(join(import.meta.dirname, "recorded"), {
      "later/new-flex.xml": "<FlexQueryResponse/>",
      "commissions.json": JSON.stringify([commission]),
      "cut.json": '[{"tokens": [',
      "novel.json": JSON.stringify([{ tokens: ["11", "-1", "?"] }]),
      "other.json": JSON.stringify([{ orders: [] }])
    })
    onTestFinished(remove)
    const found = Recordings.filesIn(folder)
    expect(found.map(({ name }) => name)).toEqual([
      "commissions.json",
      "cut.json",
      "later/new-flex.xml",
      "later/new-messages.json",
      "novel.json",
      "other.json"
    ])
    expect(found.flatMap(lostOf)).toEqual([
      expect.stringMatching(/^cut.json: it cannot be taken apart: /),
      "novel.json: message 0 cannot be read",
      expect.stringMatching(/^other.json: it cannot be taken apart: /)
    ])
  })

  it("a status that nobody has documented is open", () =>
    expect(statuses.livenessOf("PutAside")).toEqual({ _tag: "Open" }))
})

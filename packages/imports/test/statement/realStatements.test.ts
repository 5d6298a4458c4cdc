import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Recordings } from "@roundlot/testing"
import { Either, Option, Schema } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import { parse, type Statement } from "../../src/statement/StatementFile.ts"

/** A request and its answer as a client keeps them. */
const Kept = Schema.parseJson(
  Schema.Array(
    Schema.Struct({
      request: Schema.Struct({ url: Schema.String }),
      response: Schema.Struct({ status_code: Schema.Number, body: Schema.String })
    })
  )
)

const decodeKept = Schema.decodeUnknownOption(Kept)

const OK = 200

const zone = { flexZone: "America/New_York" }

/** The statements that a file is or has: Flex in XML, Schwab's transactions, and Alpaca's answers about activities. */
const statementsIn = (path: string): ReadonlyArray<string> => {
  const text = readFileSync(path, "utf8")
  if (path.endsWith(".xml") || (text.includes('"activityId"') && text.includes('"transferItems"'))) return [text]
  const answers = Option.getOrElse(decodeKept(text), () => [])
  return answers
    .filter(({ request, response }) => request.url.includes("/account/activities") && response.status_code === OK)
    .map(({ response }) => response.body)
}

/** Rows that are executions and cannot be read, by their file: each with the reason, as the statement has it. */
const unreadable: ReadonlyMap<string, ReadonlyArray<string>> = new Map()

/** What was counted by hand: executions, and rows of other kinds. */
const counted: ReadonlyMap<string, string> = new Map([
  [
    "ibkr/flex-partial-fills.xml",
    "13 executions, Trade OPT 1, FxTransaction 15, CorporateAction 5, CashTransaction Other Fees 4, " +
      "CashTransaction Broker Interest Received 1, CashTransaction Broker Interest Paid 1, CashTransaction Withholding Tax 1"
  ],
  ["ibkr/flex-trade-cancel-fractional.xml", "0 executions, AccountInformation 1, Trade CASH 3"],
  ["schwab/transactions.json", "0 executions, TRADE OPTION 2"],
  ["alpaca/exvcr-account_activity-get_success.json", "8 executions"],
  ["alpaca/exvcr-account_activity-list_specific_success.json", "8 executions"],
  ["alpaca/exvcr-account_activity-list_success.json", "8 executions"]
])

const tally = ({ executions, kinds }: Statement): string =>
  [`${executions.length} executions`, ...[...kinds].map(([kind, count]) => `${kind} ${count}`)].join(", ")

/** Why a file is not read as a statement, row by row where it is one. */
const lostIn = (path: string): ReadonlyArray<string> =>
  statementsIn(path).flatMap((text) =>
    Either.match(parse(text, zone), {
      onLeft: ({ problem }) => [problem],
      onRight: ({ unread }) => unread.map(({ item, reason }) => `row ${item}: ${reason}`)
    })
  )

/** The files of a folder that have a statement. */
const filesOf = (folder: string): ReadonlyArray<Recordings.Recording> =>
  Recordings.filesIn(folder).filter(({ path }) => statementsIn(path).length > 0)

const lostOf = (file: Recordings.Recording, rows = unreadable): ReadonlyArray<string> => {
  const listed = rows.get(file.name) ?? []
  return Recordings.lostOf(file, (path) => lostIn(path).filter((reason) => !listed.includes(reason)))
}

/** An answer as a client keeps it. */
const kept = (status: number, body: string) =>
  JSON.stringify([
    { request: { url: "https://x.example/v2/account/activities/FILL" }, response: { status_code: status, body } }
  ])

describe("real statements of brokers", () => {
  const real = process.env["ROUNDLOT_REAL_DATA"]
  for (const file of real === undefined ? [] : filesOf(join(real, "broker-json"))) {
    it(`${file.name} is read, row by row`, () => {
      expect(lostOf(file)).toEqual([])
    })
  }
  for (const [name, known] of real === undefined ? [] : counted) {
    it(`${name} has what was counted by hand`, () => {
      const found = statementsIn(join(real ?? "", "broker-json", name)).map((text) =>
        Either.map(parse(text, zone), tally)
      )
      expect(found).toEqual([Either.right(known)])
    })
  }

  it("STMT: a file that is new is read by being there, and what cannot be read is named with its row", () => {
    const folder = mkdtempSync(join(tmpdir(), "statements-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, "later"))
    const transaction = {
      activityId: 7,
      time: "2026-01-05T14:30:01+0000",
      type: "TRADE",
      status: "VALID",
      tradeDate: "2026-01-05",
      orderId: 5,
      netAmount: -100,
      transferItems: [{ instrument: { assetType: "EQUITY", symbol: "AAPL" }, amount: 1, cost: -100, price: 100 }]
    }
    const unpriced = { ...transaction, activityId: 8, transferItems: [{ ...transaction.transferItems[0], price: "?" }] }
    writeFileSync(join(folder, "later", "new.json"), JSON.stringify([transaction]))
    writeFileSync(join(folder, "later", "worse.json"), JSON.stringify([transaction, unpriced]))
    writeFileSync(join(folder, "activities.json"), kept(OK, '[{"activity_type":"FILL"}]'))
    writeFileSync(join(folder, "refused.json"), kept(404, '{"code":40410000,"message":"none"}'))
    writeFileSync(join(folder, "cut.xml"), "<FlexQueryResponse><FlexStatements>")
    const found = filesOf(folder)
    expect(found.map(({ name }) => name)).toEqual(["activities.json", "cut.xml", "later/new.json", "later/worse.json"])
    const [days, xml, price] = [
      "activities.json: has no row with the date that it covers",
      "cut.xml: is broken XML (Unclosed root tag)",
      'later/worse.json: row 2: price "?" is not a plain decimal number'
    ]
    expect(found.flatMap((file) => lostOf(file))).toEqual([days, xml, price])
    const listed = new Map([["later/worse.json", ['row 2: price "?" is not a plain decimal number']]])
    expect(found.flatMap((file) => lostOf(file, listed))).toEqual([days, xml])
  })
})

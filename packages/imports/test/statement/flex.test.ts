import { Decimal, Instant } from "@roundlot/core"
import { describe, expect, it } from "vitest"
import type { Statement } from "../../src/statement/StatementFile.ts"
import { faultIn, plainly, read } from "./plainly.ts"

const NEW_YORK = { zone: "America/New_York" }

type Attributes = Readonly<Record<string, string>>

const TRADE: Attributes = {
  assetCategory: "STK",
  symbol: "AAPL",
  levelOfDetail: "EXECUTION",
  transactionType: "ExchTrade",
  dateTime: "20260105;093001",
  buySell: "BUY",
  quantity: "100",
  tradePrice: "200.5",
  ibCommission: "-1.25",
  ibCommissionCurrency: "USD",
  ibOrderID: "4711",
  tradeID: "900",
  transactionID: "77",
  ibExecID: "0000e0d5.65a1b2c3.01.01"
}

const element = (name: string, attributes: Attributes): string =>
  `<${name} ${Object.entries(attributes)
    .map(([key, value]) => `${key}="${value}"`)
    .join(" ")} />`

const trade = (over: Attributes = {}): string => element("Trade", { ...TRADE, ...over })

/** A Flex query, a row on each line from the fifth on. */
const flex = (...rows: ReadonlyArray<string>): string =>
  [
    '<FlexQueryResponse queryName="daily" type="AF">',
    '<FlexStatements count="1">',
    '<FlexStatement accountId="U1" fromDate="20260105" toDate="20260105" period="LastBusinessDay" whenGenerated="20260106;010203">',
    "<Trades>",
    ...rows,
    "</Trades>",
    "</FlexStatement>",
    "</FlexStatements>",
    "</FlexQueryResponse>",
    ""
  ].join("\n")

const readFlex = (...rows: ReadonlyArray<string>): Statement => read(flex(...rows), NEW_YORK)

/** Why a trade that differs so cannot be read. */
const reasonsOf = (over: Attributes) => readFlex(trade(over)).unread.map(({ execId, reason }) => `${execId}: ${reason}`)

describe("a Flex statement", () => {
  it("STMT-2: executions are read exactly, each with its line; the period is the file's, in the zone that is said", () => {
    const { accounts, broker, executions, period, unread } = readFlex(
      trade(),
      trade({ ibExecID: "0000e0d5.65a1b2c4.01.01", quantity: "0.123456789012345678", tradePrice: "200.123456" }),
      trade({ ibExecID: "0000e0d5.65a1b2c5.01.01", buySell: "SELL", quantity: "-3", symbol: "BRK B" })
    )
    expect([broker, unread, [...accounts]]).toEqual(["ibkr", [], ["U1"]])
    expect(executions.map(plainly)).toEqual([
      "5 0000e0d5.65a1b2c3.01 4711 buy 100 AAPL @ 200.5 fee 1.25 USD 2026-01-05T14:30:01.000000Z",
      "6 0000e0d5.65a1b2c4.01 4711 buy 0.123456789012345678 AAPL @ 200.123456 fee 1.25 USD 2026-01-05T14:30:01.000000Z",
      "7 0000e0d5.65a1b2c5.01 4711 sell 3 BRK.B @ 200.5 fee 1.25 USD 2026-01-05T14:30:01.000000Z"
    ])
    expect(period).toEqual({
      from: Instant.parse("2026-01-05T05:00:00Z"),
      until: Instant.parse("2026-01-06T05:00:00Z"),
      dates: { from: "2026-01-05", to: "2026-01-05" },
      zone: "America/New_York",
      by: "file"
    })
  })

  it("STMT-2: a file does not cover what came after it was made", () => {
    const early = flex(trade()).replace("20260106;010203", "20260105;120000")
    expect(read(early, NEW_YORK).period.until).toEqual(Instant.parse("2026-01-05T17:00:00Z"))
  })

  it.each([
    ["20260105;093001"],
    ["2026-01-05;09:30:01"],
    ["2026-01-05, 09:30:01"],
    ["2026-01-05T09:30:01"],
    ["2026-01-05 09:30:01 EST"],
    ["20260105 093001"],
    ["2026-01-05T14:30:01Z"],
    ["2026-01-05T09:30:01-05:00"]
  ])("a time as it may be set: %s", (dateTime) => {
    expect(readFlex(trade({ dateTime })).executions[0]?.at).toEqual(Instant.parse("2026-01-05T14:30:01Z"))
  })

  it("older queries have date and time apart; a date alone is no moment; any other time is refused", () => {
    const apart = { dateTime: "", tradeDate: "20260105", tradeTime: "093001" }
    expect(readFlex(trade(apart)).executions[0]?.at).toEqual(Instant.parse("2026-01-05T14:30:01Z"))
    expect(readFlex(trade({ dateTime: "20260105" })).executions[0]?.at).toBeUndefined()
    for (const dateTime of ["01/05/2026;093001", "20260230;093001", "2026-01-05 09:30:01 CST", "20260105;256101"])
      expect(readFlex(trade({ dateTime })).unread).toMatchObject([
        { line: 5, reason: expect.stringContaining(dateTime) }
      ])
  })

  it("STMT-2: no zone is guessed: without one the file is refused, and so is one that is none", () => {
    expect(faultIn(flex(trade()), {})).toMatchObject({ remedy: expect.stringContaining("--zone") })
    expect(faultIn(flex(trade()), { zone: "Mars/Olympus" })).toMatchObject({
      problem: expect.stringContaining("Mars/Olympus")
    })
    expect(read(flex(trade()), { flexZone: "UTC" }).executions[0]?.at).toEqual(Instant.parse("2026-01-05T09:30:01Z"))
  })

  it("STMT-3: a cancel and a correction leave the correction; what was only cancelled counts for nothing", () => {
    const cancel = (over: Attributes = {}) =>
      trade({
        transactionType: "TradeCancel",
        buySell: "BUY (Ca.)",
        quantity: "-100",
        ibExecID: "",
        tradeID: "",
        transactionID: "78",
        origTradeID: "900",
        origTransactionID: "77",
        ...over
      })
    const corrected = trade({ ibExecID: "0000e0d5.65a1b2c3.01.02", quantity: "99", transactionID: "79" })
    const rows = [trade(), cancel(), corrected]
    const orders = [rows, rows.toReversed(), [rows[2] ?? "", rows[0] ?? "", rows[1] ?? ""]]
    for (const order of orders) {
      const { executions, kinds, unread } = readFlex(...order)
      expect(executions.map(({ execId, quantity }) => [execId, Decimal.format(quantity)])).toEqual([
        ["0000e0d5.65a1b2c3.01", "99"]
      ])
      expect([unread, Object.fromEntries(kinds)]).toEqual([
        [],
        { "cancel of a trade": 1, "trade that was corrected": 1 }
      ])
    }
    const busted = readFlex(trade(), cancel())
    expect(busted.executions.map(({ isUndone, quantity }) => [isUndone, Decimal.format(quantity)])).toEqual([
      [false, "0"]
    ])
    const ofEarlier = readFlex(cancel())
    expect(ofEarlier.executions).toMatchObject([{ isUndone: true, execId: undefined, orderId: "4711", side: "buy" }])
    const replaced = readFlex(cancel(), corrected)
    expect(replaced.executions).toMatchObject([{ isUndone: false, execId: "0000e0d5.65a1b2c3.01" }])
    expect(readFlex(trade(), cancel({ quantity: "-40" })).unread).toMatchObject([{ line: 6 }])
  })

  it("STMT-4: options, currencies, cash, lots and orders are counted by their kind; nothing is left out", () => {
    const { executions, kinds, unread } = readFlex(
      trade(),
      trade({ assetCategory: "OPT", symbol: "AAPL 260116C00200000" }),
      trade({ assetCategory: "CASH", symbol: "EUR.USD" }),
      trade({ levelOfDetail: "CLOSED_LOT", ibExecID: "" }),
      element("Order", { symbol: "AAPL", levelOfDetail: "ORDER" }),
      "</Trades><CashTransactions>",
      element("CashTransaction", { type: "Dividends", symbol: "AAPL", amount: "3" }),
      element("CashTransaction", { type: "Dividends", symbol: "KO", amount: "3" }),
      "</CashTransactions><Brandnew>",
      element("Brandnewer", { symbol: "AAPL" }),
      "</Brandnew><Trades>"
    )
    expect([executions.length, unread.length]).toEqual([1, 0])
    expect(Object.fromEntries(kinds)).toEqual({
      "Trade OPT": 1,
      "Trade CASH": 1,
      "Trade CLOSED_LOT": 1,
      Order: 1,
      "CashTransaction Dividends": 2,
      Brandnewer: 1
    })
  })

  it("STMT-4: an execution that cannot be read is kept with its line and its id, and why", () => {
    const base = "0000e0d5.65a1b2c3.01"
    expect(reasonsOf({ quantity: "1e2" })).toEqual([`${base}: quantity "1e2" is in scientific notation`])
    expect(reasonsOf({ quantity: "-100" })).toEqual([`${base}: quantity "-100" is not that of a BUY`])
    expect(reasonsOf({ tradePrice: "0" })).toEqual([`${base}: tradePrice "0" is not above zero`])
    expect(reasonsOf({ tradePrice: "" })).toEqual([`${base}: has no tradePrice`])
    expect(reasonsOf({ buySell: "EXCHANGE" })).toEqual([`${base}: buySell "EXCHANGE" is neither BUY nor SELL`])
    expect(reasonsOf({ assetCategory: "" })).toEqual([`${base}: has no assetCategory: add it to the Flex query`])
    expect(reasonsOf({ ibExecID: "" })).toEqual(["undefined: has no ibExecID: add it to the Flex query"])
    expect(reasonsOf({ ibCommission: "?" })).toEqual([`${base}: ibCommission "?" is not a plain decimal number`])
  })

  it("STMT-4: a row that comes again is counted once; two that share an id and differ are both kept", () => {
    const again = readFlex(trade(), trade())
    expect([again.executions.length, again.unread.length, Object.fromEntries(again.kinds)]).toEqual([
      1,
      0,
      { "repeated row": 1 }
    ])
    const contradicting = readFlex(trade(), trade({ quantity: "101" }))
    expect(contradicting.executions).toEqual([])
    expect(contradicting.unread.map(({ line, reason }) => [line, reason.replace(/,.*/, "")])).toEqual([
      [5, "its ibExecID is also that of line 6"],
      [6, "its ibExecID is also that of line 5"]
    ])
  })

  it("what is broken, cut off, dangerous or no statement is refused, with its line", () => {
    const whole = flex(trade(), trade({ ibExecID: "a.b.c.01" }))
    expect(faultIn(whole.slice(0, whole.indexOf("a.b.c")), NEW_YORK)).toMatchObject({ line: 6 })
    expect(faultIn(whole.replace("</Trades>", "</Tirades>"), NEW_YORK)).toMatchObject({ line: 7 })
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n${whole.replace("AAPL", "&b;")}`
    expect(faultIn(bomb, NEW_YORK)).toMatchObject({ line: 2, problem: "declares a document type" })
    const outside = `<!DOCTYPE x SYSTEM "file:///etc/passwd">\n${whole}`
    expect(faultIn(outside, NEW_YORK)).toMatchObject({ problem: "declares a document type" })
    expect(faultIn(whole.replace("AAPL", "&b;"), NEW_YORK)).toMatchObject({ line: 5 })
    const failed = "<FlexStatementResponse><Status>Fail</Status><ErrorCode>1019</ErrorCode></FlexStatementResponse>"
    expect(faultIn(failed, NEW_YORK)).toMatchObject({ problem: expect.stringContaining("FlexStatementResponse") })
    expect(faultIn(whole.replaceAll("Trades>", "Other>"), NEW_YORK)).toMatchObject({ problem: "has no section Trades" })
    const second =
      '<FlexStatement accountId="U2" fromDate="20260105" toDate="20260105"></FlexStatement></FlexStatements>'
    expect(faultIn(whole.replace("</FlexStatements>", second), NEW_YORK)).toMatchObject({
      problem: expect.stringContaining("2 statements")
    })
    expect(faultIn(whole.replace('toDate="20260105"', 'toDate="05/01/2026"'), NEW_YORK)).toMatchObject({
      problem: expect.stringContaining("05/01/2026")
    })
    expect(faultIn(" \n", NEW_YORK)).toMatchObject({ problem: "is empty" })
  })

  it("many rows are read in time that grows with them: one that grew with their square would not end", () => {
    const rows = Array.from({ length: MANY }, (_, n) => trade({ ibExecID: `e.${n}.01.01`, tradeID: String(n) }))
    expect(readFlex(...rows).executions.length).toBe(MANY)
  })
})

const MANY = 20_000

import { describe, expect, it } from "vitest"
import { faultIn, plainly, read } from "./plainly.ts"

const traded = (over: object = {}) => ({
  instrument: { assetType: "EQUITY", status: "ACTIVE", symbol: "AAPL", instrumentId: 1 },
  amount: -100,
  cost: 20050,
  price: 200.5,
  positionEffect: "CLOSING",
  ...over
})

const fee = (feeType: string, cost: number) => ({
  instrument: { assetType: "CURRENCY", symbol: "CURRENCY_USD" },
  amount: -cost,
  cost,
  feeType
})

const row = (over: object = {}) => ({
  activityId: 91176753938,
  time: "2026-01-05T14:30:01+0000",
  type: "TRADE",
  status: "VALID",
  tradeDate: "2026-01-05",
  orderId: 1002613435352,
  netAmount: 20049.4,
  transferItems: [traded(), fee("SEC_FEE", -0.55), fee("TAF_FEE", -0.05)],
  ...over
})

const json = (...rows: ReadonlyArray<unknown>): string => JSON.stringify(rows, undefined, 1)

describe("Schwab's transactions", () => {
  it("STMT-2: trades are read exactly, with the sum of their fees; an id of 19 digits keeps every one", () => {
    const exact = json(
      row(),
      row({ activityId: 2, transferItems: [traded({ amount: 0.5, instrument: { assetType: "ETF", symbol: "SPY" } })] })
    ).replace("1002613435352", "9007199254740993123")
    const { broker, executions, period, unread } = read(exact)
    const second = exact.slice(0, exact.indexOf('"activityId": 2,')).split("\n").length - 1
    expect([broker, unread, period.dates]).toEqual(["schwab", [], { from: "2026-01-05", to: "2026-01-05" }])
    expect(executions.map(plainly)).toEqual([
      "2 - 9007199254740993123 sell 100 AAPL @ 200.5 fee 0.6 USD 2026-01-05T14:30:01.000000Z",
      `${second} - 1002613435352 buy 0.5 SPY @ 200.5 2026-01-05T14:30:01.000000Z`
    ])
  })

  it("STMT-4: options, dividends, journals and undone trades are counted by their kind", () => {
    const option = traded({ instrument: { assetType: "OPTION", symbol: "AAPL  260116C00200000" } })
    const { executions, kinds, unread } = read(
      json(
        row({ activityId: 1, transferItems: [option] }),
        row({ activityId: 2, type: "DIVIDEND_OR_INTEREST" }),
        row({ activityId: 3, type: "JOURNAL", transferItems: null }),
        row({ activityId: 4, status: "INVALID" }),
        row(),
        row()
      )
    )
    expect([executions.length, unread.length]).toEqual([1, 0])
    expect(Object.fromEntries(kinds)).toEqual({
      "TRADE OPTION": 1,
      DIVIDEND_OR_INTEREST: 1,
      JOURNAL: 1,
      "TRADE INVALID": 1,
      "repeated row": 1
    })
  })

  it("STMT-4: what cannot be read as a trade is kept", () => {
    const { executions, unread } = read(
      json(
        row({ activityId: 1, transferItems: [traded({ amount: 0 })] }),
        row({ activityId: 2, transferItems: [traded({ price: null })] }),
        row({ activityId: 3, transferItems: [traded(), traded()] }),
        row({ activityId: 4, transferItems: [] }),
        row({ activityId: 5, status: "PENDING" }),
        row({ activityId: 6, activityType: "ACTIVITY_CORRECTION" }),
        row({ activityId: 7, time: "yesterday" }),
        { activityId: 8 },
        row({ activityId: 9 }),
        row({ activityId: 9, netAmount: 1 })
      )
    )
    expect(executions).toEqual([])
    expect(unread.map(({ item }) => item)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it("STMT-4: a row whose ids or symbol no store keeps as they are cannot be read; nothing of it is kept as it is", () => {
    const { executions, unread } = read(
      json(
        row({ activityId: 1, orderId: "a\u0000b" }),
        row({ activityId: 2, orderId: "a\ud800b" }),
        row({ activityId: 3, orderId: "9".repeat(201) }),
        row({ activityId: 4, transferItems: [traded({ instrument: { assetType: "EQUITY", symbol: "A\u001b[2J" } })] }),
        row({ activityId: 5, transferItems: [traded(), { ...fee("\u001b".repeat(1_000_000), 1), cost: "none" }] }),
        row({ activityId: 6, orderId: "9".repeat(200) })
      )
    )
    expect(executions.map(({ item }) => item)).toEqual([6])
    expect(unread.map(({ item }) => item).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    expect(unread.filter(({ reason }) => reason.length > 400 || /[\p{Cc}\p{Cs}]/u.test(reason))).toEqual([])
    expect(unread.find(({ item }) => item === 4)?.reason).toBe(
      'symbol "A\\u001B[2J" has control characters, or more than 200 characters'
    )
  })

  it("a file that is cut off is refused", () => {
    expect(faultIn(json(row()).slice(0, -9))).toMatchObject({ problem: "is not valid JSON" })
  })
})

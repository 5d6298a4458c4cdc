import { Decimal, Instant } from "@roundlot/core"
import { describe, expect, it } from "vitest"
import { faultIn, plainly, read } from "./plainly.ts"

const fill = (over: object = {}) => ({
  id: "20260105093001199::b4c1a7d2-0000-4000-8000-000000000001",
  activity_type: "FILL",
  transaction_time: "2026-01-05T14:30:01.199812Z",
  type: "partial_fill",
  price: "200.5",
  qty: "4",
  side: "buy",
  symbol: "AAPL",
  leaves_qty: "1",
  order_id: "0f3c",
  cum_qty: "4",
  ...over
})

const json = (...rows: ReadonlyArray<unknown>): string => JSON.stringify(rows, undefined, 1)

/** An activity that is no execution. */
const other = (activity_type: string) => ({
  id: `${activity_type}::1`,
  activity_type,
  date: "2026-01-05",
  net_amount: "3"
})

describe("Alpaca's activities", () => {
  it("STMT-2: partial fills of one order are known by its total after each, with their lines; the days are those of the rows", () => {
    const { broker, executions, period, unread } = read(
      json(
        fill(),
        fill({ id: "2::b", qty: "1.8", cum_qty: "5.80", transaction_time: "2026-01-06T00:30:00Z" }),
        fill({ id: "3::c", side: "sell_short", order_id: "0f3d" })
      )
    )
    expect([broker, unread]).toEqual(["alpaca", []])
    expect(executions.map(plainly)).toEqual([
      "2 0f3c/4 0f3c buy 4 AAPL @ 200.5 2026-01-05T14:30:01.199812Z",
      "15 0f3c/5.8 0f3c buy 1.8 AAPL @ 200.5 2026-01-06T00:30:00.000000Z",
      "28 0f3d/4 0f3d sell 4 AAPL @ 200.5 2026-01-05T14:30:01.199812Z"
    ])
    expect(period).toMatchObject({
      from: Instant.parse("2026-01-05T05:00:00Z"),
      until: Instant.parse("2026-01-06T05:00:00Z"),
      by: "rows"
    })
  })

  it("numbers without quotes are read digit by digit; one line is as good as many", () => {
    const line = JSON.stringify([fill()]).replace('"200.5"', "200.123456789012345678").replace('"4"', "0.10")
    const { executions } = read(line)
    expect(executions.map(({ price, quantity }) => [Decimal.format(price), Decimal.format(quantity)])).toEqual([
      ["200.123456789012345678", "0.1"]
    ])
    expect(executions[0]).toMatchObject({ line: 1, item: 1 })
  })

  it("STMT-4: journals of shares and cash, dividends, fees, options and kinds unheard of are counted", () => {
    const { executions, kinds, unread } = read(
      json(
        ...["JNLS", "JNLC", "DIV", "FEE", "NEWKIND"].map(other),
        fill({ id: "4::d", symbol: "AAPL260116C00200000" }),
        fill({ id: "5::e", symbol: "BTC/USD" }),
        fill()
      )
    )
    expect([executions.length, unread.length]).toEqual([1, 0])
    expect(Object.fromEntries(kinds)).toEqual({
      JNLS: 1,
      JNLC: 1,
      DIV: 1,
      FEE: 1,
      NEWKIND: 1,
      "FILL option": 1,
      "FILL crypto": 1
    })
  })

  it("STMT-4: a fill that cannot be read is kept, and so is what is no activity", () => {
    const { executions, unread } = read(
      json(
        fill({ qty: "four" }),
        fill({ id: "2", price: null }),
        fill({ id: "3", side: "hold" }),
        fill({ id: "4", transaction_time: "2026-01-05 14:30" }),
        fill({ id: "5", qty: "0" }),
        fill({ id: "6", order_id: undefined }),
        { activity_type: "TRD", details: {} },
        { some: "thing" },
        7
      )
    )
    expect(executions).toEqual([])
    expect(unread.map(({ item, reason }) => `${item} ${reason.slice(0, 24)}`)).toEqual([
      '1 qty "four" is not a plai',
      "2 has no price",
      '3 side "hold" is not a sid',
      '4 transaction_time "2026-0',
      '5 qty "0" is not above zer',
      "6 has no order_id",
      "7 is an event of the strea",
      "8 is not an activity: it h",
      "9 is not an activity: it h"
    ])
    expect(unread[0]?.execId).toBe("0f3c/4")
  })

  it("STMT-4: pages that overlap count a row once; one id with two contents is kept as two rows that cannot be read", () => {
    const { executions, kinds, unread } = read(json(fill(), fill(), fill({ id: "2" }), fill({ id: "2", qty: "5" })))
    expect([executions.length, Object.fromEntries(kinds), unread.length]).toEqual([1, { "repeated row": 1 }, 2])
  })

  it("STMT-1: two executions that come to one total have no id, and are found by their figures", () => {
    const { executions } = read(json(fill(), fill({ id: "2" })))
    expect(executions.map(({ execId }) => execId)).toEqual([undefined, undefined])
  })

  it("a file that is cut off, no array, or nobody's is refused, with its line where it has one", () => {
    const whole = json(fill(), fill({ id: "2", cum_qty: "8" }))
    expect(faultIn(whole.slice(0, -40))).toMatchObject({ problem: "is not valid JSON", line: expect.any(Number) })
    expect(faultIn('"activity_type":', { broker: "alpaca" })).toMatchObject({ problem: "is not valid JSON" })
    expect(faultIn("17", { broker: "alpaca" })).toMatchObject({ problem: "is JSON, but not an array" })
    expect(faultIn("[]")).toMatchObject({ remedy: expect.stringContaining("--broker") })
    expect(faultIn("[]", { broker: "alpaca" })).toMatchObject({ remedy: expect.stringContaining("--from and --to") })
    expect(read("[]", { broker: "alpaca", from: "2026-01-05", to: "2026-01-05" })).toMatchObject({
      executions: [],
      period: { by: "caller" }
    })
    expect(faultIn(whole, { from: "2026-02-30" })).toMatchObject({ problem: expect.stringContaining("2026-02-30") })
    expect(faultIn(whole, { from: "2026-02-05", to: "2026-02-04" })).toMatchObject({
      problem: "cannot cover 2026-02-05 to 2026-02-04"
    })
  })
})

import { ExecId } from "@roundlot/broker-ibkr"
import { AccountName, Decimal, Instant, Price } from "@roundlot/core"
import { describe, expect, it } from "vitest"
import * as BrokerTime from "../src/BrokerTime.ts"
import { executedOf } from "../src/Execution.ts"
import type { ExecutionFacts } from "../src/Message.ts"
import { decimalOf } from "../src/Text.ts"

describe("ids of executions", () => {
  it.each([
    ["0000e0d5.619dbad4.01.01", "0000e0d5.619dbad4.01", 1, false],
    ["0000e0d5.619dbad4.01.02", "0000e0d5.619dbad4.01", 2, false],
    ["0000e0d5.619dbad4.02.01", "0000e0d5.619dbad4.02", 1, false],
    ["a.b.01.10", "a.b.01", 10, false],
    ["a.b.03", "a.b", 3, true],
    ["a.7", "a", 7, true],
    // Five parts: the last tells legs of a combination apart.
    ["a.b.c.01.02", "a.b.c.01.02", 0, true],
    ["a-b-c-01", "a-b-c-01", 0, true],
    ["nodots", "nodots", 0, true],
    ["a.b.c.", "a.b.c.", 0, true],
    ["a.b.c.0x1", "a.b.c.0x1", 0, true],
    ["a.b.c.1234567890", "a.b.c.1234567890", 0, true],
    ["", "", 0, true]
  ])("SYNC-3: %s is revision %s of %s", (execId, base, revision, isOdd) => {
    expect(ExecId.parse(execId)).toEqual({ base, revision, isOdd })
  })
})

const begins = (text: string) => Instant.format(BrokerTime.dayBegins(Instant.parse(text) ?? Instant.make(0n)))

describe("times of TWS", () => {
  it.each([
    ["20261120-14:30:00", undefined, "2026-11-20T14:30:00Z"],
    ["20261120 09:30:00 US/Eastern", undefined, "2026-11-20T14:30:00Z"],
    ["20260720 09:30:00 America/New_York", undefined, "2026-07-20T13:30:00Z"],
    ["20261120 09:30:00 EST", undefined, "2026-11-20T14:30:00Z"],
    ["20261120 14:30:00 Universal", undefined, "2026-11-20T14:30:00Z"],
    ["20261120  15:30:00", "Europe/Berlin", "2026-11-20T14:30:00Z"]
  ])("'%s' in the zone %s is %s", (text, zone, wanted) => {
    const found = BrokerTime.parse(text, zone)
    expect(found && Instant.format(found)).toBe(wanted.replace("Z", ".000000Z"))
  })

  it.each(["20261120  09:30:00", "20261120 09:30:00 Mars/Olympus", "yesterday", ""])(
    "of '%s' no moment is guessed",
    (text) => {
      expect(BrokerTime.parse(text)).toBeUndefined()
    }
  )

  it("the day of New York begins where its clocks say, summer and winter", () => {
    expect(begins("2026-11-20T03:00:00Z")).toBe("2026-11-19T05:00:00.000000Z")
    expect(begins("2026-07-20T12:00:00Z")).toBe("2026-07-20T04:00:00.000000Z")
  })
})

const facts: ExecutionFacts = {
  reqId: "-1",
  orderId: "12",
  contract: { conId: "1", symbol: "BRK B", secType: "STK", exchange: "ARCA", currency: "USD", localSymbol: "BRK B" },
  execId: "0000e0d5.619dbad4.01.01",
  time: "20261120-23:30:00",
  account: "DU1234567",
  side: "SLD",
  shares: "1,000",
  price: "123456789012345.123456789",
  permId: "12345678901",
  clientId: "7",
  cumulative: "1000",
  orderRef: "desk",
  liquidity: "2"
}

const account = AccountName.AccountName.make("main")
const names = { account, number: "DU1234567", zone: undefined }
const at = Instant.make(0n)
const read = (differs: Partial<ExecutionFacts> = {}, isLeg = false) =>
  executedOf(names, { ...facts, ...differs }, at, isLeg)

describe("an execution of TWS as a report", () => {
  it("FILL-2: decimals are exact, of the text that came; thousands are read; what is not set is not there", () => {
    expect(String(read()?.price)).toContain("123456789012345.123456789")
    expect(decimalOf("1,234.50")).toEqual(decimalOf("1234.5"))
    expect([decimalOf("1.7976931348623157E308"), decimalOf(""), decimalOf("NaN")]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(read({ shares: "many" })).toBeUndefined()
  })

  it.each([
    ["150.0", "150"],
    ["300000.00", "300000"],
    ["1,000.00", "1000"],
    ["0.0", "0"],
    [".00", "0"],
    ["-20.0", "-20"]
  ])("FILL-2: %s is %s: a double that is whole has a zero behind its point", (text, expected) => {
    expect(decimalOf(text)).toEqual(Decimal.unsafe(expected))
  })

  it("FILL-2: an execution of whole doubles has its shares and its price; a point alone is no number", () => {
    const [quantity, price] = [Decimal.unsafe("100"), Price.unsafe("60")]
    expect(read({ shares: "100.0", price: "60.00" })).toMatchObject({ quantity, price })
    expect([".", "-", "-."].map(decimalOf)).toEqual([undefined, undefined, undefined])
    expect([".35", "-.50"].map(decimalOf)).toEqual([Decimal.unsafe("0.35"), Decimal.unsafe("-0.5")])
  })

  it.each(["1,5", "1.234.00", "1.0.0", "1,23,456.0", ",5", "1.5,000", "1.0E10", "1 5", "0x10"])(
    "FILL-2: '%s' is no number: nothing of another notation is guessed",
    (text) => {
      expect(decimalOf(text)).toBeUndefined()
    }
  )

  it("SYNC-4: a durable id is the order's, beyond 32 bits too; the composite of its day and of the next ones is near it", () => {
    const found = read()
    expect(found).toMatchObject({ symbol: "BRK.B", side: "sell", brokerOrderId: "12345678901", clientOrderId: "desk" })
    expect(found?.nearIds).toEqual([
      "7/12/BRK.B/sell/2026-11-20",
      "7/12/BRK.B/sell/2026-11-19",
      "7/12/BRK.B/sell/2026-11-21"
    ])
  })

  it("SYNC-4: without a durable id: our own reference, else the composite, else the execution itself", () => {
    const ours = `rl1-${"a".repeat(26)}`
    expect(read({ permId: "0", orderRef: ours })).toMatchObject({ brokerOrderId: undefined, clientOrderId: ours })
    expect(read({ permId: "0" })).toMatchObject({ brokerOrderId: "7/12/BRK.B/sell/2026-11-20" })
    for (const orderId of ["0", "2147483647", ""])
      expect(read({ permId: "0", orderId })).toMatchObject({ brokerOrderId: "0000e0d5.619dbad4.01" })
  })

  it("SYNC-4: legs of a combination are orders of their own, by symbol and side, and other classes are no tickers", () => {
    expect(read({}, true)).toMatchObject({ brokerOrderId: "12345678901/BRK.B/sell" })
    const contract = { ...facts.contract, secType: "OPT", localSymbol: "AAPL  261218C00200000" }
    expect(read({ contract })?.symbol).toBe("OPT AAPL  261218C00200000")
  })

  it("O20: an execution of another account is told as that account's, its number masked", () => {
    expect(read({ account: "U7654321" })?.account).toBe("ib-U7xxx21")
  })

  it("F0: a time that cannot be read is no time of the broker's", () => {
    expect(read({ time: "20261120  09:30:00" })).toMatchObject({ asOfKind: "ours", executedAt: at })
    expect(read()).toMatchObject({ asOfKind: "broker" })
  })
})

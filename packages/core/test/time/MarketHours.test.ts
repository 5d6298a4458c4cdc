import { describe, expect, test } from "vitest"
import * as Instant from "../../src/values/Instant.ts"
import * as MarketHours from "../../src/values/MarketHours.ts"
import * as XnysCalendar from "../../src/values/XnysCalendar.ts"

const at = (text: string): Instant.Instant => {
  const moment = Instant.parse(text)
  if (moment === undefined) throw new Error(text)
  return moment
}

const session = (date: string, open = "09:30", close = "16:00"): XnysCalendar.Session => {
  const opensAt = XnysCalendar.momentOf(date, open)
  const closesAt = XnysCalendar.momentOf(date, close)
  if (opensAt === undefined || closesAt === undefined) throw new Error(date)
  return { opensAt, closesAt }
}

const week = ["2026-11-23", "2026-11-24", "2026-11-25"].map((date) => session(date))
const friday = session("2026-11-27", "09:30", "13:00")

describe("a market's hours, as a broker lists them", () => {
  test("are those of its sessions; beyond the last of them nothing is open", () => {
    const hours = MarketHours.ofSessions("them", [friday, ...week])
    const isOpen = (text: string) => hours?.isOpenAt(at(text))
    expect(hours?.horizon).toBe("2026-11-27")
    expect(["2026-11-23T14:29:59Z", "2026-11-23T14:30:00Z", "2026-11-23T21:00:00Z"].map(isOpen)).toEqual([
      false,
      true,
      false
    ])
    expect(hours?.nextOpeningAfter(at("2026-11-25T15:00:00Z"))).toBe(friday.opensAt)
    expect(isOpen("2026-11-30T15:00:00Z")).toBe(false)
    expect(hours?.nextOpeningAfter(friday.opensAt)).toBeUndefined()
  })

  test("days without a pause are a market that never closes", () => {
    const days = ["2026-11-20", "2026-11-21", "2026-11-22"].map((date) => session(date, "00:00", "24:00"))
    const hours = MarketHours.ofSessions("play", days)
    expect(hours?.isOpenAt(at("2026-11-22T05:00:00Z"))).toBe(true)
    expect(hours?.nextOpeningAfter(at("2026-11-21T12:00:00Z"))).toBeUndefined()
    expect(hours?.horizon).toBe("2026-11-22")
    expect(MarketHours.differenceFrom(days, at("2026-11-20T12:00:00Z"))).toBeUndefined()
  })

  test("an empty list says nothing", () => {
    expect(MarketHours.ofSessions("them", [])).toBeUndefined()
  })

  test.each([
    ["2026-10-27T12:00:00Z", false],
    ["2026-10-29T12:00:00Z", true],
    ["2027-01-01T12:00:00Z", true]
  ])("their end is near 30 days before it: %s is %s", (now, isNear) => {
    const hours = MarketHours.ofSessions("them", [...week, friday]) ?? MarketHours.xnys
    expect(MarketHours.endsSoon(hours, at(now))).toBe(isNear)
  })

  test("are compared with the exchange's day by day: an early close that one of them lacks is named", () => {
    const from = at("2026-11-23T10:00:00Z")
    expect(MarketHours.differenceFrom([...week, friday], from)).toBeUndefined()
    expect(MarketHours.differenceFrom([...week, session("2026-11-27")], from)).toMatch(
      /^2026-11-27 is 2026-11-27T14:30.* to 2026-11-27T21:00.*hours 2026-11-27T14:30.* to 2026-11-27T18:00/
    )
    expect(MarketHours.differenceFrom([...week, session("2026-11-26"), friday], from)).toMatch(
      /^2026-11-26 is 2026.*closed$/
    )
  })

  test.each([
    ["2026-03-09", "09:30", "2026-03-09T13:30:00Z"],
    ["2026-03-08", "00:00", "2026-03-08T05:00:00Z"],
    ["2026-03-08", "24:00", "2026-03-09T04:00:00Z"],
    ["2026-11-01", "24:00", "2026-11-02T05:00:00Z"],
    ["2026-11-27", "13:00", "2026-11-27T18:00:00Z"]
  ])("a time in New York is a moment: %s %s is %s", (date, time, moment) => {
    expect(XnysCalendar.momentOf(date, time)).toBe(at(moment))
  })
})

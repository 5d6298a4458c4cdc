import { Clock, Instant, XnysCalendar } from "@roundlot/core"
import { Context, Effect, Layer } from "effect"
import { describe, expect, test } from "vitest"

const at = (text: string) => {
  const instant = Instant.parse(text)
  if (instant === undefined) throw new Error(text)
  return instant
}
const shown = (session: XnysCalendar.Session | undefined) =>
  session === undefined ? undefined : [Instant.format(session.opensAt), Instant.format(session.closesAt)]

describe("the sessions of the New York Stock Exchange", () => {
  test.each([
    ["2026-11-20T14:29:59.999999Z", false],
    ["2026-11-20T14:30:00Z", true],
    ["2026-11-20T20:59:59.999999Z", true],
    ["2026-11-20T21:00:00Z", false],
    ["2026-07-01T13:30:00Z", true],
    ["2026-07-01T20:00:00Z", false],
    ["2026-11-21T15:00:00Z", false],
    ["2026-11-26T15:00:00Z", false],
    ["2026-11-27T17:59:59Z", true],
    ["2026-11-27T18:00:00Z", false],
    ["2029-01-03T15:00:00Z", false]
  ])("at %s open is %s", (text, isOpen) => {
    expect(XnysCalendar.isOpenAt(at(text))).toBe(isOpen)
  })

  test.each([
    ["2026-03-06T15:00:00Z", "2026-03-06T14:30:00.000000Z"],
    ["2026-03-09T13:00:00Z", "2026-03-09T13:30:00.000000Z"],
    ["2026-10-30T21:00:00Z", "2026-11-02T14:30:00.000000Z"]
  ])("daylight saving moves the open: after %s it is %s", (text, opens) => {
    expect(shown(XnysCalendar.nextSession(at(text)))?.[0]).toBe(opens)
  })

  test.each([
    ["2026-03-06T15:00:00Z", "2026-03-09T13:30:00.000000Z"],
    ["2026-03-06T14:00:00Z", "2026-03-06T14:30:00.000000Z"],
    ["2026-03-07T15:00:00Z", "2026-03-09T13:30:00.000000Z"]
  ])("D8: at %s the next opening is %s, and a market told minute by minute agrees", (text, opens) => {
    expect(XnysCalendar.nextOpeningAfter(at(text))).toEqual(at(opens))
    const told = Layer.build(Clock.layer(XnysCalendar.isOpenAt)).pipe(
      Effect.map((context) => Context.get(context, Clock.Clock).nextOpeningAfter(at(text))),
      Effect.scoped,
      Effect.runSync
    )
    expect(told).toEqual(at(opens))
  })

  test("after the early close before Christmas comes Monday", () => {
    expect(shown(XnysCalendar.nextSession(at("2026-12-24T18:00:00Z")))).toEqual([
      "2026-12-28T14:30:00.000000Z",
      "2026-12-28T21:00:00.000000Z"
    ])
  })

  test("beyond the horizon there is no session, and the market date is New York's", () => {
    expect(XnysCalendar.nextSession(at("2028-12-29T22:00:00Z"))).toBeUndefined()
    expect(XnysCalendar.marketDate(at("2026-11-21T04:59:00Z"))).toBe("2026-11-20")
  })
})

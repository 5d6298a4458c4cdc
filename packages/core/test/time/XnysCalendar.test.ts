import { Clock, Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
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
    ["a whole day", "2026-11-20", ["09:00", "01:00"], ["09:00", "14:28"], ["09:00", "20:50"]],
    ["an early close", "2026-11-27", ["09:00", "22:00"], ["09:00", "14:28"], ["09:00", "17:50"]],
    ["daylight saving time", "2026-07-01", ["08:00", "00:00"], ["08:00", "13:28"], ["08:00", "19:50"]]
  ] as const)(
    "FILL-16: of %s, %s, orders leave in the extended session and for the auctions while the exchange takes them",
    (_, date, ...spans) => {
      for (const [i, window] of (["extended", "opening", "closing"] as const).entries()) {
        const [opens = "", closes = ""] = spans[i] ?? []
        const from = at(`${date}T${opens}:00Z`)
        const onDate = at(`${date}T${closes}:00Z`)
        const until = onDate < from ? Instant.addMillis(onDate, 86_400_000) : onDate
        const around = [from, until].flatMap((edge) => [Instant.addMillis(edge, -1), edge])
        expect(around.map((each) => XnysCalendar.isOpenAt(each, window))).toEqual([false, true, true, false])
        expect(XnysCalendar.nextOpeningAfter(Instant.addMillis(from, -1), window)).toEqual(from)
      }
    }
  )

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

import { describe, expect, test } from "vitest"
import type { Alert, News } from "../src/records/Alert.ts"
import { digestOf } from "../src/rules/alert/digest.ts"
import { readQuietHours, routed, sendAt, sendEndAt, type Route } from "../src/rules/alert/route.ts"
import * as Instant from "../src/values/Instant.ts"

const news = (parts: Partial<News>): News => ({
  status: "raised",
  key: `case/${parts.account}`,
  kind: "break",
  account: "main",
  symbol: null,
  subject: "Unpriced F1",
  caseId: "B1",
  detail: "no price",
  severity: "warning",
  dollars: null,
  ...parts
})

const alert = (parts: Partial<Alert> = {}): Alert => ({ ...news(parts), at: "2026-01-05T12:00:00Z", ...parts })

const quiet = (hours: string, zone = "Europe/Zurich") => {
  const read = readQuietHours(hours, zone)
  if (read === undefined) throw new Error(`${hours} ${zone}`)
  return read
}

const gravityIn = (...all: ReadonlyArray<Partial<News>>) => digestOf(all.map(news), "1").severity

const gets = (route: Route, parts: Partial<Alert>) => routed(route, alert(parts)).length > 0

describe("what a channel gets", () => {
  test.each([
    ["all where nothing is said", {}, { severity: "info" }, true],
    ["of its accounts", { accounts: ["main"] }, {}, true],
    ["of another account nothing", { accounts: ["other"] }, {}, false],
    ["of no account", { accounts: ["other"] }, { account: null }, true],
    ["what is as grave", { atLeast: "warning" }, {}, true],
    ["what is graver", { atLeast: "warning" }, { severity: "escalated" }, true],
    ["what is less grave not", { atLeast: "critical" }, {}, false],
    ["a part of the program that fails as critical", { atLeast: "critical" }, { kind: "health", severity: null }, true],
    ["what else has no word for it as a warning", { atLeast: "critical" }, { kind: "job", severity: null }, false],
    ["that it is over as that it began", { atLeast: "critical" }, { status: "over" }, false]
  ] as const)("%s", (_, route, parts, isIt) => {
    expect(gets(route, parts)).toBe(isIt)
  })

  test("of a digest its own part alone, which says so much; nothing where none of it is its own", () => {
    const of = [news({ account: "main" }), news({ account: "other" }), news({ account: "main", status: "over" })]
    const digest = alert({ kind: "digest", key: "digest/1", account: null, subject: "3 alerts", of })
    expect(routed({}, digest)).toEqual([digest])
    expect(routed({ accounts: ["main"] }, digest)).toMatchObject([
      {
        key: "digest/1",
        at: digest.at,
        subject: "2 alerts",
        detail: "1 raised, 1 over; Unpriced F1 main",
        of: [{ account: "main" }, { account: "main", status: "over" }]
      }
    ])
    expect(routed({ accounts: ["none"] }, digest)).toEqual([])
  })

  test("of a digest each by itself, where it sends later than they come, or takes none: each may be over by then", () => {
    const of = [news({ key: "a" }), news({ key: "b", severity: "critical" }), news({ key: "c", account: "other" })]
    const digest = alert({ kind: "digest", account: null, of })
    const keys = (route: Route, singly?: boolean) => routed(route, digest, singly).map(({ at, key }) => `${key} ${at}`)
    const each = [`a ${digest.at}`, `b ${digest.at}`]
    expect(keys({ accounts: ["main"], afterMs: 1 })).toEqual(each)
    expect(keys({ accounts: ["main"], quiet: quiet("22:00-07:00") })).toEqual(each)
    expect(keys({ accounts: ["main"] }, true)).toEqual(each)
  })

  test("a digest is as grave as the gravest that begins, a failing part of the program too", () => {
    expect(
      gravityIn({ severity: "warning" }, { severity: "escalated", status: "over" }, { severity: "critical" })
    ).toBe("critical")
    expect(gravityIn({ severity: "warning" }, { kind: "health", severity: null })).toBe("critical")
    expect(gravityIn({ severity: "critical", status: "over" })).toBeNull()
  })

  test("the end of a batch: a warning where rows failed; an escalation gets none", () => {
    const at = Instant.fromMillis(Date.parse("2026-01-05T23:00:00Z"))
    const main = { account: "main", failed: 0 }
    expect(sendEndAt({}, main, at)).toBe(at)
    expect(sendEndAt({ accounts: ["other"] }, main, at)).toBeUndefined()
    expect(sendEndAt({ atLeast: "warning" }, main, at)).toBeUndefined()
    expect(sendEndAt({ atLeast: "warning" }, { ...main, failed: 1 }, at)).toBe(at)
    expect(sendEndAt({ afterMs: 1 }, main, at)).toBeUndefined()
    expect(sendEndAt({ quiet: quiet("22:00-07:00", "UTC") }, main, at)).toBe(Instant.addMillis(at, 8 * 3_600_000))
  })
})

const sent = (route: Route, at: string, parts: Partial<Alert> = {}) =>
  Instant.format(sendAt(route, alert(parts), Instant.fromMillis(Date.parse(at)))).slice(0, 16)

describe("when a channel sends", () => {
  test("at once, or after so long; that it is over at once", () => {
    expect(sent({}, "2026-01-05T12:00:00Z")).toBe("2026-01-05T12:00")
    expect(sent({ afterMs: 600_000 }, "2026-01-05T12:00:00Z")).toBe("2026-01-05T12:10")
    expect(sent({ afterMs: 600_000 }, "2026-01-05T12:00:00Z", { status: "over" })).toBe("2026-01-05T12:00")
  })

  // Zurich is an hour ahead of UTC in winter; on 29 March 2026 its clocks go forward, on 25 October back, both at 01:00 UTC.
  test.each([
    ["before they begin", "22:00-07:00", "2026-01-05T20:59:59Z", "2026-01-05T20:59"],
    ["from when they begin", "22:00-07:00", "2026-01-05T21:00:00Z", "2026-01-06T06:00"],
    ["after midnight", "22:00-07:00", "2026-01-06T05:59:59Z", "2026-01-06T06:00"],
    ["when they are over", "22:00-07:00", "2026-01-06T06:00:00Z", "2026-01-06T06:00"],
    ["within a day", "12:00-14:00", "2026-01-05T12:30:00Z", "2026-01-05T13:00"],
    ["in a night of 8 hours", "22:00-07:00", "2026-03-28T21:30:00Z", "2026-03-29T05:00"],
    ["in a night of 10 hours", "22:00-07:00", "2026-10-24T20:30:00Z", "2026-10-25T06:00"],
    ["never, where they have no length", "07:00-07:00", "2026-01-06T06:00:00Z", "2026-01-06T06:00"]
  ])("quiet hours hold it back: %s", (_, hours, at, due) => {
    expect(sent({ quiet: quiet(hours) }, at)).toBe(due)
  })

  test("what is critical is sent in quiet hours; what waits until after them begins is held as well", () => {
    const night = { quiet: quiet("22:00-07:00", "UTC") }
    expect(sent(night, "2026-01-05T23:00:00Z", { severity: "critical" })).toBe("2026-01-05T23:00")
    expect(sent(night, "2026-01-05T23:00:00Z", { severity: null, kind: "health" })).toBe("2026-01-05T23:00")
    expect(sent({ ...night, afterMs: 3_600_000 }, "2026-01-05T21:30:00Z")).toBe("2026-01-06T07:00")
  })

  test.each(["22:00", "24:00-07:00", "22:60-07:00", "22:00 - 07:00", ""])("'%s' are no hours", (text) => {
    expect(readQuietHours(text, "UTC")).toBeUndefined()
  })

  test("'Mars/Olympus' is no zone", () => {
    expect(readQuietHours("22:00-07:00", "Mars/Olympus")).toBeUndefined()
  })
})

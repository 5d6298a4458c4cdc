import { assert, describe, it } from "@effect/vitest"
import { MarketCalendar } from "@roundlot/broker-alpaca"
import { Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { MarketHours } from "@roundlot/core/ledger"
import { Clock, Effect } from "effect"
import { open } from "./setup.ts"

const DAY_MS = 86_400_000

/** The sessions of the next 30 days, as a simulator with these hours tells them. */
const listed = (isOpen?: (at: Instant.Instant) => boolean) =>
  Effect.gen(function* () {
    const { broker } = yield* open({ isOpen })
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const window = { from: now, to: Instant.addMillis(now, 30 * DAY_MS) }
    return { now, sessions: yield* broker.calendar?.(window) ?? Effect.die("Alpaca has a calendar") }
  })

const moment = (text: string) => Instant.parse(text) ?? Instant.make(0n)

const day = { opensAt: moment("2026-11-23T14:30:00Z"), closesAt: moment("2026-11-23T21:00:00Z") }
const next = { opensAt: moment("2026-11-24T14:30:00Z"), closesAt: moment("2026-11-24T21:00:00Z") }

const clock = (at: string, isOpen: boolean) => ({
  timestamp: moment(at),
  is_open: isOpen,
  next_open: next.opensAt,
  next_close: day.closesAt
})

describe("Alpaca's clock and calendar", () => {
  it.scopedLive("are the market's sessions, which the exchange's own hours agree with", () =>
    Effect.gen(function* () {
      const { now, sessions } = yield* listed(XnysCalendar.isOpenAt)
      assert.isAtLeast(sessions.length, 18)
      assert.isUndefined(MarketHours.differenceFrom(sessions, now))
    })
  )

  it.scopedLive("a simulator that never closes says so", () =>
    Effect.gen(function* () {
      const { now, sessions } = yield* listed()
      const hours = MarketHours.ofSessions("alpaca", sessions)
      assert.isTrue(hours?.isOpenAt(now))
      assert.isUndefined(hours?.nextOpeningAfter(now))
    })
  )

  it("the clock wins over the calendar for the session that is on: what was not planned shows there first", () => {
    const planned = [day, next]
    assert.deepStrictEqual(MarketCalendar.corrected(planned, clock("2026-11-23T15:00:00Z", true)), planned)
    assert.deepStrictEqual(MarketCalendar.corrected(planned, clock("2026-11-23T15:00:00Z", false)), [next])
    const early = moment("2026-11-23T14:00:00Z")
    assert.deepStrictEqual(MarketCalendar.corrected(planned, clock("2026-11-23T14:00:00Z", true)), [
      ...planned,
      { opensAt: early, closesAt: day.closesAt }
    ])
  })
})

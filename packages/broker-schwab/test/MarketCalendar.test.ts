import { assert, describe, it } from "@effect/vitest"
import { SchwabBroker } from "@roundlot/broker-schwab"
import type { Wire } from "@roundlot/broker-schwab"
import { AccountName, Instant } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { MarketHours } from "@roundlot/core/ledger"
import { Effect, TestClock } from "effect"
import { account, open } from "./setup.ts"

const DAY_MS = 86_400_000

const moment = (text: string) => Instant.parse(text) ?? Instant.make(0n)

/** A Monday; the Thursday after it is a holiday, the Friday half a day. */
const NOON = moment("2026-11-23T17:00:00Z")
const MONDAY = "2026-11-23"
const NEAR = ["23", "24", "25", "26", "27", "28", "29"].map((day) => `2026-11-${day}`)

const window = { from: Instant.addMillis(NOON, -7 * DAY_MS), to: Instant.addMillis(NOON, 380 * DAY_MS) }

const setTo = (at: Instant.Instant) => TestClock.setTime(Instant.toMillis(at))

/** At noon of that Monday: a broker, and the dates whose hours it asked for. */
const opened = (isOpen?: (at: Instant.Instant) => boolean) =>
  Effect.gen(function* () {
    yield* setTo(NOON)
    const { simulator, wire } = yield* open({ isOpen })
    const asked: Array<string> = []
    const counted: Wire.Wire = {
      ...wire,
      ask: (ask) => {
        const [path, query] = ask.path.split("?")
        if (path?.endsWith("/markets")) asked.push(new URLSearchParams(query).get("date") ?? "today")
        return wire.ask(ask)
      }
    }
    return { asked, counted, simulator, broker: yield* SchwabBroker.make({ account, wire: counted }) }
  })

const sessionsOf = ({ calendar }: Broker.BrokerService) => calendar?.(window) ?? Effect.die("Schwab has a calendar")

const shown = (sessions: ReadonlyArray<XnysCalendar.Session>, date: string): string => {
  const found = sessions.filter(({ opensAt }) => XnysCalendar.marketDate(opensAt) === date)
  const words = found.map((each) => [each.opensAt, each.closesAt].map((at) => Instant.format(at).slice(11, 16)))
  return words.length === 0 ? "closed" : words.map((times) => times.join("-")).join(", ")
}

const span = (start: string, end: string) => [{ start, end }]
const preMarket = span(`${MONDAY}T07:00:00-05:00`, `${MONDAY}T09:30:00-05:00`)
const regularMarket = span(`${MONDAY}T09:30:00-05:00`, `${MONDAY}T16:00:00-05:00`)
const postMarket = span(`${MONDAY}T16:00:00-05:00`, `${MONDAY}T20:00:00-05:00`)
const regular = (start: string, end: string) => ({ sessionHours: { regularMarket: span(start, end) } })

const documented = { date: MONDAY, marketType: "EQUITY", product: "EQ", productName: "equity", isOpen: true }
const EQ = (differs: object = {}) => ({
  equity: { EQ: { ...documented, sessionHours: { preMarket, regularMarket, postMarket }, ...differs } }
})
const closed = { date: MONDAY, marketType: "EQUITY", product: "equity", isOpen: false }

const OPEN = "14:30-21:00"

/** What Schwab answers of the Monday, and what is made of it. */
const answers: ReadonlyArray<readonly [what: string, answer: unknown, expected: string]> = [
  ["a day of trade as documented", EQ(), OPEN],
  ["closed, under the market's own name", { equity: { equity: closed } }, "closed"],
  ["closed, its hours null", { equity: { equity: { ...closed, sessionHours: null } } }, "closed"],
  ["closed, as the product EQ", { equity: { EQ: closed } }, "closed"],
  ["an early close", EQ(regular(`${MONDAY}T09:30:00-05:00`, `${MONDAY}T13:00:00-05:00`)), "14:30-18:00"],
  ["extended hours missing", EQ({ sessionHours: { regularMarket } }), OPEN],
  ["extended hours that are none", EQ({ sessionHours: { regularMarket, preMarket: "7 to 9:30" } }), OPEN],
  ["closed, and hours of trade", EQ({ isOpen: false }), "unreadable"],
  ["open, without hours", EQ({ sessionHours: undefined }), "unreadable"],
  ["open, its hours null", EQ({ sessionHours: null }), "unreadable"],
  ["open, without a regular session", EQ({ sessionHours: { preMarket, postMarket } }), "unreadable"],
  ["open, its regular session empty", EQ({ sessionHours: { regularMarket: [] } }), "unreadable"],
  ["two regular sessions", EQ({ sessionHours: { regularMarket: [regularMarket, postMarket].flat() } }), "unreadable"],
  ["isOpen as text", { equity: { equity: { ...closed, isOpen: "false" } } }, "unreadable"],
  ["isOpen missing", { equity: { equity: { date: MONDAY } } }, "unreadable"],
  ["another date", EQ({ date: "2026-11-24" }), "unreadable"],
  ["closed, of another date", { equity: { equity: { ...closed, date: "2026-11-22" } } }, "unreadable"],
  ["hours of another date", EQ(regular("2026-11-24T09:30:00-05:00", "2026-11-24T16:00:00-05:00")), "unreadable"],
  ["hours reversed", EQ(regular(`${MONDAY}T16:00:00-05:00`, `${MONDAY}T09:30:00-05:00`)), "unreadable"],
  ["hours of no length", EQ(regular(`${MONDAY}T09:30:00-05:00`, `${MONDAY}T09:30:00-05:00`)), "unreadable"],
  ["hours without a zone", EQ(regular(`${MONDAY}T09:30:00`, `${MONDAY}T16:00:00`)), "unreadable"],
  ["hours by the clock alone", EQ(regular("09:30", "16:00")), "unreadable"],
  ["a session of 30 hours", EQ(regular(`${MONDAY}T09:30:00-05:00`, "2026-11-24T15:30:00-05:00")), "unreadable"],
  ["no product", { equity: {} }, "unreadable"],
  ["another market", { option: { option: closed } }, "unreadable"],
  ["nothing", {}, "unreadable"]
]

describe("Schwab's hours, over sockets", () => {
  it.scoped.each(answers.map(([what, answer, expected]) => ({ what, answer, expected })))(
    "$what: $expected",
    ({ answer, expected }) =>
      Effect.gen(function* () {
        const { broker, simulator } = yield* opened(XnysCalendar.isOpenAt)
        yield* simulator.become({ hours: new Map([[MONDAY, answer]]) })
        const read = yield* Effect.either(sessionsOf(broker))
        assert.strictEqual(read._tag === "Left" ? read.left.kind : shown(read.right, MONDAY), expected)
      })
  )

  it.scoped("are the exchange's own, a holiday and half a day among them, and of the days beyond a week", () =>
    Effect.gen(function* () {
      const { asked, broker } = yield* opened(XnysCalendar.isOpenAt)
      const sessions = yield* sessionsOf(broker)
      assert.deepStrictEqual(asked, NEAR)
      assert.isUndefined(MarketHours.differenceFrom(sessions, NOON))
      assert.deepStrictEqual(
        ["2026-11-20", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-30", "2026-12-24"].map((date) =>
          shown(sessions, date)
        ),
        [OPEN, "closed", "14:30-18:00", "closed", OPEN, "14:30-18:00"]
      )
      assert.strictEqual(MarketHours.ofSessions("schwab", sessions)?.horizon, "2027-12-08")
    })
  )

  it.scoped("a simulator that never closes says so; one that closes on one day of the week does not", () =>
    Effect.gen(function* () {
      const { broker, simulator } = yield* opened()
      const hours = MarketHours.ofSessions("schwab", yield* sessionsOf(broker))
      assert.isTrue(hours?.isOpenAt(NOON))
      assert.isUndefined(hours?.nextOpeningAfter(NOON))
      yield* simulator.become({ hours: new Map([[MONDAY, { equity: { equity: closed } }]]) })
      yield* TestClock.adjust("1 hour")
      const others = MarketHours.ofSessions("schwab", yield* sessionsOf(broker))
      assert.isFalse(others?.isOpenAt(NOON))
      assert.isFalse(others?.isOpenAt(moment("2026-12-05T17:00:00Z")))
    })
  )

  it.scoped("cost a request for today each hour, and one for each of the next days once a day", () =>
    Effect.gen(function* () {
      const { asked, broker, simulator } = yield* opened(XnysCalendar.isOpenAt)
      yield* sessionsOf(broker)
      yield* sessionsOf(broker)
      assert.deepStrictEqual(asked.splice(0), NEAR)
      yield* simulator.become({ hours: new Map([[MONDAY, { equity: { equity: closed } }]]) })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(shown(yield* sessionsOf(broker), MONDAY), "closed")
      assert.deepStrictEqual(asked.splice(0), [MONDAY])
      yield* TestClock.adjust("1 day")
      assert.strictEqual(shown(yield* sessionsOf(broker), MONDAY), "closed")
      assert.deepStrictEqual(asked, [...NEAR.slice(1), "2026-11-30"])
    })
  )

  it.scoped("a day that cannot be read fails them all, and is asked for again alone", () =>
    Effect.gen(function* () {
      const { asked, broker, simulator } = yield* opened(XnysCalendar.isOpenAt)
      yield* simulator.become({ hours: new Map([["2026-11-25", {}]]) })
      assert.strictEqual((yield* Effect.flip(sessionsOf(broker))).kind, "unreadable")
      yield* simulator.become({ hours: new Map() })
      yield* sessionsOf(broker)
      assert.deepStrictEqual(asked, [...NEAR.slice(0, 3), ...NEAR.slice(2)])
    })
  )

  it.scoped("are read once for all accounts of a login", () =>
    Effect.gen(function* () {
      const { asked, counted } = yield* opened(XnysCalendar.isOpenAt)
      const second = AccountName.AccountName.make("second")
      const accounts = new Map([
        [account, "12345678"],
        [second, "87654321"]
      ])
      const brokers = yield* SchwabBroker.makeLinked({ accounts, wire: counted })
      yield* Effect.forEach(brokers.values(), sessionsOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(asked, NEAR)
    })
  )
})

import type { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Accumulator, Clock, Instant, Price, Quantity, SourcePolicy } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Gates, MarketHours, Submission } from "@roundlot/core/ledger"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { brokerOf } from "./contracts.ts"
import { account, open } from "./setup.ts"
import { clockFrom, type Shifted } from "./shifted.ts"

const DAY_MS = 86_400_000

const moment = (text: string) => Instant.parse(text) ?? Instant.make(0n)

/** A Monday; the Thursday after it is a holiday, the Friday half a day. */
const NOON = moment("2026-11-23T17:00:00Z")
const MONDAY = "2026-11-23"

const window = { from: Instant.addMillis(NOON, -7 * DAY_MS), to: Instant.addMillis(NOON, 380 * DAY_MS) }

type Stage = Effect.Effect.Success<ReturnType<typeof open>> & Pick<Shifted, "setTo">

/** At noon of that Monday: a broker over a socket. */
const at = <A, E>(
  test: (stage: Stage) => Effect.Effect<A, E, Scope.Scope>,
  options: Simulator.Options = {}
): Promise<A> => {
  const { run, setTo } = clockFrom(NOON)
  const opened = open({ isOpen: XnysCalendar.isOpenAt, ...options })
  return Effect.runPromise(run(Effect.scoped(Effect.flatMap(opened, (desk) => test({ ...desk, setTo })))))
}

const sessionsOf = ({ calendar }: Broker.BrokerService) => calendar?.(window) ?? Effect.dieMessage("TWS has hours")

const shown = (sessions: ReadonlyArray<XnysCalendar.Session>, date: string): string => {
  const found = sessions.filter(({ opensAt }) => XnysCalendar.marketDate(opensAt) === date)
  const words = found.map((each) => [each.opensAt, each.closesAt].map((time) => Instant.format(time).slice(11, 16)))
  return words.length === 0 ? "closed" : words.map((times) => times.join("-")).join(", ")
}

const OPEN = "14:30-21:00"
const REST = "20261124:0930-20261124:1600;20261125:0930-20261125:1600;20261126:CLOSED;20261127:0930-20261127:1300"
const EXTENDED = "20261123:0400-20261123:2000;20261124:0400-20261124:2000"
const CLOSED_ALL = "20261123:CLOSED;20261124:CLOSED;20261125:CLOSED;20261126:CLOSED;20261127:CLOSED"

type Row = readonly [what: string, monday: string, expected: string, differs?: object]

/** What TWS says of the Monday, and what is made of it. */
const rows: ReadonlyArray<Row> = [
  ["as documented", `20261123:0930-20261123:1600;${REST}`, OPEN],
  ["a separator at the end", `20261123:0930-20261123:1600;${REST};`, OPEN],
  ["closed", `20261123:CLOSED;${REST}`, "closed"],
  ["an early close", `20261123:0930-20261123:1300;${REST}`, "14:30-18:00"],
  ["a date that is over, too", `20261120:CLOSED;20261123:0930-20261123:1600;${REST}`, OPEN],
  ["a date that is left out: as it was published", REST, OPEN],
  ["another name of the zone", `20261123:0930-20261123:1600;${REST}`, OPEN, { timeZoneId: "America/New_York" }],
  ["the zone's abbreviation", `20261123:0930-20261123:1600;${REST}`, OPEN, { timeZoneId: "EST" }],
  ["the same in another zone", "20261123:0830-20261123:1500", OPEN, { timeZoneId: "US/Central" }],
  ["no extended hours", `20261123:0930-20261123:1600;${REST}`, OPEN, { tradingHours: "" }],
  ["extended hours that are none", `20261123:0930-20261123:1600;${REST}`, OPEN, { tradingHours: "4 to 20" }],
  [
    "extended hours that begin the day before",
    "20261123:0930-20261123:1600",
    OPEN,
    { tradingHours: "20261122:2000-20261123:2000" }
  ],
  [
    "extended hours of other dates",
    "20261123:0930-20261123:1600",
    OPEN,
    { tradingHours: "20261124:0400-20261124:2000" }
  ],
  ["nothing", "", "unreadable"],
  ["every date closed", CLOSED_ALL, "unreadable"],
  ["dates alone that are over", "20261120:0930-20261120:1600", "unreadable"],
  ["a part that cannot be read", `20261123:0930-20261123:1600;${REST};soon`, "unreadable"],
  ["the format of before 2018", "20261123:0930-1600;20261124:CLOSED", "unreadable"],
  ["minutes that are none", `20261123:0999-20261123:1600;${REST}`, "unreadable"],
  ["hours that are none", `20261123:0930-20261123:2500;${REST}`, "unreadable"],
  ["a date that is none", `20261123:0930-20261123:1600;20261131:0930-20261131:1600`, "unreadable"],
  ["reversed", `20261123:1600-20261123:0930;${REST}`, "unreadable"],
  ["of no length", `20261123:0930-20261123:0930;${REST}`, "unreadable"],
  ["of 30 hours", `20261123:0930-20261124:1530`, "unreadable"],
  ["closed and open", `20261123:CLOSED;20261123:0930-20261123:1600;${REST}`, "unreadable"],
  ["two sessions", `20261123:0930-20261123:1200;20261123:1300-20261123:1600;${REST}`, "unreadable"],
  ["the same twice", `20261123:0930-20261123:1600;20261123:0930-20261123:1600`, "unreadable"],
  ["closed by its extended hours", "20261123:0930-20261123:1600", "unreadable", { tradingHours: "20261123:CLOSED" }],
  [
    "longer than its extended hours",
    "20261123:0930-20261123:1600",
    "unreadable",
    { tradingHours: "20261123:0930-20261123:1300" }
  ],
  ["a zone that is not known", `20261123:0930-20261123:1600;${REST}`, "unreadable", { timeZoneId: "Wall Street" }],
  ["a zone of several places", `20261123:0930-20261123:1600;${REST}`, "unreadable", { timeZoneId: "CST" }],
  ["no zone", `20261123:0930-20261123:1600;${REST}`, "unreadable", { timeZoneId: "" }],
  ["a zone of elsewhere", `20261123:0930-20261123:1600;${REST}`, "unreadable", { timeZoneId: "Asia/Tokyo" }]
]

const trade = {
  source: "test",
  sourceId: "1",
  occurrence: "0",
  symbol: "KO",
  side: "buy" as const,
  quantity: Quantity.unsafe("1"),
  price: Price.unsafe("60"),
  tradedAt: Instant.make(1n),
  reverses: undefined
}

/** What is made of the Monday where TWS has as many contracts of the symbol as there are texts. */
const ofContracts = (...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const hours = texts.map((liquidHours) => ({ timeZoneId: "US/Eastern", tradingHours: "", liquidHours }))
    const read = yield* Effect.either(sessionsOf(yield* brokerOf("AAPL", ...hours)))
    return read._tag === "Left" ? read.left.kind : shown(read.right, MONDAY)
  }).pipe(Effect.scoped)

describe("TWS's hours, over a socket", () => {
  it.each(rows.map(([what, liquidHours, expected, differs = {}]) => ({ what, liquidHours, expected, differs })))(
    "$what: $expected",
    ({ differs, expected, liquidHours }) =>
      at(({ broker, simulator }) =>
        Effect.gen(function* () {
          yield* simulator.become({ hours: { tradingHours: EXTENDED, liquidHours, ...differs } })
          const read = yield* Effect.either(sessionsOf(broker))
          expect(read._tag === "Left" ? read.left.kind : shown(read.right, MONDAY)).toBe(expected)
        })
      )
  )

  it("are the exchange's own, a holiday and half a day among them, and of the days beyond a week", () =>
    at(({ broker }) =>
      Effect.gen(function* () {
        const sessions = yield* sessionsOf(broker)
        expect(MarketHours.differenceFrom(sessions, NOON)).toBeUndefined()
        expect(
          ["2026-11-20", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-30", "2026-12-24"].map((date) =>
            shown(sessions, date)
          )
        ).toEqual([OPEN, "closed", "14:30-18:00", "closed", OPEN, "14:30-18:00"])
        expect(MarketHours.ofSessions("ibkr", sessions)?.horizon).toBe("2027-12-08")
      })
    ))

  it("a closing that was not planned is followed with the next reading, and stays so once the day is over", () =>
    at(({ broker, setTo, simulator }) =>
      Effect.gen(function* () {
        expect(shown(yield* sessionsOf(broker), MONDAY)).toBe(OPEN)
        yield* simulator.become({ hours: { liquidHours: `20261123:CLOSED;${REST}` } })
        const sessions = yield* sessionsOf(broker)
        expect(shown(sessions, MONDAY)).toBe("closed")
        expect(MarketHours.differenceFrom(sessions, NOON)).toContain("2026-11-23 is closed")
        yield* simulator.become({ hours: { liquidHours: REST } })
        yield* setTo(Instant.addMillis(NOON, DAY_MS))
        expect(shown(yield* sessionsOf(broker), MONDAY)).toBe("closed")
      })
    ))

  it("what was said of today stays where TWS says nothing more of it, whatever was published", () =>
    at(({ broker, simulator }) =>
      Effect.gen(function* () {
        yield* simulator.become({ hours: { liquidHours: `20261123:CLOSED;${REST}` } })
        yield* sessionsOf(broker)
        yield* simulator.become({ hours: { liquidHours: REST } })
        expect(shown(yield* sessionsOf(broker), MONDAY)).toBe("closed")
        yield* simulator.become({ hours: { liquidHours: `20261123:0930-20261123:1600;${REST}` } })
        expect(shown(yield* sessionsOf(broker), MONDAY)).toBe(OPEN)
      })
    ))

  it("a weekend is closed as it was published: no date of it contradicts the exchange", () =>
    at(({ broker, setTo, simulator }) =>
      Effect.gen(function* () {
        yield* setTo(moment("2026-11-28T17:00:00Z"))
        yield* simulator.become({ hours: { liquidHours: "20261128:CLOSED;20261129:CLOSED" } })
        const sessions = yield* sessionsOf(broker)
        expect([shown(sessions, "2026-11-28"), shown(sessions, "2026-11-30")]).toEqual(["closed", OPEN])
      })
    ))

  it("a contract that TWS does not know has none, and the failure says so", () =>
    at(
      ({ broker }) =>
        Effect.gen(function* () {
          const detail = expect.stringContaining("it has no such contract")
          expect(yield* Effect.flip(sessionsOf(broker))).toMatchObject({ kind: "unreadable", detail })
        }),
      { listing: new Map() }
    ))

  it.each([
    ["the same", "20261123:0930-20261123:1600", "14:30-21:00"],
    ["other", "20261123:0930-20261123:1300", "unreadable"]
  ])("of two contracts with %s hours: %s is %s", (_, liquidHours, expected) =>
    clockFrom(NOON)
      .run(ofContracts("20261123:0930-20261123:1600", liquidHours))
      .pipe(Effect.runPromise)
      .then((read) => expect(read).toBe(expected))
  )

  it("a simulator that never closes says so; one that closes on one day of the week does not", () =>
    at(
      ({ broker, simulator }) =>
        Effect.gen(function* () {
          const hours = MarketHours.ofSessions("ibkr", yield* sessionsOf(broker))
          expect(hours?.isOpenAt(NOON)).toBe(true)
          expect(hours?.nextOpeningAfter(NOON)).toBeUndefined()
          yield* simulator.become({ hours: { liquidHours: "20261123:0000-20261124:0000;20261124:CLOSED" } })
          const others = MarketHours.ofSessions("ibkr", yield* sessionsOf(broker))
          expect(others?.isOpenAt(moment("2026-11-24T17:00:00Z"))).toBe(false)
          expect(others?.isOpenAt(moment("2026-12-05T17:00:00Z"))).toBe(false)
          yield* simulator.become({ hours: { liquidHours: "20261123:0000-20261124:0000" } })
          const ofOne = MarketHours.ofSessions("ibkr", yield* sessionsOf(broker))
          expect(ofOne?.isOpenAt(moment("2026-12-05T17:00:00Z"))).toBe(false)
        }),
      { isOpen: undefined }
    ))

  it("are asked for with one request, however long the window", () =>
    at(({ broker, exchange }) =>
      Effect.gen(function* () {
        const before = (yield* exchange.requests).length
        yield* sessionsOf(broker)
        expect((yield* exchange.requests).length - before).toBe(1)
      })
    ))

  it.each([
    { when: "while the market is open", at: NOON, monday: "20261123:0930-20261123:1600", sent: 1 },
    { when: "at night", at: moment("2026-11-24T02:00:00Z"), monday: "20261123:0930-20261123:1600", sent: 0 },
    { when: "on a day that was closed unplanned", at: NOON, monday: "20261123:CLOSED", sent: 0 }
  ])("FILL-16: an order that is due $when: $sent sent to TWS", ({ at: now, monday, sent }) =>
    at(({ broker, exchange, setTo, simulator }) =>
      Effect.gen(function* () {
        yield* simulator.become({ hours: { liquidHours: `${monday};${REST}` } })
        yield* setTo(now)
        const hours = MarketHours.ofSessions("ibkr", yield* sessionsOf(broker)) ?? MarketHours.xnys
        yield* Effect.flatMap(Clock.Clock, (clock) => clock.learn(account, hours))
        yield* Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
          accumulator.submitMany(account, [trade], SourcePolicy.anyAge)
        )
        yield* Gates.confirmInstruments
        yield* Submission.submitPending(() => Effect.succeed(true))
        expect(yield* exchange.orders).toHaveLength(sent)
      }).pipe(Effect.provide(booksAt(broker)))
    )
  )
})

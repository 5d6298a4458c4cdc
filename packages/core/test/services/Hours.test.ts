import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { AccountName } from "../../src/records/AccountName.ts"
import { defaultSettings } from "../../src/records/Account.ts"
import { BrokerReadFailed, Brokers, NoBroker, type BrokerService } from "../../src/ports/Broker.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { Health } from "../../src/services/Health.ts"
import { Commands } from "../../src/services/Commands.ts"
import { learnHoursOfEach, learnHours } from "../../src/services/Hours.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as XnysCalendar from "../../src/values/XnysCalendar.ts"
import { account, broker, driving, drivingOf, layer, opened, play } from "./Stage.ts"

const DAY_MS = 86_400_000
const NOON = Instant.parse("2026-11-23T17:00:00Z") ?? Instant.make(0n)
const NIGHT = Instant.addMillis(NOON, DAY_MS / 2)

/** The exchange's own sessions of the next so many days. */
const sessions = (from: Instant.Instant, days: number): ReadonlyArray<XnysCalendar.Session> =>
  Array.from({ length: days }, (_, day) =>
    XnysCalendar.sessionOn(XnysCalendar.marketDate(Instant.addMillis(from, day * DAY_MS)))
  ).filter((session) => session !== undefined)

const aYear: BrokerService["calendar"] = ({ from }) => Effect.succeed(sessions(from, 387))

const unreadable = new BrokerReadFailed({ operation: "calendar", kind: "unreadable", detail: "no JSON" })

/** Whether the account's market is open at noon and at night, and what health says of its hours. */
const learnt = Effect.gen(function* () {
  yield* TestClock.setTime(Instant.toMillis(NOON))
  yield* opened()
  yield* learnHours(account)
  const clock = yield* Clock
  const part = (yield* (yield* Health).all).find(({ part: name }) => name === `market hours of ${account}`)
  return { open: [NOON, NIGHT].map((at) => clock.isOpenAt(at, account)), detail: part?.detail, isWell: part?.isWell }
})

const by = (calendar: BrokerService["calendar"], told: (is: Effect.Effect.Success<typeof learnt>) => void) =>
  play(Effect.map(learnt, told), layer({ calendar }))

describe("the hours of an account's market", () => {
  test("are its broker's own, where it has a calendar", () =>
    by(aYear, (is) => expect(is).toEqual({ open: [true, false], detail: "", isWell: true })))

  test("an account whose broker has none goes by the program's clock", () =>
    by(undefined, (is) => expect(is.open).toEqual([true, true])))

  test("a calendar that cannot be read leaves the exchange's own, and health says so", () =>
    by(
      () => Effect.fail(unreadable),
      (is) => {
        expect(is.open).toEqual([true, false])
        expect(is.detail).toContain("no JSON")
      }
    ))

  test("a calendar that ends within 30 days is told of", () =>
    by(
      ({ from }) => Effect.succeed(sessions(from, 7 + 29)),
      (is) =>
        expect(is.detail).toMatch(/^the calendar of stage ends on 2026-12-21: no orders are sent after that date$/)
    ))

  test("a day that differs from the exchange's is named; the broker's word counts", () =>
    by(
      ({ from }) => Effect.succeed([...sessions(from, 387), { opensAt: NIGHT, closesAt: Instant.addMillis(NIGHT, 1) }]),
      (is) => {
        expect(is.open).toEqual([true, true])
        expect(is.detail).toMatch(/^at stage 2026-11-24 is /)
      }
    ))

  test("are read for the others where one account has no broker", () => {
    const first = AccountName.make("a")
    const get = (name: AccountName) =>
      name === first ? Effect.fail(new NoBroker({ account: name })) : Effect.succeed(broker({ calendar: aYear }))
    return play(
      Effect.gen(function* () {
        yield* TestClock.setTime(Instant.toMillis(NOON))
        const commands = yield* Commands
        yield* commands.setAccount(first, defaultSettings, "test")
        yield* opened()
        yield* Effect.zipRight(drivingOf(first), driving)
        yield* learnHoursOfEach().pipe(Effect.provideService(Brokers, { get }), Effect.ignore)
        expect((yield* Clock).hoursOf(account)?.source).toBe("stage")
        const ill = (yield* (yield* Health).all).filter(({ isWell }) => !isWell)
        expect(ill.map(({ part }) => part)).toContain("calendar of a")
      })
    )
  })

  test("what was known stays when the calendar cannot be read later", () => {
    let reads = 0
    const calendar: BrokerService["calendar"] = ({ from }) =>
      reads++ === 0 ? Effect.succeed([{ opensAt: from, closesAt: NIGHT }]) : Effect.fail(unreadable)
    return play(
      Effect.gen(function* () {
        yield* learnt
        const { open } = yield* learnt
        expect(open).toEqual([true, false])
        const clock = yield* Clock
        expect(clock.hoursOf(account)?.source).toBe("stage")
      }),
      layer({ calendar })
    )
  })
})

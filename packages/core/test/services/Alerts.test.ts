import { Context, Effect, Exit, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { expect, test } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { Need } from "../../src/books/Need.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { JobTable } from "../../src/records/Job.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import type { Member } from "../../src/ledger/plan.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import * as commands from "../../src/rules/operator/commands.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { Clock } from "../../src/ports/Clock.ts"
import * as Entropy from "../../src/ports/Entropy.ts"
import { Brokers, NoBroker, type LoginStanding } from "../../src/ports/Broker.ts"
import type { TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { AttendedCaseTable, CaseId } from "../../src/records/AttendedCase.ts"
import { BreakTable } from "../../src/records/Break.ts"
import { SampleDetails } from "@roundlot/testing"
import { closeIfOpen, openOrUpdate } from "../../src/rules/breaks/ledgerBreaks.ts"
import type { Accumulator } from "../../src/services/Accumulator.ts"
import * as Alerts from "../../src/services/Alerts.ts"
import { watchBlocked } from "../../src/services/BlockedPositions.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Jobs from "../../src/services/Jobs.ts"
import * as Health from "../../src/services/Health.ts"
import { confirmInstruments, openGates } from "../../src/services/Gates.ts"
import { watchLogins } from "../../src/services/Logins.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { AAPL, closes, committed, opens } from "./mismatch.ts"
import * as Stage from "./Stage.ts"

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const until = Instant.fromMillis(7 * DAY_MS)
const valid: LoginStanding = { _tag: "Valid", until }
const endsSoon: LoginStanding = { _tag: "EndsSoon", until }
const ended: LoginStanding = { _tag: "NeedsLogin", why: "the login has ended" }

/** What was told so far. */
const told = Effect.map(Reads.all(JobTable, { where: [{ column: "type", in: ["alert"] }] }), (jobs) =>
  jobs.map(({ payload }) => {
    const { status, subject } = Object(payload)
    return `${status}: ${subject}`
  })
)

/** One store for all programs, and how the login stands. */
interface Place {
  readonly repository: TradeRepositoryService
  standing: LoginStanding
  /** The programs so far: each runs on another day. */
  programs: number
}

/** A program that looks at the login and at what needs a person, every quarter of a minute, for so many minutes. */
const program = (on: Place, body: (look: (minutes: number) => Effect.Effect<void>) => Effect.Effect<void>) => {
  const layer = Stage.layer({ login: Effect.sync(() => on.standing) }, { repository: on.repository })
  const minutes = Effect.gen(function* () {
    yield* TestClock.setTime(on.programs++ * DAY_MS)
    yield* Effect.zipRight(Stage.opened(), Stage.driving)
    const raised = yield* Alerts.makeRaised
    const once = Effect.zipRight(watchLogins(), Alerts.alertOnce(raised))
    const context = yield* Effect.context<Effect.Effect.Context<typeof once>>()
    return (count: number) =>
      Effect.repeatN(Effect.zipRight(once, TestClock.adjust("15 seconds")), 4 * count - 1).pipe(
        Effect.provide(context),
        Effect.orDie
      )
  })
  const jobs = Jobs.layer([Alerts.alertType])
  return Stage.play(Effect.provide(Effect.flatMap(minutes, body), Layer.provideMerge(jobs, layer)), layer)
}

test("FILL-15: a login that ends is told once, by whichever program runs, and once more when it is renewed; each time anew", async () => {
  const on: Place = { repository: MemoryRepository.make(MemoryStore.make()), standing: valid, programs: 0 }
  const seen = () => Effect.runPromise(Effect.provide(told, Stage.layer({}, { repository: on.repository })))
  const first = ["raised: login paper"]
  await program(on, (minutes) =>
    Effect.gen(function* () {
      yield* minutes(3)
      on.standing = endsSoon
      yield* minutes(6)
      on.standing = ended
      yield* minutes(3)
    })
  )
  expect(await seen()).toEqual(first)
  await program(on, (minutes) => minutes(6))
  expect(await seen()).toEqual(first)
  on.standing = valid
  await program(on, (minutes) => minutes(1))
  expect(await seen()).toEqual([...first, "over: login paper"])
  on.standing = endsSoon
  await program(on, (minutes) => minutes(6))
  expect(await seen()).toEqual([...first, "over: login paper", ...first])
})

test("health says of a login that ends soon when it does, and what becomes of orders then", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* watchLogins()
      const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
      const detail =
        "the login expires at 1970-01-08T00:00:00.000000Z; orders queue after that. Log in again before then"
      expect(parts).toMatchObject([{ part: "login paper", isWell: false, detail, until }])
    }),
    Stage.layer({ login: Effect.succeed(endsSoon) })
  ))

test("an account that has no broker keeps no other's login from being looked at", () => {
  const ending = Stage.broker({ login: Effect.succeed(endsSoon) })
  const brokers = Layer.map(Stage.layer(), (context) =>
    Context.add(context, Brokers, {
      get: (account) => (account === Stage.account ? Effect.succeed(ending) : Effect.fail(new NoBroker({ account })))
    })
  )
  const first = AccountName.make("a")
  return Stage.play(
    Effect.gen(function* () {
      yield* Effect.flatMap(Commands, (commands) => commands.setAccount(first, defaultSettings, "test"))
      yield* Effect.zipRight(Stage.opened(), Effect.zipRight(Stage.drivingOf(first), Stage.driving))
      yield* watchLogins()
      const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
      expect(parts).toMatchObject([{ part: "login paper", isWell: false }])
    }),
    brokers
  )
})

test.each<readonly [string, Effect.Effect<LoginStanding>, string]>([
  ["does not say how it stands", Effect.never, "the broker did not report the state of the login within 30 seconds"],
  ["has a defect", Effect.die(new Error("a defect of ours")), "Error: a defect of ours"]
])("health tells of a login that %s, and it keeps no other from being looked at", (_, login, detail) => {
  const first = AccountName.make("a")
  return Stage.play(
    Effect.gen(function* () {
      yield* Effect.flatMap(Commands, (commands) => commands.setAccount(first, defaultSettings, "test"))
      yield* Effect.zipRight(Stage.opened(), Effect.zipRight(Stage.drivingOf(first), Stage.driving))
      const watching = yield* Effect.fork(watchLogins())
      yield* TestClock.adjust("31 seconds")
      expect(yield* Fiber.poll(watching)).toEqual(Option.some(Exit.void))
      const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
      expect(parts.map(({ detail, part }) => [part, detail])).toEqual([
        ["login a", detail],
        ["login paper", ""]
      ])
    }),
    Stage.layer({}, { partsOf: (name) => ({ login: name === first ? login : Effect.succeed(valid) }) })
  )
})

test("P11: who has not resolved a critical break within an hour is told once more, and of the end of both", () => {
  const layer = Stage.layer()
  const symbol = Ticker.make("AAPL")
  const { account } = Stage
  const differs = { symbol, subject: "AAPL", details: SampleDetails.sampleDetails.PositionDiffers }
  const booked = (apply: Member<void>["apply"]) =>
    Effect.flatMap(Ledger, (ledger) =>
      ledger.submit("command", {
        account,
        cause: { kind: "timer", actor: "test" },
        needs: [Need.Account({ account }), Need.Position({ account, symbol })],
        apply
      })
    )
  const rehearsed = Effect.gen(function* () {
    yield* Effect.zipRight(Stage.opened(), Stage.driving)
    const raised = yield* Alerts.makeRaised
    const look = Effect.zipRight(Alerts.alertOnce(raised), told)
    yield* booked((recorder) => openOrUpdate(recorder, differs))
    yield* TestClock.adjust("5 seconds")
    const first = yield* look
    yield* TestClock.adjust("59 minutes")
    expect(yield* look).toEqual(first)
    yield* TestClock.adjust("55 seconds")
    const twice = ["raised: Position differs, AAPL", "raised: Position differs, AAPL"]
    expect([first, yield* look, yield* look]).toEqual([twice.slice(1), twice, twice])
    yield* booked((recorder) => closeIfOpen(recorder, symbol, "PositionDiffers", "AAPL", "they agree"))
    const over = ["over: Position differs, AAPL", "over: Position differs, AAPL"]
    expect(yield* look).toEqual([...twice, ...over])
  })
  const jobs = Layer.provide(Jobs.layer([Alerts.alertType]), Entropy.layerSecure)
  return Stage.play(Effect.provide(rehearsed, Layer.provideMerge(jobs, layer)), layer)
})

/** One program that looks at what needs a person whenever it is asked to. */
const watched = (
  body: (
    look: Effect.Effect<ReadonlyArray<string>>
  ) => Effect.Effect<
    void,
    unknown,
    Accumulator | Brokers | Clock | Commands | Health.Health | Effect.Effect.Context<typeof Stage.driving>
  >
) => {
  const layer = Stage.layer()
  const jobs = Layer.provide(Jobs.layer([Alerts.alertType]), Entropy.layerSecure)
  const looking = Effect.gen(function* () {
    yield* Effect.zipRight(Stage.opened(), Stage.driving)
    const once = Effect.all([watchBlocked, Alerts.alertOnce(yield* Alerts.makeRaised)]).pipe(Effect.zipRight(told))
    yield* body(Effect.orDie(Effect.provide(once, yield* Effect.context<Effect.Effect.Context<typeof once>>())))
  })
  return Stage.play(Effect.provide(looking, Layer.provideMerge(jobs, layer)), layer)
}

test("FILL-15: a part that fails once is no alert, however seldom it is tried; one that goes on failing is, once, and its end", () =>
  watched((look) =>
    Effect.gen(function* () {
      const health = yield* Health.Health
      yield* health.succeeded("positions paper")
      yield* TestClock.adjust("5 minutes")
      yield* health.failed("positions paper", "500")
      expect(yield* look).toEqual([])
      yield* TestClock.adjust("5 minutes")
      yield* health.failed("positions paper", "500")
      expect([yield* look, yield* look]).toEqual([["raised: positions paper"], ["raised: positions paper"]])
      yield* health.succeeded("positions paper")
      expect(yield* look).toEqual(["raised: positions paper", "over: positions paper"])
    })
  ))

test("what trading is kept from is alerted by its cases, not as a part of the program once more", () =>
  watched((look) =>
    Effect.gen(function* () {
      const health = yield* Health.Health
      const dollars = Decimal.zero
      const seen = { isWell: false, critical: 1, warnings: 0, blockedPositions: 1, ordersInDoubt: 1, dollars }
      yield* Effect.repeatN(health.seen(seen), 9)
      expect((yield* health.all).find(({ part }) => part === Health.TRADING)).toMatchObject({ isAlert: true })
      expect(yield* look).toEqual([])
    })
  ))

const opensCircuit = (hours: number) =>
  Effect.flatMap(Clock, (clock) =>
    Effect.flatMap(clock.now, (now) =>
      committed((recorder) => {
        const [until, circuitUntil] = [Instant.addMillis(now, 30_000), Instant.addMillis(now, hours * HOUR_MS)]
        recorder.emit({ _tag: "CoolDownStarted", symbol: AAPL, until, shortEnds: 5, circuitUntil })
        commands.regate(recorder, AAPL, false)
      })
    )
  )

/** The newest alert in full. */
const newest = Effect.map(Reads.all(JobTable, { where: [{ column: "type", in: ["alert"] }] }), (jobs) =>
  Object(jobs.at(-1)?.payload)
)

test("D8, P11: an open circuit with a lot owed is raised as critical with its shares and dollars, again after an hour, and that it is over", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opensCircuit(2)
      yield* TestClock.adjust("10 seconds")
      expect(yield* look).toEqual([])
      yield* Stage.submit(Stage.trade("a", "2.5"))
      yield* TestClock.adjust("10 seconds")
      expect([yield* look, yield* look]).toEqual([
        ["raised: Position blocked, circuit"],
        ["raised: Position blocked, circuit"]
      ])
      expect(yield* newest).toMatchObject({ kind: "break", severity: "critical", dollars: "375", symbol: "AAPL" })
      expect((yield* newest).detail).toContain(
        "2.5 AAPL due and not ordered; several orders in a row ended without a full fill"
      )
      yield* TestClock.adjust("1 hours")
      expect(yield* look).toEqual(["raised: Position blocked, circuit", "raised: Position blocked, circuit"])
      expect(yield* newest).toMatchObject({ severity: "escalated" })
      yield* TestClock.adjust("1 hours")
      yield* openGates
      expect(yield* look).toEqual([
        "raised: Position blocked, circuit",
        "raised: Position blocked, circuit",
        "over: Position blocked, circuit",
        "over: Position blocked, circuit"
      ])
    })
  ))

/** One order may be worth so many dollars. */
const allowsOrdersOf = (most: string) =>
  Effect.flatMap(Commands, (service) =>
    service.setAccount(
      Stage.account,
      { ...defaultSettings, maxOrderNotional: Quantity.unsafe(most) },
      "test",
      "it is seen to"
    )
  )

test("D4: a position whose order a control refuses is raised with what the control says and what to do, and that it is over", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* allowsOrdersOf("100")
      yield* Stage.submit(Stage.trade("a", "2"))
      yield* confirmInstruments
      expect(yield* look).toEqual([])
      yield* TestClock.adjust("5 seconds")
      expect([yield* look, yield* look]).toEqual([
        ["raised: Position blocked, dollars per order"],
        ["raised: Position blocked, dollars per order"]
      ])
      expect(yield* newest).toMatchObject({ kind: "break", severity: "critical", dollars: "300" })
      expect((yield* newest).detail).toMatch(/exceeds the dollars per order.*Raise the limit/)
      yield* allowsOrdersOf("1000")
      expect(yield* look).toEqual([
        "raised: Position blocked, dollars per order",
        "over: Position blocked, dollars per order"
      ])
    })
  ))

test("a source that says nothing is told once, and that it is heard again", () =>
  watched((look) =>
    Effect.gen(function* () {
      let ageMs = 0
      const source = {
        name: "venue",
        policy: SourcePolicy.plain,
        deliveries: () => Stream.never,
        ageMs: Effect.sync(() => ageMs),
        alarmAfterMs: 60_000
      }
      const following = yield* Effect.fork(Sources.follow(Stage.account, source))
      yield* TestClock.adjust("10 minutes")
      expect(yield* look).toEqual([])
      ageMs = 60_000
      yield* TestClock.adjust("3 minutes")
      const first = ["raised: source venue of paper"]
      expect([yield* look, yield* look]).toEqual([first, first])
      ageMs = 0
      yield* TestClock.adjust("1 minute")
      expect(yield* look).toEqual([...first, "over: source venue of paper"])
      yield* Fiber.interrupt(following)
    })
  ))

test("G: a break that closes within 5 seconds raises no alert; one that outlives them does", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("4999 millis")
      expect(yield* look).toEqual([])
      yield* closes("O1")
      yield* TestClock.adjust("1 minute")
      expect(yield* look).toEqual([])
      yield* opens("O1")
      yield* TestClock.adjust("5 seconds")
      expect(yield* look).toEqual(["raised: Fill mismatch, O1"])
    })
  ))

test("G: breaks of one cause are one case: one alert with their number, and one end when the last has closed; the next case is told anew", () =>
  watched((look) =>
    Effect.gen(function* () {
      for (const subject of ["O1", "O2", "O3"]) yield* opens(subject)
      yield* TestClock.adjust("5 seconds")
      const raised = ["raised: Fill mismatch (3 breaks)"]
      expect([yield* look, yield* look]).toEqual([raised, raised])
      // The one that the key was made of closes first, and another comes: it is the same case.
      yield* closes("O1")
      yield* opens("O4")
      expect(yield* look).toEqual(raised)
      for (const subject of ["O2", "O3", "O4"]) yield* closes(subject)
      const over = [...raised, "over: Fill mismatch (3 breaks)"]
      expect([yield* look, yield* look]).toEqual([over, over])
      yield* opens("O5")
      yield* TestClock.adjust("5 seconds")
      expect(yield* look).toEqual([...over, "raised: Fill mismatch, O5"])
    })
  ))

const HOUR = "59 minutes"

const acknowledged = (severity: "critical" | "escalated") =>
  Effect.gen(function* () {
    const [found] = yield* Reads.all(BreakTable, { where: [{ column: "closedAt", in: [null] }] })
    const commands = yield* Commands
    return yield* commands.perform({
      id: `B${found?.id ?? 0} seen as ${severity}`,
      account: Stage.account,
      actor: "dana",
      reason: "the broker is called",
      command: { _tag: "AcknowledgeCase", caseId: CaseId.make(`B${found?.id ?? 0}`), severity }
    })
  })

test.each([
  ["critical", ["raised: Fill mismatch, O1"]],
  ["escalated", []]
] as const)(
  "an acknowledged case is not alerted until it is graver: acknowledged as %s, after an hour %j",
  (severity, after) =>
    watched((look) =>
      Effect.gen(function* () {
        yield* opens("O1")
        expect(yield* acknowledged(severity)).toMatchObject({ _tag: "Done" })
        const [found] = yield* Reads.all(AttendedCaseTable)
        expect(found).toMatchObject({ caseId: "B1", acknowledged: severity, acknowledgedBy: "dana" })
        yield* TestClock.adjust(HOUR)
        expect(yield* look).toEqual([])
        yield* TestClock.adjust("2 minutes")
        expect([yield* look, yield* look]).toEqual([after, after])
        yield* closes("O1")
        expect(yield* look).toEqual([...after, ...after.map((each) => each.replace("raised", "over"))])
      })
    )
)

test("an alert that was raised before somebody acknowledged its case is over with the case alone", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("5 seconds")
      const raised = ["raised: Fill mismatch, O1"]
      expect(yield* look).toEqual(raised)
      yield* acknowledged("escalated")
      yield* TestClock.adjust("2 hours")
      expect(yield* look).toEqual(raised)
      yield* closes("O1")
      expect(yield* look).toEqual([...raised, "over: Fill mismatch, O1"])
    })
  ))

test("G: what was raised is over with the last break of its cause, however young that is; until then nobody has seen to it", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("5 seconds")
      const raised = ["raised: Fill mismatch, O1"]
      expect(yield* look).toEqual(raised)
      const alert = yield* Schema.decodeUnknown(Alerts.Alert)(yield* newest)
      yield* opens("O2")
      yield* closes("O1")
      expect([yield* look, yield* Alerts.isSeenTo(alert)]).toEqual([raised, false])
      yield* TestClock.adjust("5 seconds")
      expect(yield* look).toEqual(raised)
      yield* closes("O2")
      expect([yield* look, yield* Alerts.isSeenTo(alert)]).toEqual([[...raised, "over: Fill mismatch, O1"], true])
    })
  ))

test("G: a critical break that comes after its case was acknowledged is alerted, once; so is the one after the next acknowledgement", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("5 seconds")
      const raised = ["raised: Fill mismatch, O1"]
      expect(yield* look).toEqual(raised)
      yield* acknowledged("critical")
      yield* TestClock.adjust("1 minute")
      yield* opens("O2")
      const twice = [...raised, "raised: Fill mismatch (2 breaks)"]
      expect([yield* look, yield* look]).toEqual([twice, twice])
      const alert = yield* Schema.decodeUnknown(Alerts.Alert)(yield* newest)
      expect(yield* Alerts.isSeenTo(alert)).toBe(false)
      yield* closes("O1")
      yield* acknowledged("critical")
      expect([yield* look, yield* Alerts.isSeenTo(alert)]).toEqual([twice, true])
      yield* TestClock.adjust("1 minute")
      yield* opens("O3")
      expect(yield* look).toEqual([...twice, "raised: Fill mismatch (2 breaks)"])
    })
  ))

test("P11: each break of a case that makes it graver is said, also where another one had before and is closed", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("5 seconds")
      yield* look
      yield* TestClock.adjust("1 hour")
      const twice = ["raised: Fill mismatch, O1", "raised: Fill mismatch, O1"]
      expect(yield* look).toEqual(twice)
      yield* opens("O2")
      yield* TestClock.adjust("5 seconds")
      yield* closes("O1")
      const less = [...twice, "over: Fill mismatch, O1"]
      expect(yield* look).toEqual(less)
      yield* TestClock.adjust("1 hour")
      expect(yield* look).toEqual([...less, "raised: Fill mismatch, O2"])
      yield* closes("O2")
      expect((yield* look).filter((each) => each.startsWith("over"))).toHaveLength(3)
    })
  ))

/** Has a part of the program fail until it is an alert. */
const fails = (part: number) =>
  Effect.flatMap(Health.Health, (health) => Effect.repeatN(health.failed(`part ${part}`, "it broke"), 4))

test("a clock that is set back keeps no alert waiting for hours", () =>
  watched((look) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(DAY_MS)
      for (let part = 0; part < 11; part++) yield* fails(part)
      expect(yield* look).toHaveLength(10)
      yield* TestClock.setTime(DAY_MS - 2 * HOUR_MS)
      expect(yield* look).toContain("raised: 1 alerts")
      yield* fails(11)
      expect(yield* look).toContain("raised: part 11")
    })
  ))

test("what is more than ten alerts a minute comes as one digest; what ended meanwhile is in none, and a restart tells none of it again", () => {
  const layer = Stage.layer()
  const jobs = Layer.provide(Jobs.layer([Alerts.alertType]), Entropy.layerSecure)
  const body = Effect.gen(function* () {
    yield* Effect.zipRight(Stage.opened(), Stage.driving)
    const toldNow = Effect.map(told, (all) => all.toSorted())
    const look = Effect.zipRight(Alerts.alertOnce(yield* Alerts.makeRaised), toldNow)
    for (let part = 0; part < 25; part++) yield* fails(part)
    const first = yield* look
    expect(first).toEqual(Array.from({ length: 10 }, (_, part) => `raised: part ${part}`).toSorted())
    const health = yield* Health.Health
    yield* health.succeeded("part 24")
    yield* health.succeeded("part 0")
    yield* TestClock.adjust("30 seconds")
    expect(yield* look).toEqual(first)
    yield* TestClock.adjust("30 seconds")
    const all = [...first, "raised: 15 alerts"].toSorted()
    // 14 that still fail, and the end of one that was told of before.
    expect([yield* look, yield* look]).toEqual([all, all])
    const again = Effect.zipRight(Alerts.alertOnce(yield* Alerts.makeRaised), toldNow)
    expect(yield* again).toEqual(all)
    yield* health.succeeded("part 20")
    expect(yield* again).toEqual(["over: part 20", ...all])
  })
  return Stage.play(Effect.provide(body, Layer.provideMerge(jobs, layer)), layer)
})

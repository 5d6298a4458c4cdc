import { it } from "@effect/vitest"
import { MemoryRepository, Reads } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Alerts, Health, Job, Jobs, verdict } from "@roundlot/core/ledger"
import { Effect, Layer, Option, TestClock } from "effect"
import { expect } from "vitest"
import { attending, carryingOut } from "@roundlot/commands"
import { givesUp, JOB } from "../views/inbox.ts"
import * as scene from "../views/scene.ts"

const books = Layer.provideMerge(
  Jobs.layer([Alerts.alertType]),
  Layer.provideMerge(Health.layer, scene.books(MemoryRepository.layerMemory, Entropy.layerSecure))
)

/** The alerts so far, in alphabetical order. */
const alerts = Effect.map(
  Reads.all(Job.JobTable, { where: [{ column: "type", in: [Alerts.alertType.name] }] }),
  (jobs) =>
    jobs
      .map(({ payload }) => {
        const { detail, status, subject } = Object(payload)
        return `${status} ${subject}: ${detail}`
      })
      .toSorted()
)

/** How all stood when each alert was made, in words. */
const verdicts = Effect.map(
  Reads.all(Job.JobTable, { where: [{ column: "type", in: [Alerts.alertType.name] }] }),
  (jobs) =>
    jobs.map(({ payload }) => {
      const { severity, status, subject, verdict: stood } = Object(payload)
      return [status, subject, severity, verdict.verdictText(stood)]
    })
)

const started = Effect.map(Alerts.makeRaised, (raised) => Effect.zipRight(Alerts.alertOnce(raised), alerts))

const acknowledged = (id: string) =>
  Effect.flatMap(attending.attending(id, attending.acknowledging), (asked) =>
    carryingOut.carryOut({ ...asked, actor: "dana", reason: "seen", commandId: Option.none() })
  )

const failed = "O2: buy 3 AAPL, market, day, regular session was rejected: not enough"
const held = "held trades: 1 quarantined, not counted: release or dismiss them"
const givenUp = `${JOB}: trades.sync was given up: the broker is away`

it.effect("FILL-15: of work that failed an alert is raised once, and is over once somebody has seen to it", () =>
  Effect.gen(function* () {
    yield* scene.at(0)
    yield* scene.open()
    const look = yield* started
    // One of a position goes again by itself.
    yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
    yield* scene.refused(1)
    expect(yield* look).toEqual([])
    yield* scene.directly("t-2", "buy", "3")
    yield* scene.refused(2)
    const first = [`raised ${failed}`]
    expect([yield* look, yield* look]).toEqual([first, first])
    yield* scene.trade("t-8", "sell", "1", "AAPL", "150", "never came")
    const second = [...first, `raised ${held}`].toSorted()
    expect(yield* look).toEqual(second)
    yield* scene.trade("t-9", "sell", "1", "AAPL", "150", "never came either")
    expect(yield* look).toEqual(second)
    yield* scene.at(5)
    yield* acknowledged("O2")
    const third = [...second, `over ${failed}`].toSorted()
    expect(yield* look).toEqual(third)
    // It is in no commit.
    yield* givesUp(scene.second(0))
    expect(yield* look).toEqual(third)
    yield* TestClock.adjust("1 minute")
    const fourth = [...third, `raised ${givenUp}`].toSorted()
    expect(yield* look).toEqual(fourth)
    expect(yield* yield* started).toEqual(fourth)
    yield* acknowledged(JOB)
    const fifth = [...fourth, `over ${givenUp}`].toSorted()
    expect(yield* look).toEqual(fifth)
    yield* givesUp(scene.second(100))
    yield* TestClock.adjust("1 minute")
    const sixth = [...fifth, `raised ${givenUp}`].toSorted()
    expect(yield* look).toEqual(sixth)
    // One of a later hour is news, however many are held.
    yield* scene.at(7200)
    yield* scene.trade("t-10", "sell", "1", "AAPL", "150", "nor this")
    const held3 = "held trades: 3 quarantined, not counted: release or dismiss them"
    const over = "over held trades: 2 quarantined, not counted: release or dismiss them"
    expect(yield* look).toEqual([...sixth, over, `raised ${held3}`].toSorted())
  }).pipe(Effect.provide(books))
)

it.effect(
  "FILL-15: every alert says how all stood; a part that keeps failing is as critical in it as in the verdict",
  () =>
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      const look = yield* started
      yield* scene.directly("t-2", "buy", "3")
      yield* scene.refused(1)
      yield* look
      const health = yield* Health.Health
      for (let again = 0; again < 5; again++) yield* health.failed("poll main", "the broker is away")
      yield* look
      yield* scene.at(5)
      yield* acknowledged("O1")
      yield* look
      yield* health.succeeded("poll main")
      yield* look
      expect(yield* verdicts).toEqual([
        ["raised", "O1", "warning", "Trading, with 1 case open"],
        ["raised", "poll main", "critical", "Trading, with 2 cases open, 1 critical"],
        ["over", "O1", "warning", "Trading, with 1 case open, 1 critical"],
        ["over", "poll main", "critical", "Healthy"]
      ])
    }).pipe(Effect.provide(books))
)

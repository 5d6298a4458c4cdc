import { Effect, Layer, TestClock } from "effect"
import { expect, test } from "vitest"
import { JobTable } from "../../src/job/Job.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import type { LoginStanding } from "../../src/ports/Broker.ts"
import type { TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Alerts from "../../src/services/Alerts.ts"
import * as Jobs from "../../src/services/Jobs.ts"
import * as Health from "../../src/services/Health.ts"
import { watchLogins } from "../../src/services/Logins.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/time/Instant.ts"
import * as Stage from "./Stage.ts"

const DAY_MS = 86_400_000
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
    const once = Effect.zipRight(watchLogins, Alerts.alertOnce(raised))
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

test("ACC-7: a login that ends is told once, by whichever program runs, and once more when it is renewed; each time anew", async () => {
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

test("ACC-7: health says of a login that ends soon when it does, and what becomes of orders then", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* watchLogins
      const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
      const detail = "the login ends at 1970-01-08T00:00:00.000000Z: log in again before; orders wait from then on"
      expect(parts).toMatchObject([{ part: "login paper", isWell: false, detail, until }])
    }),
    Stage.layer({ login: Effect.succeed(endsSoon) })
  ))

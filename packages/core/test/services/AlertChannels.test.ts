import { Effect, Layer, TestClock } from "effect"
import { expect, test } from "vitest"
import type { Ledger } from "../../src/ledger/Ledger.ts"
import type { Clock } from "../../src/ports/Clock.ts"
import * as Entropy from "../../src/ports/Entropy.ts"
import type { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { CaseId } from "../../src/records/AttendedCase.ts"
import { BreakTable } from "../../src/records/Break.ts"
import { JobTable } from "../../src/records/Job.ts"
import type { Route } from "../../src/rules/alert/route.ts"
import * as AlertChannels from "../../src/services/AlertChannels.ts"
import * as Alerts from "../../src/services/Alerts.ts"
import { Commands } from "../../src/services/Commands.ts"
import type { Health } from "../../src/services/Health.ts"
import * as Jobs from "../../src/services/Jobs.ts"
import * as Reads from "../../src/services/Reads.ts"
import { closes, opens } from "./mismatch.ts"
import * as Stage from "./Stage.ts"

const acknowledges = Effect.gen(function* () {
  const [found] = yield* Reads.all(BreakTable)
  const command = { _tag: "AcknowledgeCase", caseId: CaseId.make(`B${found?.id ?? 0}`), severity: "escalated" } as const
  const { perform } = yield* Commands
  yield* perform({ id: "seen", account: Stage.account, actor: "dana", reason: "the broker is called", command })
})

/** A channel that refuses its first notices, and what it has sent. */
const channel = (name: string, route: Route, refusals = 0) => {
  const sent: Array<string> = []
  let left = refusals
  const send: AlertChannels.Channel<never>["send"] = (notice) =>
    Effect.suspend(() => {
      if (left-- > 0) return Effect.fail(new Jobs.JobFailed({ detail: "it answered 500", final: false }))
      sent.push("kind" in notice ? `${notice.status}: ${notice.subject}` : `batch: ${notice.name}`)
      return Effect.succeed({})
    })
  return { name, route, send, sent }
}

type Channel = ReturnType<typeof channel>

const jobs = Layer.provide(Jobs.layer([Alerts.alertType, AlertChannels.noticeType]), Entropy.layerSecure)

/** A daemon that looks at what needs a person each second, and sends it by these channels. */
const played = (
  channels: ReadonlyArray<Channel>,
  body: Effect.Effect<void, unknown, Commands | Ledger | TradeRepository>
) => {
  const layer = Stage.layer()
  const alerting = Jobs.handler(Alerts.alertType, (alert) => AlertChannels.forwardAlert(channels, alert))
  const daemon = Effect.gen(function* () {
    yield* Effect.zipRight(Stage.opened(), Stage.driving)
    const service = yield* Jobs.Jobs
    const handlers: ReadonlyArray<Jobs.Handler<Health | Ledger | TradeRepository | Clock | Jobs.Jobs>> = [
      alerting,
      AlertChannels.noticeHandler(channels)
    ]
    yield* Effect.forkScoped(service.work(handlers, { host: "here", pid: 1 }))
    const look = Alerts.alertOnce(yield* Alerts.makeRaised)
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(look, Effect.sleep("2 seconds"))))
    yield* body
  })
  return Stage.play(Effect.provide(daemon, Layer.provideMerge(jobs, layer)), layer)
}

const BEGUN = "raised: Fill mismatch, O1"
const A_MINUTE: Route = { afterMs: 60_000 }
const OVER = "over: Fill mismatch, O1"

test("FILL-15: every channel gets what is its own, once, and tries by itself", () => {
  const [all, flaky] = [channel("all", {}), channel("flaky", {}, 3)]
  const elsewhere = channel("elsewhere", { accounts: ["other"] })
  return played(
    [flaky, elsewhere, all],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("7 seconds")
      expect([all.sent, flaky.sent]).toEqual([[BEGUN], []])
      yield* TestClock.adjust("30 seconds")
      yield* closes("O1")
      yield* TestClock.adjust("5 seconds")
      expect([all.sent, flaky.sent, elsewhere.sent]).toEqual([[BEGUN, OVER], [BEGUN, OVER], []])
    })
  )
})

test("an escalation gets what nobody has seen to after so long, and that it is over only where it got that", () => {
  const later = channel("later", A_MINUTE)
  return played(
    [later],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("59 seconds")
      expect(later.sent).toEqual([])
      yield* TestClock.adjust("20 seconds")
      expect(later.sent).toEqual([BEGUN])
      yield* closes("O1")
      yield* TestClock.adjust("5 seconds")
      expect(later.sent).toEqual([BEGUN, OVER])
      // This one is over in time.
      yield* opens("O2")
      yield* TestClock.adjust("30 seconds")
      yield* closes("O2")
      yield* TestClock.adjust("1 minute")
      expect(later.sent).toEqual([BEGUN, OVER])
    })
  )
})

test("that it is over comes where a try to say that it began may have arrived, and what is over is begun no more", () => {
  const flaky = channel("flaky", {}, 3)
  return played(
    [flaky],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("8 seconds")
      yield* closes("O1")
      yield* TestClock.adjust("1 minute")
      expect(flaky.sent).toEqual([OVER])
    })
  )
})

test("an escalation does not get what is over because the same has begun again", () => {
  const later = channel("later", A_MINUTE)
  return played(
    [later],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("20 seconds")
      yield* closes("O1")
      yield* TestClock.adjust("15 seconds")
      yield* opens("O2")
      yield* TestClock.adjust("40 seconds")
      expect(later.sent).toEqual([])
      yield* TestClock.adjust("40 seconds")
      expect(later.sent).toEqual(["raised: Fill mismatch, O2"])
    })
  )
})

test("an escalation does not get what somebody has acknowledged", () => {
  const later = channel("later", A_MINUTE)
  return played(
    [later],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("30 seconds")
      yield* acknowledges
      yield* TestClock.adjust("1 minute")
      yield* closes("O1")
      yield* TestClock.adjust("10 seconds")
      expect(later.sent).toEqual([])
    })
  )
})

test("a channel that never takes is given up, which is no alert of its own", () => {
  const refused = Effect.fail(new Jobs.JobFailed({ detail: "there is no such room", final: true }))
  return played(
    [{ ...channel("never", {}), send: () => refused }],
    Effect.gen(function* () {
      yield* opens("O1")
      yield* TestClock.adjust("1 minute")
      const kept = yield* Reads.all(JobTable)
      expect(kept.map(({ status, type }) => `${type} ${status}`)).toEqual(["alert done", "notice dead"])
    })
  )
})

test("a notice of a channel that is not configured here waits for who has it, and says so", () =>
  Stage.play(
    Effect.gen(function* () {
      const service = yield* Jobs.Jobs
      const payload = {
        channel: "gone",
        notice: {
          batch: "G1",
          uid: "u",
          name: "Friday",
          account: "paper",
          status: "success",
          total: 1,
          done: 1,
          failed: 0,
          cancelled: 0,
          finishedAt: "2026-01-05T12:00:00Z"
        }
      }
      const { job } = yield* service.enqueue({ type: AlertChannels.noticeType.name, key: "gone/batch/u", payload })
      yield* Effect.forkScoped(service.work([AlertChannels.noticeHandler<never>([])], { host: "here", pid: 1 }))
      yield* TestClock.adjust("2 seconds")
      expect(yield* service.find(job.id)).toMatchObject({
        status: "queued",
        failure: "no channel gone is configured here"
      })
    }).pipe(Effect.provide(jobs))
  ))

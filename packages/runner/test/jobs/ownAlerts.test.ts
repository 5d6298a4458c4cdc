import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Alerts, Completions, Jobs } from "@roundlot/core/ledger"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { alerting, completing, type Notice, type OwnAlerts } from "@roundlot/daemon"
import type { Settings } from "../../src/settings/Settings.ts"
import * as Engine from "../engine/Engine.ts"
import { bareWith } from "../settings/bare.ts"

const settingsOf = (alerts: OwnAlerts): Settings => ({
  ...bareWith({ alerts }),
  // A channel of one's own is taken before a webhook.
  variable: (name) => (name === "ROUNDLOT_ALERT_WEBHOOK" ? "https://127.0.0.1:1/none" : undefined)
})

const alert: Alerts.Alert = {
  status: "raised",
  key: "break:7",
  kind: "break",
  account: "paper",
  symbol: "NVDA",
  subject: "Position",
  caseId: "B7",
  detail: "books 73, broker 75",
  severity: "critical",
  dollars: "350",
  at: "2026-01-02T15:00:00Z"
}

const completion: Completions.Completion = {
  batch: "G1",
  uid: "b-1",
  name: "Friday",
  account: "paper",
  status: "partial_success",
  total: 3,
  done: 2,
  failed: 1,
  cancelled: 0,
  finishedAt: "2026-01-02T15:00:00Z"
}

const performed = (alerts: OwnAlerts, type: string, payload: unknown) =>
  Effect.gen(function* () {
    const settings = settingsOf(alerts)
    const { job } = yield* (yield* Jobs.Jobs).enqueue({ type, payload })
    const handler = [...alerting.alertingHandlers(settings), ...completing.completingHandlers(settings)].find(
      (each) => each.type === type
    )
    return yield* (
      handler?.run(payload, { job, progress: () => Effect.void }) ?? Effect.dieMessage(`nobody does ${type}`)
    )
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Jobs.layer([Alerts.alertType, Completions.completionType]), FetchHttpClient.layer).pipe(
        Layer.provideMerge(Engine.layer)
      )
    )
  )

describe("alerts that a configuration sends itself", () => {
  it.effect("get what a webhook is posted, of cases and of batches, with a line that says it", () =>
    Effect.gen(function* () {
      const sent: Array<Notice> = []
      const keep: OwnAlerts = (notice) => Effect.sync(() => void sent.push(notice))
      yield* performed(keep, "alert", alert)
      yield* performed(keep, "batch.completed", completion)
      assert.deepStrictEqual(sent, [
        { text: "Alert: Position (NVDA on paper): books 73, broker 75", ...alert },
        {
          text: "Batch Friday (G1) completed with errors: 2 of 3 rows completed, 1 failed",
          kind: "batch",
          ...completion
        }
      ])
    })
  )

  it.effect("that fail, break or do not end are a failed try, which is not the last", () =>
    Effect.gen(function* () {
      const failing = yield* Effect.flip(performed(() => Effect.fail(new Error("no pager")), "alert", alert))
      assert.deepInclude(failing, { detail: "alerts failed: no pager", final: false })
      const breaking = yield* Effect.flip(performed(() => Effect.die("broken"), "alert", alert))
      assert.deepInclude(breaking, { detail: "alerts failed: broken", final: false })
      const interrupted = yield* Effect.flip(performed(() => Effect.interrupt, "alert", alert))
      assert.deepInclude(interrupted, { final: false })
      const hanging = yield* Effect.fork(Effect.flip(performed(() => Effect.never, "alert", alert)))
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* Fiber.join(hanging), { final: false })
    })
  )
})

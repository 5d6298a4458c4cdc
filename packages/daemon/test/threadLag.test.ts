import { it } from "@effect/vitest"
import { Clock } from "@roundlot/core"
import { Health, verdict } from "@roundlot/core/ledger"
import { Deferred, Effect, Layer } from "effect"
import { expect } from "vitest"
import { threadLag } from "@roundlot/daemon"

const LATEST_MS = 150

/** What health heard of the thread, by which of both it was. */
const heard = Effect.gen(function* () {
  const [failed, well] = [yield* Deferred.make<string>(), yield* Deferred.make<string>()]
  const health = yield* Health.Health
  const listening: Health.HealthService = {
    ...health,
    failed: (part, detail) => Deferred.succeed(failed, `${part}: ${detail}`),
    succeeded: (part) => Deferred.succeed(well, part)
  }
  return { failed: Deferred.await(failed), well: Deferred.await(well), listening }
})

const standStill = Effect.sync(() => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * LATEST_MS)
})

it.scopedLive("FILL-13: health hears that the thread stood still, and for how long", () =>
  Effect.gen(function* () {
    const { failed, listening, well } = yield* heard
    const watching = threadLag.watchThread({ latestMs: LATEST_MS, every: "20 millis", shownFor: "1 minute" })
    yield* Effect.forkScoped(Effect.provideService(watching, Health.Health, listening))
    expect(yield* well).toBe(threadLag.THREAD)
    yield* standStill
    expect(yield* failed).toMatch(/^thread: the process was blocked for \d+\.\d s: nothing was sent/)
  }).pipe(Effect.provide(Layer.provideMerge(Health.layer, Clock.layerAlwaysOpen)))
)

it.scopedLive("a thread that lags makes the verdict worse, and critical where it goes on", () =>
  Effect.gen(function* () {
    const health = yield* Health.Health
    const overall = Effect.map(
      health.all,
      (parts) =>
        verdict.verdictOf({
          accounts: 1,
          cases: 0,
          restricted: 0,
          unattended: 0,
          ...Health.countsOf(Health.failingOf(parts))
        }).overall
    )
    yield* health.succeeded(threadLag.THREAD)
    expect(yield* overall).toBe("well")
    yield* health.failed(threadLag.THREAD, "it stood still for 5.0 s")
    expect(yield* overall).toBe("cases")
    for (let again = 0; again < 4; again++) yield* health.failed(threadLag.THREAD, "it stood still for 5.0 s")
    expect(yield* overall).toBe("critical")
  }).pipe(Effect.provide(Layer.provideMerge(Health.layer, Clock.layerAlwaysOpen)))
)

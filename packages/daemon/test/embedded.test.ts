import { Broker, Roundlot } from "@roundlot/core"
import { Jobs } from "@roundlot/core/ledger"
import { type OwnAlerts, queue, Settings, syncing, trying, working } from "@roundlot/daemon"
import { ConfigProvider, Deferred, Effect, Layer } from "effect"
import { expect, it } from "vitest"

const nobody = Layer.succeed(Broker.Brokers, { get: (account) => new Broker.NoBroker({ account }) })

const workOf = (alerts: OwnAlerts) =>
  working.work({
    configuration: { ...Settings.nothing, own: { alerts } },
    variable: () => undefined,
    config: ConfigProvider.fromMap(new Map()),
    anchorFile: "none",
    checkpointFolder: "none",
    connect: () => Effect.fail(syncing.refused("none"))
  })

it("a program of one's own does the work of its books, and sends its alerts by a function", () =>
  Effect.gen(function* () {
    const heard = yield* Deferred.make<string>()
    yield* Effect.forkScoped(workOf(({ text }) => Deferred.succeed(heard, text)))
    const jobs = yield* Jobs.Jobs
    yield* jobs.enqueue({ type: trying.trialType.name, payload: {} })
    expect(yield* Deferred.await(heard)).toContain("test alert")
  }).pipe(
    Effect.scoped,
    Effect.provide(queue.layerJobs),
    Effect.provide(Layer.merge(Roundlot.layerMemory, nobody)),
    Effect.runPromise
  ))

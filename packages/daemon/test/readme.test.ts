import { Daemon, Roundlot } from "@roundlot/core"
import { Configuration, configuredAccounts } from "@roundlot/daemon/configuration"
import { queue, Settings, syncing, working } from "@roundlot/daemon"
import { ConfigProvider, Effect, Option } from "effect"
import { expect, it } from "vitest"

const program = Effect.gen(function* () {
  const work = working.work({
    configuration: { ...Settings.nothing, own: { alerts: ({ text }) => Effect.log(text) } },
    variable: () => undefined,
    config: ConfigProvider.fromEnv(),
    anchorFile: "anchors.jsonl",
    checkpointFolder: "checkpoints",
    connect: () => Effect.fail(syncing.refused("there is no connection beside the account's own"))
  })
  yield* Effect.forkScoped(work)
  return yield* Daemon.run()
}).pipe(Effect.scoped, Effect.provide(queue.layerJobs), Effect.provide(Roundlot.layerMemory))

it("the README's program is this one", () => {
  expect(Effect.isEffect(program)).toBe(true)
})

const text = '{ "accounts": { "main": { "broker": "paper", "lot": "100" } } }'

const account = Effect.gen(function* () {
  const configuration = yield* Configuration.parse(text, "roundlot.json")
  return yield* configuredAccounts.opened(
    { configuration, unsupportedOrders: () => Effect.succeed(undefined) },
    Option.none()
  )
}).pipe(Effect.provide(Roundlot.layerMemory))

it("the README's configuration makes the account that it names", async () => {
  expect(await Effect.runPromise(account)).toBe("main")
})

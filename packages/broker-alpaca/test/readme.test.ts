import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AccountName, Broker } from "@roundlot/core"
import { AlpacaBroker, Credentials } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"

const account = AccountName.AccountName.make("desk")

const broker = Layer.effect(
  Broker.Broker,
  Effect.flatMap(Credentials.config, (credentials) => AlpacaBroker.make({ account, credentials }))
).pipe(Layer.provide(NodeHttpClient.layerUndici))

const simulated = Effect.gen(function* () {
  const { credentials, exchange } = yield* Simulator.make({}) // a free port of this machine, closed with the scope
  yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } }) // the next order is taken, and its answer lost
  return credentials
})

it("the README's programs are these: its broker is a layer, and its simulator is told to misbehave", async () => {
  expect(Layer.isLayer(broker)).toBe(true)
  expect(await Effect.runPromise(Effect.scoped(simulated))).toBeDefined()
})

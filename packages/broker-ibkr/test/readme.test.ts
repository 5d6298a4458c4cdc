import { AccountName, Broker } from "@roundlot/core"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"

const account = AccountName.AccountName.make("desk")

const address = { host: "127.0.0.1", port: 4002, clientId: 7 }
const broker = Layer.scoped(Broker.Broker, IbkrBroker.make({ account, address }))

const simulated = Effect.gen(function* () {
  const { exchange, port } = yield* Simulator.make({}) // a free port of this machine, closed with the scope
  yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } }) // the next order is taken, and its answer lost
  return port
})

it("the README's programs are these: its broker is a layer, and its simulator is told to misbehave", async () => {
  expect(Layer.isLayer(broker)).toBe(true)
  expect(await Effect.runPromise(Effect.scoped(simulated))).toBeDefined()
})

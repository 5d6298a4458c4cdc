import { AccountName, Broker } from "@roundlot/core"
import { Credentials, SchwabBroker, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"

const account = AccountName.AccountName.make("desk")

const broker = Layer.effect(
  Broker.Broker,
  Effect.gen(function* () {
    const credentials = yield* Credentials.config
    const tokens = { file: "schwab-tokens.json", key: undefined }
    const wire = yield* Wire.open({ credentials, tokens }).pipe(Effect.provide(Transport.layer(credentials)))
    return yield* SchwabBroker.make({ account, wire })
  })
)

const simulated = Effect.gen(function* () {
  const { exchange, login } = yield* Simulator.make({}) // a free port of this machine, closed with the scope
  yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } }) // the next order is taken, and its answer lost
  const tokens = yield* login // what a person's login would have given
  return tokens
})

it("the README's programs are these: its broker is a layer, and its simulator is told to misbehave", async () => {
  expect(Layer.isLayer(broker)).toBe(true)
  expect(await Effect.runPromise(Effect.scoped(simulated))).toBeDefined()
})

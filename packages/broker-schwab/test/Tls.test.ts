import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Credentials, SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import { Entropy } from "@roundlot/core/adapter"
import { Effect, Layer, Stream } from "effect"
import { writeFileSync } from "node:fs"
import { account, freshTokens, KEYS, send, terms, words } from "./setup.ts"

/** A simulator over TLS, the file of its certificate, and the broker of whoever has these credentials. */
const secured = Effect.gen(function* () {
  const simulator = yield* Simulator.make({ requestsAMinute: 100_000, keys: KEYS, tls: true })
  const tokens = yield* freshTokens
  const authorityFile = `${tokens.file}.ca.pem`
  yield* Effect.sync(() => writeFileSync(authorityFile, simulator.certificate ?? ""))
  const files = Layer.merge(NodeFileSystem.layer, Entropy.layerSecure)
  yield* Effect.provide(TokenFile.write(tokens, yield* simulator.login), files)
  const brokerOf = (credentials: Credentials.Credentials) =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Layer.provideMerge(Transport.layer(credentials), files))
      const wire = yield* Effect.provide(Wire.open({ credentials, tokens, requestsAMinute: 100_000 }), context)
      return yield* SchwabBroker.make({ account, wire })
    })
  return { simulator, authorityFile, brokerOf }
})

/** Why no way leads there by a certificate that is not there. */
const refused = (baseUrl: string) =>
  Layer.launch(Transport.layer({ baseUrl, authorityFile: "/nowhere/ca.pem" })).pipe(
    Effect.provide(NodeFileSystem.layer),
    Effect.flip,
    Effect.map(({ message }) => message)
  )

describe("Schwab's simulator over TLS", () => {
  it.scopedLive("takes orders and tells of them, to whoever is told to trust its certificate", () =>
    Effect.gen(function* () {
      const { authorityFile, brokerOf, simulator } = yield* secured
      assert.match(simulator.credentials.baseUrl, /^https:/)
      const broker = yield* brokerOf({ ...simulator.credentials, authorityFile })
      const executed = Stream.filter(broker.updates ?? Stream.empty, ({ report }) => report._tag === "Executed")
      const told = yield* Effect.fork(Stream.runHead(executed))
      // The stream tells of what happens after it was subscribed to.
      yield* Effect.iterate(undefined, {
        while: () => told.unsafePoll() === null,
        body: () => Effect.asVoid(Effect.zipRight(send(broker, terms()), Effect.sleep("50 millis")))
      })
      assert.containSubset(yield* told, { value: { report: { _tag: "Executed" } } })
    })
  )

  it.scopedLive("is asked for nothing by whoever is not: no token goes there", () =>
    Effect.gen(function* () {
      const { brokerOf, simulator } = yield* secured
      const broker = yield* brokerOf(simulator.credentials)
      const { kind } = yield* Effect.flip(broker.account)
      assert.strictEqual(kind, "network")
      assert.match(words((yield* send(broker, terms())).answer), /^NotSent/)
      assert.deepStrictEqual(yield* simulator.exchange.orders, [])
    })
  )

  it.effect("its certificate is trusted at no other address, and one that is not there is named", () =>
    Effect.gen(function* () {
      assert.include(yield* refused(Credentials.LIVE_URL), "is for simulators alone")
      assert.include(yield* refused("https://127.0.0.1:1"), "/nowhere/ca.pem of SCHWAB_CA_FILE cannot be read")
    })
  )
})

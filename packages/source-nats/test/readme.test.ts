import { AccountName, Sources } from "@roundlot/core"
import { NatsSource } from "@roundlot/source-nats"
import { Effect, Either, Redacted } from "effect"
import { expect, it } from "vitest"

const read = () => Either.left("no trade")
const reject = () => Effect.void

const following = Effect.gen(function* () {
  const servers = Redacted.make("nats://127.0.0.1:4222")
  const trades = yield* NatsSource.make({ servers, stream: "TRADES", read, reject })
  const policy = { mapping: { suffixes: [], symbols: {} }, direction: undefined }
  yield* Sources.follow(AccountName.AccountName.make("main"), { name: "app", policy, ...trades })
})

it("the README's program is this one", () => {
  expect(Effect.isEffect(following)).toBe(true)
})

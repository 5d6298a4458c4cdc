import { AccountName, Sources } from "@roundlot/core"
import { OutboxSource } from "@roundlot/source-outbox"
import { Effect, Either, Redacted } from "effect"
import { expect, it } from "vitest"

const read = () => Either.left("no trade")
const reject = () => Effect.void

const following = Effect.gen(function* () {
  const url = Redacted.make("postgres://outbox_reader@127.0.0.1/app")
  const outbox = yield* OutboxSource.make({ url, table: "trade_outbox", read, reject })
  const policy = { mapping: { suffixes: [], symbols: {} }, direction: undefined }
  yield* Sources.follow(AccountName.AccountName.make("main"), { name: "app", policy, ...outbox })
})

it("the README's program is this one", () => {
  expect(Effect.isEffect(following)).toBe(true)
})

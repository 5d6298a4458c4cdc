import { Account, Accumulator, Audit, Commands, Instant, Quantity, Roundlot, SourcePolicy, Trade } from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Queue } from "effect"
import { desk } from "../cli/roundlot.ts"
import { account } from "./tampering.ts"

const CHUNK = 20

const chunk = (number: number) =>
  Array.from({ length: CHUNK }, (_, i) =>
    Trade.input({
      source: "busy",
      sourceId: `${number}-${i}`,
      symbol: `S${i}`,
      side: "buy",
      quantity: Quantity.unsafe("0.3"),
      tradedAt: Instant.make(1n)
    })
  )

describe("an audit beside a program that is at work", () => {
  it.live("on connections of its own proves one state of the books, while intake goes on", () => {
    const file = desk().store.replace("sqlite:", "")
    return Effect.gen(function* () {
      const commands = yield* Commands.Commands
      const accumulator = yield* Accumulator.Accumulator
      yield* commands.setAccount(account, Account.defaultSettings, "test")
      const isEnough = yield* Deferred.make<void>()
      const taken = yield* Queue.sliding<number>(1)
      let chunks = 0
      const intake = Effect.gen(function* () {
        while (!(yield* Deferred.isDone(isEnough))) {
          const results = yield* accumulator.submitMany(account, chunk(chunks++), SourcePolicy.anyAge)
          assert.isTrue(results.every(({ _tag }) => _tag === "Accepted"))
          yield* Queue.offer(taken, chunks)
        }
      })
      const taking = yield* Effect.fork(intake)
      // The first that is told from here on may stand in the books since before the audit that went before; the one after
      // it was handed in only when the first was told.
      const onceMore = Effect.zipRight(Queue.take(taken), Queue.take(taken))
      const afterMore = Effect.zipRight(Queue.takeAll(taken), Effect.zipRight(onceMore, Audit.run()))
      const audits = yield* Effect.provide(Effect.replicateEffect(afterMore, 5), SqliteStore.layer({ file }))
      yield* Deferred.succeed(isEnough, undefined)
      yield* Fiber.join(taking)
      const last = yield* Audit.run()
      assert.isTrue([...audits, last].every(({ ok }) => ok))
      const seen = audits.map(({ entries }) => entries)
      assert.strictEqual(new Set(seen).size, 5, `audits saw ${seen.join(", ")} entries: not always more than before`)
      assert.isAtLeast(last.entries, Math.max(...seen))
    }).pipe(Effect.provide(Roundlot.layerOn(SqliteStore.layer({ file }))), Effect.scoped)
  })
})

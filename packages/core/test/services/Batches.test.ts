import { assert, it } from "vitest"
import { Effect, Layer } from "effect"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as Ledger from "../../src/ledger/Ledger.ts"
import { layerAlwaysOpen } from "../../src/ports/Clock.ts"
import { layerSecure } from "../../src/ports/Entropy.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as BatchWork from "../../src/services/BatchWork.ts"
import { SampleRows as rows } from "@roundlot/testing"

const MANY = 40

const cancelled = Array.from({ length: MANY }, (_, n) => ({
  ...rows.batch,
  id: n + 2,
  uid: `u-${n}`,
  status: "cancelled"
}))

/** Two of the batches that were called off have rows that have not ended: one has some that wait, one some at the broker. */
const changes = [
  rows.inserting("accounts", rows.account),
  rows.inserting(
    "batches",
    ...cancelled.map((batch, n) => ({ ...batch, waiting: n === 3 ? 1 : 0, working: n === 5 ? 2 : 0 }))
  )
]

it("BAT-11: of batches that were called off, a pass reads those alone whose rows have not all ended", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const repository = yield* TradeRepository
      yield* repository.write(rows.scope(), rows.writing(changes))
      const read: Array<unknown> = []
      const noting = {
        ...repository,
        page: (query: Parameters<typeof repository.page>[0]) =>
          Effect.tap(repository.page(query), (found) =>
            Effect.sync(() => {
              if (query.table === "batches") read.push(...found.map(({ id }) => id))
            })
          )
      }
      yield* Effect.provideService(BatchWork.workOff(), TradeRepository, noting)
      assert.deepStrictEqual(read, [5, 7])
      yield* Effect.provideService(BatchWork.isBusy(), TradeRepository, noting)
      assert.deepStrictEqual(read, [5, 7, 5, 7])
    }).pipe(
      Effect.provide(
        Ledger.layer.pipe(
          Layer.provideMerge(Layer.mergeAll(MemoryRepository.layerMemory, layerAlwaysOpen, layerSecure))
        )
      )
    )
  ))

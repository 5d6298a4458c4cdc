import { Attempt, Clock, MemoryRepository, TradeRepository } from "@roundlot/core"
import { SampleRows as rows } from "@roundlot/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import * as attempts from "../../src/views/attempts.ts"
import { collect } from "../../src/views/listing.ts"
import * as orders from "../../src/views/orders.ts"

/** So many attempts of one order, each with a request and an answer. */
const changes = (count: number) => {
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  const body = { bytes: new TextEncoder().encode("{}") }
  return [
    rows.inserting("orders", rows.order),
    rows.inserting(
      "attempts",
      ...numbers.map((id) => ({
        ...rows.attempt,
        id,
        number: id,
        requestPayloadId: 2 * id - 1,
        responsePayloadId: 2 * id
      }))
    ),
    rows.inserting(
      "payloads",
      ...numbers.flatMap((id) => [
        { ...rows.payload, ...body, id: 2 * id - 1 },
        { ...rows.payload, ...body, id: 2 * id, direction: "response" }
      ])
    )
  ]
}

/** How many queries a question costs where there are so many attempts, and its answer. */
const costOf = <A, E>(
  count: number,
  question: Effect.Effect<A, E, TradeRepository.TradeRepository | Clock.Clock>
): Effect.Effect<{ readonly queries: number; readonly answer: A }, unknown> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    yield* repository.write(rows.scope(), rows.writing(changes(count)))
    const queries = yield* Ref.make(0)
    const counting: TradeRepository.TradeRepositoryService = {
      ...repository,
      page: (query) =>
        Effect.zipRight(
          Ref.update(queries, (n) => n + 1),
          repository.page(query)
        )
    }
    const answer = yield* Effect.provideService(question, TradeRepository.TradeRepository, counting)
    return { queries: yield* Ref.get(queries), answer }
  }).pipe(Effect.provide(Layer.merge(MemoryRepository.layerMemory, Clock.layerAlwaysOpen)))

describe("AUD-9: what is asked of attempts costs the same number of queries however many there are", () => {
  it.effect("a list", () =>
    Effect.gen(function* () {
      const few = yield* costOf(2, attempts.list({}))
      const many = yield* costOf(80, attempts.list({}))
      assert.deepStrictEqual([few.answer.items.length, many.answer.items.length], [2, 80])
      assert.deepStrictEqual([few.queries, many.queries], [1, 1])
    })
  )

  it.effect("an order with all its attempts and their payloads", () =>
    Effect.gen(function* () {
      const few = yield* costOf(2, orders.show("O1"))
      const many = yield* costOf(80, orders.show("O1"))
      assert.deepStrictEqual(
        [few, many].map(({ answer }) => answer.attempts.length),
        [2, 80]
      )
      assert.strictEqual(many.queries, few.queries)
      const last = many.answer.attempts.at(-1)
      assert.deepStrictEqual([last?.request?.body, last?.response?.id], ["{}", "P160"])
    })
  )

  it.effect("how many there are, where no database can say which are meant", () =>
    Effect.gen(function* () {
      const judged = { table: Attempt.AttemptTable, anyOf: [[]], keep: Effect.succeed<ReadonlyArray<Attempt.Attempt>> }
      const counted = (count: number) =>
        Effect.map(costOf(count, collect(judged, { limit: 1, count: true })), ({ answer, queries }) => ({
          ...answer.count,
          queries
        }))
      assert.deepStrictEqual(yield* counted(600), { kind: "exactly", rows: 600, queries: 3 })
      assert.deepStrictEqual(yield* counted(2400), { kind: "atLeast", rows: 2000, queries: 5 })
    })
  )

  it.effect("reasons, counted", () =>
    Effect.gen(function* () {
      const few = yield* costOf(2, attempts.tally({}))
      const many = yield* costOf(80, attempts.tally({}))
      assert.strictEqual(many.queries, few.queries)
    })
  )
})

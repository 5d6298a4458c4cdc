import { Effect, Layer, TestClock, TestContext } from "effect"
import { describe, expect, test } from "vitest"
import { AttemptId } from "../../src/values/Id.ts"
import { layerMemory } from "../../src/memory/MemoryRepository.ts"
import { layerAlwaysOpen } from "../../src/ports/Clock.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as Attempts from "../../src/services/Attempts.ts"
import { SampleRows as rows } from "@roundlot/testing"

const HOUR_MICROS = 3_600_000_000

const refused = { outcome: "rejected", filledQuantity: "0", filledAveragePrice: null, brokerOrderId: null }

/** One attempt of each kind, the oldest first; what is not said is that of the sample, which has filled. */
const attempts = [
  { createdAt: rows.AT - 25 * HOUR_MICROS },
  {
    status: "rejected",
    httpStatus: 403,
    errorMessage: "insufficient buying power",
    symbol: "KO",
    decisionId: 1,
    responsePayloadId: 2,
    ...refused
  },
  { status: "rejected", httpStatus: 403, errorMessage: "insufficient buying power", ...refused },
  { status: "rejected", httpStatus: 429, errorMessage: null, errorCode: "429", ...refused, outcome: "not_accepted" },
  { status: "cancelled", filledQuantity: "0", filledAveragePrice: null, brokerOrderId: "B-5" },
  { status: "cancelled", filledQuantity: "0.5", brokerOrderId: "B-6" },
  { status: "partial_fill", filledQuantity: "0.5", strategy: "momentum" },
  { status: "accepted", filledQuantity: "0", brokerOrderId: "B-8" },
  { status: "submitted", outcome: null, answeredAt: null, filledQuantity: "0", brokerOrderId: null },
  { status: "unknown", outcome: "unknown", filledQuantity: "0", brokerOrderId: null }
].map((differs, i) => ({ ...rows.attempt, id: i + 1, orderId: i + 1, ...differs }))

const answerBytes = new TextEncoder().encode('{"code":40310000}')

const recorded = Layer.effectDiscard(
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    yield* repository.write(
      rows.scope(),
      rows.writing([
        rows.inserting("decisions", rows.decision),
        rows.inserting("payloads", rows.payload, { ...rows.payload, id: 2, direction: "response", bytes: answerBytes }),
        rows.inserting("attempts", ...attempts)
      ])
    )
  })
)

const program = Layer.provideMerge(recorded, Layer.merge(layerMemory, layerAlwaysOpen))

const ids = <E, R>(found: Effect.Effect<ReadonlyArray<{ readonly id: number }>, E, R>) =>
  Effect.map(found, (all) => all.map(({ id }) => id))

const play = <A, E>(body: Effect.Effect<A, E, Layer.Layer.Success<typeof program>>): Promise<A> =>
  TestClock.setTime(rows.AT / 1000).pipe(
    Effect.zipRight(body),
    Effect.provide(program),
    Effect.provide(TestContext.TestContext),
    Effect.runPromise
  )

const itFinds = <E, R extends Layer.Layer.Success<typeof program>>(
  title: string,
  found: Effect.Effect<ReadonlyArray<{ readonly id: number }>, E, R>,
  expected: ReadonlyArray<number>
) =>
  // oxlint-disable-next-line vitest/valid-title -- each question has its title
  test(title, async () => expect(await play(ids(found))).toEqual(expected))

describe("what attempts are asked, newest first", () => {
  itFinds("AUD-8: successful ones have filled", Attempts.list({ successful: true }), [1])
  itFinds(
    "AUD-8: failed ones were rejected, cancelled or expired without any fill",
    Attempts.list({ failed: true }),
    [5, 4, 3, 2]
  )
  itFinds("AUD-8: pending ones are at the broker, or on the way there", Attempts.list({ pending: true }), [9, 8])
  itFinds("AUD-8: recent ones are of the last 24 hours", Attempts.list({ recent: true }), [10, 9, 8, 7, 6, 5, 4, 3, 2])
  itFinds("AUD-8: by symbol", Attempts.list({ symbol: "KO" }), [2])
  itFinds("AUD-8: by strategy", Attempts.list({ strategy: "momentum" }), [7])
  itFinds("AUD-8: by HTTP status", Attempts.list({ httpStatus: 403 }), [3, 2])
  itFinds("AUD-8: by the broker's id", Attempts.list({ brokerOrderId: "B-8" }), [8])

  itFinds(
    "AUD-8: all that is named holds",
    Attempts.list({ failed: true, recent: true, httpStatus: 403, symbol: "KO" }),
    [2]
  )

  test("AUD-5: the whole exchange of one is rebuilt from what it refers to, with the decision behind it", async () => {
    const exchange = await play(Attempts.show(AttemptId.make(2)))
    expect(exchange).toMatchObject({
      attempt: { id: 2, httpStatus: 403, requestPayloadId: 1, responsePayloadId: 2, decisionId: 1 },
      request: { id: 1, direction: "request", bytes: rows.payload["bytes"] },
      response: { id: 2, direction: "response", bytes: answerBytes },
      decision: { id: 1, strategy: "momentum" }
    })
    expect(await play(Attempts.show(AttemptId.make(3)))).toMatchObject({
      request: { id: 1 },
      response: undefined,
      decision: undefined
    })
    expect(await play(Attempts.show(AttemptId.make(99)))).toBeUndefined()
  })

  test("AUD-8: reasons are counted: the broker's words, else its code, else where the order stands", async () => {
    expect(await play(Attempts.tally)).toEqual([
      { reason: "insufficient buying power", count: 2 },
      { reason: "429", count: 1 },
      { reason: "cancelled", count: 1 }
    ])
  })
})

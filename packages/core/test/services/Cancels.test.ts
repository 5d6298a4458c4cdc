import { Deferred, Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { atMarket } from "../../src/records/OrderTerms.ts"
import { Answer } from "../../src/records/Report.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Stage from "./Stage.ts"

// A direct order: no position holds it back when its end is asked for

const cancelled = Effect.flatMap(Stage.orders, ([order]) =>
  order === undefined
    ? Effect.dieMessage("no order")
    : Effect.flatMap(Commands, (commands) =>
        commands.perform({
          id: "c1",
          account: Stage.account,
          command: { _tag: "Cancel", orderId: order.id },
          actor: "test",
          reason: "not any more"
        })
      )
)

/** Cancels the order in this status; `meanwhile` is what happens then. Gives how often it was sent, and what became of it. */
const playWhen = async (status: string, first: Effect.Effect<Answer>, meanwhile: Effect.Effect<unknown>) => {
  let sends = 0
  const came: Array<string> = []
  const answer = Effect.suspend(() =>
    sends++ === 0 ? first : Effect.succeed(Answer.Accepted({ brokerOrderId: Stage.theirId }))
  )
  await Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit({ ...Stage.trade("t1", "1"), direct: atMarket })
      yield* Stage.until(Stage.statuses, ([now]) => now === status)
      yield* cancelled
      yield* meanwhile
      yield* TestClock.adjust("30 seconds")
      came.push(...(yield* Stage.statuses))
    }),
    Stage.layer({
      prepare: () => Stage.prepared((id) => Effect.map(answer, (each) => Stage.answered(id, each)))
    })
  )
  return [sends, ...came]
}

describe("the end of an order that its broker has acknowledged and does not list", () => {
  it("O25, O22: is asked for while it is in doubt", async () => {
    let asked = 0
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit({ ...Stage.trade("t1", "1"), direct: atMarket })
        yield* Stage.until(Stage.statuses, ([now]) => now === "in_doubt")
        expect((yield* Stage.orders).map(({ brokerOrderId }) => brokerOrderId)).toEqual([Stage.theirId])
        yield* cancelled
        yield* Stage.until(
          Effect.sync(() => asked),
          (times) => times > 1
        )
      }),
      Stage.layer({
        cancel: () =>
          Effect.sync(() => {
            asked++
            return { _tag: "Requested" } as const
          })
      })
    )
  })
})

describe("what was cancelled is not sent again", () => {
  it("O25: in doubt: it stays so until its absence is proven", async () => {
    const unknown = Effect.succeed(Answer.Unknown({ why: "no answer", candidate: undefined }))
    expect(await playWhen("in_doubt", unknown, Effect.void)).toEqual([1, "in_doubt"])
  })

  it("O25: on its way, where that attempt did not leave: it has ended", async () => {
    const over = await Effect.runPromise(Deferred.make<void>())
    const notSent = Effect.as(Deferred.await(over), Answer.NotSent({ why: "too many requests", retryAfterMs: 2_000 }))
    expect(await playWhen("submitting", notSent, Deferred.succeed(over, undefined))).toEqual([1, "cancelled"])
  })
})

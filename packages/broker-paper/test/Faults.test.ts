import { assert, describe, it } from "@effect/vitest"
import { Decimal, Quantity } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { open, terms } from "./setup.ts"

const run = (seed: number, faultRate: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({ seed, faultRate })
      const answers: Array<string> = []
      for (let n = 1; n <= 200; n++) {
        const prepared = yield* broker.prepare(terms({ quantity: Quantity.unsafe("5") }))
        const { report } = yield* prepared.send(Id.AttemptId.make(n))
        answers.push(report.answer._tag)
      }
      const orders = (yield* exchange.orders).map((order) => `${order.status} ${Decimal.format(order.filledQuantity)}`)
      const fills = (yield* exchange.fills).map(({ quantity }) => Decimal.format(quantity))
      const taken = (yield* exchange.requests).filter(({ answer }) => answer.taken).length
      return { answers, orders, fills, taken }
    })
  )

describe("seeded faults", () => {
  it.effect("SIM: one seed gives one history, another seed another", () =>
    Effect.gen(function* () {
      const first = yield* run(7, 0.3)
      assert.deepStrictEqual(yield* run(7, 0.3), first)
      assert.notDeepEqual((yield* run(8, 0.3)).answers, first.answers)
    })
  )

  it.effect("SIM: lost answers, refusals to serve and split fills all occur, and orders fill in the end", () =>
    Effect.gen(function* () {
      const { answers, fills, orders, taken } = yield* run(7, 0.5)
      assert.deepStrictEqual(new Set(answers), new Set(["Accepted", "NotSent", "Unknown"]))
      assert.isAbove(orders.length, answers.filter((answer) => answer === "Accepted").length)
      assert.strictEqual(orders.length, taken)
      assert.includeMembers(fills, ["2", "3", "5"])
      assert.isAbove(orders.filter((order) => order === "filled 5").length, orders.length - 4)
    })
  )

  it.effect("SIM: without a rate nothing goes wrong", () =>
    Effect.gen(function* () {
      const { answers } = yield* run(7, 0)
      assert.deepStrictEqual(new Set(answers), new Set(["Accepted"]))
    })
  )
})

import { Decimal, Order, Reads } from "@roundlot/core"
import { Id, OrderState } from "@roundlot/core/adapter"
import { orderQuery, orders } from "@roundlot/queries"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { databases } from "../cli/database.ts"
import * as scene from "./scene.ts"
import { isTried, storesOf } from "./stores.ts"

const stores = storesOf(databases().fresh)

const found = (query: orderQuery.OrderQuery) =>
  Effect.map(orders.list({ query }), ({ items }) => items.map(({ id }) => id))

/** O1 filled, O2 rejected, O3 pending. */
const played = Effect.zipRight(scene.played, scene.trade("t-7", "buy", "1"))

describe.each((["memory", "SQLite", "Postgres"] as const).filter(isTried))(
  "orders that are asked for on %s",
  (name) => {
    const books = scene.books(stores[name])

    it.effect("FILL-8: one function takes a phase, a status or a state, in any case", () =>
      Effect.gen(function* () {
        yield* played
        expect(yield* found({ _tag: "Phase", phase: "Filled" })).toEqual(["O1"])
        expect(yield* found({ _tag: "Phase", phase: "ended" })).toEqual(["O2"])
        expect(yield* found({ _tag: "Status", status: "REJECTED" })).toEqual(["O2"])
        expect(yield* found({ _tag: "Status", status: "PartiallyFilled" })).toEqual([])
        expect(yield* found({ _tag: "Filled" })).toEqual(["O1"])
        expect(yield* found({ _tag: "Rejected" })).toEqual(["O2"])
        expect(yield* found({ _tag: "Pending" })).toEqual(["O3"])
        expect(yield* found({ _tag: "InDoubt" })).toEqual([])
      }).pipe(Effect.provide(books))
    )

    it.effect("FILL-8: the phase pending is more than the status", () =>
      Effect.gen(function* () {
        yield* played
        yield* scene.begins(3)
        expect(yield* found({ _tag: "Phase", phase: "pending" })).toEqual(["O3"])
        expect(yield* found({ _tag: "Status", status: "pending" })).toEqual([])
        expect(yield* found({ _tag: "Status", status: "submitting" })).toEqual(["O3"])
      }).pipe(Effect.provide(books))
    )

    it.effect("FILL-8: a full state finds the orders that have it, with all that it carries", () =>
      Effect.gen(function* () {
        yield* played
        for (const order of yield* Reads.all(Order.OrderTable)) {
          const state = yield* Order.stateOf(order)
          expect(yield* found(state)).toEqual([Id.format("order", order.id)])
        }
        expect(yield* found({ _tag: "Filled", filled: Decimal.unsafe("1.0") })).toEqual(["O1"])
        expect(yield* found({ _tag: "Filled", filled: Decimal.unsafe("2") })).toEqual([])
        expect(yield* found({ _tag: "Filled", brokerOrderIds: [scene.brokerId(1)] })).toEqual(["O1"])
        expect(yield* found({ _tag: "Filled", brokerOrderIds: [scene.brokerId(9)] })).toEqual([])
        expect(yield* found({ _tag: "Rejected", code: "buying_power" })).toEqual(["O2"])
        expect(yield* found({ _tag: "Rejected", code: "other" })).toEqual([])
      }).pipe(Effect.provide(books))
    )

    it.effect("FILL-8: every status has a phase and a state that find it", () =>
      Effect.gen(function* () {
        yield* played
        for (const { id, phase, status } of (yield* orders.list({})).items) {
          expect(yield* found({ _tag: "Phase", phase })).toContain(id)
          expect(yield* found({ _tag: "Status", status })).toContain(id)
          expect(yield* found({ _tag: OrderState.tagOf[status] })).toContain(id)
        }
      }).pipe(Effect.provide(books))
    )
  }
)

it("a phase and a status at once are refused, and words that are none of them", () => {
  expect(orderQuery.queryOf({})).toEqual(Either.right(undefined))
  expect(orderQuery.queryOf({ phase: "open" })).toEqual(Either.right({ _tag: "Phase", phase: "open" }))
  const both = Either.flip(orderQuery.queryOf({ phase: "open", status: "filled" }))
  expect(Either.getOrThrow(both).message).toBe('status "filled" and a phase are both given: give one of them')
})

it.effect("an unknown phase is refused with those there are", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(found({ _tag: "Phase", phase: "opened" }))
    expect(error.message).toBe('phase "opened" is not one of pending, open, filled, ended; did you mean open?')
  }).pipe(Effect.provide(scene.inMemory))
)

import { expect, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect, Fiber, TestClock } from "effect"
import { app, linesOf } from "./app.ts"

type Books = Effect.Effect.Success<typeof app>

const expectOneShareBought = (books: Books): void => {
  expect(books.taken.map(({ _tag }) => _tag)).toEqual(["Accepted", "Accepted", "Accepted"])
  expect(books.orders.map(({ quantity, status }) => `${status} ${Decimal.format(quantity)}`)).toEqual(["filled 1"])
  expect(books.positions.map(({ residual }) => Decimal.format(residual))).toEqual(["0.2"])
  expect(books.left).toEqual({ orders: [], positions: [] })
  expect(books.audit).toMatchObject({ ok: true, findings: [] })
}

it.live("SDK-4: an app brings its own broker and gets one share ordered for 0.3 + 0.5 + 0.4", () =>
  Effect.map(app, (books) => {
    expectOneShareBought(books)
    expect(linesOf(books)).toEqual([
      "AAPL: exposure 1.2, hedged 1, residual 0.2",
      "O1: buy 1 AAPL is filled (H1)"
    ])
  })
)

it.effect("SDK-5: the same app runs under a test clock, and only that clock moves it", () =>
  Effect.gen(function* () {
    const running = yield* Effect.fork(app)
    for (;;) {
      const ended = yield* Fiber.poll(running)
      if (ended._tag === "Some") break
      yield* TestClock.adjust("25 millis")
      yield* Effect.yieldNow()
    }
    const books = yield* Fiber.join(running)
    expectOneShareBought(books)
    expect(books.orders[0]?.createdAt).toBeLessThan(60_000_000n)
  })
)

it.live("ACC-2: what the venue delivers a second time changes nothing", () =>
  Effect.map(app, (books) => {
    expect(books.again.map(({ _tag }) => _tag)).toEqual(["Duplicate", "Duplicate", "Duplicate"])
  })
)

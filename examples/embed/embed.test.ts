import { expect, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect, Fiber, TestClock } from "effect"
import { app, linesOf } from "./app.ts"

type Books = Effect.Effect.Success<typeof app>

const expectOneShareBought = (books: Books): void => {
  expect(books.taken.map(({ _tag }) => _tag)).toEqual(["Accepted", "Accepted", "Accepted"])
  expect(books.again.map(({ _tag }) => _tag)).toEqual(["Duplicate", "Duplicate", "Duplicate"])
  expect(books.orders.map(({ quantity, status }) => `${status} ${Decimal.format(quantity)}`)).toEqual(["filled 1"])
  expect(books.positions.map(({ residual }) => Decimal.format(residual))).toEqual(["0.2"])
  expect(books.left).toEqual({ orders: [], positions: [] })
  expect(books.audit).toMatchObject({ ok: true, findings: [] })
}

it.live("SDK-4: an app with a broker of its own gets one share for 0.3 + 0.5 + 0.4, redelivered or not", () =>
  Effect.map(app, (books) => {
    expectOneShareBought(books)
    expect(linesOf(books)).toEqual(["AAPL: exposure 1.2, hedged 1, residual 0.2", "O1: buy 1 AAPL is filled (H1)"])
  })
)

const TEN_MINUTES_US = 600_000_000n

it.effect("SDK-5: the same app runs under a test clock, which alone moves it", () =>
  Effect.gen(function* () {
    const running = yield* Effect.fork(app)
    while ((yield* Fiber.poll(running))._tag === "None") {
      yield* TestClock.adjust("25 millis")
      yield* Effect.yieldNow()
    }
    const books = yield* Fiber.join(running)
    expectOneShareBought(books)
    expect(books.orders.every(({ createdAt, endedAt }) => createdAt < TEN_MINUTES_US && endedAt !== undefined)).toBe(
      true
    )
  })
)

import { assert, describe, it } from "@effect/vitest"
import { Decimal, Instant, Price } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"
import { open, send, terms } from "./setup.ts"

const price = (at: string) => Price.unsafe(at)

/** Moves the exchange's clock, and lets it see what time it is by a request. */
const at = (
  { broker, exchange }: Pick<Effect.Effect.Success<ReturnType<typeof open>>, "broker" | "exchange">,
  time: string
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.parse(time))
    yield* broker.account
    return (yield* exchange.orders).map(({ filledQuantity, status }) => `${status} ${Decimal.format(filledQuantity)}`)
  })

const limit = { type: "limit", limitPrice: price("140") } as const
const extended = { ...limit, session: "extended" } as const
const till = (time: string) => ({ timeInForce: "gtd", goodTill: Instant.fromMillis(Date.parse(time)) }) as const

describe("sessions of the paper exchange", () => {
  it.scoped.each([
    ["a whole day", "2026-11-20", "21:00", "2026-11-21T01:00:00Z"],
    ["an early close", "2026-11-27", "18:00", "2026-11-27T22:00:00Z"]
  ] as const)("FILL-16: day orders end with their session as the calendar says: %s", ([, date, close, extendedClose]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse(`${date}T15:00:00Z`))
      const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt })
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms(limit))
      yield* send(broker, terms(extended))
      yield* send(broker, terms({ ...extended, timeInForce: "gtc" }))
      const last = new Date(Date.parse(`${date}T${close}:00Z`) - 1).toISOString()
      assert.deepStrictEqual(yield* at({ broker, exchange }, last), ["new 0", "new 0", "new 0"])
      assert.deepStrictEqual(yield* at({ broker, exchange }, `${date}T${close}:00Z`), ["expired 0", "new 0", "new 0"])
      const lastOfAll = new Date(Date.parse(extendedClose) - 1).toISOString()
      assert.deepStrictEqual(yield* at({ broker, exchange }, lastOfAll), ["expired 0", "new 0", "new 0"])
      assert.deepStrictEqual(yield* at({ broker, exchange }, extendedClose), ["expired 0", "expired 0", "new 0"])
    })
  )

  it.scoped("FILL-16: day orders end with their session where nothing is asked until another day's has begun", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt, restsWhileClosed: true })
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms(limit))
      yield* send(broker, terms({ ...limit, timeInForce: "gtc" }))
      yield* TestClock.setTime(Date.parse("2026-11-23T15:00:00Z"))
      // The market fell before anybody asked: an order of Friday does not see it.
      yield* exchange.instruct({ id: "down", do: { price: { symbol: "AAPL", price: "139" } } })
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-23T15:00:00Z"), ["expired 0", "filled 1"])
      // One that was placed over night works for the day that follows, whenever it is asked for.
      yield* at({ broker, exchange }, "2026-11-24T02:00:00Z")
      yield* send(broker, terms({ ...limit, limitPrice: price("100") }))
      const working = ["expired 0", "filled 1", "new 0"]
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-24T15:00:00Z"), working)
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-24T20:00:00Z"), working)
    })
  )

  it.scoped("FILL-16: outside of the regular session only orders of the extended one are taken and trade", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt })
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms({ ...limit, timeInForce: "gtc" }))
      yield* send(broker, terms({ ...extended, timeInForce: "gtc" }))
      yield* at({ broker, exchange }, "2026-11-20T22:00:00Z")
      assert.containSubset(yield* send(broker, terms()), { answer: { _tag: "Refused", code: "session_closed" } })
      yield* exchange.instruct({ id: "down", do: { price: { symbol: "AAPL", price: "139" } } })
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-20T22:01:00Z"), ["new 0", "filled 1"])
      assert.deepStrictEqual((yield* send(broker, terms(extended))).answer._tag, "Accepted")
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-20T22:02:00Z"), ["new 0", "filled 1", "filled 1"])
      const closed = yield* at({ broker, exchange }, "2026-11-21T02:00:00Z")
      assert.deepStrictEqual(closed, ["new 0", "filled 1", "filled 1"])
      assert.containSubset(yield* send(broker, terms(extended)), {
        answer: { _tag: "Refused", code: "session_closed" }
      })
    })
  )

  it.scoped("FILL-16: an order for an auction trades in that alone, and ends where it does not fill", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T12:00:00Z"))
      const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt })
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms({ timeInForce: "opg" }))
      yield* send(broker, terms({ ...limit, timeInForce: "opg" }))
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-20T14:29:59Z"), ["new 0", "new 0"])
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-20T14:30:00Z"), ["filled 1", "cancelled 0"])
      assert.containSubset(yield* send(broker, terms({ timeInForce: "opg" })), {
        answer: { _tag: "Refused", code: "session_closed", words: "the opening auction is over" }
      })
      yield* send(broker, terms({ timeInForce: "cls" }))
      yield* send(broker, terms({ ...limit, timeInForce: "cls" }))
      const before = yield* at({ broker, exchange }, "2026-11-20T20:59:59Z")
      assert.deepStrictEqual(before.slice(2), ["new 0", "new 0"])
      const after = yield* at({ broker, exchange }, "2026-11-20T21:00:00Z")
      assert.deepStrictEqual(after.slice(2), ["filled 1", "cancelled 0"])
    })
  )

  it.scoped("FILL-16: an order that is good till a time works over sessions until then, and expires", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      const { broker, exchange } = yield* open({ isOpen: XnysCalendar.isOpenAt })
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms({ ...limit, ...till("2026-11-23T16:00:00Z") }))
      yield* send(broker, terms({ ...limit, ...till("2026-11-23T17:00:00Z") }))
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-23T15:59:59Z"), ["new 0", "new 0"])
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-23T16:00:00Z"), ["expired 0", "new 0"])
      // What comes at the very moment trades no more.
      yield* exchange.instruct({ id: "down", do: { price: { symbol: "AAPL", price: "139" } } })
      assert.deepStrictEqual(yield* at({ broker, exchange }, "2026-11-23T16:00:01Z"), ["expired 0", "filled 1"])
      assert.containSubset(yield* send(broker, terms({ ...limit, ...till("2026-11-23T16:00:01Z") })), {
        answer: { _tag: "Refused", code: "good_till_passed" }
      })
    })
  )

  it.scoped(
    "FILL-16: an order that is good till a time ends then where nobody has said a price of its symbol either",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
        const { broker, exchange } = yield* open()
        const unpriced = { ...limit, limitPrice: price("150"), referencePrice: undefined }
        yield* send(broker, terms({ ...unpriced, ...till("2026-11-20T16:00:00Z") }))
        yield* send(broker, terms({ ...unpriced, ...till("2026-11-20T17:00:00Z") }))
        yield* TestClock.setTime(Date.parse("2026-11-20T16:00:00Z"))
        // No request was made since: the price is the first that the exchange hears of the time.
        yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "140" } } })
        const statuses = (yield* exchange.orders).map(({ status }) => status)
        assert.deepStrictEqual(statuses, ["expired", "filled"])
      })
  )

  it.scoped("FILL-16: an instruction closes the regular session and leaves the extended one open", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ id: "price", do: { price: { symbol: "AAPL", price: "150" } } })
      yield* send(broker, terms(limit))
      yield* send(broker, terms(extended))
      const closed = yield* exchange.instruct({ id: "evening", do: { session: { open: false, extended: true } } })
      assert.deepStrictEqual(closed.did, ["closed the regular session; 1 day orders expired"])
      assert.deepStrictEqual(yield* exchange.hours, { regular: false, extended: true })
      const night = yield* exchange.instruct({ id: "night", do: { session: { open: false } } })
      assert.deepStrictEqual(night.did, ["closed the session; 1 day orders expired"])
    })
  )
})

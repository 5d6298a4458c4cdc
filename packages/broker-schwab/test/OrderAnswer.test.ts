import { assert, describe, it } from "@effect/vitest"
import { OrderAnswer } from "@roundlot/broker-schwab"
import { AccountName, Decimal, Instant, Price } from "@roundlot/core"
import { Effect, Either, FastCheck, Option } from "effect"
import { activity, fill, orderText, readOrder } from "./orderText.ts"
import type { LegText } from "./orderText.ts"

const account = AccountName.AccountName.make("paper")
const executions = (text: string) => OrderAnswer.executionsOf(readOrder(text))
const seen = (text: string) => Option.getOrThrow(OrderAnswer.seenOf(account, readOrder(text), Instant.make(1n)))

describe("an order as Schwab shows it", () => {
  it("FILL-2: 150.25 is 15025 cents, to the digit, and 22.7299 has none", () => {
    const [one, other] = executions(
      orderText({}, [fill({ quantity: "1.0", price: "150.25" }), fill({ quantity: "1", price: "22.7299" })])
    )
    assert.deepStrictEqual(one?.price && Price.toCents(one.price), Either.right(15025n))
    assert.strictEqual(other?.price && Either.isLeft(Price.toCents(other.price)), true)
  })

  it("ids are text: one beyond 2^53 keeps every digit, and one that is no number is unreadable", () => {
    assert.strictEqual(readOrder(orderText({ orderId: "9007199254740993" })).orderId, "9007199254740993")
    assert.strictEqual(readOrder(orderText({ orderId: '"1005600000001"' })).orderId, "1005600000001")
    assert.throws(() => readOrder(orderText({ orderId: '"12a"' })))
    assert.throws(() => readOrder(orderText({ orderId: "12345678901234567890" })))
  })

  it("FILL-2: the average is that of its executions, with the total that Schwab says", () => {
    const text = orderText({ filledQuantity: "3.0" }, [
      fill({ quantity: "1.0", price: "100.00" }, { quantity: "2.0", price: "100.30" })
    ])
    const { averagePrice, cumulative, quantity, side, symbol } = seen(text)
    assert.deepStrictEqual([symbol, side, Decimal.format(quantity)], ["AAPL", "buy", "10"])
    assert.strictEqual(cumulative && Decimal.format(cumulative), "3")
    assert.strictEqual(averagePrice && Decimal.format(averagePrice), "100.2")
  })

  it("FILL-2: executions that are equal in leg, time, price and quantity count each", () => {
    const leg = { quantity: "100.0", price: "10.01" }
    const all = executions(orderText({}, [fill(leg, leg), fill(leg)]))
    assert.strictEqual(new Set(all.map(({ execIdBase }) => execIdBase)).size, 3)
    assert.strictEqual(new Set(all.map(({ executedAt }) => executedAt)).size, 3)
  })

  it("an activity of type EXECUTION that tells of a cancel fills nothing", () => {
    const text = orderText({ status: '"CANCELED"', filledQuantity: "1.0" }, [
      fill({ quantity: "1.0", price: "10.00" }),
      activity("CANCELED", [{ quantity: "9.0", price: "0.0" }])
    ])
    assert.strictEqual(executions(text).length, 1)
    assert.deepStrictEqual(seen(text).state, { _tag: "Closed", kind: "cancelled" })
  })

  it("an execution without a price has none; one without a quantity is none", () => {
    const [first, ...others] = executions(
      orderText({}, [fill({ quantity: "1.0", price: "0.0" }, { quantity: "0.0", price: "1.0" })])
    )
    assert.isUndefined(first?.price)
    assert.deepStrictEqual(others, [])
  })

  it("children of a strategy are orders of their own", () => {
    const child = orderText({ orderId: "7" })
    const parent = readOrder(orderText({ orderId: "5", childOrderStrategies: `[${child}]`, orderLegCollection: "" }))
    assert.deepStrictEqual(
      OrderAnswer.withChildren(parent).map(({ orderId }) => orderId),
      ["5", "7"]
    )
    assert.isTrue(Option.isNone(OrderAnswer.seenOf(account, parent, Instant.make(1n))))
  })

  it("both ways in which Schwab writes a time are read", () => {
    const times = ['"2026-11-20T15:00:00+0000"', '"2026-11-20T15:00:00.000Z"'].map(
      (enteredTime) => readOrder(orderText({ enteredTime })).enteredTime
    )
    assert.strictEqual(times[0], times[1])
  })

  it("the hour that comes twice when summer time ends is told apart by its zone", () => {
    const [first, second] = ["-0400", "-0500"].map(
      (zone) => readOrder(orderText({ enteredTime: `"2026-11-01T01:30:00${zone}"` })).enteredTime
    )
    assert.strictEqual(Number(second) - Number(first), 3_600_000_000)
  })

  it("shares that no execution accounts for are counted as missing", () => {
    const text = orderText({ status: '"FILLED"', filledQuantity: "10.0" }, [fill({ quantity: "4.0", price: "1.00" })])
    assert.strictEqual(Decimal.format(OrderAnswer.missingOf(readOrder(text))), "6")
    assert.isUndefined(seen(text).averagePrice)
  })
})

const SECONDS = ["2026-11-20T15:00:01+0000", "2026-11-20T15:00:02+0000"]

const legTexts: FastCheck.Arbitrary<ReadonlyArray<LegText>> = FastCheck.array(
  FastCheck.record({
    quantity: FastCheck.constantFrom("1.0", "2.0"),
    price: FastCheck.constantFrom("10.01", "10.02"),
    time: FastCheck.constantFrom(...SECONDS)
  }),
  { minLength: 1, maxLength: 8 }
)

const shown = (legs: ReadonlyArray<LegText>) =>
  executions(orderText({}, legs.length === 0 ? [] : [fill(...legs)])).map(
    ({ execIdBase, price, quantity }) =>
      [execIdBase, `${Decimal.format(quantity)}@${price === undefined ? "-" : Decimal.format(price)}`] as const
  )

describe("snapshots of an order", () => {
  it.effect.prop(
    "SYNC-2: every sequence of them, doubled, reordered, partial, records the same fills",
    [legTexts, FastCheck.array(FastCheck.tuple(FastCheck.nat(8), FastCheck.infiniteStream(FastCheck.nat(99))))],
    ([legs, looks]) =>
      Effect.sync(() => {
        const recorded = new Map<string, string>()
        const look = (some: ReadonlyArray<LegText>) => {
          for (const [id, contents] of shown(some)) {
            assert.strictEqual(recorded.get(id) ?? contents, contents)
            recorded.set(id, contents)
          }
        }
        for (const [left, order] of looks) {
          const keyed = legs.map((leg) => ({ leg, at: order.next().value ?? 0 }))
          look(keyed.toSorted((a, b) => a.at - b.at).flatMap(({ leg }, i) => (i < left ? [leg] : [])))
        }
        look(legs)
        assert.deepStrictEqual(new Map(shown(legs)), recorded)
        assert.strictEqual(recorded.size, legs.length)
      })
  )
})

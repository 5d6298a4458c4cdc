import { Listing } from "@roundlot/broker-schwab"
import { Decimal, Instant } from "@roundlot/core"
import { HttpOutcome } from "@roundlot/core/adapter"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { orderText } from "./orderText.ts"
import { open } from "./setup.ts"

const window = { from: Instant.make(0n), to: Instant.make(1n) }
const linked = Effect.succeed({ accountNumber: "11112222", hash: "H" })
const textOf = (id: string, price: string) => orderText({ orderId: id, price, orderType: '"LIMIT"' })
const [one, two, next, finer] = [textOf("1", "22.7299"), textOf("2", "5"), textOf("2", "6"), textOf("1", "22.72990001")]
const unreadable = '{"orderId":"x"}'

describe("a listing that is read again", () => {
  it.scopedLive(
    "FILL-14: what stands there letter by letter again is the same answer; a changed order is read anew, exactly",
    () =>
      Effect.gen(function* () {
        const { wire } = yield* open()
        const pages = [
          [one, two, unreadable],
          [two, one, unreadable],
          [one, next],
          [finer, two]
        ]
        const said = { status: 200, headers: { "content-type": "application/json" } }
        const ask = () =>
          Effect.sync(() => HttpOutcome.answered(said, `[${(pages.shift() ?? []).join(",")}]`, [], undefined))
        const { list } = yield* Listing.ofAccount({ ...wire, ask }, linked)
        const first = yield* list(window)
        const [a, b] = first.rows.map(({ order }) => order)
        const second = yield* list(window)
        assert.deepStrictEqual([first.complete, second.complete], [false, false])
        assert.isTrue(second.rows[0]?.order === b && second.rows[1]?.order === a)
        const third = yield* list(window)
        assert.isTrue(third.complete && third.rows[0]?.order === a && third.rows[1]?.order !== b)
        const fourth = yield* list(window)
        const prices = [third, fourth].map(({ rows }) =>
          rows.map(({ order }) => order.price && Decimal.format(order.price))
        )
        assert.deepStrictEqual(prices, [
          ["22.7299", "6"],
          ["22.72990001", "5"]
        ])
      })
  )
})

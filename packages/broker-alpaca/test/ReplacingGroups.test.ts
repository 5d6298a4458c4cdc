import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect, Exit } from "effect"
import { bracket, oco, opened, order, refusal } from "./asking.ts"

type Desk = Effect.Effect.Success<ReturnType<typeof opened>>

const at = ({ exchange }: Desk, id: string, price: string) =>
  exchange.instruct({ id, do: { price: { symbol: "AAPL", price } } })

const patch = ({ ask }: Desk, id: string, body: object) => ask("PATCH", `/v2/orders/${id}`, body)

/** What the orders of a group are now, nested under the first: kind, price and status of each. */
const group = ({ ask }: Desk, id: string) =>
  Effect.map(ask("GET", `/v2/orders/${id}?nested=true`), ({ body }) => [body, ...(body.legs ?? [])].map(line))

const line = ({ limit_price, qty, status, stop_price, type }: { readonly [name: string]: string | null }): string =>
  [type, qty, ...[stop_price, limit_price].filter((price) => price !== null), status].join(" ")

const placed = (desk: Desk, body: object = bracket) =>
  Effect.map(desk.ask("POST", "/v2/orders", body), ({ body: { id, legs } }) => ({
    parent: String(id),
    taking: String(legs[0].id),
    stopping: String(legs.at(-1).id)
  }))

/** A bracket whose entry has been filled at 190. */
const entered = (desk: Desk) => Effect.tap(placed(desk), () => at(desk, "entry", "190"))

describe("replacing orders of a group in Alpaca's simulator", () => {
  it.scopedLive("an exit that waits is replaced by one that waits, in its place; it ends as replaced", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      // What it would sell is bought by then: it is no short sale.
      yield* desk.simulator.become({ shortingEnabled: false })
      const { parent, stopping, taking } = yield* placed(desk)
      const { body } = yield* patch(desk, taking, { limit_price: "230" })
      assert.deepInclude(body, {
        order_class: "bracket",
        side: "sell",
        qty: "10",
        limit_price: "230",
        replaces: taking
      })
      assert.strictEqual(body.status, "held")
      const old = yield* desk.ask("GET", `/v2/orders/${taking}`)
      assert.deepInclude(old.body, { status: "replaced", replaced_by: body.id, order_class: "bracket" })
      const lower = yield* patch(desk, stopping, { stop_price: "175", limit_price: "174" })
      assert.deepInclude(lower.body, { status: "held", replaces: stopping })
      assert.deepStrictEqual(yield* group(desk, parent), [
        "limit 10 190 new",
        "limit 10 230 held",
        "stop_limit 10 175 174 held"
      ])
      yield* at(desk, "entry", "190")
      yield* at(desk, "not the old one", "220")
      assert.deepStrictEqual(yield* group(desk, parent), [
        "limit 10 190 filled",
        "limit 10 230 new",
        "stop_limit 10 175 174 new"
      ])
    })
  )

  it.scopedLive(
    "an exit that works is replaced more than once, and the last one ends the other when it is filled",
    () =>
      Effect.gen(function* () {
        const desk = yield* opened()
        const { parent, stopping } = yield* entered(desk)
        const second = yield* patch(desk, stopping, { stop_price: "185", limit_price: "184" })
        assert.strictEqual(second.body.status, "pending_new")
        const third = yield* patch(desk, second.body.id, { stop_price: "188" })
        assert.deepInclude(third.body, { replaces: second.body.id, stop_price: "188", limit_price: "184" })
        assert.match(
          refusal(yield* patch(desk, stopping, { stop_price: "187" })),
          /^422 40010001 only open orders can be replaced/
        )
        yield* at(desk, "out", "186")
        assert.deepStrictEqual(yield* group(desk, parent), [
          "limit 10 190 filled",
          "limit 10 220 canceled",
          "stop_limit 10 188 184 filled"
        ])
        assert.deepStrictEqual((yield* desk.ask("GET", "/v2/positions")).body, [])
      })
  )

  it.scopedLive("a profit that the market has reached already is taken at once, and ends the stop", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent, taking } = yield* entered(desk)
      const { body } = yield* patch(desk, taking, { limit_price: "189" })
      assert.deepStrictEqual(yield* group(desk, parent), [
        "limit 10 190 filled",
        "limit 10 189 filled",
        "stop_limit 10 180 179 canceled"
      ])
      assert.match(refusal(yield* patch(desk, body.id, { limit_price: "230" })), /^422 /)
    })
  )

  it.scopedLive("an entry is replaced with its exits behind it, which end with the new one", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const first = yield* placed(desk)
      const second = yield* patch(desk, first.parent, { limit_price: "191" })
      assert.deepInclude(second.body, { status: "pending_new", order_class: "bracket", replaces: first.parent })
      assert.deepStrictEqual(
        second.body.legs.map(({ id }: { readonly id: string }) => id),
        [first.taking, first.stopping]
      )
      assert.deepStrictEqual(yield* group(desk, first.parent), ["limit 10 190 replaced"])
      const moved = yield* patch(desk, first.taking, { limit_price: "225" })
      yield* desk.ask("DELETE", `/v2/orders/${second.body.id}`)
      assert.deepStrictEqual(yield* group(desk, second.body.id), [
        "limit 10 191 canceled",
        "limit 10 225 canceled",
        "stop_limit 10 180 179 canceled"
      ])
      assert.strictEqual((yield* desk.ask("GET", `/v2/orders/${moved.body.id}`)).body.status, "canceled")
      assert.deepStrictEqual((yield* desk.ask("GET", "/v2/orders")).body, [])
    })
  )

  it.scopedLive("of an entry that was filled in part the rest is replaced, and all of it is sold by the exits", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent } = yield* placed(desk)
      const part = { fill: { brokerOrderId: parent, quantity: "4", price: "190" } }
      yield* desk.exchange.instruct({ id: "part", do: part })
      const { body } = yield* patch(desk, parent, { limit_price: "191" })
      assert.strictEqual(body.qty, "6")
      yield* at(desk, "rest", "191")
      yield* at(desk, "out", "220")
      assert.deepStrictEqual(yield* group(desk, body.id), [
        "limit 6 191 filled",
        "limit 10 220 filled",
        "stop_limit 10 180 179 canceled"
      ])
      assert.deepStrictEqual((yield* desk.ask("GET", "/v2/positions")).body, [])
    })
  )

  it.scopedLive("of exits that were filled in part the rest is replaced, and never more is sold than was bought", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      yield* desk.ask("POST", "/v2/orders", order())
      const { parent, stopping } = yield* placed(desk, oco)
      yield* desk.exchange.instruct({ id: "p", do: { fill: { brokerOrderId: parent, quantity: "4", price: "210" } } })
      const { body } = yield* patch(desk, parent, { limit_price: "212" })
      assert.deepInclude(body, { qty: "6", order_class: "oco", replaces: parent })
      assert.deepStrictEqual(yield* group(desk, body.id), ["limit 6 212 new", "stop 6 170 new"])
      // A fill that comes late, of the order that was replaced, is no longer asked for by the others either.
      yield* desk.exchange.instruct({ id: "l", do: { fill: { brokerOrderId: parent, quantity: "1", price: "210" } } })
      assert.deepStrictEqual(yield* group(desk, body.id), ["limit 5 212 new", "stop 5 170 new"])
      yield* at(desk, "out", "170")
      assert.deepStrictEqual(yield* group(desk, body.id), ["limit 5 212 canceled", "stop 5 170 filled"])
      assert.deepStrictEqual((yield* desk.ask("GET", "/v2/positions")).body, [])
      assert.strictEqual((yield* desk.ask("GET", `/v2/orders/${stopping}`)).body.status, "filled")
    })
  )

  it.scopedLive.each<readonly [body: object, says: string]>([
    [{ stop_price: "150" }, "422 42210000 limit orders must not have stop_price"],
    [{ qty: "5" }, "422 42210000 only limit_price and stop_price of bracket and oco orders can be replaced"],
    [
      { time_in_force: "day" },
      "422 42210000 only limit_price and stop_price of bracket and oco orders can be replaced"
    ],
    [{ limit_price: "220" }, "403 40310000 order parameters are not changed"],
    [{ limit_price: "220.001" }, "422 42210000 invalid limit_price 220.001. sub-penny"],
    [{ limit_price: "180" }, "422 42210000 take_profit.limit_price must be > stop_loss.stop_price"]
  ])("what is refused, as %o, leaves the exit at work", ([body, says]) =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent, taking } = yield* placed(desk)
      const before = yield* group(desk, parent)
      assert.include(refusal(yield* patch(desk, taking, body)), says)
      assert.deepStrictEqual(yield* group(desk, parent), before)
      assert.lengthOf(yield* desk.exchange.orders, 3)
    })
  )

  it.scopedLive("a stop stays a cent below the entry while that works, and below the market always", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent, stopping } = yield* placed(desk)
      const below = "422 42210000 stop_loss.stop_price must be <= base_price - 0.01"
      assert.include(refusal(yield* patch(desk, stopping, { stop_price: "190" })), below)
      assert.include(refusal(yield* patch(desk, parent, { limit_price: "180" })), below)
      yield* at(desk, "entry", "190")
      yield* at(desk, "up", "210")
      assert.include(refusal(yield* patch(desk, stopping, { stop_price: "210" })), below)
      const { body } = yield* patch(desk, stopping, { stop_price: "200", limit_price: "199" })
      assert.strictEqual(body.status, "pending_new")
    })
  )

  it.scopedLive(
    "exits that buy back are replaced too, on the other side of the market, whatever there is to spend",
    () =>
      Effect.gen(function* () {
        const desk = yield* opened()
        const prices = { limit_price: "210", take_profit: { limit_price: "180" }, stop_loss: { stop_price: "220" } }
        const { parent, stopping, taking } = yield* placed(desk, { ...bracket, ...prices, side: "sell" })
        yield* desk.exchange.instruct({ id: "b", do: { buyingPower: { amount: "5", account: "alpaca" } } })
        const beyond = yield* patch(desk, stopping, { stop_price: "210" })
        assert.include(refusal(beyond), "stop_loss.stop_price must be >= base_price + 0.01")
        const higher = yield* patch(desk, taking, { limit_price: "220" })
        assert.include(refusal(higher), "take_profit.limit_price must be < stop_loss.stop_price")
        assert.strictEqual((yield* patch(desk, stopping, { stop_price: "230" })).body.status, "held")
        assert.strictEqual((yield* patch(desk, taking, { limit_price: "190" })).body.status, "held")
        yield* at(desk, "entry", "210")
        yield* at(desk, "out", "190")
        const lines = yield* group(desk, parent)
        assert.deepStrictEqual([lines[0], lines[1]], ["limit 10 210 filled", "limit 10 190 filled"])
        assert.match(lines[2] ?? "", /^stop_limit 10 230 .* canceled$/)
        assert.deepStrictEqual((yield* desk.ask("GET", "/v2/positions")).body, [])
      })
  )

  it.scopedLive("oto orders are not replaced, as Alpaca's page says", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent, taking } = yield* placed(desk, { ...bracket, order_class: "oto", take_profit: undefined })
      for (const id of [parent, taking])
        assert.include(
          refusal(yield* patch(desk, id, { limit_price: "178" })),
          "422 42210000 replacing oto orders is not supported"
        )
    })
  )

  it.scopedLive("an answer that is lost has replaced the exit all the same, once", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { parent, taking } = yield* placed(desk)
      yield* desk.exchange.instruct({ id: "l", do: { takeThenReset: {} } })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(patch(desk, taking, { limit_price: "230" }))))
      const there = ["limit 10 190 new", "limit 10 230 held", "stop_limit 10 180 179 held"]
      assert.deepStrictEqual(yield* group(desk, parent), there)
      assert.strictEqual((yield* desk.ask("GET", `/v2/orders/${taking}`)).body.status, "replaced")
      assert.match(refusal(yield* patch(desk, taking, { limit_price: "230" })), /only open orders can be replaced/)
      assert.deepStrictEqual(yield* group(desk, parent), there)
    })
  )

  it.scopedLive("a fill between a look and the replacement leaves the order as it is", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { taking } = yield* entered(desk)
      const looked = (yield* desk.exchange.look(taking))?.order
      yield* desk.exchange.instruct({ id: "p", do: { fill: { brokerOrderId: taking, quantity: "4", price: "220" } } })
      const request = { ...(looked ?? assert.fail()), clientOrderId: "x", goodTill: undefined, referencePrice: null }
      const replaced = yield* desk.exchange.replace(desk.simulator.account, taking, request, Decimal.zero)
      assert.deepInclude(replaced.reply, { _tag: "Refused", code: "not_replaceable" })
      assert.strictEqual((yield* desk.ask("GET", `/v2/orders/${taking}`)).body.status, "partially_filled")
    })
  )
})

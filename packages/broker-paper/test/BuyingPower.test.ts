import { assert, describe, it } from "@effect/vitest"
import { AccountName, Decimal, Price, Quantity, Side } from "@roundlot/core"
import { Effect, FastCheck as fc } from "effect"
import { Exchange, type ExchangeOrder } from "@roundlot/broker-paper"
import { account, open, request, send, terms } from "./setup.ts"

type Service = Exchange.ExchangeService
type Request = Partial<ExchangeOrder.PlaceRequest>

const limit = (price: string, quantity = "10", differs: Request = {}): Request => ({
  type: "limit",
  limitPrice: Price.unsafe(price),
  quantity: Quantity.unsafe(quantity),
  timeInForce: "gtc",
  ...differs
})

/** An exchange where AAPL is at 100 and the account has 1000 dollars, with a line for what it may spend. */
const opened = (prices: ReadonlyMap<string, Price.Price> = new Map([["AAPL", Price.unsafe("100")]])) =>
  Effect.gen(function* () {
    const exchange = yield* Exchange.make({ prices })
    let given = 0
    const say = (what: Parameters<Service["instruct"]>[0]["do"]) => exchange.instruct({ id: `i${++given}`, do: what })
    yield* say({ buyingPower: { amount: "1000", account } })
    const place = (differs: Request) =>
      Effect.map(exchange.place(account, request(differs)), ({ reply }) => {
        if (reply._tag === "Done") return reply.body.brokerOrderId
        return reply._tag === "Refused" ? reply.code : reply._tag
      })
    const left = Effect.map(exchange.buyingPower(account), ({ reply }) =>
      reply._tag === "Done" ? Decimal.format(reply.body) : reply._tag
    )
    return { exchange, say, place, left }
  })

const TOO_DEAR = "insufficient_buying_power"

describe("what an account has to spend once an instruction has said it", () => {
  it.scoped(
    "an order that rests keeps its limit for all its shares; a fill costs what it cost, and a cancel frees the rest",
    () =>
      Effect.gen(function* () {
        const { exchange, left, place, say } = yield* opened()
        const id = yield* place(limit("60"))
        assert.strictEqual(yield* left, "400")
        yield* say({ fill: { brokerOrderId: id, quantity: "4", price: "59.5" } })
        // 4 at 59.50 are paid, 6 at 60 are kept.
        assert.strictEqual(yield* left, "402")
        assert.strictEqual(yield* place(limit("50", "9")), TOO_DEAR)
        assert.strictEqual(yield* left, "402")
        yield* exchange.cancel(account, id)
        assert.strictEqual(yield* left, "762")
        assert.strictEqual(yield* place(limit("84.67", "9")), TOO_DEAR)
        assert.notStrictEqual(yield* place(limit("84.66", "9")), TOO_DEAR)
        assert.strictEqual(yield* left, "0.06")
      })
  )

  it.scoped(
    "a purchase at the market is paid, a second one that is beyond the rest is refused, and a sale gives its proceeds",
    () =>
      Effect.gen(function* () {
        const { left, place, say } = yield* opened()
        yield* say({ price: { symbol: "AAPL", price: "100", spread: "1" } })
        yield* place({ quantity: Quantity.unsafe("6") })
        assert.strictEqual(yield* left, "397")
        assert.strictEqual(yield* place({ quantity: Quantity.unsafe("6") }), TOO_DEAR)
        assert.strictEqual(yield* left, "397")
        yield* place({ side: "sell", quantity: Quantity.unsafe("5") })
        assert.strictEqual(yield* left, "894.5")
      })
  )

  it.scoped("what is corrected or undone moves the money as well", () =>
    Effect.gen(function* () {
      const { exchange, left, place, say } = yield* opened()
      yield* place({ quantity: Quantity.unsafe("6") })
      const execId = (yield* exchange.fills)[0]?.execId ?? ""
      yield* say({ correct: { execId, quantity: "5", price: "90" } })
      assert.strictEqual(yield* left, "550")
      yield* say({ bust: { execId } })
      assert.strictEqual(yield* left, "1000")
    })
  )

  it.scoped(
    "an order at the market that waits keeps what it would trade at, a stop the higher of that and its stop",
    () =>
      Effect.gen(function* () {
        const { left, place, say } = yield* opened()
        yield* say({ price: { symbol: "AAPL", price: "100", spread: "2" } })
        yield* say({ halt: { symbol: "AAPL" } })
        yield* place({ quantity: Quantity.unsafe("2") })
        assert.strictEqual(yield* left, "798")
        yield* place({ type: "stop", stopPrice: Price.unsafe("110"), quantity: Quantity.unsafe("1") })
        assert.strictEqual(yield* left, "688")
      })
  )

  it.scoped(
    "of exits that buy the one that costs most is kept, once, and nothing while they wait; what sells keeps nothing",
    () =>
      Effect.gen(function* () {
        const { exchange, left, place, say } = yield* opened()
        const legs = {
          as: "entry" as const,
          orders: [
            { type: "limit" as const, limitPrice: Price.unsafe("90"), stopPrice: null },
            { type: "stop" as const, limitPrice: null, stopPrice: Price.unsafe("120") }
          ]
        }
        yield* place(limit("110", "5", { side: "sell", legs }))
        assert.strictEqual(yield* left, "1000")
        yield* say({ buyingPower: { amount: "500", account } })
        const stopping = (yield* exchange.orders)[2] ?? assert.fail()
        const instead = { type: "stop" as const, stopPrice: Price.unsafe("130"), quantity: stopping.quantity }
        const { reply } = yield* exchange.replace(account, stopping.brokerOrderId, request(instead), Decimal.zero)
        assert.strictEqual(reply._tag, "Done")
        yield* say({ price: { symbol: "AAPL", price: "110" } })
        // 550 came in, and 5 at 130 may go.
        assert.strictEqual(yield* left, "400")
        yield* say({ price: { symbol: "AAPL", price: "90" } })
        assert.strictEqual(yield* left, "600")
      })
  )

  it.scoped("to cover a short sale asks for no money, to buy beyond it does, and shares are covered once", () =>
    Effect.gen(function* () {
      const { left, place, say } = yield* opened()
      yield* place({ side: "sell", quantity: Quantity.unsafe("10") })
      yield* say({ price: { symbol: "AAPL", price: "200" } })
      yield* say({ buyingPower: { amount: "100", account } })
      assert.strictEqual(yield* place({ quantity: Quantity.unsafe("11") }), TOO_DEAR)
      assert.notStrictEqual(yield* place(limit("150", "8")), TOO_DEAR)
      assert.strictEqual(yield* place({ quantity: Quantity.unsafe("3") }), TOO_DEAR)
      assert.notStrictEqual(yield* place({ quantity: Quantity.unsafe("2") }), TOO_DEAR)
      assert.strictEqual(yield* left, "0")
      assert.strictEqual(yield* place(limit("1", "1")), TOO_DEAR)
    })
  )

  it.scoped("an order that is changed or replaced asks for the difference alone", () =>
    Effect.gen(function* () {
      const { exchange, left, place, say } = yield* opened()
      const id = yield* place(limit("90"))
      const changed = yield* exchange.amend(account, id, request(limit("99")))
      assert.strictEqual(changed.reply._tag, "Done")
      assert.strictEqual(yield* left, "10")
      const beyond = yield* exchange.amend(account, id, request(limit("99", "11")))
      assert.containSubset(beyond.reply, { _tag: "Refused", code: TOO_DEAR })
      const other = yield* exchange.replace(account, id, request(limit("98")), Decimal.zero)
      assert.strictEqual(other.reply._tag, "Done")
      assert.strictEqual(yield* left, "20")
      const [, { brokerOrderId } = assert.fail()] = yield* exchange.orders
      yield* say({ fill: { brokerOrderId, quantity: "5", price: "98" } })
      // 490 are paid; of the 510 that are left what is asked for yet may cost 495.
      assert.strictEqual((yield* exchange.amend(account, brokerOrderId, request(limit("99")))).reply._tag, "Done")
      assert.strictEqual(yield* left, "15")
      const twice = yield* exchange.replace(account, id, request(limit("1")), Decimal.zero)
      assert.containSubset(twice.reply, { _tag: "Refused", code: "not_replaceable" })
      assert.strictEqual(yield* left, "15")
    })
  )

  it.scoped("an instruction says what is left beside what works; of other accounts it says nothing", () =>
    Effect.gen(function* () {
      const { exchange, left, place, say } = yield* opened()
      yield* place(limit("60"))
      yield* say({ buyingPower: { amount: "50", account } })
      assert.strictEqual(yield* left, "50")
      const other = AccountName.AccountName.make("other")
      for (const _ of [1, 2]) yield* exchange.place(other, request({ quantity: Quantity.unsafe("9000000") }))
      const { reply } = yield* exchange.buyingPower(other)
      assert.containSubset(reply, { body: Decimal.unsafe("1000000000") })
      assert.lengthOf(yield* exchange.fills, 2)
      yield* exchange.place(other, request(limit("50")))
      assert.deepStrictEqual((yield* exchange.buyingPower(other)).reply, reply)
    })
  )

  it.scoped("the paper broker reports what is left", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({ prices: new Map([["AAPL", Price.unsafe("100")]]) })
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account } } })
      yield* send(broker, terms({ quantity: Quantity.unsafe("3") }))
      assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("700") })
    })
  )
})

const step = fc.oneof(
  fc.record({
    place: fc.constantFrom("buy" as const, "sell" as const),
    at: fc.nat(60),
    shares: fc.integer({ min: 1, max: 9 })
  }),
  fc.record({ cancel: fc.nat(9) }),
  fc.record({ bust: fc.nat(9) }),
  fc.record({ price: fc.nat(60), size: fc.integer({ min: 1, max: 9 }) })
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

const priceAt = (at: number): string => (at % 2 === 0 ? `${70 + at}` : `${70 + at}.37`)

const doStep = ({ exchange, place, say }: Effect.Effect.Success<ReturnType<typeof opened>>, what: Step) =>
  Effect.gen(function* () {
    if ("place" in what) return yield* place(limit(priceAt(what.at), String(what.shares), { side: what.place }))
    if ("price" in what)
      return yield* say({ price: { symbol: "AAPL", price: priceAt(what.price), size: String(what.size) } })
    if ("cancel" in what) {
      const { brokerOrderId = "" } = (yield* exchange.orders)[what.cancel] ?? {}
      return yield* exchange.cancel(account, brokerOrderId)
    }
    const execution = (yield* exchange.fills)[what.bust]
    return execution === undefined ? undefined : yield* say({ bust: { execId: execution.execId } })
  })

describe("money of the paper exchange", () => {
  it.scoped.prop(
    "is conserved: what is left, what orders keep, and what was paid less what came in are what was said at first",
    [fc.array(step, { maxLength: 25 })],
    ([steps]) =>
      Effect.gen(function* () {
        const desk = yield* opened()
        for (const each of steps) yield* doStep(desk, each)
        const newest = new Map((yield* desk.exchange.fills).map((fill) => [fill.execIdBase, fill]))
        const paid = Decimal.sum(
          [...newest.values()].map(({ price, quantity, side }) => Side.signed(side, Decimal.multiply(price, quantity)))
        )
        const kept = Decimal.sum(
          (yield* desk.exchange.orders)
            .filter(({ side, status }) => side === "buy" && (status === "new" || status === "partially_filled"))
            .map(({ filledQuantity, limitPrice, quantity }) =>
              Decimal.multiply(Decimal.subtract(quantity, filledQuantity), limitPrice ?? Decimal.zero)
            )
        )
        const rest = Decimal.subtract(Decimal.unsafe("1000"), Decimal.sum([paid, kept]))
        // A sale that is undone may take what was spent since, and so may what covers a short sale.
        assert.strictEqual(yield* desk.left, Decimal.format(Decimal.max(Decimal.zero, rest)))
        const fills = yield* desk.exchange.fills
        const isShort = fills.some((_, i) =>
          Decimal.isNegative(
            Decimal.sum(fills.slice(0, i + 1).map(({ quantity, side }) => Side.signed(side, quantity)))
          )
        )
        if (!isShort && !steps.some((each) => "bust" in each)) assert.isFalse(Decimal.isNegative(rest))
      }),
    { fastCheck: { numRuns: 60 } }
  )
})

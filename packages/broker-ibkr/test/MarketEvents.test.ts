import { EventName, IBApi, type Order, OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import type { Exchange } from "@roundlot/broker-paper"
import type { Simulator } from "@roundlot/broker-ibkr/simulator"
import { AccountName, Decimal, Price } from "@roundlot/core"
import { Effect, type Scope, TestClock, TestContext } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { lines } from "./lines.ts"
import { lately, open, send, terms } from "./setup.ts"

const prices = new Map([["AAPL", Price.unsafe("100")]])

let given = 0

const market = (exchange: Exchange.ExchangeService, act: Parameters<typeof exchange.instruct>[0]["do"]) =>
  exchange.instruct({ id: `event ${++given}`, do: act })

const at = (price: string) => ({ price: { symbol: "AAPL", price } })

const stock = { symbol: "AAPL", secType: SecType.STK, exchange: "SMART", currency: "USD" }

/** An unmodified client beside the broker: what it hears as lines, what it places, and what it reads. */
const opened = (options: Simulator.Options = {}) =>
  Effect.gen(function* () {
    const desk = yield* open({ prices, ...options })
    const { host, port } = desk.simulator
    const api = new IBApi({ host, port, clientId: 3 })
    const { next, say } = lines()
    api.on(EventName.error, ({ message }, code, id) => say(`error ${code} of ${id}: ${message}`))
    api.on(EventName.orderStatus, (id, status, filled, remaining) => say(`${id} ${status} ${filled} of ${remaining}`))
    api.on(EventName.openOrder, (id, _contract, { lmtPrice, totalQuantity }) =>
      say(`order ${id}: ${totalQuantity} at ${lmtPrice}`)
    )
    api.on(EventName.execDetails, (_id, _contract, { price, shares, side }) => say(`${side} ${shares} at ${price}`))
    api.on(EventName.position, (_account, { symbol }, shares, cost) => say(`held ${shares} ${symbol} at ${cost}`))
    api.on(EventName.tickGeneric, (reqId, type, value) => say(`ticks ${reqId}: ${type} is ${value}`))
    api.on(EventName.tickSnapshotEnd, (reqId) => say(`ticks ${reqId}: end`))
    let id = yield* Effect.acquireRelease(
      Effect.async<number>((resume) => {
        api.once(EventName.nextValidId, (first) => resume(Effect.succeed(first)))
        api.connect()
      }),
      () => Effect.sync(() => api.disconnect())
    )
    const placed = (order: Order) =>
      Effect.sync(() => {
        api.placeOrder(id, stock, { action: OrderAction.BUY, tif: TimeInForce.GTC, transmit: true, ...order })
        return id++
      })
    const place = (totalQuantity: number, lmtPrice?: number, action = OrderAction.BUY) =>
      placed({
        action,
        ...(lmtPrice === undefined ? { orderType: OrderType.MKT } : { orderType: OrderType.LMT, lmtPrice }),
        totalQuantity
      })
    const stop = (totalQuantity: number, auxPrice: number, action = OrderAction.BUY) =>
      placed({ action, orderType: OrderType.STP, auxPrice, totalQuantity })
    /** Until this is heard; what came before is of no account. */
    const hears = (line: string) => Effect.asVoid(next(line))
    const held = Effect.zipRight(
      Effect.sync(() => api.reqPositions()),
      next("held")
    )
    /** The first tick of no price. */
    const halt = Effect.suspend(() => {
      const asked = 900 + ++given
      api.reqMktData(asked, stock, "", true, false)
      return Effect.map(next(`ticks ${asked}: `), (line) => line.slice(`ticks ${asked}: `.length))
    })
    return { ...desk, hears, held, halt, place, stop }
  })

const scoped = <A, E>(running: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(running))

/** The same, where time is what the test says. */
const timed = <A, E>(running: Effect.Effect<A, E, Scope.Scope>) =>
  scoped(Effect.provide(running, TestContext.TestContext))

describe("what happens at the market, as clients of TWS's simulator see it", () => {
  it("a price beyond the bands is not traded at, and the market comes back or pauses", () =>
    timed(
      Effect.gen(function* () {
        const { exchange, halt, hears, held, place } = yield* opened()
        yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
        const resting = yield* place(10, 94)
        yield* hears(`${resting} PreSubmitted 0 of 10`)
        yield* market(exchange, at("94"))
        yield* TestClock.adjust("14 seconds")
        yield* market(exchange, at("96"))
        yield* TestClock.adjust("14 seconds")
        const filled = yield* place(3)
        yield* hears(`${filled} Filled 3 of 0`)
        yield* market(exchange, at("94"))
        yield* TestClock.adjust("16 seconds")
        assert.strictEqual(yield* halt, "49 is 2")
        const waiting = yield* place(2)
        yield* hears(`${waiting} PreSubmitted 0 of 2`)
        assert.strictEqual(yield* held, "held 3 AAPL at 96")
        yield* TestClock.adjust("301 seconds")
        assert.strictEqual(yield* halt, "end")
        yield* hears(`${waiting} Filled 2 of 0`)
        assert.strictEqual(yield* held, "held 5 AAPL at 96")
      })
    ))

  it("a stop rests until its price is reached, and is then an order at the market", () =>
    scoped(
      Effect.gen(function* () {
        const { exchange, hears, held, place, stop } = yield* opened()
        const buying = yield* stop(3, 105)
        yield* hears(`${buying} PreSubmitted 0 of 3`)
        const selling = yield* stop(1, 95, OrderAction.SELL)
        yield* hears(`${selling} PreSubmitted 0 of 1`)
        yield* market(exchange, at("104.99"))
        yield* hears(`${yield* place(1)} Filled 1 of 0`)
        assert.strictEqual(yield* held, "held 1 AAPL at 104.99")
        yield* market(exchange, at("106"))
        yield* hears(`${buying} Filled 3 of 0`)
        yield* hears("BOT 3 at 106")
        yield* market(exchange, at("95"))
        yield* hears(`${selling} Filled 1 of 0`)
        yield* hears("SLD 1 at 95")
      })
    ))

  it("orders that rest trade by limit, and at one limit the one that was there first", () =>
    scoped(
      Effect.gen(function* () {
        const { exchange, hears, held, place } = yield* opened()
        const first = yield* place(5, 90)
        const second = yield* place(5, 90)
        const better = yield* place(5, 91)
        yield* hears(`${better} PreSubmitted 0 of 5`)
        yield* market(exchange, { price: { symbol: "AAPL", price: "90", size: "7" } })
        yield* hears(`${better} Filled 5 of 0`)
        yield* hears(`${first} Submitted 2 of 3`)
        yield* market(exchange, { price: { symbol: "AAPL", price: "90", size: "4" } })
        yield* hears(`${first} Filled 5 of 0`)
        yield* hears(`${second} Submitted 1 of 4`)
        assert.strictEqual(yield* held, "held 11 AAPL at 90")
      })
    ))

  it("orders of a halted symbol are taken and rest, and fill when it trades again", () =>
    scoped(
      Effect.gen(function* () {
        const { broker, exchange, halt, hears, held, place } = yield* opened()
        yield* market(exchange, { halt: { symbol: "AAPL" } })
        assert.strictEqual(yield* halt, "49 is 1")
        const id = yield* place(10)
        yield* hears(`${id} PreSubmitted 0 of 10`)
        yield* send(broker, terms())
        const before = yield* broker.orders(yield* lately)
        assert.sameMembers(
          before.received.map(({ report }) => shown(report)),
          ["Submitted 0 of 10 at the market", "Submitted 0 of 1 at the market"]
        )
        assert.deepStrictEqual((yield* broker.positions).holdings, [])
        yield* market(exchange, { resume: { symbol: "AAPL" } })
        yield* hears(`${id} Filled 10 of 0`)
        yield* hears("BOT 10 at 100")
        assert.strictEqual(yield* held, "held 11 AAPL at 100")
        assert.sameMembers(
          (yield* broker.fills(yield* lately)).received.map(({ report }) => Decimal.format(report.quantity)),
          ["10", "1"]
        )
      })
    ))

  it("a split of either kind changes positions and what they cost, and cancels orders", () =>
    scoped(
      Effect.gen(function* () {
        const { broker, exchange, hears, held, place } = yield* opened()
        const bought = yield* place(10)
        yield* hears(`${bought} Filled`)
        const resting = yield* place(10, 90)
        yield* hears(`${resting} PreSubmitted`)
        yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
        yield* hears(`${resting} Cancelled 0 of 10`)
        yield* hears(`error 202 of ${resting}: Order Canceled - reason:AAPL had a split`)
        assert.strictEqual(yield* held, "held 20 AAPL at 50")
        const { holdings } = yield* broker.positions
        assert.deepStrictEqual(
          holdings.map(({ averagePrice, quantity }) => [textOf(quantity), textOf(averagePrice)]),
          [["20", "50"]]
        )
        const ended = (yield* broker.orders(yield* lately)).received.map(({ report }) => shown(report))
        assert.include(ended, "Cancelled 0 of 10 at 90")
        yield* market(exchange, { split: { symbol: "AAPL", from: "10", to: "1" } })
        assert.strictEqual(yield* held, "held 2 AAPL at 500")
      })
    ))

  it("another name is that of the position, at what it cost before; orders of the old one end", () =>
    scoped(
      Effect.gen(function* () {
        const { exchange, hears, held, place } = yield* opened()
        yield* hears(`${yield* place(10)} Filled`)
        const resting = yield* place(10, 90)
        yield* hears(`${resting} PreSubmitted`)
        yield* market(exchange, { rename: { symbol: "AAPL", to: "META" } })
        yield* hears(`${resting} Cancelled 0 of 10`)
        assert.strictEqual(yield* held, "held 10 META at 100")
      })
    ))

  it("two accounts trade with each other, and both hear of it", () =>
    scoped(
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "ibkr-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const file = join(folder, "exchange.sqlite")
        const buyer = yield* opened({ file })
        const seller = yield* opened({ file, account: AccountName.AccountName.make("another"), number: "DU7654321" })
        yield* market(seller.exchange, { price: { symbol: "AAPL", price: "92", size: "1" } })
        const bought = yield* buyer.place(10, 90)
        yield* buyer.hears(`${bought} PreSubmitted`)
        const sold = yield* seller.place(5, 90, OrderAction.SELL)
        yield* buyer.hears("BOT 4 at 90")
        yield* buyer.hears(`${bought} Submitted 4 of 6`)
        yield* seller.hears("SLD 1 at 92")
        yield* seller.hears("SLD 4 at 90")
        yield* seller.hears(`${sold} Filled 5 of 0`)
        assert.deepStrictEqual([yield* buyer.held, yield* seller.held], ["held 4 AAPL at 90", "held -5 AAPL at 90.4"])
      })
    ))
})

/** An order as the adapter reports it. */
const shown = ({ cumulative, limitPrice, quantity, rawStatus }: Reported): string =>
  `${rawStatus} ${textOf(cumulative)} of ${textOf(quantity)} at ${textOf(limitPrice)}`

interface Reported {
  readonly rawStatus: string
  readonly cumulative: Decimal.Decimal | undefined
  readonly quantity: Decimal.Decimal
  readonly limitPrice?: Decimal.Decimal | undefined
}

const textOf = (amount: Decimal.Decimal | undefined): string =>
  amount === undefined ? "the market" : Decimal.format(amount)

import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import {
  Account,
  AccountName,
  Accumulator,
  Broker,
  Commands,
  Instant,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker
} from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Driving, Gates, Ledger, Submission, Tracking } from "@roundlot/core/ledger"
import type { Trade } from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Sqlite } from "@roundlot/sqlite"
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { join } from "node:path"
import { type Asked, atMost, type Figure, inFolder, median, noted, timing } from "./measuring.ts"

const OPEN = 50
const account = AccountName.AccountName.make("paper")
const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

const priceOf = (n: number): string => `${100 + n}.25`

/** A trade of a symbol, a quantity and a price of its own. */
const tradeOf = (n: number): Trade.TradeInput => ({
  source: "bench",
  sourceId: String(n),
  occurrence: "0",
  symbol: Ticker.Ticker.make(`SYM${n}`),
  side: "buy",
  quantity: Quantity.unsafe(String(n + 1)),
  price: Price.unsafe(priceOf(n)),
  tradedAt: Instant.make(1n),
  reverses: undefined
})

const driven = Effect.gen(function* () {
  const commands = yield* Commands.Commands
  yield* commands.setAccount(account, { ...Account.defaultSettings, broker: "schwab" }, "bench")
  const { leases } = yield* TradeRepository.TradeRepository
  const token = yield* (yield* leases.open(Driving.unnamed)).take(account)
  const ledger = yield* Ledger.Ledger
  yield* ledger.leases.hold(account, { token, provenMs: Number.POSITIVE_INFINITY })
})

/** Orders that work at the simulator: one more than are measured. */
const workingThere = ({ exchange }: Simulator.Simulator) =>
  Effect.gen(function* () {
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} }, times: OPEN + 1 })
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(
      account,
      Array.from({ length: OPEN + 1 }, (_, n) => tradeOf(n)),
      SourcePolicy.anyAge
    )
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
    return yield* exchange.orders
  })

/** Fills orders at the simulator, each at the price of its trade. */
const filledThere = (
  { exchange }: Simulator.Simulator,
  orders: ReadonlyArray<{ readonly brokerOrderId: string; readonly symbol: string }>
) =>
  Effect.forEach(
    orders,
    ({ brokerOrderId, symbol }) => {
      const price = priceOf(Number(symbol.replace("SYM", "")))
      return exchange.instruct({ id: `f${brokerOrderId}`, do: { fill: { brokerOrderId, price } } })
    },
    { discard: true }
  )

/** The same requests as were made, and for each order of the answers its fill and its status written, as a loop does. */
const bare = async (file: string, urls: ReadonlyArray<string>, token: string): Promise<number> => {
  const database = Sqlite.open(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  database.exec("CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT, filled TEXT)")
  database.exec("CREATE TABLE fills (id TEXT PRIMARY KEY, price TEXT, quantity TEXT)")
  const [fill, order] = [
    database.prepare("INSERT INTO fills VALUES (?, ?, ?)"),
    database.prepare("INSERT INTO orders VALUES (?, ?, ?)")
  ]
  const took = timing()
  for (const url of urls) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const orders: unknown = await answer.json()
    for (const each of Array.isArray(orders) ? orders : []) {
      const [leg] = each.orderActivityCollection?.[0]?.executionLegs ?? []
      Sqlite.transaction(database, () => {
        fill.run(String(each.orderId), String(leg?.price), String(leg?.quantity))
        order.run(String(each.orderId), String(each.status), String(each.filledQuantity))
      })
    }
  }
  const { seconds } = took()
  database.close()
  return seconds
}

const submitted = Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitted"] }] })

/** A simulator and a store of their own: how long the poller takes, and a bare loop after it. */
const round = (folder: string, number: number) =>
  Effect.gen(function* () {
    const simulator = yield* Simulator.make({ requestsAMinute: 1_000_000 })
    const tokens = { file: join(folder, `tokens${number}.json`), key: undefined }
    const login = yield* simulator.login
    yield* TokenFile.write(tokens, login)
    const wire = yield* Wire.open({ credentials: simulator.credentials, tokens, requestsAMinute: 1_000_000 })
    const asked: Array<string> = []
    const counted: Wire.Wire = {
      ...wire,
      ask: (ask) => {
        asked.push(`${wire.place.origin}${ask.path}`)
        return wire.ask(ask)
      }
    }
    const broker = yield* SchwabBroker.make({ account, wire: counted })
    const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
    const services = Roundlot.layerOn(SqliteStore.layer({ file: join(folder, `real${number}.db`) }))
    return yield* Effect.gen(function* () {
      yield* driven
      const orders = yield* workingThere(simulator)
      // The loop's statements are prepared before its clock runs; so are these, by the order that is one too many.
      yield* filledThere(simulator, orders.slice(OPEN))
      yield* Tracking.pollAll
      yield* filledThere(simulator, orders.slice(0, OPEN))
      const polled = yield* Tracking.makePolled
      asked.length = 0
      const took = timing()
      yield* Tracking.pollOpenOrders({ intervalMs: 15_000, maxJitterMs: 0 }, polled)
      const { cpu, seconds } = took()
      const floor = yield* Effect.promise(() =>
        bare(join(folder, `bare${number}.db`), [...asked], Redacted.value(login.accessToken))
      )
      return { seconds, cpu, floor, left: (yield* submitted).length, requests: asked.length }
    }).pipe(Effect.provide(Layer.provideMerge(services, brokers)))
  }).pipe(Effect.scoped)

const WARMING = 10

/** Polling 50 open orders over sockets until all their fills are on the books, jitter off. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, (folder) =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: WARMING + (asked.rounds ?? 15) }, (_, i) => i)
      const rounds = (yield* Effect.forEach(numbers, (number) => round(folder, number))).slice(WARMING)
      const seconds = median(rounds.map((each) => each.seconds))
      return [
        atMost("50 open orders polled until all fills are on the books", seconds, 10, " s"),
        atMost("an order", seconds / OPEN, 0.2, " s"),
        atMost("beside a bare loop", median(rounds.map((each) => each.seconds / each.floor)), 1.5, "×"),
        noted(
          "the bare loop, and the requests of both",
          `${(median(rounds.map(({ floor }) => floor)) * 1000).toFixed(0)} ms, ${median(rounds.map(({ requests }) => requests))}`
        ),
        noted(
          "processor time of a pass, the simulator's with it",
          `${(median(rounds.map(({ cpu }) => cpu)) * 1000).toFixed(0)} ms`
        ),
        noted("orders left unfilled on the books", String(Math.max(...rounds.map(({ left }) => left))))
      ]
    }).pipe(Effect.provide(world), Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)
  )

import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import {
  Account,
  AccountName,
  Accumulator,
  Broker,
  Commands,
  Driving,
  Entropy,
  Gates,
  Instant,
  Ledger,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  Submission,
  Ticker,
  Tracking,
  TradeRepository
} from "@roundlot/core"
import type { Trade } from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import Database from "better-sqlite3"
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { join } from "node:path"
import { type Asked, atMost, type Figure, inFolder, median, noted, timing } from "./measuring.ts"

const OPEN = 50
const account = AccountName.AccountName.make("paper")
const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

/** A trade of a symbol, a quantity and a price of its own. */
const tradeOf = (round: number, n: number): Trade.TradeInput => ({
  source: "bench",
  sourceId: `r${round}-${n}`,
  occurrence: "0",
  symbol: Ticker.Ticker.make(`SYM${n}`),
  side: "buy",
  quantity: Quantity.unsafe(String(n + 1)),
  price: Price.unsafe(`${100 + n}.25`),
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

/** Fifty orders that work at the simulator, and then are all filled there. */
const filledThere = ({ exchange }: Simulator.Simulator, round: number) =>
  Effect.gen(function* () {
    const before = (yield* exchange.orders).length
    yield* exchange.instruct({ id: `rest${round}`, when: {}, do: { accept: {} }, times: OPEN })
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(
      account,
      Array.from({ length: OPEN }, (_, n) => tradeOf(round, n))
    )
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
    const placed = (yield* exchange.orders).slice(before)
    for (const { brokerOrderId } of placed) {
      yield* exchange.instruct({ id: `f${brokerOrderId}`, do: { fill: { brokerOrderId } } })
    }
    return placed
  })

/** From the request to the last row: the same listing, and a fill and its order written for each of it, as a loop does. */
const bare = async (file: string, url: string, token: string): Promise<number> => {
  const database = new Database(file)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = FULL")
  database.exec("CREATE TABLE IF NOT EXISTS fills (id TEXT PRIMARY KEY, price TEXT, quantity TEXT, status TEXT)")
  const insert = database.prepare("INSERT OR REPLACE INTO fills VALUES (?, ?, ?, ?)")
  const took = timing()
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const orders: unknown = await answer.json()
  for (const order of Array.isArray(orders) ? orders : []) {
    const [activity] = order.orderActivityCollection ?? []
    const [leg] = activity?.executionLegs ?? []
    insert.run(String(order.orderId), String(leg?.price), String(leg?.quantity), String(order.status))
  }
  const { seconds } = took()
  database.close()
  return seconds
}

/** Polling 50 open orders over sockets until all their fills are on the books, jitter off. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, (folder) =>
    Effect.gen(function* () {
      const simulator = yield* Simulator.make({ requestsAMinute: 1_000_000 })
      const tokens = { file: join(folder, "tokens.json"), key: undefined }
      const login = yield* simulator.login
      yield* TokenFile.write(tokens, login)
      const wire = yield* Wire.open({ credentials: simulator.credentials, tokens, requestsAMinute: 1_000_000 })
      const broker = yield* SchwabBroker.make({ account, wire })
      const { hash } = yield* hashOf(wire)
      const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
      const services = Roundlot.layerOn(SqliteStore.layer({ file: join(folder, "real.db") }))
      const round = (number: number) =>
        Effect.gen(function* () {
          yield* filledThere(simulator, number)
          const open = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitted"] }] })
          const from = open.flatMap(({ sentAt }) => sentAt ?? []).reduce((a, b) => (a < b ? a : b))
          const polled = yield* Tracking.makePolled
          const took = timing()
          yield* Tracking.pollOpenOrders({ intervalMs: 15_000, maxJitterMs: 0 }, polled)
          const { seconds } = took()
          const query = new URLSearchParams({
            fromEnteredTime: Instant.format(from),
            toEnteredTime: Instant.format(Instant.addMillis(from, 600_000))
          })
          const url = `${wire.place.origin}/trader/v1/accounts/${hash}/orders?${query.toString()}`
          const floor = yield* Effect.promise(() =>
            bare(join(folder, "bare.db"), url, Redacted.value(login.accessToken))
          )
          const left = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitted"] }] })
          return { seconds, floor, left: left.length }
        })
      const rounds = yield* Effect.zipRight(
        driven,
        Effect.forEach(
          Array.from({ length: 1 + (asked.rounds ?? 5) }, (_, i) => i),
          round
        )
      ).pipe(Effect.provide(Layer.provideMerge(services, brokers)))
      const seconds = median(rounds.map((each) => each.seconds))
      return [
        atMost("50 open orders polled until all fills are on the books", seconds, 10, " s"),
        atMost("an order", seconds / OPEN, 0.2, " s"),
        atMost("beside a bare loop", median(rounds.map((each) => each.seconds / each.floor)), 1.5, "×"),
        noted("orders left unfilled on the books", String(Math.max(...rounds.map(({ left }) => left))))
      ]
    }).pipe(Effect.scoped, Effect.provide(world), Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)
  )

const HASH = /"hashValue":"(\w+)"/

const hashOf = (wire: Wire.Wire) =>
  Effect.map(
    wire.ask({ method: "GET", path: "/trader/v1/accounts/accountNumbers", within: "5 seconds" }),
    (outcome) => ({ hash: outcome._tag === "Answered" ? (HASH.exec(outcome.text)?.[1] ?? "") : "" })
  )

import { join } from "node:path"
import {
  Account,
  AccountName,
  type Broker,
  Clock,
  Commands,
  Decimal,
  Instant,
  Price,
  Quantity,
  Roundlot
} from "@roundlot/core"
import { ClientOrderId, Entropy, type Report, TradeRepository } from "@roundlot/core/adapter"
import { Driving, Ledger, Sync } from "@roundlot/core/ledger"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Layer, Queue, Redacted } from "effect"
import * as instant from "./broker.ts"
import { type Asked, atLeast, atMost, type Figure, inFolder, noted, timing } from "./measuring.ts"
import { onServer } from "./postgres/database.ts"

const EXECUTIONS = 100_000
const QUICK = 10_000
/** Executions of an order, and one in how many is corrected. */
const OF_AN_ORDER = 10
const CORRECTED = 20

const account = AccountName.AccountName.make("paper")
const symbols = Array.from({ length: 250 }, (_, i) => `S${i}`)
const utf8 = new TextEncoder()
const ONE = Decimal.unsafe("1")
const TWO = Decimal.unsafe("2")
const price = Price.unsafe("100.25")
const commission = { amount: Decimal.unsafe("0.35"), currency: "USD" }

/** The n-th execution that the broker has: of an order of ten, some with a correction behind them. */
const executedOf = (n: number, revision: number, at: Instant.Instant): Report.Received<Report.Executed> => {
  const order = Math.floor(n / OF_AN_ORDER)
  const base = `0000e0d5.${n.toString(16).padStart(8, "0")}.01`
  const permId = String(10_000_000_000 + order)
  const symbol = symbols[order % symbols.length] ?? "S0"
  const report: Report.Executed = {
    _tag: "Executed",
    account,
    asOf: at,
    asOfKind: "broker",
    execId: `${base}.0${revision}`,
    execIdBase: base,
    revision,
    brokerOrderId: ClientOrderId.BrokerOrderId.make(permId),
    clientOrderId: undefined,
    symbol,
    side: order % 2 === 0 ? "buy" : "sell",
    quantity: revision === 1 ? ONE : TWO,
    price,
    executedAt: at,
    commission,
    facts: { permId, clientId: "7", orderId: String(order), secType: "STK", exchange: "ARCA", currency: "USD" }
  }
  const text = `{"message":"execDetails","execId":"${base}.0${revision}","permId":"${permId}","symbol":"${symbol}","price":"100.25"}`
  return { report, payload: { contentType: "application/json", bytes: utf8.encode(text) } }
}

/** The shares of an order: one an execution, and one more where one of them is corrected. */
const totalOf = (order: number): Quantity.Quantity =>
  Quantity.unsafe(String(OF_AN_ORDER + ((order * OF_AN_ORDER) % CORRECTED === 0 ? 1 : 0)))

/** An order as its broker shows it: while it works, and once all of it has filled. */
const seenOf = (order: number, at: Instant.Instant, isFilled: boolean): Report.Received<Report.OrderSeen> => ({
  report: {
    _tag: "OrderSeen",
    account,
    asOf: at,
    asOfKind: "ours",
    brokerOrderId: ClientOrderId.BrokerOrderId.make(String(10_000_000_000 + order)),
    clientOrderId: undefined,
    symbol: symbols[order % symbols.length] ?? "S0",
    side: order % 2 === 0 ? "buy" : "sell",
    quantity: totalOf(order),
    rawStatus: isFilled ? "Filled" : "Submitted",
    state: isFilled ? { _tag: "Closed", kind: "filled" } : { _tag: "Open" },
    cumulative: isFilled ? totalOf(order) : undefined,
    averagePrice: undefined,
    executionsRead: false
  },
  payload: undefined
})

/** A broker that has so many executions, and the orders that they are of. */
const having = (count: number, now: Instant.Instant) => {
  const fills: Array<Report.Received<Report.Executed>> = []
  for (let n = 0; n < count; n++) {
    const at = Instant.addMillis(now, n - 3_600_000)
    fills.push(executedOf(n, 1, at))
    if (n % CORRECTED === 0) fills.push(executedOf(n, 2, Instant.addMillis(at, 1)))
  }
  const orders = (isFilled: boolean) =>
    Array.from({ length: Math.ceil(count / OF_AN_ORDER) }, (_, order) => seenOf(order, now, isFilled))
  return { fills, open: orders(false), filled: orders(true) }
}

/** When so many fills had been written, in seconds from the begin. */
type Marks = Array<{ readonly fills: number; readonly seconds: number }>

const watched = (store: TradeRepository.TradeRepositoryService, marks: Marks, took: () => number) => {
  let fills = 0
  const counted: TradeRepository.TradeRepositoryService = {
    ...store,
    write: (scope, plan) => {
      let made = 0
      return Effect.tap(
        store.write(scope, (state) => {
          const planned = plan(state)
          if (planned._tag === "Planned")
            made = planned.changes.reduce(
              (sum, { inserts, table }) => sum + (table === "fills" ? inserts.length : 0),
              0
            )
          return planned
        }),
        () =>
          Effect.sync(() => {
            fills += made
            if (made > 0) marks.push({ fills, seconds: took() })
          })
      )
    }
  }
  return counted
}

const begin = Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(account, Account.defaultSettings, "bench")
  const { leases } = yield* TradeRepository.TradeRepository
  const token = yield* (yield* leases.open(Driving.unnamed)).take(account)
  yield* (yield* Ledger.Ledger).leases.hold(account, { token, provenMs: Number.POSITIVE_INFINITY })
})

const secondsAt = (marks: Marks, fills: number): number => marks.find((each) => each.fills >= fills)?.seconds ?? 0

const syncing = <E>(
  name: string,
  count: number,
  store: Layer.Layer<TradeRepository.TradeRepository, E>
): Effect.Effect<ReadonlyArray<Figure>, unknown> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(Date.now())
    const { filled, fills, open } = having(count, now)
    const marks: Marks = []
    const took = timing()
    const heads = yield* Queue.unbounded<Report.Received>()
    const broker: Broker.BrokerService = {
      ...instant.instant(heads, () => now, account),
      orders: () => Effect.succeed({ complete: true, received: filled }),
      fills: () => Effect.succeed({ complete: true, received: fills })
    }
    const counting = Layer.map(store, (context) => context)
    const watching = Layer.effect(
      TradeRepository.TradeRepository,
      Effect.map(TradeRepository.TradeRepository, (each) => watched(each, marks, () => took().seconds))
    ).pipe(Layer.provide(counting))
    const foundations = Layer.mergeAll(watching, Clock.layerAlwaysOpen, Entropy.layerSecure)
    const all = Layer.merge(Roundlot.layer.pipe(Layer.provideMerge(foundations)), instant.layer(broker))
    return yield* Effect.gen(function* () {
      yield* begin
      // Their orders stand first, as a daemon's polling leaves them: executions are what is measured.
      yield* Sync.syncTradesOnce({
        account,
        broker: {
          ...broker,
          fills: () => Effect.succeed({ complete: true, received: [] }),
          orders: () => Effect.succeed({ complete: true, received: open })
        }
      })
      const begun = took().seconds
      const first = yield* Sync.syncTradesOnce({ account, broker })
      const whole = took().seconds - begun
      const repository = yield* TradeRepository.TradeRepository
      const before = JSON.stringify([...(yield* repository.heads)])
      const again = took().seconds
      const second = yield* Sync.syncTradesOnce({ account, broker })
      const repeated = took().seconds - again
      const isSame = before === JSON.stringify([...(yield* repository.heads)])
      const slice = Math.floor(fills.length / 10)
      const begins = secondsAt(marks, slice) - begun
      const ends = secondsAt(marks, fills.length) - secondsAt(marks, fills.length - slice)
      return [
        noted(
          `${name}: ${fills.length} executions, ${first.canonicalChanges + first.inserted - count} of them corrections`,
          `${whole.toFixed(1)} s`
        ),
        noted(`${name}: an execution`, `${((whole / fills.length) * 1e6).toFixed(0)} µs`),
        atMost(`${name}: the last tenth against the first`, ends / begins, 1.3, "×"),
        atLeast(`${name}: the same window again is quicker by`, whole / repeated, 5, "×"),
        {
          what: `${name}: entries that it writes`,
          measured: isSame && second.inserted === 0 ? "0" : "some",
          goal: "0",
          holds: isSame && second.inserted === 0
        }
      ]
    }).pipe(Effect.scoped, Effect.provide(all))
  })

/** How long a sync of executions takes, how it grows, and what the same window costs again. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const count = asked.trades ?? (asked.quick ? QUICK : EXECUTIONS)
    const sqlite = await Effect.runPromise(
      syncing("SQLite", count, SqliteStore.layer({ file: join(folder, "synced.db") }))
    )
    const postgres = await onServer(async ({ fresh }) =>
      Effect.runPromise(syncing("Postgres", count, PostgresStore.layer({ url: Redacted.make(await fresh()) })))
    )
    return [...sqlite, ...postgres]
  })

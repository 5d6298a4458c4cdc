import { join } from "node:path"
import {
  Account,
  AccountName,
  Accumulator,
  type Broker as BrokerPort,
  Clock,
  Commands,
  Decimal,
  Instant,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker,
  type Trade
} from "@roundlot/core"
import { Books, Entropy, Need, type Report, TradeRepository } from "@roundlot/core/adapter"
import { Booking, commands, Driving, Ledger, type plan, Submission } from "@roundlot/core/ledger"
import { SampleRows as rows } from "@roundlot/testing"
import { Dialect, Statements } from "@roundlot/store-sql"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Sqlite } from "@roundlot/sqlite"
import { Chunk, Effect, Fiber, Layer, Logger, LogLevel, Queue, Stream } from "effect"
import * as broker from "./broker.ts"
import * as floor from "./floor.ts"
import { atMost, cpuSeconds, inFolder, noted, quantile, timing, type Asked, type Figure } from "./measuring.ts"

const account = AccountName.AccountName.make("bench")

/** How many are not counted: the compiler is still at work. */
const WARMING = 1_000

/** So many orders are planned before they are sent, one after another. */
const AT_ONCE = 500

/** Executions that an order takes until it is filled. */
const PARTS = 10

const EVENTS_A_SECOND = 1_000

/** The stream stands before the first of it is due. Milliseconds. */
const LEAD_MS = 200

/** Of the stream a whole second is not counted. */
const WARMING_EVENTS = EVENTS_A_SECOND

const now = () => Instant.fromMillis(Date.now())

/** The real services on a store in `file`, with a broker that takes everything and tells nothing by itself. */
const on = <A, E>(
  file: string,
  use: Effect.Effect<A, E, Roundlot.Services | Roundlot.Foundations | BrokerPort.Brokers>
) =>
  Effect.gen(function* () {
    const silent = yield* Queue.sliding<Report.Received>(1)
    const brokers = broker.layer(broker.instant(silent, now, account))
    const foundations = Layer.mergeAll(SqliteStore.layer({ file }), Clock.layerAlwaysOpen, Entropy.layerSecure)
    return yield* Effect.provide(use, Layer.merge(Layer.provideMerge(Roundlot.layer, foundations), brokers))
  }).pipe(Effect.scoped, Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)

const trade = (i: number): Trade.TradeInput => ({
  source: "bench",
  sourceId: `b${i}`,
  occurrence: "0",
  symbol: `S${i}`,
  side: "buy",
  quantity: Quantity.unsafe(String(PARTS)),
  price: Price.unsafe("100"),
  tradedAt: Instant.make(1n),
  reverses: undefined
})

const facts = { currency: "USD", lot: undefined, fractionable: false, shortable: true }

const confirmed = (numbers: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const members = numbers.map((i): plan.Member<unknown> => {
      const symbol = Ticker.Ticker.make(`S${i}`)
      return {
        account,
        cause: { kind: "start", actor: "bench" },
        needs: [Need.Need.Position({ account, symbol })],
        apply: (recorder) => commands.confirmInstrument(recorder, symbol, facts)
      }
    })
    yield* ledger.submitAll("command", members)
  })

/** An account that this process drives. */
const driven = Effect.gen(function* () {
  const { setAccount } = yield* Commands.Commands
  yield* setAccount(account, Account.defaultSettings, "bench")
  const driving = yield* Driving.open(Driving.unnamed)
  yield* driving.take(account)
})

/** So many more pending orders of ten shares each, every one of a symbol of its own. */
const pendingOrders = (count: number, from = 0) =>
  Effect.gen(function* () {
    const numbers = Array.from({ length: count }, (_, i) => from + i)
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(account, numbers.map(trade), SourcePolicy.anyAge)
    yield* confirmed(numbers)
    return yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["pending"] }] })
  })

/** A file with the store's tables, and one row of each that attempts, payloads and fills refer to. */
const bareFile = async (file: string): Promise<Sqlite.Database> => {
  const write = Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
    repository.write(rows.scope(), rows.writing(rows.everything))
  )
  await Effect.runPromise(Effect.scoped(Effect.provide(write, SqliteStore.layer({ file }))))
  return floor.open(file)
}

const inserter = (db: Sqlite.Database, table: "payloads" | "attempts" | "fills") => {
  const { cells, text } = Statements.insert(Dialect.sqlite, Books.tables[table])
  const statement = db.prepare(text)
  return (row: Readonly<Record<string, Sqlite.Cell>>) => void statement.run(...cells.map((cell) => row[cell] ?? null))
}

const FIRST_ID = 1_000
const body = { bytes: Buffer.from("x".repeat(160)) }

/** What a bare program takes for the rows of an attempt, in milliseconds. */
interface BareAttempt {
  /** Three inserts, each of which is durable by itself. */
  readonly inserts: number
  /** The same rows in two commits: the least that keeps the request durable before the send. */
  readonly commits: number
}

/** Writes the request, the attempt and the answer with bare statements, both ways. */
const bareAttempts = (db: Sqlite.Database) => {
  const [payload, attempt] = [inserter(db, "payloads"), inserter(db, "attempts")]
  let id = FIRST_ID
  const request = () => payload({ ...rows.payload, ...body, id: 2 * id })
  const sent = () => attempt({ ...rows.attempt, id, number: id, requestPayloadId: 2 * id })
  const answer = () => payload({ ...rows.payload, ...body, id: 2 * id + 1, direction: "response" })
  const before = () => {
    request()
    sent()
  }
  const timedBy = (write: () => void): number => {
    id += 1
    const begun = performance.now()
    write()
    return performance.now() - begun
  }
  return (): BareAttempt => ({
    inserts: timedBy(() => {
      request()
      sent()
      answer()
    }),
    commits: timedBy(() => {
      Sqlite.transaction(db, before)
      Sqlite.transaction(db, answer)
    })
  })
}

/** Commits fills with a bare statement, each by itself, and says when each was durable. */
const bareFills = (db: Sqlite.Database) => {
  const fill = inserter(db, "fills")
  let id = FIRST_ID
  return (come: ReadonlyArray<unknown>): Effect.Effect<ReadonlyArray<number>> =>
    Effect.sync(() =>
      come.map(() => {
        id += 1
        fill({ ...rows.fill, id, execId: `b${id}#1`, execIdBase: `b${id}` })
        return performance.now()
      })
    )
}

/** Milliseconds that something took, and of processor time. */
const timed = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const cpu = cpuSeconds()
    const begun = performance.now()
    return Effect.map(work, () => {
      const wall = performance.now() - begun
      return { wall, cpu: (cpuSeconds() - cpu) * 1_000 }
    })
  })

/** One order after another is sent, and in turns with it its three rows are written bare. */
const recording = (asked: Asked, count: number) =>
  inFolder(asked, async (folder) => {
    const bare = await bareFile(join(folder, "bare.db"))
    const write = bareAttempts(bare)
    const both = await on(
      join(folder, "real.db"),
      Effect.gen(function* () {
        yield* driven
        const all: Array<{ readonly cpu: number; readonly real: number; readonly bare: BareAttempt }> = []
        while (all.length < count + WARMING) {
          const orders = yield* pendingOrders(Math.min(AT_ONCE, count + WARMING - all.length), all.length)
          for (const order of orders) {
            const { cpu, wall } = yield* timed(Submission.sendOrder(order))
            all.push({ cpu, real: wall, bare: write() })
          }
        }
        return all
      }).pipe(Effect.scoped)
    )
    bare.close()
    return both.slice(WARMING)
  })

/** The n-th part of an order's execution, as a frame of the stream tells it. */
const partOf = (order: Order.Order, part: number): Report.Received => {
  const whole = broker.fillOf(order, now())
  const execIdBase = `${whole.report.execIdBase}/${part}`
  const report = { ...whole.report, quantity: Decimal.unsafe("1"), execIdBase, execId: `${execIdBase}#1`, revision: 1 }
  return { ...whole, report }
}

/**
 * Tells of what comes, 1,000 a second, whether what came before is done or not, as a broker's stream does: `book` takes what has come
 * meanwhile together, and says when each was durable. How long each took from the moment it was due, in milliseconds.
 */
const paced = <A, E, R>(
  all: ReadonlyArray<A>,
  book: (come: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<number>, E, R>
) =>
  Effect.gen(function* () {
    const stream = yield* Queue.unbounded<A>()
    const durable: Array<number> = []
    const booking = yield* Effect.fork(
      Stream.runForEachChunk(Stream.take(Stream.fromQueue(stream), all.length), (come) =>
        Effect.map(book(Chunk.toReadonlyArray(come)), (moments) => durable.push(...moments))
      )
    )
    const begun = performance.now() + LEAD_MS
    const dueAt = (i: number): number => begun + (i * 1_000) / EVENTS_A_SECOND
    for (const [i, one] of all.entries()) {
      const leftMs = Math.ceil(dueAt(i) - performance.now())
      if (leftMs > 0) yield* Effect.sleep(leftMs)
      yield* Queue.offer(stream, one)
    }
    yield* Fiber.join(booking)
    return durable.map((at, i) => at - dueAt(i))
  })

/** Books executions by the daemon's own way. */
const booked = (received: ReadonlyArray<Report.Received>) =>
  Effect.map(Booking.bookAll(received), () => {
    const at = performance.now()
    return received.map(() => at)
  })

/** Executions come 1,000 a second, each until its fill is durable; then as many come to a program that writes one bare row of each. */
const streaming = (asked: Asked, count: number) =>
  inFolder(asked, async (folder) => {
    const own = await on(
      join(folder, "real.db"),
      Effect.gen(function* () {
        yield* driven
        const orders = yield* pendingOrders((count + WARMING_EVENTS) / PARTS)
        yield* Effect.forEach(orders, Submission.sendOrder)
        const events = Array.from({ length: PARTS }, (_, part) => orders.map((order) => partOf(order, part))).flat()
        const took = timing()
        const each = yield* paced(events, booked)
        return { each, cpu: took().cpu / events.length }
      }).pipe(Effect.scoped)
    )
    const bare = await bareFile(join(folder, "bare.db"))
    const events = Array.from({ length: count + WARMING_EVENTS }, (_, i) => i)
    const floor = await Effect.runPromise(paced(events, bareFills(bare)))
    bare.close()
    return { real: own.each.slice(WARMING_EVENTS), floor: floor.slice(WARMING_EVENTS), cpu: own.cpu }
  })

const ms = (value: number): string => `${value.toFixed(2)} ms`

/** What it costs to record an attempt, and to book an execution of the stream. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const count = asked.trades ?? (asked.quick ? 1_000 : 5_000)
  const attempts = await recording(asked, count)
  const events = await streaming(asked, count)
  const bareCommit = quantile(events.floor, 0.99)
  const event = quantile(events.real, 0.99)
  return [
    ...[0.5, 0.99].flatMap((share) => {
      const name = `recording an attempt, request and answer, p${share * 100}`
      const at = (of: (each: (typeof attempts)[number]) => number) => quantile(attempts.map(of), share)
      const [own, inserts, commits] = [
        at(({ real }) => real),
        at(({ bare }) => bare.inserts),
        at(({ bare }) => bare.commits)
      ]
      return [
        atMost(name, own, 20, " ms"),
        atMost(`${name}, of three bare inserts of ${ms(inserts)}`, own / inserts, 3, "×"),
        noted(`${name}, of the same rows in two commits`, `${(own / commits).toFixed(1)}× ${ms(commits)}`)
      ]
    }),
    noted(
      "an event of the stream until its fill is durable, 1,000 a second, p50, and a bare row's",
      `${ms(quantile(events.real, 0.5))}, ${ms(quantile(events.floor, 0.5))}`
    ),
    atMost(
      `an event of the stream until its fill is durable, 1,000 a second, p99: ${ms(event)}, of one bare commit's at the same times, ${ms(bareCommit)}`,
      event / bareCommit,
      3,
      "×"
    ),
    noted(
      "processor time of an attempt, p50, and of an event",
      `${ms(
        quantile(
          attempts.map(({ cpu }) => cpu),
          0.5
        )
      )}, ${ms(events.cpu * 1_000)}`
    ),
    noted("attempts and events each, after 1,000 of each for warming", String(count))
  ]
}

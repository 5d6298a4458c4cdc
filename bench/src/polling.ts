import { join } from "node:path"
import { type Broker, Instant } from "@roundlot/core"
import { type Report, TradeRepository } from "@roundlot/core/adapter"
import { Tracking } from "@roundlot/core/ledger"
import { Effect, Either } from "effect"
import { answerOf, openOf, requestOf } from "./broker.ts"
import { drained, feeding, onStage } from "./engine.ts"
import { type Asked, type Figure, inFolder, median, noted, timing } from "./measuring.ts"
import { tradesFrom, usual, wholeLots } from "./workload.ts"

const OPEN = 50

const now = () => Instant.fromMillis(Date.now())

/** What was asked, and of whom. */
interface Counted {
  /** For open orders, of the store. */
  questions: number
  /** Of the broker. */
  requests: number
  /** To the store, those that wrote nothing too. */
  commits: number
  entries: number
}

const nothingCounted: Counted = { questions: 0, requests: 0, commits: 0, entries: 0 }

const asksForOpen = ({ table, where }: TradeRepository.PageQuery): boolean =>
  table === "orders" && where.some((filter) => "in" in filter && filter.in.includes("submitted"))

const counting =
  (counted: Counted) =>
  (store: TradeRepository.TradeRepositoryService): TradeRepository.TradeRepositoryService => ({
    ...store,
    page: (query) => {
      if (asksForOpen(query)) counted.questions += 1
      return store.page(query)
    },
    write: (scope, plan) => {
      counted.commits += 1
      return store.write(scope, (state) => {
        const planned = plan(state)
        if (planned._tag === "Planned") for (const { entries } of planned.journals) counted.entries += entries.length
        return planned
      })
    }
  })

/** A broker that fills what it gets until `keeps` says so; from then on it keeps orders open, and counts who asks for them. */
const keeping =
  (counted: Counted, keeps: () => boolean) =>
  (atOnce: Broker.BrokerService): Broker.BrokerService => {
    const kept = new Map<string, Report.Received<Report.OrderSeen>>()
    return {
      ...atOnce,
      prepare: (terms) =>
        keeps()
          ? Either.right({
              request: requestOf(terms),
              send: (attemptId) =>
                Effect.sync(() => {
                  const seen = openOf(terms, now())
                  kept.set(seen.report.brokerOrderId, seen)
                  return answerOf(terms, attemptId, now())
                })
            })
          : atOnce.prepare(terms),
      order: (id) => {
        counted.requests += 1
        const seen = kept.get(id)
        return seen === undefined ? atOnce.order(id) : Effect.succeed(seen)
      }
    }
  }

/** The rows of orders that a broker has taken and not ended, the oldest first, so many at most. */
const submittedOrders = (most: number) =>
  Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
    repository.page({
      table: "orders",
      where: [{ column: "status", in: ["submitted"] }],
      orderBy: ["id"],
      descending: false,
      after: undefined,
      limit: most
    })
  )

const allOpen = Effect.gen(function* () {
  while ((yield* submittedOrders(OPEN)).length < OPEN) yield* Effect.sleep("1 millis")
})

/** What a pass over 50 open orders asks for, among many that have ended. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, (folder) => {
    const trades = asked.trades ?? (asked.quick ? 5_000 : 50_000)
    const shape = usual(trades)
    const counted: Counted = { ...nothingCounted }
    let isKeeping = false
    const stage = {
      file: join(folder, "real.db"),
      shape,
      watched: counting(counted),
      broker: keeping(counted, () => isKeeping)
    }
    const pass = Effect.gen(function* () {
      const polled = yield* Tracking.makePolled
      Object.assign(counted, nothingCounted)
      const took = timing()
      yield* Tracking.pollOpenOrders(Tracking.defaultPolling, polled)
      const { cpu, seconds } = took()
      return { ...counted, ms: seconds * 1000, cpuMs: cpu * 1000 }
    })
    return onStage(
      stage,
      Effect.gen(function* () {
        yield* feeding(tradesFrom(shape, 1), { callers: 10, chunk: 100 })
        yield* drained
        isKeeping = true
        yield* feeding(wholeLots(shape, OPEN)[Symbol.iterator](), { callers: 1, chunk: 1 })
        yield* allOpen
        const passes = yield* Effect.all(Array.from({ length: 1 + (asked.rounds ?? 5) }, () => pass))
        const of = (part: keyof Counted | "ms" | "cpuMs") => median(passes.map((each) => each[part]))
        return [
          {
            what: "50 open orders: requests to the broker in a pass",
            measured: String(of("requests")),
            goal: "50",
            holds: of("requests") === OPEN
          },
          {
            what: "queries that find them",
            measured: String(of("questions")),
            goal: "1",
            holds: of("questions") === 1
          },
          noted("transactions, and entries that they wrote", `${of("commits")}, ${of("entries")}`),
          noted("a pass", `${of("ms").toFixed(1)} ms, ${of("cpuMs").toFixed(1)} ms of processor`)
        ]
      })
    )
  })

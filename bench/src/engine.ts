import type { AccountName, Broker, Ticker } from "@roundlot/core"
import {
  Account,
  Accumulator,
  Clock,
  commands,
  Commands,
  Driving,
  Health,
  Entropy,
  Instant,
  Ledger,
  Need,
  type plan,
  type Report,
  type Roundlot,
  Submission,
  TradeRepository
} from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Chunk, Effect, Layer, Logger, LogLevel, Queue, Stream } from "effect"
import * as broker from "./broker.ts"
import { accountsOf, type BenchTrade, type Shape, symbolsOf } from "./workload.ts"

/** How trades come in. */
export interface Callers {
  readonly callers: number
  /** Trades that a caller submits at once. */
  readonly chunk: number
}

/** What a run of the real parts came to. */
export interface EngineRun {
  readonly seconds: number
  /** Seconds of processor time, all threads. */
  readonly cpu: number
  readonly heapMiB: ReadonlyArray<number>
  readonly rssMiB: number
}

const settings: Account.AccountSettings = { ...Account.defaultSettings }

const facts = { currency: "USD", lot: undefined, fractionable: false, shortable: true }

/** The logical commits that make a shape's accounts and confirm their instruments. */
export const preparations = (shape: Shape): ReadonlyArray<plan.Member<unknown>> =>
  accountsOf(shape).flatMap((account): ReadonlyArray<plan.Member<unknown>> => [
    member(account, [Need.Need.Account({ account })], (recorder) => commands.setAccount(recorder, settings)),
    ...symbolsOf(shape).map((symbol) => confirming(account, symbol))
  ])

const member = (
  account: AccountName.AccountName,
  needs: ReadonlyArray<Need.Need>,
  apply: plan.Member<unknown>["apply"]
): plan.Member<unknown> => ({ account, cause: { kind: "start", actor: "bench" }, needs, apply })

const confirming = (account: AccountName.AccountName, symbol: Ticker.Ticker): plan.Member<unknown> =>
  member(account, [Need.Need.Position({ account, symbol })], (recorder) =>
    commands.confirmInstrument(recorder, symbol, facts)
  )

const CHUNK_OF_PREPARATIONS = 500

const prepare = (shape: Shape) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger.Ledger
    const all = preparations(shape)
    for (let i = 0; i < all.length; i += CHUNK_OF_PREPARATIONS) {
      yield* ledger.submitAll("command", all.slice(i, i + CHUNK_OF_PREPARATIONS))
    }
  })

/** Books what the broker reports, whatever has come at once. */
const following = (fills: Queue.Dequeue<Report.Received>) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    Stream.runForEachChunk(Stream.fromQueue(fills), (chunk) =>
      ledger.submitAll("report", Chunk.toReadonlyArray(Chunk.map(chunk, Submission.reportMember)))
    )
  )

/** Takes the leases of the shape's accounts: nothing is sent without. */
const taking = (shape: Shape) =>
  Effect.flatMap(Driving.open(Driving.unnamed), (driving) =>
    Effect.forEach(accountsOf(shape), driving.take, { discard: true })
  )

/** Sends what is due after every commit, as the daemon does. */
const submitting = Effect.flatMap(Ledger.Ledger, (ledger) =>
  Stream.runForEach(Stream.buffer(ledger.commits, { capacity: 1, strategy: "sliding" }), () =>
    Submission.submitPending(() => Effect.succeed(true))
  )
)

const feeding = (trades: ReadonlyArray<BenchTrade>, { callers, chunk }: Callers) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    let next = 0
    const caller = Effect.gen(function* () {
      while (next < trades.length) {
        const own = trades.slice(next, next + chunk)
        next += chunk
        const [first] = own
        if (first === undefined) return
        const inputs = own.map(({ input }) => input)
        yield* chunk === 1
          ? accumulator.submit(first.account, first.input)
          : accumulator.submitMany(first.account, inputs)
      }
    })
    yield* Effect.all(
      Array.from({ length: callers }, () => caller),
      { concurrency: "unbounded", discard: true }
    )
  })

/** Until no order moves any more. */
const drained = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  for (;;) {
    const moving = yield* repository.page({
      table: "orders",
      where: [{ column: "status", in: ["pending", "submitting", "in_doubt", "submitted", "partially_filled"] }],
      orderBy: ["id"],
      descending: false,
      after: undefined,
      limit: 1
    })
    if (moving.length === 0) return
    yield* Effect.sleep("1 millis")
  }
})

const MIB = 1024 * 1024

/** Runs the real ledger, submission and reports on a store in `file`, with a broker in memory that answers at once. */
export const run = (
  file: string,
  shape: Shape,
  trades: ReadonlyArray<BenchTrade>,
  callers: Callers,
  limits: Ledger.GroupLimits
): Promise<EngineRun> =>
  Effect.gen(function* () {
    const fills = yield* Queue.unbounded<Report.Received>()
    const [anyAccount] = accountsOf(shape)
    if (anyAccount === undefined) return yield* Effect.dieMessage("a shape without accounts")
    const own = broker.instant(fills, () => Instant.fromMillis(Date.now()), anyAccount)
    const heapMiB: Array<number> = []
    const measured = Effect.gen(function* () {
      yield* prepare(shape)
      yield* taking(shape)
      const begun = performance.now()
      const busy = process.cpuUsage()
      yield* Effect.forkScoped(following(fills))
      yield* Effect.forkScoped(submitting)
      yield* feeding(trades, callers)
      yield* drained
      const seconds = (performance.now() - begun) / 1000
      const used = process.cpuUsage(busy)
      const cpu = (used.user + used.system) / 1e6
      heapMiB.push(process.memoryUsage().heapUsed / MIB)
      return { seconds, cpu, heapMiB, rssMiB: process.memoryUsage().rss / MIB }
    })
    const services: Layer.Layer<Roundlot.Services | Roundlot.Foundations | Broker.Brokers, TradeRepository.StoreError> =
      Layer.mergeAll(Accumulator.layer, Commands.layer, Health.layer).pipe(
        Layer.provideMerge(Ledger.layerWith(limits)),
        Layer.provideMerge(Layer.mergeAll(SqliteStore.layer({ file }), Clock.layerAlwaysOpen, Entropy.layerSecure)),
        Layer.provideMerge(broker.layer(own))
      )
    return yield* Effect.scoped(measured).pipe(Effect.provide(services))
  }).pipe(Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)

import type { AccountName, Broker, Ticker } from "@roundlot/core"
import {
  Account,
  Accumulator,
  Batches,
  Clock,
  Commands,
  Instant,
  Quantity,
  type Roundlot,
  SourcePolicy
} from "@roundlot/core"
import { Entropy, Need, type Report, TradeRepository } from "@roundlot/core/adapter"
import {
  accountwise,
  Booking,
  commands,
  Driving,
  Health,
  Ledger,
  type plan,
  Submission,
  work
} from "@roundlot/core/ledger"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Chunk, Effect, Layer, Logger, LogLevel, Queue, Redacted, type Scope, Stream } from "effect"
import * as broker from "./broker.ts"
import { type Took, timing } from "./measuring.ts"
import { accountsOf, type BenchTrade, type Shape, symbolsOf } from "./workload.ts"

/** How trades come in. */
export interface Callers {
  readonly callers: number
  /** Trades that a caller submits at once. */
  readonly chunk: number
}

/** What a run of the real parts came to. */
export interface EngineRun extends Took {
  readonly rssMiB: number
}

const settingsOf = ({ threshold }: Shape): Account.AccountSettings => ({
  ...Account.defaultSettings,
  threshold: threshold === undefined ? undefined : Quantity.unsafe(threshold)
})

const facts = { currency: "USD", lot: undefined, fractionable: false, shortable: true }

/** The logical commits that make a shape's accounts and confirm their instruments. */
export const preparations = (shape: Shape): ReadonlyArray<plan.Member<unknown>> =>
  accountsOf(shape).flatMap((account): ReadonlyArray<plan.Member<unknown>> => [
    member(account, [Need.Need.Account({ account })], (recorder) => commands.setAccount(recorder, settingsOf(shape))),
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
      ledger.submitAll("report", Chunk.toReadonlyArray(Chunk.map(chunk, (received) => Booking.reportMember(received))))
    )
  )

/** Takes the leases of the shape's accounts: nothing is sent without. */
const taking = (shape: Shape) =>
  Effect.flatMap(Driving.open(Driving.unnamed), (driving) =>
    Effect.forEach(accountsOf(shape), driving.take, { discard: true })
  )

/** Sends what is due after the commits that may have made some, as the daemon does. */
const submitting = Effect.gen(function* () {
  const looks = yield* work.makeLooks(() => "1 second")
  const each = yield* accountwise.makeBeside
  const pass = Submission.submitPending(() => Effect.succeed(true), each)
  return yield* work.forever("submission", looks, pass, { after: Submission.submissionFollows })
})

/** Lets callers submit trades, each as soon as its last were answered; `each` is told after every answer. */
export const feeding = (
  trades: Iterator<BenchTrade>,
  { callers, chunk }: Callers,
  each: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    const caller = Effect.gen(function* () {
      for (;;) {
        const own = nextOf(trades, chunk)
        const [first] = own
        if (first === undefined) return
        const inputs = own.map(({ input }) => input)
        yield* chunk === 1
          ? accumulator.submit(first.account, first.input, SourcePolicy.anyAge)
          : accumulator.submitMany(first.account, inputs, SourcePolicy.anyAge)
        yield* each
      }
    })
    yield* Effect.all(
      Array.from({ length: callers }, () => caller),
      { concurrency: "unbounded", discard: true }
    )
  })

const nextOf = (trades: Iterator<BenchTrade>, most: number): ReadonlyArray<BenchTrade> => {
  const taken: Array<BenchTrade> = []
  while (taken.length < most) {
    const next = trades.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

/** Until no order moves any more. */
export const drained = Effect.gen(function* () {
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

/** What runs of the real parts can use. */
export type Parts = Roundlot.Services | Roundlot.Foundations | Broker.Brokers

/** Where the real parts run, and on what. */
export interface Stage {
  /** A file of SQLite's, or the address of a Postgres database. */
  readonly file: string
  readonly shape: Shape
  readonly limits?: Ledger.GroupLimits
  /** What stands between the services and the store, for those who watch it. */
  readonly watched?: (store: TradeRepository.TradeRepositoryService) => TradeRepository.TradeRepositoryService
  /** Another broker than the one that fills at once, for all accounts or for some. */
  readonly broker?: (atOnce: Broker.BrokerService, account: AccountName.AccountName) => Broker.BrokerService
}

const storeAt = (place: string): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError> =>
  place.startsWith("postgres:")
    ? PostgresStore.layer({ url: Redacted.make(place) })
    : SqliteStore.layer({ file: place })

/**
 * Runs something beside the real ledger, submission and reports on a store in `file`, with a broker in memory that answers at
 * once. A new store gets the shape's accounts and instruments before.
 */
export const onStage = <A, E>(
  { broker: other = (same) => same, file, limits = Ledger.defaultLimits, shape, watched = (same) => same }: Stage,
  measured: Effect.Effect<A, E, Parts | Scope.Scope>
): Promise<A> =>
  Effect.gen(function* () {
    const fills = yield* Queue.unbounded<Report.Received>()
    const [anyAccount] = accountsOf(shape)
    if (anyAccount === undefined) return yield* Effect.dieMessage("a shape without accounts")
    const own = broker.instant(fills, () => Instant.fromMillis(Date.now()), anyAccount)
    const played = Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      if ((yield* repository.heads).size === 0) yield* prepare(shape)
      yield* taking(shape)
      yield* Effect.forkScoped(following(fills))
      yield* Effect.forkScoped(submitting)
      return yield* measured
    })
    const store = Layer.effect(
      TradeRepository.TradeRepository,
      Effect.map(TradeRepository.TradeRepository, watched)
    ).pipe(Layer.provide(storeAt(file)))
    const services: Layer.Layer<Parts, TradeRepository.StoreError> = Layer.mergeAll(
      Accumulator.layer,
      Batches.layer,
      Commands.layer,
      Health.layer
    ).pipe(
      Layer.provideMerge(Ledger.layerWith(limits)),
      Layer.provideMerge(Layer.mergeAll(store, Clock.layerAlwaysOpen, Entropy.layerSecure)),
      Layer.provideMerge(broker.layerOf((account) => other(own, account)))
    )
    return yield* Effect.scoped(played).pipe(Effect.provide(services))
  }).pipe(Logger.withMinimumLogLevel(LogLevel.None), Effect.runPromise)

const MIB = 1024 * 1024

/** Runs a shape's trades through the real parts, until nothing of them moves any more. */
export const run = (stage: Stage, trades: Iterable<BenchTrade>, callers: Callers): Promise<EngineRun> =>
  onStage(
    stage,
    Effect.gen(function* () {
      const took = timing()
      yield* feeding(trades[Symbol.iterator](), callers)
      yield* drained
      return { ...took(), rssMiB: process.memoryUsage().rss / MIB }
    })
  )

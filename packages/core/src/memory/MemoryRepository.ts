import { Clock, Effect, Layer } from "effect"
import { tables } from "../books/Books.ts"
import { BadRow, type TableName } from "../tables/Table.ts"
import { DURATION_MS, Fenced, LeaseHeld, type Leases } from "../ports/Lease.ts"
import {
  AlreadyCommitted,
  ConstraintRefused,
  TradeRepository,
  type StoreError,
  type TradeRepositoryService
} from "../ports/TradeRepository.ts"
import * as pageFault from "../ports/pageFault.ts"
import * as MemoryStore from "./MemoryStore.ts"

/** Makes a memory store a `TradeRepository`. Faults of ours stay defects; what a store may refuse is a typed failure. */
export const make = (store: MemoryStore.Copyable): TradeRepositoryService => ({
  identity: { id: "memory", incarnation: "memory" },
  write: (scope, plan) =>
    trying(
      () => store.write(scope, plan),
      (cause) => cause instanceof Fenced || cause instanceof AlreadyCommitted || isOfAStore(cause)
    ),
  leases: leasesOf(store),
  page: (query) => asked(query.table, pageFault.of(tables[query.table], query), () => store.page(query)),
  count: (query) => asked(query.table, pageFault.ofCount(tables[query.table], query), () => store.count(query)),
  forget: (query) => asked(query.table, pageFault.ofForgetting(tables[query.table], query), () => store.forget(query)),
  entries: (query) => attempt(() => store.entries(query)),
  feed: (after, limit) => attempt(() => store.feed(after, limit)),
  heads: attempt(() => store.heads()),
  headsAt: (query) => attempt(() => store.headsAt(query)),
  snapshot: (reads) => Effect.suspend(() => Effect.provideService(reads, TradeRepository, make(store.copy())))
})

/** What a query that has no fault finds. */
const asked = <A>(table: TableName, fault: string | undefined, find: () => A): Effect.Effect<A, StoreError> =>
  fault === undefined ? attempt(find) : Effect.fail(new ConstraintRefused({ table, constraint: `the query ${fault}` }))

const attempt = <A>(run: () => A): Effect.Effect<A, StoreError> => trying(run, isOfAStore)

const isOfAStore = (cause: unknown): cause is ConstraintRefused | BadRow =>
  cause instanceof ConstraintRefused || cause instanceof BadRow

const trying = <A, E>(run: () => A, isExpected: (cause: unknown) => cause is E): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (cause) {
      return isExpected(cause) ? Effect.fail(cause) : Effect.die(cause)
    }
  })

const leasesOf = ({ leases }: MemoryStore.Copyable): Leases => ({
  durationMs: DURATION_MS,
  open: (holder) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => leases.open(holder)),
        (session) => Effect.sync(() => leases.close(session))
      ),
      (session) => ({
        take: (account) =>
          Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
            trying(
              () => leases.take(session, account, nowMs),
              (cause) => cause instanceof LeaseHeld
            )
          ),
        renew: Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
          trying(
            () => leases.renew(session, nowMs),
            (cause) => cause instanceof Fenced
          )
        ),
        drives: (account) => Effect.sync(() => leases.drives(session, account)),
        fails: Effect.sync(() => leases.fails(session))
      })
    ),
  held: Effect.map(Clock.currentTimeMillis, leases.held)
})

/** A store in memory, for tests and embedded use; what it holds goes with the process. */
export const layerMemory: Layer.Layer<TradeRepository> = Layer.sync(TradeRepository, () => make(MemoryStore.make()))

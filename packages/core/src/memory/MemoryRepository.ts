import { Effect, Layer } from "effect"
import { BadRow } from "../books/Table.ts"
import {
  AlreadyCommitted,
  ConstraintRefused,
  TradeRepository,
  type StoreError,
  type TradeRepositoryService,
  type WriteError
} from "../ports/TradeRepository.ts"
import * as MemoryStore from "./MemoryStore.ts"

/** Makes a memory store a `TradeRepository`. Faults of ours stay defects; what a store may refuse is a typed failure. */
export const make = (store: MemoryStore.Copyable): TradeRepositoryService => ({
  identity: { id: "memory", incarnation: "memory" },
  write: (scope, plan) =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(store.write(scope, plan))
      } catch (cause) {
        return writeRefused(cause)
      }
    }),
  page: (query) => attempt(() => store.page(query)),
  entries: (query) => attempt(() => store.entries(query)),
  feed: (after, limit) => attempt(() => store.feed(after, limit)),
  heads: attempt(() => store.heads()),
  snapshot: (reads) => Effect.suspend(() => Effect.provideService(reads, TradeRepository, make(store.copy())))
})

const refused = (cause: unknown): Effect.Effect<never, StoreError> =>
  cause instanceof ConstraintRefused || cause instanceof BadRow ? Effect.fail(cause) : Effect.die(cause)

const writeRefused = (cause: unknown): Effect.Effect<never, WriteError> =>
  cause instanceof AlreadyCommitted ? Effect.fail(cause) : refused(cause)

const attempt = <A>(run: () => A): Effect.Effect<A, StoreError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (cause) {
      return refused(cause)
    }
  })

/** A store in memory, for tests and embedded use; what it holds goes with the process. */
export const layerMemory: Layer.Layer<TradeRepository> = Layer.sync(TradeRepository, () => make(MemoryStore.make()))

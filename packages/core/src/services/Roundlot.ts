import { Context, Effect, Layer } from "effect"
import { type Ledger, layer as layerLedger } from "../ledger/Ledger.ts"
import { layerMemory as layerMemoryStore } from "../memory/MemoryRepository.ts"
import { type Clock, layerAlwaysOpen } from "../ports/Clock.ts"
import { type Entropy, layerSecure } from "../ports/Entropy.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import { Accumulator, make as makeAccumulator } from "./Accumulator.ts"
import { Batches, make as makeBatches } from "./Batches.ts"
import { Commands, make as makeCommands } from "./Commands.ts"
import { type Health, layer as layerHealth } from "./Health.ts"

/** Where trades and commands enter, and the health of it all. */
export type Services = Ledger | Accumulator | Batches | Commands | Health

/** What the services stand on: a store, a clock, randomness. Each may be an app's own. */
export type Foundations = TradeRepository | Clock | Entropy

/** The services on whatever store, clock and randomness the program has; those that keep nothing of their own are made together. */
export const layer: Layer.Layer<Services, never, Foundations> = Layer.effectContext(
  Effect.gen(function* () {
    return Context.make(Accumulator, yield* makeAccumulator).pipe(
      Context.add(Batches, yield* makeBatches),
      Context.add(Commands, yield* makeCommands)
    )
  })
).pipe(Layer.provideMerge(layerHealth), Layer.provideMerge(layerLedger))

/**
 * The services on a store, with a market that never closes and the operating system's randomness. Add the brokers and run
 * `Daemon.run` to drive accounts.
 *
 * @example
 * const roundlot = Roundlot.layerOn(MemoryRepository.layerMemory).pipe(Layer.provideMerge(brokers))
 */
export const layerOn = <E, R>(store: Layer.Layer<TradeRepository, E, R>): Layer.Layer<Services | Foundations, E, R> =>
  layer.pipe(Layer.provideMerge(Layer.mergeAll(store, layerAlwaysOpen, layerSecure)))

/** The services on a store in memory: for tests, and for programs that keep no books. */
export const layerMemory: Layer.Layer<Services | Foundations> = layerOn(layerMemoryStore)

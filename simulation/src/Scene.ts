import type { Exchange } from "@roundlot/broker-paper"
import {
  AccountName,
  type Accumulator,
  type Commands,
  type Id,
  type Ledger,
  type MemoryStore,
  type Trade
} from "@roundlot/core"
import { Clock, Deferred, Effect, Random, type Context } from "effect"
import type { Memory } from "./Memory.ts"
import type { Trouble, Weather } from "./Weather.ts"

/** The one account of a simulated history. */
export const account = AccountName.AccountName.make("paper")

/** What the world outside may use of a running program. */
export type Open = Accumulator.Accumulator | Commands.Commands | Ledger.Ledger

/** The same, as it is given to those outside. */
export type Doors = Context.Context<Open>

/** One life of the program, from its start to the moment in which it is killed. */
export interface Life {
  readonly number: number
  isDead: boolean
  readonly died: Deferred.Deferred<void>
  doors: Doors | undefined
}

/** A trade that was answered, and as what. */
interface Answered {
  readonly input: Trade.TradeInput
  readonly result: string
}

/** The edges of what a program does outside of itself, before and after, counted over all its lives. */
interface Boundaries {
  passed: number
  /** At which of them it is killed. */
  readonly killAt: ReadonlySet<number>
}

/** All that one history is played on. What changes in it is changed by one task at a time, in an order that the seed gives. */
export interface Scene {
  readonly weather: Weather
  readonly accountName: typeof account
  readonly memory: Memory
  readonly exchange: Exchange.ExchangeService
  readonly store: MemoryStore.Copyable
  readonly boundaries: Boundaries
  /** Does anything go wrong now? */
  isStorm: boolean
  /** How far our clock is off, in milliseconds. */
  skewMs: number
  life: Life
  /** Symbols in which the broker changed what it had said: what is owed there is known to nobody for a while. */
  readonly disturbed: Set<string>
  /** Every trade that was acknowledged, by its identity. */
  readonly answered: Map<string, Answered>
  /** The trades that an operator reversed. */
  readonly reversed: Set<Id.TradeId>
  /** What happened, a line each. */
  readonly story: Array<string>
  /** The first rule that did not hold, and what was seen. */
  fault: string | undefined
  /** It ends the history. */
  readonly broken: Deferred.Deferred<void>
}

/** A line of the story. */
export const tell = (scene: Scene, line: string): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (ms) => {
    const { life } = scene
    scene.story.push(`${(ms / 1000).toFixed(3).padStart(9)} s  life ${life.number}  ${line}`)
  })

/** Ends the history: a rule does not hold. */
export const violated = (scene: Scene, rule: string, seen: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    scene.fault ??= `${rule}: ${seen}`
    return Effect.zipRight(tell(scene, `VIOLATED ${rule}: ${seen}`), Deferred.succeed(scene.broken, undefined))
  })

/** Does a trouble come now? Nothing does when the storm is over. */
export const strikes = (scene: Scene, trouble: Trouble): Effect.Effect<boolean> =>
  Effect.map(Random.next, (chance) => scene.isStorm && chance < scene.weather.rates[trouble])

/** Is the program killed at this boundary: because its number is up, or because crashes come now and then? */
export const isKilledHere = (scene: Scene): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const { boundaries } = scene
    boundaries.passed += 1
    return boundaries.killAt.has(boundaries.passed) ? Effect.succeed(true) : strikes(scene, "crash")
  })

/** One of several. */
export const oneOf = <A>(all: ReadonlyArray<A>): Effect.Effect<A | undefined> =>
  Effect.map(Random.next, (chance) => all[Math.floor(chance * all.length)])

/** A life that begins. */
export const born = (number: number): Effect.Effect<Life> =>
  Effect.map(Deferred.make<void>(), (died) => ({ number, isDead: false, died, doors: undefined }))

/** The program is killed here and now; what called does not come back. */
export const killed = (scene: Scene, life: Life, where: string): Effect.Effect<never> =>
  Effect.suspend(() => {
    life.isDead = true
    return tell(scene, `killed ${where}`).pipe(
      Effect.zipRight(Deferred.succeed(life.died, undefined)),
      Effect.zipRight(dead)
    )
  })

/** What a dead program does: nothing reaches the store or the broker any more. */
export const dead: Effect.Effect<never> = Effect.dieMessage("the program was killed")

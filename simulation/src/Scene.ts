import type { Exchange } from "@roundlot/broker-paper"
import { type Account, AccountName, type Accumulator, type Commands, Decimal, type Trade } from "@roundlot/core"
import { type Id, type TradeRepository } from "@roundlot/core/adapter"
import { type Ledger } from "@roundlot/core/ledger"
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
  /** Until when it is stopped, as by SIGSTOP: it does nothing, and wakes up as if no time had passed. */
  stoppedUntilMs: number
  /** It was stopped once: another program stands by to take over. */
  readonly stalled: Deferred.Deferred<void>
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
  /** What the account is set to where no limit is. */
  readonly settings: Account.AccountSettings
  readonly memory: Memory
  readonly exchange: Exchange.ExchangeService
  /** The books, which stay when a life ends. */
  readonly store: TradeRepository.TradeRepositoryService
  readonly boundaries: Boundaries
  /** Does anything go wrong now? */
  isStorm: boolean
  /** How far our clock is off, in milliseconds. */
  skewMs: number
  life: Life
  /** The newest lease that was given out, and to whom. */
  driver: { readonly token: number; readonly life: Life } | undefined
  /** All that live: more than one where another has come to stand by. */
  readonly lives: Set<Life>
  /** Symbols in which the broker changed what it had said: what is owed there is known to nobody for a while. */
  readonly disturbed: Set<string>
  /** Symbols of which shares came or went without an order, or were split: what is held there is for an operator to say. */
  readonly moved: Set<string>
  /** Until when the exchange hides orders with their executions, though not what they came to: its holdings contradict its listings. */
  hiddenUntilMs: number
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
  Effect.suspend(() => {
    const rate = scene.isStorm ? scene.weather.rates[trouble] : 0
    return rate === 0 ? no : Effect.map(Random.next, (chance) => chance < rate)
  })

const no = Effect.succeed(false)

/** Does nothing go wrong with a life now, by no chance? It goes on then as if nobody stood between it and the world. */
export const isUndisturbed = (scene: Scene, life: Life): boolean =>
  !scene.isStorm && !life.isDead && life.stoppedUntilMs === 0

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
  Effect.gen(function* () {
    const died = yield* Deferred.make<void>()
    const stalled = yield* Deferred.make<void>()
    return { number, isDead: false, died, stoppedUntilMs: 0, stalled, doors: undefined }
  })

/** Waits as long as a life is stopped. */
export const awake = (life: Life): Effect.Effect<void> =>
  Effect.suspend(() => (life.stoppedUntilMs === 0 ? Effect.void : stopped(life)))

const stopped = (life: Life): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (;;) {
      const leftMs = life.stoppedUntilMs - (yield* Clock.currentTimeMillis)
      if (leftMs <= 0) return
      yield* Effect.sleep(leftMs)
    }
  })

const LEAST_STOP_MS = 2_000
const LONGEST_STOP_MS = 40_000

/** Stops a life now and then, for less than a lease stands or for longer; whoever stands by takes over then. */
export const mayStop = (scene: Scene, life: Life): Effect.Effect<void> =>
  Effect.suspend(() =>
    scene.lives.size > 1 ? Effect.void : Effect.whenEffect(stop(scene, life), strikes(scene, "pause"))
  )

const stop = (scene: Scene, life: Life) =>
  Effect.gen(function* () {
    const ms = LEAST_STOP_MS + Math.floor((yield* Random.next) * (LONGEST_STOP_MS - LEAST_STOP_MS))
    life.stoppedUntilMs = (yield* Clock.currentTimeMillis) + ms
    yield* tell(scene, `life ${life.number} is stopped for ${ms} ms`)
    yield* Deferred.succeed(life.stalled, undefined)
  })

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

/** Half of it is what a ladder's last step bids and its first two do not. */
const SPREAD = Decimal.unsafe("0.006")

/** The exchange's market in a symbol from now on: around a price, a spread wide. */
export const marketAt = (
  exchange: Exchange.ExchangeService,
  { id, price, symbol }: { readonly id: string; readonly symbol: string; readonly price: Decimal.Decimal }
): Effect.Effect<unknown> => {
  const spread = Decimal.format(Decimal.multiply(price, SPREAD))
  return Effect.orDie(exchange.instruct({ id, do: { price: { symbol, price: Decimal.format(price), spread } } }))
}

import { type Duration, Effect, Layer, Ref, Schedule, type Scope } from "effect"
import {
  Account,
  Accumulator,
  Broker,
  Commands,
  Daemon,
  Instant,
  MemoryRepository,
  Quantity,
  Roundlot,
  SourcePolicy,
  Trade
} from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import { compared, heldOf, type Net } from "./broker/agreement.ts"
import { isOfPlayMoney } from "./broker/Clause.ts"
import type { Place } from "./broker/Place.ts"
import { makeStorm, type Storm } from "./broker/storm.ts"

/** What was seen once a storm was over. */
export interface Outcome {
  /** What books and broker do not agree on, a sentence each; none where the storm was weathered. */
  readonly findings: ReadonlyArray<string>
  readonly orders: number
  readonly executions: number
  /** Answers that were lost, reads that failed, updates that were lost or doubled. */
  readonly faults: number
}

const nothing: Outcome = { findings: [], orders: 0, executions: 0, faults: 0 }

/** What a storm came to, in a line, and what it found, a line each. */
export const summary = ({ executions, faults, findings, orders }: Outcome): string =>
  [
    ...findings.map((finding) => `BROKEN   storm: ${finding}`),
    `storm: ${orders} orders, ${executions} executions, ${faults} faults, ${findings.length} findings`
  ].join("\n")

/** How hard it blows. */
export interface Options {
  /** The same seed deals the same faults, as far as a broker over a network asks the same. 1 where nothing is said. */
  readonly seed?: number | undefined
  /** How many trades come in; 40 where nothing is said. */
  readonly trades?: number | undefined
  /** How long it may last until it counts as one that does not end; ten minutes where nothing is said. */
  readonly longest?: Duration.DurationInput | undefined
}

/**
 * Drives a broker as a daemon does, with books in memory, while answers to orders are lost, reads fail, and updates are lost or doubled; then
 * in calm until nothing moves. Whatever happened, each execution is to be in the books once and no order is to be there twice.
 *
 * @example
 * const { findings } = yield* BrokerStorm.weather(place)
 */
export const weather = <E>(
  place: Effect.Effect<Place, E, Scope.Scope>,
  { longest = "10 minutes", seed = 1, trades = 40 }: Options = {}
): Effect.Effect<Outcome, E> =>
  Effect.scoped(
    Effect.gen(function* () {
      const at = yield* place
      const storm = yield* makeStorm(seed)
      const cut = (why: string) =>
        Effect.map(storm.faults, (faults): Outcome => ({ ...nothing, faults, findings: [why] }))
      const context = yield* Layer.build(servicesFor(storm.over(at.broker)))
      const blown = Effect.zipRight(isOfPlayMoney(at.broker), played(at, storm, trades))
      return yield* blown.pipe(
        Effect.catchAll(({ message }) => cut(message)),
        Effect.disconnect,
        Effect.timeoutTo({
          duration: longest,
          onSuccess: Effect.succeed,
          onTimeout: () => Effect.flatMap(failing, (parts) => cut(`it has not ended: ${parts}`))
        }),
        Effect.flatten,
        Effect.provide(context)
      )
    })
  )

/** Which parts of the daemon fail, and with what. */
const failing = Effect.map(
  Effect.flatMap(Health.Health, ({ all }) => all),
  (parts) => {
    const ill = parts.flatMap(({ detail, isWell, part }) => (isWell ? [] : [`${part} fails: ${detail}`]))
    return ill.length === 0 ? "a call to the broker is without an answer, or its orders never rest" : ill.join("; ")
  }
)

const servicesFor = (broker: Broker.BrokerService) =>
  Layer.merge(
    Roundlot.layerOn(MemoryRepository.layerMemory),
    Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
  )

/** A daemon in a hurry: what nobody tells of is read every second or two. */
const POLLING = { intervalMs: 500, maxJitterMs: 0, lookMs: 100, sweepMs: 2_000 }
const GROUP = 8

/** How long both sides may take to agree: where client order ids are not unique an order is looked for twice, a minute apart (W12). */
const calmFor = ({ capabilities }: Broker.BrokerService) =>
  Schedule.spaced("1 second").pipe(Schedule.upTo(capabilities.uniqueClientOrderIds ? "20 seconds" : "3 minutes"))

const played = (place: Place, storm: Storm, trades: number) =>
  Effect.gen(function* () {
    const { account, broker } = place
    const settings = { ...Account.defaultSettings, broker: broker.name, liftedLimits: Account.liftableLimits }
    yield* Effect.flatMap(Commands.Commands, (commands) => commands.setAccount(account, settings, "storm"))
    const { holdings } = yield* Broker.altered(broker, {}).positions
    const blown = Effect.all([traded(place, storm, trades), storm.calm], { discard: true })
    const seen = settled(place, storm, heldOf(holdings))
    return yield* Effect.raceFirst(Effect.zipRight(blown, seen), Daemon.run(POLLING))
  })

const traded = (place: Place, { dice }: Storm, trades: number) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    const inputs = tradesAt(place, dice, trades)
    for (let at = 0; at < inputs.length; at += GROUP) {
      yield* accumulator.submitMany(place.account, inputs.slice(at, at + GROUP), SourcePolicy.anyAge)
      yield* Daemon.untilIdle
    }
  })

/** What failed, or cannot be read, is read again by and by: what is not right now may be so soon. */
const settled = (place: Place, storm: Storm, before: Net) =>
  Effect.gen(function* () {
    const last = yield* Ref.make(nothing)
    const looked = Effect.gen(function* () {
      yield* Daemon.untilIdle
      const faults = yield* storm.faults
      return yield* Effect.catchTag(seenAt(place, faults, before), "BrokerReadFailed", ({ message }) =>
        Effect.succeed({ ...nothing, faults, findings: [`a read in calm failed: ${message}`] })
      )
    })
    yield* Effect.repeat(
      Effect.tap(looked, (outcome) => Ref.set(last, outcome)),
      { schedule: calmFor(place.broker), until: ({ findings }) => findings.length === 0 }
    )
    return yield* Ref.get(last)
  })

const PARTS = 12
const QUARTERS = 4

/** Fractions of both stocks, bought; where the broker sells short, some are sold. */
const tradesAt = ({ broker, otherSymbol, symbol }: Place, dice: () => number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    Trade.input({
      source: "storm",
      sourceId: String(index + 1),
      symbol: otherSymbol !== undefined && dice() < 0.5 ? otherSymbol : symbol,
      side: broker.capabilities.shortSale && dice() < 0.4 ? "sell" : "buy",
      quantity: Quantity.unsafe(String((1 + Math.floor(dice() * PARTS)) / QUARTERS)),
      tradedAt: Instant.make(1n)
    })
  )

const seenAt = (place: Place, faults: number, before: Net) =>
  Effect.map(compared(place, before), (seen): Outcome => ({
    ...seen,
    faults,
    findings: [...untried(seen.executions), ...seen.findings]
  }))

/** A broker that executes nothing was not tried. */
const untried = (executions: number): ReadonlyArray<string> =>
  executions > 0 ? [] : ["it executed no order, so that nothing was tried"]

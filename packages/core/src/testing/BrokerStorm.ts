import { type Duration, Effect, Either, Layer, Ref, Schedule, type Scope, Stream } from "effect"
import * as MemoryRepository from "../memory/MemoryRepository.ts"
import { altered, BrokerReadFailed, Brokers, type BrokerService, type Prepared } from "../ports/Broker.ts"
import { defaultSettings, liftableLimits } from "../records/Account.ts"
import { BreakTable, evidenceOf } from "../records/Break.ts"
import { FillTable } from "../records/Fill.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { Answer, type Executed, type Received } from "../records/Report.ts"
import { signed, type Side } from "../records/Side.ts"
import * as SourcePolicy from "../rules/trade/SourcePolicy.ts"
import { input } from "../records/Trade.ts"
import { Accumulator } from "../services/Accumulator.ts"
import { run as audit } from "../services/Audit.ts"
import { Commands } from "../services/Commands.ts"
import * as Daemon from "../services/Daemon.ts"
import { Health } from "../services/Health.ts"
import * as Reads from "../services/Reads.ts"
import * as Roundlot from "../services/Roundlot.ts"
import * as Decimal from "../values/Decimal.ts"
import { format } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"
import * as Quantity from "../values/Quantity.ts"
import type { Place } from "./broker/Place.ts"
import { isOfPlayMoney } from "./broker/Clause.ts"
import { around, newest, reportsOf } from "./broker/sample.ts"

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
  Effect.flatMap(Health, ({ all }) => all),
  (parts) => {
    const ill = parts.flatMap(({ detail, isWell, part }) => (isWell ? [] : [`${part} fails: ${detail}`]))
    return ill.length === 0 ? "a call to the broker is without an answer, or its orders never rest" : ill.join("; ")
  }
)

const servicesFor = (broker: BrokerService) =>
  Layer.merge(
    Roundlot.layerOn(MemoryRepository.layerMemory),
    Layer.succeed(Brokers, { get: () => Effect.succeed(broker) })
  )

/** A daemon in a hurry: what nobody tells of is read every second or two. */
const POLLING = { intervalMs: 500, maxJitterMs: 0, lookMs: 100, sweepMs: 2_000 }
const GROUP = 8

/** How long both sides may take to agree: where client order ids are not unique an order is looked for twice, a minute apart (W12). */
const calmFor = ({ capabilities }: BrokerService) =>
  Schedule.spaced("1 second").pipe(Schedule.upTo(capabilities.uniqueClientOrderIds ? "20 seconds" : "3 minutes"))

const played = (place: Place, storm: Storm, trades: number) =>
  Effect.gen(function* () {
    const { account, broker } = place
    const settings = { ...defaultSettings, broker: broker.name, liftedLimits: liftableLimits }
    yield* Effect.flatMap(Commands, (commands) => commands.setAccount(account, settings, "storm"))
    const { holdings } = yield* altered(broker, {}).positions
    const blown = Effect.all([traded(place, storm, trades), storm.calm], { discard: true })
    const seen = settled(place, storm, heldOf(holdings))
    return yield* Effect.raceFirst(Effect.zipRight(blown, seen), Daemon.run(POLLING))
  })

const traded = (place: Place, { dice }: Storm, trades: number) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator
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
    input({
      source: "storm",
      sourceId: String(index + 1),
      symbol: otherSymbol !== undefined && dice() < 0.5 ? otherSymbol : symbol,
      side: broker.capabilities.shortSale && dice() < 0.4 ? "sell" : "buy",
      quantity: Quantity.unsafe(String((1 + Math.floor(dice() * PARTS)) / QUARTERS)),
      tradedAt: Instant.make(1n)
    })
  )

/** What blows over a broker. */
interface Storm {
  readonly dice: () => number
  readonly over: (broker: BrokerService) => BrokerService
  /** From now on nothing fails. */
  readonly calm: Effect.Effect<void>
  readonly faults: Effect.Effect<number>
}

const LOST = 0.2
const FAILED = 0.1

const makeStorm = (seed: number): Effect.Effect<Storm> =>
  Effect.gen(function* () {
    const isCalm = yield* Ref.make(false)
    const faults = yield* Ref.make(0)
    const dice = diceOf(seed)
    const strikes = (chance: number) =>
      Effect.flatMap(Ref.get(isCalm), (calm) => {
        const struck = !calm && dice() < chance
        return Effect.as(struck ? Ref.update(faults, (count) => count + 1) : Effect.void, struck)
      })
    const read = <A, E>(operation: string, reading: Effect.Effect<A, E>): Effect.Effect<A, E | BrokerReadFailed> =>
      Effect.flatMap(strikes(FAILED), (struck): Effect.Effect<A, E | BrokerReadFailed> =>
        struck ? Effect.fail(new BrokerReadFailed({ operation, kind: "network", detail: "the storm" })) : reading
      )
    return { dice, over: blowing(strikes, read), calm: Ref.set(isCalm, true), faults: Ref.get(faults) }
  })

/** Numbers from 0 to 1 that a seed deals (a linear congruence of 32 bits). */
const diceOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Strikes = (chance: number) => Effect.Effect<boolean>

type Reading = <A, E>(operation: string, reading: Effect.Effect<A, E>) => Effect.Effect<A, E | BrokerReadFailed>

const blowing =
  (strikes: Strikes, read: Reading) =>
  (given: BrokerService): BrokerService => {
    const broker = altered(given, {})
    const { lookup, updates } = broker
    const answered = ({ request, send }: Prepared): Prepared => ({
      request,
      // It has arrived, whatever we hear of it.
      send: (attemptId) =>
        Effect.flatMap(Effect.all([send(attemptId), strikes(LOST)]), ([{ payload, report }, struck]) =>
          Effect.succeed(struck ? { report: { ...report, answer: lost }, payload: undefined } : { payload, report })
        )
    })
    return altered(given, {
      prepare: (terms) => Either.map(broker.prepare(terms), answered),
      lookup: lookup && ((id) => read("lookup", lookup(id))),
      order: (id) => read("order", broker.order(id)),
      orders: (window) => read("orders", broker.orders(window)),
      fills: (window) => read("fills", broker.fills(window)),
      fillsOf: (id) => read("fillsOf", broker.fillsOf(id)),
      positions: read("positions", broker.positions),
      updates: updates && Stream.mapConcatEffect(updates, heardOf(strikes))
    })
  }

const lost = Answer.Unknown({ why: "the storm", candidate: undefined })

const heardOf =
  (strikes: Strikes) =>
  (update: Received): Effect.Effect<ReadonlyArray<Received>> =>
    Effect.map(Effect.all([strikes(LOST), strikes(LOST)]), ([isLost, isDoubled]) => {
      if (isLost) return []
      return isDoubled ? [update, update] : [update]
    })

/** Reads both sides in calm, and holds them together. */
const seenAt = ({ account, broker: given }: Place, faults: number, before: Net) =>
  Effect.gen(function* () {
    const broker = altered(given, {})
    const window = yield* around
    const placed = reportsOf(yield* broker.orders(window))
    const executions = newest(reportsOf<Executed>(yield* broker.fills(window)))
    const { holdings } = yield* broker.positions
    const orders = yield* Reads.all(OrderTable)
    const fills = (yield* Reads.all(FillTable)).filter(({ canonical }) => canonical)
    const sideOf = new Map(orders.map(({ id, side }) => [id, side] as const))
    const booked = netOf(
      fills.map(({ orderId, quantity, symbol }) => ({ quantity, symbol, side: sideOf.get(orderId) }))
    )
    const filled = netOf(executions)
    const breaks = yield* Reads.all(BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "holds", in: ["symbol", "account"] }
      ]
    })
    const { findings } = yield* audit()
    return {
      orders: placed.length,
      executions: executions.length,
      faults,
      findings: [
        ...untried(executions.length),
        ...twice(placed.map(({ clientOrderId }) => clientOrderId)),
        ...unlisted(
          orders,
          placed.map(({ brokerOrderId }) => brokerOrderId)
        ),
        ...unknownTo(
          orders,
          placed.map(({ clientOrderId }) => clientOrderId)
        ),
        ...differences("the books have", booked, "its executions come to", filled),
        ...differences("its executions come to", filled, "it holds", since(before, heldOf(holdings))),
        ...orders
          .filter(({ status }) => moving.includes(status))
          .map((order) => `${format("order", order.id)} of ${account} is ${order.status} still`),
        ...breaks.map((each) => `a break holds: ${each.kind} ${each.subject} (${evidenceOf(each)})`),
        ...findings.map(({ what, where }) => `the audit has a finding: ${where} ${what}`)
      ]
    }
  })

const moving: ReadonlyArray<Order["status"]> = ["pending", "submitting", "in_doubt"]

interface Moved {
  readonly symbol: string
  readonly side: Side | undefined
  readonly quantity: Decimal.Decimal
}

type Net = ReadonlyMap<string, Decimal.Decimal>

const netOf = (moved: ReadonlyArray<Moved>): Net => {
  const net = new Map<string, Decimal.Decimal>()
  for (const { quantity, side, symbol } of moved) {
    if (side === undefined) continue
    net.set(symbol, Decimal.add(net.get(symbol) ?? Decimal.zero, signed(side, quantity)))
  }
  return net
}

const heldOf = (holdings: ReadonlyArray<{ readonly symbol: string; readonly quantity: Decimal.Decimal }>): Net =>
  new Map(holdings.map(({ quantity, symbol }) => [symbol, quantity]))

/** What has come to a holding since it was that. */
const since = (before: Net, now: Net): Net =>
  new Map(
    [...new Set([...before.keys(), ...now.keys()])].map((symbol) => [
      symbol,
      Decimal.subtract(now.get(symbol) ?? Decimal.zero, before.get(symbol) ?? Decimal.zero)
    ])
  )

/** A broker that executes nothing was not tried. */
const untried = (executions: number): ReadonlyArray<string> =>
  executions > 0 ? [] : ["it executed no order, so that nothing was tried"]

const unlisted = (orders: ReadonlyArray<Order>, listed: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(listed)
  return orders.flatMap(({ brokerOrderId: id }) =>
    id === undefined || known.has(id) ? [] : [`the order ${id} is in the books and not in the broker's listing`]
  )
}

const differences = (one: string, net: Net, other: string, others: Net): ReadonlyArray<string> =>
  [...new Set([...net.keys(), ...others.keys()])].flatMap((symbol) => {
    const [first = Decimal.zero, second = Decimal.zero] = [net.get(symbol), others.get(symbol)]
    if (Decimal.equals(first, second)) return []
    return [`${symbol}: ${one} ${Decimal.format(first)}, ${other} ${Decimal.format(second)}`]
  })

const twice = (ids: ReadonlyArray<string | undefined>): ReadonlyArray<string> => {
  const known = ids.filter((id) => id !== undefined)
  const doubled = new Set(known.filter((id, index) => known.indexOf(id) !== index))
  return [...doubled].map((id) => `the order ${id} is at the broker more than once`)
}

const unknownTo = (orders: ReadonlyArray<Order>, ids: ReadonlyArray<string | undefined>): ReadonlyArray<string> => {
  const known = new Set<string>(orders.map(({ clientOrderId }) => clientOrderId))
  return ids.flatMap((id) =>
    id !== undefined && !known.has(id) ? [`the order ${id} is at the broker and not in the books`] : []
  )
}

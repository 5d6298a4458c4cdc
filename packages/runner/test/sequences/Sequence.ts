import { assert } from "@effect/vitest"
import type { Exchange } from "@roundlot/broker-paper"
import { Broker, Daemon, Decisions, Decimal, Fill, MemoryRepository, Position, Reads, Roundlot } from "@roundlot/core"
import { Break, PositionAnswer, Reconciliation } from "@roundlot/core/ledger"
import { Clock, Effect, Exit, Layer, Logger, Scope } from "effect"
import { clockAhead, startOf } from "../cases/ahead.ts"
import type { Ahead } from "../cases/ahead.ts"
import { places } from "../cases/Place.ts"
import type { Name, Place } from "../cases/Place.ts"
import type { Fields } from "../cases/retelling.ts"
import { happens, open, shown } from "../cases/Row.ts"
import type { Act, Scene } from "../cases/Row.ts"
import { account, audited, opened, orders, submit, trade } from "../engine/Engine.ts"
import { decided } from "../engine/faults.ts"

/** What happens next: as in a row of the cases, or one of these. */
export type Step =
  | Act
  /** Nothing more until the books show the orders so. */
  | { readonly until: ReadonlyArray<string> }
  /** The broker says this by itself. */
  | { readonly says: string | Fields }
  /** A person of the same login asks the broker for it. */
  | { readonly asks: readonly [method: string, path: string, body?: unknown] }
  /** Our program ends, and begins again. */
  | "restart"
  /** The broker's name of the account changes. */
  | "rename"
  /** The exchange's newest order is filled. */
  | "fillNewest"
  /** The daemon looks at everything again. */
  | "look"
  /** It does so a minute later, and again, until no order is in doubt. */
  | "proven"
  /** It does so seconds later, until the order has been sent a second time. */
  | "sentAgain"
  /** A person logs in. */
  | "login"

/** What the books say in the end, and what the exchange was asked for. */
export interface Books {
  /** Status and filled shares of every order; with what it is for where that is not three shares. */
  readonly orders: ReadonlyArray<string>
  /** Shares of the executions of each that count, as they were executed. */
  readonly fills: ReadonlyArray<string>
  /** What is held by the books. */
  readonly position: string
  /** Breaks that are open. */
  readonly breaks?: ReadonlyArray<string>
  /** How often an order was sent to the broker. */
  readonly sent?: number
  /** What the position answers to "what order would be made now?". */
  readonly answer?: string
}

/** A sequence from the field: an order for three shares is placed by a daemon, that happens, and the books of the daemon are judged. */
export interface Sequence {
  readonly id: string
  readonly at: Exclude<Name, "paper">
  readonly what: string
  /** The public issue, pull request or page that tells it: `owner/repository#number`, or an address. */
  readonly source: string
  readonly books: Books
  /** The order is a decision's, with this limit; without it a position's, at market. */
  readonly limit?: string
  /** Nothing is sent before the steps: they begin when the broker was asked for a token. */
  readonly isUnsent?: true
  /** Happens before the order is sent; without anything that works at once. */
  readonly first?: (scene: Omit<Scene, "id">) => ReadonlyArray<Step>
  readonly steps: (scene: Scene) => ReadonlyArray<Step>
}

/** What is played: also at the paper exchange, and what instructs it. */
export type Played = Omit<Sequence, "at" | "source"> & { readonly at: Name }

const POLLING: Parameters<typeof Daemon.run>[0] = { intervalMs: 400, maxJitterMs: 0, lookMs: 100, sweepMs: 700 }

/** Books in memory and the services over them, at the broker of each moment. */
export const servicesOf = (broker: () => Broker.BrokerService) =>
  Layer.provideMerge(
    Decisions.layer,
    Layer.provideMerge(
      Roundlot.layerOn(MemoryRepository.layerMemory),
      Layer.succeed(Broker.Brokers, { get: () => Effect.sync(broker) })
    )
  )

export const run = (own: Scope.Scope) => Effect.forkIn(Daemon.run(POLLING), own)

/** A program that drives the account: a daemon, and a connection of its own. */
export const program = (place: Place) => {
  let broker: Broker.BrokerService | undefined
  let scope: Scope.CloseableScope | undefined
  const end = Effect.suspend(() => (scope === undefined ? Effect.void : Scope.close(scope, Exit.void)))
  const begin = Effect.gen(function* () {
    const own = yield* Scope.make()
    scope = own
    broker = yield* Scope.extend(place.connect, own)
    return own
  })
  return { begin, end, broker: () => broker ?? assert.fail("no program has begun") }
}

const turn = Effect.promise(() => new Promise((resolve) => void setTimeout(resolve, 20)))

const WAITS_MS = 60_000

/** Reads until it is so, and then what it was at last: what never comes is seen by who compares. */
export const until = <A, E, R>(read: Effect.Effect<A, E, R>, isSo: (value: A) => boolean): Effect.Effect<A, E, R> => {
  const end = performance.now() + WAITS_MS
  const look: Effect.Effect<A, E, R> = Effect.flatMap(read, (value) =>
    isSo(value) || performance.now() > end ? Effect.succeed(value) : Effect.zipRight(turn, look)
  )
  return look
}

const askedFor = ({ requests }: Exchange.ExchangeService, what: string) =>
  Effect.map(requests, (all) => all.filter(({ operation }) => operation === what).length)

export const looks = (exchange: Exchange.ExchangeService) => askedFor(exchange, "orders")

/** The daemon has begun and ended another look at everything. */
export const lookedAgain = (exchange: Exchange.ExchangeService) =>
  Effect.flatMap(looks(exchange), (before) => until(looks(exchange), (now) => now >= before + 3))

const ROUNDS = 8

const isInDoubt = Effect.map(shown, (all) => all.some((order) => order.startsWith("in_doubt")))

const proven = (exchange: Exchange.ExchangeService, ahead: Ahead) =>
  Effect.iterate(0, {
    while: (round) => round < ROUNDS,
    body: (round) =>
      Effect.flatMap(isInDoubt, (still) => {
        if (!still) return Effect.succeed(ROUNDS)
        ahead.ms += 61_000
        return Effect.as(lookedAgain(exchange), round + 1)
      })
  })

const sentBy = (exchange: Exchange.ExchangeService) => askedFor(exchange, "place")

/** A leap is longer than a lease counts: nothing is sent before it is renewed. */
const sentAgain = (exchange: Exchange.ExchangeService, ahead: Ahead) => {
  ahead.ms += 6_000
  return until(sentBy(exchange), (sent) => sent > 1)
}

const heldOf = ({ adopted, base, direct, hedged }: Position.Position) => Decimal.sum([base, hedged, direct, adopted])

/** `persons`: how many of the requests for orders were not ours. */
const inBooks = (exchange: Exchange.ExchangeService, persons: number) =>
  Effect.gen(function* () {
    const fills = (yield* Reads.all(Fill.FillTable)).filter(
      ({ canonical, quantity }) => canonical && !Decimal.isZero(quantity)
    )
    const [position] = yield* Reads.all(Position.PositionTable)
    return {
      orders: yield* shown,
      fills: fills.map(({ quantity }) => Decimal.format(quantity)),
      position: position === undefined ? "0" : Decimal.format(heldOf(position)),
      breaks: (yield* open).map(({ kind }) => kind),
      sent: (yield* sentBy(exchange)) - persons,
      answer: position === undefined ? "" : PositionAnswer.answerText(position.answer)
    }
  })

const judged = (exchange: Exchange.ExchangeService, persons: number, { answer, breaks = [], ...books }: Books) =>
  Effect.gen(function* () {
    const wanted = { sent: books.orders.length, ...books, breaks }
    const seen = Effect.map(inBooks(exchange, persons), ({ answer: now, ...rest }) => ({
      ...inOrder(rest),
      ...(answer === undefined ? {} : { answer: now })
    }))
    const expected = inOrder({ ...wanted, ...(answer === undefined ? {} : { answer }) })
    const same = (now: object) => JSON.stringify(sorted(now)) === JSON.stringify(sorted(expected))
    assert.deepStrictEqual(yield* until(seen, same), expected)
  })

/** What happens at the same time is booked in either order. */
const inOrder = <A extends Pick<Books, "fills" | "orders">>(books: A) => ({
  ...books,
  fills: books.fills.toSorted(),
  orders: books.orders.toSorted()
})

const sorted = (value: object) => Object.entries(value).toSorted(([one], [other]) => one.localeCompare(other))

const isSent = (all: Effect.Effect.Success<typeof orders>): boolean =>
  all.some(({ attempts, status }) => attempts > 0 && status !== "submitting")

const TO_SETTLE_MS = 10_000

const play = (sequence: Played, place: Place, ahead: Ahead) =>
  Effect.gen(function* () {
    const { exchange, there } = place
    const { at: name, books, limit } = sequence
    const daemon = program(place)
    const own = yield* daemon.begin
    yield* Effect.gen(function* () {
      yield* opened({})
      yield* run(own)
      yield* until(looks(exchange), (count) => count > 0)
      const does = stepping(place, ahead, daemon)
      const first = sequence.first?.({ there, name }) ?? [{ id: "", when: {}, do: { accept: {} } }]
      const tokens = yield* askedFor(exchange, "token")
      yield* Effect.forEach(first, does)
      yield* limit === undefined ? submit(trade("buy", "3")) : decided("3", limit)
      yield* sequence.isUnsent === true
        ? until(askedFor(exchange, "token"), (count) => count > tokens)
        : until(orders, isSent)
      const placed = (yield* exchange.orders).at(-1)
      const steps = sequence.steps({ id: placed?.brokerOrderId ?? "none", there, name })
      const persons = steps.filter((step) => typeof step === "object" && "asks" in step).length
      yield* Effect.forEach(steps, does)
      yield* judged(exchange, persons, books)
      ahead.ms += TO_SETTLE_MS
      yield* Reconciliation.reconcile(account)
      yield* lookedAgain(exchange)
      yield* judged(exchange, persons, books)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.ensuring(daemon.end), Effect.provide(servicesOf(daemon.broker)))
  })

const stepping = (place: Place, ahead: Ahead, daemon: ReturnType<typeof program>) => {
  const happen = happens(place, ahead)
  return (step: Step) => {
    if (step === "rename") return place.renames
    if (step === "login") return place.logsIn
    if (step === "look") return lookedAgain(place.exchange)
    if (step === "proven") return proven(place.exchange, ahead)
    if (step === "sentAgain") return sentAgain(place.exchange, ahead)
    if (step === "fillNewest")
      return Effect.flatMap(place.exchange.orders, (all) =>
        happen({ fill: { brokerOrderId: all.at(-1)?.brokerOrderId } })
      )
    if (step === "restart") return Effect.flatMap(Effect.zipRight(daemon.end, daemon.begin), run)
    if (typeof step === "string") return happen(step)
    if ("until" in step)
      return Effect.zipWith(
        until(shown, (now) => now.join() === step.until.join()),
        open,
        (now, breaks) => assert.deepStrictEqual(now, step.until, breaks.map(Break.evidenceOf).join("; "))
      )
    if ("says" in step) return place.says(step.says)
    if ("asks" in step) return place.asks(...step.asks)
    return happen(step)
  }
}

export const silent = Logger.replace(Logger.defaultLogger, Logger.none)

/** A minute that is skipped has gone by on every clock: what is done once a minute is due. */
export const leaping = (ahead: Ahead): Clock.Clock => {
  const wall = clockAhead(ahead)
  const nanos = () => real.unsafeCurrentTimeNanos() + BigInt(ahead.ms) * 1_000_000n
  return { ...wall, unsafeCurrentTimeNanos: nanos, currentTimeNanos: Effect.sync(nanos) }
}

const real = Clock.make()

/** Plays a sequence at its broker's adapter, over sockets, with a daemon behind it whose books are judged. */
export const assertSequence = (sequence: Played) => {
  const ahead = { ms: startOf(sequence.at) }
  return Effect.gen(function* () {
    const place = yield* places[sequence.at](true)
    yield* play(sequence, place, ahead)
  }).pipe(Effect.scoped, Effect.withClock(leaping(ahead)), Effect.provide(silent))
}

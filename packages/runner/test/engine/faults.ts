import type { Exchange, Instruction } from "@roundlot/broker-paper"
import {
  Broker,
  Daemon,
  Decimal,
  Decisions,
  Fill,
  MemoryRepository,
  Price,
  Quantity,
  Reads,
  Roundlot,
  Ticker,
  type Clock
} from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Attempt, Attempts, Driving, Gates, Refusals, Submission } from "@roundlot/core/ledger"
import { SampleOrder } from "@roundlot/testing"
import { assert } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { account, audited, figures, opened, orders, statuses, submit, textOf, trade } from "./Engine.ts"

/** What happens to a send. */
export interface Fault {
  readonly what: string
  /** What the exchange is told to do to it. */
  readonly act: Instruction.ActInput
  /** It meets the send before it, so that our own limiter knows. */
  readonly isBefore?: boolean
}

/** What became of a position's order, of the position, of a decision and of its attempt. */
export interface Effects {
  readonly order: string
  readonly position: string
  readonly decision: string
  readonly attempt: string
}

export const inDoubt: Effects = {
  order: "in_doubt",
  position: "1 in flight, OrderLive",
  decision: "submitted",
  attempt: "unknown unknown"
}
export const rejected: Effects = {
  order: "rejected",
  position: "0 in flight, CoolingDown",
  decision: "failed",
  attempt: "rejected rejected"
}
/** Refusals: the same because of the account: only a person lets it go. */
export const accountRefused: Effects = { ...rejected, position: "0 in flight, BreakOpen" }
export const notSent: Effects = {
  order: "pending",
  position: "1 in flight, OrderLive",
  decision: "failed",
  attempt: "not_accepted rejected"
}

export const answer = (
  status: number,
  body?: unknown,
  headers?: { readonly [name: string]: string }
): Instruction.ActInput => ({
  answer: { status, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
})

/** An engine whose account is at a simulator of its own, and what lets a fault happen to the next send. */
type Opening<R, More = unknown> = Effect.Effect<
  More & {
    readonly meets: (fault: Fault) => Effect.Effect<void, unknown, Scope.Scope>
    readonly services: Layer.Layer<
      Broker.Brokers | Decisions.Decisions | Roundlot.Services | TradeRepository.TradeRepository | Clock.Clock,
      unknown
    >
  },
  unknown,
  R
>

const sent = SampleOrder.terms(account, { symbol: Ticker.Ticker.make("KO") })

/** An engine on a store in memory, whose account is at a broker's simulator, and what lets the fault happen to the next send. */
export const engineAt = (broker: Broker.BrokerService, exchange: Exchange.ExchangeService) => {
  const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
  const services = Layer.provideMerge(Roundlot.layerOn(MemoryRepository.layerMemory), brokers)
  const meets = ({ act, isBefore = false }: Fault) =>
    Effect.gen(function* () {
      yield* exchange.instruct({ id: "fault", when: {}, do: act })
      if (isBefore) yield* (yield* broker.prepare(sent)).send(Id.AttemptId.make(1_000_000))
    })
  return { exchange, meets, services: Layer.provideMerge(Decisions.layer, services) }
}

/** A row of a broker's table of sends: what goes wrong, what it comes to, and the words of it. */
export type Row = readonly [fault: Fault, effects: Effects, words: RegExp]

/** The row holds, of a position's order and of a decision. */
export const assertHolds = <R>(engine: Opening<R>, [fault, effects, words]: Row) =>
  Effect.gen(function* () {
    const { order, position } = yield* ofPosition(engine, fault)
    const { attempt, decision, exchange, words: reason } = yield* ofDecision(engine, fault)
    assert.deepStrictEqual({ order, position, decision, attempt }, effects)
    assert.match(reason, words)
    const { errorMessage = "" } = exchange.attempt
    assert.match(errorMessage, decision === "failed" ? words : /./)
    assertRebuilt(exchange, fault)
  })

/** AUD-5: what was sent and what was answered is on record, as it was; of what brought no answer, that there was none. */
const assertRebuilt = (
  { attempt, decision, request, response }: Attempts.Exchange,
  { act, isBefore = false }: Fault
): void => {
  const answered = "answer" in act && !isBefore ? act.answer : undefined
  assert.deepStrictEqual([attempt.number, decision?.id, decision?.symbol], [1, attempt.decisionId, "AAPL"])
  assert.deepInclude(request, { id: attempt.requestPayloadId, direction: "request" })
  assert.include(textOf(request), "AAPL")
  assert.deepStrictEqual([attempt.httpStatus, response?.statusCode], [answered?.status, answered?.status])
  assert.deepStrictEqual([attempt.responsePayloadId, response?.direction], [response?.id, response && "response"])
  if (answered?.body !== undefined) {
    const { body } = answered
    assert.strictEqual(textOf(response), typeof body === "string" ? body : JSON.stringify(body))
  }
}

/** What goes wrong with a stream while a daemon drives one order of one share. */
export const streams: ReadonlyArray<readonly [what: string, fault: Omit<Instruction.InstructionInput, "id">]> = [
  ["goes silent while it heartbeats", { do: { silence: {} } }],
  ["tells each event twice", { when: {}, do: { duplicateEvent: {} } }],
  ["tells events backwards", { when: {}, do: { reorder: {} } }],
  ["breaks off", { do: { dropStream: {} } }]
]

/** A folder that goes with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-engine-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

const turn = Effect.promise(() => new Promise((resolve) => void setImmediate(resolve)))

/** Reads until it is so; a test that waits in vain runs out of its time. */
export const until = <A, E, R>(read: Effect.Effect<A, E, R>, isSo: (value: A) => boolean): Effect.Effect<void, E, R> =>
  Effect.flatMap(Effect.zipLeft(read, turn), (value) => (isSo(value) ? Effect.void : until(read, isSo)))

/** An order of one share is filled once while that goes wrong with the stream, and the journal proves it. */
export const assertFilledOnce = <R>(
  engine: Opening<R, { readonly exchange: Exchange.ExchangeService }>,
  fault: Omit<Instruction.InstructionInput, "id">
) =>
  Effect.gen(function* () {
    const { exchange, services } = yield* engine
    yield* Effect.gen(function* () {
      yield* opened({})
      yield* Effect.forkScoped(Daemon.run({ intervalMs: 200, maxJitterMs: 0 }))
      yield* until(exchange.requests, (all) => all.some(({ operation }) => operation === "stream"))
      yield* exchange.instruct({ id: "stream", ...fault })
      yield* submit(trade("buy", "1"))
      yield* until(statuses, ([first]) => first === "Filled")
      assert.deepInclude(yield* figures("AAPL"), { hedged: "1", inFlight: "0", residual: "0" })
      const fills = yield* Reads.all(Fill.FillTable)
      assert.deepStrictEqual(
        fills.map(({ quantity }) => Decimal.format(quantity)),
        ["1"]
      )
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.scoped, Effect.provide(services))
  })

/** What is due is sent. */
export const sentNow = Effect.zipRight(
  Gates.confirmInstruments,
  Submission.submitPending(() => Effect.succeed(true))
)

/** An account of these settings that this process drives. */
export const drivenWith = (settings: Parameters<typeof opened>[0]) =>
  Effect.gen(function* () {
    yield* opened(settings)
    const driving = yield* Driving.open(Driving.unnamed)
    yield* driving.take(account)
  })

/** An account that this process drives. */
export const driven = drivenWith({})

/** The one attempt of an order, with all that went over the wire. */
const exchangeOf = (orderId: Id.OrderId | undefined) =>
  Effect.gen(function* () {
    const attempts = yield* Reads.all(Attempt.AttemptTable, { where: [{ column: "orderId", in: [orderId ?? 0] }] })
    assert.lengthOf(attempts, 1)
    const exchange = yield* Attempts.show(attempts[0]?.id ?? Id.AttemptId.make(0))
    return exchange ?? assert.fail("there is no attempt")
  })

/** What happens before an order is sent, and the limit of one that is a decision's; without it a position's is sent at market. */
interface Beginning<E, R> {
  readonly first: Effect.Effect<unknown, E, R>
  readonly limit: string | undefined
}

const atOnce: Beginning<never, never> = { first: Effect.void, limit: undefined }

/** An order for so many shares that works at the broker: what it stands under there. */
export const working = (exchange: Exchange.ExchangeService, quantity: string) =>
  Effect.map(workingAfter(exchange, quantity, atOnce), (id) => id ?? assert.fail("there is no order"))

/** The same of one before which something happens; nothing where none came about. */
export const workingAfter = <E, R>(
  exchange: Exchange.ExchangeService,
  quantity: string,
  { first, limit }: Beginning<E, R>
) =>
  Effect.gen(function* () {
    yield* driven
    yield* first
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} } })
    if (limit === undefined) {
      yield* submit(trade("buy", quantity))
      yield* sentNow
    } else yield* decided(quantity, limit)
    const [placed] = yield* exchange.orders
    return placed?.brokerOrderId
  })

/** A decision to buy so many shares of AAPL at a limit, which is carried out. */
export const decided = (quantity: string, limit: string) =>
  Effect.gen(function* () {
    const decisions = yield* Decisions.Decisions
    const { id } = yield* decisions.decide(account, {
      symbol: Ticker.Ticker.make("AAPL"),
      side: "buy",
      quantity: Quantity.unsafe(quantity),
      orderType: "limit",
      limitPrice: Price.unsafe(limit)
    })
    yield* decisions.execute(id)
  })

/** W11: what was refused is asked for until a reading has confirmed it. */
const confirmed = Effect.gen(function* () {
  const asked = yield* Refusals.makeAskedRefusals
  yield* until(
    Effect.zipRight(Refusals.confirmRefusals(asked), orders),
    (all) => !all.some(({ endReported }) => endReported !== undefined)
  )
})

/** What becomes of a position's order that meets the fault. */
export const ofPosition = <R>(engine: Opening<R>, fault: Fault) =>
  Effect.gen(function* () {
    const { meets, services } = yield* engine
    return yield* Effect.gen(function* () {
      yield* driven
      yield* submit(trade("buy", "1"))
      yield* Gates.confirmInstruments
      yield* meets(fault)
      yield* Submission.submitPending(() => Effect.succeed(true))
      yield* confirmed
      const [order] = yield* orders
      const position = yield* figures("AAPL")
      assert.deepStrictEqual(yield* audited, [])
      return { order: order?.status ?? "none", position: `${position?.inFlight} in flight, ${position?.answer}` }
    }).pipe(Effect.provide(services))
  })

/** What becomes of a decision that meets the fault, and of its attempt. */
export const ofDecision = <R>(engine: Opening<R>, fault: Fault) =>
  Effect.gen(function* () {
    const { meets, services } = yield* engine
    return yield* Effect.gen(function* () {
      // Nothing is asked of the broker between the fault and the send, no quote either.
      yield* drivenWith({ liftedLimits: ["orderNotional", "dailyNotional"] })
      const decisions = yield* Decisions.Decisions
      const decide = (symbol: string) =>
        decisions.decide(account, { symbol: Ticker.Ticker.make(symbol), side: "buy", quantity: Quantity.unsafe("1") })
      // The first one has the broker read.
      const [first, { id }] = yield* Effect.all([decide("KO"), decide("AAPL")])
      assert.include(["submitted", "executed"], (yield* decisions.execute(first.id)).status)
      yield* Gates.confirmInstruments
      yield* meets(fault)
      const { orderId, reason = "", status } = yield* decisions.execute(id)
      const exchange = yield* exchangeOf(orderId)
      const { attempt } = exchange
      assert.deepStrictEqual(yield* audited, [])
      return { decision: status, attempt: `${attempt.outcome} ${attempt.status}`, exchange, words: reason }
    }).pipe(Effect.provide(services))
  })

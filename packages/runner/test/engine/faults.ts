import type { Instruction } from "@roundlot/broker-paper"
import {
  Attempt,
  type Broker,
  Decisions,
  Driving,
  Gates,
  Quantity,
  Reads,
  type Roundlot,
  Submission,
  Ticker,
  type TradeRepository,
  type Clock
} from "@roundlot/core"
import { assert } from "@effect/vitest"
import { Effect, type Layer, type Scope } from "effect"
import { account, audited, figures, opened, orders, submit, trade } from "./Engine.ts"

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
type Opening<R> = Effect.Effect<
  {
    readonly meets: (fault: Fault) => Effect.Effect<void, unknown, Scope.Scope>
    readonly services: Layer.Layer<
      Broker.Brokers | Decisions.Decisions | Roundlot.Services | TradeRepository.TradeRepository | Clock.Clock,
      unknown
    >
  },
  unknown,
  R
>

/** An account that this process drives, whose instrument the broker has confirmed. */
export const driven = Effect.gen(function* () {
  yield* opened({})
  const driving = yield* Driving.open(Driving.unnamed)
  yield* driving.take(account)
})

const attemptShown = Effect.map(Reads.first(Attempt.AttemptTable, { descending: true }), (attempt) => ({
  shown: `${attempt?.outcome} ${attempt?.status}`,
  words: attempt?.errorMessage ?? ""
}))

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
      yield* driven
      const decisions = yield* Decisions.Decisions
      const decide = (symbol: string) =>
        decisions.decide(account, { symbol: Ticker.Ticker.make(symbol), side: "buy", quantity: Quantity.unsafe("1") })
      // The first one has the broker read.
      const [first, { id }] = yield* Effect.all([decide("KO"), decide("AAPL")])
      assert.include(["submitted", "executed"], (yield* decisions.execute(first.id)).status)
      yield* Gates.confirmInstruments
      yield* meets(fault)
      const { reason = "", status } = yield* decisions.execute(id)
      const attempt = yield* attemptShown
      assert.deepStrictEqual(yield* audited, [])
      return { decision: status, attempt: attempt.shown, words: reason, attemptWords: attempt.words }
    }).pipe(Effect.provide(services))
  })

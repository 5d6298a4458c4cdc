import { Cause, Context, Effect, Either, Exit, FiberRef, LogLevel, Schedule } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { type AttemptId, format } from "../values/Id.ts"
import type { OwnLease } from "../ledger/HeldLeases.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Order } from "../records/Order.ts"
import type { Prepared } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import { begin } from "../ports/deadline.ts"
import { Answer, type Answered, type Received } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { noteAnswer, noteStage } from "./metrics.ts"
import type { ForAttempt } from "./drive.ts"
import * as Traces from "./Traces.ts"
import { reportMember } from "./Booking.ts"

/** An order that may leave, with what its broker made of it. */
export interface ReadyToSend extends ForAttempt {
  readonly order: Order
  readonly prepared: Prepared
  /** Under which it was made ready. */
  readonly lease: OwnLease | undefined
}

/** An order whose attempt is committed: it leaves now or not at all. */
export interface Committed extends ReadyToSend {
  readonly attemptId: AttemptId
  /** Before its attempt was committed, by the clock that never jumps. */
  readonly begunMs: number
}

/** What sending needs. */
export type SendingNeeds = Clock | Ledger | TradeRepository

/**
 * Rules 2 and 3 of sending: what has waited too long since before its commit does not leave; what has left is answered, and the
 * answer committed. Nobody who sends may be interrupted, from before the attempt is committed. Gives the answer where it is there at
 * once, else what waits for it.
 */
export const beginSending: (
  sent: Committed
) => Effect.Effect<Either.Either<Received<Answered>, Effect.Effect<Received<Answered>>>, never, SendingNeeds> =
  Effect.fnUntraced(function* (sent) {
    const services = yield* Effect.context<SendingNeeds>()
    const clock = Context.get(services, Clock)
    const { leases } = Context.get(services, Ledger)
    const { identity, leases: stored } = Context.get(services, TradeRepository)
    const asOf = yield* clock.now
    const waitedMs = (yield* clock.monotonicMs) - sent.begunMs
    const { attemptId, order, prepared } = sent
    const concluded = (answer: Answer) => concludedOf(order.account, attemptId, asOf, answer)
    const why = reasonNotToSend(sent.lease, leases.of(order.account), waitedMs, stored.durationMs)
    if (why !== undefined) return Either.right(concluded(Answer.NotSent({ why, retryAfterMs: undefined })))
    const { traceId } = Traces.within(identity.id, order, format("attempt", attemptId))
    yield* noteStage("planned_to_sent", Instant.millisBetween(order.createdAt, asOf), traceId)
    return yield* beginOnce(prepared, attemptId, concluded)
  })

/** Sends an order whose attempt is committed, and gives what was answered. */
export const sendNow = (sent: Committed): Effect.Effect<Received<Answered>, never, SendingNeeds> =>
  Effect.flatMap(beginSending(sent), Either.match({ onLeft: (waiting) => waiting, onRight: Effect.succeed }))

/** One line an outcome; its ids are gathered only where it is written. */
export const tellAnswer = Effect.fnUntraced(function* (
  { attemptId, begunMs, broker, order }: Committed,
  { report: { answer } }: Received<Answered>
) {
  const clock = yield* Clock
  const { identity } = yield* TradeRepository
  const span = Traces.within(identity.id, order, format("attempt", attemptId))
  yield* noteAnswer(answer._tag, (yield* clock.monotonicMs) - begunMs, span.traceId)
  const least = yield* FiberRef.get(FiberRef.currentMinimumLogLevel)
  if (LogLevel.greaterThan(least, LogLevel.Info)) return
  yield* Effect.logInfo("order answered").pipe(
    Effect.withParentSpan(span),
    Effect.annotateLogs({
      order: format("order", order.id),
      attempt: format("attempt", attemptId),
      account: order.account,
      symbol: order.symbol,
      broker: broker.name,
      answer: answer._tag
    })
  )
})

/** Rule 2: another may have taken over where half of a lease has passed, or has where ours is another one now. */
const reasonNotToSend = (
  committedUnder: OwnLease | undefined,
  held: OwnLease | undefined,
  waitedMs: number,
  leaseMs: number
): string | undefined => {
  if (waitedMs > LATEST_SEND_MS || waitedMs >= leaseMs / 2) return LATE
  return held?.token === committedUnder?.token ? undefined : FENCED
}

const FENCED = "Fenced: the account is in use by another process now"

const LATE = "Late: too much time passed between the commit and the send"

const LONGEST_SEND = "1 minute"

/** Whatever an adapter does beside answering leaves us not knowing: its order may be live. */
const beginOnce = (
  prepared: Prepared,
  attemptId: AttemptId,
  concluded: (answer: Answer) => Received<Answered>
): Effect.Effect<Either.Either<Received<Answered>, Effect.Effect<Received<Answered>>>> => {
  const unknown = (why: string) => concluded(Answer.Unknown({ why, candidate: undefined }))
  const failed = (cause: Cause.Cause<never>) =>
    unknown(`the adapter failed: ${Cause.pretty(cause).split("\n")[0] ?? ""}`)
  const late = () => Effect.succeed(unknown("the adapter gave no answer in time"))
  // What it dies of, an adapter may die of in `send` already.
  return Effect.map(
    begin(
      Effect.suspend(() => prepared.send(attemptId)),
      LONGEST_SEND,
      late
    ),
    Either.mapBoth({
      onLeft: (waiting) => Effect.catchAllCause(waiting, (cause) => Effect.succeed(failed(cause))),
      onRight: Exit.match({ onFailure: failed, onSuccess: (received) => received })
    })
  )
}

/** An answer that we draw ourselves, from what did not come. */
const concludedOf = (
  account: AccountName,
  attemptId: AttemptId,
  asOf: Instant.Instant,
  answer: Answer
): Received<Answered> => ({
  report: { _tag: "Answered", account, asOf, asOfKind: "ours", attemptId, answer, httpStatus: undefined },
  payload: undefined
})

/** A store that cannot be written to for a while must not cost an answer; after a minute its attempt counts as lost. */
const comingBack = Schedule.exponential("100 millis").pipe(
  Schedule.union(Schedule.spaced("5 seconds")),
  Schedule.upTo("1 minute")
)

/** Does the store only not take it at the moment? */
export const isPassing = (error: LedgerError): boolean => error._tag === "StoreUnavailable"

/** Most answers are booked at once: only what was not asks for a schedule. */
export const bookAnswer = (received: Received<Answered>) =>
  Effect.flatMap(Ledger, (ledger) => {
    const booking = ledger.submit("report", reportMember(received))
    return Effect.catchIf(booking, isPassing, () => Effect.retry(booking, { schedule: comingBack, while: isPassing }))
  })

/** How long after its commit an attempt may still leave at most, in milliseconds (rule 2 of sending). */
const LATEST_SEND_MS = 5_000

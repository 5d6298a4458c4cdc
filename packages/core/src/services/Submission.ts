import { Cause, Effect, Either, Schedule } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../account/AccountName.ts"
import { format, type AttemptId } from "../identity/Id.ts"
import type * as Entry from "../journal/Entry.ts"
import type { Recorder } from "../journal/Recorder.ts"
import type { OwnLease } from "../ledger/HeldLeases.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { AttemptTable } from "../order/Attempt.ts"
import { OrderTable, type Order } from "../order/Order.ts"
import type { OrderTerms } from "../order/OrderTerms.ts"
import { planSend, recover, refuseSend, type SendPlanned } from "../order/send.ts"
import type { BrokerService, Prepared } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import { within } from "../ports/deadline.ts"
import { interpret } from "../reconciliation/interpret.ts"
import type { Interpreted } from "../reconciliation/Interpreted.ts"
import { Answer, type Answered, type Received, type Report } from "../reconciliation/Report.ts"
import * as Instant from "../time/Instant.ts"
import { countSend } from "./metrics.ts"
import { brokerToDrive, driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { recoverIdle, reported } from "./work.ts"

/** How long after its commit an attempt may still leave at most, in milliseconds (rule 2 of sending). */
const LATEST_SEND_MS = 5_000
const TOGETHER = 16

/** What an order asks of its broker. */
export const termsOf = (order: Order): OrderTerms => ({
  account: order.account,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  type: order.type,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  extendedHours: false,
  positionEffect: order.positionEffect,
  referencePrice: order.referencePrice
})

const memberOf = <A>(
  account: AccountName,
  kind: Entry.Cause["kind"],
  needs: ReadonlyArray<Need>,
  apply: (recorder: Recorder) => A
): Member<A> => ({ account, cause: { kind, actor: "roundlot" }, needs, apply })

/** The logical commit that books a report. */
export const reportMember = (received: Received): Member<Interpreted> =>
  memberOf(received.report.account, "report", needsOf(received.report), (recorder) => interpret(recorder, received))

const needsOf = (report: Report): ReadonlyArray<Need> => {
  const { account } = report
  switch (report._tag) {
    case "OrderSeen":
      return [Need.OrderByBrokerId({ account, brokerOrderId: report.brokerOrderId })]
    case "Executed":
      return [
        Need.Execution({ account, execIdBase: report.execIdBase }),
        ...brokerIdNeeds(account, report.brokerOrderId)
      ]
    case "Answered": {
      const taken = report.answer._tag === "Accepted" ? report.answer.brokerOrderId : undefined
      return [Need.AttemptById({ id: report.attemptId }), ...brokerIdNeeds(account, taken)]
    }
    default:
      return []
  }
}

const brokerIdNeeds = (account: AccountName, brokerOrderId: string | undefined): ReadonlyArray<Need> =>
  brokerOrderId === undefined ? [] : [Need.OrderByBrokerId({ account, brokerOrderId })]

/**
 * Sends what is due to be sent, for the accounts that may be driven: one pass over the committed rows. Each order is sent once;
 * nothing inside retries. Attempts are committed together, a few at first, and more while their answers come quickly: what has
 * to wait long after its commit does not leave.
 */
export const submitPending = <R>(mayDrive: (account: AccountName) => Effect.Effect<boolean, never, R>) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    const pending = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["pending"] }] })
    const ready = pending.filter(
      (order) => order.decisionId === undefined && (order.notBefore === undefined || order.notBefore <= now)
    )
    const accounts = yield* Effect.filter(new Set(ready.map(({ account }) => account)), mayDrive)
    const sendable = ready.filter(({ account }) => accounts.includes(account))
    const open = yield* Effect.makeSemaphore(TOGETHER)
    let size = FEWEST_AT_ONCE
    for (let from = 0; from < sendable.length;) {
      const begunMs = yield* clock.monotonicMs
      const batch = sendable.slice(from, from + size)
      yield* sendBatch(batch, open)
      from += batch.length
      const isQuick = (yield* clock.monotonicMs) - begunMs < QUICK_MS
      size = isQuick ? Math.min(MOST_AT_ONCE, size * 2) : FEWEST_AT_ONCE
    }
    yield* recoverIdle("sending", beingSent)
    return sendable.length
  })

/** Orders that are to be sent, and those whose answer is not on record. */
const beingSent = Reads.all(OrderTable, { where: [{ column: "status", in: ["pending", "submitting"] }] })

const FEWEST_AT_ONCE = 64
const MOST_AT_ONCE = 512
const QUICK_MS = 500

interface ReadyToSend {
  readonly order: Order
  readonly broker: BrokerService
  readonly prepared: Prepared
  /** Under which it was made ready. */
  readonly lease: OwnLease | undefined
}

/** Orders of several accounts; what keeps one account from being driven is told of that one, and stops no other. */
const sendBatch = (orders: ReadonlyArray<Order>, open: Effect.Semaphore) =>
  Effect.gen(function* () {
    const ready: Array<ReadyToSend> = []
    const ledger = yield* Ledger
    for (const account of new Set(orders.map(({ account }) => account))) {
      const own = orders.filter((order) => order.account === account)
      const prepareAll = Effect.gen(function* () {
        const broker = yield* brokerToDrive(account)
        const lease = yield* ledger.leases.of(account)
        for (const order of own) {
          const prepared = broker.prepare(termsOf(order))
          if (Either.isRight(prepared)) ready.push({ order, broker, lease, prepared: prepared.right })
          else yield* refuse(order, `${prepared.left.code}: ${prepared.left.words}`)
        }
      })
      yield* reported(`sending ${account}`, prepareAll)
    }
    yield* attemptAll(ready, open)
  })

const attemptAll = Effect.fn("Submission.attemptAll")(function* (
  ready: ReadonlyArray<ReadyToSend>,
  open: Effect.Semaphore
) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const begunMs = yield* clock.monotonicMs
  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const planned = yield* restore(ledger.submitEach("send", ready.map(attemptMember)))
      const sends = ready.map((each, i) => {
        const outcome = planned[i]
        if (outcome === undefined) return Effect.void
        return reported(
          `sending ${each.order.account}`,
          Effect.flatMap(outcome, (answer) =>
            answer._tag === "Send" ? sendCommitted(each, answer.attemptId, begunMs, open) : Effect.void
          )
        )
      })
      yield* Effect.all(sends, { concurrency: "unbounded", discard: true })
    })
  )
})

const attemptMember = ({ order, prepared }: ReadyToSend): Member<SendPlanned> =>
  memberOf(order.account, "send", [Need.OrderById({ id: order.id })], (recorder) =>
    planSend(recorder, order.id, prepared.request)
  )

/** Sends one order, if it still stands when its attempt is committed. */
export const sendOrder = Effect.fn("Submission.sendOrder")(function* (order: Order) {
  const broker = yield* brokerToDrive(order.account)
  const prepared = broker.prepare(termsOf(order))
  if (Either.isLeft(prepared)) return yield* refuse(order, `${prepared.left.code}: ${prepared.left.words}`)
  return yield* attempt(order, broker, prepared.right)
})

/** An order that its broker cannot be asked for: a plan ends unsent, a doubtful one stays. */
export const refuse = (order: Order, why: string) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(order.account, "send", [Need.OrderById({ id: order.id })], (recorder) =>
        refuseSend(recorder, order.id, why)
      )
    )
  )

const attempt = Effect.fn("Submission.attempt")(function* (order: Order, broker: BrokerService, prepared: Prepared) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const begunMs = yield* clock.monotonicMs
  const ready = { order, broker, prepared, lease: yield* ledger.leases.of(order.account) }
  const planned = yield* ledger.submit("send", attemptMember(ready))
  if (planned._tag !== "Send") return planned
  return yield* sendCommitted(ready, planned.attemptId, begunMs, yield* Effect.makeSemaphore(1))
})

/**
 * Rules 2 and 3 of sending: what has waited too long since before its commit does not leave; what has left is answered, and the
 * answer committed, whatever interrupts us.
 */
const sendCommitted = (ready: ReadyToSend, attemptId: AttemptId, begunMs: number, open: Effect.Semaphore) =>
  Effect.gen(function* () {
    const { broker, order } = ready
    const received = yield* open.withPermits(1)(sendInTime(ready, attemptId, begunMs))
    yield* countSend(received.report.answer._tag)
    yield* Effect.logInfo("order answered").pipe(
      Effect.annotateLogs({
        order: format("order", order.id),
        attempt: format("attempt", attemptId),
        account: order.account,
        symbol: order.symbol,
        broker: broker.name,
        answer: received.report.answer._tag
      })
    )
    return yield* bookAnswer(received)
  }).pipe(Effect.uninterruptible)

const sendInTime = Effect.fnUntraced(function* (
  { lease, order: { account }, prepared }: ReadyToSend,
  attemptId: AttemptId,
  begunMs: number
) {
  const clock = yield* Clock
  const asOf = yield* clock.now
  const concluded = (answer: Answer) => concludedOf(account, attemptId, asOf, answer)
  const why = yield* reasonNotToSend(account, lease, begunMs)
  return why === undefined
    ? yield* sendOnce(prepared, attemptId, concluded)
    : concluded(Answer.NotSent({ why, retryAfterMs: undefined }))
})

/** Rule 2: another may have taken over where half of a lease has passed, or has where ours is another one now. */
const reasonNotToSend = Effect.fnUntraced(function* (
  account: AccountName,
  lease: OwnLease | undefined,
  begunMs: number
) {
  const { leases } = yield* TradeRepository
  const ledger = yield* Ledger
  const waitedMs = (yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)) - begunMs
  if (waitedMs > LATEST_SEND_MS || waitedMs >= leases.durationMs / 2) return LATE
  return (yield* ledger.leases.of(account))?.token === lease?.token ? undefined : FENCED
})

const FENCED = "Fenced: another process drives the account now"

const LATE = "Late: too much time passed between the commit and the send"
const LONGEST_SEND = "1 minute"

/** Whatever an adapter does beside answering leaves us not knowing: its order may be live. */
const sendOnce = (
  prepared: Prepared,
  attemptId: AttemptId,
  concluded: (answer: Answer) => Received<Answered>
): Effect.Effect<Received<Answered>> => {
  const unknown = (why: string) => Effect.succeed(concluded(Answer.Unknown({ why, candidate: undefined })))
  return within(prepared.send(attemptId), LONGEST_SEND, () => unknown("the adapter gave no answer in time")).pipe(
    Effect.catchAllCause((cause) => unknown(`the adapter failed: ${Cause.pretty(cause).split("\n")[0] ?? ""}`))
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

const bookAnswer = (received: Received<Answered>) =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.retry(ledger.submit("report", reportMember(received)), {
      schedule: comingBack,
      while: (error) => error._tag === "StoreUnavailable"
    })
  )

/**
 * When an account's lease was taken, before anything is sent under it: attempts that an older holder left without an answer are
 * unknown, their orders in doubt.
 */
export const recoverUnanswered = Effect.fn("Submission.recoverUnanswered")(function* (account: AccountName) {
  const unanswered = yield* Reads.all(AttemptTable, {
    where: [
      { column: "account", in: [account] },
      { column: "outcome", in: [null] }
    ]
  })
  yield* Effect.forEach(unanswered, ({ id }) => recoverOne(account, id), { discard: true })
})

/** When an account is taken: a decision whose order was never sent has failed; it is not sent later than it was meant. */
export const abandonUnsent = Effect.fn("Submission.abandonUnsent")(function* (account: AccountName) {
  const pending = yield* Reads.all(OrderTable, {
    where: [
      { column: "status", in: ["pending"] },
      { column: "account", in: [account] }
    ]
  })
  const abandoned = pending.filter(({ decisionId }) => decisionId !== undefined)
  yield* Effect.forEach(abandoned, (order) => refuse(order, "the process ended before it was sent"), { discard: true })
})

/** Longer than a send and the commit of its answer can take, in milliseconds. */
const LOST_AFTER_MS = 180_000

/** While the program runs: attempts whose answer could not be kept are unknown, so that they are asked for: one pass. */
export const recoverLost = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const sending = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["submitting"] }] })
  const lost = (yield* driven(sending)).filter(
    ({ updatedAt }) => Instant.millisBetween(updatedAt, now) >= LOST_AFTER_MS
  )
  yield* Effect.forEach(
    lost,
    ({ account, attemptId }) => (attemptId === undefined ? Effect.void : recoverOne(account, attemptId)),
    { discard: true }
  )
  return lost.length
})

const recoverOne = (account: AccountName, id: AttemptId) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(account, "start", [Need.AttemptById({ id })], (recorder) => recover(recorder, id))
    )
  )

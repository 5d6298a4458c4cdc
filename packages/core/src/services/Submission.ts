import { Effect, Either } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../account/AccountName.ts"
import type { AttemptId } from "../identity/Id.ts"
import { type OrderId } from "../identity/Id.ts"
import type { Cause } from "../journal/Entry.ts"
import type { Recorder } from "../journal/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { OrderTable, type Order } from "../order/Order.ts"
import type { OrderTerms } from "../order/OrderTerms.ts"
import { planSend, recover, type SendPlanned } from "../order/send.ts"
import { advance } from "../order/transition.ts"
import type { BrokerService, Prepared } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { interpret, type Interpreted } from "../reconciliation/interpret.ts"
import { Answer, type Answered, type Received, type Report } from "../reconciliation/Report.ts"
import { brokerToDrive } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { reported } from "./work.ts"

/** How long after its commit an attempt may still leave, in milliseconds (rule 2 of sending). */
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
  kind: Cause["kind"],
  needs: ReadonlyArray<Need>,
  apply: (recorder: Recorder) => A
): Member<A> => ({ account, cause: { kind, actor: "roundlot" }, needs, apply })

/** The logical commit that books a report. */
export const reportMember = (received: Received): Member<Interpreted> =>
  memberOf(received.report.account, "report", needsOf(received.report), (recorder) => interpret(recorder, received))

const needsOf = (report: Report): ReadonlyArray<Need> => {
  switch (report._tag) {
    case "OrderSeen":
      return [Need.OrderByBrokerId({ account: report.account, brokerOrderId: report.brokerOrderId })]
    case "Executed":
      return [Need.Execution({ account: report.account, execIdBase: report.execIdBase })]
    case "Answered":
      return [Need.AttemptById({ id: report.attemptId })]
    default:
      return []
  }
}

/** Sends what is due to be sent: one pass over the committed rows. Each order is sent once; nothing inside retries. */
export const submitPending = Effect.gen(function* () {
  const clock = yield* Clock
  const now = yield* clock.now
  const pending = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["pending"] }] })
  const ready = pending.filter((order) => order.notBefore === undefined || order.notBefore <= now)
  yield* Effect.forEach(ready, (order) => reported(`sending ${order.account}`, sendOrder(order)), {
    concurrency: TOGETHER,
    discard: true
  })
  return ready.length
})

/** Sends one order, if it still stands when its attempt is committed. */
export const sendOrder = Effect.fn("Submission.sendOrder")(function* (order: Order) {
  const broker = yield* brokerToDrive(order.account)
  const prepared = broker.prepare(termsOf(order))
  if (Either.isLeft(prepared)) return yield* refuse(order, `${prepared.left.code}: ${prepared.left.words}`)
  return yield* attempt(order, broker, prepared.right)
})

/** An order that cannot even be asked for ends unsent, and its position cools down. */
const refuse = (order: Order, reason: string) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(order.account, "send", [Need.OrderById({ id: order.id })], (recorder) =>
        advance(recorder, order.id, { deed: "failed", reason })
      )
    )
  )

const attempt = Effect.fn("Submission.attempt")(function* (order: Order, broker: BrokerService, prepared: Prepared) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const planned: SendPlanned = yield* ledger.submit(
    "send",
    memberOf(order.account, "send", [Need.OrderById({ id: order.id })], (recorder) =>
      planSend(recorder, order.id, prepared.request)
    )
  )
  if (planned._tag !== "Send") return planned
  const committed = yield* clock.monotonicMs
  return yield* sendCommitted(order, broker, prepared, planned.attemptId, committed)
})

/**
 * Rules 2 and 3 of sending: what has waited too long since its commit does not leave; what has left is answered, and the answer
 * committed, whatever interrupts us.
 */
const sendCommitted = Effect.fn("Submission.sendCommitted")(function* (
  order: Order,
  broker: BrokerService,
  prepared: Prepared,
  attemptId: AttemptId,
  committedMs: number
) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const waited = (yield* clock.monotonicMs) - committedMs
  const received =
    waited > LATEST_SEND_MS
      ? yield* notSent(order, attemptId, "Late: too much time passed between the commit and the send")
      : yield* prepared.send(attemptId)
  const { answer } = received.report
  yield* Effect.logInfo("order answered").pipe(
    Effect.annotateLogs({
      order: order.id,
      account: order.account,
      symbol: order.symbol,
      broker: broker.name,
      answer: answer._tag
    })
  )
  return yield* ledger.submit("report", reportMember(received))
}, Effect.uninterruptible)

const notSent = (order: Order, attemptId: AttemptId, why: string) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const report: Answered = {
      _tag: "Answered",
      account: order.account,
      asOf: yield* clock.now,
      asOfKind: "ours",
      attemptId,
      answer: Answer.NotSent({ why, retryAfterMs: undefined }),
      httpStatus: undefined
    }
    return { report, payload: undefined }
  })

/** At start, before anything is sent: attempts that a dead process left without an answer are in doubt. */
export const recoverSubmitting = Effect.gen(function* () {
  const ledger = yield* Ledger
  const left = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["submitting"] }] })
  yield* Effect.forEach(left, (order) => ledger.submit("report", recoverMember(order.account, order.id)), {
    discard: true
  })
  return left.length
})

const recoverMember = (account: AccountName, id: OrderId): Member<void> =>
  memberOf(account, "start", [Need.OrderById({ id })], (recorder) => recover(recorder, id))

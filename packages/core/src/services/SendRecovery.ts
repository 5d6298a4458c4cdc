import { Effect } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { AttemptId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { AttemptTable } from "../records/Attempt.ts"
import { OrderTable } from "../records/Order.ts"
import { recover } from "../rules/order/send.ts"
import { Clock } from "../ports/Clock.ts"
import * as Instant from "../values/Instant.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { memberOf } from "./Booking.ts"
import { refuse } from "./Submission.ts"

/**
 * When an account's lease was taken, before anything is sent under it: attempts that an older holder left without an answer are
 * unknown, their orders in doubt.
 */
export const recoverUnanswered = Effect.fn("SendRecovery.recoverUnanswered")(function* (account: AccountName) {
  const unanswered = yield* Reads.all(AttemptTable, {
    where: [
      { column: "account", in: [account] },
      { column: "outcome", in: [null] }
    ]
  })
  yield* Effect.forEach(unanswered, ({ id }) => recoverOne(account, id), { discard: true })
})

/** When an account is taken: a decision whose order was never sent has failed; it is not sent later than it was meant. */
export const abandonUnsent = Effect.fn("SendRecovery.abandonUnsent")(function* (account: AccountName) {
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

/**
 * While the program runs: attempts whose answer could not be kept are unknown, so that they are asked for, also where a report has
 * shown meanwhile what became of their orders: one pass.
 */
export const recoverLost = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const unanswered = yield* Reads.all(AttemptTable, { where: [{ column: "outcome", in: [null] }] })
  const lost = (yield* driven(unanswered)).filter(
    ({ submittedAt }) => Instant.millisBetween(submittedAt, now) >= LOST_AFTER_MS
  )
  yield* Effect.forEach(lost, ({ account, id }) => recoverOne(account, id), { discard: true })
  return lost.length
})

const recoverOne = (account: AccountName, id: AttemptId) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(account, "start", [Need.AttemptById({ id })], (recorder) => recover(recorder, id))
    )
  )

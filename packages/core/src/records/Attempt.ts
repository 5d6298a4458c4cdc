import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { BrokerOrderId, ClientOrderId } from "../values/ClientOrderId.ts"
import { AttemptId, DecisionId, OrderId, PayloadId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import { refusalClasses } from "./Report.ts"
import type { OrderStatus } from "./OrderState.ts"

/** What became of an attempt; none while it is under way. */
export const outcomes = ["accepted", "rejected", "not_accepted", "unknown"] as const

/** One of the outcomes. */
export type Outcome = (typeof outcomes)[number]

/** The code of an attempt that the broker answered with "this client order id was used before". */
export const ID_IN_USE = "client_order_id_in_use"

/** The code of an order of a decision that never reached its broker, and is not sent again. */
export const NOT_SENT = "NotSent"

/** Where the order of an attempt stands (AUD-4). */
export const attemptStatuses = [
  "submitted",
  "accepted",
  "partial_fill",
  "filled",
  "rejected",
  "cancelled",
  "unknown"
] as const

/** Where the order of an attempt stands. */
export type AttemptStatus = (typeof attemptStatuses)[number]

const STATUSES: { readonly [S in OrderStatus]: AttemptStatus } = {
  // Back to a plan: this attempt was not taken.
  pending: "rejected",
  submitting: "submitted",
  in_doubt: "unknown",
  submitted: "accepted",
  partially_filled: "partial_fill",
  filled: "filled",
  cancelled: "cancelled",
  expired: "cancelled",
  rejected: "rejected",
  failed: "rejected"
}

/** Where the newest attempt of an order stands. */
export const statusOf = (status: OrderStatus): AttemptStatus => STATUSES[status]

/** What an attempt came to whose order has gone on with a later one. */
export const statusOfOutcome = (outcome: Outcome): AttemptStatus => (outcome === "not_accepted" ? "rejected" : outcome)

/** One try to send one order. Request and response are payloads, kept once and referenced. */
export const Attempt = Schema.Struct({
  id: Column.id(AttemptId),
  account: Column.branded(AccountName),
  orderId: Column.id(OrderId),
  number: Column.integer,
  clientOrderId: Column.branded(ClientOrderId),
  symbol: Column.branded(Ticker),
  /** The strategy of the decision that the order executes. */
  strategy: Column.optional(Column.text),
  decisionId: Column.optional(Column.id(DecisionId)),
  requestPayloadId: Column.id(PayloadId),
  responsePayloadId: Column.optional(Column.id(PayloadId)),
  outcome: Column.optional(Column.literal(outcomes)),
  brokerOrderId: Column.optional(Column.branded(BrokerOrderId)),
  httpStatus: Column.optional(Column.integer),
  errorCode: Column.optional(Column.text),
  /** Of a refusal: what it is about; of an error in no table, which may have been one, `unknown`. */
  refusalClass: Column.optional(Column.literal(refusalClasses)),
  errorMessage: Column.optional(Column.text),
  /** The answer's own text, as far as it is short. */
  errorDetails: Column.optional(Column.text),
  /** Where its order stands. */
  status: Column.literal(attemptStatuses),
  filledQuantity: Column.decimal,
  filledAveragePrice: Column.optional(Column.decimal),
  commission: Column.optional(Column.decimal),
  submittedAt: Column.instant,
  answeredAt: Column.optional(Column.instant),
  filledAt: Column.optional(Column.instant),
  rejectedAt: Column.optional(Column.instant),
  createdAt: Column.instant,
  updatedAt: Column.instant,
  version: Column.integer
})

/** One try to send one order. */
export type Attempt = typeof Attempt.Type

/** May its broker have refused it, by a code that is in no table? */
export const isUnlisted = ({ outcome, refusalClass }: Attempt): boolean =>
  outcome === "unknown" && refusalClass === "unknown"

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (attempt: Attempt): Table.Draft<Attempt> => ({
  id: attempt.id,
  account: attempt.account,
  orderId: attempt.orderId,
  number: attempt.number,
  clientOrderId: attempt.clientOrderId,
  symbol: attempt.symbol,
  strategy: attempt.strategy,
  decisionId: attempt.decisionId,
  requestPayloadId: attempt.requestPayloadId,
  responsePayloadId: attempt.responsePayloadId,
  outcome: attempt.outcome,
  brokerOrderId: attempt.brokerOrderId,
  httpStatus: attempt.httpStatus,
  errorCode: attempt.errorCode,
  refusalClass: attempt.refusalClass,
  errorMessage: attempt.errorMessage,
  errorDetails: attempt.errorDetails,
  status: attempt.status,
  filledQuantity: attempt.filledQuantity,
  filledAveragePrice: attempt.filledAveragePrice,
  commission: attempt.commission,
  submittedAt: attempt.submittedAt,
  answeredAt: attempt.answeredAt,
  filledAt: attempt.filledAt,
  rejectedAt: attempt.rejectedAt,
  createdAt: attempt.createdAt,
  updatedAt: attempt.updatedAt,
  version: attempt.version
})

/** The table of attempts. */
export const AttemptTable = Table.make({
  name: "attempts",
  schema: Attempt,
  key: ["id"],
  keyOf: (attempt): number => attempt.id,
  lookups: { order: { columns: ["orderId"], unique: false, steady: true, where: undefined } }
})

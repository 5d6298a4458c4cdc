import { Data } from "effect"
import type { BrokerOrderId } from "../values/ClientOrderId.ts"
import type { AttemptId } from "../values/Id.ts"
import type { Decimal } from "../values/Decimal.ts"
import type { Instant } from "../values/Instant.ts"

/** The broker's ids of one order: one at first, one more for each replacement; the last is current. */
export type BrokerOrderIds = readonly [BrokerOrderId, ...ReadonlyArray<BrokerOrderId>]

/** What an ended order had filled, in shares and dollars. */
interface Ended {
  readonly filled: Decimal
  readonly brokerOrderIds: ReadonlyArray<BrokerOrderId>
  readonly endedAt: Instant
}

/** The life of an order. Each state carries exactly what is true in it. */
export type OrderState = Data.TaggedEnum<{
  /** A plan: no byte has left. `heldFor` says what it waits for, if anything; `notBefore` is the broker's wait. */
  readonly Pending: { readonly heldFor: string | undefined; readonly notBefore: Instant | undefined }
  /** An attempt is on record and may be on its way. */
  readonly Submitting: { readonly attemptId: AttemptId }
  /** An attempt was made and nobody knows whether the broker has the order. Counts as in flight. */
  readonly InDoubt: {
    readonly attemptId: AttemptId
    readonly why: string
    readonly candidate: BrokerOrderId | undefined
  }
  readonly Submitted: { readonly brokerOrderIds: BrokerOrderIds; readonly acceptedAt: Instant }
  readonly PartiallyFilled: {
    readonly brokerOrderIds: BrokerOrderIds
    readonly acceptedAt: Instant
    readonly filled: Decimal
    readonly notional: Decimal
  }
  readonly Filled: {
    readonly brokerOrderIds: BrokerOrderIds
    readonly filled: Decimal
    readonly notional: Decimal
    readonly unpriced: Decimal
    readonly filledAt: Instant
  }
  readonly Cancelled: Ended & { readonly reason: string }
  readonly Expired: Ended & { readonly reason: string }
  readonly Rejected: Ended & { readonly reason: string; readonly code: string }
  readonly Failed: Ended & { readonly reason: string }
}>

/** Constructors of `OrderState`. */
export const OrderState = Data.taggedEnum<OrderState>()

/** An order that the broker has acknowledged and that is live: the only kind that can be polled or cancelled there (FILL-6). */
export type AcknowledgedOrder = Extract<OrderState, { readonly _tag: "Submitted" | "PartiallyFilled" }>

/** The flat statuses, as a database and a program's output show them. */
export const orderStatuses = [
  "pending",
  "submitting",
  "in_doubt",
  "submitted",
  "partially_filled",
  "filled",
  "cancelled",
  "expired",
  "rejected",
  "failed"
] as const

/** A flat status. */
export type OrderStatus = (typeof orderStatuses)[number]

/** The coarse phases of an order's life. */
export const orderPhases = ["pending", "open", "filled", "ended"] as const

/** A phase. */
export type OrderPhase = (typeof orderPhases)[number]

/** The flat status of a state, and the phase it belongs to; total. */
export const statusOf: { readonly [T in OrderState["_tag"]]: OrderStatus } = {
  Pending: "pending",
  Submitting: "submitting",
  InDoubt: "in_doubt",
  Submitted: "submitted",
  PartiallyFilled: "partially_filled",
  Filled: "filled",
  Cancelled: "cancelled",
  Expired: "expired",
  Rejected: "rejected",
  Failed: "failed"
}

/** The state's tag of a flat status; total. */
export const tagOf: { readonly [S in OrderStatus]: OrderState["_tag"] } = {
  pending: "Pending",
  submitting: "Submitting",
  in_doubt: "InDoubt",
  submitted: "Submitted",
  partially_filled: "PartiallyFilled",
  filled: "Filled",
  cancelled: "Cancelled",
  expired: "Expired",
  rejected: "Rejected",
  failed: "Failed"
}

/** The phase of a flat status; total. */
export const phaseOf: { readonly [S in OrderStatus]: OrderPhase } = {
  pending: "pending",
  submitting: "pending",
  in_doubt: "open",
  submitted: "open",
  partially_filled: "open",
  filled: "filled",
  cancelled: "ended",
  expired: "ended",
  rejected: "ended",
  failed: "ended"
}

/** A2: the states in which an order still binds its quantity. */
export const isLive = (status: OrderStatus): boolean => phaseOf[status] === "pending" || phaseOf[status] === "open"

/** What an order's executions say of it, in four words: none yet, a part, all, or that it ended before. */
export const fillStatuses = ["unknown", "partial", "filled", "cancelled"] as const

/** What an order's executions say of it. */
export type FillStatus = (typeof fillStatuses)[number]

/** The word for each status. An order that ended with a part filled is cancelled: how much that was stands beside it. */
export const fillStatusOf: { readonly [S in OrderStatus]: FillStatus } = {
  pending: "unknown",
  submitting: "unknown",
  in_doubt: "unknown",
  submitted: "unknown",
  partially_filled: "partial",
  filled: "filled",
  cancelled: "cancelled",
  expired: "cancelled",
  rejected: "cancelled",
  failed: "cancelled"
}

/** D5: an order counts from `Submitting` on; a pending one is a plan. */
export const countsForD5 = (status: OrderStatus): boolean => isLive(status) && status !== "pending"

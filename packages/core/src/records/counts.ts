import type { Trade } from "./Trade.ts"
import type { Batch, BatchStatus } from "./Batch.ts"

/** Where a row of a batch is. Every row is in one of these places at every commit, and all of them are its total. */
export const rowPlaces = ["waiting", "working", "done", "failed", "cancelled"] as const

/** Where a row of a batch is. */
export type RowPlace = (typeof rowPlaces)[number]

/**
 * Where a trade stands as a row of its batch: done once its own order has been filled (`execute`) or once it is in its position
 * (`accumulate`).
 */
export const placeOf = ({ reason, status }: Pick<Trade, "status" | "reason">): RowPlace => {
  switch (status) {
    case "pending":
      return reason === undefined ? "working" : "waiting"
    case "accumulated":
    case "completed":
      return "done"
    case "failed":
      return reason === "BatchCancelled" || reason === "OrderCancelled" ? "cancelled" : "failed"
  }
}

/** Does a trade wait for its batch, and for nothing else? */
export const awaitsTurn = ({ reason, status }: Pick<Trade, "status" | "reason">): boolean =>
  status === "pending" && reason === "AwaitsBatch"

/** What a batch ends with: all rows done, none, or some; nothing while a row is under way. */
export const endOf = ({
  cancelled,
  done,
  failed,
  waiting,
  working
}: Pick<Batch, RowPlace>): Extract<BatchStatus, "success" | "partial_success" | "failed"> | undefined => {
  if (waiting + working > 0) return undefined
  if (failed + cancelled === 0) return "success"
  return done === 0 ? "failed" : "partial_success"
}

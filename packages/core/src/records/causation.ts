/**
 * How a cause is known: it is what was asked for, an entry names it by an id, it stands beside it in the same commit, or the entry
 * says who brought it about.
 */
export const causeLinks = ["asked", "named", "commit", "actor"] as const

/** How a cause is known. */
export type CauseLink = (typeof causeLinks)[number]

/** What stands in a tree of causes: an entry that changes something, a record by the entry that made it, or what has no entries. */
export const causeKinds = [
  "entry",
  "payload",
  "attempt",
  "command",
  "trade",
  "order",
  "allocation",
  "fill",
  "decision",
  "batch",
  "row",
  "source",
  "price",
  "actor",
  "break",
  "held_report",
  "waiting_fill",
  "waiting_commission",
  "token",
  "session",
  "other"
] as const

/** What stands in a tree of causes. */
export type CauseKind = (typeof causeKinds)[number]

/**
 * Why an entry names no cause. `said`: what its actor did or declared is all there is. `bytes`: it is what went over a wire.
 * `books`: a rule made it of the books as they stood, of no record alone.
 */
export const causeOrigins = ["said", "bytes", "books"] as const

/** Why an entry names no cause. */
export type CauseOrigin = (typeof causeOrigins)[number]

import { messages } from "./messages.ts"

/** Texts of events: what is said beside the name of a record. */
export const texts = messages({
  approvalRequested: "requested by {by}: {preview}",
  approvalGranted: "approved by {by}",
  approvalRejected: "rejected by {by}",
  changed: "{before} → {after}",
  because: "{words}: {reason}",
  scope: "{symbol} on {account}",
  everything: "everything",
  held: "held",
  accepted: "accepted: {terms}",
  takenIn: "received: {side} {quantity} {symbol}",
  waitsForBatch: "waits for its batch",
  waitsForBatchOf: "waits for its batch: {terms}",
  failed: "failed",
  made: "created: {terms}",
  scopeIs: "{state} ({scope})",
  cancelRequested: "cancel requested",
  filled: "filled {quantity} at {price}",
  filledUnpriced: "filled {quantity} at an unknown price",
  fills: { one: "{count} fill", other: "{count} fills" },
  breakOpened: "{kind}: {subject}",
  assigned: "assigned to {owner}",
  acknowledged: "acknowledged as {severity}",
  noted: "noted: {note}",
  closed: "closed"
})

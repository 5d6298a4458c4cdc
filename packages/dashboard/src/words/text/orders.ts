import { messages } from "./messages.ts"

/** Texts of the page of an order. */
export const texts = messages({
  created: "Created",
  sent: "Sent",
  accepted: "Accepted",
  firstFill: "First fill",
  cancelRequested: "Cancel requested",
  unallocatedShares: "unallocated shares",
  averagePrice: "average price",
  inferred: "{quantity} in the broker's total, no execution reported yet",
  attempt: "Attempt {number}",
  request: "Request",
  response: "Response",
  heldReportOfExecution:
    "Held report {number} ({rule}): {field} {reported}, possible is {possible}, execution {execId}. Not booked.",
  heldReport: "Held report {number} ({rule}): {field} {reported}, possible is {possible}. Not booked.",
  sentOnceApproved: "It is sent once a person approves it.",
  proposedBy: "Proposed by {source}, worth about {notional}. It is sent only if a person approves it by {approveBy}.",
  noneYet: "none yet",
  contradicted:
    "{fact} Since {since}. It counts as live until a second reading agrees. Check the order at the broker and confirm its state.",
  orders: "Orders",
  position: "Position",
  positionOf: "Position {symbol} of {account}",
  asOf: "as of {at}",
  unconfirmed:
    "Unconfirmed: sent, no acknowledgement received. It counts as in flight until its state is known. Check the order at the broker and resolve it here, or on the command line: {command}",
  filledOfQuantity: "{filled} of {quantity}",
  stages: "Stages",
  sourceTrades: "Source trades",
  noSourceTrades: "No source trades.",
  executions: "Executions",
  noExecutionsYet: "No executions yet.",
  changed: "Changed {at}. The same on the command line: {command}",
  roundedAveragePrice: "≈ average price",
  allocations: { one: "{count} allocation", other: "{count} allocations" },
  fills: { one: "{count} fill", other: "{count} fills" }
})

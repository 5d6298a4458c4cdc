import { messages } from "./messages.ts"

/** Texts of the page of an order. */
export const texts = messages({
  tradesIn: "Trades in",
  found: "Found",
  foundInReport: "in a report of {actor}",
  foundByPerson: "confirmed by {actor}",
  foundBySending: "by another submission",
  corrected: "Corrected",
  correctedTo: "to {quantity} at {price}",
  busted: "Busted",
  created: "Created",
  sent: "Sent",
  accepted: "Accepted",
  firstFill: "First fill",
  cancelRequested: "Cancel requested",
  unallocatedShares: "{quantity} overfilled shares, closed by order {order}",
  released: "{quantity} released: {reason}",
  releasedForNext: "{quantity} released (replaced by {order})",
  tradesAllocated: {
    one: "{count} trade, {quantity} shares allocated to this order",
    other: "{count} trades, {quantity} shares allocated to this order"
  },
  averagePrice: "average price",
  inferred: "{quantity} in the broker's total, no execution reported yet",
  attempt: "Attempt {number}",
  request: "Request",
  response: "Response",
  heldReportOfExecution:
    "Held report {number} ({rule}): {field} {reported}, plausible: {possible}, execution {execId}. Not booked.",
  heldReport: "Held report {number} ({rule}): {field} {reported}, plausible: {possible}. Not booked.",
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
  trades: { one: "{count} trade", other: "{count} trades" },
  fills: { one: "{count} fill", other: "{count} fills" }
})

import { messages } from "./messages.ts"

/** Texts of the cases. */
export const texts = messages({
  owed: "{shares} {symbol} due",
  unconfirmed: "{shares} unconfirmed",
  attention: "Attention",
  noOpenBreaks: "No open breaks. Resolved breaks have the status Closed.",
  moreHeldTrades: { one: "{count} more held trade", other: "{count} more held trades" },
  needsAttention: "Needs attention",
  jobsOnlyNow: "Jobs and services are listed as of now only.",
  withOurParts: "with the components of the books",
  inTheBooks: "In the books",
  atTheBroker: "At the broker",
  lastAnswer: "the broker's last answer to the submission",
  answer: "Answer",
  closesWithOrder: "It closes when order {order} is resolved. Open the order and confirm whether the broker has it.",
  closesOnAgreement: "It closes when books and broker agree: trade the difference at the broker, or book it here.",
  closesAutomatically: "It closes automatically when it no longer applies.",
  evidence: "Evidence",
  heldTrade: "Held trade",
  proposedOrder: "Proposed order",
  job: "Job",
  batchShowsRows: "Open {batch} to see its rows and to retry them.",
  operations: "Operations",
  showsAllServices: "{operations} shows all services."
})

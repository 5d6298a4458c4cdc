import { messages } from "./messages.ts"

/** Texts of the cases. */
export const texts = messages({
  owed: "{shares} {symbol} owed",
  unconfirmed: "{shares} unconfirmed",
  attention: "Attention",
  noOpenBreaksResolved: "No open breaks. Resolved breaks have the status Closed.",
  heldTrades: { one: "{count} held trade", other: "{count} held trades" },
  needsAttention: "Needs attention",
  jobsAndServicesAre: "Jobs and services are listed as of now only.",
  withThePartsOf: "with the parts of ours",
  inTheBooks: "In the books",
  atTheBroker: "At the broker",
  theBrokersLastAnswer: "the broker's last answer to the submission",
  answer: "Answer",
  endsWithDoubt: "It ends with the doubt: say on the page of {order} whether the broker has the order.",
  itClosesWhenBooks: "It closes when books and broker agree: trade the difference at the broker, or book it here.",
  itClosesByItself: "It closes by itself when its cause is gone.",
  evidence: "Evidence",
  heldTrade: "Held trade",
  proposedOrder: "Proposed order",
  job: "Job",
  batchShowsRows: "{batch} shows its rows, and has the button that tries them again.",
  operations: "Operations",
  showsAllServices: "{operations} shows all services."
})

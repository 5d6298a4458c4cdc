import { messages } from "./messages.ts"

/** Texts of the actions on cases. */
export const texts = messages({
  caseStaysOpen: "The case stays open and keeps blocking.",
  acknowledge: "Acknowledge {id}",
  noFurtherAlerts: "No further alerts until its severity is above {severity}.",
  assign: "Assign {id}",
  owner: "Owner",
  caseGetsOwner: "The case is assigned to the owner named below.",
  caseChangesOwner: "The case moves from {owner} to another owner.",
  noteOn: "Note on {id}",
  reasonIsNoted: "The reason is added as a note, with your name and the time.",
  resolve: "Resolve {id}",
  breakCloses: "The break {kind} closes with your reason.",
  itBlocksNothing: "It blocks nothing.",
  tradingResumes: "Trading it blocked ({holds}) resumes: due orders are sent.",
  booksStay: "Positions, orders and fills stay unchanged.",
  bookAsExternal: "Book {signed} {symbol} as external holding",
  bookedAsExternal: "Booked as an external holding: no order follows.",
  residualStays: "Trades, target and residual stay unchanged.",
  bookAsFill: "Book {signed} {symbol} as our fill",
  bookedAsFill: "Booked as our fill: the residual changes by the same quantity.",
  targetStays: "Trades and target stay unchanged.",
  price: "Price",
  isBookedOn: "{signed} {symbol} is booked on {account}. {will}",
  breakClosesOnAgreement: "The break closes when the next reconciliation agrees.",
  addsEntry: "Existing journal entries stay unchanged. This adds one."
})

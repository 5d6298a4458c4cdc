import { messages } from "./messages.ts"

/** Texts of the actions on cases. */
export const texts = messages({
  theCaseStaysOpen: "The case stays open and keeps blocking.",
  acknowledge: "Acknowledge {id}",
  noFurtherAlertsUntil: "No further alerts until its severity is above {severity}.",
  assign: "Assign {id}",
  owner: "Owner",
  theCaseGetsAn: "The case gets an owner.",
  theCaseMovesFrom: "The case moves from {owner} to another owner.",
  noteOn: "Note on {id}",
  theReasonIsAdded: "The reason is added as a note, with your name and the time.",
  resolve: "Resolve {id}",
  theBreakClosesWith: "The break {kind} closes with your reason.",
  itBlocksNothing: "It blocks nothing.",
  tradingItBlockedResumes: "Trading it blocked ({holds}) resumes: due orders are sent.",
  positionsOrdersAndFills: "Positions, orders and fills stay unchanged.",
  bookAsExternal: "Book {signed} {symbol} as external holding",
  bookedAsAnExternal: "Booked as an external holding: no order follows.",
  tradesTargetAndResidual: "Trades, target and residual stay unchanged.",
  bookAsFill: "Book {signed} {symbol} as our fill",
  bookedAsOurFill: "Booked as our fill: the residual changes by as much.",
  tradesAndTargetStay: "Trades and target stay unchanged.",
  price: "Price",
  isBookedOn: "{signed} {symbol} is booked on {account}. {will}",
  theBreakClosesWhen: "The break closes when the next reconciliation agrees.",
  noEntryIsChanged: "No entry is changed. This adds one."
})

import { messages } from "./messages.ts"

/** Texts on what is at risk in a case, and what is recommended. */
export const texts = messages({
  atRisk: "At risk",
  owedAndNotOrdered: "Owed and not ordered: {each}",
  unconfirmed: "Unconfirmed: {inDoubt}",
  recommended: "Recommended: {recommendedWords}.",
  reconcileNow: "reconcile now",
  cancelIt: "cancel it",
  markItPlaced: "mark it placed",
  acceptTheOverfill: "accept the overfill",
  bookItAsOpening: "book it as opening balance",
  resumeTheSymbol: "resume the symbol",
  changeTheLimit: "change the limit",
  releaseOrDismissIt: "release or dismiss it",
  retryIt: "retry it",
  approveOrCancelIt: "approve or cancel it"
})

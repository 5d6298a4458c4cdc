import { messages } from "./messages.ts"

/** Texts on what is at risk in a case, and what is recommended. */
export const texts = messages({
  atRisk: "At risk",
  owed: "Due and not ordered: {amount}",
  unconfirmed: "Unconfirmed: {amount}",
  recommended: "Recommended: {resolution}.",
  reconcileNow: "reconcile now",
  cancelIt: "cancel it",
  markItPlaced: "mark it as placed",
  acceptOverfill: "accept the overfill",
  bookAsOpening: "book it as external holding",
  resumeTheSymbol: "resume the symbol",
  changeTheLimit: "change the limit",
  limitsOf: "Limits of {account}",
  releaseOrDismiss: "release or dismiss it",
  retryIt: "retry it",
  approveOrCancel: "approve or cancel it",
  wait: "wait",
  recheck: "refresh the order",
  resolve: "resolve"
})

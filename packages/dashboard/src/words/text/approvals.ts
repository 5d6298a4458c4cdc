import { messages } from "./messages.ts"

/** Texts of operations that another person has to approve. */
export const texts = messages({
  request: "Requested operation",
  approve: "Approve {id}",
  isCarriedOut: "Carried out at once: {preview}.",
  isCheckedAgain: "The books are first compared with those of the request. If they differ, the approval is refused.",
  reject: "Reject {id}",
  isNotCarriedOut: "It is not carried out: {preview}.",
  canBeRequestedAgain: "It can be requested again.",
  ownRequest: "You requested this. Another person has to approve it.",
  adjust: "position correction",
  adopt: "opening balance",
  limits: "looser settings",
  resume: "resume",
  split: "split or symbol change",
  void: "void executions",
  writeOff: "write-off",
  needsToken: "Sign in with a token to approve it: the daemon runs with --open and cannot tell people apart."
})

import { messages } from "./messages.ts"

/** Texts of the actions on trades, jobs, webhooks and sessions. */
export const texts = messages({
  retry: "Retry {type} {key}",
  jobQueuedAgain: "The job is queued again, with all its attempts.",
  effectsStay: "Earlier effects are not undone.",
  retriedAs: "Retried: it is {status}.",
  testAlerts: "Test alerts",
  sendsTestAlert: "A job sends a test alert through every channel, and reports failures.",
  noCaseIsOpened: "No case is opened.",
  queued: "Queued: see its job for the result.",
  reconcileNow: "Reconcile now",
  comparesAccounts: "A job compares every account with its broker. Differences become breaks.",
  noOrdersAreSent: "No orders are sent.",
  reconcileQueued: {
    one: "Queued: {count} account to reconcile.",
    other: "Queued: {count} accounts to reconcile."
  },
  signOut: "Sign out",
  browserSignedOut: "The browser of {token} at {host} is signed out now.",
  tokenStaysValid: "Its token stays valid, so that it can sign in again.",
  signedOut: "That browser is signed out.",
  signOutOthers: "Sign out my other browsers",
  otherBrowsersSignedOut: "All your other browsers are signed out now.",
  thisBrowserStays: "This browser and those of other tokens stay signed in.",
  othersSignedOut: "Your other browsers are signed out.",
  reverse: "Reverse {id}",
  reversal: "A trade of {quantity} {symbol} on the other side reverses this {side}. It accumulates like any other.",
  recordsStay: "The trade, its orders and its fills stay in the journal.",
  dismiss: "Dismiss {id}",
  heldTradeDismissed: "The held trade, {side} {quantity} {symbol}, will not be counted.",
  noOrderIsMade: "No order is made for it.",
  test: "Test {name}",
  postsTest: "A job posts a signed delivery without events, and reports a failure.",
  noEventPosted: "No event is posted. The cursor stays.",
  continuesAfter: "Continues after {after}.",
  replayTo: "Replay to {webhook}",
  tryNow: "Try {webhook} now",
  replays:
    "Events after a cursor are posted again, in order. Skipped events are posted separately, unless the earlier cursor was lost.",
  postsWaiting: "Waiting events are posted now, and retried for a day.",
  theBooksStayUnchanged: "The books stay unchanged.",
  continueAfter: "Continue after",
  skip: "Skip {tag} {entity}",
  skips: "Events after {tag} of {entity} are posted to {webhook} now.",
  skippedEvent: "The skipped event is posted separately, once. If refused, it is kept as a job that can be retried.",
  noEventIsLost: "No event is lost."
})

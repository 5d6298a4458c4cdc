import { messages } from "./messages.ts"

/** Texts of the actions on trades, jobs, webhooks and sessions. */
export const texts = messages({
  retry: "Retry {type} {key}",
  theJobIsQueued: "The job is queued again, with all its attempts.",
  earlierEffectsAreNot: "Earlier effects are not undone.",
  retriedItIs: "Retried: it is {status}.",
  testAlerts: "Test alerts",
  aJobSendsA: "A job sends a test alert through every channel, and reports failures.",
  noCaseIsOpened: "No case is opened.",
  queuedSeeItsJob: "Queued: see its job for the result.",
  reconcileNow: "Reconcile now",
  aJobComparesEvery: "A job compares every account with its broker. Differences become breaks.",
  noOrdersAreSent: "No orders are sent.",
  queuedAccountsToReconcile: {
    one: "Queued: {count} account to reconcile.",
    other: "Queued: {count} accounts to reconcile."
  },
  signOut: "Sign out",
  theBrowserOfAt: "The browser of {token} at {host} is signed out now.",
  itsTokenStaysValid: "Its token stays valid, so that it can sign in again.",
  thatBrowserIsSigned: "That browser is signed out.",
  signOutMyOther: "Sign out my other browsers",
  allYourOtherBrowsers: "All your other browsers are signed out now.",
  thisBrowserAndThose: "This browser and those of other tokens stay signed in.",
  yourOtherBrowsersAre: "Your other browsers are signed out.",
  reverse: "Reverse {id}",
  aTradeOfOn: "A trade of {quantity} {symbol} on the other side reverses this {side}. It accumulates like any other.",
  theTradeItsOrders: "The trade, its orders and its fills stay in the journal.",
  dismiss: "Dismiss {id}",
  theHeldTradeWill: "The held trade, {side} {quantity} {symbol}, will not be counted.",
  noOrderIsMade: "No order is made for it.",
  test: "Test {name}",
  aJobPostsA: "A job posts a signed delivery without events, and reports a failure.",
  noEventIsPosted: "No event is posted. The cursor stays.",
  continuesAfter: "Continues after {after}.",
  replayTo: "Replay to {webhook}",
  tryNow: "Try {webhook} now",
  eventsAfterACursor:
    "Events after a cursor are posted again, in order. Skipped events are posted separately, unless the earlier cursor was lost.",
  waitingEventsArePosted: "Waiting events are posted now, and retried for a day.",
  theBooksStayUnchanged: "The books stay unchanged.",
  continueAfter: "Continue after",
  skip: "Skip {tag} {entity}",
  eventsAfterOfAre: "Events after {tag} of {entity} are posted to {webhook} now.",
  theSkippedEventIs:
    "The skipped event is posted separately, once. If refused, it is kept as a job that can be retried.",
  noEventIsLost: "No event is lost."
})

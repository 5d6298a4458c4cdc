import { messages } from "./messages.ts"

/** Texts of the dialog in which an action is confirmed. */
export const texts = messages({
  recordedFor: "Recorded for {owner}",
  asCommand: "{recorded} as command {command}",
  recordedEntry: "{recorded}: entry {seq}, {at}, by {actor}.",
  recorded: "Recorded",
  reason: "Reason",
  reasonTooShort: "Enter at least {least} characters.",
  effect: "Effect",
  notAffected: "Not affected",
  typeToConfirm: "Type {typed} to confirm",
  sameOnCommandLine: "The same on the command line: {command}",
  cancel: "Cancel",
  sending: "Sending…",
  close: "Close",
  notDone: "Not applied: {entity} has changed since you opened this dialog.",
  changesInTheMeantime: "Changes in the meantime",
  isNow: "It is now {state}. Review it and confirm again.",
  needsRole: "You need the role {role} for this. You are signed in as {caller} ({callerRole}).",
  ordersAtOnceAbout: "{count} orders at once, about {notional}",
  ordersAtOnceSomeUnpriced: "{count} orders at once, about {notional} and {unpriced} without a known price",
  sharesAbout: "{side} {quantity} {symbol}, about {notional}",
  impact: "Impact",
  thenOrdered: "Then ordered: {side} {quantity} {symbol} on {account}",
  orderInShort: "{id} ({side} {quantity} {symbol} of {account})",
  more: "{more} more",
  unconfirmedInScope: {
    one: "{count} unconfirmed order stays unconfirmed: {orders}.",
    other: "{count} unconfirmed orders stay unconfirmed: {orders}."
  },
  positionsReleased: {
    one: "{count} position released ({control}), about {notional}: {symbols}",
    other: "{count} positions released ({control}), about {notional}: {symbols}"
  },
  positionsHeld: {
    one: "{count} position newly held ({control}), about {notional}: {symbols}",
    other: "{count} positions newly held ({control}), about {notional}: {symbols}"
  },
  positionsWaiting: {
    one: "{count} position still held ({control}), about {notional}: {symbols}",
    other: "{count} positions still held ({control}), about {notional}: {symbols}"
  },
  ofThemUnpriced: ", and {unpriced} without a known price",
  noPositionMoves: "No position is released or held.",
  noOrdersNow: "No orders will be sent now.",
  loadingImpactOfStop: "Loading the impact. You can confirm without it.",
  impactUnknown: "The impact is unknown. You can confirm without it.",
  enteredBefore: "entered {span} before sending",
  asListed: "as last listed by the broker",
  brokerOrders: "Broker orders",
  itIs: "Match {brokerOrderId}",
  enteredAfter: "entered {span} after sending",
  changedBy: "{actor} {age} ago: {words}, entry {seq}",
  changedByWithReason: "{actor} {age} ago: {words} “{reason}”, entry {seq}",
  recordedOnly: "{recorded}.",
  thenOrderedAbout: "Then ordered: {side} {quantity} {symbol} on {account}, about {notional}",
  loadingImpact: "Loading the impact. Confirm once it is loaded.",
  theStore: "the store"
})

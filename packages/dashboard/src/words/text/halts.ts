import { messages } from "./messages.ts"

/** Texts of halts and resumes. */
export const texts = messages({
  isNotHalted: "{scope} was not halted: {message}",
  entryStops: "Order entry stops now: {name}.",
  tradesAccumulate: "Trades are still accepted and accumulate.",
  halt: "Halt {name}",
  noOrderIsCancelled: "No order is cancelled.",
  noOpenOrders: "No open orders.",
  ordersStay: {
    one: "{count} open order stays at the broker.",
    other: "{count} open orders stay at the broker."
  },
  alsoCancel: { one: "Also cancel the {count} open order", other: "Also cancel the {count} open orders" },
  haltAndCancel: "Halt {name} and cancel its orders",
  cancelsRequested: "Cancels are requested for open orders. Each ends when its broker confirms.",
  positionsStayHeld: "Their positions stay held until resumed.",
  filledSharesStay: "Filled shares stay.",
  cancelRequested: {
    one: "Cancel requested for {count} open order: {orders}.",
    other: "Cancel requested for {count} open orders: {orders}."
  },
  allOf: "all of {broker}: {names}",
  scope: "Scope",
  resume: "Resume {scope}",
  stateEnds: "The halt or restriction set for {name} ends. The state from before a halt applies again.",
  duePositionsSend: "Due orders are sent now.",
  otherHaltsStay: "A halt of a wider or narrower scope stays.",
  on: "{symbol} on {account}",
  namesAndMore: "{names} and {rest} more",
  everything: "everything"
})

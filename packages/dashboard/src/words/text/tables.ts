import { messages } from "./messages.ts"

/** Texts of tables. */
export const texts = messages({
  extent: "{head} {first}–{last} of {total}",
  showCurrentRows: "Show the current rows",
  newOrMore: "{count} or more new",
  frozenResume: "Frozen: resume",
  rowsCopied: { one: "{count} row copied", other: "{count} rows copied" },
  copyRefused: "The browser blocked copying",
  selected: "{count} selected",
  copy: "Copy",
  clearSelection: "Clear selection",
  sortBy: "Sort by {head}",
  select: "Select {row}",
  noLongerMatches: "no longer matches",
  likeAFill: "possible duplicate",
  fillOfOrder: "{fill} of {order}",
  commissionsWithoutAnExecution: "Commissions without an execution",
  none: "None.",
  unmatchedFills: "Unmatched fills",
  replacedBy: "replaced by {order}",
  released: "Released: {reason}",
  replaced: "{count} replaced.",
  hideThem: "Hide them",
  showThem: "Show them",
  rowGone: "{row} is no longer in the list",
  new: "{count} new",
  changed: "{count} changed",
  left: "{count} left",
  commissions: { one: "{count} commission", other: "{count} commissions" },
  executions: { one: "{count} execution", other: "{count} executions" }
})

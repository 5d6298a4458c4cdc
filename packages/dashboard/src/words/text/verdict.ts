import { messages } from "./messages.ts"

/** Texts of the verdict, which the overview, the header and the tab share. */
export const texts = messages({
  criticalCases: {
    one: "{count} case open, {critical} critical",
    other: "{count} cases open, {critical} critical"
  },
  cases: { one: "{count} case open", other: "{count} cases open" },
  withCases: "{state}, with {cases}",
  noAccountYet: "No account yet",
  healthy: "Healthy",
  trading: "Trading",
  unattended: "Pending work that no daemon handles",
  notConnected: "Not connected",
  wordAndCritical: "{word}, {critical} critical",
  tab: "({count}) {page}",
  tabCritical: "({count}, {critical} critical) {page}",
  tabState: "{state} · {page}"
})

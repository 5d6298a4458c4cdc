/** How all stands in a word: nothing is set up; nothing needs a person; cases are open; less is sent than usual; a case is critical. */
export const overallStatuses = ["empty", "well", "cases", "restricted", "critical"] as const

/** How all stands in a word. */
export type OverallStatus = (typeof overallStatuses)[number]

/** What the word rests on. */
export interface Counted {
  readonly accounts: number
  /** All that needs a person. */
  readonly cases: number
  /** Cases that are critical or escalated. */
  readonly critical: number
  /** Scopes that are halted, observe, only reduce, or wait for approvals. */
  readonly restricted: number
}

/** The gravest word that holds. Pure: it is said once, for every page, verb and alert. */
export const overallStatusOf = ({ accounts, cases, critical, restricted }: Counted): OverallStatus => {
  if (critical > 0) return "critical"
  if (restricted > 0) return "restricted"
  if (cases > 0) return "cases"
  return accounts === 0 ? "empty" : "well"
}

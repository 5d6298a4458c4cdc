/**
 * How all is in a word: nothing is set up; nothing needs a person; cases are open; less is sent than usual; no process answers for
 * the accounts; a case is critical.
 */
export const overallStatuses = ["empty", "well", "cases", "restricted", "unattended", "critical"] as const

/** How all stands in a word. */
export type OverallStatus = (typeof overallStatuses)[number]

/** What the word rests on. */
export interface Counted {
  readonly accounts: number
  /** All that needs a person in the books. */
  readonly cases: number
  /** Parts of the daemon that fail: a connection, a source, a thread that lags. */
  readonly failing: number
  /** Cases that are critical or escalated. */
  readonly critical: number
  /** Scopes that are halted, observe, only reduce, or wait for approvals. */
  readonly restricted: number
  /** Daemons that do not answer, and accounts with open orders that no process drives. */
  readonly unattended: number
}

/** The gravest word that holds. Pure: it is said once, for every page, verb and alert. */
export const overallStatusOf = ({
  accounts,
  cases,
  critical,
  failing,
  restricted,
  unattended
}: Counted): OverallStatus => {
  if (critical > 0) return "critical"
  if (unattended > 0) return "unattended"
  if (restricted > 0) return "restricted"
  if (cases + failing > 0) return "cases"
  return accounts === 0 ? "empty" : "well"
}

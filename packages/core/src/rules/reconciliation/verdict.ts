import type { OverallStatus } from "../../records/overallStatuses.ts"

/** What the verdict rests on. */
export interface Counted {
  readonly accounts: number
  /** All that needs a person in the books. */
  readonly cases: number
  /** Parts of the daemon that fail: a connection, a source, a thread that lags. */
  readonly failing: number
  /** Of these cases and parts those that are critical or escalated. */
  readonly critical: number
  /** Scopes that are halted, observe, only reduce, or wait for approvals. */
  readonly restricted: number
  /** Daemons that do not answer, and accounts where work waits that no process drives. */
  readonly unattended: number
}

/** How all stands: the gravest word that holds, all that needs a person, and how much of that is critical. */
export interface Verdict {
  readonly overall: OverallStatus
  readonly cases: number
  readonly critical: number
  /** Scopes in which trading is restricted. */
  readonly restricted: number
}

const overallOf = ({ accounts, cases, critical, failing, restricted, unattended }: Counted): OverallStatus => {
  if (critical > 0) return "critical"
  if (unattended > 0) return "unattended"
  if (restricted > 0) return "restricted"
  if (cases + failing > 0) return "cases"
  return accounts === 0 ? "empty" : "well"
}

/** The one verdict of every page, verb, probe and alert. Pure. */
export const verdictOf = (counted: Counted): Verdict => ({
  overall: overallOf(counted),
  cases: counted.cases + counted.failing,
  critical: counted.critical,
  restricted: counted.restricted
})

const states: { readonly [S in OverallStatus]: string } = {
  empty: "No account yet",
  well: "Healthy",
  cases: "Trading",
  restricted: "Trading is restricted",
  unattended: "Pending work that no daemon handles",
  critical: "Trading"
}

/** The verdict in a sentence: `Trading, with 3 cases open, 1 critical`. */
export const verdictText = ({ cases, critical, overall, restricted }: Verdict): string =>
  [
    // What is critical is graver, and a desk that is halted does not trade.
    states[overall === "critical" && restricted > 0 ? "restricted" : overall],
    ...(cases === 0 ? [] : [`with ${cases} ${cases === 1 ? "case" : "cases"} open`]),
    ...(critical === 0 ? [] : [`${critical} critical`])
  ].join(", ")

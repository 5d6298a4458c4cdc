import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { isDismissed, kinds, type Break } from "../../records/Break.ts"
import { hasSettled } from "./cases.ts"
import { severities, type Severity } from "../../records/breakKinds.ts"
import type { Stake } from "./Stake.ts"

export { severities, type Severity }

/** How a break stands: how grave it is while it is open, then how it ended. */
export type Standing = Severity | "gone" | "resolved"

const HOUR_MS = 60 * 60_000

/** How long one may stay open until it is escalated; one that stops nothing and changes no figure never is (P11). */
const escalatesAfterMs = { critical: HOUR_MS, warning: 24 * HOUR_MS, info: Infinity } as const

/** An order of an unknown fate is critical once its first round of look-ups ended without a proof, in milliseconds since it is unknown. */
const SETTLED_MS = 60_000

const atOpening = (
  { holds, kind }: Pick<Break, "kind" | "holds">,
  { blocks }: Stake,
  since: Instant.Instant,
  now: Instant.Instant
): keyof typeof escalatesAfterMs => {
  const { isCritical, isFateUnknown, isIdle, isInQuestion } = kinds[kind]
  // Of less than a lot nothing could be sold or bought.
  if (kind === "Excess" && holds === "nothing") return "warning"
  // It holds nothing, and what is written meanwhile has a time that is to come.
  if (kind === "ClockAhead") return "warning"
  if (isFateUnknown === true) return hasSettled(since, now, SETTLED_MS) ? "critical" : "warning"
  if (isCritical === true || blocks.length > 0) return "critical"
  return holds !== "nothing" || isIdle === true || isInQuestion === true ? "warning" : "info"
}

/**
 * How grave an open break is, by the money at risk and its age: `critical` where shares are owed and not ordered because of it, where
 * nobody knows whether the broker has an order, and where shares or money may be wrong or doubled; `warning` where it holds what owes
 * nothing yet, an order is not worked, or a broker's file has other figures; else `info`. A doubt is as old as the sending of its order. One of the first two that has been open for an hour, or for a day, is `escalated` (P11).
 *
 * @example
 * const urgent = breaks.filter((each) => Severity.severityOf(each, stake(each), now) === "critical")
 */
export const severityOf = (
  found: Pick<Break, "kind" | "holds" | "openedAt">,
  stake: Stake,
  now: Instant.Instant
): Severity => {
  const since = stake.unknownSince ?? found.openedAt
  return severityOfAge(atOpening(found, stake, since, now), since, now)
}

/** P11: how grave it is once it has stood so since a moment. */
export const severityOfAge = (
  severity: keyof typeof escalatesAfterMs,
  since: Instant.Instant,
  now: Instant.Instant
): Severity => (Instant.millisBetween(since, now) >= escalatesAfterMs[severity] ? "escalated" : severity)

/** How a break stands at a moment: how grave it is, and once it is closed `resolved` by an operator or `gone` by itself. */
export const standingOf = (
  found: Pick<Break, "kind" | "holds" | "openedAt" | "closedAt" | "closedBy">,
  stake: Stake,
  now: Instant.Instant
): Standing => {
  if (found.closedAt !== undefined) return isDismissed(found) ? "resolved" : "gone"
  return severityOf(found, stake, now)
}

/** Is one severity graver than another? */
export const isGraver = (one: Severity, other: Severity): boolean => severities.indexOf(one) < severities.indexOf(other)

/** Is it one about which somebody has to act now? */
export const isUrgent = (severity: Standing): boolean => severity === "critical" || severity === "escalated"

/** What cases are sorted by: how grave they are, the dollars at risk (`undefined` where they are unknown), and since when they are open. */
export interface Gravity {
  readonly severity: Severity
  readonly dollars: Decimal.Decimal | undefined
  readonly since: Instant.Instant
}

const byDollars = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): number => {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return Decimal.sign(Decimal.subtract(a, b))
}

/** The gravest first; of these the one with the most dollars at risk, unknown ones before all; of these the oldest. */
export const byGravity = (a: Gravity, b: Gravity): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  byDollars(b.dollars, a.dollars) ||
  Number(a.since - b.since)

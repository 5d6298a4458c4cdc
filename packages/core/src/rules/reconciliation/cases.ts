import type { NonEmptyReadonlyArray } from "effect/Array"
import type { AccountName } from "../../records/AccountName.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Instant from "../../values/Instant.ts"
import type { Break, BreakKind } from "../../records/Break.ts"

/** A break that closes within this time is no case: no alert is made of it. It blocks from its first moment all the same (G). */
const SETTLING_MS = 5000

/** The open breaks of one cause: one account, symbol and kind. */
export interface Case {
  readonly account: AccountName
  readonly symbol: Ticker | undefined
  readonly kind: BreakKind
  /** The oldest of its breaks. */
  readonly first: Break
  /** All of them, oldest first. */
  readonly breaks: NonEmptyReadonlyArray<Break>
}

const caseOf = (breaks: NonEmptyReadonlyArray<Break>): Case => {
  const [first] = breaks
  const { account, kind, symbol } = first
  return { account, symbol, kind, first, breaks }
}

const causeOf = ({ account, kind, symbol }: Break): string => JSON.stringify([account, symbol ?? null, kind])

/**
 * Has what stands since a moment outlived its settling time? What is of a later moment than now was written by a clock that was ahead:
 * its age is unknown, and it must not stay unsaid for hours. By how much clocks differ as a rule nothing comes and goes again.
 */
export const hasSettled = (since: Instant.Instant, now: Instant.Instant, withinMs = SETTLING_MS): boolean => {
  const ageMs = Instant.millisBetween(since, now)
  return ageMs < -SETTLING_MS || ageMs >= withinMs
}

/** Is a break as old as one has to be for a case? A position that is blocked has a break only once that has lasted. */
export const isOfAge = ({ kind, openedAt }: Break, now: Instant.Instant): boolean =>
  kind === "PositionBlocked" || hasSettled(openedAt, now)

/**
 * Groups open breaks by cause. A cause is a case from the moment that one of its breaks has outlived its settling time; the younger
 * ones beside it count with it; one that is known as such stays one.
 */
export const casesOf = (
  open: ReadonlyArray<Break>,
  now: Instant.Instant,
  isKnown: (found: Case) => boolean = () => false
): ReadonlyArray<Case> => {
  const causes = new Map<string, [Break, ...Array<Break>]>()
  for (const found of open.toSorted((a, b) => a.id - b.id)) {
    const known = causes.get(causeOf(found))
    if (known === undefined) causes.set(causeOf(found), [found])
    else known.push(found)
  }
  return [...causes.values()]
    .map((breaks) => caseOf(breaks))
    .filter((found) => found.breaks.some((each) => isOfAge(each, now)) || isKnown(found))
}

import * as Decimal from "../money/Decimal.ts"
import type { Instant } from "../time/Instant.ts"
import type { Fill } from "./Fill.ts"
import { inferredOf } from "./inferred.ts"

/** What an order's fills and the broker's total give: shares filled, dollars, and shares whose price is not known. */
export interface Aggregates {
  readonly filled: Decimal.Decimal
  readonly notional: Decimal.Decimal
  readonly unpriced: Decimal.Decimal
  /** F5: the broker's total is lower than our fills of its time. */
  readonly isCumulativeBelow: boolean
  readonly firstFilledAt: Instant | undefined
  readonly lastFilledAt: Instant | undefined
}

/** The broker's newest total, and when it was true. */
export interface Total {
  readonly cumulative: Decimal.Decimal
  readonly at: Instant
}

/** For each `execIdBase` the highest revision, among those not after `until` where that is given (F5). */
export const canonicalOf = (fills: ReadonlyArray<Fill>, until?: Instant): ReadonlyArray<Fill> => {
  const byBase = new Map<string, Fill>()
  for (const fill of fills) {
    if (until !== undefined && fill.executedAt > until) continue
    const known = byBase.get(fill.execIdBase)
    if (known === undefined || known.revision < fill.revision) byBase.set(fill.execIdBase, fill)
  }
  return [...byBase.values()]
}

const quantitiesOf = (fills: ReadonlyArray<Fill>): ReadonlyArray<Decimal.Decimal> =>
  fills.map(({ quantity }) => quantity)

/** F5: filled = Σ canonical + inferred, where inferred is what the broker's total has beyond our fills of its time. */
export const aggregatesOf = (fills: ReadonlyArray<Fill>, total: Total | undefined): Aggregates => {
  const canonical = canonicalOf(fills)
  const atTotal = total === undefined ? [] : quantitiesOf(canonicalOf(fills, total.at))
  const cumulative = total?.cumulative ?? Decimal.zero
  const inferred = inferredOf(cumulative, atTotal) ?? Decimal.zero
  const real = canonical.filter((fill) => Decimal.isPositive(fill.quantity))
  const times = real.map((fill) => fill.executedAt)
  if (total !== undefined && Decimal.isPositive(inferred)) times.push(total.at)
  times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return {
    filled: Decimal.add(Decimal.sum(quantitiesOf(canonical)), inferred),
    notional: Decimal.sum(
      real.flatMap((fill) => (fill.price === undefined ? [] : [Decimal.multiply(fill.quantity, fill.price)]))
    ),
    unpriced: Decimal.add(Decimal.sum(quantitiesOf(real.filter((fill) => fill.price === undefined))), inferred),
    isCumulativeBelow: Decimal.isLess(cumulative, Decimal.sum(atTotal)),
    firstFilledAt: times[0],
    lastFilledAt: times.at(-1)
  }
}

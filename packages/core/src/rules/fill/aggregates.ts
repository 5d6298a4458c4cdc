import * as Decimal from "../../values/Decimal.ts"
import * as Price from "../../values/Price.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Fill } from "../../records/Fill.ts"
import { inferredOf } from "../../records/inferred.ts"

/** What an order's fills and the broker's total give: shares filled, dollars, and shares whose price is not known. */
export interface Aggregates {
  readonly filled: Decimal.Decimal
  /** Shares that the broker's total has beyond our fills of its time (F5). */
  readonly inferred: Decimal.Decimal
  readonly notional: Decimal.Decimal
  readonly unpriced: Decimal.Decimal
  /** F5: the broker's total is lower than our fills of its time. */
  readonly isCumulativeBelow: boolean
  readonly firstFilledAt: Instant | undefined
  readonly lastFilledAt: Instant | undefined
}

/** The broker's newest total, when it was true, and its average price of just so many shares where it says one. */
export interface Total {
  readonly cumulative: Decimal.Decimal
  readonly at: Instant
  readonly average?: Decimal.Decimal | undefined
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

/** F5: is the total lower than the fills that surely are of its time? */
const isBelow = ({ at, cumulative }: Total, atTotal: ReadonlyArray<Fill>, fills: ReadonlyArray<Fill>): boolean => {
  const isLessThan = (counted: ReadonlyArray<Fill>) => Decimal.isLess(cumulative, Decimal.sum(quantitiesOf(counted)))
  const surely = fills.filter(({ executedAt }) => !mayFollow(executedAt, at))
  return isLessThan(atTotal) && isLessThan(canonicalOf(surely, at))
}

const SECOND = 1_000_000n

/** A time in whole seconds may be any moment of its second: a total read within that second may be the older of the two. */
const mayFollow = (executedAt: Instant, at: Instant): boolean =>
  executedAt % SECOND === 0n && executedAt < at && at < executedAt + SECOND

/** Could shares of the order have cost so much (W5)? */
export type IsPossiblePrice = (price: Price.Price) => boolean

/** W9: what an order can have of inferred shares beside its executions; more than it ordered, or than the total says, takes executions. */
const roomOf = (ordered: Decimal.Decimal, cumulative: Decimal.Decimal, canonical: ReadonlyArray<Fill>) =>
  inferredOf(Decimal.max(ordered, cumulative), quantitiesOf(canonical)) ?? Decimal.zero

/**
 * F5: filled = Σ canonical + inferred, where inferred is what the broker's total has beyond our fills of its time, and costs what its
 * average leaves for it. An execution whose time is a moment after a total that counted it fills no order beyond what was `ordered`.
 */
export const aggregatesOf = (
  fills: ReadonlyArray<Fill>,
  total: Total | undefined,
  isPossible: IsPossiblePrice,
  ordered?: Decimal.Decimal
): Aggregates => {
  const canonical = canonicalOf(fills)
  const atTotal = total === undefined ? [] : canonicalOf(fills, total.at)
  const cumulative = total?.cumulative ?? Decimal.zero
  const missing = inferredOf(cumulative, quantitiesOf(atTotal)) ?? Decimal.zero
  const inferred = ordered === undefined ? missing : Decimal.min(missing, roomOf(ordered, cumulative, canonical))
  const paid = total === undefined ? undefined : paidFor(inferred, total, atTotal, isPossible)
  const real = canonical.filter((fill) => Decimal.isPositive(fill.quantity))
  const withoutPrice = Decimal.sum(quantitiesOf(real.filter((fill) => fill.price === undefined)))
  const counted = [...revisionsOf(fills).values()].filter(
    ([highest]) => highest !== undefined && Decimal.isPositive(highest.quantity)
  )
  const totalAt = total !== undefined && Decimal.isPositive(inferred) ? [total.at] : []
  return {
    filled: Decimal.add(Decimal.sum(quantitiesOf(canonical)), inferred),
    inferred,
    notional: Decimal.add(notionalOf(real), paid ?? Decimal.zero),
    unpriced: paid === undefined ? Decimal.add(withoutPrice, inferred) : withoutPrice,
    isCumulativeBelow: total !== undefined && isBelow(total, atTotal, fills),
    firstFilledAt: earliest([...counted.flatMap((each) => executedFirst(each) ?? []), ...totalAt]),
    lastFilledAt: latest([...counted.flatMap((each) => filledSince(each) ?? []), ...totalAt])
  }
}

const earliest = (times: ReadonlyArray<Instant>): Instant | undefined =>
  times.reduce<Instant | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined)

const latest = (times: ReadonlyArray<Instant>): Instant | undefined =>
  times.reduce<Instant | undefined>((last, at) => (last === undefined || at > last ? at : last), undefined)

/** The revisions of each execution, the highest first. */
const revisionsOf = (fills: ReadonlyArray<Fill>): ReadonlyMap<string, ReadonlyArray<Fill>> => {
  const byBase = new Map<string, Array<Fill>>()
  for (const fill of fills) {
    const known = byBase.get(fill.execIdBase)
    if (known === undefined) byBase.set(fill.execIdBase, [fill])
    else known.push(fill)
  }
  for (const revisions of byBase.values()) revisions.sort((a, b) => b.revision - a.revision)
  return byBase
}

/** When an execution happened: a correction of it happens later, and is no other execution. */
const executedFirst = (revisions: ReadonlyArray<Fill>): Instant | undefined =>
  earliest(revisions.map(({ executedAt }) => executedAt))

/** Since when an execution has the quantity that counts: a corrected price moves no shares. */
const filledSince = (revisions: ReadonlyArray<Fill>): Instant | undefined => {
  const [canonical] = revisions
  const other = revisions.findIndex(
    (fill) => canonical !== undefined && !Decimal.equals(fill.quantity, canonical.quantity)
  )
  return executedFirst(other === -1 ? revisions : revisions.slice(0, other))
}

const notionalOf = (fills: ReadonlyArray<Fill>): Decimal.Decimal =>
  Decimal.sum(fills.flatMap(({ price, quantity }) => (price === undefined ? [] : [Decimal.multiply(quantity, price)])))

/** Dollars of what is inferred: what the average of the total leaves beside fills that all have a price; `undefined` where that is no price. */
const paidFor = (
  inferred: Decimal.Decimal,
  { average, cumulative }: Total,
  atTotal: ReadonlyArray<Fill>,
  isPossible: IsPossiblePrice
): Decimal.Decimal | undefined => {
  if (average === undefined || !Decimal.isPositive(inferred)) return undefined
  if (atTotal.some(({ price, quantity }) => price === undefined && Decimal.isPositive(quantity))) return undefined
  const paid = Decimal.subtract(Decimal.multiply(average, cumulative), notionalOf(atTotal))
  const price = Price.average(paid, inferred)
  if (price === undefined || !Decimal.isPositive(price)) return undefined
  return isPossible(Price.make(price)) ? paid : undefined
}

import { Schema } from "effect"
import type { Account } from "./Account.ts"
import { lastCutOff } from "./cutOffs.ts"
import type { Lot } from "./Lot.ts"
import * as Decimal from "../values/Decimal.ts"
import { LotId } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"

/**
 * D9: the lots that were opened since a cut-off, from that of the first trade on, and what is open of them, in signed shares: they wait for
 * the next one.
 */
export const LateLots = Schema.Struct({
  since: Instant.FromString,
  lotId: LotId,
  open: Decimal.FromString
})

/** The lots that were opened since a cut-off. */
export type LateLots = typeof LateLots.Type

interface Collected {
  readonly late: LateLots | undefined
  readonly residual: Decimal.Decimal
}

type Collecting = Pick<Account, "cutOffs">

/** The newest cut-off of an account; `undefined` where it has none, or the calendar knows none. */
export const cutOffBefore = ({ cutOffs }: Collecting, at: Instant.Instant): Instant.Instant | undefined =>
  cutOffs === undefined ? undefined : lastCutOff(cutOffs, at)

const isCurrent = (late: LateLots | undefined, since: Instant.Instant): late is LateLots =>
  late !== undefined && since <= late.since

/** Is a lot one of those that wait? They differ from the others by age alone (C2), so that no order takes them before the others. */
export const isLate = (late: LateLots | undefined, { id }: Pick<Lot, "id">): late is LateLots =>
  late !== undefined && late.lotId <= id

/** What is late once the lot of a trade is opened; `cutOff` is the last one before it, `undefined` for an account without cut-offs. */
export const lateWith = (
  late: LateLots | undefined,
  cutOff: Instant.Instant | undefined,
  { id, open }: Pick<Lot, "id" | "open">
): LateLots | undefined => {
  if (cutOff === undefined) return undefined
  return isCurrent(late, cutOff) ? { ...late, open: Decimal.add(late.open, open) } : { since: cutOff, lotId: id, open }
}

/** What is left of a residual without late shares: those of its other side are netted with the others, and never more than all is late. */
const without = (residual: Decimal.Decimal, late: Decimal.Decimal): Decimal.Decimal => {
  if (Decimal.sign(late) !== Decimal.sign(residual)) return residual
  return Decimal.isLess(Decimal.abs(residual), Decimal.abs(late)) ? Decimal.zero : Decimal.subtract(residual, late)
}

/** D9: the part of a residual that a cut-off has collected, signed: all of it but what is open of later lots (A4). */
export const collectedOf = (
  { late, residual }: Collected,
  account: Collecting,
  at: Instant.Instant
): Decimal.Decimal => {
  if (account.cutOffs === undefined) return residual
  const since = cutOffBefore(account, at)
  if (since === undefined) return Decimal.zero
  return isCurrent(late, since) ? without(residual, late.open) : residual
}

/** Has a cut-off come since the lots that a position waits with? */
export const isCollected = ({ late }: Pick<Collected, "late">, account: Collecting, at: Instant.Instant): boolean => {
  if (account.cutOffs === undefined) return true
  const since = cutOffBefore(account, at)
  return since !== undefined && !isCurrent(late, since)
}

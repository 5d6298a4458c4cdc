import { Schema } from "effect"
import type { Account } from "./Account.ts"
import { lastCutOff } from "./cutOffs.ts"
import type { Lot } from "./Lot.ts"
import * as Decimal from "../values/Decimal.ts"
import { LotId } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"

/** D9: the lots of trades that were counted since a cut-off, from one on, and what is open of them, in signed shares: they wait for the next. */
export const LateLots = Schema.Struct({
  since: Instant.FromString,
  lotId: LotId,
  open: Decimal.FromString
})

/** The lots of trades that were counted since a cut-off. */
export type LateLots = typeof LateLots.Type

interface Collected {
  readonly late: LateLots | undefined
  readonly residual: Decimal.Decimal
}

type Collecting = Pick<Account, "cutOffs">

/** Since when lots are late at a moment; `undefined` where none is, or where everything is. */
const sinceOf = ({ cutOffs }: Collecting, at: Instant.Instant): Instant.Instant | undefined =>
  cutOffs === undefined ? undefined : lastCutOff(cutOffs, at)

const isCurrent = (late: LateLots | undefined, since: Instant.Instant): late is LateLots =>
  late !== undefined && since <= late.since

/** Is a lot one of those that wait? What an order has in excess never does. */
export const isLate = (late: LateLots | undefined, { id, tradeId }: Pick<Lot, "id" | "tradeId">): late is LateLots =>
  late !== undefined && tradeId !== undefined && late.lotId <= id

/** What is late once the lot of a trade is opened. */
export const lateWith = (
  late: LateLots | undefined,
  account: Collecting,
  { id, open }: Pick<Lot, "id" | "open">,
  at: Instant.Instant
): LateLots | undefined => {
  const since = sinceOf(account, at)
  if (since === undefined) return undefined
  return isCurrent(late, since) ? { ...late, open: Decimal.add(late.open, open) } : { since, lotId: id, open }
}

/** D9: the part of a residual that a cut-off has collected, signed: all of it but what is open of later lots (A4). */
export const collectedOf = (
  { late, residual }: Pick<Collected, "late" | "residual">,
  account: Collecting,
  at: Instant.Instant
): Decimal.Decimal => {
  if (account.cutOffs === undefined) return residual
  const since = sinceOf(account, at)
  if (since === undefined) return Decimal.zero
  return isCurrent(late, since) ? Decimal.subtract(residual, late.open) : residual
}

/** Has a cut-off come since the lots that a position waits with? */
export const isCollected = ({ late }: Pick<Collected, "late">, account: Collecting, at: Instant.Instant): boolean => {
  if (account.cutOffs === undefined) return true
  const since = sinceOf(account, at)
  return since !== undefined && !isCurrent(late, since)
}

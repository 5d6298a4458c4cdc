import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"
import { SKEW_MS } from "../../values/skew.ts"
import type { Executed, OrderSeen } from "../../records/Report.ts"

// W4, W13: the time of a report, and of what it reports.

/** A day of the clock, in milliseconds. */
export const DAY_MS = 86_400_000

/** How far before its sending a broker may date an order: more than our own clock is ever off, less than the next day (O28). */
const BEFORE_SENDING_MS = 17 * 3_600_000

/** W4: an execution of before its order was sent is not this order's; a date alone is the whole day. */
export const isBeforeSending = (
  { sentAt }: Pick<Order, "sentAt">,
  { executedAt }: Pick<Executed, "executedAt">
): boolean => {
  if (sentAt === undefined) return false
  const isDate = executedAt % BigInt(DAY_MS * 1000) === 0n
  const latest = isDate ? Instant.addMillis(executedAt, DAY_MS) : executedAt
  return latest < Instant.addMillis(sentAt, -BEFORE_SENDING_MS)
}

/** W4: an execution of after now happened when it was received, and so did one of 30 years ago of an order that was not sent from here. */
export const executedByNow = (
  report: Executed,
  now: Instant.Instant,
  order: Pick<Order, "sentAt"> | undefined
): Executed => {
  const { executedAt } = report
  const isAhead = executedAt > Instant.addMillis(now, SKEW_MS)
  return isAhead || (order?.sentAt === undefined && isAgesAgo(executedAt, now))
    ? { ...report, executedAt: now }
    : report
}

// W13: the time of a report

/** How far ahead a day may be: further than a clock of ours that stands is ever behind. */
const YEAR_MS = 366 * DAY_MS

/** No fact of an order is older: seconds that are read for milliseconds put it further back. */
const OLDEST_MS = 30 * YEAR_MS

const isAgesAgo = (time: Instant.Instant, now: Instant.Instant): boolean => time < Instant.addMillis(now, -OLDEST_MS)

/** W13, O28: a day of 30 years ago or more, or a year ahead, is no day of an order: no order is distinguished from another one by it. */
export const enteredByNow = (report: OrderSeen, now: Instant.Instant): OrderSeen => {
  const { enteredAt = now } = report
  const isPossible = !isAgesAgo(enteredAt, now) && enteredAt <= Instant.addMillis(now, YEAR_MS)
  return isPossible ? report : { ...report, enteredAt: undefined }
}

/** W13: the time of a report, ours where the broker's is before the sending or after now. */
export const timed = <R extends OrderSeen | Executed>(
  report: R,
  sentAt: Instant.Instant | undefined,
  now: Instant.Instant
): R => {
  const isAhead = report.asOf > Instant.addMillis(now, SKEW_MS)
  const isBehind =
    sentAt === undefined ? isAgesAgo(report.asOf, now) : report.asOf < Instant.addMillis(sentAt, -BEFORE_SENDING_MS)
  return isAhead || isBehind ? { ...report, asOf: now, asOfKind: "ours" } : report
}

import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import { NOT_SENT } from "./Attempt.ts"
import type { Order } from "./Order.ts"
import { isLive } from "./OrderState.ts"
import { worthOf, type Position } from "./Position.ts"
import * as Instant from "../values/Instant.ts"
import { marketDate } from "../values/XnysCalendar.ts"
import { stillOpen, type StillOpen } from "./stillOpen.ts"

/** How long a send counts for the orders of a minute, in milliseconds. */
const MINUTE_MS = 60_000

/**
 * The figures that limits of an account are held against: what it has sent, what its live orders can still come to, and what it holds. Sent
 * are the notional of a market date and, where orders a minute have a limit, the moments of the last minute (microseconds, oldest first).
 * An account without sends, live orders and holdings has no row.
 */
export const Usage = Schema.Struct({
  account: Column.branded(AccountName),
  /** Empty before something was sent. */
  day: Column.text,
  dayNotional: Column.decimal,
  lastMinute: Column.texts,
  /** What its live orders can still come to, in dollars, and how many of them have no known price. */
  openNotional: Column.decimal,
  openUnpriced: Column.integer,
  /** What its holdings come to with all sent orders filled, in dollars, and how many of them have no known price. */
  grossNotional: Column.decimal,
  netNotional: Column.decimal,
  heldUnpriced: Column.integer,
  /** How many orders its broker has rejected since one of them filled, ended otherwise, or a person resumed the account. */
  rejectedInARow: Column.integer,
  version: Column.integer
})

/** What an account with limits over time has sent. */
export type Usage = typeof Usage.Type

/** The table of usages. */
export const UsageTable = Table.make({
  name: "usages",
  schema: Usage,
  key: ["account"],
  keyOf: (usage): string => usage.account
})

/** What one send adds to the usage of its account; notional in dollars. */
export interface Spent {
  readonly notional: Decimal.Decimal
  /** Only the market date counts it: a list of moments that nobody asks for does not grow with each send. */
  readonly isOfDay: boolean
}

/** The notional that an account has sent on the market date of `at`, in dollars. */
export const notionalOf = (usage: Usage | undefined, at: Instant.Instant): Decimal.Decimal =>
  usage !== undefined && usage.day === marketDate(at) ? usage.dayNotional : Decimal.zero

/** Was an order sent on the market date of `at` already, so that its notional is counted? */
export const isCounted = ({ sentAt }: Pick<Order, "sentAt">, at: Instant.Instant): boolean =>
  sentAt !== undefined && marketDate(sentAt) === marketDate(at)

/** The moments of the last minute before `at`, oldest first. */
const momentsOf = (usage: Usage | undefined, at: Instant.Instant): ReadonlyArray<Instant.Instant> =>
  (usage?.lastMinute ?? [])
    .map((micros) => Instant.make(BigInt(micros)))
    .filter((moment) => Instant.millisBetween(moment, at) < MINUTE_MS)

/** How many orders an account has sent within the last minute before `at`; known only while it has a limit for that. */
export const withinMinute = (usage: Usage | undefined, at: Instant.Instant): number => momentsOf(usage, at).length

/** What all holdings of an account come to in dollars: long and short added up, and one less the other. */
export interface Held {
  readonly gross: Decimal.Decimal
  readonly net: Decimal.Decimal
  /** How many have no known price. */
  readonly unpriced: number
}

/** What all holdings of an account come to. */
export const heldOf = (usage: Usage | undefined): Held => ({
  gross: usage?.grossNotional ?? Decimal.zero,
  net: usage?.netNotional ?? Decimal.zero,
  unpriced: usage?.heldUnpriced ?? 0
})

/** Nothing is counted yet. */
const empty = (account: AccountName): Usage => ({
  account,
  day: "",
  dayNotional: Decimal.zero,
  lastMinute: [],
  openNotional: Decimal.zero,
  openUnpriced: 0,
  grossNotional: Decimal.zero,
  netNotional: Decimal.zero,
  heldUnpriced: 0,
  rejectedInARow: 0,
  version: 0
})

/** A usage after one more send at `at`. */
export const after = (
  account: AccountName,
  usage: Usage | undefined,
  { isOfDay, notional }: Spent,
  at: Instant.Instant,
  version: number
): Usage => ({
  ...(usage ?? empty(account)),
  day: marketDate(at),
  dayNotional: Decimal.add(notionalOf(usage, at), notional),
  lastMinute: isOfDay ? [] : [...momentsOf(usage, at), at].map(String),
  version
})

/** What the live orders of an account can still come to. */
export const openOf = (usage: Usage | undefined): StillOpen => ({
  notional: usage?.openNotional ?? Decimal.zero,
  unpriced: usage?.openUnpriced ?? 0
})

const moved = (open: StillOpen, before: Order, after: Order | undefined): StillOpen => {
  const [was, is] = [stillOpen(before), after && stillOpen(after)]
  return {
    notional: Decimal.add(Decimal.subtract(open.notional, was.notional), is?.notional ?? Decimal.zero),
    unpriced: open.unpriced - was.unpriced + (is?.unpriced ?? 0)
  }
}

/** A usage after a change of one order; `undefined` where that changes nothing of what is open. */
export const afterOrder = (
  account: AccountName,
  usage: Usage | undefined,
  { after: changed, before }: { readonly before: Order; readonly after: Order },
  version: number
): Usage | undefined => {
  const open = openOf(usage)
  const { notional, unpriced } = moved(open, before, changed)
  const was = rejectedOf(usage)
  const rejectedInARow = countedInARow(was, before, changed)
  const isSame = Decimal.equals(notional, open.notional) && unpriced === open.unpriced && rejectedInARow === was
  if (isSame) return undefined
  return { ...(usage ?? empty(account)), openNotional: notional, openUnpriced: unpriced, rejectedInARow, version }
}

/** How many orders of an account its broker has rejected in a row. */
export const rejectedOf = (usage: Usage | undefined): number => usage?.rejectedInARow ?? 0

/** Has its broker rejected an order of ours with this change of it? What never reached the broker was not rejected. */
export const isRejectedNow = (before: Order, after: Order): boolean =>
  after.origin !== "external" && isLive(before.status) && after.status === "rejected" && after.code !== NOT_SENT

/** A fill, or an end at its broker that is no rejection. An acknowledgement is none: some brokers reject a moment after it. */
const isTaken = (before: Order, after: Order): boolean => {
  const isEnded = isLive(before.status) && (after.status === "cancelled" || after.status === "expired")
  return Decimal.isLess(before.filled, after.filled) || (isEnded && after.reported !== undefined)
}

const countedInARow = (count: number, before: Order, after: Order): number => {
  if (isRejectedNow(before, after)) return count + 1
  // What lives after all was not rejected: rejected once more, it counts once.
  if (isRejectedNow(after, before)) return Math.max(0, count - 1)
  return after.origin !== "external" && isTaken(before, after) ? 0 : count
}

/** A usage after a person let its halted account go on; `undefined` where nothing was counted. */
export const afterResume = (usage: Usage | undefined, version: number): Usage | undefined =>
  usage === undefined || usage.rejectedInARow === 0 ? undefined : { ...usage, rejectedInARow: 0, version }

/** Do two records of a position hold the same, at the same price? */
const holdsSame = (a: Position, b: Position): boolean =>
  a.base === b.base &&
  a.hedged === b.hedged &&
  a.direct === b.direct &&
  a.adopted === b.adopted &&
  a.openShares === b.openShares &&
  a.openDollars === b.openDollars &&
  a.judgedPrice === b.judgedPrice &&
  a.lastPrice === b.lastPrice

/** A usage after a change of one position; `undefined` where that changes nothing of what is held. */
export const afterHolding = (
  account: AccountName,
  usage: Usage | undefined,
  { after: changed, before }: { readonly before: Position; readonly after: Position },
  version: number
): Usage | undefined => {
  if (holdsSame(before, changed)) return undefined
  const [was, is] = [worthOf(before), worthOf(changed)]
  if (Decimal.equals(was.value, is.value) && was.unpriced === is.unpriced) return undefined
  const { gross, net, unpriced } = heldOf(usage)
  return {
    ...(usage ?? empty(account)),
    grossNotional: Decimal.add(gross, Decimal.subtract(Decimal.abs(is.value), Decimal.abs(was.value))),
    netNotional: Decimal.add(net, Decimal.subtract(is.value, was.value)),
    heldUnpriced: unpriced + is.unpriced - was.unpriced,
    version
  }
}

/** A usage as if an order of its account did not exist. */
export const without = (usage: Usage | undefined, order: Order, at: Instant.Instant): Usage | undefined => {
  if (usage === undefined) return undefined
  const { notional, unpriced } = moved(openOf(usage), order, undefined)
  const dayNotional = isCounted(order, at) ? Decimal.zero : usage.dayNotional
  return { ...usage, dayNotional, openNotional: notional, openUnpriced: unpriced }
}

/** From when on one more order may go, where `perMinute` have gone within the last minute; `undefined` where it may go now. */
export const waitsUntil = (
  usage: Usage | undefined,
  perMinute: number,
  at: Instant.Instant
): Instant.Instant | undefined => {
  const moments = momentsOf(usage, at)
  const blocking = moments[moments.length - perMinute]
  return blocking === undefined ? undefined : Instant.addMillis(blocking, MINUTE_MS)
}

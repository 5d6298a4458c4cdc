import type { Account } from "../../records/Account.ts"
import { joinKey, symbolKey } from "../../tables/Table.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { workedUnfilled, limitPriceOf } from "./terms.ts"
import type { Order } from "../../records/Order.ts"
import type { Side } from "../../records/Side.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Position } from "../../records/Position.ts"

/** The offsets of an account's limit orders, in basis points, as they were set. */
type Offsets = Pick<Account, "limitOffsetBp" | "repriceOffsetsBp">

/** How far a position has come on an account's ladder. */
type Standing = Pick<Position, "ladderOf" | "ladderSide" | "ladderStep" | "ladderUntil">

/** The offsets that a position goes through, in basis points, the first first; none where its orders are market orders. */
export const offsetsOf = ({ limitOffsetBp, repriceOffsetsBp = [] }: Offsets): ReadonlyArray<number> =>
  limitOffsetBp === undefined ? [] : [limitOffsetBp, ...repriceOffsetsBp]

/** Five orders in a row that end short open a position's circuit (D8): a sixth step would not be reached. */
export const MOST_STEPS = 5

const isOffset = (offset: unknown): offset is number =>
  typeof offset === "number" && Number.isInteger(offset) && offset >= 0 && offset < 10_000

/** What is wrong with a list of offsets in basis points; `undefined` where a position can go through them. */
export const faultOf = (offsets: ReadonlyArray<unknown>): string | undefined => {
  const { length } = offsets
  if (length === 0 || length > MOST_STEPS) return `has ${length} offsets; write 1 to ${MOST_STEPS}`
  const wrong = offsets.findIndex((each) => !isOffset(each))
  if (wrong >= 0) return `has the offset ${JSON.stringify(offsets[wrong])}; write whole numbers from 0 to 9999`
  const early = offsets.findIndex((each, index) => index > 0 && Number(each) <= Number(offsets[index - 1]))
  if (early < 0) return undefined
  const [before, after] = [offsets[early - 1], offsets[early]].map((each) => JSON.stringify(each))
  return `has ${after} after ${before}; write each larger than the one before`
}

/** What is wrong with the offsets that an account is set to; `undefined` where nothing is. */
export const faultOfSettings = (settings: Offsets): string | undefined => {
  if (settings.limitOffsetBp !== undefined) return faultOf(offsetsOf(settings))
  return settings.repriceOffsetsBp === undefined ? undefined : "is not set, and repriceOffsetsBp is"
}

/**
 * At which step the next order of a side is made, from 0 on (D2). What was reached holds for its side, until the next session, as long as
 * the account is as it was; else it is the first.
 */
export const stepOf = (
  position: Standing,
  account: Offsets & Pick<Account, "version">,
  side: Side,
  at: Instant
): number => {
  const { ladderOf, ladderSide, ladderStep, ladderUntil } = position
  const isOver = ladderUntil !== undefined && ladderUntil <= at
  if (isOver || ladderSide !== side || ladderOf !== account.version) return 0
  return Math.min(ladderStep, Math.max(0, offsetsOf(account).length - 1))
}

/** The offset of the next order of a side, in basis points; `undefined` where it is a market order. */
export const offsetOf = (
  position: Standing,
  account: Offsets & Pick<Account, "version">,
  side: Side,
  at: Instant
): number | undefined => offsetsOf(account)[stepOf(position, account, side, at)]

/** Does an order stand where one of this offset would, at the price that it was made at? */
export const isAtOffset = (order: Order, offsetBp: number, tick: Price | undefined): boolean => {
  const { limitPrice, referencePrice, side } = order
  if (limitPrice === undefined || referencePrice === undefined) return false
  return Decimal.equals(limitPrice, limitPriceOf(referencePrice, side, offsetBp, tick))
}

/**
 * The step that an order was made at, from 0 on, by its limit: `undefined` of another order, where its account has one offset or was
 * changed since, and where rounding gives several steps that limit.
 */
export const stepOfOrder = (
  order: Order,
  account: Offsets & Pick<Account, "updatedAt">,
  tick: Price | undefined
): number | undefined => {
  const offsets = offsetsOf(account)
  if (offsets.length < 2 || order.origin !== "accumulation" || order.createdAt < account.updatedAt) return undefined
  const steps = offsets.flatMap((offset, step) => (isAtOffset(order, offset, tick) ? [step] : []))
  return steps.length === 1 ? steps[0] : undefined
}

/**
 * D2: an order that worked for its life and found no fill takes the next one a step further. One that was made at another step than
 * the position is at by now does not, or before its account changed, nor one that opened its circuit (D8): what follows begins again.
 */
export const afterEnd = (recorder: Recorder, before: Order, order: Order): void => {
  const { books, world } = recorder
  const account = books.accounts.get(order.account)
  const position = books.positions.get(symbolKey(order.account, order.symbol))
  if (account === undefined || position === undefined) return
  if (isCircuitOpen(position, world.at)) return reset(recorder, position)
  if (!workedUnfilled(before, order) || order.createdAt < account.updatedAt) return
  const offsets = offsetsOf(account)
  const step = stepOf(position, account, order.side, world.at)
  const offset = offsets[step]
  const tick = books.instruments.get(joinKey([order.account, order.symbol]))?.tick
  if (offsets.length < 2 || offset === undefined || !isAtOffset(order, offset, tick)) return
  const reached = {
    side: order.side,
    step: Math.min(step + 1, offsets.length - 1),
    of: account.version,
    until: world.nextOpening(order.account)
  }
  if (!isReached(position, reached)) recorder.emit({ _tag: "LadderStepped", symbol: order.symbol, ...reached })
}

const isCircuitOpen = ({ circuitUntil }: Position, at: Instant): boolean =>
  circuitUntil !== undefined && at < circuitUntil

interface Reached {
  readonly side: Side
  readonly step: number
  readonly of: number
  readonly until: Instant | undefined
}

const isReached = ({ ladderOf, ladderSide, ladderStep, ladderUntil }: Position, reached: Reached): boolean =>
  ladderSide === reached.side && ladderStep === reached.step && ladderOf === reached.of && ladderUntil === reached.until

/** D2: the next order is made at the first step: after a fill, or because an operator or the residual says so. */
export const reset = (recorder: Recorder, { account, symbol }: Pick<Position, "account" | "symbol">): void => {
  const position = recorder.books.positions.get(symbolKey(account, symbol))
  if (position !== undefined && position.ladderStep > 0) recorder.emit({ _tag: "LadderReset", symbol })
}

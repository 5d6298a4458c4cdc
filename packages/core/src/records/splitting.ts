import { Schema } from "effect"
import { AllocationId, LotId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"
import { inFlightOf, type Order } from "./Order.ts"

/** `to` shares for each `from` of before. */
export interface Ratio {
  readonly to: number
  readonly from: number
}

/** A split on record: lots and allocations with lower ids than its own are in the shares of before (P9). */
export const RecordedSplit = Schema.Struct({
  at: Instant.FromString,
  to: Schema.Int,
  from: Schema.Int,
  lotId: LotId,
  allocationId: AllocationId
})

/** A split on record. */
export type RecordedSplit = typeof RecordedSplit.Type

/** The digits to which what a split leaves is kept, where its ratio does not come out even. */
const DIGITS = 12

const counted = (count: number): Decimal.Decimal => Decimal.unsafe(String(count))

/** So many shares of before, in the shares after a split (P9). */
export const timesSplit = (shares: Decimal.Decimal, { from, to }: Ratio): Decimal.Decimal =>
  Decimal.divide(Decimal.multiply(shares, counted(to)), counted(from), DIGITS)

/** Shares of before these splits, in those after them. */
export const afterSplits = (splits: ReadonlyArray<Ratio>, shares: Decimal.Decimal): Decimal.Decimal =>
  splits.reduce(timesSplit, shares)

/** Shares of after these splits, in those before them. */
export const beforeSplits = (splits: ReadonlyArray<Ratio>, shares: Decimal.Decimal): Decimal.Decimal =>
  splits.reduceRight((sum, { from, to }) => timesSplit(sum, { from: to, to: from }), shares)

/** A position with the splits that are on record of it. */
type SplitPosition = { readonly splits?: ReadonlyArray<RecordedSplit> | undefined } | undefined

/** The splits of a position since an order was made: what the order filled stays on record in the shares of then. */
export const splitsSinceOrder = (
  position: SplitPosition,
  { lotId }: Pick<Order, "lotId">
): ReadonlyArray<RecordedSplit> => position?.splits?.filter((split) => lotId < split.lotId) ?? []

/** The splits of a position since an allocation was made. */
export const splitsSinceAllocation = (position: SplitPosition, id: AllocationId): ReadonlyArray<RecordedSplit> =>
  position?.splits?.filter((split) => id < split.allocationId) ?? []

/** Was a trade taken in before the last split of its position? Its shares and its price are those of then. */
export const isBeforeSplit = (position: SplitPosition, at: Instant.Instant): boolean =>
  position?.splits?.some((split) => at <= split.at) ?? false

/** What splits since an order was made add to its shares, filled and in flight; below zero where shares were joined. */
export interface AddedBySplits {
  readonly filled: Decimal.Decimal
  readonly inFlight: Decimal.Decimal
}

const nothing: AddedBySplits = { filled: Decimal.zero, inFlight: Decimal.zero }

const addedTo = (splits: ReadonlyArray<Ratio>, order: Order): AddedBySplits => {
  const filled = afterSplits(splits, order.filled)
  const bound = inFlightOf(order)
  const inFlight = Decimal.subtract(afterSplits(splits, Decimal.add(order.filled, bound)), filled)
  return { filled: Decimal.subtract(filled, order.filled), inFlight: Decimal.subtract(inFlight, bound) }
}

/** What splits since an order was made add to a change of it. */
export const addedBySplits = (position: SplitPosition, before: Order, after: Order): AddedBySplits => {
  const splits = splitsSinceOrder(position, before)
  if (splits.length === 0) return nothing
  const [was, is] = [addedTo(splits, before), addedTo(splits, after)]
  return { filled: Decimal.subtract(is.filled, was.filled), inFlight: Decimal.subtract(is.inFlight, was.inFlight) }
}

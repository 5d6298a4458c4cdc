import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { isTicker, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { holdingsOf, type Position } from "../../records/Position.ts"
import type { DetailsOf, SnapshotFault } from "../../records/BreakDetails.ts"
import { breakText } from "../../records/breakText.ts"
import { bookProvenOverfills } from "./gate.ts"
import { closeIfOpen, openOrUpdate } from "../breaks/ledgerBreaks.ts"
import { isExplained } from "./plausibility.ts"
import { splitThatExplains } from "./splits.ts"
import type { Fill } from "../../records/Fill.ts"
import type { OrderId } from "../../values/Id.ts"
import type { Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { doubleCounts } from "../../records/breakKinds.ts"

/** A row of a broker's positions, or the absence of one in a complete listing (`quantity` zero). Signed shares. */
export interface HoldingSeen {
  readonly symbol: Ticker
  readonly quantity: Decimal.Decimal
  readonly averagePrice: Decimal.Decimal | undefined
  /** What the books held when the reading began: a difference is judged only where that has not moved since. */
  readonly booked: Decimal.Decimal
  /** The one symbol that these books know nothing of and of which the broker holds what is gone here (P9). */
  readonly goneTo?: Ticker | undefined
  /** The order that would explain what the books hold more than the broker: it counts twice, or the broker has it not (P9). */
  readonly counted?: DoubleCount | undefined
  /** Why the row is not to be judged this time, where something speaks against it. */
  readonly skipped: string | undefined
}

/** What the comparison of one symbol came to. */
export const outcomes = ["equal", "differs", "foreign", "skipped"] as const

/** A symbol as the books and the broker have it, and what that comes to (P1 to P9). Signed shares. */
export interface HoldingJudged {
  readonly symbol: Ticker
  readonly outcome: (typeof outcomes)[number]
  readonly ours: Decimal.Decimal
  readonly theirs: Decimal.Decimal
  /** Why it was skipped, or both sides of the difference. */
  readonly why: string | undefined
  /** The details of the break that follows, where they differ. */
  readonly difference: Difference | undefined
}

type Difference = DetailsOf<"PositionDiffers" | "ForeignPosition">

/** The two kinds of break about a symbol's holdings; one of them at most is open. */
const KINDS = ["PositionDiffers", "ForeignPosition"] as const

/** Judges a row of the broker's positions against the books and writes nothing: what a dry run shows. */
export const judgeHolding = (recorder: Recorder, seen: HoldingSeen): HoldingJudged => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol: seen.symbol }))
  recorder.need(Need.WaitingFills({ account }))
  const position = books.positions.get(joinKey([account, seen.symbol]))
  const ours = position === undefined ? Decimal.zero : holdingsOf(position)
  const judged = { symbol: seen.symbol, ours, theirs: seen.quantity, difference: undefined }
  if (isExplained(ours, seen.quantity)) return { ...judged, outcome: "equal", why: undefined }
  const skipped = obstacleOf(recorder, seen, ours)
  if (skipped !== undefined) return { ...judged, outcome: "skipped", why: skipped }
  const isForeign = position === undefined || isUntraded(position)
  const _tag = isForeign ? "ForeignPosition" : "PositionDiffers"
  const difference: Difference = { _tag, ...differenceOf(position, seen) }
  return { ...judged, outcome: isForeign ? "foreign" : "differs", why: breakText(difference), difference }
}

/** Judges a row of the broker's positions, and opens, updates or closes the break that follows. */
export const bookHolding = (recorder: Recorder, seen: HoldingSeen): HoldingJudged => {
  const first = judgeHolding(recorder, seen)
  const isJudged = first.outcome !== "equal" && first.outcome !== "skipped"
  const isProven = isJudged && bookProvenOverfills(recorder, seen.symbol, first.ours, first.theirs)
  const judged = isProven ? judgeHolding(recorder, { ...seen, booked: first.theirs }) : first
  if (judged.outcome === "skipped") return judged
  const { difference, symbol } = judged
  for (const each of KINDS) {
    if (each === difference?._tag) continue
    closeIfOpen(recorder, symbol, each, symbol, "books and broker agree")
  }
  if (difference === undefined) return judged
  openOrUpdate(recorder, { symbol, subject: symbol, details: difference })
  recorder.touch(symbol)
  return judged
}

/** Both sides, and what would explain the difference (P9): a split only where no fill does. */
const differenceOf = (position: Position | undefined, { counted, goneTo, quantity: theirs }: HoldingSeen) => {
  const ours = position === undefined ? Decimal.zero : holdingsOf(position)
  const nothing = { base: Decimal.zero, hedged: Decimal.zero, direct: Decimal.zero, adopted: Decimal.zero }
  const { adopted, base, direct, hedged } = position ?? nothing
  const explanation = explanationOf(ours, theirs, goneTo, counted)
  return { holdings: { ours, theirs, base, hedged, direct, adopted }, explanation }
}

const explanationOf = (
  ours: Decimal.Decimal,
  theirs: Decimal.Decimal,
  goneTo: Ticker | undefined,
  counted: DoubleCount | undefined
): Difference["explanation"] => {
  if (goneTo !== undefined) return { _tag: "Renamed", to: goneTo }
  const ratio = splitThatExplains(ours, theirs)
  if (ratio === undefined) return undefined
  return counted === undefined ? { _tag: "Split", ratio } : { _tag: "DoubleCount", ...counted }
}

/** Stamped snapshots: what has moved, or may be about to move, since the reading began is not judged by it. */
const obstacleOf = (recorder: Recorder, seen: HoldingSeen, ours: Decimal.Decimal): string | undefined => {
  if (seen.skipped !== undefined) return seen.skipped
  if (!Decimal.equals(ours, seen.booked)) return "the books changed while the broker was read"
  const { account, books } = recorder
  const waits = books.waiting_fills.find("waiting", [account]).some(({ symbol }) => symbol === seen.symbol)
  if (waits) return "an unmatched fill of it waits for its order"
  const unsettled = books.orders
    .find("live", [account, seen.symbol])
    .some(({ status }) => status === "submitting" || status === "in_doubt")
  return unsettled ? "an order of it is being sent or is unconfirmed" : undefined
}

/** P6: a symbol in which these books never did anything. */
const isUntraded = (position: Position): boolean =>
  [position.base, position.hedged, position.direct, position.adopted].every(Decimal.isZero)

/** A row of the broker's positions that is compared: an equity with a ticker of ours (P10). */
export const isComparable = <R extends { readonly symbol: string; readonly assetClass?: string | undefined }>(
  row: R
): row is R & { readonly symbol: Ticker } =>
  isTicker(row.symbol) && (row.assetClass === undefined || row.assetClass === "equity")

/** Why a listing of positions contradicts itself and is not judged by; nothing where it does not. */
export const contradictionOf = (rows: ReadonlyArray<{ readonly symbol: string }>): SnapshotFault | undefined => {
  const seen = new Set<string>()
  const twice = rows.find(({ symbol }) => seen.size === seen.add(symbol).size)
  return twice === undefined ? undefined : { _tag: "ListedTwice", symbol: twice.symbol }
}

/** An order that explains what the books hold more than the broker, and what of it does (P9). */
interface DoubleCount {
  readonly orderId: OrderId
  readonly part: (typeof doubleCounts)[number]
}

type Filling = Pick<Order, "filled" | "id" | "inferred" | "quantity" | "side">

const beyondOf = ({ filled, quantity }: Filling): Decimal.Decimal => Decimal.subtract(filled, quantity)

/**
 * P9: the first of these orders that filled exactly what the books hold more than the broker, as a whole or in a part that may be counted
 * twice, or that is filled beyond its quantity at all.
 */
export const doubleCountIn = (
  orders: ReadonlyArray<Filling>,
  fills: ReadonlyArray<Pick<Fill, "canonical" | "orderId" | "quantity">>,
  more: Decimal.Decimal
): DoubleCount | undefined => {
  const isMore = (side: Order["side"], amount: Decimal.Decimal) =>
    Decimal.isPositive(amount) && Decimal.equals(signed(side, amount), more)
  const explains: { readonly [P in DoubleCount["part"]]: (order: Filling) => boolean } = {
    filled: ({ filled, side }) => isMore(side, filled),
    beyond: (order) => isMore(order.side, beyondOf(order)),
    inferred: ({ inferred, side }) => isMore(side, inferred),
    execution: ({ id, side }) =>
      fills.some((fill) => fill.canonical && fill.orderId === id && isMore(side, fill.quantity)),
    beyondAtAll: (order) => Decimal.isPositive(beyondOf(order))
  }
  for (const part of doubleCounts) {
    const order = orders.find(explains[part])
    if (order !== undefined) return { orderId: order.id, part }
  }
  return undefined
}

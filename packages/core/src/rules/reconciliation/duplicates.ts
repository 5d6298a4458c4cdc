import type { Fill, WaitingFill } from "../../records/Fill.ts"
import { canonicalOf } from "../fill/aggregates.ts"
import { format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"
import type { Break } from "../../records/Break.ts"
import { open } from "../breaks/ledgerBreaks.ts"
import type { Executed } from "../../records/Report.ts"

/** How far apart a broker may say that one execution happened, told by its stream and by its listing. */
const APART_MS = 5_000

/**
 * F10 of reconciliation: the execution of the order that this one is like in all but its id, at a broker that gives one execution
 * several; none where the broker's total, told after it happened, has a place for both. Elsewhere two equal executions are two.
 */
export const twinOf = (recorder: Recorder, order: Order, report: Executed): Fill | undefined => {
  if (report.mayHaveOtherId !== true || hasPlace(recorder, order, totalOf(order), report) === "one") return undefined
  return likeOf(recorder, order, report)
}

/** F10: the counted execution of an order that this one is like in all but its id, whatever its broker does. */
export const likeOf = (recorder: Recorder, { id }: Pick<Order, "id">, report: Executed): Fill | undefined =>
  recorder.books.fills
    .find("order", [id])
    .find((fill) => fill.canonical && fill.execIdBase !== report.execIdBase && isLike(fill, report))

const isLike = (fill: Fill, { executedAt, price, quantity }: Executed): boolean =>
  Decimal.equals(fill.quantity, quantity) &&
  (fill.price === undefined || price === undefined ? fill.price === price : Decimal.equals(fill.price, price)) &&
  Math.abs(Instant.millisBetween(fill.executedAt, executedAt)) <= APART_MS

/** A total of an order's, as the broker told it, and when. */
export interface ReportedTotal {
  readonly cumulative: Decimal.Decimal | undefined
  readonly asOf: Instant.Instant
}

const totalOf = ({ cumulative, cumulativeAt }: Order): ReportedTotal | undefined =>
  cumulativeAt === undefined ? undefined : { cumulative, asOf: cumulativeAt }

/** Has the broker's total a place for an execution beside those that count? It does not say where it is of before. */
const hasPlace = (
  recorder: Recorder,
  { id }: Order,
  total: ReportedTotal | undefined,
  { executedAt, quantity }: Pick<Executed, "executedAt" | "quantity">
): "one" | "none" | "not told" => {
  if (total?.cumulative === undefined || total.asOf < executedAt) return "not told"
  const counted = canonicalOf(recorder.books.fills.find("order", [id])).map((fill) => fill.quantity)
  return Decimal.isLess(total.cumulative, Decimal.add(Decimal.sum(counted), quantity)) ? "none" : "one"
}

/** Is a break the suspicion that this waiting fill is another one, under another id? */
export const isSuspicionOf = ({ details }: Pick<Break, "details">, { execId }: Pick<WaitingFill, "execId">): boolean =>
  details._tag === "SuspectedDuplicate" && details.execId === execId

/** It is not counted, and the symbol is held until the totals settle it. */
export const suspect = (recorder: Recorder, order: Order, { execId }: Executed, twin: Fill): void => {
  const subject = format("order", order.id)
  const details = { _tag: "SuspectedDuplicate", execId, twin: twin.execId } as const
  open(recorder, { symbol: order.symbol, subject, details }, "details")
  recorder.touch(order.symbol)
}

/** What a waiting fill is: one that waits for its order alone, or one that is suspected, and what the totals make of that by now. */
type Suspicion = "none" | "open" | "counted" | "duplicate"

/** Settles what is suspected of a waiting fill as far as a total says that was told since: its break closes with it. */
export const settleSuspicion = (
  recorder: Recorder,
  order: Order,
  fill: WaitingFill,
  reported: ReportedTotal | undefined = totalOf(order)
): Suspicion => {
  const known = recorder.books.breaks
    .find("open", [order.account, order.symbol])
    .find((each) => isSuspicionOf(each, fill))
  if (known === undefined) return "none"
  const place = hasPlace(recorder, order, reported, fill)
  const isToldSince = reported !== undefined && reported.asOf > fill.receivedAt
  if (place === "not told" || (place === "none" && !isToldSince)) return "open"
  const why = place === "one" ? "the broker's total counts both" : "the broker's total still counts one"
  recorder.emit({ _tag: "BreakClosed", id: known.id, by: "ledger", why })
  recorder.touch(order.symbol)
  return place === "one" ? "counted" : "duplicate"
}

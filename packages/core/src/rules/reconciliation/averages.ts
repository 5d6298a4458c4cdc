import { canonicalOf } from "../fill/aggregates.ts"
import { format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { averagePrice, type Order } from "../../records/Order.ts"
import type { OrderSeen } from "../../records/Report.ts"
import { closeIfOpen, open } from "../breaks/ledgerBreaks.ts"

/**
 * F15: a broker's average of exactly the fills that we have is ours too, up to its rounding; else a break that holds nothing, until
 * they agree.
 */
export const reviewAverage = (recorder: Recorder, order: Order, report: OrderSeen): void => {
  const theirs = report.averagePrice
  const ours = averagePrice(order)
  if (theirs === undefined || ours === undefined || !isOfSameFills(recorder, order, report)) return
  const subject = format("order", order.id)
  if (isWithinRounding(ours, theirs))
    return closeIfOpen(recorder, order.symbol, "AverageDiffers", subject, "the averages agree")
  open(recorder, { symbol: order.symbol, subject, details: { _tag: "AverageDiffers", ours, theirs } })
}

/** A report is compared with what it knew: every share is a priced fill of before it, and its total is their sum. */
const isOfSameFills = (recorder: Recorder, order: Order, report: OrderSeen): boolean => {
  const fills = canonicalOf(recorder.books.fills.find("order", [order.id]))
  const isKnown = report.asOfKind === "ours" || fills.every((fill) => fill.executedAt <= report.asOf)
  const sum = Decimal.sum(fills.map((fill) => fill.quantity))
  return (
    isKnown &&
    report.cumulative !== undefined &&
    Decimal.equals(report.cumulative, sum) &&
    Decimal.equals(order.filled, sum) &&
    Decimal.isZero(order.unpriced)
  )
}

const CENTS = 2

/** Brokers round or cut at the last place that they show; one that shows fewer than two may have left zeros away. */
const isWithinRounding = (ours: Decimal.Decimal, theirs: Decimal.Decimal): boolean => {
  const places = Math.max(CENTS, Decimal.format(theirs).split(".")[1]?.length ?? 0)
  const unit = Decimal.divide(Decimal.unsafe("1"), Decimal.unsafe(`1${"0".repeat(places)}`), places)
  return Decimal.isLess(Decimal.abs(Decimal.subtract(ours, theirs)), unit)
}

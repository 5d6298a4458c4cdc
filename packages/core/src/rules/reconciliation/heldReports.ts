import { Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import { expectedFor } from "../fill/band.ts"
import { format, OrderId, parse as parseId } from "../../values/Id.ts"
import { isTicker, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { orderOf } from "../order/transition.ts"
import { splitsSinceOrder } from "../../records/splitting.ts"
import * as Instant from "../../values/Instant.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { keep } from "../breaks/evidence.ts"
import { contentsOf, type HeldOutcome, type HeldReport, type Implausible } from "../../records/HeldReport.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import { closeIfOpen, findOpen, open } from "../breaks/ledgerBreaks.ts"
import type { Known } from "./plausibility.ts"
import type { Executed, OrderSeen, RawPayload } from "../../records/Report.ts"

/** How far apart the two plausible readings are at least that settle what is held, in milliseconds. */
const APART_MS = 1_000

/** So many different reports of one order are kept as evidence at the most. */
const MOST_HELD = 20

const nameOf = (id: OrderId): string => format("order", id)

/** Is something of an order held? Its break says so, which every planning about its position has loaded. */
const isHeld = (recorder: Recorder, { id, symbol }: Pick<Order, "id" | "symbol">): boolean =>
  findOpen(recorder, symbol, "Implausible", nameOf(id)) !== undefined

/** All reports of an order that were ever held, oldest first. */
const everHeld = (recorder: Recorder, orderId: OrderId): ReadonlyArray<HeldReport> => {
  recorder.need(Need.HeldReports({ orderId }))
  return recorder.books.held_reports.find("order", [orderId])
}

/** The reports of an order that are held and not settled, oldest first. */
export const unsettledOf = (recorder: Recorder, order: Pick<Order, "id" | "symbol">): ReadonlyArray<HeldReport> =>
  isHeld(recorder, order) ? everHeld(recorder, order.id).filter(({ settledAt }) => settledAt === undefined) : []

/** The executions of a symbol that are held because their orders would be overfilled by them (W9). */
export const heldOverfills = (recorder: Recorder, symbol: Ticker) =>
  recorder.books.breaks
    .find("open", [recorder.account, symbol])
    .flatMap(({ kind, subject }) => (kind === "Implausible" ? (parseId("order", subject) ?? []) : []))
    .flatMap((id) => unsettledOf(recorder, { id: OrderId.make(id), symbol }))
    .flatMap((each) =>
      each.rule === "W9" && each.contents._tag === "Executed" ? [{ ...each, contents: each.contents }] : []
    )

/** What bounds a report of an order; `executedAt` is when it was filled, where the report is of an execution. */
export const knownOf = (recorder: Recorder, order: Order, executedAt?: Instant.Instant): Known => {
  const { account, books, world } = recorder
  recorder.need(Need.Account({ account }))
  return {
    order,
    fills: books.fills.find("order", [order.id]),
    held: unsettledOf(recorder, order),
    mostShares: books.accounts.get(account)?.maxOrderQuantity,
    isBeforeSplit: splitsSinceOrder(books.positions.get(symbolKey(account, order.symbol)), order).length > 0,
    expected: expectedFor(recorder, order, executedAt),
    now: world.at
  }
}

/** Keeps a report that is not possible: evidence with its bytes, and a break that holds the symbol. The same once more changes nothing. */
export const hold = (
  recorder: Recorder,
  order: Order,
  report: OrderSeen | Executed,
  { field, possible, reported, rule }: Implausible,
  payload: RawPayload | undefined
): Interpreted => {
  const known = everHeld(recorder, order.id)
  const unsettled = known.filter(({ settledAt }) => settledAt === undefined)
  const isKnown = unsettled.some(
    (each) => each.rule === rule && each.field === field && each.reported === reported && isAbout(each, report)
  )
  if (isKnown || unsettled.length >= MOST_HELD) return { _tag: "KeptAsBreak" }
  const number = known.reduce((most, each) => Math.max(most, each.number), 0) + 1
  const contents = contentsOf(report)
  const payloadId = keep(recorder, payload)
  const { id, symbol } = order
  recorder.emit({
    _tag: "ReportHeld",
    orderId: id,
    number,
    symbol,
    rule,
    field,
    reported,
    possible,
    contents,
    payloadId
  })
  const cause = { cause: "HeldReport", orderId: id, number, rule, field, reported, possible } as const
  open(recorder, { symbol, subject: nameOf(id), details: { _tag: "Implausible", ...cause } })
  recorder.touch(symbol)
  return { _tag: "KeptAsBreak" }
}

/** An execution is known with what it cost: what comes later with the same execution is kept beside it (F12). */
const isAbout = ({ contents }: HeldReport, report: OrderSeen | Executed): boolean => {
  if (contents._tag === "OrderSeen" || report._tag === "OrderSeen") return contents._tag === report._tag
  return contents.execId === report.execId && (contents.commission === undefined) === (report.commission === undefined)
}

/** An order or an execution that no order of the books has, and that cannot be: shown, and booked nowhere. */
export const holdUnknown = (
  recorder: Recorder,
  { symbol }: OrderSeen | Executed,
  subject: string,
  details: DetailsOf<"Implausible">
): Interpreted => {
  if (!isTicker(symbol)) return { _tag: "NothingToDo" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  open(recorder, { symbol, subject, details })
  return { _tag: "KeptAsBreak" }
}

/** What was held of an order or execution that no order of the books has, is plausible now, or nothing. */
export const closeUnknown = (
  recorder: Recorder,
  symbol: string,
  subject: string,
  why = "a plausible report arrived"
): void => {
  if (!isTicker(symbol)) return
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  closeIfOpen(recorder, symbol, "Implausible", subject, why)
}

/** Settles a held report; the break of its order closes with the last. */
export const settle = (recorder: Recorder, { number, orderId }: HeldReport, outcome: HeldOutcome): void => {
  recorder.emit({ _tag: "HeldReportSettled", orderId, number, outcome })
  const order = orderOf(recorder, orderId)
  const isLast = everHeld(recorder, orderId).every(({ settledAt }) => settledAt !== undefined)
  if (isLast) closeIfOpen(recorder, order.symbol, "Implausible", nameOf(orderId), "its held reports are settled")
  recorder.touch(order.symbol)
}

/** A second reading said what a held one had said: it stands, and so do the terms that it names (W2, W13). */
export const settleRepeated = (recorder: Recorder, order: Order): void => {
  for (const each of unsettledOf(recorder, order))
    if (each.rule === "W2" || each.rule === "W13") settle(recorder, each, "repeated")
}

/** A possible report of an execution takes the place of what was held of it; it never adds. */
export const settleExecution = (recorder: Recorder, order: Order, { execId }: Pick<Executed, "execId">): void => {
  for (const each of unsettledOf(recorder, order))
    if (each.contents._tag === "Executed" && each.contents.execId === execId) settle(recorder, each, "superseded")
}

/**
 * Two plausible readings of the order, a second apart or more and both after a held report, settle it: of an execution only where they say
 * a total, and that total has no place for it.
 */
export const contradict = (recorder: Recorder, order: Order, report: OrderSeen): void => {
  const { at } = recorder.world
  for (const each of unsettledOf(recorder, order)) {
    if (!speaksOf(each, order, report) || each.receivedAt >= at) continue
    const { contradictedAt, number } = each
    if (contradictedAt === undefined) {
      recorder.emit({ _tag: "HeldReportContradicted", orderId: order.id, number })
    } else if (Instant.millisBetween(contradictedAt, at) >= APART_MS) settle(recorder, each, "superseded")
  }
}

/** A reading says nothing of an execution's price, and without a total nothing of whether it happened. */
const speaksOf = ({ contents, rule }: HeldReport, order: Order, { cumulative }: OrderSeen): boolean =>
  contents._tag === "OrderSeen" ||
  (rule !== "W5" && cumulative !== undefined && Decimal.equals(cumulative, order.filled))

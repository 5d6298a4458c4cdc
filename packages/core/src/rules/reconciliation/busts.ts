import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Fill, WaitingFill } from "../../records/Fill.ts"
import { FIRST_CONCLUDED, isConcluded } from "../../records/concluded.ts"
import { factsOf } from "../../records/ExecutionFacts.ts"
import { format, type OrderId } from "../../values/Id.ts"
import { type Ticker, isTicker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { orderOf } from "../order/transition.ts"
import { countsForD5 } from "../../records/OrderState.ts"
import { holdingsOf } from "../../records/Position.ts"
import { afterSplits, splitsSinceOrder } from "../../records/splitting.ts"
import * as Instant from "../../values/Instant.ts"
import { book } from "./booking.ts"
import { keep } from "../breaks/evidence.ts"
import { unsettledOf } from "./heldReports.ts"
import { closeIfOpen, openOrUpdate, open } from "../breaks/ledgerBreaks.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import type { Executed, RawPayload } from "../../records/Report.ts"

/** What the broker said of an order whose executions it lists no more. */
interface ReportedOrder {
  readonly execIds: ReadonlyArray<string>
  /** Its total of the order, in shares; `undefined` where it does not show the order. */
  readonly total: Decimal.Decimal | undefined
}

/** Executions of a symbol that count in the books and are in none of two whole listings of their time. */
export interface Absent {
  readonly symbol: Ticker
  /** When the first of the two listings was begun. */
  readonly since: Instant.Instant
  /** Of each order, the executions, and what the broker says of the order; empty where what was absent is listed again. */
  readonly orders: ReadonlyMap<OrderId, ReportedOrder>
  /** May a bust follow? Not where a single listing lacks them, or one that is whole by guess. */
  readonly isProven: boolean
  /** What the broker holds of the symbol, read behind the listings; `undefined` where that could not be read whole. */
  readonly held: Decimal.Decimal | undefined
}

/** What became of them. */
interface Judged {
  /** Executions that do not count any more, by the ids under which they did. */
  readonly busted: ReadonlyArray<string>
}

/** What a witness says: the books are right with the executions, or without them, or it cannot tell. */
type Word = "with" | "without" | "nothing"

/**
 * F5 of reconciliation, where the broker has no word for a bust: an execution that it lists no more is one of quantity zero where its
 * total of the order says so too, or, where it does not show the order, what it holds; and where what it holds does not speak against
 * it. Otherwise the absence is a break, and no guess.
 */
export const bookAbsent = (recorder: Recorder, absent: Absent): Judged => {
  const busted: Array<string> = []
  for (const [orderId, told] of absent.orders) {
    const order = orderOf(recorder, orderId)
    const subject = format("order", orderId)
    const missing = missingOf(recorder, orderId, told.execIds)
    if (missing.length === 0) {
      closeIfOpen(recorder, order.symbol, "FillMissing", subject, "the broker lists it again")
      continue
    }
    const details = { _tag: "FillMissing", execIds: missing.map(({ execId }) => execId) } as const
    openOrUpdate(recorder, { symbol: order.symbol, subject, details })
    recorder.touch(order.symbol)
    const proof = proofOf(recorder, order, absent, told, missing)
    if (proof === undefined) continue
    const at = timeOf(recorder, absent, order, missing)
    for (const fill of missing) bust(recorder, fill, at, proof)
    closeIfOpen(recorder, order.symbol, "FillMissing", subject, `it was busted: ${proof}`)
    busted.push(...missing.map(({ execId }) => execId))
  }
  return { busted }
}

const missingOf = (recorder: Recorder, orderId: OrderId, execIds: ReadonlyArray<string>): ReadonlyArray<Fill> =>
  recorder.books.fills
    .find("order", [orderId])
    .filter(({ canonical, execId, quantity }) => canonical && Decimal.isPositive(quantity) && execIds.includes(execId))

const sharesOf = (fills: ReadonlyArray<Fill>): Decimal.Decimal => Decimal.sum(fills.map(({ quantity }) => quantity))

/** In words, why the executions are busted; `undefined` where that is not proven. */
const proofOf = (
  recorder: Recorder,
  order: Order,
  absent: Absent,
  { total }: ReportedOrder,
  missing: ReadonlyArray<Fill>
): string | undefined => {
  if (!absent.isProven) return undefined
  const holding = wordOfHolding(recorder, order, absent)
  const ordered = wordOfTotal(recorder, order, total, missing)
  if (holding === "with" || ordered === "with") return undefined
  if (total !== undefined && ordered === "without")
    return `two listings lack it, and the broker's total of the order is ${Decimal.format(total)}`
  return total === undefined && holding === "without" && absent.held !== undefined
    ? `two listings lack it, and the broker holds ${Decimal.format(absent.held)}`
    : undefined
}

const wordOfTotal = (
  recorder: Recorder,
  order: Order,
  total: Decimal.Decimal | undefined,
  missing: ReadonlyArray<Fill>
): Word => {
  const { id } = order
  if (total === undefined) return "nothing"
  const booked = sharesOf(recorder.books.fills.find("order", [id]).filter(({ canonical }) => canonical))
  const counted = Decimal.add(booked, heldShares(recorder, order))
  if (!Decimal.isLess(total, counted)) return "with"
  return Decimal.equals(total, Decimal.subtract(counted, sharesOf(missing))) ? "without" : "nothing"
}

/** W9: what the broker lists in the place of what it lists no more may be held, since there was no room for both. */
const heldShares = (recorder: Recorder, order: Order): Decimal.Decimal =>
  Decimal.sum(
    unsettledOf(recorder, order).flatMap(({ contents, rule }) =>
      rule === "W9" && contents._tag === "Executed" ? [contents.quantity] : []
    )
  )

/** All that is absent of the symbol is judged by its holding together; what may be moving is not judged by it. */
const wordOfHolding = (recorder: Recorder, { symbol }: Order, { held, orders }: Absent): Word => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  recorder.need(Need.WaitingFills({ account }))
  const position = books.positions.get(joinKey([account, symbol]))
  if (held === undefined || position === undefined) return "nothing"
  const waits = books.waiting_fills.find("waiting", [account]).some((fill) => fill.symbol === symbol)
  const moves = books.orders.find("live", [account, symbol]).some(({ status }) => countsForD5(status))
  if (waits || moves) return "nothing"
  /** P9: what an order filled is in the shares of then, what is held in those of now. */
  const moved = (order: Order, shares: Decimal.Decimal) =>
    signed(order.side, afterSplits(splitsSinceOrder(position, order), shares))
  const ours = [...orders.keys()].reduce((sum, id) => {
    const order = orderOf(recorder, id)
    return Decimal.add(sum, moved(order, heldShares(recorder, order)))
  }, holdingsOf(position))
  if (Decimal.equals(held, ours)) return "with"
  const without = [...orders].reduce(
    (sum, [orderId, { execIds }]) =>
      Decimal.subtract(sum, moved(orderOf(recorder, orderId), sharesOf(missingOf(recorder, orderId, execIds)))),
    ours
  )
  return Decimal.equals(held, without) ? "without" : "nothing"
}

/** F5: a bust is of the time at which the broker's total had it first, where one has, and never before what it takes away. */
const timeOf = (recorder: Recorder, { since }: Absent, order: Order, missing: ReadonlyArray<Fill>): Instant.Instant => {
  const { cumulative, cumulativeAt } = order
  const listed = Decimal.add(order.filled, heldShares(recorder, order))
  const hasIt = cumulative !== undefined && Decimal.isLess(cumulative, listed)
  const known = hasIt && cumulativeAt !== undefined && cumulativeAt < since ? cumulativeAt : since
  return missing.reduce((at, { executedAt }) => Instant.later(at, executedAt), known)
}

const utf8 = new TextEncoder()

/** An execution counts for nothing any more, by a conclusion of ours; the broker's word takes that back (F3). */
export const bust = (recorder: Recorder, fill: Fill, executedAt: Instant.Instant, proof: string): void => {
  const revision = nextRevision(fill)
  const execId = `${fill.execId}/bust-${revision - FIRST_CONCLUDED}`
  const contents = { concluded: "bust", execId: fill.execId, quantity: Decimal.format(fill.quantity), proof }
  const payload = { contentType: "application/json", bytes: utf8.encode(JSON.stringify(contents)) }
  const { price } = fill
  const facts = factsOf(fill)
  const revised = { execId, execIdBase: fill.execIdBase, revision, quantity: Decimal.zero, price, executedAt, facts }
  book(recorder, orderOf(recorder, fill.orderId), { ...asBefore, ...revised }, keep(recorder, payload))
}

/** It names no order that the books do not have. */
const asBefore = { brokerOrderId: undefined, clientOrderId: undefined }

const nextRevision = ({ revision }: Fill): number => Math.max(FIRST_CONCLUDED, revision + 1)

/**
 * F3: what we concluded gives way to the broker's word: an execution that it shows again after a bust, or corrects, then or later, counts
 * as it shows it. Nothing where the bust was the broker's own.
 */
export const putBack = (recorder: Recorder, execIdBase: string, executedAt: Instant.Instant): void => {
  const { account } = recorder
  recorder.need(Need.Execution({ account, execIdBase }))
  const revisions = recorder.books.fills.find("execution", [account, execIdBase])
  const counted = revisions.find(({ canonical }) => canonical)
  const shown = revisions.filter((fill) => !isConcluded(fill)).toSorted((a, b) => b.revision - a.revision)[0]
  if (counted === undefined || shown === undefined || !isConcluded(counted)) return
  if (isSameExecution(counted, shown)) return
  const revision = nextRevision(counted)
  const execId = `${shown.execId}/shown-${revision - FIRST_CONCLUDED}`
  const { payloadId, price, quantity } = shown
  const facts = factsOf(shown)
  book(
    recorder,
    orderOf(recorder, shown.orderId),
    { ...asBefore, execId, execIdBase, revision, quantity, price, executedAt, facts },
    payloadId
  )
}

/** G: a revision settles what came before it as other contents without one. */
export const documented = (
  recorder: Recorder,
  order: Order,
  { revision }: Executed,
  known: ReadonlyArray<Fill>
): void => {
  const subject = format("order", order.id)
  for (const each of recorder.books.breaks.find("open", [order.account, order.symbol])) {
    const { details } = each
    if (details._tag !== "UndocumentedCorrection" || each.subject !== subject) continue
    const isOf = known.some((fill) => fill.revision < revision && fill.execId === details.execId)
    if (!isOf) continue
    recorder.emit({ _tag: "BreakClosed", id: each.id, by: "ledger", why: "a revision arrived" })
    recorder.touch(order.symbol)
  }
}

const detailsOf = (execId: string, { price, quantity }: Executed) =>
  ({ _tag: "UndocumentedCorrection", execId, quantity, price }) as const

/** The same of a fill that waits for its order, which is not there to name: the execution is the subject. */
export const undocumentedWaiting = (recorder: Recorder, { execId }: WaitingFill, report: Executed): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return { _tag: "NothingToDo" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  open(recorder, { symbol, subject: execId, details: detailsOf(execId, report) }, "details")
  return { _tag: "KeptAsBreak" }
}

/** What an execution comes to, in shares and dollars a share. */
type Contents = Pick<Executed, "quantity" | "price">

/** F1 of reconciliation: the same revision with the same contents. */
export const isSameExecution = (known: Contents, report: Contents): boolean =>
  Decimal.equals(known.quantity, report.quantity) &&
  (known.price === undefined || report.price === undefined
    ? known.price === report.price
    : Decimal.equals(known.price, report.price))

/** F2 of reconciliation: other contents without a revision; the first stays canonical, the other is kept as evidence. */
export const undocumented = (
  recorder: Recorder,
  known: Fill,
  report: Executed,
  payload: RawPayload | undefined
): Interpreted => {
  const order = orderOf(recorder, known.orderId)
  const details = detailsOf(known.execId, report)
  const subject = format("order", order.id)
  if (open(recorder, { symbol: order.symbol, subject, details }, "details")) {
    keep(recorder, payload)
  }
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

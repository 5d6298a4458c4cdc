import { Schema } from "effect"
import { Need } from "../books/Need.ts"
import { joinKey } from "../books/Table.ts"
import { isOffBand } from "../fill/band.ts"
import type { Fill, WaitingFill } from "../fill/Fill.ts"
import * as ClientOrderId from "../identity/ClientOrderId.ts"
import { BrokerOrderId } from "../identity/ClientOrderId.ts"
import { FillId, format, LotId, OrderId, PayloadId } from "../identity/Id.ts"
import { Ticker, UNMAPPED } from "../instrument/Ticker.ts"
import { sha256 } from "../journal/Payload.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import * as Quantity from "../money/Quantity.ts"
import type { Word } from "../order/observe.ts"
import type { Order } from "../order/Order.ts"
import { advance, orderOf, type Change } from "../order/transition.ts"
import { open } from "./ledgerBreaks.ts"
import { match } from "./matching.ts"
import * as Instant from "../time/Instant.ts"
import type { Answered, Commission, Executed, Listed, OrderSeen, RawPayload, Received } from "./Report.ts"

/** What a report came to: the order it changed or confirmed, or that it was known already, waits, or was kept as a break. */
export type Interpreted =
  | { readonly _tag: "Applied"; readonly orderId: OrderId; readonly status: Order["status"] }
  | { readonly _tag: "Duplicate" }
  | { readonly _tag: "Waiting" }
  | { readonly _tag: "KeptAsBreak" }
  | { readonly _tag: "NothingToDo" }

/**
 * F1: books whatever a broker says; one function for every broker. Facts are never refused: a contradiction is applied as far
 * as the rules go, and kept as a break.
 */
export const interpret = (recorder: Recorder, { report, payload }: Received): Interpreted => {
  switch (report._tag) {
    case "Answered":
      return answered(recorder, report, payload)
    case "OrderSeen":
      return orderSeen(recorder, report)
    case "Executed":
      return executed(recorder, report, payload)
    case "Commission":
      return commission(recorder, report)
    case "Listed":
      return adoptOrphans(recorder, report)
    case "NotFound":
      // Never an end (O22, O23, O26): what follows from it is decided where it was asked.
      return { _tag: "NothingToDo" }
  }
}

const applied = (order: Order): Interpreted => ({ _tag: "Applied", orderId: order.id, status: order.status })

/** Stores the bytes that a report was read from, and gives their id. */
export const keep = (recorder: Recorder, payload: RawPayload | undefined): PayloadId | undefined => {
  if (payload === undefined) return undefined
  const id = PayloadId.make(recorder.next("payload"))
  recorder.emit(
    { _tag: "PayloadStored", id, contentType: payload.contentType, sha256: sha256(payload.bytes) },
    payload.bytes
  )
  return id
}

// Answers to our own attempts

const answered = (recorder: Recorder, report: Answered, payload: RawPayload | undefined): Interpreted => {
  recorder.need(Need.AttemptById({ id: report.attemptId }))
  const attempt = recorder.books.attempts.get(joinKey([report.attemptId]))
  if (attempt === undefined || attempt.outcome !== undefined) return { _tag: "Duplicate" }
  const { answer } = report
  const responseId = keep(recorder, payload)
  const common = { id: attempt.id, orderId: attempt.orderId, httpStatus: report.httpStatus, responseId }
  const order = recorder.books.orders.get(joinKey([attempt.orderId]))
  if (order === undefined) throw new Error(`attempt ${format("attempt", attempt.id)} has no order`)
  recorder.touch(order.symbol)
  const word = (reported: Word["reported"]): Word => ({
    reported,
    at: report.asOf,
    cumulative: undefined,
    isBrokersTime: report.asOfKind === "broker"
  })
  switch (answer._tag) {
    case "Accepted": {
      const { brokerOrderId } = answer
      recorder.emit({ _tag: "AttemptAnswered", ...common, outcome: "accepted", brokerOrderId })
      const accepted = advance(recorder, order.id, acknowledged(recorder, order, brokerOrderId), word("open"))
      return applied(joinWaiting(recorder, accepted, brokerOrderId))
    }
    case "Refused": {
      const { code, words } = answer
      recorder.emit({ _tag: "AttemptAnswered", ...common, outcome: "rejected", code, message: words })
      return applied(advance(recorder, order.id, { code, reason: words }, word("rejected")))
    }
    case "NotSent": {
      recorder.emit({ _tag: "AttemptAnswered", ...common, outcome: "not_accepted", message: answer.why })
      return applied(advance(recorder, order.id, notSent(recorder, order, answer)))
    }
    case "Unknown": {
      const { why, candidate } = answer
      recorder.emit({ _tag: "AttemptAnswered", ...common, outcome: "unknown", message: why, brokerOrderId: candidate })
      const isNews = order.status === "submitting"
      return applied(advance(recorder, order.id, { deed: "doubted", ...(isNews ? { reason: why, candidate } : {}) }))
    }
  }
}

/** F3: after an attempt whose outcome is unknown, a re-send that did not leave changes nothing of the doubt. */
const notSent = (
  recorder: Recorder,
  order: Order,
  answer: { readonly why: string; readonly retryAfterMs: number | undefined }
): Change => {
  const isDoubted = recorder.books.attempts.find("order", [order.id]).some((each) => each.outcome === "unknown")
  const deed = isDoubted ? "doubted" : "planned"
  if (order.status !== "submitting") return { deed }
  return {
    deed,
    reason: answer.why,
    notBefore: Instant.addMillis(recorder.world.at, answer.retryAfterMs ?? pauseMs(order.attempts))
  }
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** How long a plan waits after an attempt that did not leave, where the broker names no time: doubling, so that nothing runs hot. */
const pauseMs = (attempts: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, Math.min(attempts, 10) - 1))

const acknowledged = (recorder: Recorder, order: Order, brokerOrderId: BrokerOrderId): Change => ({
  brokerOrderId,
  brokerOrderIds: order.brokerOrderIds.includes(brokerOrderId)
    ? order.brokerOrderIds
    : [...order.brokerOrderIds, brokerOrderId],
  acceptedAt: order.acceptedAt ?? recorder.world.at,
  candidate: undefined,
  notBefore: undefined,
  ...(order.status === "in_doubt" ? { reason: undefined } : {})
})

// Orders as the broker shows them

const wordOf = (report: OrderSeen): Word => ({
  reported: report.state._tag === "Open" ? "open" : report.state.kind,
  at: report.asOf,
  cumulative: mayInfer(report) ? report.cumulative : undefined,
  isBrokersTime: report.asOfKind === "broker",
  rawStatus: report.rawStatus,
  quantity: report.quantity,
  ...(report.state._tag === "Closed" ? { reason: `${report.rawStatus} by the broker` } : {})
})

/** F0: a report without the broker's time infers nothing before executions were asked for. */
const mayInfer = (report: OrderSeen): boolean => report.asOfKind === "broker" || report.executionsRead

/** C4: an end that says nothing of what was filled waits until executions were read. */
const isPremature = (report: OrderSeen): boolean =>
  report.state._tag === "Closed" &&
  report.state.kind !== "rejected" &&
  report.cumulative === undefined &&
  !report.executionsRead

const orderSeen = (recorder: Recorder, report: OrderSeen): Interpreted => {
  const found = match(recorder, report)
  return found === undefined ? adopt(recorder, report) : seenOf(recorder, found.order, report)
}

const seenOf = (recorder: Recorder, order: Order, report: OrderSeen): Interpreted => {
  if (isOfOlderId(order, report)) return { _tag: "NothingToDo" }
  if (differs(order, report)) return termsDiffer(recorder, order, report)
  const change = acknowledged(recorder, order, report.brokerOrderId)
  if (isPremature(report)) return premature(recorder, order, change, report)
  const seen = advance(recorder, order.id, change, wordOf(report))
  return applied(joinWaiting(recorder, seen, report.brokerOrderId))
}

/** C4: the order stays as it was; one that is only now adopted is open until its executions were read. */
const premature = (recorder: Recorder, order: Order, change: Change, report: OrderSeen): Interpreted => {
  if (order.brokerOrderId !== undefined) return applied(order)
  const word: Word = { reported: "open", at: report.asOf, cumulative: undefined, isBrokersTime: false }
  return applied(advance(recorder, order.id, change, order.origin === "external" ? word : undefined))
}

/** O13: what a broker says of an id that a later one has replaced is part of the replacement. */
const isOfOlderId = (order: Order, report: OrderSeen): boolean =>
  order.brokerOrderId !== report.brokerOrderId && order.brokerOrderIds.includes(report.brokerOrderId)

/** O29: symbol or side differ, or the quantity of an order that the broker has only just acknowledged. */
const differs = (order: Order, report: OrderSeen): boolean =>
  order.symbol !== report.symbol ||
  order.side !== report.side ||
  (order.acceptedAt === undefined && !Decimal.equals(order.quantity, report.quantity)) ||
  hasShrunkBelowFills(order, report)

/** O12: a quantity that is now smaller than what has filled. */
const hasShrunkBelowFills = (order: Order, report: OrderSeen): boolean =>
  Decimal.isLess(report.quantity, order.quantity) && Decimal.isLess(report.quantity, order.filled)

const termsDiffer = (recorder: Recorder, order: Order, report: OrderSeen): Interpreted => {
  const subject = format("order", order.id)
  const sent = `${order.side} ${Decimal.format(order.quantity)} ${order.symbol}`
  const theirs = `${report.side} ${Decimal.format(report.quantity)} ${report.symbol}`
  const evidence = `sent ${sent}, the broker's ${report.brokerOrderId} is ${theirs}`
  open(recorder, { symbol: order.symbol, kind: "TermsDiffer", subject, evidence }, "evidence")
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

const isTicker = Schema.is(Ticker)

/** O21: an order of an instrument that has no ticker here is kept in sight, never dropped. */
const unmapped = (recorder: Recorder, report: OrderSeen): Interpreted => {
  recorder.need(Need.Position({ account: recorder.account, symbol: UNMAPPED }))
  const evidence = `${report.side} ${Decimal.format(report.quantity)} "${report.symbol}" is ${report.rawStatus}`
  open(recorder, { symbol: UNMAPPED, kind: "Unmapped", subject: report.brokerOrderId, evidence })
  return { _tag: "KeptAsBreak" }
}

/** O14 to O17: an order at the broker that is not ours is taken into the books under the account's policy (E3). */
const adopt = (recorder: Recorder, report: OrderSeen): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return unmapped(recorder, report)
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  if (recorder.books.instruments.get(joinKey([recorder.account, symbol])) === undefined) {
    recorder.emit({ _tag: "InstrumentSeen", symbol })
  }
  const id = OrderId.make(recorder.next("order"))
  recorder.emit({
    _tag: "OrderCreated",
    id,
    lotId: LotId.make(recorder.next("lot")),
    symbol,
    side: report.side,
    quantity: report.quantity,
    type: "market",
    timeInForce: "day",
    origin: "external",
    inQueue: account.external === "count",
    lot: account.lot,
    threshold: account.threshold ?? account.lot,
    clientOrderId: ClientOrderId.ClientOrderId.make(`ext-${recorder.account}-${report.brokerOrderId}`.slice(0, 128))
  })
  recorder.touch(symbol)
  if (report.clientOrderId !== undefined && ClientOrderId.ours(report.clientOrderId) !== undefined) {
    const evidence = `${report.brokerOrderId} has the client order id ${report.clientOrderId}, which these books never made`
    open(recorder, { symbol, kind: "ForeignOrderId", subject: format("order", id), evidence })
  }
  return seenOf(recorder, orderOf(recorder, id), report)
}

// Executions

const executed = (recorder: Recorder, report: Executed, payload: RawPayload | undefined): Interpreted => {
  const { account } = recorder
  recorder.need(Need.Execution({ account, execIdBase: report.execIdBase }))
  const revisions = recorder.books.fills.find("execution", [account, report.execIdBase])
  const known = revisions.find((fill) => fill.revision === report.revision)
  if (known !== undefined)
    return isSameExecution(known, report) ? { _tag: "Duplicate" } : undocumented(recorder, known, report, payload)
  const sibling = revisions[0]
  const order = sibling === undefined ? match(recorder, report)?.order : orderOf(recorder, sibling.orderId)
  if (order === undefined) return wait(recorder, report, payload)
  if (order.symbol !== report.symbol || order.side !== report.side) return mismatch(recorder, order, report)
  documented(recorder, order, report, revisions)
  return applied(book(recorder, order, report, keep(recorder, payload)))
}

/** G: a revision settles what came before it as other contents without one. */
const documented = (recorder: Recorder, order: Order, { revision }: Executed, known: ReadonlyArray<Fill>): void => {
  const subject = format("order", order.id)
  for (const each of recorder.books.breaks.find("open", [order.account, order.symbol])) {
    const isOf = known.some((fill) => fill.revision < revision && each.evidence.startsWith(cameAgain(fill.execId)))
    if (each.kind !== "UndocumentedCorrection" || each.subject !== subject || !isOf) continue
    recorder.emit({ _tag: "BreakClosed", id: each.id, why: "a revision came" })
    recorder.touch(order.symbol)
  }
}

const contentsOf = ({ quantity, price }: Executed): string =>
  `${Decimal.format(quantity)} at ${price === undefined ? "no price" : Decimal.format(price)}`

/** The same of a fill that waits for its order, which is not there to name: the execution is the subject. */
const undocumentedWaiting = (recorder: Recorder, { execId }: WaitingFill, report: Executed): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return { _tag: "NothingToDo" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const evidence = cameAgain(execId) + contentsOf(report)
  open(recorder, { symbol, kind: "UndocumentedCorrection", subject: execId, evidence }, "evidence")
  return { _tag: "KeptAsBreak" }
}

const cameAgain = (execId: string): string => `${execId} came again as `

/** F1 of reconciliation: the same revision with the same contents. */
const isSameExecution = (
  known: { readonly quantity: Decimal.Decimal; readonly price: Decimal.Decimal | undefined },
  report: Executed
): boolean =>
  Decimal.equals(known.quantity, report.quantity) &&
  (known.price === undefined || report.price === undefined
    ? known.price === report.price
    : Decimal.equals(known.price, report.price))

/** F2 of reconciliation: other contents without a revision; the first stays canonical, the other is kept as evidence. */
const undocumented = (
  recorder: Recorder,
  known: Fill,
  report: Executed,
  payload: RawPayload | undefined
): Interpreted => {
  const order = orderOf(recorder, known.orderId)
  const evidence = cameAgain(known.execId) + contentsOf(report)
  const subject = format("order", order.id)
  if (open(recorder, { symbol: order.symbol, kind: "UndocumentedCorrection", subject, evidence }, "evidence")) {
    keep(recorder, payload)
  }
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

/** F8 of reconciliation: names our order but speaks of something else; never applied to it. */
const mismatch = (
  recorder: Recorder,
  order: Order,
  report: Pick<Executed, "execId" | "symbol" | "side">
): Interpreted => {
  const evidence = `${report.execId} is ${report.side} ${report.symbol}, the order is ${order.side} ${order.symbol}`
  open(
    recorder,
    { symbol: order.symbol, kind: "FillMismatch", subject: format("order", order.id), evidence },
    "evidence"
  )
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

type Execution = Pick<
  Executed,
  "execId" | "execIdBase" | "revision" | "quantity" | "price" | "executedAt" | "brokerOrderId" | "clientOrderId"
>

/** Books a revision and brings its order to what its fills now say (SYNC-1). */
const book = (recorder: Recorder, order: Order, execution: Execution, payloadId: PayloadId | undefined): Order => {
  const { execId, execIdBase, revision, quantity, price, executedAt } = execution
  const offBand = price !== undefined && isOffBand(recorder, order, price)
  const id = FillId.make(recorder.next("fill"))
  recorder.emit({
    _tag: "FillRecorded",
    id,
    orderId: order.id,
    execId,
    execIdBase,
    revision,
    quantity,
    price,
    offBand,
    executedAt,
    payloadId
  })
  const subject = format("order", order.id)
  if (offBand && Decimal.isPositive(quantity)) {
    const evidence = `${execId} at ${Decimal.format(price)} is outside the band`
    open(recorder, { symbol: order.symbol, kind: "OffBand", subject, evidence })
  }
  if (price === undefined && Decimal.isPositive(quantity)) {
    open(recorder, { symbol: order.symbol, kind: "Unpriced", subject, evidence: `${execId} came without a price` })
  }
  return advance(recorder, order.id, named(recorder, order, execution))
}

/** An execution names its order's broker id as surely as an acknowledgement does. */
const named = (recorder: Recorder, order: Order, { brokerOrderId }: Execution): Change => {
  const known = brokerOrderId ?? order.brokerOrderId ?? BrokerOrderId.make(order.clientOrderId)
  return order.brokerOrderId === known ? {} : acknowledged(recorder, order, known)
}

/** F7: a fill whose order is not known waits, counted nowhere. */
const wait = (recorder: Recorder, report: Executed, payload: RawPayload | undefined): Interpreted => {
  const { account, execId } = { account: recorder.account, execId: report.execId }
  recorder.need(Need.WaitingFill({ account, execId }))
  const known = recorder.books.waiting_fills.get(joinKey([account, execId]))
  if (known !== undefined)
    return isSameExecution(known, report) ? { _tag: "Duplicate" } : undocumentedWaiting(recorder, known, report)
  recorder.emit({
    _tag: "FillWaits",
    execId,
    execIdBase: report.execIdBase,
    revision: report.revision,
    brokerOrderId: report.brokerOrderId,
    clientOrderId: report.clientOrderId,
    symbol: report.symbol,
    side: report.side,
    quantity: report.quantity,
    price: report.price,
    executedAt: report.executedAt,
    asOf: report.asOf,
    payloadId: keep(recorder, payload)
  })
  return { _tag: "Waiting" }
}

/** F7: the fills that waited for an order are booked with it. */
const joinWaiting = (recorder: Recorder, order: Order, brokerOrderId: BrokerOrderId): Order => {
  recorder.need(Need.OrderByBrokerId({ account: recorder.account, brokerOrderId }))
  const waiting = recorder.books.waiting_fills.find("brokerOrderId", [recorder.account, brokerOrderId])
  let joined = order
  for (const fill of [...waiting].toSorted(byRevision)) {
    if (fill.symbol !== order.symbol || fill.side !== order.side) {
      mismatch(recorder, order, fill)
      continue
    }
    recorder.emit({ _tag: "FillJoined", execId: fill.execId })
    if (!isBooked(recorder, fill)) joined = book(recorder, joined, fill, fill.payloadId)
  }
  return joined
}

const isBooked = (recorder: Recorder, { account, execIdBase, revision }: WaitingFill): boolean => {
  recorder.need(Need.Execution({ account, execIdBase }))
  return recorder.books.fills.find("execution", [account, execIdBase]).some((fill) => fill.revision === revision)
}

const byRevision = (a: WaitingFill, b: WaitingFill): number =>
  a.execIdBase === b.execIdBase ? a.revision - b.revision : Number(a.executedAt - b.executedAt)

/**
 * F7: a fill whose order a complete listing begun after it does not have, while nothing of ours on the instrument is on its way
 * or in doubt, gets an external order of its own.
 */
const adoptOrphans = (recorder: Recorder, report: Listed): Interpreted => {
  recorder.need(Need.WaitingFills({ account: recorder.account }))
  if (!report.complete) return { _tag: "NothingToDo" }
  const listed = new Set<string>(report.brokerOrderIds)
  const orphans = recorder.books.waiting_fills
    .find("waiting", [recorder.account])
    .filter((fill) => fill.receivedAt < report.asOf && fill.executedAt >= report.from)
    .filter((fill) => fill.brokerOrderId !== undefined && !listed.has(fill.brokerOrderId))
    .filter((fill) => !hasUnsettledOrder(recorder, fill.symbol))
  for (const fill of orphans) adoptOrphan(recorder, fill)
  return { _tag: "NothingToDo" }
}

const hasUnsettledOrder = (recorder: Recorder, symbol: string): boolean =>
  recorder.books.orders
    .find("live", [recorder.account, symbol])
    .some((order) => order.origin !== "external" && (order.status === "submitting" || order.status === "in_doubt"))

const adoptOrphan = (recorder: Recorder, fill: WaitingFill): void => {
  const { brokerOrderId } = fill
  const waits = recorder.books.waiting_fills.get(joinKey([fill.account, fill.execId]))?.joinedAt === undefined
  if (brokerOrderId === undefined || !waits || !Decimal.isPositive(fill.quantity)) return
  adopt(recorder, {
    _tag: "OrderSeen",
    account: recorder.account,
    asOf: fill.asOf,
    asOfKind: "ours",
    brokerOrderId,
    clientOrderId: fill.clientOrderId,
    symbol: fill.symbol,
    side: fill.side,
    quantity: Quantity.make(fill.quantity),
    rawStatus: "not listed",
    state: { _tag: "Open" },
    cumulative: undefined,
    averagePrice: undefined,
    replacedBy: undefined,
    executionsRead: true
  })
}

/** F12 of reconciliation: joined by execution id; an unknown one never overwrites a known one. */
const commission = (recorder: Recorder, report: Commission): Interpreted => {
  const { account } = recorder
  recorder.need(Need.FillByExecId({ account, execId: report.execId }))
  const [fill] = recorder.books.fills.find("execId", [account, report.execId])
  if (fill === undefined) return { _tag: "Waiting" }
  const isKnown = fill.commission !== undefined && Decimal.equals(fill.commission, report.amount)
  if (isKnown) return { _tag: "Duplicate" }
  recorder.emit({
    _tag: "CommissionRecorded",
    fillId: fill.id,
    amount: report.amount,
    currency: report.currency
  })
  return { _tag: "Applied", orderId: fill.orderId, status: orderOf(recorder, fill.orderId).status }
}

import { Need } from "../../books/Need.ts"
import { joinKey, symbolKey } from "../../tables/Table.ts"
import { refusedBecause } from "../../records/codeWords.ts"
import { controls, type Control } from "../../records/Control.ts"
import { duplicateOf } from "../risk/duplicateIntent.ts"
import { format, type DecisionId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import * as Quantity from "../../values/Quantity.ts"
import { isFarApart } from "../../values/Quote.ts"
import type { Reference } from "../../values/Reference.ts"
import { create } from "../order/directOrder.ts"
import type { Order } from "../../records/Order.ts"
import { marketPriceOf, standingOf } from "../position/evaluation.ts"
import { decisionOf } from "./decide.ts"
import type { Decision, DecisionStatus } from "../../records/Decision.ts"
import { minuteOf } from "../../values/minute.ts"

/** What became of the wish to execute a decision. */
export type Executed =
  /** Its order is on record: send it, once. */
  | { readonly _tag: "Ordered"; readonly order: Order }
  /** A control refused it: it has failed. */
  | { readonly _tag: "Refused" }
  /** It was executed or refused before. */
  | { readonly _tag: "NotPending"; readonly status: DecisionStatus }
  | { readonly _tag: "Unknown" }

/** A pending decision becomes its one direct order (E1), or fails by a control that needs no order to be judged. */
export const execute = (recorder: Recorder, id: DecisionId): Executed => {
  const decision = decisionOf(recorder, id)
  if (decision === undefined) return { _tag: "Unknown" }
  if (decision.status !== "pending") return { _tag: "NotPending", status: decision.status }
  recorder.need(Need.Position({ account: decision.account, symbol: decision.symbol }))
  const repeated = repeatedBy(recorder, decision)
  if (repeated !== undefined) return refuse(recorder, decision, "DuplicateIntent", format("decision", repeated.id))
  const reference = referenceOf(recorder, decision)
  if (isTakenOver(recorder, decision)) {
    const size = { quantity: Decimal.zero, askedNotional: decision.notional }
    return { _tag: "Ordered", order: order(recorder, decision, size, reference) }
  }
  const quantity = decision.quantity ?? sharesFor(recorder, decision, reference)
  if (quantity === "NoPrice") return refuse(recorder, decision, "NoReferencePrice", "an order by notional needs one")
  if (quantity === "TooSmall") {
    return fail(recorder, decision, "NotionalTooSmall: it is below the smallest quantity that can be ordered")
  }
  return { _tag: "Ordered", order: order(recorder, decision, { quantity }, reference) }
}

/** Does the broker take this over dollars as it stands? Then nothing is rounded here: the fills say how many shares it came to. */
const isTakenOver = (recorder: Recorder, decision: Decision): boolean => {
  const { account, notional, orderType, session, symbol, timeInForce } = decision
  const instrument = recorder.books.instruments.get(joinKey([account, symbol]))
  const takes = recorder.books.accounts.get(account)?.notionalTypes?.includes(orderType) === true
  return (
    notional !== undefined &&
    takes &&
    timeInForce === "day" &&
    session === "regular" &&
    instrument?.fractionable === true
  )
}

/** Ends a pending decision without an order. */
export const failUnsent = (recorder: Recorder, id: DecisionId, reason: string): void => {
  const decision = decisionOf(recorder, id)
  if (decision?.status === "pending") fail(recorder, decision, reason)
}

const refuse = (recorder: Recorder, decision: Decision, control: Control, words: string): Executed =>
  fail(recorder, decision, refusedBecause(control, `${controls[control].says} (${words})`), control)

const fail = (recorder: Recorder, decision: Decision, reason: string, control?: Control): Executed => {
  recorder.emit({ _tag: "DecisionSettled", id: decision.id, status: "failed", reason, control })
  return { _tag: "Refused" }
}

/** The earlier decision that this one repeats. One that has failed brought nothing about that could be doubled. */
const repeatedBy = (recorder: Recorder, decision: Decision): Decision | undefined => {
  const { account, symbol } = decision
  const minutes = [minuteOf(decision.createdAt) - 1, minuteOf(decision.createdAt)]
  const earlier = minutes.flatMap((minute) => {
    recorder.need(Need.DecisionsIn({ account, symbol, minute }))
    return recorder.books.decisions.find("minute", [account, symbol, minute])
  })
  const others = earlier.filter(({ id, status }) => id < decision.id && status !== "failed")
  return duplicateOf(intentOf(decision), others.map(intentOf))?.decision
}

const intentOf = (decision: Decision) => ({
  account: decision.account,
  symbol: decision.symbol,
  side: decision.side,
  size: decision.quantity ?? decision.notional ?? Decimal.zero,
  isNotional: decision.quantity === undefined,
  strategy: decision.strategy,
  decidedAt: decision.createdAt,
  decision
})

/** The freshest price that is known. */
const referenceOf = (recorder: Recorder, { symbol }: Decision): Reference => {
  const standing = standingOf(recorder, symbol)
  return standing?.reference ?? marketPriceOf(recorder, symbol)
}

const FINEST = Decimal.unsafe("0.000000001")
const WHOLE = Decimal.unsafe("1")

/**
 * As many shares as the notional pays for at its limit, else at its stop, or else at the reference, rounded down: fractions only where the instrument
 * has them.
 */
const sharesFor = (
  recorder: Recorder,
  decision: Decision,
  reference: Reference
): Quantity.Quantity | "NoPrice" | "TooSmall" => {
  const price = decision.limitPrice ?? decision.stopPrice ?? sizingPrice(recorder, decision, reference)
  if (price === undefined || decision.notional === undefined) return "NoPrice"
  const instrument = recorder.books.instruments.get(joinKey([decision.account, decision.symbol]))
  const isFraction = instrument?.fractionable === true && decision.timeInForce === "day"
  const shares = Decimal.floorTo(Decimal.divide(decision.notional, price, 12), isFraction ? FINEST : WHOLE)
  return Decimal.isPositive(shares) ? Quantity.make(shares) : "TooSmall"
}

/** One broker's quote says how many shares dollars are only where it is near the last price that trades brought. */
const sizingPrice = ({ books }: Recorder, { account, symbol }: Decision, reference: Reference): Price | undefined => {
  if (reference._tag === "NoPrice") return undefined
  const last = books.positions.get(symbolKey(account, symbol))?.lastPrice
  const isAlone = reference.isQuote === true && (last === undefined || isFarApart(reference.price, last))
  return isAlone ? undefined : reference.price
}

type Size = Pick<Order, "quantity"> & Partial<Pick<Order, "askedNotional">>

const order = (recorder: Recorder, decision: Decision, size: Size, reference: Reference): Order => {
  const { goodTill, limitPrice, orderType: type, session, side, stopPrice, symbol, timeInForce } = decision
  const terms = { type, limitPrice, stopPrice, timeInForce, goodTill, session }
  const wanted = { symbol, side, ...size, ...terms, decisionId: decision.id, reference }
  const id = create(recorder, wanted)
  recorder.emit({ _tag: "DecisionSettled", id: decision.id, status: "submitted", orderId: id })
  const made = recorder.books.orders.get(id)
  if (made === undefined) throw new Error(`order ${format("order", id)} is not in the books`)
  return made
}

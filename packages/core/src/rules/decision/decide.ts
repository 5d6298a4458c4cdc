import { policyOf } from "../../records/Account.ts"
import { Need } from "../../books/Need.ts"
import { joinKey, symbolKey } from "../../tables/Table.ts"
import { format, type DecisionId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { instrumentAt } from "../../records/DatedSymbol.ts"
import { resolve } from "../../records/OrderPolicy.ts"
import { faultOf, UnsupportedOrder } from "../../records/SupportedOrders.ts"
import { MANUAL, type Decision, type DecisionInput, type DecisionStatus } from "../../records/Decision.ts"
import { refusedBecause } from "../../records/codeWords.ts"
import { controls, type Control, isControl } from "../../records/Control.ts"
import { duplicateOf } from "../risk/controls.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import * as Quantity from "../../values/Quantity.ts"
import { isFarApart } from "../../values/Quote.ts"
import type { Reference } from "../../values/Reference.ts"
import { create, filledOf, whyEnded } from "../order/directOrder.ts"
import type { Order } from "../../records/Order.ts"
import { marketPriceOf, standingOf } from "../position/evaluation.ts"
import { minuteOf } from "../../values/minute.ts"
import { isLive } from "../../records/OrderState.ts"

/** A decision as the books have it now. `undefined` where there is none of this id. */
const decisionOf = (recorder: Recorder, id: DecisionId): Decision | undefined => {
  recorder.need(Need.DecisionById({ id }))
  return recorder.books.decisions.get(id)
}

/**
 * Puts a decision on record, pending: nothing is sent. `undefined` where the account is not in the books; nothing is on record of an order
 * that its broker is known not to take.
 */
export const decide = (recorder: Recorder, input: DecisionInput): Decision | UnsupportedOrder | undefined => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const owner = books.accounts.get(account)
  if (owner === undefined) return undefined
  const terms = { type: input.orderType ?? "market", ...resolve(input, policyOf(owner)) }
  if (owner.supportedOrders !== undefined && faultOf(owner.supportedOrders, terms) !== undefined)
    return new UnsupportedOrder({ ...terms, supported: owner.supportedOrders })
  // P9: whoever decides names an instrument as the market does.
  const symbol = instrumentAt(owner.symbols, input.symbol, recorder.world.at).instrument
  recorder.need(Need.Position({ account, symbol }))
  if (books.instruments.get(joinKey([account, symbol])) === undefined) recorder.emit({ _tag: "InstrumentSeen", symbol })
  const id = recorder.next("decision")
  recorder.emit({
    _tag: "DecisionMade",
    id,
    strategy: input.strategy ?? MANUAL,
    symbol,
    side: input.side,
    quantity: input.quantity,
    notional: input.notional,
    orderType: terms.type,
    limitPrice: input.limitPrice,
    stopPrice: input.stopPrice,
    timeInForce: terms.timeInForce,
    goodTill: terms.goodTill,
    session: terms.session,
    rationale: input.rationale
  })
  const made = books.decisions.get(id)
  if (made === undefined) throw new Error(`decision ${format("decision", id)} is not in the books`)
  return made
}

/** Asks whichever process drives the account to execute a decision. Nothing where it is not pending any more. */
export const askFor = (recorder: Recorder, id: DecisionId): void => {
  if (decisionOf(recorder, id)?.status === "pending") recorder.emit({ _tag: "DecisionAsked", id })
}

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

/** The control that refused an order, where one did. */
const controlOf = ({ code }: Order): Control | undefined => (code !== undefined && isControl(code) ? code : undefined)

interface Settled {
  readonly status: DecisionStatus
  readonly reason: string | undefined
}

/**
 * What a decision's order makes of it: executed when it has ended with anything filled (with the quantity, where that is a
 * part), failed when it has ended with nothing, submitted while it lives. A late fill or a bust changes it.
 */
export const settledOf = (order: Parameters<typeof filledOf>[0] & Pick<Order, "status" | "reason">): Settled => {
  if (order.status === "filled") return { status: "executed", reason: undefined }
  if (isLive(order.status)) return { status: "submitted", reason: undefined }
  const why = whyEnded(order)
  if (!Decimal.isPositive(order.filled)) return { status: "failed", reason: why }
  return { status: "executed", reason: `${why}; ${filledOf(order)}` }
}

/** Writes the status of every decision whose order this commit has changed. */
export const settleDecisions = (recorder: Recorder): void => {
  for (const orderId of recorder.touchedOrders) {
    const order = recorder.books.orders.get(orderId)
    if (order?.decisionId === undefined) continue
    const decision = recorder.books.decisions.get(order.decisionId)
    if (decision === undefined) throw new Error(`decision D${order.decisionId} is not in the books`)
    const { reason, status } = settledOf(order)
    if (decision.status === status && decision.reason === reason) continue
    const control = status === "failed" ? controlOf(order) : undefined
    recorder.emit({ _tag: "DecisionSettled", id: decision.id, status, orderId: order.id, reason, control })
  }
}

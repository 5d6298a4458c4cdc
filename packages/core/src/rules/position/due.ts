import { orderQuantityOf } from "../account/limits.ts"
import { Data } from "effect"
import { dueFrom, policyOf, type Account } from "../../records/Account.ts"
import type { Control } from "../../records/Control.ts"
import { costOf, notionalAt, refusalOf } from "../risk/controls.ts"
import type { TradingState } from "../../records/TradingState.ts"
import { without, type Usage } from "../../records/Usage.ts"
import type { OrderId } from "../../values/Id.ts"
import type { Instrument } from "../../records/Instrument.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import * as Quantity from "../../values/Quantity.ts"
import type { Reference } from "../../values/Reference.ts"
import { mostLeaves } from "../../records/stillOpen.ts"
import { resolve, windowOf } from "../../records/OrderPolicy.ts"
import type { PositionEffect } from "../../records/OrderTerms.ts"
import { faultOf } from "../../records/SupportedOrders.ts"
import { ofSign, opposite, type Side } from "../../records/Side.ts"
import type { Order } from "../../records/Order.ts"
import { countsForD5, isLive } from "../../records/OrderState.ts"
import type { HoldingBreak } from "../../records/Break.ts"
import type { Instant } from "../../values/Instant.ts"
import type { TradingWindow } from "../../values/TradingWindow.ts"
import type { holdCauses } from "../../records/answerCodes.ts"
import { isAtOffset, offsetOf, offsetsOf } from "./ladder.ts"
import { draftOf, holdingsOf, refusedUntil, type Position } from "../../records/Position.ts"
import type { ForeseenAnswer, PositionAnswer } from "../../records/PositionAnswer.ts"
import { collectedOf } from "../../records/collecting.ts"
import { nextCutOff } from "../../records/cutOffs.ts"
import { isRestrictedAt } from "../../records/restrictedHours.ts"
import { termsOf, type Terms } from "./terms.ts"

/** The answer to "what order would be made now, or why none?" (D4). Quantities in shares. */
export type Due = Data.TaggedEnum<{
  readonly OrderLive: { readonly orderId: number }
  readonly NotDue: object
  readonly Collecting: { readonly until: Instant | undefined }
  readonly Halted: object
  readonly Observed: { readonly side: Side; readonly quantity: Quantity.Quantity }
  readonly Held: { readonly by: (typeof holdCauses)[number]; readonly orderId?: OrderId }
  readonly BreakOpen: { readonly kind: string; readonly subject: string }
  readonly SessionClosed: object
  readonly RestrictedHours: object
  readonly CoolingDown: { readonly until: Instant }
  readonly OppositeOrderLive: { readonly orderId: number }
  readonly NoPrice: object
  readonly Refused: { readonly control: Control }
  readonly Order: {
    readonly side: Side
    readonly quantity: Quantity.Quantity
    readonly lot: Quantity.Quantity
    readonly threshold: Quantity.Quantity
    readonly positionEffect: PositionEffect | undefined
    readonly terms: Terms
  }
}>

const made = Data.taggedEnum<Due>()
const notDue = made.NotDue()

/** Constructors of `Due`, each looked up once: every evaluation ends with one. */
export const Due = {
  OrderLive: made.OrderLive,
  NotDue: () => notDue,
  Collecting: made.Collecting,
  Halted: made.Halted,
  Observed: made.Observed,
  Held: made.Held,
  BreakOpen: made.BreakOpen,
  SessionClosed: made.SessionClosed,
  RestrictedHours: made.RestrictedHours,
  CoolingDown: made.CoolingDown,
  OppositeOrderLive: made.OppositeOrderLive,
  NoPrice: made.NoPrice,
  Refused: made.Refused,
  Order: made.Order,
  $match: made.$match
}

type Answering = Exclude<Due, { readonly _tag: "Order" }>

/** What the books record of an answer that makes no order. */
export const answerOf = (due: Answering): Exclude<PositionAnswer, { readonly _tag: "Ordered" }> => {
  switch (due._tag) {
    case "Observed":
      return { _tag: "Observed", side: due.side, quantity: due.quantity }
    case "Held":
      return due.orderId === undefined
        ? { _tag: "Held", by: due.by }
        : { _tag: "Held", by: due.by, orderId: due.orderId }
    case "Refused":
      return { _tag: "Refused", control: due.control }
    default:
      return { _tag: due._tag }
  }
}

/** The same of any answer. */
export const foreseenOf = (due: Due): ForeseenAnswer =>
  due._tag === "Order" ? { _tag: "Order", side: due.side, quantity: due.quantity } : answerOf(due)

/** What an answer depends on: rows of one transaction, and nothing else. */
export interface Standing {
  readonly position: Position
  readonly account: Account
  readonly instrument: Instrument | undefined
  /** The strictest of the states that stand for it. */
  readonly tradingState: TradingState
  /** Only what closes a holding may go, whatever else stands. */
  readonly reducesOnly: boolean
  /** What goes has been approved by a person. */
  readonly needsApproval: boolean
  /** Every known order of the position that has not ended. */
  readonly liveOrders: ReadonlyArray<Order>
  /** An order that is judged as if it did not exist. */
  readonly own?: Order
  readonly holdingBreaks: ReadonlyArray<HoldingBreak>
  /** May orders of a window leave now? */
  readonly isSessionOpen: (window: TradingWindow) => boolean
  /** D3: the freshest price, where one is fresh enough. */
  readonly reference: Reference
  /** Every price that is fresh enough, whatever its source: limits in money take the highest. */
  readonly prices: ReadonlyArray<Price>
  /** What trades brought, and what another source than they says; each where it is fresh. */
  readonly inboundPrice: Price | undefined
  readonly marketPrice: Price | undefined
  /** The last price that is known, however old it is: what trades brought, else what a source or the broker said. */
  readonly lastPrice: Price | undefined
  /** What the account has sent. */
  readonly usage: Usage | undefined
  /** What its broker said of late that it may spend, in the instrument's currency, less what orders but this one took since. */
  readonly buyingPower?: (except?: OrderId) => Decimal.Decimal | undefined
  readonly at: Instant
}

/** D4: the first that applies. Pure. */
export const dueOf = (standing: Standing): Due => {
  const own = standing.liveOrders.find((order) => order.origin === "accumulation" && isLive(order.status))
  if (own !== undefined) return Due.OrderLive({ orderId: own.id })
  const lot = lotOf(standing)
  const amount = amountOf(standing, lot)
  if (amount._tag === "NotDue") return collecting(standing, lot) ?? Due.NotDue()
  return obstacleOf(standing, amount) ?? controlled(standing, sizeOf(standing, lot, amount.side))
}

/** D4 as people read it: what is held is said to be held, also while nothing is due, or it collects. It decides nothing. */
export const saidOf = (standing: Standing): Due => {
  const due = dueOf(standing)
  return due._tag === "NotDue" || due._tag === "Collecting" ? (holdOf(standing) ?? due) : due
}

/** What would hold an order of a residual that grows. */
const holdOf = ({ at, holdingBreaks, position, tradingState }: Standing): Due | undefined => {
  const [first] = holdingBreaks
  if (!Decimal.isZero(position.residual)) {
    if (tradingState === "halted") return Due.Halted()
    if (position.heldBy !== undefined) return Due.Held({ by: "cancel", orderId: position.heldBy })
    if (position.circuitUntil !== undefined && at < position.circuitUntil) return Due.Held({ by: "circuit" })
  }
  return first === undefined ? undefined : Due.BreakOpen({ kind: first.kind, subject: first.subject })
}

/** The lot that binds: the instrument's, else the account's. */
export const lotOf = ({ instrument, account }: Pick<Standing, "instrument" | "account">): Quantity.Quantity =>
  instrument?.lot ?? account.lot

type Amount =
  | { readonly _tag: "NotDue" }
  | { readonly _tag: "NoPrice"; readonly side: Side }
  | { readonly _tag: "Due"; readonly side: Side }

/** D9: what of the residual may be ordered, signed. */
const collected = ({ account, at, position }: Standing): Decimal.Decimal => collectedOf(position, account, at)

/** D9: what is due but for trades that wait for the next cut-off. */
const collecting = (standing: Standing, lot: Quantity.Quantity): Due | undefined => {
  const { account, at, position } = standing
  if (account.cutOffs === undefined || amountOf(standing, lot, position.residual)._tag === "NotDue") return undefined
  return Due.Collecting({ until: nextCutOff(account.cutOffs, at) })
}

/** D2, D3: is what may be ordered large enough, in shares or, where a notional threshold is set, in money? */
const amountOf = (standing: Standing, lot: Quantity.Quantity, of = collected(standing)): Amount => {
  const { account, reference } = standing
  const shares = Decimal.abs(of)
  const side = ofSign(of)
  if (Decimal.isLess(shares, dueFrom(account, lot))) return { _tag: "NotDue" }
  if (account.thresholdNotional === undefined) return { _tag: "Due", side }
  if (reference._tag === "NoPrice") return { _tag: "NoPrice", side }
  const notional = Decimal.multiply(shares, reference.price)
  return Decimal.isLess(notional, account.thresholdNotional) ? { _tag: "NotDue" } : { _tag: "Due", side }
}

const obstacleOf = (standing: Standing, amount: Exclude<Amount, { readonly _tag: "NotDue" }>): Due | undefined => {
  const { position, at } = standing
  if (standing.tradingState === "halted") return Due.Halted()
  if (standing.tradingState === "observe") {
    const size = controlled(standing, sizeOf(standing, lotOf(standing), amount.side))
    return size._tag === "Order" ? Due.Observed({ side: size.side, quantity: size.quantity }) : size
  }
  if (position.heldBy !== undefined) return Due.Held({ by: "cancel", orderId: position.heldBy })
  if (position.circuitUntil !== undefined && at < position.circuitUntil) return Due.Held({ by: "circuit" })
  if (refusedUntil(position, amount.side, at) !== undefined) return Due.Held({ by: "refused" })
  const [first] = standing.holdingBreaks
  if (first !== undefined) return Due.BreakOpen({ kind: first.kind, subject: first.subject })
  if (!standing.isSessionOpen(windowOf(resolve(policyOf(standing.account))))) return Due.SessionClosed()
  if (isRestrictedAt(standing.account.restrictedHours, at)) return Due.RestrictedHours()
  if (position.coolDownUntil !== undefined && at < position.coolDownUntil) {
    return Due.CoolingDown({ until: position.coolDownUntil })
  }
  const against = standing.liveOrders.find((order) => order.side === opposite(amount.side) && countsForD5(order.status))
  if (against !== undefined) return Due.OppositeOrderLive({ orderId: against.id })
  const isPriceless = termsFor(standing, amount.side) === undefined
  return isPriceless || amount._tag === "NoPrice" ? Due.NoPrice() : undefined
}

/** D2: the terms of the next order of a side, at the step that the position is at. */
const termsFor = ({ account, at, instrument, position, reference }: Standing, side: Side): Terms | undefined =>
  termsOf(account, reference, side, offsetOf(position, account, side, at), instrument?.tick)

/** What one order may have at most: the books, and every edge, take 18 digits before the point. */
const LARGEST_ORDER = Quantity.unsafe("999999999999999999")

/** D2: whole lots of what is due, cut by the maximum and by what may be sold; never zero. */
const sizeOf = (standing: Standing, lot: Quantity.Quantity, side: Side): Due => {
  const { account, instrument, position } = standing
  if (instrument === undefined || instrument.status === "unverified" || instrument.releasing)
    return Due.Refused({ control: "InstrumentUnverified" })
  if (instrument.status !== "verified") return Due.Refused({ control: "InstrumentUnknown" })
  const due = Decimal.floorTo(Decimal.abs(collected(standing)), lot)
  const most = Decimal.floorTo(Decimal.min(orderQuantityOf(account) ?? LARGEST_ORDER, LARGEST_ORDER), lot)
  if (Decimal.isZero(most)) return Due.Refused({ control: "MaxQuantity" })
  const wanted = Decimal.min(due, most)
  const terms = termsFor(standing, side)
  if (terms === undefined) return Due.NoPrice()
  if (faultOf(account.supportedOrders, terms) !== undefined) return Due.Refused({ control: "UnsupportedOrder" })
  const threshold = account.threshold ?? lot
  const order = (quantity: Decimal.Decimal, positionEffect: PositionEffect | undefined) =>
    Due.Order({ side, quantity: Quantity.make(quantity), lot, threshold, positionEffect, terms })
  const isClosing = Decimal.isPositive(closableOf(position, side))
  if (isShortForbidden(standing, side) && !isClosing) return Due.Refused({ control: "ShortNotAllowed" })
  if (standing.reducesOnly && !isClosing) return Due.Refused({ control: "ReduceOnly" })
  const mayCross = !isShortForbidden(standing, side) && account.crossesZero !== false && !standing.reducesOnly
  if (mayCross) return order(wanted, undefined)
  if (!isClosing) return order(wanted, "open")
  const closing = Decimal.floorTo(closableNow(standing, side), lot)
  if (Decimal.isPositive(closing)) return order(Decimal.min(wanted, closing), "close")
  if (Decimal.isLess(closableOf(position, side), lot)) return Due.Refused({ control: "FractionHeld" })
  if (standing.reducesOnly) return Due.Refused({ control: "ReduceOnly" })
  return Due.Refused({ control: isShortForbidden(standing, side) ? "ShortNotAllowed" : "CrossesZero" })
}

/** May a sale of this position not go below zero? By the account's policy, or because the broker lends no such shares. */
export const isShortForbidden = (
  { account, instrument }: Pick<Standing, "account" | "instrument">,
  side: Side
): boolean =>
  side === "sell" && (account.shorting === "never" || (instrument?.status === "verified" && !instrument.shortable))

/** What an order of this side could close of what the broker holds, in shares; nothing where it would open. */
export const closableOf = (position: Position, side: Side): Decimal.Decimal => {
  const held = holdingsOf(position)
  return Decimal.max(Decimal.zero, side === "sell" ? held : Decimal.negate(held))
}

/** The same without what other orders of this side, on their way or working, may still close; what is not known may be all of it. */
export const closableNow = (
  { liveOrders, position, prices }: Pick<Standing, "liveOrders" | "position" | "prices">,
  side: Side
): Decimal.Decimal => {
  const closing = liveOrders.filter((order) => order.side === side && countsForD5(order.status))
  const held = closableOf(position, side)
  const leaves = closing.map((order) => mostLeaves(order, prices) ?? held)
  return Decimal.max(Decimal.zero, Decimal.subtract(held, Decimal.sum(leaves)))
}

/** What an order could close, in shares, beside the others of its side. */
export const closableBeside = (standing: Standing, { id, side }: Pick<Order, "id" | "side">): Decimal.Decimal =>
  closableNow({ ...standing, liveOrders: standing.liveOrders.filter((each) => each.id !== id) }, side)

/** Whether an order of this side opens or closes, as a broker has to be told that takes none through zero. */
export const positionEffectOf = ({ account, position }: Standing, side: Side): PositionEffect | undefined => {
  if (account.crossesZero !== false) return undefined
  return Decimal.isPositive(closableOf(position, side)) ? "close" : "open"
}

/** The order that would be made, unless a control refuses it. */
const controlled = (standing: Standing, size: Due): Due => {
  if (size._tag !== "Order") return size
  const buyingPower = standing.buyingPower?.()
  const closing = buyingPower === undefined ? Decimal.zero : closableNow(standing, size.side)
  const control = refusalOf({ ...wantedOf(standing, size), closing }, { ...standing, buyingPower })
  if (control === undefined) return size
  const part = Decimal.floorTo(closing, size.lot)
  return control === "BuyingPower" && Decimal.isPositive(part)
    ? { ...size, quantity: Quantity.make(part) }
    : Due.Refused({ control })
}

/** What the controls say of what a position owes, whatever else stands in its way: a session, a halt, a break. */
export const controlledOf = (standing: Standing): Due => {
  const lot = lotOf(standing)
  const amount = amountOf(standing, lot)
  if (amount._tag === "NotDue") return Due.NotDue()
  return amount._tag === "NoPrice" ? Due.NoPrice() : controlled(standing, sizeOf(standing, lot, amount.side))
}

type DueOrder = Extract<Due, { readonly _tag: "Order" }>

const wantedOf = ({ position: { residual, symbol } }: Standing, { quantity, side, terms }: DueOrder) => ({
  symbol,
  side,
  quantity,
  limitPrice: terms.limitPrice,
  residual
})

/** What an order that is due takes of the account's buying power; `undefined` where that is not known. */
export const costOfDue = (standing: Standing, due: DueOrder): Decimal.Decimal | undefined => {
  if (standing.buyingPower?.() === undefined) return undefined
  const wanted = { ...wantedOf(standing, due), closing: closableNow(standing, due.side) }
  return costOf(wanted, notionalAt(wanted, { ...standing, buyingPower: undefined }))
}

/** What the books would say if an accumulation order did not exist. */
export const withoutOrder = (standing: Standing, order: Order): Standing => ({
  ...standing,
  position: Object.assign(draftOf(standing.position), {
    residual: Decimal.add(
      standing.position.residual,
      order.side === "buy" ? order.quantity : Decimal.negate(order.quantity)
    )
  }),
  liveOrders: standing.liveOrders.filter((each) => each.id !== order.id),
  own: order,
  buyingPower: () => standing.buyingPower?.(order.id),
  usage: without(standing.usage, order, standing.at)
})

/** D6: judged as if it did not exist, would the position order at least this quantity on this side now? */
export const stillStands = (standing: Standing, order: Order): boolean => {
  const due = dueOf(withoutOrder(standing, order))
  if (due._tag !== "Order" || due.side !== order.side || !hasItsTerms(due.terms, order)) return false
  if (!isAtItsStep(standing, order)) return false
  const saysOtherwise = order.positionEffect !== undefined && order.positionEffect !== due.positionEffect
  if (saysOtherwise) return false
  return !Decimal.isLess(due.quantity, order.quantity)
}

/** D2: where there are several steps, or were, is it priced at the one that the position is at now? */
const isAtItsStep = ({ account, at, instrument, position }: Standing, order: Order): boolean => {
  if (offsetsOf(account).length < 2 && position.ladderStep === 0) return true
  const offset = offsetOf(position, account, order.side, at)
  return offset === undefined || isAtOffset(order, offset, instrument?.tick)
}

/** Would it be asked for in the same way: of the same type, in the same session and for as long? */
const hasItsTerms = ({ session, timeInForce, type }: Terms, order: Order): boolean =>
  type === order.type && session === order.session && timeInForce === order.timeInForce

import { symbolKey } from "../../tables/Table.ts"
import { judge } from "../position/beforeSend.ts"
import type { Control } from "../../records/Control.ts"
import { OrderId } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { admissionOf } from "../order/admission.ts"
import type { Order } from "../../records/Order.ts"
import type { Side } from "../../records/Side.ts"
import { answerOf, dueOf, type Standing } from "../position/due.ts"
import { standingOf } from "../position/evaluation.ts"
import type { PositionAnswer } from "../../records/PositionAnswer.ts"
import { obstacleOf } from "../reconciliation/blocked.ts"
import { intake, type Arrival } from "../trade/intake.ts"
import type { TradeInput } from "../../records/Trade.ts"

/** What a row would become as the books stand. Quantities in shares, `notional` in dollars: nothing where no price is known. */
export type RowPreview =
  /** It would be sent as an order of its own. */
  | {
      readonly _tag: "Ordered"
      readonly symbol: Ticker
      readonly side: Side
      readonly quantity: Decimal.Decimal
      readonly notional: Decimal.Decimal | undefined
    }
  /** A control would refuse its order. */
  | { readonly _tag: "Refused"; readonly control: Control }
  /** It would be counted in its position, whose residual it moves by so many signed shares. */
  | { readonly _tag: "Counted"; readonly symbol: Ticker; readonly by: Decimal.Decimal }
  /** It is on record already (B1). */
  | { readonly _tag: "Duplicate" }
  /** It is on record with other contents, which stand (B1). */
  | { readonly _tag: "Conflict"; readonly reason: string }
  /** It would be on record and not counted before a person releases it (B5). */
  | { readonly _tag: "Quarantined"; readonly reason: string }
  /** It would be kept as history, and never counted. */
  | { readonly _tag: "Recorded" }

/** Of a symbol and a side, in shares, what earlier rows would order, which would be on its way by then. */
export type Ahead = (symbol: Ticker, side: Side) => Decimal.Decimal

/** Takes a row in, and says what becomes of it. For a rehearsal: what it writes is dropped with that. */
export const previewRow = (recorder: Recorder, arrival: Arrival, ahead: Ahead): RowPreview => {
  const before = arrival.symbol === undefined ? Decimal.zero : residualOf(recorder, arrival.symbol)
  const result = intake(recorder, arrival)
  switch (result._tag) {
    case "Duplicate":
    case "Recorded":
      return { _tag: result._tag }
    case "Conflict":
      return { _tag: "Conflict", reason: result.why }
    case "Quarantined":
      return { _tag: "Quarantined", reason: result.reason }
    case "Accepted": {
      const { symbol } = recorder.books.trades.get(result.tradeId) ?? { symbol: arrival.symbol }
      if (symbol === undefined) throw new Error(`trade T${result.tradeId} has no symbol`)
      const order = recorder.books.orders.find("live", [recorder.account, symbol]).find(isOf(result.tradeId))
      if (order !== undefined) return previewOrder(recorder, order, ahead)
      return { _tag: "Counted", symbol, by: Decimal.subtract(residualOf(recorder, symbol), before) }
    }
  }
}

const isOf =
  (tradeId: number) =>
  (order: Order): boolean =>
    order.tradeId === tradeId

const residualOf = ({ account, books }: Recorder, symbol: Ticker): Decimal.Decimal =>
  books.positions.get(symbolKey(account, symbol))?.residual ?? Decimal.zero

/** A direct order as its send would be judged now; what only makes it wait is no refusal, nor is a price that the broker is asked for then. */
const previewOrder = (recorder: Recorder, order: Order, ahead: Ahead): RowPreview => {
  const { quantity, side, symbol } = order
  const standing = standingOf(recorder, symbol)
  if (standing === undefined) throw new Error(`order O${order.id} has no position`)
  const admission = admissionOf(behind(standing, order, ahead(symbol, side)), order)
  if (admission._tag === "Refused") return { _tag: "Refused", control: admission.control }
  const gate = judge(recorder, standing, order)
  if (gate._tag === "Refuse" && gate.control !== "NoReferencePrice") return { _tag: "Refused", control: gate.control }
  return { _tag: "Ordered", symbol, side, quantity, notional: gate._tag === "Pass" ? gate.spends : undefined }
}

/** What earlier rows close cannot be closed once more: it counts as one order on its way. */
const behind = (standing: Standing, order: Order, shares: Decimal.Decimal): Standing => {
  if (Decimal.isZero(shares)) return standing
  const earlier: Order = { ...order, id: EARLIER, status: "submitting", quantity: Quantity.make(shares) }
  return { ...standing, liveOrders: [...standing.liveOrders, earlier] }
}

/** No order of the books comes to have it. */
const EARLIER = OrderId.make(Number.MAX_SAFE_INTEGER)

/** What rows come to together in one position: signed shares of residual, and the last price that came with one, in dollars. */
export interface Moved {
  readonly symbol: Ticker
  readonly by: Decimal.Decimal
  readonly price: TradeInput["price"]
}

/** What a position would do: order so much, or make no order that it owes, with its answer. */
export type PositionPreview =
  | Extract<RowPreview, { readonly _tag: "Ordered" }>
  | { readonly _tag: "Blocked"; readonly symbol: Ticker; readonly answer: PositionAnswer }

/**
 * Moves a position by what its rows come to together, and says what it would order then: one trade of their sum leaves the same residual
 * as they do. An instrument that the broker has not confirmed yet counts as confirmed.
 */
export const previewPosition = (recorder: Recorder, { by, price, symbol }: Moved): PositionPreview | undefined => {
  const { at } = recorder.world
  const side = Decimal.isPositive(by) ? "buy" : "sell"
  const identity = { source: "preview", sourceId: `${symbol} ${at}`, occurrence: "0", reverses: undefined }
  const input = { ...identity, symbol, side, quantity: Quantity.make(Decimal.abs(by)), price, tradedAt: at } as const
  intake(recorder, { input, symbol, direction: "mirror", held: undefined, backfill: "orders", delivery: undefined })
  const standing = standingOf(recorder, symbol)
  if (standing === undefined) return undefined
  const { instrument, reference } = standing
  const isUnverified = instrument?.status === "unverified"
  const due = dueOf(isUnverified ? { ...standing, instrument: { ...instrument, status: "verified" } } : standing)
  if (due._tag !== "Order") {
    const answer = answerOf(due)
    return obstacleOf({ answer }) === undefined ? undefined : { _tag: "Blocked", symbol, answer }
  }
  const worth = due.terms.limitPrice ?? (reference._tag === "Priced" ? reference.price : undefined)
  const { quantity } = due
  return { _tag: "Ordered", symbol, side: due.side, quantity, notional: worth && Decimal.multiply(quantity, worth) }
}

import { Need } from "../books/Need.ts"
import { joinKey } from "../books/Table.ts"
import { BrokerOrderId, ClientOrderId } from "../identity/ClientOrderId.ts"
import { format } from "../identity/Id.ts"
import { UNMAPPED, type Ticker } from "../instrument/Ticker.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Price } from "../money/Price.ts"
import * as Quantity from "../money/Quantity.ts"
import type { Order } from "../order/Order.ts"
import { orderOf } from "../order/transition.ts"
import { dueOf, type Due, type Standing } from "../position/due.ts"
import { residualOf } from "../position/Position.ts"
import { book } from "../reconciliation/booking.ts"
import type { CommandAnswer } from "./commands.ts"

/** What a corrected holding is: `base` is not ours, and nothing else moves; `hedged` is ours, and the residual moves (P4). */
export const adjustedAs = ["base", "hedged"] as const

/** One of the two. */
export type AdjustedAs = (typeof adjustedAs)[number]

/** A correction of what is held of a symbol: by so many signed shares, at a price where one is known (for `hedged`). */
export interface Adjustment {
  readonly symbol: Ticker
  readonly as: AdjustedAs
  readonly by: Decimal.Decimal
  readonly price: Price | undefined
}

/** P4: the answer to "what order would be made?" once an adjustment is booked; the break about it is taken for closed. Pure. */
export const dueAfter = (standing: Standing, { as, by }: Pick<Adjustment, "as" | "by">): Due => {
  const { position } = standing
  const hedged = as === "hedged" ? Decimal.add(position.hedged, by) : position.hedged
  const base = as === "base" ? Decimal.add(position.base, by) : position.base
  const moved = { ...position, hedged, base }
  return dueOf({
    ...standing,
    position: { ...moved, residual: residualOf(moved) },
    holdingBreaks: standing.holdingBreaks.filter(({ kind }) => kind !== "PositionDiffers")
  })
}

/** Books a correction of what is held, on an operator's word; the break about it closes when broker and books are compared again. */
export const adjustPosition = (recorder: Recorder, adjustment: Adjustment, reason: string): CommandAnswer => {
  const { as, by, symbol } = adjustment
  if (Decimal.isZero(by)) return { _tag: "Refused", why: "an adjustment by nothing adjusts nothing" }
  if (symbol === UNMAPPED) return { _tag: "Refused", why: "what no mapping covers has no position to adjust" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  seeInstrument(recorder, symbol)
  if (as === "base") declareBase(recorder, symbol, by, reason)
  else bookHedged(recorder, adjustment)
  recorder.touch(symbol)
  const signed = `${Decimal.isPositive(by) ? "+" : ""}${Decimal.format(by)}`
  return { _tag: "Done", what: `${symbol} is adjusted by ${signed} as ${as}` }
}

/** An instrument that never came up is on record before its position is. */
export const seeInstrument = (recorder: Recorder, symbol: Ticker): void => {
  const known = recorder.books.instruments.get(joinKey([recorder.account, symbol]))
  if (known === undefined) recorder.emit({ _tag: "InstrumentSeen", symbol })
}

/** E4: so many shares of what is held are not ours. */
export const declareBase = (recorder: Recorder, symbol: Ticker, by: Decimal.Decimal, why: string): void =>
  recorder.emit({ _tag: "BaseDeclared", symbol, by, why })

/** Is it the order of an adjustment: one that no broker has? */
export const isAdjustment = ({
  brokerOrderId,
  clientOrderId
}: Pick<Order, "brokerOrderId" | "clientOrderId">): boolean => String(brokerOrderId) === String(clientOrderId)

/** An external order that counts, with one fill: what these books missed, booked as if it had been seen (E3). */
export const bookHedged = (recorder: Recorder, { by, price, symbol }: Adjustment): void => {
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  const id = recorder.next("order")
  const name = `adjustment-${format("order", id)}`
  recorder.emit({
    _tag: "OrderCreated",
    id,
    lotId: recorder.next("lot"),
    symbol,
    side: Decimal.isPositive(by) ? "buy" : "sell",
    quantity: Quantity.make(Decimal.abs(by)),
    type: "market",
    timeInForce: "day",
    origin: "external",
    inQueue: true,
    lot: account.lot,
    threshold: account.threshold ?? account.lot,
    clientOrderId: ClientOrderId.make(name)
  })
  const execution = {
    execId: name,
    execIdBase: name,
    revision: 1,
    quantity: Decimal.abs(by),
    price,
    executedAt: recorder.world.at,
    brokerOrderId: BrokerOrderId.make(name),
    clientOrderId: undefined
  }
  book(recorder, orderOf(recorder, id), execution, undefined)
}

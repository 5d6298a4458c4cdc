import { joinKey } from "../../tables/Table.ts"
import * as ClientOrderId from "../../values/ClientOrderId.ts"
import type { OrderId } from "../../values/Id.ts"
import type { LedgerEvent } from "../../events/Event.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { fieldsOf, type Reference } from "../../values/Reference.ts"
import { lotOf } from "../position/due.ts"
import type { Order } from "../../records/Order.ts"

type Created = Extract<LedgerEvent, { readonly _tag: "OrderCreated" }>

/** What is asked for as it stands, by a direct trade or a decision, and the price that was known then. */
type Wanted = Pick<
  Created,
  | "symbol"
  | "side"
  | "quantity"
  | "askedNotional"
  | "type"
  | "limitPrice"
  | "stopPrice"
  | "timeInForce"
  | "goodTill"
  | "session"
  | "tradeId"
  | "decisionId"
  | "approveBy"
> & { readonly reference: Reference }

/** E2: an order executed as given, in the commit of what asked for it. It enters no queue. */
export const create = (recorder: Recorder, { reference, ...wanted }: Wanted): OrderId => {
  const { account: name, books, world } = recorder
  const account = books.accounts.get(name)
  if (account === undefined) throw new Error(`account ${name} is not in the books`)
  const lot = lotOf({ account, instrument: books.instruments.get(joinKey([name, wanted.symbol])) })
  const id = recorder.next("order")
  recorder.emit({
    _tag: "OrderCreated",
    id,
    lotId: recorder.next("lot"),
    ...wanted,
    origin: "direct",
    inQueue: false,
    lot,
    threshold: account.threshold ?? lot,
    ...fieldsOf(reference),
    clientOrderId: ClientOrderId.make(world.storeTag, world.entropy, id)
  })
  return id
}

/** Why an order has ended without being filled, in words: the broker's where it refused, ours where it never left. */
export const whyEnded = ({ reason, status }: Pick<Order, "reason" | "status">): string => {
  const isSaid = reason === undefined || status === "failed" || status === "rejected"
  return isSaid ? (reason ?? status) : `${status}: ${reason}`
}

/** What an order asks for, in words: shares, or dollars. */
export const sizeOf = ({ askedNotional, quantity }: Pick<Order, "quantity" | "askedNotional">): string =>
  askedNotional === undefined ? Decimal.format(quantity) : `$${Decimal.format(askedNotional)}`

const lifeText = (timeInForce: Order["timeInForce"], goodTill: Order["goodTill"]): string =>
  goodTill === undefined ? timeInForce : `${timeInForce} ${Instant.format(goodTill)}`

/** An order with all its terms, in words: what a person agrees to. */
export const termsText = (order: Order): string => {
  const { goodTill, limitPrice, session, side, stopPrice, symbol, timeInForce, type } = order
  const prices = [
    stopPrice === undefined ? [] : [`stop ${Decimal.format(stopPrice)}`],
    limitPrice === undefined ? [] : [`limit ${Decimal.format(limitPrice)}`]
  ].flat()
  return [
    `${side} ${sizeOf(order)} ${symbol}`,
    type,
    ...prices,
    lifeText(timeInForce, goodTill),
    `${session} session`
  ].join(", ")
}

/** An order with all its terms and why nothing came of it, in words. */
export const failureText = (order: Order): string =>
  `${termsText(order)} ${order.status === "rejected" ? "was rejected" : "failed"}: ${order.reason ?? "no reason is known"}`

/** How much of an order was filled, in words. */
export const filledOf = (order: Pick<Order, "filled" | "notional" | "quantity" | "askedNotional">): string =>
  order.askedNotional === undefined
    ? `${Decimal.format(order.filled)} of ${sizeOf(order)} filled`
    : `${Decimal.format(order.filled)} filled for $${Decimal.format(order.notional)} of ${sizeOf(order)}`

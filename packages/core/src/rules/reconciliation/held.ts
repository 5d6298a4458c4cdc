import { symbolKey } from "../../tables/Table.ts"
import { BrokerOrderId, ClientOrderId } from "../../values/ClientOrderId.ts"
import { format } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import * as Quantity from "../../values/Quantity.ts"
import type { Order } from "../../records/Order.ts"
import { orderOf } from "../order/transition.ts"
import type { Instant } from "../../values/Instant.ts"
import { book } from "./booking.ts"

/** An instrument that never came up is on record before its position is. */
export const seeInstrument = (recorder: Recorder, symbol: Ticker): void => {
  const known = recorder.books.instruments.get(symbolKey(recorder.account, symbol))
  if (known === undefined) recorder.emit({ _tag: "InstrumentSeen", symbol })
}

/** Is it the order of an adjustment: one that no broker has? */
export const isAdjustment = ({
  brokerOrderId,
  clientOrderId
}: Pick<Order, "brokerOrderId" | "clientOrderId">): boolean => String(brokerOrderId) === String(clientOrderId)

const OURS = "adjustment-"

/** Is it an execution of such an order? No listing of a broker's ever has it. */
export const isBookedAsHeld = (execIdBase: string): boolean => execIdBase.startsWith(OURS)

/** Signed shares that the broker holds, at a price where one is known. */
export interface Held {
  readonly symbol: Ticker
  readonly by: Decimal.Decimal
  readonly price: Price | undefined
  readonly executedAt: Instant
}

/** An external order that counts, with one fill: what the broker holds and these books missed, booked as if it had been seen (E3). */
export const bookHeld = (recorder: Recorder, { by, executedAt, price, symbol }: Held): void => {
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  const id = recorder.next("order")
  const name = `${OURS}${format("order", id)}`
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
    executedAt,
    brokerOrderId: BrokerOrderId.make(name),
    clientOrderId: undefined
  }
  book(recorder, orderOf(recorder, id), execution, undefined)
}

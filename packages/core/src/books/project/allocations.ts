import type { Books } from "../Books.ts"
import type { OrderId, TradeId } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { draftOf, type Allocation } from "../../records/Allocation.ts"
import { divided, type Part } from "../../records/allocationPolicy.ts"
import { targetOf } from "../../records/Trade.ts"
import { addToLot, setExcess, takeFromLot } from "./lots.ts"
import type { Order } from "../../records/Order.ts"
import { ownerSettled } from "./owners.ts"
import { must, type Of, orderOf, ownerOf, type Place, tradeOf } from "./place.ts"
import { cover, tradeChanged } from "./trades.ts"

/** The allocations that an order has, its own and those on its excess, in order of creation (C3). */
export const allocationsOf = (books: Books, orderId: OrderId): ReadonlyArray<Allocation> => {
  const own = books.allocations.find("order", [orderId])
  const onExcess = books.allocations.find("counterOrder", [orderId])
  if (onExcess.length === 0) return own
  return own.length === 0 ? onExcess : [...own, ...onExcess].toSorted((a, b) => a.id - b.id)
}

const allocationAt = (
  place: Place,
  fields: Pick<Allocation, "id" | "symbol" | "kind" | "quantity"> & Partial<Allocation>
): Allocation => ({
  account: ownerOf(place),
  tradeId: undefined,
  counterTradeId: undefined,
  orderId: undefined,
  counterOrderId: undefined,
  settled: Decimal.zero,
  carryLot: undefined,
  createdAt: place.at,
  releasedAt: undefined,
  releasedWhy: undefined,
  version: place.seq,
  ...fields
})

/** Two trades cover each other. */
export const lotsNetted = (books: Books, event: Of<"LotsNetted">, place: Place): void => {
  const { id, tradeId, counterTradeId, quantity } = event
  const { symbol } = tradeOf(books, tradeId)
  books.allocations.put(
    allocationAt(place, { id, symbol, kind: "net", tradeId, counterTradeId, quantity, settled: quantity })
  )
  cover(books, [tradeId, counterTradeId], quantity, place)
}

/** An order takes part of a lot, or of another order's excess. */
export const lotAllocated = (books: Books, event: Of<"LotAllocated">, place: Place): void => {
  const { id, continues, orderId, tradeId, counterOrderId, quantity } = event
  const order = orderOf(books, orderId)
  const kind = tradeId === undefined ? "unwind" : "order"
  books.allocations.put(
    allocationAt(place, { id, symbol: order.symbol, kind, orderId, tradeId, counterOrderId, quantity })
  )
  setExcess(books, order, Decimal.subtract(order.excess, quantity), place)
  if (tradeId !== undefined) {
    takeFromLot(books, must(tradeOf(books, tradeId).lotId, `the lot of trade T${tradeId}`), quantity, place)
  }
  if (counterOrderId !== undefined) {
    const counter = orderOf(books, counterOrderId)
    setExcess(books, counter, Decimal.subtract(counter.excess, quantity), place)
    settle(books, counter.id, place)
  }
  // A new allocation of an order without fills changes none: with 10,000 trades in an order each would look at all.
  if (continues !== true && !Decimal.isZero(settledIn(order))) settle(books, orderId, place)
}

/** A3, P9: what no trade covers of an order is another number of shares. */
export const excessChanged = (books: Books, event: Of<"ExcessChanged">, place: Place): void => {
  const order = orderOf(books, event.orderId)
  const { excess, splitExcess } = event
  if (splitExcess === undefined) return setExcess(books, order, excess, place)
  setExcess(books, { ...order, splitExcess }, excess, place)
  settle(books, order.id, place)
}

/** C3: what is released goes back to its trade's own place, or to the other order's excess. */
export const allocationReleased = (books: Books, event: Of<"AllocationReleased">, place: Place): void => {
  const allocation = must(books.allocations.get(event.id), `allocation A${event.id}`)
  const released = { releasedAt: place.at, releasedWhy: event.why, settled: Decimal.zero, carryLot: undefined }
  if (event.part === undefined) {
    ownerSettled(books, allocation, Decimal.zero, place)
    books.allocations.put({ ...allocation, ...released, version: place.seq })
  } else {
    const rest = Quantity.make(Decimal.subtract(allocation.quantity, event.quantity))
    books.allocations.put({ ...allocation, quantity: rest, version: place.seq })
    books.allocations.put({ ...allocation, id: event.part, quantity: event.quantity, ...released, version: place.seq })
  }
  giveBack(books, allocation, event, place)
  for (const each of [allocation.orderId, allocation.counterOrderId]) {
    if (each !== undefined && !(event.continues === true && each === event.orderId)) settle(books, each, place)
  }
}

const giveBack = (books: Books, allocation: Allocation, event: Of<"AllocationReleased">, place: Place): void => {
  const added = event.splitOpen ?? Decimal.zero
  const shares = Decimal.add(event.quantity, added)
  if (allocation.tradeId !== undefined) {
    const trade = tradeOf(books, allocation.tradeId)
    if (event.splitOpen !== undefined)
      tradeChanged(books, trade.id, place, { splitOpen: Decimal.add(trade.splitOpen, added) })
    const back = Decimal.sign(targetOf(trade)) > 0 ? shares : Decimal.negate(shares)
    addToLot(books, must(trade.lotId, `the lot of trade T${trade.id}`), back, place)
    return
  }
  const other = event.orderId === allocation.orderId ? allocation.counterOrderId : allocation.orderId
  if (other === undefined) return
  const counter = orderOf(books, other)
  const splitExcess = Decimal.add(counter.splitExcess, added)
  setExcess(books, { ...counter, splitExcess }, Decimal.add(counter.excess, shares), place)
}

/** What an order's fills settle, in the shares of its allocations. */
const settledIn = (order: Order): Decimal.Decimal => Decimal.add(order.filled, order.splitExcess)

/** C6: so many shares of a trade, or of another order's excess, as they are divided in an order. */
export const partOf = (
  books: Books,
  { allocation }: Order,
  tradeId: TradeId | undefined,
  quantity: Decimal.Decimal
): Part => ({
  quantity,
  owner: allocation === "key" && tradeId !== undefined ? tradeOf(books, tradeId).owner : undefined
})

/** C3, C6, B3: an order's fills settle its allocations, from the first on, pro rata or by a key; while it is filled they carry its lot. */
export const settle = (books: Books, orderId: OrderId, place: Place): void => {
  const order = orderOf(books, orderId)
  const carryLot = order.status === "filled" ? order.lot : undefined
  const allocations = allocationsOf(books, orderId)
  const parts = allocations.map((each) => partOf(books, order, each.tradeId, each.quantity))
  const shares = divided(order, settledIn(order), parts)
  for (const [i, allocation] of allocations.entries()) {
    const settled = shares[i] ?? Decimal.zero
    if (allocation.kind !== "order") continue
    const isSame = Decimal.equals(settled, allocation.settled) && isSameLot(carryLot, allocation.carryLot)
    if (isSame) continue
    ownerSettled(books, allocation, settled, place)
    const after = draftOf(allocation)
    after.settled = settled
    after.carryLot = carryLot
    after.version = place.seq
    books.allocations.put(after)
  }
}

const isSameLot = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

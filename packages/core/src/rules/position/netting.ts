import { moreLots, Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import type { Lot } from "../../records/Lot.ts"
import { isDivided } from "../../records/allocationPolicy.ts"
import { reallocate } from "./reallocation.ts"

/** A position's open lots of each sign, oldest first (C2): a shelf gives them in order of their ids. */
const openLots = (recorder: Recorder, symbol: Ticker) => {
  const longs: Array<Lot> = []
  const shorts: Array<Lot> = []
  for (const lot of recorder.books.lots.find("open", [recorder.account, symbol])) {
    if (Decimal.isPositive(lot.open)) longs.push(lot)
    else shorts.push(lot)
  }
  return { longs, shorts }
}

/**
 * C1: while open lots of both signs exist, the oldest of each side cover each other. Not all lots of a long queue are loaded:
 * where a younger one would come before one that is not, more are asked for.
 */
export const net = (recorder: Recorder, symbol: Ticker): void => {
  const { longs, shorts } = reallocated(recorder, symbol)
  const unloaded = unloadedSign(recorder, symbol, longs, shorts)
  let long = 0
  let short = 0
  for (;;) {
    const a = current(recorder, longs[long])
    const b = current(recorder, shorts[short])
    if (unloaded === 1 && b !== undefined) requireLoaded(recorder, symbol, a)
    if (unloaded === -1 && a !== undefined) requireLoaded(recorder, symbol, b)
    if (a === undefined || b === undefined) return
    link(recorder, a, b)
    if (Decimal.isZero(current(recorder, a)?.open ?? Decimal.zero)) long++
    if (Decimal.isZero(current(recorder, b)?.open ?? Decimal.zero)) short++
  }
}

/** The open lots once every order that divides its fills has taken again what is open of the trades that it had (C6). */
const reallocated = (recorder: Recorder, symbol: Ticker) => {
  const lots = openLots(recorder, symbol)
  if (lots.longs.length === 0 || lots.shorts.length === 0) return lots
  const orders = [...lots.longs, ...lots.shorts].flatMap(({ orderId }) => {
    const order = orderId === undefined ? undefined : recorder.books.orders.get(orderId)
    return order !== undefined && isDivided(order) ? [order] : []
  })
  for (const order of orders) reallocate(recorder, order)
  return orders.length === 0 ? lots : openLots(recorder, symbol)
}

/** The sign of the open lots that are not loaded, 0 where all are: the position's row carries the sum of all. */
const unloadedSign = (
  recorder: Recorder,
  symbol: Ticker,
  longs: ReadonlyArray<Lot>,
  shorts: ReadonlyArray<Lot>
): -1 | 0 | 1 => {
  if (recorder.horizons.size === 0) return 0
  const key = symbolKey(recorder.account, symbol)
  if (!recorder.horizons.has(key)) return 0
  const all = recorder.books.positions.get(key)?.openLots ?? Decimal.zero
  return Decimal.sign(Decimal.subtract(all, Decimal.sum([...longs, ...shorts].map((lot) => lot.open))))
}

const requireLoaded = (recorder: Recorder, symbol: Ticker, lot: Lot | undefined): void => {
  const { account } = recorder
  const horizon = recorder.horizons.get(symbolKey(account, symbol))
  if (horizon === undefined || (lot !== undefined && lot.id <= horizon.last)) return
  recorder.need(Need.Lots({ account, symbol, most: moreLots(horizon.asked) }))
}

const current = (recorder: Recorder, lot: Lot | undefined): Lot | undefined =>
  lot === undefined ? undefined : recorder.books.lots.get(lot.id)

/**
 * Covers two lots of opposite sign with each other, as far as the smaller goes. Between two trades that is final; where an order
 * has part in it, it is an allocation of that order's (C1, A3).
 */
export const link = (recorder: Recorder, a: Lot, b: Lot): void => {
  const quantity = Quantity.make(Decimal.min(Decimal.abs(a.open), Decimal.abs(b.open)))
  const id = recorder.next("allocation")
  if (a.tradeId !== undefined && b.tradeId !== undefined) {
    const [tradeId, counterTradeId] = a.id > b.id ? [a.tradeId, b.tradeId] : [b.tradeId, a.tradeId]
    recorder.emit({ _tag: "LotsNetted", id, tradeId, counterTradeId, quantity })
    return
  }
  const [taken, taking] = a.orderId === undefined || (b.orderId !== undefined && a.id < b.id) ? [a, b] : [b, a]
  if (taking.orderId === undefined) throw new Error(`lot L${taking.id} has no owner`)
  recorder.emit({
    _tag: "LotAllocated",
    id,
    orderId: taking.orderId,
    tradeId: taken.tradeId,
    counterOrderId: taken.orderId,
    quantity
  })
}

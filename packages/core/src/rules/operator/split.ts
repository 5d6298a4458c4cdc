import { moreLots, Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { format } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import type { Quantity } from "../../values/Quantity.ts"
import { dueOf, type Due, type Standing } from "../position/due.ts"
import { timesSplit } from "../../records/splitting.ts"
import { holdingsOf, residualOf, type Position } from "../../records/Position.ts"
import { bookHeld } from "../reconciliation/held.ts"
import { statusOf } from "../trade/settlement.ts"
import type { CommandAnswer } from "./commands.ts"
import { movedSince } from "../risk/heldAs.ts"

/** A fraction of a share that the broker paid out instead of splitting it, and what it paid a share, where that is known. */
interface CashInLieu {
  readonly quantity: Quantity
  readonly price: Price | undefined
}

/** `to` shares of a symbol for each `from` of before; `2` for `1` doubles. */
export interface Split {
  readonly symbol: Ticker
  readonly to: number
  readonly from: number
  readonly cashInLieu: CashInLieu | undefined
  /** What the books held when that was decided; any where nothing is said. */
  readonly held?: Decimal.Decimal | undefined
}

/** The answer to "what order would be made?" once a split is accepted; the break about it is taken for closed. Pure. */
export const dueAfterSplit = (standing: Standing, { cashInLieu, from, to }: Split): Due => {
  const { position } = standing
  const times = (shares: Decimal.Decimal) => timesSplit(shares, { from, to })
  const paid = cashInLieu?.quantity ?? Decimal.zero
  const hedged = Decimal.add(times(position.hedged), isLong(position) ? Decimal.negate(paid) : paid)
  const late = position.late && { ...position.late, open: times(position.late.open) }
  const split = { ...position, hedged, late, target: times(position.target), base: times(position.base) }
  return dueOf({
    ...standing,
    position: {
      ...split,
      direct: times(position.direct),
      adopted: times(position.adopted),
      residual: residualOf(split)
    },
    holdingBreaks: standing.holdingBreaks.filter(({ kind }) => kind !== "PositionDiffers")
  })
}

const MOST = 10_000

const isCount = (count: number): boolean => Number.isInteger(count) && count > 0 && count <= MOST

/** Why a split may not be accepted as things stand; `undefined` where it may. Writes nothing. */
export const splitObstacle = (recorder: Recorder, split: Split): string | undefined => {
  const { from, symbol, to } = split
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  recorder.need(Need.WaitingFills({ account }))
  if (!isCount(from) || !isCount(to) || from === to) {
    return `${to} for ${from} is not a valid split ratio: give whole shares, such as 2 for 1`
  }
  if (books.positions.get(joinKey([account, symbol])) === undefined) return `${account} has no position in ${symbol}`
  const moved = movedSince(recorder, split)
  if (moved !== undefined) return moved
  const [live] = books.orders.find("live", [account, symbol])
  if (live !== undefined) {
    return `${format("order", live.id)} of ${symbol} is ${live.status}: a split can be booked only while no order of the symbol is live`
  }
  const isWaiting = books.waiting_fills.find("waiting", [account]).some((fill) => fill.symbol === symbol)
  return isWaiting
    ? `an unmatched fill of ${symbol} waits for its order: a split can be booked only after it is matched`
    : undefined
}

/** Every open lot is multiplied, so every one is loaded. */
const loadAllLots = (recorder: Recorder, symbol: Ticker): void => {
  const horizon = recorder.horizons.get(joinKey([recorder.account, symbol]))
  if (horizon !== undefined)
    recorder.need(Need.Lots({ account: recorder.account, symbol, most: moreLots(horizon.asked) }))
}

/**
 * P9: accepts a split or a joining of shares: base, target, hedged and every open lot are multiplied in one entry, the price divided.
 * What the broker paid out instead of a fraction is a sale of our shares without an order at the broker.
 */
export const acceptSplit = (recorder: Recorder, split: Split, reason: string): CommandAnswer => {
  const { cashInLieu, from, symbol, to } = split
  const { account, books } = recorder
  const obstacle = splitObstacle(recorder, split)
  if (obstacle !== undefined) return { _tag: "Refused", why: obstacle }
  loadAllLots(recorder, symbol)
  recorder.need(Need.OwnersOf({ account, symbol }))
  const [lotId, allocationId] = [recorder.next("lot"), recorder.next("allocation")]
  recorder.emit({ _tag: "SplitAccepted", symbol, to, from, why: reason, lotId, allocationId })
  settleSplit(recorder, symbol)
  const after = books.positions.get(joinKey([account, symbol]))
  if (cashInLieu !== undefined && after !== undefined) {
    const by = isLong(after) ? Decimal.negate(cashInLieu.quantity) : cashInLieu.quantity
    bookHeld(recorder, { symbol, by, price: cashInLieu.price, executedAt: recorder.world.at })
  }
  recorder.touch(symbol)
  const held = books.positions.get(joinKey([account, symbol]))
  const holdings = held === undefined ? "nothing" : Decimal.format(holdingsOf(held))
  return { _tag: "Done", what: `${symbol} of ${account} is split ${to} for ${from}: the books hold ${holdings}` }
}

/** B3: what is carried beside a filled order may be more than its lot now. */
const settleSplit = ({ account, books, emit }: Recorder, symbol: Ticker): void => {
  for (const { tradeId } of books.lots.find("open", [account, symbol])) {
    const trade = tradeId === undefined ? undefined : books.trades.get(tradeId)
    if (trade === undefined) continue
    const status = statusOf(trade, books.allocations.find("trade", [trade.id]))
    if (status !== trade.status) emit({ _tag: "TradeSettled", id: trade.id, status })
  }
}

const isLong = (position: Position): boolean => !Decimal.isLess(holdingsOf(position), Decimal.zero)

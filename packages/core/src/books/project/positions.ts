import type { AccountName } from "../../records/AccountName.ts"
import type { Books } from "../Books.ts"
import { symbolKey } from "../../tables/Table.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import { atFirstStep, draftOf, type Position, residualOf } from "../../records/Position.ts"
import { FIRST_ANSWER, isSame } from "../../records/PositionAnswer.ts"
import { isLate } from "../../records/collecting.ts"
import { AllocationId, LotId } from "../../values/Id.ts"
import type { OwnerId } from "../../records/OwnerId.ts"
import { signed } from "../../records/Side.ts"
import * as Price from "../../values/Price.ts"
import { timesSplit } from "../../records/splitting.ts"
import * as Usage from "../../records/Usage.ts"
import { type OpenOfOwners, ownersSplit } from "./owners.ts"
import { type Of, orderOf, ownerOf, type Place, tradeOf } from "./place.ts"

const emptyPosition = (account: AccountName, symbol: Ticker, place: Place): Position => ({
  account,
  symbol,
  exposure: Decimal.zero,
  target: Decimal.zero,
  hedged: Decimal.zero,
  inFlight: Decimal.zero,
  residual: Decimal.zero,
  openLots: Decimal.zero,
  base: Decimal.zero,
  direct: Decimal.zero,
  adopted: Decimal.zero,
  splitHeld: Decimal.zero,
  splits: undefined,
  answer: FIRST_ANSWER,
  answerSince: place.at,
  coolDownUntil: undefined,
  shortEnds: 0,
  circuitUntil: undefined,
  ...atFirstStep,
  refusedSide: undefined,
  refusedUntil: undefined,
  heldBy: undefined,
  lastPrice: undefined,
  lastPriceAt: undefined,
  judgedPrice: undefined,
  late: undefined,
  openShares: Decimal.zero,
  openDollars: Decimal.zero,
  updatedAt: place.at,
  version: place.seq
})

/** A position as it is; one that was never touched is empty. */
export const positionOf = (books: Books, symbol: Ticker, place: Place): Position => {
  const account = ownerOf(place)
  return books.positions.get(symbolKey(account, symbol)) ?? emptyPosition(account, symbol, place)
}

/** Changes figures of a position; its residual follows (A2). */
export const patchPosition = (books: Books, symbol: Ticker, place: Place, patch: Partial<Position>): void => {
  const before = positionOf(books, symbol, place)
  const { hedged = before.hedged, inFlight = before.inFlight, target = before.target } = patch
  const isMoved = hedged !== before.hedged || inFlight !== before.inFlight || target !== before.target
  const residual = isMoved ? residualOf({ hedged, inFlight, target }) : before.residual
  const after = Object.assign(draftOf(before), patch)
  after.residual = residual
  if (!isSame(after.answer, before.answer)) after.answerSince = place.at
  after.updatedAt = place.at
  after.version = place.seq
  books.positions.put(after)
  countHeld(books, before, after, place)
}

/** What the holdings of an account come to, after one of them has changed. */
const countHeld = (books: Books, before: Position, after: Position, place: Place): void => {
  const { account } = after
  const counted = Usage.afterHolding(account, books.usages.get(account), { before, after }, place.seq)
  if (counted !== undefined) books.usages.put(counted)
}

/** A position cools down. */
export const coolDownStarted = (books: Books, event: Of<"CoolDownStarted">, place: Place): void =>
  patchPosition(books, event.symbol, place, {
    coolDownUntil: event.until,
    shortEnds: event.shortEnds,
    circuitUntil: event.circuitUntil
  })

/** An order found no fill in its life. */
export const ladderStepped = (books: Books, event: Of<"LadderStepped">, place: Place): void =>
  patchPosition(books, event.symbol, place, {
    ladderStep: event.step,
    ladderSide: event.side,
    ladderOf: event.of,
    ladderUntil: event.until
  })

/** What a split makes of open lots: their sum, what of it is late (D9), and what is open of the trades of each owner. */
interface SplitLots {
  readonly openLots: Decimal.Decimal
  readonly late: Position["late"]
  readonly ofOwners: OpenOfOwners
}

/** Each open lot of a symbol, multiplied; what it is of remembers what that added, so that its parts still sum up (A4). */
const splitLots = (
  books: Books,
  symbol: Ticker,
  times: (shares: Decimal.Decimal) => Decimal.Decimal,
  place: Place
): SplitLots => {
  const { late } = positionOf(books, symbol, place)
  let openLots = Decimal.zero
  let lateOpen = Decimal.zero
  const ofOwners = new Map<OwnerId, Decimal.Decimal>()
  for (const lot of books.lots.find("open", [ownerOf(place), symbol])) {
    const open = times(lot.open)
    const added = Decimal.subtract(Decimal.abs(open), Decimal.abs(lot.open))
    openLots = Decimal.add(openLots, open)
    if (isLate(late, lot)) lateOpen = Decimal.add(lateOpen, open)
    books.lots.put({ ...lot, open, version: place.seq })
    if (lot.tradeId !== undefined) {
      const trade = tradeOf(books, lot.tradeId)
      const splitOpen = Decimal.add(trade.splitOpen, added)
      books.trades.put({ ...trade, splitOpen, updatedAt: place.at, version: place.seq })
      const { owner, side } = trade
      if (owner !== undefined)
        ofOwners.set(owner, Decimal.add(ofOwners.get(owner) ?? Decimal.zero, signed(side, Decimal.abs(open))))
    }
    if (lot.orderId !== undefined) {
      const order = orderOf(books, lot.orderId)
      const splitExcess = Decimal.add(order.splitExcess, added)
      const excess = Decimal.add(order.excess, added)
      books.orders.put({
        ...order,
        excess,
        splitExcess,
        acceptedExcess: times(order.acceptedExcess),
        updatedAt: place.at,
        version: place.seq
      })
    }
  }
  return { openLots, late: late && { ...late, open: lateOpen }, ofOwners }
}

/** Before these is nothing. */
const FIRST_LOT = LotId.make(1)
const FIRST_ALLOCATION = AllocationId.make(1)

/** P9: a position in other shares: its figures and every open lot multiplied, its price divided. No order of it is live. */
export const splitAccepted = (books: Books, event: Of<"SplitAccepted">, place: Place): void => {
  const { allocationId = FIRST_ALLOCATION, from, lotId = FIRST_LOT, symbol, to } = event
  const times = (shares: Decimal.Decimal) => timesSplit(shares, { from, to })
  const before = positionOf(books, symbol, place)
  const { late, ofOwners, openLots } = splitLots(books, symbol, times, place)
  ownersSplit(books, symbol, times, ofOwners, place)
  const [hedged, direct, adopted] = [times(before.hedged), times(before.direct), times(before.adopted)]
  const added = Decimal.subtract(
    Decimal.sum([hedged, direct, adopted]),
    Decimal.sum([before.hedged, before.direct, before.adopted])
  )
  const inOther = (price: Price.Price | undefined) => price && Price.make(timesSplit(price, { from: to, to: from }))
  patchPosition(books, symbol, place, {
    exposure: times(before.exposure),
    target: Decimal.add(hedged, openLots),
    openLots,
    hedged,
    direct,
    adopted,
    base: times(before.base),
    splitHeld: Decimal.add(before.splitHeld, added),
    splits: [...(before.splits ?? []), { at: place.at, to, from, lotId, allocationId }],
    lastPrice: inOther(before.lastPrice),
    judgedPrice: inOther(before.judgedPrice),
    late
  })
}

/** E4: what is held and is not ours changes; nothing else of the position does. */
export const baseDeclared = (books: Books, { by, symbol }: Of<"BaseDeclared">, place: Place): void =>
  patchPosition(books, symbol, place, { base: Decimal.add(positionOf(books, symbol, place).base, by) })

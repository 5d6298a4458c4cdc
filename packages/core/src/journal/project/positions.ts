import type { AccountName } from "../../account/AccountName.ts"
import type { Books } from "../../books/Books.ts"
import { joinKey } from "../../books/Table.ts"
import type { Ticker } from "../../instrument/Ticker.ts"
import * as Decimal from "../../money/Decimal.ts"
import { FIRST_ANSWER, type Position, residualOf } from "../../position/Position.ts"
import { type Of, ownerOf, type Place } from "./place.ts"

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
  answer: FIRST_ANSWER,
  coolDownUntil: undefined,
  shortEnds: 0,
  circuitUntil: undefined,
  held: undefined,
  lastPrice: undefined,
  lastPriceAt: undefined,
  updatedAt: place.at,
  version: place.seq
})

/** A position as it is; one that was never touched is empty. */
export const positionOf = (books: Books, symbol: Ticker, place: Place): Position => {
  const account = ownerOf(place)
  return books.positions.get(joinKey([account, symbol])) ?? emptyPosition(account, symbol, place)
}

/** Changes figures of a position; its residual follows (A2). */
export const patchPosition = (books: Books, symbol: Ticker, place: Place, patch: Partial<Position>): void => {
  const before = positionOf(books, symbol, place)
  const { hedged = before.hedged, inFlight = before.inFlight, target = before.target } = patch
  const isMoved = hedged !== before.hedged || inFlight !== before.inFlight || target !== before.target
  const residual = isMoved ? residualOf({ hedged, inFlight, target }) : before.residual
  books.positions.put({ ...before, ...patch, residual, updatedAt: place.at, version: place.seq })
}

/** A position cools down. */
export const coolDownStarted = (books: Books, event: Of<"CoolDownStarted">, place: Place): void =>
  patchPosition(books, event.symbol, place, {
    coolDownUntil: event.until,
    shortEnds: event.shortEnds,
    circuitUntil: event.circuitUntil
  })

/** E4: what is held and is not ours changes; nothing else of the position does. */
export const baseDeclared = (books: Books, { by, symbol }: Of<"BaseDeclared">, place: Place): void =>
  patchPosition(books, symbol, place, { base: Decimal.add(positionOf(books, symbol, place).base, by) })

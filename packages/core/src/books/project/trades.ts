import type { Books } from "../Books.ts"
import type { Draft } from "../../tables/Table.ts"
import type { LotId, TradeId } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Instant } from "../../values/Instant.ts"
import { signed } from "../../records/Side.ts"
import { lateWith } from "../../records/collecting.ts"
import { draftOf, targetOf, type Trade } from "../../records/Trade.ts"
import { recount } from "./batches.ts"
import { shrinkBoth } from "./lots.ts"
import { ownerNetted, ownerOrdered } from "./owners.ts"
import { must, type Of, ownerOf, type Place, tradeOf } from "./place.ts"
import { patchPosition, positionOf } from "./positions.ts"

/** A trade is on record, and counted where it has a lot. */
export const tradeRecorded = (books: Books, event: Of<"TradeAccepted" | "TradeQuarantined">, place: Place): void => {
  const { cutOff, lotId } = event._tag === "TradeAccepted" ? event : {}
  const { direct } = event
  const trade: Draft<Trade> = {
    id: event.id,
    account: ownerOf(place),
    source: event.source,
    sourceId: event.sourceId,
    occurrence: event.occurrence,
    symbol: event.symbol,
    givenSymbol: event.givenSymbol,
    side: event.side,
    quantity: event.quantity,
    price: event.price,
    tradedAt: event.tradedAt,
    owner: event.owner,
    kind: direct === undefined ? "accumulate" : "direct",
    orderType: direct?.type,
    limitPrice: direct?.limitPrice,
    stopPrice: direct?.stopPrice,
    timeInForce: direct?.timeInForce,
    goodTill: direct?.goodTill,
    session: direct?.session,
    approveBy: event.proposal?.approveBy,
    proposedNotional: event.proposal?.notional,
    batchId: event.batchId,
    batchLine: event.batchLine,
    direction: event.direction,
    reversesSourceId: event.reversesSourceId,
    reversesOccurrence: event.reversesOccurrence,
    status: "pending",
    reason: event._tag === "TradeQuarantined" ? event.reason : undefined,
    detail: event._tag === "TradeQuarantined" ? event.detail : undefined,
    lotId: undefined,
    netted: Decimal.zero,
    splitOpen: Decimal.zero,
    createdAt: place.at,
    updatedAt: place.at,
    version: place.seq
  }
  if (lotId === undefined) books.trades.put(trade)
  else count(books, trade, { lotId, cutOff }, place)
  recount(books, undefined, trade, place)
}

/** What the written off shares come from: us. */
const OURS = "roundlot"

/** A rest that can never trade: an entry of ours, of the opposite sign. */
export const restWrittenOff = (books: Books, event: Of<"RestWrittenOff">, place: Place): void => {
  const { cutOff, id, lotId, quantity, side, symbol, why } = event
  const trade: Draft<Trade> = {
    id,
    account: ownerOf(place),
    source: OURS,
    sourceId: `write-off/T${id}`,
    occurrence: "0",
    symbol,
    givenSymbol: symbol,
    side,
    quantity,
    price: undefined,
    tradedAt: place.at,
    owner: undefined,
    kind: "write_off",
    orderType: undefined,
    limitPrice: undefined,
    stopPrice: undefined,
    timeInForce: undefined,
    goodTill: undefined,
    session: undefined,
    approveBy: undefined,
    proposedNotional: undefined,
    batchId: undefined,
    batchLine: undefined,
    direction: "mirror",
    reversesSourceId: undefined,
    reversesOccurrence: undefined,
    status: "pending",
    reason: "WrittenOff",
    detail: why,
    lotId: undefined,
    netted: Decimal.zero,
    splitOpen: Decimal.zero,
    createdAt: place.at,
    updatedAt: place.at,
    version: place.seq
  }
  count(books, trade, { lotId, cutOff }, place)
}

/** A quarantined trade is counted, or executed where it is direct. */
export const tradeReleased = (books: Books, event: Of<"TradeReleased">, place: Place): void => {
  const { cutOff, id, lotId, symbol } = event
  if (lotId === undefined) return tradeChanged(books, id, place, { symbol, reason: undefined, detail: undefined })
  const before = tradeOf(books, id)
  const released = draftOf(before)
  released.symbol = symbol
  released.owner = event.owner ?? before.owner
  count(books, released, { lotId, cutOff }, place)
  recount(books, before, released, place)
}

/** The lot of a counted trade, and the last cut-off before it (D9); `undefined` for an account without cut-offs. */
interface Counted {
  readonly lotId: LotId
  readonly cutOff: Instant | undefined
}

/** A trade enters exposure, target and the queue (A1, C2). */
const count = (books: Books, trade: Draft<Trade>, { cutOff, lotId }: Counted, place: Place): void => {
  const target = targetOf(trade)
  const { account, symbol } = trade
  trade.status = "accumulated"
  if (trade.kind !== "write_off") {
    trade.reason = undefined
    trade.detail = undefined
  }
  trade.lotId = lotId
  trade.updatedAt = place.at
  trade.version = place.seq
  books.trades.put(trade)
  books.lots.put({
    id: lotId,
    account,
    symbol,
    tradeId: trade.id,
    orderId: undefined,
    open: target,
    version: place.seq
  })
  ownerOrdered(books, trade, place)
  const position = positionOf(books, symbol, place)
  const { exposure, lastPrice, lastPriceAt } = position
  const isNewest = trade.price !== undefined && (lastPriceAt === undefined || trade.tradedAt >= lastPriceAt)
  patchPosition(books, symbol, place, {
    late: lateWith(position.late, cutOff, { id: lotId, open: target }),
    exposure: trade.kind === "write_off" ? exposure : Decimal.add(exposure, signed(trade.side, trade.quantity)),
    target: Decimal.add(position.target, target),
    openLots: Decimal.add(position.openLots, target),
    lastPrice: isNewest ? trade.price : lastPrice,
    lastPriceAt: isNewest ? trade.tradedAt : lastPriceAt
  })
}

/** Changes fields of a trade. */
export const tradeChanged = (books: Books, id: TradeId, place: Place, patch: Partial<Trade>): void => {
  const before = tradeOf(books, id)
  const after = Object.assign(draftOf(before), patch)
  after.updatedAt = place.at
  after.version = place.seq
  books.trades.put(after)
  recount(books, before, after, place)
}

/** Two trades cover each other with as many shares: their lots shrink. */
export const cover = (books: Books, ids: readonly [TradeId, TradeId], shares: Decimal.Decimal, place: Place): void => {
  const [a, b] = ids.map((id) => addNetted(books, id, shares, place))
  if (a !== undefined && b !== undefined) shrinkBoth(books, a, b, shares, place)
}

/** More of a trade is netted. Gives its lot. */
const addNetted = (books: Books, id: TradeId, shares: Decimal.Decimal, place: Place): LotId => {
  const trade = tradeOf(books, id)
  tradeChanged(books, id, place, { netted: Decimal.add(trade.netted, shares) })
  ownerNetted(books, trade, shares, place)
  return must(trade.lotId, `the lot of trade T${id}`)
}

import { symbolKey } from "../../tables/Table.ts"
import type { TradeId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { allocationsOf } from "../../books/project/allocations.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { isFarApart } from "../../values/Quote.ts"
import { freshest, freshOf, INBOUND, Reference } from "../../values/Reference.ts"
import type { Allocation } from "../../records/Allocation.ts"
import type { Position } from "../../records/Position.ts"
import { isBeforeSplit } from "../../records/splitting.ts"
import type { Order } from "../../records/Order.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Trade } from "../../records/Trade.ts"
import { canonicalOf } from "./aggregates.ts"
import type { sources, Band, Fill } from "../../records/Fill.ts"
import type { Ticker } from "../../records/Ticker.ts"

/** How far from what was expected a price may be where the account says nothing: 20 %, in basis points. */
export const USUAL_BAND_BP = 2000

const WHOLE_BP = Decimal.unsafe("10000")

/** What says which price an order should have got. */
export interface Grounds {
  readonly limitPrice: Price | undefined
  /** What a market said of the instrument before the fill; nothing where none did. */
  readonly market: Decimal.Decimal | undefined
  /** What the order holds of trades now. */
  readonly allocations: ReadonlyArray<Pick<Allocation, "tradeId" | "quantity">>
  readonly tradeOf: (id: TradeId) => Pick<Trade, "price" | "createdAt"> | undefined
  readonly position: Pick<Position, "splits"> | undefined
  readonly fills: ReadonlyArray<Fill>
}

/** Dollars a share that an order should get, and what says so. */
export interface Expected {
  readonly price: Decimal.Decimal
  readonly from: (typeof sources)[number]
}

/** What a price of a fill was judged by, and what came of it. */
export interface Judged {
  readonly band: Band
  readonly expected: Expected | undefined
}

/**
 * FILL-12: what an order should get: what a market said, else its limit price, else the weighted price of its own trades, else its last
 * canonical fill; nothing where none of them is there. A market's price that is ten times its trades' or more, or a tenth or less, is
 * not believed: one of the two is wrong, and a false quote must hold no true fill (W5).
 */
export const expectedOf = (grounds: Grounds): Expected | undefined => {
  const { limitPrice, market } = grounds
  const weighted = weightedPrice(grounds)
  const isBelieved = market !== undefined && (weighted === undefined || !isFarApart(market, weighted))
  if (isBelieved) return { price: market, from: "market" }
  if (limitPrice !== undefined) return { price: limitPrice, from: "limit" }
  if (weighted !== undefined) return { price: weighted, from: "trades" }
  const last = lastFillPrice(grounds.fills)
  return last === undefined ? undefined : { price: last, from: "fill" }
}

/** The lowest and the highest price of a band: so many basis points around what was expected, at 12 decimals. */
export const boundsOf = (expected: Decimal.Decimal, bandBp: number): readonly [Decimal.Decimal, Decimal.Decimal] => {
  const width = Decimal.divide(Decimal.multiply(expected, Decimal.unsafe(String(bandBp))), WHOLE_BP, PRECISION)
  return [Decimal.subtract(expected, width), Decimal.add(expected, width)]
}

/** What an order should get by the books of a planning; `executedAt` is when it was filled, where that is known. */
export const expectedFor = (recorder: Recorder, order: Order, executedAt?: Instant): Expected | undefined =>
  expectedOf(groundsIn(recorder, order, executedAt))

/** FILL-12: is a price further from what its order should have got than its account's band? */
export const judge = (recorder: Recorder, order: Order, price: Price | undefined, executedAt?: Instant): Judged => {
  const expected = expectedFor(recorder, order, executedAt)
  if (expected === undefined || price === undefined) return { band: "unknown", expected }
  const bandBp = recorder.books.accounts.get(order.account)?.bandBp ?? USUAL_BAND_BP
  const distance = Decimal.abs(Decimal.subtract(price, expected.price))
  const widest = Decimal.multiply(expected.price, Decimal.unsafe(String(bandBp)))
  return { band: Decimal.isLess(widest, Decimal.multiply(distance, WHOLE_BP)) ? "outside" : "within", expected }
}

const groundsIn = (recorder: Recorder, order: Order, executedAt: Instant | undefined): Grounds => {
  const { books } = recorder
  const { account, id, limitPrice, symbol } = order
  return {
    limitPrice,
    market: executedAt === undefined ? undefined : marketBefore(recorder, order, executedAt),
    allocations: allocationsOf(books, id),
    tradeOf: (tradeId) => books.trades.get(tradeId),
    position: books.positions.get(symbolKey(account, symbol)),
    fills: books.fills.find("order", [id])
  }
}

/** The newest price of a market that is fresh at an execution and cannot be that execution's own. */
const marketBefore = (recorder: Recorder, order: Order, executedAt: Instant): Price | undefined => {
  const before = marketPricesOf(recorder, order.symbol).filter((each) => isOfBefore(each, order, executedAt))
  return freshOf(freshest([...before, judgedBy(order)], executedAt), executedAt)
}

/** Is a price of before an execution, or did it come before its order was sent? Schwab and TWS cut the time of a fill to the second. */
const isOfBefore = (each: Reference, { sentAt }: Order, executedAt: Instant): boolean => {
  if (each._tag === "NoPrice") return false
  const isReceivedBefore = sentAt !== undefined && each.receivedAt !== undefined && each.receivedAt <= sentAt
  return isReceivedBefore || each.at < executedAt
}

/** The market's price that an order was made by; none where that was a trade's own. */
const judgedBy = ({ referenceAt: at, referencePrice: price, referenceSource: source }: Order): Reference =>
  at === undefined || price === undefined || source === undefined || source === INBOUND
    ? Reference.NoPrice()
    : Reference.Priced({ price, at, source })

const PRECISION = 12

/** The weighted price of the trades that an order was made for, in dollars a share; one of before a split says nothing of it. */
const weightedPrice = ({ allocations, position, tradeOf }: Grounds): Decimal.Decimal | undefined => {
  let quantity = Decimal.zero
  let notional = Decimal.zero
  for (const allocation of allocations) {
    const trade = allocation.tradeId === undefined ? undefined : tradeOf(allocation.tradeId)
    if (trade?.price === undefined || isBeforeSplit(position, trade.createdAt)) continue
    quantity = Decimal.add(quantity, allocation.quantity)
    notional = Decimal.add(notional, Decimal.multiply(allocation.quantity, trade.price))
  }
  return Decimal.isZero(quantity) ? undefined : Decimal.divide(notional, quantity, PRECISION)
}

const lastFillPrice = (fills: ReadonlyArray<Fill>): Decimal.Decimal | undefined =>
  canonicalOf(fills)
    .toSorted((a, b) => Number(a.executedAt - b.executedAt))
    .findLast((fill) => fill.price !== undefined)?.price

/** What a source of prices knows of an instrument, and what its broker quoted; a simulated market's prices are those of the accounts that trade there. */
export const marketPricesOf = (
  { account, books, world }: Recorder,
  symbol: Ticker
): readonly [known: Reference, quoted: Reference] => {
  const price = world.priceOf(symbol)
  const isElsewhere =
    price._tag === "Priced" && price.isSimulated === true && books.accounts.get(account)?.simulatedMarket !== true
  return [isElsewhere ? Reference.NoPrice() : price, world.quoteOf(account, symbol)]
}

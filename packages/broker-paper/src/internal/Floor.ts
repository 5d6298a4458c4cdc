import { Instant, type AccountName, type Price } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import type { Effect } from "effect"
import * as Listing from "../Listing.ts"
import type * as Turn from "./Turn.ts"
import type * as Connection from "./connection.ts"
import * as Market from "./market.ts"
import * as OrderBook from "./orderBook.ts"
import type { Counting } from "./power.ts"
import { mayTrade } from "./refusing.ts"
import type * as Rows from "./rows.ts"
import type { ExchangeOptions } from "../ExchangeOptions.ts"
import type { OrderKey } from "../ExchangeReply.ts"
import type { Hours } from "../Matching.ts"
import type { OrderRow } from "./rows.ts"

/** What one open exchange works with. */
export interface Floor {
  readonly file: Connection.ExchangeFile
  readonly rows: Rows.Rows
  readonly options: ExchangeOptions
  readonly tag: string
  readonly orderIdOf: OrderBook.OrderIdOf
  readonly changed: Effect.Effect<unknown>
}

/** A moment as its rows have it. */
export const textOf = (instant: Instant.Instant): string => Instant.format(instant)

/** Which sessions are open at a moment. */
export const hoursAt = ({ options, rows }: Floor, now: Instant.Instant): Hours => {
  const instructed = rows.fact("session")
  if (instructed !== undefined) return { regular: instructed === "open", extended: instructed !== "closed" }
  return { regular: options.isOpen?.(now) ?? true, extended: options.isOpen?.(now, "extended") ?? true }
}

/** The books of a turn on this exchange. */
export const bookOf = (
  { options: { unsaidPrice }, orderIdOf, tag }: Floor,
  turn: Turn.Turn,
  hours: Hours
): OrderBook.OrderBook => ({ turn, rows: turn.rows, tag, orderIdOf, hours, unsaidPrice })

/** What time has brought since it was last asked: the end of an earlier day before anything of this one. */
export const passTime = (floor: Floor, book: OrderBook.OrderBook, now: Instant.Instant, hours: Hours): void => {
  endEarlierDay(floor, book, now, hours)
  OrderBook.lapse(book)
}

/** Ends what an earlier day's sessions left where nothing was asked since they closed: as their close would have. */
const endEarlierDay = (floor: Floor, book: OrderBook.OrderBook, now: Instant.Instant, hours: Hours): void => {
  const { options, rows } = floor
  const isScheduled = options.isOpen !== undefined && rows.fact("session") === undefined
  if (!isScheduled || !hours.extended) return
  const today = XnysCalendar.marketDate(now)
  const before = rows.fact("tradedOn")
  if (before === today) return
  rows.setFact("tradedOn", today)
  if (before !== undefined) OrderBook.endSession(book, { regular: false, extended: false }, new Set(restingIn(floor)))
}

/** The orders that were placed while the market was closed, and wait for it to open. */
export const restingIn = ({ rows }: Floor): ReadonlyArray<string> =>
  (rows.fact("resting") ?? "").split(" ").filter((id) => id !== "")

/** What the account's money is counted by. */
export const countingOf = ({ options: { unsaidPrice }, rows }: Floor): Counting => ({
  rows,
  priceOf: (order) => Market.priceFor(rows, order, unsaidPrice)
})

/** The price of a symbol, where somebody has said one. */
export const tradesAt = ({ options, rows }: Floor, symbol: string): Price.Price | undefined =>
  rows.price(symbol)?.price ?? options.unsaidPrice

/** Does the exchange list a symbol for an account? */
export const isListed = ({ options }: Floor, account: AccountName.AccountName, symbol: string): boolean =>
  mayTrade(symbol) && (options.listings?.get(account) ?? options.listing ?? Listing.shipped).has(symbol)

/** An order of this account, by one of its ids. */
export const ownOrder = ({ rows }: Floor, account: AccountName.AccountName, key: OrderKey): OrderRow | undefined => {
  const order =
    "brokerOrderId" in key ? rows.order(key.brokerOrderId) : rows.orderByClientId(account, key.clientOrderId)
  return order?.account === account ? order : undefined
}

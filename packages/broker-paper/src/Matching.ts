import { Decimal, Price, type AccountName, type Side } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"

/** What a symbol trades at in a simulator of another broker until an instruction says its price, in dollars. */
export const SIMULATOR_PRICE = Price.unsafe("100")

/** What decides whether an order trades at a price. */
export interface Working {
  readonly side: Side.Side
  readonly type: OrderTerms.OrderType
  readonly limitPrice: Price.Price | null
  readonly stopPrice: Price.Price | null
  /** The stop price was reached before. */
  readonly triggered: boolean
}

/** Which sessions of the market are open; the extended one is while the regular one is. */
export interface Hours {
  readonly regular: boolean
  readonly extended: boolean
}

type Timed = Pick<OrderTerms.OrderTerms, "session" | "timeInForce">

/** Is it for an auction, and trades in that alone? */
export const isForAuction = ({ timeInForce }: Pick<Timed, "timeInForce">): boolean =>
  timeInForce === "opg" || timeInForce === "cls"

/** Does an order trade while these sessions are open? */
export const isInSession = ({ session }: Pick<Timed, "session">, { extended, regular }: Hours): boolean =>
  regular || (session === "extended" && extended)

/** Does the exchange take it now: one for the opening before that, any other while it may trade? */
export const isTakenIn = (order: Timed, hours: Hours): boolean =>
  order.timeInForce === "opg" ? !hours.regular : isInSession(order, hours)

/** Does it wait for a stop price? A stop that trails may have none yet. */
export const isStop = ({ type }: Pick<Working, "type">): boolean => type === "stop" || type === "stop_limit"

/** What a price means to an order: whether its stop is (or was) reached, and whether it trades at it. */
export const judge = (
  order: Working,
  price: Decimal.Decimal
): { readonly triggered: boolean; readonly trades: boolean } => {
  const stops = isStop(order)
  const triggered = order.triggered || (stops && reachesStop(order, price))
  const limited = order.type === "limit" || order.type === "stop_limit"
  return { triggered, trades: (!stops || triggered) && (!limited || withinLimit(order, price)) }
}

const reachesStop = ({ side, stopPrice }: Working, price: Decimal.Decimal): boolean =>
  stopPrice !== null && (side === "buy" ? Decimal.isAtMost(stopPrice, price) : Decimal.isAtMost(price, stopPrice))

const withinLimit = ({ side, limitPrice }: Working, price: Decimal.Decimal): boolean =>
  limitPrice !== null && (side === "buy" ? Decimal.isAtMost(price, limitPrice) : Decimal.isAtMost(limitPrice, price))

/** What decides which of two orders trades first. */
export interface Ranked extends Pick<Working, "side" | "limitPrice"> {
  /** Its place in the order of entry. */
  readonly number: number
}

/** Price-time priority: of one side whose limit reaches further goes first, one without a limit before all; else who came first. */
export const byPriority = (a: Ranked, b: Ranked): number => {
  if (a.side !== b.side) return a.side === "buy" ? -1 : 1
  if (sameLimit(a, b)) return a.number - b.number
  if (a.limitPrice === null) return -1
  if (b.limitPrice === null) return 1
  return Decimal.isLess(a.limitPrice, b.limitPrice) === (a.side === "sell") ? -1 : 1
}

const sameLimit = ({ limitPrice: a }: Ranked, { limitPrice: b }: Ranked): boolean =>
  a === null || b === null ? a === b : Decimal.equals(a, b)

/** What decides whether two orders trade with each other. */
export interface Crossing extends Ranked {
  readonly account: AccountName.AccountName
}

/**
 * At which price two orders of opposite sides trade with each other: that of the earlier one; nothing where they do not, or are of one
 * account. One that came again (`isLast`), amended or released, is the later one whatever its number.
 */
export const crossingOf = <A extends Crossing>(
  buy: A,
  sell: A,
  isLast: (order: A) => boolean = () => false
): Price.Price | undefined => {
  if (buy.account === sell.account) return undefined
  const isBuyFirst = isLast(sell) || (!isLast(buy) && buy.number < sell.number)
  const [first, second] = isBuyFirst ? [buy, sell] : [sell, buy]
  const price = first.limitPrice ?? second.limitPrice
  const isCrossed =
    buy.limitPrice === null || sell.limitPrice === null || Decimal.isAtMost(sell.limitPrice, buy.limitPrice)
  return price !== null && isCrossed ? price : undefined
}

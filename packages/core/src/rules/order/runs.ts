import type { OrderId } from "../../values/Id.ts"
import * as Instant from "../../values/Instant.ts"
import type { TradingWindow } from "../../values/TradingWindow.ts"
import type { Order } from "../../records/Order.ts"
import { windowOf } from "../../records/OrderPolicy.ts"
import { opposite, type Side } from "../../records/Side.ts"

/** The market of an account, as one pass sees it. */
export interface Market {
  readonly at: Instant.Instant
  readonly isSessionOpen: (window: TradingWindow) => boolean
}

/** What has waited so long, in milliseconds, is next: younger orders of the other side stay behind it. */
const LONGEST_RUN_MS = 2_000
/** From then on it waits for an order that rests at the broker, and holds up nobody. */
const RESTING_MS = 10_000

/** The orders that others wait for, each once. */
export const awaitedBy = (pending: ReadonlyArray<Order>): ReadonlyArray<OrderId> => [
  ...new Set(pending.flatMap(({ heldBehind }) => heldBehind ?? []))
]

/** Whose turn a symbol is; of that side, what is younger than `until` stays behind. */
interface Turn {
  readonly side: Side
  readonly until: OrderId | undefined
}

/**
 * D5: the orders of an account that are worth judging now, in the order in which they go. One side of a symbol goes first, all of it:
 * the side of live orders, else the oldest's. What waits for an order that still lives is left out: a pass does not judge it again.
 */
export const inRuns = (
  pending: ReadonlyArray<Order>,
  living: ReadonlySet<OrderId>,
  market: Market
): ReadonlyArray<Order> => {
  const waits = (order: Order): boolean => isWaiting(order, living, market)
  const turns = turnsOf(pending, waits, market)
  const isItsTurn = ({ side, symbol }: Order): boolean => turns.get(symbol)?.side === side
  const isBehind = (order: Order): boolean => order.id > (turns.get(order.symbol)?.until ?? order.id)
  const judged = pending.filter((order) => !waits(order) && !(isItsTurn(order) && isBehind(order)))
  return [...judged.filter(isItsTurn), ...judged.filter((order) => !isItsTurn(order))]
}

const isWaiting = (order: Order, living: ReadonlySet<OrderId>, market: Market): boolean => {
  const { heldBehind, heldUntil } = order
  return (
    heldBehind !== undefined &&
    living.has(heldBehind) &&
    market.isSessionOpen(windowOf(order)) &&
    (heldUntil === undefined || market.at < heldUntil)
  )
}

const turnsOf = (
  pending: ReadonlyArray<Order>,
  waits: (order: Order) => boolean,
  { at }: Market
): ReadonlyMap<string, Turn> => {
  const turns = new Map<string, Turn>()
  const oldest = new Map<string, Side>()
  for (const order of pending) {
    const { createdAt, id, side, symbol } = order
    if (!oldest.has(symbol)) oldest.set(symbol, side)
    if (turns.get(symbol)?.until !== undefined || !waits(order)) continue
    const waitedMs = Instant.millisBetween(createdAt, at)
    const isNext = waitedMs > LONGEST_RUN_MS && waitedMs <= RESTING_MS
    turns.set(symbol, { side: opposite(side), until: isNext ? id : undefined })
  }
  for (const [symbol, side] of oldest) if (!turns.has(symbol)) turns.set(symbol, { side, until: undefined })
  return turns
}

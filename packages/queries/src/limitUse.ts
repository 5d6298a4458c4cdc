import type { Documents } from "@roundlot/api"
import { type Account, Clock, Decimal, Decision, Instant, Order, Position, Reads } from "@roundlot/core"
import { Id, type Table, type TradeRepository, XnysCalendar } from "@roundlot/core/adapter"
import { Break, Usage } from "@roundlot/core/ledger"
import { limitNames } from "@roundlot/core/vocabulary"
import { Effect } from "effect"
import type { Conditions } from "./criteria.ts"
import { idsWithin, idsWithinOf } from "./leastId.ts"
import { decimalOrNull, idOrNull } from "./text.ts"

type LimitUse = Documents.LimitUse

/** The control that refuses what is beyond each limit, or the halt that follows. */
const controlOf = {
  orderQuantity: "MaxQuantity",
  orderNotional: "MaxNotional",
  openResidual: "OpenResidual",
  dailyNotional: "DailyNotional",
  openOrders: "OpenOrders",
  position: "PositionSize",
  grossPosition: "GrossPosition",
  netPosition: "NetPosition",
  ordersPerMinute: "OrdersPerMinute",
  rejectionsInARow: "RejectionsInARow",
  collarBp: "PriceCollar",
  buyingPower: "BuyingPower"
} as const satisfies { readonly [L in LimitUse["limit"]]: string }

/** So many orders or decisions of a day, or positions, are read one by one at most: beyond them nothing is said that may be wrong. */
const MOST_READ = 5_000

/** All rows of a window, or nothing where they are too many. */
const read = <R>(table: Table.Table<R>, where: Conditions) =>
  Effect.gen(function* () {
    const { kind, rows } = yield* Reads.count(table, { anyOf: [where], upTo: MOST_READ })
    return kind === "exactly" && rows <= MOST_READ ? yield* Reads.all(table, { where }) : undefined
  })

/** What uses are counted from: what an account sent, its orders, decisions and blocked positions of the day, and its positions now. */
interface Window {
  readonly account: Account.Account
  readonly at: Instant.Instant
  readonly since: Instant.Instant
  readonly usage: Usage.Usage | undefined
  readonly orders: ReadonlyArray<Order.Order> | undefined
  readonly decisions: ReadonlyArray<Decision.Decision> | undefined
  readonly positions: ReadonlyArray<Position.Position> | undefined
  readonly blocked: ReadonlyArray<Break.Break> | undefined
}

const largest = (amounts: ReadonlyArray<Decimal.Decimal>): Decimal.Decimal =>
  amounts.reduce((most, each) => Decimal.max(most, each), Decimal.zero)

/** What an order is worth, in dollars: as it asks for, else at its limit or reference price. */
const worthOf = ({ askedNotional, limitPrice, quantity, referencePrice }: Order.Order): Decimal.Decimal | undefined => {
  const price = limitPrice ?? referencePrice
  return askedNotional ?? (price && Decimal.multiply(quantity, price))
}

/** What a position owes, in dollars at the last price that trades brought. */
const owedOf = ({ lastPrice, residual }: Position.Position): Decimal.Decimal | undefined =>
  lastPrice && Decimal.multiply(Decimal.abs(residual), lastPrice)

/** What is held of a position, in dollars at the price that its last order was judged by, else the last that trades brought. */
const worthHeld = (position: Position.Position): Decimal.Decimal | undefined => {
  const held = Decimal.abs(Position.holdingsOf(position))
  const price = position.judgedPrice ?? position.lastPrice
  return Decimal.isZero(held) ? held : price && Decimal.multiply(held, price)
}

type Used = Pick<LimitUse, "notCounted" | "used" | "unit">

const counted = (unit: Used["unit"], used: Decimal.Decimal): Used => ({
  used: Decimal.format(used),
  unit,
  notCounted: null
})

const uncounted = (unit: Used["unit"], notCounted: NonNullable<Used["notCounted"]>): Used => ({
  used: null,
  unit,
  notCounted
})

/** A figure over all holdings; nothing while one of them has no known price. */
const heldInAll = (usage: Usage.Usage | undefined, of: (held: Usage.Held) => Decimal.Decimal): Used => {
  const held = Usage.heldOf(usage)
  return held.unpriced > 0 ? uncounted("dollars", "noPrice") : counted("dollars", of(held))
}

const wasSent = ({ sentAt }: Order.Order): boolean => sentAt !== undefined

/** How much of each limit is used. */
const usedOf = (limit: LimitUse["limit"], { account, at, orders, positions, usage }: Window): Used => {
  switch (limit) {
    case "orderQuantity":
      return orders === undefined
        ? uncounted("shares", "tooManyOrders")
        : counted("shares", largest(orders.filter(wasSent).map(({ quantity }) => quantity)))
    case "orderNotional":
      return orders === undefined
        ? uncounted("dollars", "tooManyOrders")
        : counted("dollars", largest(orders.filter(wasSent).flatMap((order) => worthOf(order) ?? [])))
    case "openResidual": {
      const isDollars = account.maxOpenResidual !== undefined
      if (positions === undefined) return uncounted(isDollars ? "dollars" : "shares", "tooManyPositions")
      return isDollars
        ? counted("dollars", largest(positions.flatMap((position) => owedOf(position) ?? [])))
        : counted("shares", largest(positions.map(({ residual }) => Decimal.abs(residual))))
    }
    case "dailyNotional":
      return counted("dollars", Usage.notionalOf(usage, at))
    case "openOrders": {
      const { notional, unpriced } = Usage.openOf(usage)
      return unpriced > 0 ? uncounted("dollars", "noPrice") : counted("dollars", notional)
    }
    case "position": {
      if (positions === undefined) return uncounted("dollars", "tooManyPositions")
      const held = positions.map(worthHeld)
      return held.includes(undefined)
        ? uncounted("dollars", "noPrice")
        : counted("dollars", largest(held.flatMap((each) => each ?? [])))
    }
    case "grossPosition":
      return heldInAll(usage, (held) => held.gross)
    case "netPosition":
      return heldInAll(usage, (held) => Decimal.abs(held.net))
    case "ordersPerMinute":
      return account.ordersPerMinute === undefined
        ? uncounted("orders", "noLimit")
        : counted("orders", Decimal.unsafe(String(Usage.withinMinute(usage, at))))
    case "rejectionsInARow":
      return counted("orders", Decimal.unsafe(String(Usage.rejectedOf(usage))))
    case "collarBp":
      return uncounted("basisPoints", "perOrder")
    case "buyingPower":
      return uncounted("dollars", "atBroker")
  }
}

/** A refusal of the day. */
interface Refusal {
  readonly since: Instant.Instant
  readonly of: Omit<NonNullable<LimitUse["last"]>, "at">
}

const unnamed = { orderId: null, decisionId: null, breakId: null }

const ofOrder = (order: Order.Order): Refusal => {
  const since = order.endedAt ?? order.createdAt
  return {
    since,
    of: {
      ...unnamed,
      orderId: Id.format("order", order.id),
      symbol: order.symbol,
      quantity: Decimal.format(order.quantity),
      notional: decimalOrNull(worthOf(order))
    }
  }
}

const ofDecision = (decision: Decision.Decision): Refusal => ({
  since: decision.failedAt ?? decision.createdAt,
  of: {
    ...unnamed,
    decisionId: Id.format("decision", decision.id),
    symbol: decision.symbol,
    quantity: decimalOrNull(decision.quantity),
    notional: decimalOrNull(decision.notional)
  }
})

const ofPosition = (
  symbol: string,
  since: Instant.Instant,
  position: Position.Position | undefined,
  found: Break.Break | undefined
): Refusal => ({
  since,
  of: {
    ...unnamed,
    breakId: idOrNull("break", found?.id),
    symbol,
    quantity: decimalOrNull(position && Decimal.abs(position.residual)),
    notional: decimalOrNull(position && owedOf(position))
  }
})

const isRefused = ({ answer }: Position.Position, control: string): boolean =>
  answer._tag === "Refused" && answer.control === control

/** What a control refused today: orders that ended by it, decisions that never had one, and positions whose next order it refuses, or refused for so long that a case was opened. */
const refusalsOf = (
  control: string,
  { blocked = [], decisions = [], orders = [], positions = [], since }: Window
): ReadonlyArray<Refusal> => {
  const cases = blocked.filter(({ subject }) => subject === control)
  const caseOf = (symbol: string) => cases.findLast((each) => each.symbol === symbol)
  const waiting = positions.filter((each) => isRefused(each, control) && each.answerSince >= since)
  const isWaiting = new Set<string | undefined>(waiting.map(({ symbol }) => symbol))
  const past = new Map(cases.flatMap((each) => (isWaiting.has(each.symbol) ? [] : [[each.symbol, each] as const])))
  return [
    ...orders.filter(({ code }) => code === control).map(ofOrder),
    ...decisions.filter((each) => each.control === control && each.orderId === undefined).map(ofDecision),
    ...waiting.map((each) => ofPosition(each.symbol, each.answerSince, each, caseOf(each.symbol))),
    ...[...past.values()].map((each) => ofPosition(each.symbol ?? "", each.openedAt, undefined, each))
  ]
}

const countOf = (refusals: ReadonlyArray<Refusal>, since: Instant.Instant) => {
  const orders = refusals.filter(({ of }) => of.orderId !== null).length
  const decisions = refusals.filter(({ of }) => of.decisionId !== null).length
  return { since: Instant.format(since), orders, decisions, positions: refusals.length - orders - decisions }
}

const useOf = (limit: LimitUse["limit"], window: Window): LimitUse => {
  const control = controlOf[limit]
  const { blocked, decisions, orders, positions } = window
  const isRead = [blocked, decisions, orders, positions].every((each) => each !== undefined)
  const refusals = refusalsOf(control, window)
  const newest = refusals.reduce<Refusal | undefined>(
    (last, each) => (last === undefined || last.since <= each.since ? each : last),
    undefined
  )
  return {
    limit,
    control,
    ...usedOf(limit, window),
    waiting: positions === undefined ? null : positions.filter((each) => isRefused(each, control)).length,
    refused: isRead ? countOf(refusals, window.since) : null,
    last: newest === undefined ? null : { at: Instant.format(newest.since), ...newest.of }
  }
}

/** What of each limit of an account is used, and what it refused since midnight at the market: of the day's window and its positions. */
export const usesOf = (
  account: Account.Account,
  usage: Usage.Usage | undefined
): Effect.Effect<ReadonlyArray<LimitUse>, TradeRepository.StoreError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const since = XnysCalendar.momentOf(XnysCalendar.marketDate(at), "00:00") ?? at
    const own = { column: "account", in: [account.name] }
    const made = { column: "createdAt", atLeast: Number(since) }
    const opened = { column: "openedAt", atLeast: Number(since) }
    const lately = yield* idsWithinOf(Break.BreakTable, ({ openedAt }) => openedAt, since)
    const window: Window = {
      account,
      at,
      since,
      usage,
      orders: yield* read(Order.OrderTable, [...(yield* idsWithin(Order.OrderTable, since)), own, made]),
      decisions: yield* read(Decision.DecisionTable, [...(yield* idsWithin(Decision.DecisionTable, since)), own, made]),
      positions: yield* read(Position.PositionTable, [own]),
      blocked: yield* read(Break.BreakTable, [...lately, own, { column: "kind", in: ["PositionBlocked"] }, opened])
    }
    return [...limitNames, "buyingPower" as const].map((limit) => useOf(limit, window))
  })

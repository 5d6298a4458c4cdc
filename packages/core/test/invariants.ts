import { Either } from "effect"
import * as Account from "../src/records/Account.ts"
import * as Fill from "../src/records/Fill.ts"
import * as Order from "../src/records/Order.ts"
import * as Allocation from "../src/records/Allocation.ts"
import { weightsOf } from "../src/records/allocationKey.ts"
import * as Lot from "../src/records/Lot.ts"
import { OwnerPositionTable, type OwnerPosition } from "../src/records/OwnerPosition.ts"
import * as Position from "../src/records/Position.ts"
import * as Break from "../src/records/Break.ts"
import * as Trade from "../src/records/Trade.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as OrderState from "../src/records/OrderState.ts"
import type { Desk } from "@roundlot/testing"
import { answered } from "./answered.ts"

const text = Decimal.format

const differ = (what: string, a: Decimal.Decimal, b: Decimal.Decimal): ReadonlyArray<string> =>
  Decimal.equals(a, b) ? [] : [`${what}: ${text(a)} is not ${text(b)}`]

const signed = (side: "buy" | "sell", quantity: Decimal.Decimal) =>
  side === "buy" ? quantity : Decimal.negate(quantity)

const total = (all: ReadonlyArray<Decimal.Decimal>) => Decimal.sum(all)

/** The sign of what a trade adds to the target. */
const turned = (trade: Trade.Trade): Decimal.Decimal =>
  Decimal.unsafe(Decimal.sign(Trade.targetOf(trade)) > 0 ? "1" : "-1")

interface Rows {
  readonly position: Position.Position
  readonly account: Account.Account
  readonly trades: ReadonlyArray<Trade.Trade>
  readonly orders: ReadonlyArray<Order.Order>
  readonly lots: ReadonlyArray<Lot.Lot>
  readonly owners: ReadonlyArray<OwnerPosition>
  readonly standing: ReadonlyArray<Allocation.Allocation>
  readonly openBreaks: ReadonlyArray<Break.Break>
  readonly fills: ReadonlyArray<Fill.Fill>
}

const rowsOf = (desk: Desk.Desk): Rows | undefined => {
  const [position] = desk.all(Position.PositionTable)
  const [account] = desk.all(Account.AccountTable)
  if (position === undefined || account === undefined) return undefined
  return {
    position,
    account,
    trades: desk.all(Trade.TradeTable),
    orders: desk.all(Order.OrderTable),
    lots: desk.all(Lot.LotTable),
    owners: desk.all(OwnerPositionTable),
    standing: desk.all(Allocation.AllocationTable).filter((each) => each.releasedAt === undefined),
    openBreaks: desk.all(Break.BreakTable).filter((each) => each.closedAt === undefined),
    fills: desk.all(Fill.FillTable)
  }
}

/** Everything that A1 to A4, B3, C7, D2, D5 and SYNC-1 say of the rows of a desk, recomputed from trades, orders, lots and links alone. */
export const problemsOf = (desk: Desk.Desk): ReadonlyArray<string> => {
  const rows = rowsOf(desk)
  if (rows === undefined) return []
  return [
    ...figures(rows),
    ...lotProblems(rows),
    ...rows.trades.flatMap((trade) => tradeProblems(rows, trade)),
    ...rows.orders.flatMap((order) => [
      ...orderProblems(rows, order),
      ...fillProblems(rows, order),
      ...proRataProblems(rows, order),
      ...keyProblems(rows, order)
    ]),
    ...ownerProblems(rows),
    ...liveProblems(rows),
    ...healthProblems(desk, rows)
  ]
}

const isCounted = (trade: Trade.Trade) =>
  trade.kind === "accumulate" && (trade.status === "accumulated" || trade.status === "completed")

/** A1, A2, A4: the figures of the position. */
const figures = ({ position, trades, orders, lots }: Rows): ReadonlyArray<string> => {
  const counted = trades.filter(isCounted)
  const exposure = total(counted.map((trade) => signed(trade.side, trade.quantity)))
  const target = total(
    counted.map((trade) =>
      Decimal.multiply(signed(trade.side, trade.quantity), Decimal.unsafe(trade.direction === "mirror" ? "1" : "-1"))
    )
  )
  const filledOf = (some: ReadonlyArray<Order.Order>) => total(some.map((order) => signed(order.side, order.filled)))
  const hedged = filledOf(orders.filter((order) => order.inQueue))
  const flying = orders.filter((order) => order.origin === "accumulation" && OrderState.isLive(order.status))
  const inFlight = total(
    flying.map((order) => signed(order.side, Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filled))))
  )
  const open = total(lots.map((lot) => lot.open))
  return [
    ...differ("A1 exposure", position.exposure, exposure),
    ...differ("A1 target", position.target, target),
    ...differ("A2 hedged", position.hedged, hedged),
    ...differ("A2 in flight", position.inFlight, inFlight),
    ...differ("A2 residual", position.residual, Decimal.subtract(Decimal.subtract(target, hedged), inFlight)),
    ...differ("A4 residual and open lots", position.residual, open),
    ...differ("A4 open lots of the position", position.openLots, open),
    ...differ("E2 direct", position.direct, filledOf(orders.filter((order) => order.origin === "direct"))),
    ...differ("E4 holdings", Decimal.sum([position.hedged, position.direct, position.adopted]), filledOf(orders)),
    ...differ(
      "E3 adopted",
      position.adopted,
      filledOf(orders.filter((order) => !order.inQueue && order.origin === "external"))
    )
  ]
}

/** A4: never open lots of both signs. */
const lotProblems = ({ lots }: Rows): ReadonlyArray<string> => {
  const signs = new Set(lots.map((lot) => Decimal.sign(lot.open)).filter((sign) => sign !== 0))
  return signs.size > 1 ? ["A4 open lots of both signs"] : []
}

const linksOf = (rows: Rows, order: Order.Order) =>
  rows.standing.filter((each) => each.orderId === order.id || each.counterOrderId === order.id)

/** C6: a pro-rata order settles all of its fills, each allocation in its ratio but for less than a billionth of a share. */
const proRataProblems = (rows: Rows, order: Order.Order): ReadonlyArray<string> => {
  const links = linksOf(rows, order)
  if (order.allocation !== "pro-rata" || links.some(({ kind }) => kind !== "order")) return []
  const all = total(links.map(({ quantity }) => quantity))
  const filled = Decimal.min(order.filled, all)
  const isProRata = (link: Allocation.Allocation) => {
    const exact = Decimal.multiply(filled, link.quantity)
    const apart = Decimal.abs(Decimal.subtract(Decimal.multiply(link.settled, all), exact))
    return Decimal.isLess(apart, Decimal.multiply(all, Decimal.unsafe("0.000000001")))
  }
  return [
    ...differ(`C6 O${order.id}'s fills and what they settle`, filled, total(links.map(({ settled }) => settled))),
    ...links.flatMap((link) => (isProRata(link) ? [] : [`C6 A${link.id} has ${text(link.settled)} of O${order.id}`]))
  ]
}

/**
 * C6: an order that divides by a key settles all of its fills. An owner of the key whose trades are not filled whole has, by weight, at most one
 * step less than any other owner of the key; as long as there is such an owner, trades of owners outside of the key have no shares.
 */
const keyProblems = (rows: Rows, order: Order.Order): ReadonlyArray<string> => {
  const { allocationKey: key, id } = order
  const links = linksOf(rows, order)
  if (key === undefined || order.splitExcess.value !== 0n || links.some(({ kind }) => kind !== "order")) return []
  const owned = links.map((link) => ({ ...link, owner: rows.trades.find((each) => each.id === link.tradeId)?.owner }))
  const owners = [...weightsOf(key)].map(([name, weight]) => {
    const own = owned.filter(({ owner }) => owner === name)
    const [has, most] = [total(own.map(({ settled }) => settled)), total(own.map(({ quantity }) => quantity))]
    return { name, has, most, weight: Decimal.unsafe(String(weight)) }
  })
  const open = owners.filter(({ has, most }) => Decimal.isLess(has, most))
  const isBehind = (a: (typeof owners)[number], b: (typeof owners)[number]) => {
    const behind = Decimal.subtract(Decimal.multiply(b.has, a.weight), Decimal.multiply(a.has, b.weight))
    return Decimal.isLess(Decimal.multiply(Decimal.add(a.weight, b.weight), Decimal.unsafe("0.000000001")), behind)
  }
  const outside = owned.filter(({ owner }) => owners.every(({ name }) => name !== owner))
  const filled = Decimal.min(order.filled, total(links.map(({ quantity }) => quantity)))
  return [
    ...differ(`C6 O${id}'s fills and what they settle`, filled, total(links.map(({ settled }) => settled))),
    ...open.flatMap((a) =>
      owners.flatMap((b) => (isBehind(a, b) ? [`C6 ${a.name} is behind ${b.name} in O${id}`] : []))
    ),
    ...(open.length > 0 ? outside : []).flatMap(({ settled }) =>
      Decimal.isZero(settled) ? [] : [`C6 an owner outside of the key has ${text(settled)} of O${id}`]
    )
  ]
}

/** C3: the filled part of one allocation: the order's fills settle its allocations from the first on. */
const filledPart = (rows: Rows, allocation: Allocation.Allocation): Decimal.Decimal => {
  const order = rows.orders.find((each) => each.id === allocation.orderId)
  if (order === undefined) return Decimal.zero
  if (order.allocation !== undefined) return allocation.settled
  let left = order.filled
  for (const each of linksOf(rows, order)) {
    const part = Decimal.min(left, each.quantity)
    if (each.id === allocation.id) return part
    left = Decimal.subtract(left, part)
  }
  return Decimal.zero
}

/** A4 and B3 of one trade. */
const tradeProblems = (rows: Rows, trade: Trade.Trade): ReadonlyArray<string> => {
  const links = rows.standing.filter((each) => each.tradeId === trade.id || each.counterTradeId === trade.id)
  const lot = rows.lots.find((each) => each.tradeId === trade.id)
  if (trade.kind === "direct") return directProblems(rows, trade, links.length > 0 || lot !== undefined)
  if (!isCounted(trade))
    return links.length > 0 || lot !== undefined ? [`B2 ${trade.sourceId} is ${trade.status} and in the queue`] : []
  const open = lot === undefined ? Decimal.zero : Decimal.abs(lot.open)
  const netted = total(links.filter((each) => each.kind === "net").map((each) => each.quantity))
  const ordered = links.filter((each) => each.kind === "order")
  const covered = Decimal.add(open, Decimal.add(netted, total(ordered.map((each) => each.quantity))))
  const unsettled = Decimal.subtract(
    Decimal.subtract(trade.quantity, netted),
    total(ordered.map((each) => filledPart(rows, each)))
  )
  const carried = ordered.some((each) =>
    rows.orders.some(
      (order) => order.id === each.orderId && order.status === "filled" && Decimal.isLess(unsettled, order.lot)
    )
  )
  const status = Decimal.isZero(unsettled) || carried ? "completed" : "accumulated"
  return [
    ...differ(`A4 trade ${trade.sourceId} and what covers it`, trade.quantity, covered),
    ...differ(`A4 ${trade.sourceId} netted`, trade.netted, netted),
    ...ordered.flatMap((each) =>
      differ(`C3 ${trade.sourceId} settled in O${each.orderId}`, each.settled, filledPart(rows, each))
    ),
    ...(status === trade.status
      ? []
      : [`B3 ${trade.sourceId} is ${trade.status}, should be ${status} (${text(unsettled)} unsettled)`])
  ]
}

/** What of a counted trade is netted or filled, with its sign. */
const settledOf = (rows: Rows, trade: Trade.Trade): Decimal.Decimal => {
  const parts = rows.standing.flatMap((each) => {
    if (each.kind === "net") return each.tradeId === trade.id || each.counterTradeId === trade.id ? [each.quantity] : []
    return each.kind === "order" && each.tradeId === trade.id ? [filledPart(rows, each)] : []
  })
  return signed(trade.side, total(parts))
}

/** C7: what owners have is what their trades come to; with the trades of no owner it is all that the position has settled. */
const ownerProblems = (rows: Rows): ReadonlyArray<string> => {
  const counted = rows.trades.filter(isCounted)
  const ofOwner = (owner: string | undefined) => counted.filter((trade) => trade.owner === owner)
  const executed = (trades: ReadonlyArray<Trade.Trade>) => total(trades.map((trade) => settledOf(rows, trade)))
  const owners = new Set(rows.trades.flatMap(({ owner }) => owner ?? []))
  const open = total([
    ...rows.lots.flatMap((lot) => (lot.tradeId === undefined ? [] : [lot.open])),
    ...rows.standing.flatMap((each) => {
      const trade = rows.trades.find(({ id }) => id === each.tradeId)
      if (each.kind !== "order" || trade === undefined) return []
      return [Decimal.multiply(Decimal.subtract(each.quantity, filledPart(rows, each)), turned(trade))]
    })
  ])
  const settled = Decimal.subtract(rows.position.target, open)
  const all = Decimal.add(total(rows.owners.map((row) => row.executed)), executed(ofOwner(undefined)))
  const direction = Decimal.unsafe(rows.account.direction === "mirror" ? "1" : "-1")
  return [
    ...differ("C7 executed of all and what the position has settled", Decimal.multiply(all, direction), settled),
    ...[...owners].flatMap((owner) => {
      const row = rows.owners.find((each) => each.owner === owner)
      const direct = rows.orders.filter((order) => rows.trades.some((t) => t.id === order.tradeId && t.owner === owner))
      return [
        ...differ(
          `C7 ordered of ${owner}`,
          row?.ordered ?? Decimal.zero,
          total(ofOwner(owner).map((trade) => signed(trade.side, trade.quantity)))
        ),
        ...differ(`C7 executed of ${owner}`, row?.executed ?? Decimal.zero, executed(ofOwner(owner))),
        ...differ(
          `C7 direct of ${owner}`,
          row?.direct ?? Decimal.zero,
          total(direct.map((order) => signed(order.side, order.filled)))
        )
      ]
    })
  ]
}

/** E2: a direct trade is outside the queue, and its status is what its one order says. */
const directProblems = (rows: Rows, trade: Trade.Trade, isInQueue: boolean): ReadonlyArray<string> => {
  const [order, ...more] = rows.orders.filter((each) => each.tradeId === trade.id)
  const ended = trade.reason === undefined ? "pending" : trade.status === "failed" ? "failed" : "pending"
  const wanted =
    order === undefined
      ? ended
      : order.status === "filled"
        ? "completed"
        : OrderState.isLive(order.status)
          ? "pending"
          : "failed"
  return [
    ...(isInQueue ? [`E2 ${trade.sourceId} is direct and in the queue`] : []),
    ...(more.length > 0 ? [`E2 ${trade.sourceId} has several orders`] : []),
    ...(order !== undefined && (order.origin !== "direct" || order.inQueue)
      ? [`E1 O${order.id} is no direct order`]
      : []),
    ...(trade.status === wanted ? [] : [`E2 ${trade.sourceId} is ${trade.status}, should be ${wanted}`])
  ]
}

/** SYNC-1, F5: what an order filled, and for how much, is the sum of its canonical fills and of the rest that is inferred. */
const fillProblems = ({ fills }: Rows, order: Order.Order): ReadonlyArray<string> => {
  const counting = fills.filter((fill) => fill.canonical && fill.orderId === order.id)
  const paid = counting.map(({ price, quantity }) =>
    price === undefined ? Decimal.zero : Decimal.multiply(quantity, price)
  )
  const executed = Decimal.add(total(counting.map(({ quantity }) => quantity)), order.inferred)
  return [
    ...differ(`SYNC-1 O${order.id}'s quantity and its fills`, order.filled, executed),
    ...(Decimal.isZero(order.inferred)
      ? differ(`SYNC-1 O${order.id}'s notional and its fills`, order.notional, total(paid))
      : [])
  ]
}

/** A3, A4 and F4 of one order. */
const orderProblems = (rows: Rows, order: Order.Order): ReadonlyArray<string> => {
  const name = `O${order.id}`
  const live = OrderState.isLive(order.status)
  const bound = order.origin === "accumulation" && live ? Decimal.max(order.quantity, order.filled) : order.filled
  const commitment = order.inQueue ? bound : Decimal.zero
  const allocated = total(linksOf(rows, order).map((each) => each.quantity))
  const lot = rows.lots.find((each) => each.id === order.lotId)
  const excess = lot === undefined ? Decimal.zero : lot.open
  const isShort =
    order.status === "filled" && (order.brokerOrderId === undefined || Decimal.isLess(order.filled, order.quantity))
  const taken = order.status === "partially_filled" && Decimal.isZero(order.filled)
  return [
    ...differ(`A4 ${name}'s commitment and what covers it`, commitment, Decimal.add(allocated, order.excess)),
    ...differ(`A3 ${name}'s excess and its lot`, Decimal.negate(signed(order.side, order.excess)), excess),
    ...(Decimal.sign(order.excess) < 0 ? [`A3 ${name}'s excess is negative`] : []),
    ...(Decimal.isLess(order.excess, order.acceptedExcess) ? [`G ${name}: more is accepted than there is`] : []),
    ...(isShort ? [`F4 ${name} is filled without broker id or quantity`] : []),
    ...(Either.isLeft(Order.stateOf(order)) ? [`FILL-7 ${name} is ${order.status} without what that demands`] : []),
    ...(taken ? [`F2 ${name} is partially filled with nothing`] : [])
  ]
}

const own = ({ orders }: Rows) =>
  orders.filter((order) => order.origin === "accumulation" && OrderState.isLive(order.status))

/** D5: one live accumulation order at most; where the broker revives another, a break is open. */
const liveProblems = (rows: Rows): ReadonlyArray<string> => {
  const live = own(rows)
  const isKnown = rows.openBreaks.some(
    (each) => each.kind === "Reappeared" && live.some((order) => each.subject === `O${order.id}`)
  )
  return live.length > 1 && !isKnown
    ? [`D5 two live accumulation orders: ${live.map((order) => `O${order.id}`).join(", ")}`]
    : []
}

/** D2: nothing live and nothing in the way: less than max(threshold, lot) is left. */
const healthProblems = (desk: Desk.Desk, rows: Rows): ReadonlyArray<string> => {
  const { position, account } = rows
  const bound = Decimal.max(account.lot, account.threshold ?? account.lot)
  if (own(rows).length > 0 || Decimal.isLess(Decimal.abs(position.residual), bound)) return []
  const side = Decimal.sign(position.residual) > 0 ? "buy" : "sell"
  const isOpposed = rows.orders.some((order) => order.side !== side && OrderState.isLive(order.status))
  const isCooling = position.coolDownUntil !== undefined && desk.now() < position.coolDownUntil
  const isCircuitOpen = position.circuitUntil !== undefined && desk.now() < position.circuitUntil
  const isHolding = rows.openBreaks.some((each) => each.holds !== "nothing")
  const isInTheWay =
    isOpposed ||
    isCooling ||
    isCircuitOpen ||
    isHolding ||
    position.heldBy !== undefined ||
    position.answer._tag === "Halted"
  return isInTheWay
    ? []
    : [`D2 ${text(position.residual)} is due, nothing is in the way and nothing is ordered (${answered(position)})`]
}

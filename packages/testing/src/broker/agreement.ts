import { Effect } from "effect"
import { Audit, Broker, Decimal, Fill, Order, Reads, Side } from "@roundlot/core"
import { Id, type Report, type TradeRepository } from "@roundlot/core/adapter"
import { Break } from "@roundlot/core/ledger"
import type { Place } from "./Place.ts"
import { around, newest, reportsOf } from "./sample.ts"

/** What both sides have, and what they do not agree on, a sentence each. */
export interface Compared {
  readonly orders: number
  readonly executions: number
  readonly findings: ReadonlyArray<string>
}

/** Reads both sides in calm, and holds them together. */
export const compared = (
  { account, broker: given }: Pick<Place, "account" | "broker">,
  before: Net
): Effect.Effect<Compared, Broker.BrokerReadFailed | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const broker = Broker.altered(given, {})
    const window = yield* around
    const placed = reportsOf(yield* broker.orders(window))
    const executions = newest(reportsOf<Report.Executed>(yield* broker.fills(window)))
    const { holdings } = yield* broker.positions
    const orders = yield* Reads.all(Order.OrderTable)
    const fills = (yield* Reads.all(Fill.FillTable)).filter(({ canonical }) => canonical)
    const sideOf = new Map(orders.map(({ id, side }) => [id, side] as const))
    const booked = netOf(
      fills.map(({ orderId, quantity, symbol }) => ({ quantity, symbol, side: sideOf.get(orderId) }))
    )
    const filled = netOf(executions)
    const breaks = yield* Reads.all(Break.BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "holds", in: ["symbol", "account"] }
      ]
    })
    const { findings } = yield* Audit.run()
    return {
      orders: placed.length,
      executions: executions.length,
      findings: [
        ...twice(placed.map(({ clientOrderId }) => clientOrderId)),
        ...unlisted(
          orders,
          placed.map(({ brokerOrderId }) => brokerOrderId)
        ),
        ...unknownTo(
          orders,
          placed.map(({ clientOrderId }) => clientOrderId)
        ),
        ...differences("the books have", booked, "its executions come to", filled),
        ...differences("its executions come to", filled, "it holds", since(before, heldOf(holdings))),
        ...orders
          .filter(({ status }) => moving.includes(status))
          .map((order) => `${Id.format("order", order.id)} of ${account} is ${order.status} still`),
        ...breaks.map((each) => `a break holds: ${each.kind} ${each.subject} (${Break.evidenceOf(each)})`),
        ...findings.map(({ what, where }) => `the audit has a finding: ${where} ${what}`)
      ]
    }
  })

const moving: ReadonlyArray<Order.Order["status"]> = ["pending", "submitting", "in_doubt"]

interface Moved {
  readonly symbol: string
  readonly side: Side.Side | undefined
  readonly quantity: Decimal.Decimal
}

/** Signed shares by symbol. */
export type Net = ReadonlyMap<string, Decimal.Decimal>

const netOf = (moved: ReadonlyArray<Moved>): Net => {
  const net = new Map<string, Decimal.Decimal>()
  for (const { quantity, side, symbol } of moved) {
    if (side === undefined) continue
    net.set(symbol, Decimal.add(net.get(symbol) ?? Decimal.zero, Side.signed(side, quantity)))
  }
  return net
}

/** What a broker holds, by symbol. */
export const heldOf = (holdings: ReadonlyArray<{ readonly symbol: string; readonly quantity: Decimal.Decimal }>): Net =>
  new Map(holdings.map(({ quantity, symbol }) => [symbol, quantity]))

/** What has come to a holding since it was that. */
const since = (before: Net, now: Net): Net =>
  new Map(
    [...new Set([...before.keys(), ...now.keys()])].map((symbol) => [
      symbol,
      Decimal.subtract(now.get(symbol) ?? Decimal.zero, before.get(symbol) ?? Decimal.zero)
    ])
  )

const unlisted = (orders: ReadonlyArray<Order.Order>, listed: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(listed)
  return orders.flatMap(({ brokerOrderId: id }) =>
    id === undefined || known.has(id) ? [] : [`the order ${id} is in the books and not in the broker's listing`]
  )
}

const differences = (one: string, net: Net, other: string, others: Net): ReadonlyArray<string> =>
  [...new Set([...net.keys(), ...others.keys()])].flatMap((symbol) => {
    const [first = Decimal.zero, second = Decimal.zero] = [net.get(symbol), others.get(symbol)]
    if (Decimal.equals(first, second)) return []
    return [`${symbol}: ${one} ${Decimal.format(first)}, ${other} ${Decimal.format(second)}`]
  })

const twice = (ids: ReadonlyArray<string | undefined>): ReadonlyArray<string> => {
  const known = ids.filter((id) => id !== undefined)
  const doubled = new Set(known.filter((id, index) => known.indexOf(id) !== index))
  return [...doubled].map((id) => `the order ${id} is at the broker more than once`)
}

const unknownTo = (
  orders: ReadonlyArray<Order.Order>,
  ids: ReadonlyArray<string | undefined>
): ReadonlyArray<string> => {
  const known = new Set<string>(orders.map(({ clientOrderId }) => clientOrderId))
  return ids.flatMap((id) =>
    id !== undefined && !known.has(id) ? [`the order ${id} is at the broker and not in the books`] : []
  )
}

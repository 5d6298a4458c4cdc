import { Effect } from "effect"
import { altered } from "../../ports/Broker.ts"
import { BreakTable, evidenceOf } from "../../records/Break.ts"
import { FillTable } from "../../records/Fill.ts"
import { OrderTable, type Order } from "../../records/Order.ts"
import type { Executed } from "../../records/Report.ts"
import { signed, type Side } from "../../records/Side.ts"
import { run as audit } from "../../services/Audit.ts"
import * as Reads from "../../services/Reads.ts"
import * as Decimal from "../../values/Decimal.ts"
import { format } from "../../values/Id.ts"
import type { Place } from "./Place.ts"
import { around, newest, reportsOf } from "./sample.ts"

/** Reads both sides in calm, and holds them together: what they do not agree on, a sentence each, and how much there was of each. */
export const compared = ({ account, broker: given }: Pick<Place, "account" | "broker">, before: Net) =>
  Effect.gen(function* () {
    const broker = altered(given, {})
    const window = yield* around
    const placed = reportsOf(yield* broker.orders(window))
    const executions = newest(reportsOf<Executed>(yield* broker.fills(window)))
    const { holdings } = yield* broker.positions
    const orders = yield* Reads.all(OrderTable)
    const fills = (yield* Reads.all(FillTable)).filter(({ canonical }) => canonical)
    const sideOf = new Map(orders.map(({ id, side }) => [id, side] as const))
    const booked = netOf(
      fills.map(({ orderId, quantity, symbol }) => ({ quantity, symbol, side: sideOf.get(orderId) }))
    )
    const filled = netOf(executions)
    const breaks = yield* Reads.all(BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "holds", in: ["symbol", "account"] }
      ]
    })
    const { findings } = yield* audit()
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
          .map((order) => `${format("order", order.id)} of ${account} is ${order.status} still`),
        ...breaks.map((each) => `a break holds: ${each.kind} ${each.subject} (${evidenceOf(each)})`),
        ...findings.map(({ what, where }) => `the audit has a finding: ${where} ${what}`)
      ]
    }
  })

const moving: ReadonlyArray<Order["status"]> = ["pending", "submitting", "in_doubt"]

interface Moved {
  readonly symbol: string
  readonly side: Side | undefined
  readonly quantity: Decimal.Decimal
}

/** Signed shares by symbol. */
export type Net = ReadonlyMap<string, Decimal.Decimal>

const netOf = (moved: ReadonlyArray<Moved>): Net => {
  const net = new Map<string, Decimal.Decimal>()
  for (const { quantity, side, symbol } of moved) {
    if (side === undefined) continue
    net.set(symbol, Decimal.add(net.get(symbol) ?? Decimal.zero, signed(side, quantity)))
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

const unlisted = (orders: ReadonlyArray<Order>, listed: ReadonlyArray<string>): ReadonlyArray<string> => {
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

const unknownTo = (orders: ReadonlyArray<Order>, ids: ReadonlyArray<string | undefined>): ReadonlyArray<string> => {
  const known = new Set<string>(orders.map(({ clientOrderId }) => clientOrderId))
  return ids.flatMap((id) =>
    id !== undefined && !known.has(id) ? [`the order ${id} is at the broker and not in the books`] : []
  )
}

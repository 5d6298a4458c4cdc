import type { ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Effect, Ref } from "effect"
import type { Desk } from "./Desk.ts"
import { orderJson, type Said, type Shown } from "./orderJson.ts"

type Order = ExchangeOrder.ExchangeOrder
type Showing = Effect.Effect<ReadonlyArray<Shown>, ExchangeFailed>

/** What is said of an order beside what the exchange keeps; of a leg the class of the order that it was placed with. */
export const saidOf = (
  known: ReadonlyMap<string, Said>,
  brokerOrderId: string,
  parent: string | undefined
): Said | undefined => {
  const own = known.get(brokerOrderId)
  const placedWith = parent === undefined ? undefined : known.get(parent)
  if (placedWith === undefined) return own
  return { notional: undefined, positionIntent: undefined, ...own, orderClass: placedWith.orderClass }
}

const groupsOf = ({ exchange }: Desk, orders: ReadonlyArray<Order>) =>
  exchange.groups(orders.map(({ brokerOrderId }) => brokerOrderId))

/** Orders as they are now, or with the status that they are said to have. */
export const shown = (desk: Desk, orders: ReadonlyArray<Order>, status?: string): Showing =>
  Effect.gen(function* () {
    const known = yield* Ref.get(desk.said)
    const groups = yield* groupsOf(desk, orders)
    const hours = yield* desk.exchange.hours
    return orders.map((order) => {
      const group = groups.get(order.brokerOrderId)
      return orderJson(order, saidOf(known, order.brokerOrderId, group?.parent), { group, hours, status })
    })
  })

/** Orders with their legs under them. */
export const nested = (desk: Desk, orders: ReadonlyArray<Order>, status?: string): Showing =>
  Effect.gen(function* () {
    const groups = yield* groupsOf(desk, orders)
    const tops = yield* shown(desk, orders, status)
    return yield* Effect.forEach(tops, (top, i) =>
      Effect.gen(function* () {
        const ids = groups.get(orders[i]?.brokerOrderId ?? "")?.legs ?? []
        if (ids.length === 0) return top
        const stories = yield* Effect.forEach(ids, (id) => desk.exchange.look(id))
        const legs = yield* shown(
          desk,
          stories.flatMap((story) => story?.order ?? [])
        )
        return { ...top, legs }
      })
    )
  })

/** Those of some orders that were placed by themselves. */
export const tops = (desk: Desk, orders: ReadonlyArray<Order>): Effect.Effect<ReadonlyArray<Order>, ExchangeFailed> =>
  Effect.map(groupsOf(desk, orders), (groups) =>
    orders.filter(({ brokerOrderId }) => groups.get(brokerOrderId)?.parent === undefined)
  )

import type { Fill } from "../../records/Fill.ts"
import type { OrderId } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { doubleCounts } from "../../records/breakKinds.ts"

/** An order that explains what the books hold more than the broker, and what of it does (P9). */
export interface DoubleCount {
  readonly orderId: OrderId
  readonly part: (typeof doubleCounts)[number]
}

type Filling = Pick<Order, "filled" | "id" | "inferred" | "quantity" | "side">

const beyondOf = ({ filled, quantity }: Filling): Decimal.Decimal => Decimal.subtract(filled, quantity)

/**
 * P9: the first of these orders that filled exactly what the books hold more than the broker, as a whole or in a part that may be counted
 * twice, or that is filled beyond its quantity at all.
 */
export const doubleCountIn = (
  orders: ReadonlyArray<Filling>,
  fills: ReadonlyArray<Pick<Fill, "canonical" | "orderId" | "quantity">>,
  more: Decimal.Decimal
): DoubleCount | undefined => {
  const isMore = (side: Order["side"], amount: Decimal.Decimal) =>
    Decimal.isPositive(amount) && Decimal.equals(signed(side, amount), more)
  const explains: { readonly [P in DoubleCount["part"]]: (order: Filling) => boolean } = {
    filled: ({ filled, side }) => isMore(side, filled),
    beyond: (order) => isMore(order.side, beyondOf(order)),
    inferred: ({ inferred, side }) => isMore(side, inferred),
    execution: ({ id, side }) =>
      fills.some((fill) => fill.canonical && fill.orderId === id && isMore(side, fill.quantity)),
    beyondAtAll: (order) => Decimal.isPositive(beyondOf(order))
  }
  for (const part of doubleCounts) {
    const order = orders.find(explains[part])
    if (order !== undefined) return { orderId: order.id, part }
  }
  return undefined
}

import type { Fill } from "../fill/Fill.ts"
import { format, type OrderId } from "../identity/Id.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import { signed } from "../order/Side.ts"

/** What of an order explains a difference of holdings; the first that fits is said. */
const parts = ["filled", "beyond", "inferred", "execution", "beyondAtAll"] as const

/** An order that explains what the books hold more than the broker, and what of it does (P9). */
export interface DoubleCount {
  readonly orderId: OrderId
  readonly part: (typeof parts)[number]
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
  for (const part of parts) {
    const order = orders.find(explains[part])
    if (order !== undefined) return { orderId: order.id, part }
  }
  return undefined
}

/** The same in words. */
export const wordsOfDoubleCount = ({ orderId, part }: DoubleCount): string => {
  const name = format("order", orderId)
  const words = {
    filled: `${name} filled just as much: counted twice, or not at the broker, it would explain it`,
    beyond: `${name} filled just as much beyond its quantity: counted twice, it would explain it`,
    inferred: `${name} filled just as much that no execution shows: counted twice, or not at the broker, it would explain it`,
    execution: `an execution of ${name} is just as much: counted twice, or not at the broker, it would explain it`,
    beyondAtAll: `${name} filled more than its quantity: what was counted twice may explain it`
  } as const
  return words[part]
}

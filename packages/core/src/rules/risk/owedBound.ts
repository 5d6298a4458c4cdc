import type { Allocation } from "../../records/Allocation.ts"
import type { Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import type { Position } from "../../records/Position.ts"
import * as Decimal from "../../values/Decimal.ts"

/**
 * What an accumulation order is more than its position owes, in shares; `undefined` where it is within. Summed anew, and not from
 * the residual that made the order: the figures' definition (target − hedged − what else is in flight), and the shares of trades
 * that the order has taken. Nothing switches this off.
 */
export const beyondOwed = (
  order: Order,
  position: Position,
  allocations: Iterable<Allocation>
): Decimal.Decimal | undefined => {
  const own = signed(order.side, order.quantity)
  const others = Decimal.subtract(position.inFlight, own)
  const owed = Decimal.subtract(Decimal.subtract(position.target, position.hedged), others)
  const owedOnSide = Decimal.max(Decimal.zero, order.side === "buy" ? owed : Decimal.negate(owed))
  const covered = Decimal.sum(
    [...allocations].filter((each) => each.releasedAt === undefined).map((each) => each.quantity)
  )
  const bound = Decimal.min(owedOnSide, covered)
  return Decimal.isLess(bound, order.quantity) ? Decimal.subtract(order.quantity, bound) : undefined
}

import type { Books } from "../books/Books.ts"
import type { Order } from "../records/Order.ts"
import * as Decimal from "../values/Decimal.ts"

/**
 * F5: what of an order is not what its executions come to. Reports on profit and turnover are made of executions, and the ledger's figures
 * of what the order was said to have filled: where both agree, the reports add up to what the ledger holds.
 */
export const executionFault = (
  { fills }: Books,
  { filled, id, inferred, notional, unpriced }: Order
): string | undefined => {
  let shares = inferred
  let dollars = Decimal.zero
  let priceless = Decimal.zero
  for (const { canonical, price, quantity } of fills.find("order", [id])) {
    if (!canonical) continue
    shares = Decimal.add(shares, quantity)
    if (price === undefined) priceless = Decimal.add(priceless, quantity)
    else dollars = Decimal.add(dollars, Decimal.multiply(quantity, price))
  }
  if (!Decimal.equals(shares, filled)) {
    return `its executions and inferred shares are ${Decimal.format(shares)}, it filled ${Decimal.format(filled)} (F5)`
  }
  // What inferred shares cost is what the broker's average leaves for them, and no execution says.
  if (Decimal.isPositive(inferred)) return undefined
  if (!Decimal.equals(dollars, notional)) {
    return `its executions cost ${Decimal.format(dollars)}, its notional is ${Decimal.format(notional)} (F5)`
  }
  if (!Decimal.equals(priceless, unpriced)) {
    return `executions without a price are ${Decimal.format(priceless)} shares, its unpriced ones ${Decimal.format(unpriced)} (F5)`
  }
  return undefined
}

import * as Decimal from "../values/Decimal.ts"

/** F5: what a total of shares has beyond the fills that count for it: it counts too, and has no price. Nothing where there is no such rest. */
export const inferredOf = (
  total: Decimal.Decimal,
  canonical: Iterable<Decimal.Decimal>
): Decimal.Decimal | undefined => {
  const rest = Decimal.subtract(total, Decimal.sum(canonical))
  return Decimal.isPositive(rest) ? rest : undefined
}

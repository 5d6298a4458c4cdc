import { negated, signOf, sumOf } from "../format/figure.ts"

/** An order as far as it tells what of it has no execution yet: shares. */
interface Executed {
  readonly filledQuantity: string
  readonly fills: ReadonlyArray<{ readonly canonical: boolean; readonly quantity: string }>
}

/** What the broker's total says was executed beyond the executions that came: it counts, and has no price. Nothing where they add up. */
export const inferredOf = ({ filledQuantity, fills }: Executed): string | undefined => {
  const told = fills.filter(({ canonical }) => canonical).map(({ quantity }) => negated(quantity))
  const inferred = sumOf([filledQuantity, ...told])
  return signOf(inferred) > 0 ? inferred : undefined
}

import { Decimal, inferredOf } from "@roundlot/api/client"

/** An order as far as it tells what of it has no execution yet: shares. */
interface Executed {
  readonly filledQuantity: string
  readonly fills: ReadonlyArray<{ readonly canonical: boolean; readonly quantity: string }>
}

/** What the broker's total says was executed beyond the executions that came; nothing where they add up. */
export const inferredIn = ({ filledQuantity, fills }: Executed): string | undefined => {
  const counted = fills.flatMap(({ canonical, quantity }) => (canonical ? [Decimal.unsafe(quantity)] : []))
  const inferred = inferredOf(Decimal.unsafe(filledQuantity), counted)
  return inferred === undefined ? undefined : Decimal.format(inferred)
}

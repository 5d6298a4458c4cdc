import * as Decimal from "../../values/Decimal.ts"

/** Dollars of so many shares: what was traded at the price, unknown where no price is, and what is known of its fees. */
export interface Amount {
  readonly gross: Decimal.Decimal | undefined
  readonly fee: Decimal.Decimal
  /** Is there no fee beside, which is not known yet? */
  readonly isFeeKnown: boolean
}

/** No dollars. */
export const nothing: Amount = { gross: Decimal.zero, fee: Decimal.zero, isFeeKnown: true }

/** Both; unknown where one is. */
export const plus = (a: Amount, b: Amount): Amount => ({
  gross: a.gross === undefined || b.gross === undefined ? undefined : Decimal.add(a.gross, b.gross),
  fee: Decimal.add(a.fee, b.fee),
  isFeeKnown: a.isFeeKnown && b.isFeeKnown
})

/** The digits to which the part of an amount is kept, where it does not come out even. */
const DIGITS = 18

const partOf = (dollars: Decimal.Decimal, part: Decimal.Decimal, of: Decimal.Decimal): Decimal.Decimal =>
  Decimal.divide(Decimal.multiply(dollars, part), of, DIGITS)

/**
 * LOT-3: what `part` of `of` shares has of an amount, and what the others have: the remainder, so that both are the amount exactly
 * and the last part has what division left over.
 */
export const parted = (
  amount: Amount,
  part: Decimal.Decimal,
  of: Decimal.Decimal
): { readonly taken: Amount; readonly rest: Amount } => {
  const { fee, gross, isFeeKnown } = amount
  if (Decimal.equals(part, of)) return { taken: amount, rest: { ...nothing, isFeeKnown } }
  const takenGross = gross === undefined ? undefined : partOf(gross, part, of)
  const takenFee = partOf(fee, part, of)
  return {
    taken: { gross: takenGross, fee: takenFee, isFeeKnown },
    rest: {
      gross: gross === undefined || takenGross === undefined ? undefined : Decimal.subtract(gross, takenGross),
      fee: Decimal.subtract(fee, takenFee),
      isFeeKnown
    }
  }
}

/** What was paid: fees are part of it. */
export const paid = ({ fee, gross }: Amount): Decimal.Decimal | undefined =>
  gross === undefined ? undefined : Decimal.add(gross, fee)

/** What was received: fees are taken off. */
export const received = ({ fee, gross }: Amount): Decimal.Decimal | undefined =>
  gross === undefined ? undefined : Decimal.subtract(gross, fee)

import * as Decimal from "./Decimal.ts"

/** An amount of one currency (ISO 4217 code). */
export interface Money<Currency extends string> {
  readonly amount: Decimal.Decimal
  readonly currency: Currency
}

/**
 * An amount of a currency.
 *
 * @example
 * Money.make(Decimal.unsafe("12.5"), "USD")
 */
export const make = <const Currency extends string>(amount: Decimal.Decimal, currency: Currency): Money<Currency> => ({
  amount,
  currency
})

/** The sum of two amounts of one currency; two currencies do not type-check. */
export const add = <Currency extends string>(a: Money<Currency>, b: Money<NoInfer<Currency>>): Money<Currency> =>
  make(Decimal.add(a.amount, b.amount), a.currency)

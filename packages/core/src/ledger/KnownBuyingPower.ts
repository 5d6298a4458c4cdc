import type { AccountName } from "../records/AccountName.ts"
import type { OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"

/** What a broker said that an account may spend. */
interface Reading {
  readonly amount: Decimal.Decimal
  readonly currency: string
  /** When it came, by the time of the books. */
  readonly at: Instant.Instant
}

/**
 * The buying power of accounts as their brokers said it last, less what orders took that were planned to be sent since. It is here for
 * planning, which asks nobody; the next reading takes its place.
 */
export interface KnownBuyingPower {
  /**
   * What is left to spend in a currency, beside what the order `except` took; `undefined` where nobody said it of late, or in another
   * currency.
   */
  readonly of: (
    account: AccountName,
    currency: string,
    at: Instant.Instant,
    except?: OrderId
  ) => Decimal.Decimal | undefined
  readonly keep: (account: AccountName, reading: Reading) => void
  /** The broker does not say it any more. */
  readonly forget: (account: AccountName) => void
  /** An order takes so much, however often it is planned. */
  readonly take: (account: AccountName, order: OrderId, cost: Decimal.Decimal) => void
}

/** How old a reading may be and still decide, in milliseconds: accounts are read every five minutes. */
const MAX_AGE_MS = 15 * 60_000

interface Known {
  readonly reading: Reading
  readonly taken: Map<OrderId, Decimal.Decimal>
  left: Decimal.Decimal
}

/** Nothing was read yet. */
export const make = (): KnownBuyingPower => {
  const accounts = new Map<AccountName, Known>()
  return {
    of: (account, currency, at, except) => {
      const known = accounts.get(account)
      if (known === undefined || known.reading.currency !== currency) return undefined
      if (Instant.millisBetween(known.reading.at, at) > MAX_AGE_MS) return undefined
      const own = except === undefined ? undefined : known.taken.get(except)
      return own === undefined ? known.left : Decimal.add(known.left, own)
    },
    keep: (account, reading) => void accounts.set(account, { reading, taken: new Map(), left: reading.amount }),
    forget: (account) => void accounts.delete(account),
    take: (account, order, cost) => {
      const known = accounts.get(account)
      if (known === undefined) return
      const before = known.taken.get(order) ?? Decimal.zero
      known.taken.set(order, cost)
      known.left = Decimal.subtract(Decimal.add(known.left, before), cost)
    }
  }
}

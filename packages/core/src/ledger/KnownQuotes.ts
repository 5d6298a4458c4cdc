import type { Deferred } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { newer, Reference } from "../values/Reference.ts"

/** When a broker was asked for a quote last, by the clock that never jumps; `answered` is done once that has come to its end. */
interface AskedFor {
  readonly atMs: number
  readonly answered: Deferred.Deferred<void>
}

/**
 * The prices that brokers quoted of late, each for the account that asked: what one broker says decides nothing at another. They are
 * here for planning, which asks nobody; who sends, or waits for a price, has them asked for beforehand.
 */
export interface KnownQuotes {
  /** The newest that was believed, however old it is by now. */
  readonly of: (account: AccountName, symbol: string) => Reference
  /** Keeps a price, unless a newer one is known. */
  readonly keep: (account: AccountName, symbol: string, quoted: Reference) => void
  readonly askedFor: (account: AccountName, symbol: string) => AskedFor | undefined
  readonly asked: (account: AccountName, symbol: string, asked: AskedFor) => void
}

interface Known {
  readonly quoted: Reference
  readonly asked: AskedFor | undefined
}

const NOTHING: Known = { quoted: Reference.NoPrice(), asked: undefined }

/** Nothing was quoted yet. */
export const make = (): KnownQuotes => {
  const accounts = new Map<AccountName, Map<string, Known>>()
  const knownOf = (account: AccountName, symbol: string): Known => accounts.get(account)?.get(symbol) ?? NOTHING
  const put = (account: AccountName, symbol: string, known: Known): void => {
    const own = accounts.get(account) ?? new Map<string, Known>()
    accounts.set(account, own.set(symbol, known))
  }
  return {
    of: (account, symbol) => knownOf(account, symbol).quoted,
    keep: (account, symbol, quoted) => {
      const known = knownOf(account, symbol)
      put(account, symbol, { ...known, quoted: newer(quoted, known.quoted) })
    },
    askedFor: (account, symbol) => knownOf(account, symbol).asked,
    asked: (account, symbol, asked) => put(account, symbol, { ...knownOf(account, symbol), asked })
  }
}

import type { Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"

/**
 * The accounts' records as they were last read by who makes orders ready. Another process may have changed them since: who goes by
 * them has their version compared in the commit that they lead to.
 */
export interface KeptAccounts {
  readonly get: (account: AccountName) => Account | undefined
  readonly keep: (account: Account) => void
  readonly forget: (account: AccountName) => void
  readonly forgetAll: () => void
}

/** Nothing was read yet. */
export const make = (): KeptAccounts => {
  const known = new Map<AccountName, Account>()
  return {
    get: (account) => known.get(account),
    keep: (account) => void known.set(account.name, account),
    forget: (account) => void known.delete(account),
    forgetAll: () => known.clear()
  }
}

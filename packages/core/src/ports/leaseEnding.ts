import type { AccountName } from "../records/AccountName.ts"

/**
 * What becomes of the leases of a session when it ends. One that was found without life, and was not driven since, is left as it was found; what
 * was driven is released, or left without life where the session failed. All else is released.
 */
export interface LeaseEnding {
  /** The session has taken a lease; `isLost` where it was neither free nor alive before. */
  readonly took: (account: AccountName, isLost: boolean) => void
  readonly drives: (account: AccountName) => void
  readonly fails: () => void
  /** The accounts whose leases are released now. */
  readonly released: () => ReadonlyArray<AccountName>
}

/** A session that has taken nothing yet. */
export const make = (): LeaseEnding => {
  const foundLost = new Map<AccountName, boolean>()
  const driven = new Set<AccountName>()
  let isFailed = false
  const isReleased = (account: AccountName, isLost: boolean): boolean => (driven.has(account) ? !isFailed : !isLost)
  return {
    took: (account, isLost) => void (foundLost.has(account) || foundLost.set(account, isLost)),
    drives: (account) => void driven.add(account),
    fails: () => {
      isFailed = true
    },
    released: () => [...foundLost].flatMap(([account, isLost]) => (isReleased(account, isLost) ? [account] : []))
  }
}

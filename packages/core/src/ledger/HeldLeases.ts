import { Effect } from "effect"
import { NO_TOKEN, type Fence } from "../ports/Lease.ts"
import type { AccountName } from "../records/AccountName.ts"

/** A lease that this process holds. */
export interface OwnLease {
  readonly token: number
  /** When the store last said so: before it was asked, in milliseconds of the clock that never jumps. */
  readonly provenMs: number
}

/** The leases that this process holds: what its driving commits carry. */
export interface HeldLeases {
  /** The lease of an account, as it is held at this moment. */
  readonly of: (account: AccountName) => OwnLease | undefined
  readonly hold: (account: AccountName, lease: OwnLease) => Effect.Effect<void>
  /** The store has confirmed all of them. */
  readonly proveAll: (provenMs: number) => Effect.Effect<void>
  /** None is held any more. */
  readonly lose: Effect.Effect<void>
}

/** None is held yet. */
export const make = (): HeldLeases => {
  const known = new Map<AccountName, OwnLease>()
  return {
    of: (account) => known.get(account),
    hold: (account, lease) => Effect.sync(() => void known.set(account, lease)),
    proveAll: (provenMs) =>
      Effect.sync(() => {
        for (const [account, { token }] of known) known.set(account, { token, provenMs })
      }),
    lose: Effect.sync(() => known.clear())
  }
}

/** What a commit carries for those of its members that drive a broker. */
export const fencesOf = (
  leases: HeldLeases,
  members: ReadonlyArray<{ readonly account: AccountName; readonly isDriving: boolean }>
): ReadonlyArray<Fence> => {
  const accounts = new Set(members.flatMap(({ account, isDriving }) => (isDriving ? [account] : [])))
  return Array.from(accounts, (account) => ({ account, token: leases.of(account)?.token ?? NO_TOKEN }))
}

import { Effect } from "effect"
import { NO_TOKEN, type Fence } from "../ports/Lease.ts"
import type { AccountName } from "../records/AccountName.ts"

/** A lease that this process holds. */
export interface OwnLease {
  readonly token: number
  /** When the store last said so: before it was asked, in milliseconds of the clock that never jumps. */
  readonly provenMs: number
}

/** The accounts that one session of this process has taken, each with the token of its lease. */
type Session = ReadonlyMap<AccountName, number>

/** The leases that this process holds: what its driving commits carry. */
export interface HeldLeases {
  /** The lease of an account, as it is held at this moment. */
  readonly of: (account: AccountName) => OwnLease | undefined
  readonly hold: (account: AccountName, lease: OwnLease) => Effect.Effect<void>
  /** The store has confirmed those of a session. */
  readonly prove: (session: Session, provenMs: number) => Effect.Effect<void>
  /** Those of a session are not held any more; what another session of this process has taken since is its own. */
  readonly lose: (session: Session) => Effect.Effect<void>
}

/** None is held yet. */
export const make = (): HeldLeases => {
  const known = new Map<AccountName, OwnLease>()
  const ours = (session: Session) => [...session].filter(([account, token]) => known.get(account)?.token === token)
  return {
    of: (account) => known.get(account),
    hold: (account, lease) => Effect.sync(() => void known.set(account, lease)),
    prove: (session, provenMs) =>
      Effect.sync(() => {
        for (const [account, token] of ours(session)) known.set(account, { token, provenMs })
      }),
    lose: (session) =>
      Effect.sync(() => {
        for (const [account] of ours(session)) known.delete(account)
      })
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

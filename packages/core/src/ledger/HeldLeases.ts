import { Effect, Ref } from "effect"
import type { AccountName } from "../account/AccountName.ts"

/** A lease that this process holds. */
export interface OwnLease {
  readonly token: number
  /** When the store last said so: before it was asked, in milliseconds of the clock that never jumps. */
  readonly provenMs: number
}

/** The leases that this process holds: what its driving commits carry. */
export interface HeldLeases {
  readonly of: (account: AccountName) => Effect.Effect<OwnLease | undefined>
  readonly hold: (account: AccountName, lease: OwnLease) => Effect.Effect<void>
  /** The store has confirmed all of them. */
  readonly proveAll: (provenMs: number) => Effect.Effect<void>
  /** None is held any more. */
  readonly lose: Effect.Effect<void>
}

/** None is held yet. */
export const make: Effect.Effect<HeldLeases> = Effect.map(
  Ref.make<ReadonlyMap<AccountName, OwnLease>>(new Map()),
  (leases) => ({
    of: (account) => Effect.map(Ref.get(leases), (known) => known.get(account)),
    hold: (account, lease) => Ref.update(leases, (known) => new Map(known).set(account, lease)),
    proveAll: (provenMs) =>
      Ref.update(leases, (known) => new Map([...known].map(([account, { token }]) => [account, { token, provenMs }]))),
    lose: Ref.set(leases, new Map())
  })
)

import { type AccountName } from "@roundlot/core"
import { type Lease } from "@roundlot/core/adapter"
import type { Driving, Ledger } from "@roundlot/core/ledger"
import { Effect, Schedule } from "effect"

/** Says a line to who started the daemon. */
type Note = (text: string) => Effect.Effect<void>

type Accounts = ReadonlyArray<AccountName.AccountName>

type Taking = Effect.Effect<void, Lease.LeaseHeld | Ledger.LedgerError, Driving.Needed>

/** Takes the leases of accounts, in their order; fails where a living process holds one. */
export const takeNow = (driving: Driving.Driving, accounts: Accounts): Taking =>
  Effect.forEach(accounts, (account) => driving.take(account), { discard: true })

const LOOK_AGAIN = "50 millis"

/**
 * Takes the leases of accounts as their holders go: at once where a holder's process ends, after a lease's time where it only
 * stopped; `note` says both. Who waits takes them in one order, so that no two wait for each other.
 */
export const takeInTurn =
  (note: Note) =>
  (driving: Driving.Driving, accounts: Accounts): Taking =>
    Effect.forEach(
      accounts,
      (account) => Effect.catchTag(driving.take(account), "LeaseHeld", waiting(note, driving, account)),
      { discard: true }
    )

const waiting =
  (note: Note, driving: Driving.Driving, account: AccountName.AccountName) =>
  ({ host, pid }: Lease.LeaseHeld) =>
    Effect.gen(function* () {
      yield* note(`Standing by: account ${account} is in use by process ${pid} on ${host}.`)
      yield* Effect.retry(driving.take(account), { schedule: Schedule.spaced(LOOK_AGAIN), while: isHeld })
      yield* note(`Taken over: account ${account}.`)
    })

const isHeld = (error: Lease.LeaseHeld | Ledger.LedgerError): boolean => error._tag === "LeaseHeld"

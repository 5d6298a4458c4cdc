import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { BrokerReadFailed } from "../ports/Broker.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"
import { tellSoundness, type Snapshot } from "../rules/reconciliation/snapshots.ts"
import { reportedMember } from "./Booking.ts"

/** Keeps whether a listing was sound, as a break where it was not. */
export const soundnessMember = (
  account: AccountName,
  subject: Snapshot,
  fault: SnapshotFault | undefined
): Member<void> =>
  reportedMember(account, [Need.Position({ account, symbol: UNMAPPED })], (recorder) =>
    tellSoundness(recorder, subject, fault)
  )

/** Books whether a listing was sound. */
export const bookSoundness = (account: AccountName, subject: Snapshot, fault: SnapshotFault | undefined) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("report", soundnessMember(account, subject, fault)))

/** An answer that came and cannot be read, one cut short too, is no snapshot either; one that did not come is for health to tell. */
export const bookUnreadable =
  (account: AccountName, subject: Snapshot, what: string = subject) =>
  <A, E extends { readonly _tag: string }, R>(read: Effect.Effect<A, E | BrokerReadFailed, R>) =>
    Effect.tapError(read, (error) =>
      error instanceof BrokerReadFailed && error.kind === "unreadable"
        ? bookSoundness(account, subject, { _tag: "Unreadable", listing: what, detail: error.detail })
        : Effect.void
    )

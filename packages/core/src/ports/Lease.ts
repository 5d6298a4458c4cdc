import { Schema, type Effect, type Scope } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import type { Instant } from "../values/Instant.ts"
import type { StoreError } from "./StoreError.ts"

/** Which process wants to drive accounts: its host and process id, as others are told of it. */
export interface Holder {
  readonly host: string
  readonly pid: number
}

/** Another living process drives the account. `sinceMs` is for how long. */
export class LeaseHeld extends Schema.TaggedError<LeaseHeld>()("LeaseHeld", {
  account: Schema.String,
  host: Schema.String,
  pid: Schema.Int,
  sinceMs: Schema.Number
}) {
  override get message() {
    const age = `for ${Math.max(0, Math.round(this.sinceMs / 1000))} s`
    return `account ${this.account} is in use by process ${this.pid} on ${this.host} ${age}. Stop that process, wait for its end with --standby, or use another store`
  }
}

/** The lease under which something was to be written is not the account's newest. Nothing of the write was kept. */
export class Fenced extends Schema.TaggedError<Fenced>()("Fenced", { account: Schema.String, token: Schema.Int }) {
  override get message() {
    return this.token === NO_TOKEN
      ? `this process holds no lease of account ${this.account}: nothing was written`
      : `account ${this.account} is in use by another process now, lease ${this.token} of this process is outdated: nothing was written. This process ends; start it with --standby to wait for the other to end`
  }
}

/** What a commit that drives carries where its process holds no lease: older than every token. */
export const NO_TOKEN = 0

/** What a commit that drives an account carries: the number of the lease that it was made under. */
export interface Fence {
  readonly account: AccountName
  readonly token: number
}

/** Who holds an account's lease. */
export interface HeldLease extends Fence, Holder {
  readonly takenAt: Instant
  /** When it was renewed last, by the store's clock. */
  readonly renewedAt: Instant
  /** May nobody take it over now? Its holder lives, and has renewed it in time. */
  readonly isLive: boolean
}

/**
 * What one process holds of a store, for as long as its scope is open; closing it ends them at once, and releases those that `LeaseEnding`
 * says. A session is what lives or dies with its process: a lock that the kernel frees, a connection that the server sees end.
 */
export interface LeaseSession {
  /**
   * Takes the lease of an account and gives its token, which is greater than every earlier one of that account. It is free where
   * nobody ever took it, its holder released it, the holder's session is gone (provable only where the store can see it), or it
   * was not renewed for `durationMs` by the store's clock. What this session holds already is answered with its token.
   *
   * Asked again and again by whoever waits: an answer `LeaseHeld` must not hold up those who write.
   */
  readonly take: (account: AccountName) => Effect.Effect<number, LeaseHeld | StoreError>
  /** Renews all leases of the session; fails with `Fenced` where one of them is another's now, or was lost track of. */
  readonly renew: Effect.Effect<void, Fenced | StoreError>
  /**
   * This session does the work of an account from now on: its end releases the lease. One that it has only taken is as it was found
   * afterwards: one that was neither free nor alive stays without life.
   */
  readonly drives: (account: AccountName) => Effect.Effect<void>
  /** It fails: when it ends, the leases of the accounts that it drives are as those of a process that died. */
  readonly fails: Effect.Effect<void>
}

/**
 * Who drives which account. A store keeps a row for each account in a table that is not audited: token, session, host,
 * pid, when it was taken and last renewed. Tokens only ever grow, also over releases. Every `write` whose scope has fences compares
 * them with these rows in its own transaction, and fails with `Fenced` where one is not the newest token.
 */
export interface Leases {
  /** For how long a lease stands that is not renewed, in milliseconds; 10 s in earnest. */
  readonly durationMs: number
  /** Begins the session of a process. */
  readonly open: (holder: Holder) => Effect.Effect<LeaseSession, StoreError, Scope.Scope>
  /** The leases that were taken and not released, in order of accounts. */
  readonly held: Effect.Effect<ReadonlyArray<HeldLease>, StoreError>
}

/** How long a lease stands in earnest, in milliseconds. */
export const DURATION_MS = 10_000

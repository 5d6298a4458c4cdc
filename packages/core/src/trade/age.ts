import type { Account } from "../account/Account.ts"
import * as Instant from "../time/Instant.ts"

/**
 * What is done with trades of long ago where somebody says so: counted and ordered like new ones; counted, and taken for held by the
 * broker, so that nothing is ordered; or kept and never counted.
 */
export const backfills = ["orders", "hedged", "record"] as const

/** What is done with trades of long ago where somebody says so. */
export type Backfill = (typeof backfills)[number]

const DAY_MS = 86_400_000
/** Clocks of sources differ from ours by less than this. */
const AHEAD_MS = 60_000

/** How old a trade may be, in milliseconds: a day where the account says nothing. */
export const oldestOf = ({ maxTradeAgeMs }: Pick<Account, "maxTradeAgeMs">): number => maxTradeAgeMs ?? DAY_MS

/** What the time of a trade makes of it: counted, counted late, counted as one that the broker holds, held with its reason, or kept on record only. */
export type Age =
  | { readonly _tag: "Counted" }
  | { readonly _tag: "Late" }
  | { readonly _tag: "Held"; readonly reason: string }
  | { readonly _tag: "Hedged" }
  | { readonly _tag: "Historical" }

const counted: Age = { _tag: "Counted" }

/**
 * A trade with real money behind it is not ordered where its time says that it is no news: an old file, or a clock that is wrong.
 * Paper accounts take any time, so that a tape can be played. Whoever knows better says what the file is, or releases the trade (B5).
 * What a source delivers that was away for a while is late, and counted: nothing is sent for the account until that was looked at.
 *
 * @example
 * judge(live, Instant.fromMillis(0), Instant.fromMillis(86_400_001), undefined) // Held: "TooOld: …"
 */
export const judge = (
  account: Pick<Account, "environment" | "maxTradeAgeMs">,
  tradedAt: Instant.Instant,
  now: Instant.Instant,
  backfill: Backfill | undefined,
  isResumed = false
): Age => {
  if (backfill === "orders" || (account.environment === "paper" && backfill === undefined)) return counted
  const ageMs = Instant.millisBetween(tradedAt, now)
  const isOld = ageMs > oldestOf(account)
  if (isOld && backfill === "record") return { _tag: "Historical" }
  if (isOld && backfill === "hedged") return { _tag: "Hedged" }
  if (account.environment === "paper") return counted
  if (isOld && isResumed) return { _tag: "Late" }
  if (isOld)
    return { _tag: "Held", reason: `TooOld: ${Instant.format(tradedAt)} is older than the account's maxTradeAge` }
  return ageMs < -AHEAD_MS
    ? { _tag: "Held", reason: `InFuture: ${Instant.format(tradedAt)} is more than a minute ahead of our clock` }
    : counted
}

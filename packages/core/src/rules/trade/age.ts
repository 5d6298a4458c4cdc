import { oldestTradeOf, type Account } from "../../records/Account.ts"
import * as Instant from "../../values/Instant.ts"
import type { TradeCause } from "../../records/tradeReasons.ts"

/**
 * What is done with trades of long ago where somebody says so: counted and ordered like new ones; counted, and taken for held by the
 * broker, so that nothing is ordered; or kept and never counted.
 */
export const backfills = ["orders", "hedged", "record"] as const

/** What is done with trades of long ago where somebody says so. */
export type Backfill = (typeof backfills)[number]

/** How trades come where it is not one by one as they are made: from a source that goes on where it stood, or in a file. */
export type Delivery = "resumed" | "file"

/** What is known of how a trade comes, and what was said of trades of long ago. */
export interface Arriving {
  readonly backfill?: Backfill | undefined
  readonly delivery?: Delivery | undefined
}

/** Clocks of sources differ from ours by less than this. */
const AHEAD_MS = 60_000

/** What the time of a trade makes of it: counted, counted late, counted as one that the broker holds, held with its reason, or kept on record only. */
export type Age =
  | { readonly _tag: "Counted" }
  | { readonly _tag: "Late" }
  | { readonly _tag: "Held"; readonly cause: TradeCause }
  | { readonly _tag: "Hedged" }
  | { readonly _tag: "Historical" }

const counted: Age = { _tag: "Counted" }

const held = (reason: TradeCause["reason"], detail: string): Age => ({ _tag: "Held", cause: { reason, detail } })

/**
 * Says whether a trade is new enough to be counted (B5): an old one, or one from the future, is held until it is released. A paper
 * account judges like a live one, except that a file imported there means `orders` unless its import says otherwise.
 * Old trades of a source that resumes are counted as late; sending for the account stops until the backlog is accepted.
 *
 * @example
 * judge(account, Instant.fromMillis(0), Instant.fromMillis(86_400_001)) // Held: TooOld
 */
export const judge = (
  account: Pick<Account, "environment" | "maxTradeAgeMs">,
  tradedAt: Instant.Instant,
  now: Instant.Instant,
  { backfill: given, delivery }: Arriving = {}
): Age => {
  const backfill = given ?? (delivery === "file" && account.environment === "paper" ? "orders" : undefined)
  if (backfill === "orders") return counted
  const ageMs = Instant.millisBetween(tradedAt, now)
  const isOld = ageMs > oldestTradeOf(account)
  if (isOld && backfill === "record") return { _tag: "Historical" }
  if (isOld && backfill === "hedged") return { _tag: "Hedged" }
  if (isOld && delivery === "resumed") return { _tag: "Late" }
  if (isOld) return held("TooOld", `${Instant.format(tradedAt)} is older than the account's maxTradeAge`)
  return ageMs < -AHEAD_MS
    ? held("InFuture", `${Instant.format(tradedAt)} is more than a minute ahead of our clock`)
    : counted
}

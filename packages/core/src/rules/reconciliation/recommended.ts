import { format } from "../../values/Id.ts"
import { controls, isControl } from "../../records/Control.ts"
import { obstacleIn, type ObstacleApart } from "./blocked.ts"
import { reasonCodeOf, type Break, type BreakKind } from "../../records/Break.ts"
import type { DoubtReason } from "../../records/breakKinds.ts"
import type { Deciding } from "./deciding.ts"
import type { Stake } from "./Stake.ts"

/** What a person may do about a case; `wait` where it ends by itself. */
export const resolutions = [
  "wait",
  "recheck",
  "reconcile",
  "cancel",
  "mark-placed",
  "accept-excess",
  "adjust-base",
  "resolve",
  "resume",
  "change-control",
  "release",
  "retry",
  "approve"
] as const

/** What a person may do about a case. */
export type Resolution = (typeof resolutions)[number]

/** The resolution to look at first, and why it. */
export interface Recommended {
  readonly resolution: Resolution
  readonly reason: string
}

const first = (resolution: Resolution, reason: string): Recommended => ({ resolution, reason })

/** Where nothing but the kind decides. */
const byKind: { readonly [K in Exclude<BreakKind, "Doubt" | "Excess" | "PositionBlocked">]: Recommended } = {
  Conflict: first(
    "resolve",
    "The first delivery counts. Reverse the trade and send it again where the second one is right."
  ),
  ReappearedTrade: first("resolve", "Its reversal stands, and what came again counts for nothing."),
  Reappeared: first("cancel", "An order that was held for ended is live: its shares may be bought or sold twice."),
  DuplicateOrder: first(
    "cancel",
    "The broker has the same order twice: ask for the end of the second, then compare holdings."
  ),
  OppositeOrders: first("cancel", "Two live orders work against each other: ask for the end of one."),
  CumulativeBelow: first("recheck", "Its executions are read again; a bust or correction among them settles it."),
  FillAfterRejection: first("resolve", "The fill is booked, and the order stands as cancelled with it."),
  UndocumentedCorrection: first(
    "resolve",
    "The first contents count until the broker sends a revision: compare the execution there."
  ),
  FillMismatch: first("resolve", "The fill is not applied to this order: find whose it is at the broker."),
  SuspectedDuplicate: first("recheck", "The broker's total says whether it is one execution or two."),
  OrderMissing: first("recheck", "It is asked for by its id. Nothing is sent again, and no end is assumed."),
  EndUnconfirmed: first(
    "wait",
    "Its broker is asked to end it until it refuses that. Look there: where it has ended, orders resolve --ended says so."
  ),
  OrderNotWorking: first(
    "cancel",
    "It is in flight and does not fill as it stands: cancel it where it is not to wait. It closes by itself once the broker works it."
  ),
  TermsDiffer: first(
    "cancel",
    "The broker works other terms than were sent: ask for its end. A later reading with the terms that were sent closes it."
  ),
  ForeignOrderId: first("resolve", "Another program or an old copy of the store uses our ids: stop that first."),
  ClientIdDiffers: first("resolve", "It is matched by the broker's id, and its fills are ours."),
  ReusedOrderId: first("resolve", "The broker has given its id to another order: compare both there."),
  AverageDiffers: first(
    "reconcile",
    "Executions are read again. Resolve it where the difference is the broker's rounding."
  ),
  Unpriced: first("recheck", "Its executions are read again for the price. Shares count already."),
  OffBand: first("resolve", "The fill counts at this price: resolve it where the broker confirms the price."),
  Unmapped: first("resolve", "Release or dismiss the trade that names the instrument."),
  PositionDiffers: first(
    "reconcile",
    "Both sides are read again. What differs still is booked with positions adjust, as base or hedged."
  ),
  ForeignPosition: first("adjust-base", "The books never traded it: as base it is not ours, and nothing else moves."),
  UnsoundSnapshot: first("wait", "The next sound listing closes it."),
  FillMissing: first(
    "reconcile",
    "Executions are read again. Resolve it where the broker's statement has the execution."
  ),
  HistoryGap: first("reconcile", "Compare holdings: they show what the missing executions came to."),
  Backlog: first("resolve", "The trades are old: look at them, then let them be ordered."),
  Implausible: first(
    "wait",
    "Two plausible reports close it. Accept the held report only where you have seen it at the broker."
  ),
  OrderRefused: first(
    "resolve",
    "Ask the broker what its code means, or whether the account may trade; then let the position order again."
  ),
  AccountRefused: first(
    "wait",
    "Two readings of the account that say that it may trade close it. Where the broker tells no such state, resolve it once it may."
  ),
  ClockAhead: first("wait", "It closes when the clock has caught up with the books."),
  StatementDiffers: first(
    "reconcile",
    "Executions are read again: a correction settles it with the next file. Resolve it where the books are right."
  )
}

/** O24: what is on record of its order decides; silence decides nothing. */
const ofDoubt = (deciding: ReadonlyArray<Deciding>, reason: DoubtReason | undefined): Recommended => {
  const [strongest] = deciding
  switch (strongest?.fact) {
    case "EndReported":
      return first("recheck", "The broker said that it ended, and no second reading agrees: it is asked for again.")
    case "Acknowledged":
      return first(
        "recheck",
        "The broker has acknowledged it: it is asked for by the broker's id, and never sent again."
      )
    case "ClientOrderIdInUse":
      return first("mark-placed", "The broker has its client order id already, so it has the order: find its id there.")
    case "CandidateNamed":
      return first(
        "mark-placed",
        `The broker's answer named ${strongest.brokerOrderId}: compare its terms, then say that it is this one.`
      )
    case undefined:
      if (reason === "Unanswered")
        return first(
          "wait",
          "The broker has answered no look-up of it: see whether it can be reached and the login is valid. It is asked again by itself."
        )
      return first(
        "recheck",
        "Nothing says yet whether the broker has it. Where the broker confirms that it never came, say so."
      )
  }
}

/**
 * What is settled before an excess is judged: while one of these is open, its shares may be what is wrong. `wait` where it ends by reports
 * that are asked for anyway.
 */
const beforeExcess: { readonly [K in BreakKind]?: "reconcile" | "wait" } = {
  PositionDiffers: "reconcile",
  ForeignPosition: "reconcile",
  CumulativeBelow: "reconcile",
  SuspectedDuplicate: "reconcile",
  UndocumentedCorrection: "reconcile",
  FillMismatch: "reconcile",
  FillAfterRejection: "reconcile",
  FillMissing: "reconcile",
  HistoryGap: "reconcile",
  ReusedOrderId: "reconcile",
  ForeignOrderId: "reconcile",
  TermsDiffer: "wait",
  Implausible: "wait",
  Doubt: "wait",
  OrderMissing: "wait",
  EndUnconfirmed: "wait",
  Reappeared: "wait",
  DuplicateOrder: "wait",
  OppositeOrders: "wait",
  UnsoundSnapshot: "wait"
}

/** Is it settled before an excess, or a holding that the books do not know, is judged? */
export const isJudgedFirst = (kind: BreakKind): boolean => beforeExcess[kind] !== undefined

/** More of them are counted and not named. */
const MOST_NAMED = 5

const ofExcess = ({ holds }: Pick<Break, "holds">, beside: Stake["beside"]): Recommended => {
  if (holds === "nothing") return first("wait", "It is less than a lot: the next trades use it up.")
  const before = beside.filter(({ kind }) => isJudgedFirst(kind))
  if (before.length === 0)
    return first("accept-excess", "No trade covers these shares: once accepted, the opposite order gives them back.")
  const named = before.slice(0, MOST_NAMED).map(({ id, kind }) => `${kind} (${format("break", id)})`)
  const names = [...named, ...(before.length > MOST_NAMED ? [`${before.length - MOST_NAMED} more`] : [])].join(", ")
  return first(
    before.some(({ kind }) => beforeExcess[kind] === "reconcile") ? "reconcile" : "wait",
    `${names} ${before.length === 1 ? "is" : "are"} open: the excess may be what is wrong. Accept it once that is settled.`
  )
}

/** P6: what the broker is about to report, or a report that is held, may be the whole of it. */
const ofForeign = ({ beside, isTraded }: Pick<Stake, "beside" | "isTraded">): Recommended =>
  isTraded || beside.some(({ kind }) => isJudgedFirst(kind))
    ? first("reconcile", "The books have trades, orders or open breaks of it: both sides are read again first.")
    : byKind.ForeignPosition

const byObstacle: { readonly [O in ObstacleApart]: Recommended } = {
  circuit: first(
    "resume",
    "See why its orders ended short, then resume the symbol. It goes on by itself at that time."
  ),
  session: first(
    "resume",
    "See what the broker said of the refused order, then resume the symbol. It goes on by itself at that time."
  ),
  price: first("wait", "It goes on with the next price: see whether the source of prices is connected."),
  opposite: first("wait", "It goes on when that order has ended: see whether it is still wanted, or cancel it."),
  unsent: first("wait", "It is tried again by itself. See whether the broker can be reached and the login is valid."),
  login: first("wait", "Log in at the broker. It goes on at once then, without a restart.")
}

/** The subject of such a break is what keeps the position from ordering. */
const ofBlocked = ({ subject = "" }: Partial<Pick<Break, "subject">>): Recommended => {
  const by = obstacleIn(subject)
  if (by === undefined) return first("wait", "See what its position answers.")
  return isControl(by) ? first("change-control", `${controls[by].remedy}.`) : byObstacle[by]
}

/** What to do first about a case that is no break, and why. */
export const apart = {
  quarantine: first("release", "Release it where it is a trade to be hedged; dismiss it where it is none."),
  approval: first(
    "approve",
    "A program proposed it: approve it where you want this order, else cancel it. It ends by itself at that time."
  ),
  failedOrder: first(
    "resolve",
    "Its trade is not executed: enter it again where it is still wanted. Acknowledge it where nothing is to be done."
  ),
  batch: first("retry", "See why its rows failed, then retry them. Acknowledge it where nothing is to be done."),
  job: first("retry", "See what its last try failed with, then have it tried again, or call it off."),
  part: first("wait", "It is tried again by itself: see what it failed with, and whether what it reads can be reached.")
} as const

/** The resolution of a break to look at first, and why: of its kind, what it holds, and what stands behind and beside it. Pure. */
export const recommendedFor = (
  found: Pick<Break, "kind" | "holds"> & Partial<Pick<Break, "details" | "subject">>,
  { beside, deciding, isTraded }: Pick<Stake, "beside" | "deciding" | "isTraded">
): Recommended => {
  if (found.kind === "ForeignPosition") return ofForeign({ beside, isTraded })
  if (found.kind === "PositionBlocked") return ofBlocked(found)
  if (found.kind === "Doubt") return ofDoubt(deciding, reasonCodeOf(found))
  return found.kind === "Excess" ? ofExcess(found, beside) : byKind[found.kind]
}

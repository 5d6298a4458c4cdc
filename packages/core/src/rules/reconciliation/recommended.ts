import { format } from "../../values/Id.ts"
import { controls, isControl } from "../../records/Control.ts"
import { obstacleIn, type ObstacleApart } from "./blocked.ts"
import { reasonCodeOf, type Break, type BreakKind } from "../../records/Break.ts"
import { headOf } from "../../records/codeWords.ts"
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
    "The first delivery counts. If the second one is right, reverse the trade and submit it again."
  ),
  ReappearedTrade: first("resolve", "The reversal stands; the repeated delivery does not count."),
  Reappeared: first("cancel", "The order was booked as ended, but is live: its shares may be traded twice. Cancel it."),
  DuplicateOrder: first("cancel", "The broker has the same order twice. Cancel the second one, then compare holdings."),
  OppositeOrders: first("cancel", "Two live orders work against each other. Cancel one of them."),
  CumulativeBelow: first("recheck", "Its executions are read again. A bust or correction among them closes it."),
  FillAfterRejection: first("resolve", "The fill is booked, and the order counts as cancelled with a fill."),
  UndocumentedCorrection: first(
    "resolve",
    "The first report counts until the broker sends a correction. Compare the execution at the broker."
  ),
  FillMismatch: first("resolve", "The fill is not booked on this order. Look up its order at the broker."),
  SuspectedDuplicate: first("recheck", "The broker's total decides whether it is one execution or two."),
  OrderMissing: first("recheck", "The broker is asked for it by id. It is not sent again, and counts as open."),
  EndUnconfirmed: first(
    "wait",
    "Cancel requests repeat until the broker rejects one, which confirms the end. If the order has ended at the broker, resolve it as ended."
  ),
  OrderNotWorking: first(
    "cancel",
    "The order is in flight but cannot fill. Cancel it, or wait: the break closes once the broker works it."
  ),
  TermsDiffer: first(
    "cancel",
    "The broker works other terms than were sent. Cancel the order. A later reading with the sent terms closes the break."
  ),
  ForeignOrderId: first("resolve", "Another program or an old copy of the store uses our order ids. Stop it first."),
  ClientIdDiffers: first("resolve", "The order is matched by its broker id, and its fills count."),
  ReusedOrderId: first("resolve", "The broker reused the id for another order. Compare both at the broker."),
  AverageDiffers: first(
    "reconcile",
    "Executions are read again. If the difference is the broker's rounding, resolve it."
  ),
  Unpriced: first("recheck", "Its executions are read again for the price. The shares already count."),
  OffBand: first("resolve", "The fill counts at this price. Resolve it once the broker confirms the price."),
  Unmapped: first("resolve", "Release or dismiss the trade that names the instrument."),
  PositionDiffers: first(
    "reconcile",
    "Both sides are read again. Book a remaining difference as an external holding or as our fill."
  ),
  ForeignPosition: first(
    "adjust-base",
    "The books never traded it. Book it as an external holding: the residual stays unchanged."
  ),
  UnsoundSnapshot: first("wait", "The next complete, valid listing closes it."),
  FillMissing: first(
    "reconcile",
    "Executions are read again. If the broker's statement has the execution, resolve it."
  ),
  HistoryGap: first("reconcile", "Compare holdings: they include the missing executions."),
  Backlog: first("resolve", "The trades are old. Review them, then resolve the break to order them."),
  Implausible: first(
    "wait",
    "Two plausible reports close it. Accept the held report only if the broker shows the same."
  ),
  OrderRefused: first(
    "resolve",
    "Ask the broker what the code means and whether the account may trade. Then resolve the break to order again."
  ),
  AccountRefused: first(
    "wait",
    "Two readings that allow the account to trade close it. If the broker reports no such state, resolve it once the account may trade."
  ),
  TradingHalted: first(
    "resume",
    "Nothing is sent. Find the cause (why the broker rejects the orders; for an order beyond its residual, an audit), then resume."
  ),
  ClockAhead: first("wait", "It closes when the system clock has passed the time of the books."),
  StatementDiffers: first(
    "reconcile",
    "Executions are read again, and a correction closes it with the next file. If the books are right, resolve it."
  )
}

/** O24: what is on record of its order decides; silence decides nothing. */
const ofDoubt = (deciding: ReadonlyArray<Deciding>, reason: DoubtReason | undefined): Recommended => {
  const [strongest] = deciding
  switch (strongest?.fact) {
    case "EndReported":
      return first("recheck", "The broker reported an end; no second reading confirms it. The order is read again.")
    case "Acknowledged":
      return first("recheck", "The broker acknowledged it. It is read by its broker id, and never sent again.")
    case "ClientOrderIdInUse":
      return first(
        "mark-placed",
        "The broker already has its client order id, so it has the order. Look up its broker order id."
      )
    case "CandidateNamed":
      return first(
        "mark-placed",
        `The broker's answer named ${strongest.brokerOrderId}. Compare its terms, then confirm that it is this order.`
      )
    case undefined:
      if (reason === "Unanswered")
        return first(
          "wait",
          "The broker has not answered any look-up of it. Check connection and login; the look-up is retried."
        )
      return first(
        "recheck",
        "It is not known yet whether the broker has it. If the broker confirms that it never arrived, resolve it as not placed."
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
  if (holds === "nothing") return first("wait", "The overfill is less than a lot. The next trades use it up.")
  const before = beside.filter(({ kind }) => isJudgedFirst(kind))
  if (before.length === 0)
    return first("accept-excess", "No trade covers these shares. Once accepted, an opposite order closes them.")
  const named = before.slice(0, MOST_NAMED).map(({ id, kind }) => `${headOf(kind)} (${format("break", id)})`)
  const names = [...named, ...(before.length > MOST_NAMED ? [`${before.length - MOST_NAMED} more`] : [])].join(", ")
  return first(
    before.some(({ kind }) => beforeExcess[kind] === "reconcile") ? "reconcile" : "wait",
    `${names} ${before.length === 1 ? "is" : "are"} open, so the overfill itself may be wrong. Accept it after that is resolved.`
  )
}

/** P6: what the broker is about to report, or a report that is held, may be the whole of it. */
const ofForeign = ({ beside, isTraded }: Pick<Stake, "beside" | "isTraded">): Recommended =>
  isTraded || beside.some(({ kind }) => isJudgedFirst(kind))
    ? first(
        "reconcile",
        "The books have trades, orders or open breaks in this symbol. Both sides are read again first."
      )
    : byKind.ForeignPosition

const byObstacle: { readonly [O in ObstacleApart]: Recommended } = {
  circuit: first(
    "resume",
    "Find out why its orders did not fill completely, then resume the symbol. Otherwise it resumes automatically later."
  ),
  session: first(
    "resume",
    "Read the broker's rejection of the order, then resume the symbol. Otherwise it resumes automatically later."
  ),
  price: first("wait", "It continues with the next price. Check the connection of the price source."),
  opposite: first("wait", "It continues when that order ends. Cancel the order if it is no longer wanted."),
  unsent: first("wait", "It is retried automatically. Check connection and login."),
  login: first("wait", "Log in at the broker. Orders continue at once, without a restart.")
}

/** The subject of such a break is what keeps the position from ordering. */
const ofBlocked = ({ subject = "" }: Partial<Pick<Break, "subject">>): Recommended => {
  const by = obstacleIn(subject)
  if (by === undefined) return first("wait", "Open the position: its next order shows the reason.")
  return isControl(by) ? first("change-control", `${controls[by].remedy}.`) : byObstacle[by]
}

/** What to do first about a case that is no break, and why. */
export const apart = {
  quarantine: first("release", "Release it if it is a valid trade; otherwise dismiss it."),
  approval: first(
    "approve",
    "A program proposed it. Approve it, or cancel it; without approval it ends unsent at its deadline."
  ),
  request: first("approve", "Check what it would do, then approve or reject it. Its requester cannot approve it."),
  failedOrder: first(
    "resolve",
    "Its trade was not executed. Submit it again if it is still wanted; otherwise acknowledge the case."
  ),
  batch: first("retry", "Check why its rows failed, then retry them. Acknowledge the case if no retry is wanted."),
  job: first("retry", "Check the last error, then retry or cancel the job."),
  part: first("wait", "It is retried automatically. Check its last error and its connections.")
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

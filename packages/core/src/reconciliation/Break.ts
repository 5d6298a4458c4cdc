import { Schema } from "effect"
import { AccountName } from "../account/AccountName.ts"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"
import { BreakId } from "../identity/Id.ts"
import { Ticker } from "../instrument/Ticker.ts"

/** The kinds of difference or contradiction that the ledger keeps until they are gone or resolved (G). */
export const breakKinds = [
  "Conflict",
  "ReappearedTrade",
  "Excess",
  "Reappeared",
  "OppositeOrders",
  "CumulativeBelow",
  "FillAfterRejection",
  "UndocumentedCorrection",
  "FillMismatch",
  "SuspectedDuplicate",
  "Doubt",
  "OrderMissing",
  "TermsDiffer",
  "ForeignOrderId",
  "ClientIdDiffers",
  "ReusedOrderId",
  "AverageDiffers",
  "Unpriced",
  "OffBand",
  "Unmapped",
  "PositionDiffers",
  "ForeignPosition",
  "UnsoundSnapshot",
  "FillMissing",
  "HistoryGap",
  "Backlog"
] as const

/** One of the kinds of break. */
export type BreakKind = (typeof breakKinds)[number]

/** What a break stops. */
export const holds = ["nothing", "symbol", "account"] as const

/** What a kind of break stops while it is open, and what closes it: an operator's verdict, or that its cause is gone. */
interface KindOfBreak {
  readonly holds: (typeof holds)[number]
  readonly closes: "by verdict" | "by itself"
}

const holding = { holds: "symbol", closes: "by itself" } as const
const holdingUntilJudged = { holds: "symbol", closes: "by verdict" } as const
const shown = { holds: "nothing", closes: "by itself" } as const
const shownUntilJudged = { holds: "nothing", closes: "by verdict" } as const

/** What each kind stops, and what closes it (G). An excess holds from one lot up. */
export const kinds: { readonly [K in BreakKind]: KindOfBreak } = {
  Conflict: shownUntilJudged,
  ReappearedTrade: shownUntilJudged,
  Excess: shown,
  Reappeared: holding,
  OppositeOrders: holding,
  CumulativeBelow: holding,
  FillAfterRejection: shownUntilJudged,
  UndocumentedCorrection: holdingUntilJudged,
  FillMismatch: holdingUntilJudged,
  SuspectedDuplicate: holding,
  Doubt: shown,
  OrderMissing: shown,
  TermsDiffer: holdingUntilJudged,
  ForeignOrderId: holdingUntilJudged,
  ClientIdDiffers: shownUntilJudged,
  ReusedOrderId: shownUntilJudged,
  AverageDiffers: shownUntilJudged,
  Unpriced: shownUntilJudged,
  OffBand: shownUntilJudged,
  Unmapped: shownUntilJudged,
  PositionDiffers: holding,
  ForeignPosition: shown,
  UnsoundSnapshot: shown,
  FillMissing: holdingUntilJudged,
  HistoryGap: shownUntilJudged,
  Backlog: { holds: "account", closes: "by verdict" }
}

/** A difference or contradiction, kept until it is gone or resolved. `subject` is the id shown beside its kind. */
export const Break = Schema.Struct({
  id: Column.id(BreakId),
  account: Column.branded(AccountName),
  symbol: Column.optional(Column.branded(Ticker)),
  kind: Column.literal(breakKinds),
  subject: Column.text,
  holds: Column.literal(holds),
  evidence: Column.text,
  openedAt: Column.instant,
  closedAt: Column.optional(Column.instant),
  closedWhy: Column.optional(Column.text),
  version: Column.integer
})

/** A difference or contradiction. */
export type Break = typeof Break.Type

const DISMISSED = "dismissed: "

/** Why a break is closed that an operator has closed. */
export const dismissed = (reason: string): string => `${DISMISSED}${reason}`

/** Was a break closed on an operator's word? */
export const isDismissed = ({ closedWhy }: Pick<Break, "closedWhy">): boolean =>
  closedWhy?.startsWith(DISMISSED) === true

/** The table of breaks. */
export const BreakTable = Table.make({
  name: "breaks",
  schema: Break,
  key: ["id"],
  keyOf: (each): number => each.id,
  lookups: {
    open: { columns: ["account", "symbol"], unique: false, steady: true, where: { column: "closedAt", isNull: true } }
  }
})

/** Kinds that say that shares or money may be wrong or doubled. */
const critical: ReadonlySet<BreakKind> = new Set([
  "Excess",
  "Reappeared",
  "ReappearedTrade",
  "OppositeOrders",
  "CumulativeBelow",
  "FillAfterRejection",
  "UndocumentedCorrection",
  "FillMismatch",
  "SuspectedDuplicate",
  "PositionDiffers",
  "FillMissing"
])

/** How grave a break is while it is open, and then how it ended. */
export type Standing = "critical" | "blocking" | "notice" | "gone" | "resolved"

/**
 * How a break stands: `critical` where shares or money may be wrong, `blocking` where it keeps something from being sent, else a
 * `notice`; once it is closed, `resolved` by an operator or `gone` by itself.
 *
 * @example
 * const urgent = breaks.filter((each) => Break.standingOf(each) === "critical")
 */
export const standingOf = (found: Pick<Break, "kind" | "holds" | "closedAt" | "closedWhy">): Standing => {
  if (found.closedAt !== undefined) return isDismissed(found) ? "resolved" : "gone"
  if (critical.has(found.kind)) return "critical"
  return found.holds === "nothing" ? "notice" : "blocking"
}

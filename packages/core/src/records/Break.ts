import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { BreakId } from "../values/Id.ts"
import { Ticker, UNMAPPED } from "./Ticker.ts"
import { BreakDetails } from "./BreakDetails.ts"
import { breakText } from "./breakText.ts"
import { breakKinds, type BreakKind, type DoubtReason } from "./breakKinds.ts"

export { breakKinds, type BreakKind }

/** What a break stops. */
export const holds = ["nothing", "symbol", "account"] as const

/** Who closed a break: an operator, or the ledger, since its cause is gone. */
export const closers = ["operator", "ledger"] as const

/** What a kind of break stops while it is open, and what closes it: an operator's verdict, or that its cause is gone. */
interface KindOfBreak {
  readonly holds: (typeof holds)[number]
  readonly closes: "by verdict" | "by itself"
  /** It says that shares or money may be wrong or doubled. */
  readonly isCritical?: true
  /** It says that nobody knows whether the broker has an order. */
  readonly isFateUnknown?: true
  /** It says that a live order is not worked, so that what it is for waits. */
  readonly isIdle?: true
  /** It holds nothing, and figures of executions are in question. */
  readonly isInQuestion?: true
}

const holding = { holds: "symbol", closes: "by itself" } as const
const holdingUntilJudged = { holds: "symbol", closes: "by verdict" } as const
const shown = { holds: "nothing", closes: "by itself" } as const
const shownUntilJudged = { holds: "nothing", closes: "by verdict" } as const

const ofUnknownFate: KindOfBreak = { ...shown, isFateUnknown: true }

const critical = (kind: KindOfBreak): KindOfBreak => ({ ...kind, isCritical: true })

/** What each kind stops, what closes it, and how grave it is (G). An excess holds from one lot up. */
export const kinds: { readonly [K in BreakKind]: KindOfBreak } = {
  Conflict: shownUntilJudged,
  ReappearedTrade: critical(shownUntilJudged),
  Excess: critical(shown),
  Reappeared: critical(holding),
  DuplicateOrder: critical(holdingUntilJudged),
  OppositeOrders: critical(holding),
  CumulativeBelow: critical(holding),
  FillAfterRejection: critical(shownUntilJudged),
  UndocumentedCorrection: critical(holdingUntilJudged),
  FillMismatch: critical(holdingUntilJudged),
  SuspectedDuplicate: critical(holding),
  Doubt: ofUnknownFate,
  OrderMissing: ofUnknownFate,
  EndUnconfirmed: ofUnknownFate,
  OrderNotWorking: { ...shown, isIdle: true },
  TermsDiffer: holding,
  ForeignOrderId: holdingUntilJudged,
  ClientIdDiffers: shownUntilJudged,
  ReusedOrderId: shownUntilJudged,
  AverageDiffers: shownUntilJudged,
  Unpriced: shownUntilJudged,
  OffBand: shownUntilJudged,
  Unmapped: shownUntilJudged,
  PositionDiffers: critical(holding),
  ForeignPosition: shown,
  UnsoundSnapshot: shown,
  ClockAhead: shown,
  FillMissing: critical(holdingUntilJudged),
  HistoryGap: shownUntilJudged,
  Backlog: { holds: "account", closes: "by verdict" },
  Implausible: critical(holding),
  OrderRefused: holdingUntilJudged,
  AccountRefused: { holds: "account", closes: "by verdict" },
  TradingHalted: critical(shown),
  PositionBlocked: critical(shown),
  StatementDiffers: { ...shownUntilJudged, isInQuestion: true }
}

/** A difference or contradiction, kept until it is gone or resolved. `subject` is the id shown beside its kind. */
export const Break = Schema.Struct({
  id: Column.id(BreakId),
  account: Column.branded(AccountName),
  symbol: Column.optional(Column.branded(Ticker)),
  kind: Column.literal(breakKinds),
  subject: Column.text,
  holds: Column.literal(holds),
  details: Column.json(BreakDetails),
  openedAt: Column.instant,
  closedAt: Column.optional(Column.instant),
  closedWhy: Column.optional(Column.text),
  closedBy: Column.optional(Column.literal(closers)),
  version: Column.integer
})

/** A difference or contradiction. */
export type Break = typeof Break.Type

/** The sentence that people read of a break: what was seen that led to it. */
export const evidenceOf = ({ details }: Pick<Break, "details">): string => breakText(details)

/** Of a doubt, why it lasts; nothing of other kinds. */
export const reasonCodeOf = ({ details }: Partial<Pick<Break, "details">>): DoubtReason | undefined =>
  details?._tag === "Doubt" ? details.reason : undefined

/** Was a break closed by an operator? */
export const isDismissed = ({ closedBy }: Pick<Break, "closedBy">): boolean => closedBy === "operator"

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

/** Does an operator's closing of a break let anything be sent? An excess holds nothing, but once it is accepted its shares count. */
export const looses = ({ holds, kind }: Pick<Break, "kind" | "holds">): boolean =>
  holds !== "nothing" || kind === "Excess"

/** Does a break, while it is open, stop sending for a symbol of its account? */
export const stops = (each: Pick<Break, "holds" | "symbol">, symbol: Ticker): boolean =>
  each.symbol === UNMAPPED ? each.holds === "account" : each.symbol === symbol && each.holds !== "nothing"

/** A break that stops sending for a symbol or an account. */
export interface HoldingBreak {
  readonly kind: string
  readonly subject: string
}

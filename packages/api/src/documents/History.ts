import {
  causeKinds,
  causeLinks,
  causeOrigins,
  type CauseKind,
  type CauseLink,
  type CauseOrigin
} from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { Decimal, entry, Id, pageOf, Time, past } from "./words.ts"

/** What brought an entry about: the kind of member, who, and of a command its id and the reason that was given. */
export const CauseDocument = Schema.Struct({
  kind: Schema.String,
  actor: Schema.String,
  command: Schema.NullOr(Schema.String),
  reason: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Cause" })

/** What brought an entry about. */
export type CauseDocument = typeof CauseDocument.Type

/** One thing that happened to a record, from its account's journal. `body` is the event as it was written. */
export const HistoryDocument = Schema.Struct({
  ...entry,
  cause: CauseDocument,
  body: Schema.Unknown
}).annotations({ identifier: "History" })

/** One thing that happened to a record. */
export type HistoryDocument = typeof HistoryDocument.Type

/** What happened to a record. */
export const HistoryPage = pageOf("HistoryPage", HistoryDocument)

/** One entry of an account's journal; `entity` is the record that it is about, `body` the event as it was written. */
export const EntryDocument = Schema.Struct({
  account: Schema.String,
  seq: Schema.Int,
  commitId: Schema.String,
  at: Time,
  entity: Schema.Struct({ kind: Schema.String, id: Schema.String }),
  tag: Schema.String,
  eventVersion: Schema.Int,
  cause: CauseDocument,
  body: Schema.Unknown,
  hash: Schema.String
}).annotations({ identifier: "Entry" })

/** One entry of an account's journal. */
export type EntryDocument = typeof EntryDocument.Type

/** A page of entries. */
export const EntryPage = pageOf("EntryPage", EntryDocument)

/** A cause, with what caused it: what an entry names by an id, or what stands in its commit. */
export interface WhyDocument {
  /** What it is: a record by the entry that made it, another `entry`, or a `source`, `price`, `command` or `actor`. */
  readonly kind: CauseKind
  readonly id: string
  /** The entry that says it; null of what has none. */
  readonly entry: {
    readonly account: string
    readonly seq: number
    readonly at: string
    readonly tag: string
  } | null
  /** What the entry says of it, by the names of its fields. */
  readonly facts: Readonly<Record<string, string>>
  /** How it is known: asked for, named by an id, beside it in the same commit, or as who or what brought the entry about. */
  readonly link: CauseLink
  /** Why an entry names no cause. */
  readonly origin: CauseOrigin | null
  /** Where it can be read, the bytes of a payload too; null where there is no such place. */
  readonly path: string | null
  /** It stands elsewhere in the tree with its causes. */
  readonly repeated: boolean
  readonly causes: ReadonlyArray<WhyDocument>
  /** How many causes are not shown, because the tree would be too deep or too wide. */
  readonly leftOut: number
}

/** A cause, with what caused it. */
export const WhyDocument: Schema.Schema<WhyDocument> = Schema.Struct({
  kind: Schema.Literal(...causeKinds),
  id: Schema.String,
  entry: Schema.NullOr(Schema.Struct({ account: Schema.String, ...entry })),
  facts: Schema.Record({ key: Schema.String, value: Schema.String }),
  link: Schema.Literal(...causeLinks),
  origin: Schema.NullOr(Schema.Literal(...causeOrigins)),
  path: Schema.NullOr(Schema.String),
  repeated: Schema.Boolean,
  causes: Schema.Array(Schema.suspend((): Schema.Schema<WhyDocument> => WhyDocument)),
  leftOut: Schema.Int
}).annotations({ identifier: "Why" })

/** What a live stream tells of one commit: which records of one account changed, by which entries. */
export const CommitDocument = Schema.Struct({
  position: Schema.Int,
  account: Schema.String,
  changes: Schema.Array(Schema.Struct({ ...entry, kind: Schema.String, id: Schema.String }))
}).annotations({ identifier: "Commit" })

/** What a live stream tells of one commit. */
export type CommitDocument = typeof CommitDocument.Type

/** What a live stream says first: where it begins. */
export const BegunDocument = Schema.Struct({ cursor: Schema.String }).annotations({ identifier: "Begun" })

/** What each text of a socket has: commits, none where only the cursor moved. */
export const CommitsDocument = Schema.Struct({
  cursor: Schema.String,
  commits: Schema.Array(CommitDocument)
}).annotations({ identifier: "Commits" })

/** What a webhook is posted: events in order, each with the cursor after it. */
export const DeliveryDocument = Schema.Struct({
  webhook: Schema.String,
  id: Schema.String,
  events: Schema.Array(Schema.Struct({ cursor: Schema.String, ...EntryDocument.fields }))
}).annotations({ identifier: "Delivery" })

/** What a webhook is posted. */
export type DeliveryDocument = typeof DeliveryDocument.Type

/** The newest place of the feed, and the newest entry of every journal: what `audit --anchor` takes. */
export const HeadDocument = Schema.Struct({
  ...past,
  position: Schema.Int,
  hash: Schema.String,
  heads: Schema.Record({
    key: Schema.String,
    value: Schema.Struct({ seq: Schema.Int, hash: Schema.String })
  })
}).annotations({ identifier: "Head" })

/** The newest place of the feed, and the newest entry of every journal. */
export type HeadDocument = typeof HeadDocument.Type

/** Shares of a symbol, and what they come to in dollars; null where no price is known. */
const AtStake = Schema.Struct({
  symbol: Schema.String,
  shares: Decimal,
  dollars: Schema.NullOr(Decimal)
}).annotations({ identifier: "AtStake" })

/** What waits for the end of something: nothing once it is closed. */
export const AtRisk = Schema.Struct({
  /** Positions that owe shares which are not ordered because of it. */
  blocks: Schema.Array(AtStake),
  /** What an order may still fill of which nobody knows whether the broker has it. */
  inDoubt: Schema.NullOr(AtStake),
  /** Both in dollars, zero where nothing is at risk; null where of a part no price is known. */
  dollars: Schema.NullOr(Decimal),
  /** What on record speaks for one side of a doubt, the strongest first: the broker has it, or says that it refused or ended it. */
  deciding: Schema.Array(
    Schema.Struct({
      fact: Schema.Literal("ClientOrderIdInUse", "CandidateNamed", "Acknowledged", "EndReported"),
      shows: Schema.Literal("placed", "refused"),
      attemptId: Schema.NullOr(Id),
      brokerOrderId: Schema.NullOr(Schema.String),
      at: Schema.NullOr(Time)
    })
  )
}).annotations({ identifier: "AtRisk" })

/** What waits for the end of something. */
export type AtRisk = typeof AtRisk.Type

/** What may be done about a case; `wait` where it ends by itself. */
const Resolution = Schema.Literal(
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
)

/** The resolution to look at first, and why. */
export const Recommended = Schema.Struct({ resolution: Resolution, reason: Schema.String }).annotations({
  identifier: "Recommended"
})

/** What people have done about a case. */
export const attention = {
  /** Who sees to it. */
  owner: Schema.NullOr(Schema.String),
  /** By whom it was acknowledged last, when, and how grave it was then: there is no further alert of it until it is graver. */
  acknowledged: Schema.NullOr(
    Schema.Struct({
      severity: Schema.Literal("escalated", "critical", "warning", "info"),
      by: Schema.String,
      at: Time
    }).annotations({ identifier: "Acknowledged" })
  )
}

const Attended = Schema.Struct(attention)

/** What people have done about a case. */
export type Attention = typeof Attended.Type

/** What people have said of a case, the oldest first. */
export const Notes = Schema.Array(
  Schema.Struct({ at: Time, by: Schema.String, note: Schema.String }).annotations({ identifier: "Note" })
)

/** An order of the broker's that an order in doubt may be: shares, dollars a share; null where the broker did not say. */
const Candidate = Schema.Struct({
  brokerOrderId: Schema.String,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Decimal,
  type: Schema.NullOr(Schema.String),
  limitPrice: Schema.NullOr(Decimal),
  /** In the broker's word. */
  status: Schema.String,
  enteredAt: Schema.NullOr(Time)
})

/** A difference or contradiction, and whether it is still open. `subject` is the id of the order or trade it is about. */
export const BreakDocument = Schema.Struct({
  id: Id,
  account: Schema.String,
  symbol: Schema.NullOr(Schema.String),
  kind: Schema.String,
  subject: Schema.String,
  status: Schema.Literal("open", "closed"),
  /** What it stops while it is open. */
  holds: Schema.String,
  /** What ends it: an operator's word (`resolve`), or that its cause is gone. */
  closes: Schema.Literal("by verdict", "by itself"),
  /**
   * How grave it is while it is open: `critical` where shares are owed and not ordered because of it, where nobody knows whether the
   * broker has an order, or where shares or money may be wrong; `warning` where it holds what owes nothing yet; else `info`;
   * `escalated` where one of the first two has been open for an hour, or for a day. Then how it ended.
   */
  standing: Schema.Literal("escalated", "critical", "warning", "info", "gone", "resolved"),
  atRisk: AtRisk,
  /** The resolution to look at first and why; null once it is closed. */
  recommended: Schema.NullOr(Recommended),
  ...attention,
  evidence: Schema.String,
  /** Of a doubt, the broker's orders that it may be, as they were listed: ten at most. */
  candidates: Schema.Array(Candidate),
  /** Of a difference in holdings, both sides, and what ours is made of: signed shares. */
  holdings: Schema.NullOr(
    Schema.Struct({
      ours: Decimal,
      theirs: Decimal,
      base: Decimal,
      hedged: Decimal,
      direct: Decimal,
      adopted: Decimal
    })
  ),
  /** Of a doubt, why it lasts: the broker has answered no look-up (`Unanswered`), or what it answered leads no further. */
  reasonCode: Schema.NullOr(
    Schema.Literal(
      "Unanswered",
      "RefusalUnconfirmed",
      "NotFound",
      "ListingIncomplete",
      "SeveralCandidates",
      "NotSentAgain"
    )
  ),
  openedAt: Time,
  closedAt: Schema.NullOr(Time),
  closedWhy: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Break" })

/** A difference or contradiction. */
export type BreakDocument = typeof BreakDocument.Type

/** A page of breaks. */
export const BreakPage = pageOf("BreakPage", BreakDocument)

/** A break with what happened to it. */
export const BreakDetail = Schema.Struct({
  ...past,
  ...BreakDocument.fields,
  notes: Notes,
  history: Schema.Array(HistoryDocument)
}).annotations({ identifier: "BreakDetail" })

/** A break with what happened to it. */
export type BreakDetail = typeof BreakDetail.Type

import type { Documents } from "@roundlot/api"
import { type Order, type Trade, Instant, Ticker } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import {
  type Batch,
  type Job,
  type Approval,
  AttendedCase,
  Break,
  codeWords,
  directOrder,
  Health,
  OpenCases,
  recommended,
  Risk,
  Severity,
  Stake,
  Trading
} from "@roundlot/core/ledger"
import { Array, Effect } from "effect"
import * as breaks from "./breaks.ts"
import * as trades from "./trades.ts"
import { valueOrNull } from "./text.ts"

/** A case, as it is shown. */
export type Case = Documents.CaseDocument

type Said = Omit<Case, keyof Documents.Attention>

/** Under which id what people did about something is on record, and since when that something is. */
export interface Attended {
  readonly caseId: AttendedCase.CaseId
  readonly since: Instant.Instant
}

/** A case with what it is sorted by, before it is known what people did about it, or about each of its breaks. */
export interface Weighed extends Severity.Gravity {
  readonly attended: Array.NonEmptyReadonlyArray<Attended>
  readonly document: Said
}

type Bare = Omit<Said, "severity" | "atRisk" | "since" | "recommended" | "breaks"> & Partial<Pick<Said, "breaks">>

/** How grave a case is, since when, what stands behind it, and what to do first. */
interface Weight {
  readonly severity: Severity.Severity
  readonly since: Instant.Instant
  readonly stake?: Stake.Stake
  readonly first: recommended.Recommended
  /** Of a case of several breaks, under which ids it is attended. */
  readonly attended?: Array.NonEmptyReadonlyArray<Attended>
}

/** A case with its gravity. */
export const weighed = (
  caseId: AttendedCase.CaseId,
  document: Bare,
  { attended, first, severity, since, stake = Stake.noStake }: Weight
): Weighed => ({
  attended: attended ?? [{ caseId, since }],
  document: {
    breaks: [],
    ...document,
    since: Instant.format(since),
    severity,
    atRisk: breaks.atRiskOf(stake),
    recommended: first
  },
  severity,
  dollars: Stake.dollarsAtRisk(stake),
  since
})

/** The breaks of one cause, the oldest first. */
type Breaks = Array.NonEmptyReadonlyArray<Break.Break>

/** What of them stops the most. */
const holdsOf = (breaks: Breaks): Break.Break["holds"] =>
  Break.holds.findLast((each) => breaks.some(({ holds }) => holds === each)) ?? "nothing"

/** What was seen of the gravest of them, and of which it is. */
const whatOf = ({ kind, subject, ...gravest }: Break.Break, count: number): string =>
  `${codeWords.headOf(kind)}${count === 1 ? "" : ` (${count} breaks)`}, ${codeWords.subjectWords(subject)}: ${Break.evidenceOf(gravest)}`

const breakCase = (id: Id.BreakId, gravest: Break.Break, breaks: Breaks): Bare => ({
  kind: "break",
  id: Id.format("break", id),
  account: gravest.account,
  symbol: gravest.symbol === Ticker.UNMAPPED ? null : valueOrNull(gravest.symbol),
  what: whatOf(gravest, breaks.length),
  holds: holdsOf(breaks),
  breaks: breaks.map((each) => Id.format("break", each.id)),
  path: `/api/v1/breaks/${Id.format("break", id)}`
})

const doubtCase = (order: Order.Order): Bare => ({
  kind: "in_doubt",
  id: Id.format("order", order.id),
  account: order.account,
  symbol: order.symbol,
  what: "sent, no acknowledgement received: the broker may have it",
  holds: "symbol",
  path: `/api/v1/orders/${Id.format("order", order.id)}`
})

const approvalCase = (order: Order.ProposedOrder): Bare => ({
  kind: "approval",
  id: Id.format("order", order.id),
  account: order.account,
  symbol: order.symbol,
  what: `${directOrder.termsText(order)}: proposed; not sent unless approved by ${Instant.format(order.approveBy)}`,
  holds: "nothing",
  path: `/api/v1/orders/${Id.format("order", order.id)}`
})

const quarantineCase = (trade: Trade.Trade): Bare => ({
  kind: "quarantine",
  id: Id.format("trade", trade.id),
  account: trade.account,
  symbol: trade.givenSymbol,
  what: trades.reasonOf(trade) ?? "it is not counted",
  holds: "nothing",
  path: `/api/v1/trades/${Id.format("trade", trade.id)}`
})

const failureCase = (order: Order.Order): Bare => ({
  kind: "failed_order",
  id: Id.format("order", order.id),
  account: order.account,
  symbol: order.symbol,
  what: directOrder.failureText(order),
  holds: "nothing",
  path: `/api/v1/orders/${Id.format("order", order.id)}`
})

const requestCase = ({ account, approveBy, id, preview, requestedBy }: Approval.Approval): Bare => ({
  kind: "request",
  id: Id.format("approval", id),
  account,
  symbol: null,
  what: `${preview}: requested by ${requestedBy}; another person can approve it until ${Instant.format(approveBy)}`,
  holds: "nothing",
  path: `/api/v1/approvals/${Id.format("approval", id)}`
})

const batchCase = ({ account, failed, id, name, total }: Batch.Batch): Bare => ({
  kind: "batch",
  id: Id.format("batch", id),
  account,
  symbol: null,
  what: `${failed} of ${total} rows of ${name} failed`,
  holds: "nothing",
  path: `/api/v1/batches/${Id.format("batch", id)}`
})

const jobCase = (job: Job.Job): Bare => ({
  kind: "job",
  id: job.id,
  account: null,
  symbol: null,
  what: `${job.type} was given up: ${job.failure ?? "no error recorded"}`,
  holds: "nothing",
  path: `/api/v1/jobs/${job.id}`
})

/** A part of the daemon that fails. */
export const partCase = ({ detail, part }: Pick<Health.PartHealth, "part" | "detail">): Bare => ({
  kind: "part",
  id: AttendedCase.ofPart(part),
  account: null,
  symbol: null,
  what: `${codeWords.serviceWords(part)} fails: ${detail}`,
  holds: "nothing",
  path: "/api/v1/overview"
})

/** Who has seen a case before its newest grave break came has not seen it as it is. */
const attendedSince =
  (newest: Instant.Instant) =>
  (found: Break.Break): Attended => ({
    caseId: AttendedCase.ofBreak(found),
    since: Instant.later(found.openedAt, newest)
  })

/** A case as grave as the gravest of its breaks, which says what to do first; by the id of one of them. */
export const weighedBreaks = (id: Id.BreakId, breaks: Breaks, stakes: Risk.Stakes, now: Instant.Instant): Weighed => {
  const severity = Trading.gravestOf(breaks, stakes, now)
  const gravest = Trading.gravestBreakOf(breaks, stakes, now)
  return weighed(AttendedCase.ofBreak(gravest), breakCase(id, gravest, breaks), {
    severity,
    since: breaks[0].openedAt,
    stake: Stake.together(breaks.map(stakes)),
    first: recommended.recommendedFor(gravest, stakes(gravest)),
    attended: Array.map(breaks, attendedSince(Trading.newestAsGrave(breaks, stakes, now)))
  })
}

/** Cases of the books, each as grave as its gravest break. */
export const weighedCases = (
  cases: ReadonlyArray<OpenCases.Case>,
  now: Instant.Instant
): Effect.Effect<ReadonlyArray<Weighed>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(Risk.stakesOf(cases.flatMap(({ breaks }) => breaks)), (stakes) =>
    cases.map(({ breaks, first: { id } }) => weighedBreaks(id, breaks, stakes, now))
  )

/** An order in doubt. */
export const weighedDoubt = (found: Trading.Doubtful, now: Instant.Instant): Weighed => {
  const { order, stake } = found
  return weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), doubtCase(order), {
    severity: Trading.severityOfDoubt(found, now),
    since: order.sentAt ?? order.updatedAt,
    stake,
    first: recommended.recommendedFor({ kind: "Doubt", holds: "nothing" }, stake)
  })
}

/** It ends by itself: no age makes it graver. */
export const weighedProposal = (order: Order.ProposedOrder): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), approvalCase(order), {
    severity: "warning",
    since: order.createdAt,
    first: recommended.apart.approval
  })

/** It expires by itself: no age makes it graver. */
export const weighedRequest = (request: Approval.Approval): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("approval", request.id)), requestCase(request), {
    severity: "warning",
    since: request.requestedAt,
    first: recommended.apart.request
  })

/** P11: of what stops nothing and doubles nothing age decides. */
export const byAge = (since: Instant.Instant, now: Instant.Instant) => ({
  severity: Severity.severityOfAge("warning", since, now),
  since
})

/** A trade in quarantine. */
export const weighedTrade = (trade: Trade.Trade, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("trade", trade.id)), quarantineCase(trade), {
    ...byAge(trade.createdAt, now),
    first: recommended.apart.quarantine
  })

/** A trade's own order that failed. */
export const weighedFailure = (order: Order.Order): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), failureCase(order), {
    severity: "warning",
    since: OpenCases.endOfOrder(order),
    first: recommended.apart.failedOrder
  })

/** A batch with failed rows. */
export const weighedBatch = (batch: Batch.Batch): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("batch", batch.id)), batchCase(batch), {
    severity: "warning",
    since: OpenCases.endOfBatch(batch),
    first: recommended.apart.batch
  })

/** A job that failed. */
export const weighedJob = (job: Job.Job, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.CaseId.make(job.id), jobCase(job), {
    ...byAge(job.endedAt ?? job.enqueuedAt, now),
    first: recommended.apart.job
  })

/** A part of the daemon that fails, with its gravity. */
export const weighedPart = (part: FailingPart, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.ofPart(part.part), partCase(part), {
    severity: Health.severityOf(part, now),
    since: part.failingSince ?? part.lastFailureAt ?? now,
    first: recommended.apart.part
  })

/** A part of a daemon that fails, as far as its case says. */
export type FailingPart = Parameters<typeof partCase>[0] & Parameters<typeof Health.severityOf>[0]

import type { Documents } from "@roundlot/api"
import { Clock, Instant, Order, Reads, Ticker, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import {
  AttendedCase,
  AttendedCases,
  Batch,
  Break,
  codeWords,
  directOrder,
  Health,
  Job,
  OpenCases,
  Proposals,
  recommended,
  Risk,
  Severity,
  Stake,
  TradeStanding,
  Trading
} from "@roundlot/core/ledger"
import { Array, Effect, Either, Option, Schema } from "effect"
import { attendedEntries, attentionOf, attentionOfAll, notesIn } from "./attended.ts"
import * as breaks from "./breaks.ts"
import * as trades from "./trades.ts"
import { BadFilter, NotFound } from "./errors.ts"
import * as Columns from "./table.ts"
import { valueOrNull } from "./text.ts"

type Case = Documents.CaseDocument

type Said = Omit<Case, keyof Documents.Attention>

/** Under which id what people did about something is on record, and since when that something is. */
interface Attended {
  readonly caseId: AttendedCase.CaseId
  readonly since: Instant.Instant
}

/** A case with what it is sorted by, before it is known what people did about it, or about each of its breaks. */
interface Weighed extends Severity.Gravity {
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

const weighed = (
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

const partCase = ({ detail, part }: Pick<Health.PartHealth, "part" | "detail">): Bare => ({
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
const weighedBreaks = (id: Id.BreakId, breaks: Breaks, stakes: Risk.Stakes, now: Instant.Instant): Weighed => {
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

const weighedCases = (cases: ReadonlyArray<OpenCases.Case>, now: Instant.Instant) =>
  Effect.map(Risk.stakesOf(cases.flatMap(({ breaks }) => breaks)), (stakes) =>
    cases.map(({ breaks, first: { id } }) => weighedBreaks(id, breaks, stakes, now))
  )

const weighedDoubt = (found: Trading.Doubtful, now: Instant.Instant): Weighed => {
  const { order, stake } = found
  return weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), doubtCase(order), {
    severity: Trading.severityOfDoubt(found, now),
    since: order.sentAt ?? order.updatedAt,
    stake,
    first: recommended.recommendedFor({ kind: "Doubt", holds: "nothing" }, stake)
  })
}

/** It ends by itself: no age makes it graver. */
const weighedProposal = (order: Order.ProposedOrder): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), approvalCase(order), {
    severity: "warning",
    since: order.createdAt,
    first: recommended.apart.approval
  })

/** P11: of what stops nothing and doubles nothing age decides. */
const byAge = (since: Instant.Instant, now: Instant.Instant) => ({
  severity: Severity.severityOfAge("warning", since, now),
  since
})

const weighedTrade = (trade: Trade.Trade, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("trade", trade.id)), quarantineCase(trade), {
    ...byAge(trade.createdAt, now),
    first: recommended.apart.quarantine
  })

const weighedFailure = (order: Order.Order): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("order", order.id)), failureCase(order), {
    severity: "warning",
    since: OpenCases.endOfOrder(order),
    first: recommended.apart.failedOrder
  })

const weighedBatch = (batch: Batch.Batch): Weighed =>
  weighed(AttendedCase.CaseId.make(Id.format("batch", batch.id)), batchCase(batch), {
    severity: "warning",
    since: OpenCases.endOfBatch(batch),
    first: recommended.apart.batch
  })

const weighedJob = (job: Job.Job, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.CaseId.make(job.id), jobCase(job), {
    ...byAge(job.endedAt ?? job.enqueuedAt, now),
    first: recommended.apart.job
  })

const weighedPart = (part: FailingPart, now: Instant.Instant): Weighed =>
  weighed(AttendedCase.ofPart(part.part), partCase(part), {
    severity: Health.severityOf(part, now),
    since: part.failingSince ?? part.lastFailureAt ?? now,
    first: recommended.apart.part
  })

/** A part of a daemon that fails, as far as its case says. */
export type FailingPart = Parameters<typeof partCase>[0] & Parameters<typeof Health.severityOf>[0]

/** The parts of this program that fail; what trading is kept from stands in cases of its own. None where no program runs. */
const failing = Effect.flatMap(Effect.serviceOption(Health.Health), (health) =>
  Option.isNone(health) ? Effect.succeed([]) : Effect.map(health.value.all, Health.failingOf)
)

/** The gravest first, then the most dollars, then the oldest; of one time by their ids, so that every look at them has one order. */
const byGravity = (a: Weighed, b: Weighed): number =>
  Severity.byGravity(a, b) || a.document.id.localeCompare(b.document.id, "en", { numeric: true })

const casesIn = ({ attended, document: { account } }: Weighed): ReadonlyArray<AttendedCases.CaseOf> =>
  attended.map(({ caseId }) => ({ account: account ?? "", caseId }))

/** The documents of cases with what people did about them. */
const documentsOf = (all: ReadonlyArray<Weighed>) =>
  Effect.map(AttendedCases.attendedOf(all.flatMap(casesIn)), (attended) =>
    all.map(({ attended: parts, document }): Case => {
      const of = ({ caseId, since }: Attended) =>
        attentionOf(attended({ account: document.account ?? "", caseId }), since)
      return { ...document, ...attentionOfAll(parts.map(of)) }
    })
  )

type Reading<A, E = never> = Effect.Effect<
  A,
  E | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
>

const clock = Effect.flatMap(Clock.Clock, ({ now }) => now)

const isFateUnknown = {
  column: "kind",
  in: Break.breakKinds.filter((kind) => Break.kinds[kind].isFateUnknown === true)
}
const isOpen = { column: "closedAt", in: [null] }

/**
 * All that needs a person, with the parts of a daemon that fail: open breaks by their causes, orders in doubt, orders that were proposed, direct orders that failed, quarantined trades, batches
 * with failed rows, jobs that were given up. An order in doubt that a case says so of stands once, as that case.
 */
export const listWith = Effect.fnUntraced(function* (parts: ReadonlyArray<FailingPart>) {
  const now = yield* clock
  const open = yield* Reads.all(Break.BreakTable, { where: [isOpen] })
  const settled = OpenCases.casesOf(open, now)
  const doubts = Trading.unsaid(settled, yield* Risk.doubtful)
  const proposed = yield* Proposals.waiting
  const held = yield* Effect.forEach(OpenCases.quarantined, (where) => Reads.all(Trade.TradeTable, { where }))
  const dead = yield* Reads.all(Job.JobTable, { where: [{ column: "status", in: ["dead"] }] })
  const all = [
    ...(yield* weighedCases(settled, now)),
    ...doubts.map((each) => weighedDoubt(each, now)),
    ...proposed.map(weighedProposal),
    ...held.flat().map((trade) => weighedTrade(trade, now)),
    ...(yield* OpenCases.failedOrders).map(weighedFailure),
    ...(yield* OpenCases.failedBatches).map(weighedBatch),
    ...dead.map((job) => weighedJob(job, now)),
    ...parts.map((part) => weighedPart(part, now))
  ]
  return yield* documentsOf(all.toSorted(byGravity))
})

/** The same with the parts of this program that fail. */
export const list: Reading<ReadonlyArray<Case>> = Effect.flatMap(failing, listWith)

const readId = Schema.decodeEither(AttendedCase.CaseId)

/** The identity of a case, as it was typed. */
const idOf = (text: string): Either.Either<AttendedCase.CaseId, BadFilter> =>
  Either.mapLeft(readId(text.replace(/^[botg](?=\d)/, (letter) => letter.toUpperCase())), () => {
    const problem =
      "is not a case: give the id of a break, order, trade, batch or job, or part: and the name of a service"
    return new BadFilter({ filter: "case", value: text, problem })
  })

/** The case of an open break by its own id: with all breaks of its cause, or alone while these have not settled. */
const openBreak = (where: ReadonlyArray<TradeRepository.Filter>, now: Instant.Instant) =>
  Effect.gen(function* () {
    const found = yield* Reads.first(Break.BreakTable, { where: [...where, isOpen] })
    if (found === undefined) return undefined
    const breaks = (yield* OpenCases.caseOf(found, now))?.breaks ?? Array.of(found)
    return weighedBreaks(found.id, breaks, yield* Risk.stakesOf(breaks), now)
  })

/** The case of an order: it is in doubt, was proposed, or failed. */
const ofOrder = (id: string, now: Instant.Instant) =>
  Effect.flatMap(orderInDoubt(id, now), (doubt) =>
    doubt !== undefined
      ? Effect.succeed(doubt)
      : Effect.flatMap(first(Order.OrderTable, Id.parse("order", id)), (order) => {
          if (order === undefined) return Effect.succeed(undefined)
          if (Order.isProposed(order, now)) return Effect.succeed(weighedProposal(order))
          return Effect.map(OpenCases.isFailure(order), (isOpen) => (isOpen ? weighedFailure(order) : undefined))
        })
  )

const orderInDoubt = (id: string, now: Instant.Instant) =>
  Effect.gen(function* () {
    const found = (yield* Risk.doubtful).find(({ order }) => Id.format("order", order.id) === id)
    if (found === undefined) return undefined
    const { account } = found.order
    const said = [{ column: "account", in: [account] }, { column: "subject", in: [id] }, isFateUnknown]
    return (yield* openBreak(said, now)) ?? weighedDoubt(found, now)
  })

const first = <R>(table: Parameters<typeof Reads.first<R>>[0], id: number | string | undefined) =>
  Reads.first(table, { where: [{ column: "id", in: [id ?? 0] }] })

/** A part fails as its program says; where none runs here it is taken by its name. */
const partNamed = (part: string, now: Instant.Instant) =>
  Effect.gen(function* () {
    if (Option.isNone(yield* Effect.serviceOption(Health.Health))) {
      const document = partCase({ part, detail: "what with, its daemon knows" })
      return weighed(AttendedCase.ofPart(part), document, { ...byAge(now, now), first: recommended.apart.part })
    }
    const found = (yield* failing).find((each) => each.part === part)
    return found === undefined ? undefined : weighedPart(found, now)
  })

const open = (caseId: AttendedCase.CaseId, now: Instant.Instant): Reading<Weighed | undefined> => {
  const { id, kind } = AttendedCase.recordOf(caseId)
  switch (kind) {
    case "break":
      return openBreak([{ column: "id", in: [Id.parse("break", id) ?? 0] }], now)
    case "order":
      return ofOrder(id, now)
    case "trade":
      return Effect.map(first(Trade.TradeTable, Id.parse("trade", id)), (trade) =>
        trade !== undefined && TradeStanding.isQuarantined(trade) ? weighedTrade(trade, now) : undefined
      )
    case "batch":
      return Effect.map(first(Batch.BatchTable, Id.parse("batch", id)), (batch) =>
        batch !== undefined && Batch.hasFailedRows(batch) ? weighedBatch(batch) : undefined
      )
    case "job":
      return Effect.map(first(Job.JobTable, id), (job) => (job?.status === "dead" ? weighedJob(job, now) : undefined))
    case "part":
      return partNamed(id, now)
  }
}

/** One case by the id of what it is about, with what people did about it; one of an order in doubt is the break that says so. */
export const show = (text: string): Reading<Documents.CaseDetail, BadFilter | NotFound> =>
  Effect.gen(function* () {
    const found = yield* open(yield* idOf(text), yield* clock)
    const [document] = found === undefined ? [] : yield* documentsOf([found])
    if (found === undefined || document === undefined)
      return yield* new NotFound({ kind: "open case", id: text, list: "cases" })
    const account = document.account ?? ""
    const attended = yield* AttendedCases.attendedOf(casesIn(found))
    // Of very many breaks few were seen to.
    const seenTo = found.attended.filter(({ caseId }) => attended({ account, caseId }) !== undefined)
    const entries = yield* Effect.forEach(seenTo, ({ caseId }) => attendedEntries(account, caseId))
    const history = entries.flat().toSorted((a, b) => a.seq - b.seq)
    return { ...document, notes: notesIn(history), history }
  })

const columns: ReadonlyArray<Columns.TableColumn<Case>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.states("SEVERITY", (each) => each.severity),
  Columns.minor(Columns.words("KIND", (each) => each.kind)),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.numbers("DOLLARS", (each) => each.atRisk.dollars),
  Columns.minor(Columns.words("OWNER", (each) => each.owner)),
  Columns.times("SINCE", (each) => each.since),
  Columns.minor(Columns.words("BREAKS", ({ breaks: all }) => (all.length > 1 ? all.join(" ") : null))),
  Columns.words("WHAT", (each) => each.what)
]

/** Cases as a table for people. */
export const table = Columns.tableOf<Case>(columns)

/** A case in a line: `Case G1, warning: 1 of 3 rows of Morning failed`. */
export const heading = ({ id, severity, what }: Case): string => `Case ${id}, ${severity}: ${what}`

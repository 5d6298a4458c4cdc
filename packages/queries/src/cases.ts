import type { Documents } from "@roundlot/api"
import { type Instant, Clock, Order, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import {
  Approval,
  AttendedCase,
  AttendedCases,
  Batch,
  Break,
  Health,
  Job,
  OpenCases,
  Proposals,
  recommended,
  Risk,
  Severity,
  TradeStanding,
  Trading
} from "@roundlot/core/ledger"
import { Array, Effect, Either, Option, Schema } from "effect"
import { attendedEntries, attentionOf, attentionOfAll, notesIn } from "./attended.ts"
import { BadFilter, NotFound } from "./errors.ts"
import * as Columns from "./table.ts"
import {
  type Weighed,
  type Case,
  type Attended,
  type FailingPart,
  weighedCases,
  weighedDoubt,
  weighedProposal,
  weighedRequest,
  weighedTrade,
  weighedFailure,
  weighedBatch,
  weighedJob,
  weighedPart,
  weighedBreaks,
  partCase,
  weighed,
  byAge
} from "./caseSeverity.ts"

export type { FailingPart } from "./caseSeverity.ts"

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
    ...(yield* OpenCases.waitingRequests).map(weighedRequest),
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
  Either.mapLeft(readId(text.replace(/^[botgr](?=\d)/, (letter) => letter.toUpperCase())), () => {
    const problem =
      "is not a case: give the id of a break, order, trade, batch, request or job, or part: and the name of a service"
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
      const document = partCase({ part, detail: "only its daemon has the error" })
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
    case "request":
      return Effect.map(first(Approval.ApprovalTable, Id.parse("approval", id)), (request) =>
        request !== undefined && Approval.standingOf(request, now) === "waiting" ? weighedRequest(request) : undefined
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
  Columns.dollars("DOLLARS", (each) => each.atRisk.dollars),
  Columns.minor(Columns.words("OWNER", (each) => each.owner)),
  Columns.times("SINCE", (each) => each.since),
  Columns.minor(Columns.words("BREAKS", ({ breaks: all }) => (all.length > 1 ? all.join(" ") : null))),
  Columns.words("WHAT", (each) => each.what)
]

/** Cases as a table for people. */
export const table = Columns.tableOf<Case>(columns)

/** A case in a line: `Case G1, warning: 1 of 3 rows of Morning failed`. */
export const heading = ({ id, severity, what }: Case): string => `Case ${id}, ${severity}: ${what}`

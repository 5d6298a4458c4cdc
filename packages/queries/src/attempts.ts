import type { Documents } from "@roundlot/api"
import { Clock, Decimal, Instant, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Attempt, Attempts, Payload } from "@roundlot/core/ledger"
import { Effect, Either } from "effect"
import { exactly, idOf, inAnyCase, isWithin, type Conditions, type Period } from "./criteria.ts"
import * as decisions from "./decisionDocument.ts"
import { BadFilter, NotFound } from "./errors.ts"
import { among, collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as payloads from "./payloads.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** One try to send an order. Shares, dollars a share, dollars. */
export type AttemptDocument = Documents.AttemptDocument

/** An attempt with the whole exchange. */
export type ExchangeDocument = Documents.ExchangeDocument

/** An attempt with the whole exchange, and the decision behind it. */
export type AttemptDetail = Documents.AttemptDetail

/** Which attempts: one of the questions, and filters. */
export interface AttemptFilters extends ListOptions, Period {
  readonly successful?: boolean | undefined
  readonly failed?: boolean | undefined
  readonly pending?: boolean | undefined
  readonly recent?: boolean | undefined
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly strategy?: string | undefined
  readonly httpStatus?: string | undefined
  readonly brokerOrderId?: string | undefined
}

/** The document of an attempt. */
export const documentOf = (attempt: Attempt.Attempt): AttemptDocument => ({
  id: Id.format("attempt", attempt.id),
  number: attempt.number,
  outcome: valueOrNull(attempt.outcome),
  status: attempt.status,
  orderId: Id.format("order", attempt.orderId),
  decisionId: attempt.decisionId === undefined ? null : Id.format("decision", attempt.decisionId),
  brokerOrderId: valueOrNull(attempt.brokerOrderId),
  httpStatus: valueOrNull(attempt.httpStatus),
  errorCode: valueOrNull(attempt.errorCode),
  refusalClass: valueOrNull(attempt.refusalClass),
  errorMessage: valueOrNull(attempt.errorMessage),
  errorDetails: valueOrNull(attempt.errorDetails),
  filledQuantity: Decimal.format(attempt.filledQuantity),
  filledAveragePrice: decimalOrNull(attempt.filledAveragePrice),
  commission: decimalOrNull(attempt.commission),
  submittedAt: Instant.format(attempt.submittedAt),
  filledAt: timeOrNull(attempt.filledAt),
  rejectedAt: timeOrNull(attempt.rejectedAt),
  createdAt: Instant.format(attempt.createdAt),
  updatedAt: Instant.format(attempt.updatedAt),
  requestPayloadId: Id.format("payload", attempt.requestPayloadId),
  responsePayloadId: attempt.responsePayloadId === undefined ? null : Id.format("payload", attempt.responsePayloadId)
})

const isHttpStatus = (text: string | undefined): Either.Either<Conditions, BadFilter> => {
  if (text === undefined) return Either.right([])
  if (/^[1-5]\d\d$/.test(text)) return Either.right([{ column: "httpStatus", in: [Number(text)] }])
  return Either.left(
    new BadFilter({ filter: "http-status", value: text, problem: "is not an HTTP status, such as 403" })
  )
}

const conditionsOf = (filters: AttemptFilters) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const conditions: Conditions = [
      ...(filters.successful === true ? Attempts.conditions.successful : []),
      ...(filters.failed === true ? Attempts.conditions.failed : []),
      ...(filters.pending === true ? Attempts.conditions.pending : []),
      ...(filters.recent === true ? Attempts.since(now) : []),
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...exactly("strategy", filters.strategy),
      ...exactly("brokerOrderId", filters.brokerOrderId),
      ...(yield* isHttpStatus(filters.httpStatus)),
      ...(yield* isWithin("createdAt", filters))
    ]
    return conditions
  })

type Reading = TradeRepository.TradeRepository | Clock.Clock

/** A page of attempts; the recent ones newest first. */
export const list = (filters: AttemptFilters): Effect.Effect<ListDocument<AttemptDocument>, ListError, Reading> =>
  Effect.gen(function* () {
    const anyOf = [yield* conditionsOf(filters)]
    const keep =
      filters.failed === true
        ? (batch: ReadonlyArray<Attempt.Attempt>) => Effect.succeed(batch.filter(Attempts.isFailed))
        : undefined
    const order = filters.order ?? (filters.recent === true ? "newest" : undefined)
    const { records, ...page } = yield* collect({ table: Attempt.AttemptTable, anyOf, keep }, { ...filters, order })
    return { items: records.map(documentOf), ...page }
  })

/** Why attempts failed, counted. */
export const tally = (filters: AttemptFilters): Effect.Effect<ListDocument<Attempts.Tallied>, ListError, Reading> =>
  Effect.gen(function* () {
    const where = yield* conditionsOf({ ...filters, failed: true })
    const found = yield* Reads.all(Attempt.AttemptTable, { where })
    const items = Attempts.tallyOf(found.filter(Attempts.isFailed).map(Attempts.reasonOf))
    return { items, nextCursor: null }
  })

/** Attempts with what was sent and answered, all payloads read at once. */
export const exchangesOf = (
  attempts: ReadonlyArray<Attempt.Attempt>
): Effect.Effect<ReadonlyArray<ExchangeDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const ids = attempts.flatMap(({ requestPayloadId, responsePayloadId }) =>
      responsePayloadId === undefined ? [requestPayloadId] : [requestPayloadId, responsePayloadId]
    )
    const found = yield* among(Payload.PayloadTable, "id", ids)
    const byId = new Map(found.map((each) => [each.id, payloads.documentOf(each)]))
    return attempts.map((attempt) => ({
      ...documentOf(attempt),
      request: valueOrNull(byId.get(attempt.requestPayloadId)),
      response: valueOrNull(attempt.responsePayloadId === undefined ? undefined : byId.get(attempt.responsePayloadId))
    }))
  })

/** One attempt (`S4`) with its request, its answer and the decision behind it. */
export const show = (
  id: string
): Effect.Effect<AttemptDetail, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const number = yield* idOf("attempt", "attempt", id)
    const found = yield* Attempts.show(Id.AttemptId.make(number))
    if (found === undefined) return yield* new NotFound({ kind: "attempt", id, list: "attempts" })
    const { attempt, decision, request, response } = found
    return {
      ...documentOf(attempt),
      request: request === undefined ? null : payloads.documentOf(request),
      response: response === undefined ? null : payloads.documentOf(response),
      decision: decision === undefined ? null : decisions.documentOf(decision)
    }
  })

/** What people see of attempts. */
const columns: ReadonlyArray<Columns.TableColumn<AttemptDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.ids("ORDER", (each) => each.orderId),
  Columns.minor(Columns.ids("DECISION", (each) => each.decisionId)),
  Columns.states("OUTCOME", (each) => each.outcome),
  Columns.states("STATUS", (each) => each.status),
  Columns.minor(Columns.numbers("HTTP", (each) => (each.httpStatus === null ? null : String(each.httpStatus)))),
  Columns.numbers("FILLED", (each) => each.filledQuantity),
  Columns.times("SENT", (each) => each.submittedAt),
  Columns.words("ERROR", (each) => each.errorMessage)
]

/** Attempts as a table for people. */
export const table = Columns.tableOf<AttemptDocument>(columns)

/** An attempt in a line: `Attempt S2 of order O2: accepted`. */
export const heading = ({ id, orderId, outcome, status }: AttemptDocument): string =>
  `Attempt ${id} of order ${orderId}: ${outcome ?? status}`

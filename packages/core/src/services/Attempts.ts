import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { DecisionTable, type Decision } from "../records/Decision.ts"
import type { AttemptId, PayloadId } from "../values/Id.ts"
import { PayloadTable, type Payload } from "../records/Payload.ts"
import * as Decimal from "../values/Decimal.ts"
import { AttemptTable, type Attempt } from "../records/Attempt.ts"
import { Clock } from "../ports/Clock.ts"
import type { Filter, StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Instant from "../values/Instant.ts"
import * as Reads from "./Reads.ts"

/** The questions that attempts are asked (AUD-8), as conditions on their rows. */
export const conditions = {
  /** Filled. */
  successful: [{ column: "status", in: ["filled"] }],
  /** Rejected, cancelled or expired; `isFailed` tells those with a fill apart. */
  failed: [{ column: "status", in: ["rejected", "cancelled"] }],
  /** At the broker, or on the way there. */
  pending: [{ column: "status", in: ["submitted", "accepted"] }]
} as const satisfies { readonly [question: string]: ReadonlyArray<Filter> }

const DAY_MS = 86_400_000

/** The attempts of the last 24 hours. */
export const since = (now: Instant.Instant): ReadonlyArray<Filter> => [
  { column: "createdAt", atLeast: Number(Instant.addMillis(now, -DAY_MS)) }
]

/** Ended with nothing filled. */
export const isFailed = ({ filledQuantity, status }: Attempt): boolean =>
  (status === "rejected" || status === "cancelled") && Decimal.isZero(filledQuantity)

/** What attempts are asked; all that is named must hold. Without any of it they are all meant. */
export interface Question {
  /** Filled. */
  readonly successful?: boolean | undefined
  /** Rejected, cancelled or expired without any fill. */
  readonly failed?: boolean | undefined
  /** At the broker, or on the way there. */
  readonly pending?: boolean | undefined
  /** Of the last 24 hours. */
  readonly recent?: boolean | undefined
  readonly account?: AccountName | undefined
  readonly symbol?: string | undefined
  /** Whose decision it was. */
  readonly strategy?: string | undefined
  readonly httpStatus?: number | undefined
  readonly brokerOrderId?: string | undefined
}

const named = ["account", "symbol", "strategy", "httpStatus", "brokerOrderId"] as const
const kinds = ["successful", "failed", "pending"] as const

const conditionsOf = (question: Question, now: Instant.Instant): ReadonlyArray<Filter> => [
  ...kinds.flatMap((kind): ReadonlyArray<Filter> => (question[kind] === true ? conditions[kind] : [])),
  ...(question.recent === true ? since(now) : []),
  ...named.flatMap((column): ReadonlyArray<Filter> => {
    const is = question[column]
    return is === undefined ? [] : [{ column, in: [is] }]
  })
]

/**
 * Attempts, newest first.
 *
 * @example
 * const refused = Attempts.list({ failed: true, httpStatus: 403 })
 */
export const list = (
  question: Question = {}
): Effect.Effect<ReadonlyArray<Attempt>, StoreError, TradeRepository | Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const attempts = yield* Reads.all(AttemptTable, { where: conditionsOf(question, now), descending: true })
    return question.failed === true ? attempts.filter(isFailed) : attempts
  })

/** An attempt with what was sent and answered, and the decision behind it. Bytes that retention dropped are empty. */
export interface Exchange {
  readonly attempt: Attempt
  readonly request: Payload | undefined
  readonly response: Payload | undefined
  readonly decision: Decision | undefined
}

/** The whole exchange of an attempt; `undefined` where there is none of this id. */
export const show = (id: AttemptId): Effect.Effect<Exchange | undefined, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const attempt = yield* Reads.first(AttemptTable, { where: [{ column: "id", in: [id] }] })
    if (attempt === undefined) return undefined
    const { decisionId, requestPayloadId, responsePayloadId } = attempt
    const ids = responsePayloadId === undefined ? [requestPayloadId] : [requestPayloadId, responsePayloadId]
    const payloads = yield* Reads.all(PayloadTable, { where: [{ column: "id", in: ids }] })
    const decision =
      decisionId === undefined
        ? undefined
        : yield* Reads.first(DecisionTable, { where: [{ column: "id", in: [decisionId] }] })
    const payloadOf = (wanted: PayloadId | undefined) => payloads.find((each) => each.id === wanted)
    return { attempt, request: payloadOf(requestPayloadId), response: payloadOf(responsePayloadId), decision }
  })

/** How often a reason was given. */
export interface Tallied {
  readonly reason: string
  readonly count: number
}

/** Counts reasons, the most frequent first. */
export const tallyOf = (reasons: Iterable<string>): ReadonlyArray<Tallied> => {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
}

/** Why an attempt failed: the broker's words, else its code, else where it stands. */
export const reasonOf = ({ errorCode, errorMessage, status }: Attempt): string => errorMessage ?? errorCode ?? status

/** Why attempts failed, counted. */
export const tally = Effect.map(list({ failed: true }), (attempts) => tallyOf(attempts.map(reasonOf)))

import { Effect } from "effect"
import * as Decimal from "../money/Decimal.ts"
import { AttemptTable, type Attempt } from "../order/Attempt.ts"
import { Clock } from "../ports/Clock.ts"
import type { Filter } from "../ports/TradeRepository.ts"
import * as Instant from "../time/Instant.ts"
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

const found = (where: ReadonlyArray<Filter>) => Reads.all(AttemptTable, { where, descending: true })

/** Filled attempts, newest first. */
export const successful = found(conditions.successful)

/** Attempts that ended with nothing filled, newest first. */
export const failed = Effect.map(found(conditions.failed), (attempts) => attempts.filter(isFailed))

/** Attempts that are at the broker or on the way there, newest first. */
export const pending = found(conditions.pending)

/** The attempts of the last 24 hours, newest first. */
export const recent = Effect.flatMap(
  Effect.flatMap(Clock, (clock) => clock.now),
  (now) => found(since(now))
)

/** The attempts of a symbol, newest first. */
export const bySymbol = (symbol: string) => found([{ column: "symbol", in: [symbol] }])

/** The attempts of a strategy's decisions, newest first. */
export const byStrategy = (strategy: string) => found([{ column: "strategy", in: [strategy] }])

/** The attempts that were answered with an HTTP status, newest first. */
export const byHttpStatus = (status: number) => found([{ column: "httpStatus", in: [status] }])

/** The attempts of a broker's order, newest first. */
export const byBrokerOrderId = (id: string) => found([{ column: "brokerOrderId", in: [id] }])

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
export const tally = Effect.map(failed, (attempts) => tallyOf(attempts.map(reasonOf)))

import { Effect, Metric, MetricBoundaries, Schema } from "effect"
import type { IntakeResult } from "../rules/trade/intake.ts"
import type { RequestUsage } from "../ports/Broker.ts"
import type { Answer } from "../records/Report.ts"

const intake = Metric.counter("roundlot_intake_total", {
  description: "Trades received by this process, by outcome",
  incremental: true
})
const sends = Metric.counter("roundlot_sends_total", {
  description: "Submission attempts, by the broker's answer",
  incremental: true
})

const failedReads = Metric.counter("roundlot_failed_order_reads_total", {
  description: "Failed reads of open orders, retries included",
  incremental: true
})
const pollingLag = Metric.gauge("roundlot_polling_lag_seconds", {
  description: "Delay of the last poll of open orders beyond its interval"
})

const requestsLeft = Metric.gauge("roundlot_broker_requests_left", {
  description: "Requests left before the broker's rate limit, by account"
})
const answerSeconds = Metric.gauge("roundlot_broker_answer_seconds", {
  description: "Median latency of an account's broker"
})

const STAGE_SECONDS = MetricBoundaries.fromIterable([0.005, 0.02, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 3_600])
const stageSeconds = Metric.histogram(
  "roundlot_stage_seconds",
  STAGE_SECONDS,
  "Duration of an order's stages: planned to sent, sent to answered, executed to booked"
)

/** The stages of an order's life whose length is measured. */
const stages = ["planned_to_sent", "sent_to_answered", "executed_to_booked"] as const

/** One of the stages. */
export type Stage = (typeof stages)[number]

const stageOf = {
  planned_to_sent: Metric.tagged(stageSeconds, "stage", "planned_to_sent"),
  sent_to_answered: Metric.tagged(stageSeconds, "stage", "sent_to_answered"),
  executed_to_booked: Metric.tagged(stageSeconds, "stage", "executed_to_booked")
} as const

/** A measurement that stands for the others of its bucket: in which trace it was made, in seconds, and when. */
export interface Exemplar {
  readonly traceId: string
  readonly seconds: number
  readonly atMs: number
}

/** The newest of each stage and bucket, by the bucket's upper bound. */
const exemplars: { readonly [S in Stage]: Map<number, Exemplar> } = {
  planned_to_sent: new Map(),
  sent_to_answered: new Map(),
  executed_to_booked: new Map()
}

const isStage = Schema.is(Schema.Literal(...stages))

/** The newest measurement of a stage's bucket whose trace is known; of anything else, none. */
export const exemplarOf = (stage: string | undefined, bound: number): Exemplar | undefined =>
  isStage(stage) ? exemplars[stage].get(bound) : undefined

const noteExemplar = (stage: Stage, exemplar: Exemplar): void => {
  const bound = STAGE_SECONDS.values.find((each) => exemplar.seconds <= each)
  if (bound !== undefined) exemplars[stage].set(bound, exemplar)
}

/** Notes how long a stage took, in milliseconds, and in which trace; clocks that disagree make none shorter than nothing. */
export const noteStage = (stage: Stage, ms: number, traceId?: string): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    const seconds = secondsOf(ms)
    if (traceId !== undefined) noteExemplar(stage, { traceId, seconds, atMs: clock.unsafeCurrentTimeMillis() })
    return Metric.update(stageOf[stage], seconds)
  })

const secondsOf = (ms: number): number => Math.max(0, ms) / 1000

/** Counts the readings of a pass that failed. */
export const countFailedReads = (failed: number): Effect.Effect<void> => Metric.incrementBy(failedReads, failed)

/** Says how late the most overdue order of a pass was, in milliseconds. */
export const tellPollingLag = (lagMs: number): Effect.Effect<void> => Metric.set(pollingLag, lagMs / 1000)

/** Says how many requests of an account's broker are left, and how fast it answers. */
export const noteRequests = (account: string, { answerMs, limits }: RequestUsage): Effect.Effect<void> => {
  const [first] = limits
  return Effect.zipRight(
    first === undefined ? Effect.void : Metric.set(Metric.tagged(requestsLeft, "account", account), first.left),
    answerMs === undefined ? Effect.void : Metric.set(Metric.tagged(answerSeconds, "account", account), answerMs / 1000)
  )
}

/** The counter of a tag's value, made once: to make one costs more than to count. */
const ofEach = <C>(made: (value: string) => C): ((value: string) => C) => {
  const known = new Map<string, C>()
  return (value) => {
    const found = known.get(value)
    if (found !== undefined) return found
    const fresh = made(value)
    known.set(value, fresh)
    return fresh
  }
}

const intakeOf = ofEach((result) => Metric.tagged(intake, "result", result.toLowerCase()))
const sendsOf = ofEach((answer) => Metric.tagged(sends, "answer", answer.toLowerCase()))

/** Counts trades that were taken in, by what became of them. */
export const countIntake = (results: ReadonlyArray<IntakeResult>): Effect.Effect<void> => {
  const [first] = results
  if (first !== undefined && results.length === 1) return Metric.increment(intakeOf(first._tag))
  const counts = new Map<string, number>()
  for (const { _tag } of results) counts.set(_tag, (counts.get(_tag) ?? 0) + 1)
  return Effect.forEach(counts, ([tag, count]) => Metric.incrementBy(intakeOf(tag), count), { discard: true })
}

/** Counts an attempt by its answer, and notes how long that took, in milliseconds, and in which trace. */
export const noteAnswer = (answer: Answer["_tag"], tookMs: number, traceId: string): Effect.Effect<void> =>
  Effect.zipRight(
    noteStage("sent_to_answered", tookMs, traceId),
    Effect.map(Effect.metricLabels, (labels) => sendsOf(answer).unsafeUpdate(1, labels))
  )

import { Effect, Metric } from "effect"
import type { IntakeResult } from "../trade/intake.ts"
import type { Answer } from "../reconciliation/Report.ts"

const intake = Metric.counter("roundlot_intake_total", {
  description: "Trades that this process took in, by what became of them",
  incremental: true
})
const sends = Metric.counter("roundlot_sends_total", {
  description: "Attempts to send an order, by the broker's answer",
  incremental: true
})

/** Counts trades that were taken in, by what became of them. */
export const countIntake = (results: ReadonlyArray<IntakeResult>): Effect.Effect<void> => {
  const counts = new Map<string, number>()
  for (const { _tag } of results) counts.set(_tag, (counts.get(_tag) ?? 0) + 1)
  return Effect.forEach(
    counts,
    ([tag, count]) => Metric.incrementBy(Metric.tagged(intake, "result", tag.toLowerCase()), count),
    { discard: true }
  )
}

/** Counts an attempt by its answer. */
export const countSend = (answer: Answer["_tag"]): Effect.Effect<void> =>
  Metric.increment(Metric.tagged(sends, "answer", answer.toLowerCase()))

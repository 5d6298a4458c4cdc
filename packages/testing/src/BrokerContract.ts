import { Effect, type Scope } from "effect"
import { answers } from "./broker/answers.ts"
import { cancels } from "./broker/cancels.ts"
import { changes } from "./broker/changes.ts"
import { type Clause, type Outcome, outcomeAt } from "./broker/Clause.ts"
import { executions } from "./broker/executions.ts"
import { holdings } from "./broker/holdings.ts"
import { orders } from "./broker/orders.ts"
import type { Place } from "./broker/Place.ts"
import { requests } from "./broker/requests.ts"

export {
  capabilitiesAt,
  outcomeAt,
  type Capability,
  type Clause,
  type ClauseFailure,
  type Outcome
} from "./broker/Clause.ts"
export {
  CannotStage,
  type Arrived,
  type Place,
  type Read,
  type SentOrder,
  type Stage,
  type Told
} from "./broker/Place.ts"

/** What every broker promises; `needs` says for whom a clause holds. */
export const clauses: ReadonlyArray<Clause> = [
  ...requests,
  ...answers,
  ...orders,
  ...executions,
  ...cancels,
  ...holdings,
  ...changes
]

/**
 * Runs every clause, each at a place of its own, and says what became of each: kept, broken, or skipped and why.
 *
 * @example
 * const outcomes = yield* BrokerContract.prove(place)
 * yield* Console.log(BrokerContract.summary(outcomes))
 */
export const prove = <E>(place: Effect.Effect<Place, E, Scope.Scope>): Effect.Effect<ReadonlyArray<Outcome>, E> =>
  Effect.forEach(clauses, (clause) => Effect.scoped(Effect.flatMap(place, (at) => outcomeAt(clause, at))))

const line = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Kept":
      return `kept     ${outcome.clause}`
    case "Broken":
      return `BROKEN   ${outcome.message.replaceAll("\n", "\n         ")}`
    case "Skipped":
      return `skipped  ${outcome.clause}\n         ${outcome.reason}`
  }
}

/** What became of the clauses, a line or more for each, and how many were kept, broken and skipped. */
export const summary = (outcomes: ReadonlyArray<Outcome>): string => {
  const count = (tag: Outcome["_tag"]) => outcomes.filter(({ _tag }) => _tag === tag).length
  const score = `${count("Kept")} kept, ${count("Broken")} broken, ${count("Skipped")} skipped, of ${outcomes.length} clauses`
  return [...outcomes.map(line), score].join("\n")
}

import { Broker } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import type { Duration } from "effect"
import { wordsOf } from "./SendAnswers.ts"
import type { AnsweredOutcome, Ask, Outcome, Wire } from "./Wire.ts"

/** How long one read may take. */
const LONGEST_READ: Duration.DurationInput = "10 seconds"

/** A read that failed, in Alpaca's words where there are any. 404 is no failure where something is looked for. */
const failedRead = (operation: string, outcome: Outcome): Broker.BrokerReadFailed => {
  const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string, retryAfterMs?: number) =>
    new Broker.BrokerReadFailed({
      operation,
      kind,
      detail,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs })
    })
  if (outcome._tag === "Lost") return failed("network", outcome.why)
  if (outcome._tag === "NotSent")
    return failed(outcome.retryAfterMs === undefined ? "network" : "rate_limited", outcome.why, outcome.retryAfterMs)
  const { words } = wordsOf(outcome)
  const { retryAfterMs, status } = outcome
  if (status === 401 || status === 403)
    return failed("unauthorised", `${words} (${status}): check the pair of keys, and that it is of this host`)
  if (status === 429) return failed("rate_limited", `${words} (429)`, retryAfterMs)
  if (status === 408 || status >= 500) return failed("server", `${words} (${status})`, retryAfterMs)
  return failed("unreadable", `${words} (${status})`)
}

/** One request for something that is read; whatever its status, if an answer came. */
export const asking = (
  wire: Wire,
  operation: string,
  ask: Pick<Ask, "path">
): Effect.Effect<AnsweredOutcome, Broker.BrokerReadFailed> =>
  Effect.flatMap(wire.ask({ method: "GET", within: LONGEST_READ, ...ask }), (outcome) =>
    outcome._tag === "Answered" ? Effect.succeed(outcome) : Effect.fail(failedRead(operation, outcome))
  )

/** The contents of an answer of 200. */
export const contentsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: AnsweredOutcome
): Either.Either<A, Broker.BrokerReadFailed> => {
  if (outcome.status !== 200) return Either.left(failedRead(operation, outcome))
  return Either.mapLeft(
    Schema.decodeUnknownEither(Schema.parseJson(schema))(outcome.text),
    () =>
      new Broker.BrokerReadFailed({
        operation,
        kind: "unreadable",
        detail: `the answer is not what Alpaca documents (${outcome.contentType}, ${outcome.text.length} characters)`
      })
  )
}

/** Reads what must be there. */
export const reading = <A, I>(
  wire: Wire,
  operation: string,
  path: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<A, Broker.BrokerReadFailed> =>
  Effect.flatMap(asking(wire, operation, { path }), (outcome) => contentsOf(operation, schema, outcome))

const NOT_THERE: ReadonlySet<string | undefined> = new Set(["40410000", "40010001"])

/** Is it Alpaca itself that says that there is no such thing? A 404 of anything between is not. */
export const saysNotThere = (outcome: AnsweredOutcome): boolean =>
  (outcome.status === 404 || outcome.status === 422) && NOT_THERE.has(wordsOf(outcome).code)

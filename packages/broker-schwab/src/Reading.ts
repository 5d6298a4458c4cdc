import { Broker } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import type { Duration } from "effect"
import { exact } from "./ExactJson.ts"
import type { AnsweredOutcome, Outcome } from "./Http.ts"
import { wordsOf } from "./ErrorBody.ts"
import type { Wire } from "./Wire.ts"

/** How long one read may take. */
const LONGEST_READ: Duration.DurationInput = "10 seconds"

/** A read that failed, in Schwab's words where there are any. 404 is no failure where something is looked for. */
const failedRead = (operation: string, outcome: Outcome): Broker.BrokerReadFailed => {
  const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string, retryAfterMs?: number) =>
    new Broker.BrokerReadFailed({
      operation,
      kind,
      detail,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs })
    })
  if (outcome._tag === "Lost") return failed("network", outcome.why)
  if (outcome._tag === "NotSent") {
    if (outcome.needsLogin === true) return failed("unauthorised", outcome.why)
    return failed(outcome.retryAfterMs === undefined ? "network" : "rate_limited", outcome.why, outcome.retryAfterMs)
  }
  const words = wordsOf(outcome)
  const { retryAfterMs, status } = outcome
  if (status === 401 || status === 403)
    return failed("unauthorised", `${words} (${status}): log in again, and see that the login opens this account`)
  if (status === 429) return failed("rate_limited", `${words} (429)`, retryAfterMs)
  if (status === 408 || status >= 500) return failed("server", `${words} (${status})`, retryAfterMs)
  return failed("unreadable", `${words} (${status})`)
}

/** One request for something that is read; whatever its status, if an answer came. */
export const asking = (
  wire: Wire,
  operation: string,
  path: string
): Effect.Effect<AnsweredOutcome, Broker.BrokerReadFailed> =>
  Effect.flatMap(wire.ask({ method: "GET", within: LONGEST_READ, path }), (outcome) =>
    outcome._tag === "Answered" ? Effect.succeed(outcome) : Effect.fail(failedRead(operation, outcome))
  )

/** The text of an answer of 200. */
export const textOf = (operation: string, outcome: AnsweredOutcome): Either.Either<string, Broker.BrokerReadFailed> =>
  outcome.status === 200 ? Either.right(outcome.text) : Either.left(failedRead(operation, outcome))

/** The contents of an answer of 200, its numbers read as text. */
export const contentsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: AnsweredOutcome
): Either.Either<A, Broker.BrokerReadFailed> =>
  Either.flatMap(textOf(operation, outcome), (text) =>
    Either.mapLeft(Schema.decodeUnknownEither(Schema.parseJson(schema))(exact(text)), () =>
      unreadable(operation, outcome)
    )
  )

/** An answer that is not what it should be. */
export const unreadable = (operation: string, { contentType, text }: AnsweredOutcome): Broker.BrokerReadFailed =>
  new Broker.BrokerReadFailed({
    operation,
    kind: "unreadable",
    detail: `the answer is not what Schwab documents (${contentType}, ${text.length} characters)`
  })

/** Reads what must be there. */
export const reading = <A, I>(
  wire: Wire,
  operation: string,
  path: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<A, Broker.BrokerReadFailed> =>
  Effect.flatMap(asking(wire, operation, path), (outcome) => contentsOf(operation, schema, outcome))

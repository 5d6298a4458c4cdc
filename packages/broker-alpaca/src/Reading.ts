import { ExactJson, HttpOutcome } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import { Effect, type Duration, type Either, type Schema } from "effect"
import { wordsOf } from "./SendAnswers.ts"
import type { Wire } from "./Wire.ts"

/** How long one read may take. */
const LONGEST_READ: Duration.DurationInput = "10 seconds"

const wording: HttpOutcome.Wording = {
  broker: "Alpaca",
  wordsOf: (answer) => wordsOf(answer).words,
  remedy: "check the pair of keys, and that it is of this host"
}

/** One request for something that is read; whatever its status, if an answer came. */
export const asking = (
  wire: Wire,
  operation: string,
  path: string
): Effect.Effect<HttpOutcome.Answered, Broker.BrokerReadFailed> =>
  Effect.flatMap(wire.ask({ method: "GET", within: LONGEST_READ, path }), (outcome) =>
    HttpOutcome.answerIn(wording, operation, outcome)
  )

/** The contents of an answer of 200. */
export const contentsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: HttpOutcome.Answered
): Either.Either<A, Broker.BrokerReadFailed> => HttpOutcome.contentsOf(wording, operation, schema, outcome)

/** The same of an answer that writes money as numbers: they are read as text. */
export const exactContentsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: HttpOutcome.Answered
): Either.Either<A, Broker.BrokerReadFailed> =>
  HttpOutcome.contentsOf(wording, operation, schema, outcome, ExactJson.exact)

/** The rows of a page that can be read. */
export const rowsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  page: ReadonlyArray<unknown>
): Effect.Effect<HttpOutcome.Rows<A>> => HttpOutcome.rowsOf(wording, operation, schema, page)

/** Reads what must be there. */
export const reading = <A, I>(
  wire: Wire,
  operation: string,
  path: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<A, Broker.BrokerReadFailed> =>
  Effect.flatMap(asking(wire, operation, path), (outcome) => contentsOf(operation, schema, outcome))

const NOT_THERE: ReadonlySet<string | undefined> = new Set(["40410000", "40010001"])

/** Is it Alpaca itself that says that there is no such thing? A 404 of anything between is not. */
export const saysNotThere = (outcome: HttpOutcome.Answered): boolean =>
  (outcome.status === 404 || outcome.status === 422) && NOT_THERE.has(wordsOf(outcome).code)

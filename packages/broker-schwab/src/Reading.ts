import { ExactJson, HttpOutcome } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import { Effect, type Either, type Schema } from "effect"
import { wordsOf } from "./ErrorBody.ts"
import type { Wire } from "./Wire.ts"

const wording: HttpOutcome.Wording = {
  broker: "Schwab",
  wordsOf,
  remedy: "log in again, and see that the login opens this account"
}

/** One request for something that is read; whatever its status, if an answer came. */
export const asking = (
  wire: Wire,
  operation: string,
  path: string
): Effect.Effect<HttpOutcome.Answered, Broker.BrokerReadFailed> =>
  Effect.flatMap(wire.ask({ method: "GET", within: wire.readsWithin, path }), (outcome) =>
    HttpOutcome.answerIn(wording, operation, outcome)
  )

/** The text of an answer of 200. */
export const textOf = (
  operation: string,
  outcome: HttpOutcome.Answered
): Either.Either<string, Broker.BrokerReadFailed> => HttpOutcome.textOf(wording, operation, outcome)

/** The contents of an answer of 200, its numbers read as text. */
export const contentsOf = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: HttpOutcome.Answered
): Either.Either<A, Broker.BrokerReadFailed> =>
  HttpOutcome.contentsOf(wording, operation, schema, outcome, ExactJson.exact)

/** An answer that is not what it should be. */
export const unreadable = (operation: string, outcome: HttpOutcome.Answered): Broker.BrokerReadFailed =>
  HttpOutcome.unreadable(wording, operation, outcome)

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

import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { HttpOutcome } from "@roundlot/core/adapter"
import { Clock, Effect, type Duration } from "effect"

/** The headers of answers that are kept on record. */
const kept = ["content-type", "date", "location", "retry-after", "schwab-client-correlid"]

/** One request, never repeated, never redirected. */
export type Exchange = (
  request: HttpClientRequest.HttpClientRequest,
  within: Duration.DurationInput
) => Effect.Effect<HttpOutcome.HttpOutcome>

/** Requests through the client that is given, without anything that a trace would add; their `authorization` is shown nowhere. */
export const make: Effect.Effect<Exchange, never, HttpClient.HttpClient> = Effect.map(
  HttpClient.HttpClient,
  (given) => {
    const client = given.pipe(
      HttpClient.withTracerPropagation(false),
      HttpClient.withTracerDisabledWhen(() => true)
    )
    return (request, within) =>
      Effect.gen(function* () {
        const response = yield* client.execute(request)
        const text = yield* response.text
        const now = yield* Clock.currentTimeMillis
        return HttpOutcome.answered(
          response,
          text,
          kept,
          HttpOutcome.retryAfterOf(response.headers["retry-after"], now)
        )
      }).pipe(
        Effect.catchAll((error) => Effect.succeed(HttpOutcome.failed(error))),
        Effect.timeoutTo({
          duration: within,
          onTimeout: () => HttpOutcome.late,
          onSuccess: (outcome) => outcome
        }),
        Effect.locallyWith(Headers.currentRedactedNames, (names) => [...names, "authorization"])
      )
  }
)

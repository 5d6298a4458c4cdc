import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Clock, Effect, Predicate } from "effect"
import type { Duration } from "effect"

/**
 * What came of a request. `Answered` whatever the status; `NotSent`: no byte of it left; `Lost`: it may have arrived, and no whole
 * answer came.
 */
export type Outcome =
  | {
      readonly _tag: "Answered"
      readonly status: number
      readonly text: string
      readonly contentType: string
      /** What is kept of the answer's headers: an allow-list. */
      readonly headers: ReadonlyMap<string, string>
      readonly retryAfterMs: number | undefined
    }
  | {
      readonly _tag: "NotSent"
      readonly why: string
      readonly retryAfterMs: number | undefined
      /** For want of a token. */
      readonly needsLogin?: boolean
    }
  | { readonly _tag: "Lost"; readonly why: string }

/** An answer of whatever status. */
export type AnsweredOutcome = Extract<Outcome, { readonly _tag: "Answered" }>

/** The headers of answers that are kept on record. */
const kept = ["content-type", "date", "location", "retry-after", "schwab-client-correlid"]

/** One request, never repeated, never redirected. */
export type Exchange = (
  request: HttpClientRequest.HttpClientRequest,
  within: Duration.DurationInput
) => Effect.Effect<Outcome>

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
        return answered(response, text, yield* Clock.currentTimeMillis)
      }).pipe(
        Effect.catchAll((error) => Effect.succeed(failed(error))),
        Effect.timeoutTo({
          duration: within,
          onTimeout: (): Outcome => ({ _tag: "Lost", why: "no answer in time" }),
          onSuccess: (outcome) => outcome
        }),
        Effect.locallyWith(Headers.currentRedactedNames, (names) => [...names, "authorization"])
      )
  }
)

const answered = ({ headers, status }: HttpClientResponse.HttpClientResponse, text: string, now: number): Outcome => ({
  _tag: "Answered",
  status,
  text,
  contentType: headers["content-type"] ?? "text/plain",
  headers: new Map(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
  retryAfterMs: retryAfterOf(headers["retry-after"], now)
})

/** The wait that is asked for: seconds or a date. */
const retryAfterOf = (said: string | undefined, now: number): number | undefined => {
  if (said === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(said)) return Math.ceil(Number(said) * 1000)
  const at = Date.parse(said)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

/** Nothing was sent over a connection that was never made. */
const unconnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

const failed = (error: HttpClientError.HttpClientError): Outcome => {
  const code = codeOf(error.cause)
  if (error._tag === "ResponseError") return { _tag: "Lost", why: `the answer broke off (${code})` }
  return unconnected.has(code)
    ? { _tag: "NotSent", why: `no connection (${code})`, retryAfterMs: undefined }
    : { _tag: "Lost", why: `the connection broke (${code})` }
}

const codeOf = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code)) return cause.code
  if (Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors)) return codeOf(cause.errors[0])
  return Predicate.hasProperty(cause, "cause") && cause.cause !== cause ? codeOf(cause.cause) : "unknown"
}

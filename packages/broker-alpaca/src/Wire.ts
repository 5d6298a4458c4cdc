import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Broker } from "@roundlot/core"
import { Clock, Effect, Predicate, Redacted } from "effect"
import type { Duration } from "effect"
import type { Budget, Purpose } from "./Budget.ts"
import type { Credentials, Place } from "./Credentials.ts"

/** A request to Alpaca. `path` begins with `/`, its query included. */
export interface Ask {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE"
  readonly path: string
  readonly body?: string
  readonly purpose?: Purpose
  readonly within: Duration.DurationInput
}

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
  | { readonly _tag: "NotSent"; readonly why: string; readonly retryAfterMs: number | undefined }
  | { readonly _tag: "Lost"; readonly why: string }

/** An answer of whatever status. */
export type AnsweredOutcome = Extract<Outcome, { readonly _tag: "Answered" }>

/** One pair of keys at one address, with the budget that all its requests share. */
export interface Wire {
  readonly place: Place
  /** One request, never repeated, never redirected. */
  readonly ask: (ask: Ask) => Effect.Effect<Outcome>
  /** An answer that is read while it comes, for the event stream; nothing leaves where our own limit is reached. */
  readonly open: (path: string) => Effect.Effect<HttpClientResponse.HttpClientResponse, Broker.BrokerReadFailed>
  /** A text of Alpaca's without our keys in it, should it repeat them. */
  readonly redacted: (text: string) => string
  /** The first words on the stream, with the keys in them. */
  readonly authentication: Effect.Effect<string>
}

const KEY_HEADER = "apca-api-key-id"
const SECRET_HEADER = "apca-api-secret-key"

/** The headers of answers that are kept on record. */
const kept = [
  "content-type",
  "date",
  "retry-after",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-request-id"
]

/** Opens the wire; requests go through the client that is given. */
export const make = (
  credentials: Credentials,
  place: Place,
  budget: Budget
): Effect.Effect<Wire, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (given) => {
    const client = given.pipe(
      HttpClient.withTracerPropagation(false),
      HttpClient.withTracerDisabledWhen(() => true)
    )
    const execute = (request: HttpClientRequest.HttpClientRequest) =>
      Effect.locallyWith(client.execute(signed(credentials, request)), Headers.currentRedactedNames, (names) => [
        ...names,
        KEY_HEADER,
        SECRET_HEADER
      ])
    const keys = [credentials.keyId, credentials.secretKey].map(Redacted.value).filter((key) => key !== "")
    const redacted = (text: string) => keys.reduce((clean, key) => clean.replaceAll(key, REDACTED), text)
    return {
      place,
      redacted,
      ask: (ask) => Effect.map(send(execute, budget, place, ask), (outcome) => without(redacted, outcome)),
      open: (path) => open(execute, budget, HttpClientRequest.get(`${place.origin}${path}`)),
      authentication: Effect.sync(() =>
        JSON.stringify({
          action: "authenticate",
          data: { key_id: Redacted.value(credentials.keyId), secret_key: Redacted.value(credentials.secretKey) }
        })
      )
    }
  })

const REDACTED = "<redacted>"

/** AUD-10: our keys are gone from an answer before anything reads it or keeps it. */
const without = (redacted: Wire["redacted"], outcome: Outcome): Outcome =>
  outcome._tag === "Answered"
    ? {
        ...outcome,
        text: redacted(outcome.text),
        headers: new Map([...outcome.headers].map(([name, value]) => [name, redacted(value)]))
      }
    : outcome

const signed = ({ keyId, secretKey }: Credentials, request: HttpClientRequest.HttpClientRequest) =>
  HttpClientRequest.setHeaders(request, {
    [KEY_HEADER]: Redacted.value(keyId),
    [SECRET_HEADER]: Redacted.value(secretKey)
  })

type Execute = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const send = (execute: Execute, budget: Budget, place: Place, ask: Ask): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const leave = yield* budget.take(ask.purpose ?? "other")
    if (leave._tag === "Wait") return localLimit(leave.retryAfterMs)
    const outcome = yield* exchange(execute, requestOf(place, ask)).pipe(
      Effect.timeoutTo({
        duration: ask.within,
        onTimeout: (): Outcome => ({ _tag: "Lost", why: "no answer in time" }),
        onSuccess: (outcome) => outcome
      })
    )
    yield* account(budget, outcome)
    return outcome
  })

const notOpened = (kind: Broker.BrokerReadFailed["kind"], detail: string, retryAfterMs?: number) =>
  new Broker.BrokerReadFailed({
    operation: "trade events",
    kind,
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })

const open = (execute: Execute, budget: Budget, request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const leave = yield* budget.take("other")
    if (leave._tag === "Wait")
      return yield* notOpened("rate_limited", "rate limit exceeded (local)", leave.retryAfterMs)
    const response = yield* Effect.mapError(execute(request), (error) =>
      notOpened("network", `no event stream (${codeOf(error.cause)})`)
    )
    if (response.status !== 429) return response
    const retryAfterMs = retryAfterOf(response.headers, yield* Clock.currentTimeMillis) ?? LIMIT_WAIT_MS
    yield* budget.exhausted(retryAfterMs)
    return yield* notOpened("rate_limited", "too many requests (429)", retryAfterMs)
  })

const localLimit = (retryAfterMs: number): Outcome => ({
  _tag: "NotSent",
  why: "rate limit exceeded (local)",
  retryAfterMs
})

const requestOf = ({ origin }: Place, { body, method, path }: Ask): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(`${origin}${path}`)
  return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
}

const exchange = (execute: Execute, request: HttpClientRequest.HttpClientRequest): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const response = yield* execute(request)
    const text = yield* response.text
    const now = yield* Clock.currentTimeMillis
    return answered(response, text, now)
  }).pipe(Effect.catchAll((error) => Effect.succeed(failed(error))))

const answered = ({ headers, status }: HttpClientResponse.HttpClientResponse, text: string, now: number): Outcome => ({
  _tag: "Answered",
  status,
  text,
  contentType: headers["content-type"] ?? "text/plain",
  headers: new Map(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
  retryAfterMs: retryAfterOf(headers, now)
})

const WHOLE = /^\d{1,10}$/

/** Alpaca's wait: seconds or a date, else the end of its window. */
const retryAfterOf = (headers: Headers.Headers, now: number): number | undefined => {
  const said = headers["retry-after"]
  if (said !== undefined && /^\d+(\.\d+)?$/.test(said)) return Math.ceil(Number(said) * 1000)
  if (said !== undefined && !Number.isNaN(Date.parse(said))) return Math.max(0, Date.parse(said) - now)
  const reset = headers["x-ratelimit-reset"]
  return reset !== undefined && WHOLE.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : undefined
}

const LIMIT_WAIT_MS = 1_000

const account = (budget: Budget, outcome: Outcome): Effect.Effect<void> => {
  if (outcome._tag !== "Answered") return Effect.void
  if (outcome.status === 429) return budget.exhausted(outcome.retryAfterMs ?? LIMIT_WAIT_MS)
  const numbers = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"].map((name) =>
    outcome.headers.get(name)
  )
  const [limit, remaining, reset] = numbers.flatMap((text) =>
    text !== undefined && WHOLE.test(text) ? [Number(text)] : []
  )
  if (limit === undefined || remaining === undefined || reset === undefined) return Effect.void
  return budget.correct({ limit, remaining, resetsAtMs: reset * 1000 })
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

import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Broker } from "@roundlot/core"
import { EndpointTimes, HttpOutcome, RequestLimit, type Address } from "@roundlot/core/adapter"
import { Clock, Effect, Redacted, type Duration } from "effect"
import type { Credentials } from "./Credentials.ts"

/** A request to Alpaca. `path` begins with `/`, its query included. */
interface Ask {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE"
  readonly path: string
  readonly body?: string
  readonly purpose?: RequestLimit.Purpose
  readonly within: Duration.DurationInput
}

/** One pair of keys at one address, with the budget that all its requests share. */
export interface Wire {
  readonly place: Address.Address
  /** One request, never repeated, never redirected. */
  readonly ask: (ask: Ask) => Effect.Effect<HttpOutcome.HttpOutcome>
  /** An answer that is read while it comes, for the event stream; nothing leaves where our own limit is reached. */
  readonly open: (path: string) => Effect.Effect<HttpClientResponse.HttpClientResponse, Broker.BrokerReadFailed>
  /** A text of Alpaca's without our keys in it, should it repeat them. */
  readonly redacted: (text: string) => string
  /** The first words on the stream, with the keys in them. */
  readonly authentication: Effect.Effect<string>
}

/** Alpaca's documented limit: requests a minute of one account. */
export const REQUESTS_A_MINUTE = 200

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
  place: Address.Address,
  budget: RequestLimit.RequestLimit
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
      ask: (ask) => Effect.map(send(execute, budget, place, ask), (outcome) => HttpOutcome.redacted(outcome, redacted)),
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

const signed = ({ keyId, secretKey }: Credentials, request: HttpClientRequest.HttpClientRequest) =>
  HttpClientRequest.setHeaders(request, {
    [KEY_HEADER]: Redacted.value(keyId),
    [SECRET_HEADER]: Redacted.value(secretKey)
  })

type Execute = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const send = (
  execute: Execute,
  budget: RequestLimit.RequestLimit,
  place: Address.Address,
  ask: Ask
): Effect.Effect<HttpOutcome.HttpOutcome> =>
  RequestLimit.within(
    budget,
    { endpoint: EndpointTimes.endpointOf(ask.method, ask.path), purpose: ask.purpose },
    exchange(execute, requestOf(place, ask)).pipe(
      Effect.timeoutTo({
        duration: ask.within,
        onTimeout: () => HttpOutcome.late,
        onSuccess: (outcome) => outcome
      })
    )
  ).pipe(Effect.tap((outcome) => account(budget, outcome)))

const notOpened = (kind: Broker.BrokerReadFailed["kind"], detail: string, retryAfterMs?: number) =>
  new Broker.BrokerReadFailed({
    operation: "trade events",
    kind,
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })

const open = (execute: Execute, budget: RequestLimit.RequestLimit, request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const leave = yield* budget.take("other")
    if (leave._tag === "Wait")
      return yield* notOpened("rate_limited", "rate limit exceeded (local)", leave.retryAfterMs)
    const response = yield* execute(request).pipe(
      Effect.mapError((error) => notOpened("network", `no event stream (${HttpOutcome.codeOf(error.cause)})`)),
      Effect.ensuring(budget.ended(undefined))
    )
    if (response.status !== 429) return response
    const retryAfterMs = retryAfterOf(response.headers, yield* Clock.currentTimeMillis) ?? LIMIT_WAIT_MS
    yield* budget.exhausted(retryAfterMs)
    return yield* notOpened("rate_limited", "too many requests (429)", retryAfterMs)
  })

const requestOf = ({ origin }: Address.Address, { body, method, path }: Ask): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(`${origin}${path}`)
  return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
}

const exchange = (
  execute: Execute,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpOutcome.HttpOutcome> =>
  Effect.gen(function* () {
    const response = yield* execute(request)
    const text = yield* response.text
    const now = yield* Clock.currentTimeMillis
    return HttpOutcome.answered(response, text, kept, retryAfterOf(response.headers, now))
  }).pipe(Effect.catchAll((error) => Effect.succeed(HttpOutcome.failed(error))))

const WHOLE = /^\d{1,10}$/

/** Alpaca's wait: seconds or a date, else the end of its window; none where that is over, since our clock is ahead. */
const retryAfterOf = (headers: Headers.Headers, now: number): number | undefined => {
  const said = HttpOutcome.retryAfterOf(headers["retry-after"], now)
  if (said !== undefined) return said
  const reset = headers["x-ratelimit-reset"]
  const waitMs = reset !== undefined && WHOLE.test(reset) ? Number(reset) * 1000 - now : 0
  return waitMs > 0 ? Math.min(waitMs, HttpOutcome.LONGEST_WAIT_MS) : undefined
}

const LIMIT_WAIT_MS = 1_000

const account = (budget: RequestLimit.RequestLimit, outcome: HttpOutcome.HttpOutcome): Effect.Effect<void> => {
  if (outcome._tag !== "Answered" || outcome.status === 429) return Effect.void
  const numbers = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"].map((name) =>
    outcome.headers.get(name)
  )
  const [limit, remaining, reset] = numbers.flatMap((text) =>
    text !== undefined && WHOLE.test(text) ? [Number(text)] : []
  )
  if (limit === undefined || remaining === undefined || reset === undefined) return Effect.void
  return budget.correct({ limit, remaining, resetsAtMs: reset * 1000 })
}

import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Socket from "@effect/platform/Socket"
import { EndpointTimes, Entropy, HttpOutcome, RequestLimit, type Address } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import { Effect, Redacted, type Context, type Duration } from "effect"
import * as Challenge from "./Challenge.ts"
import { placeOf, type Credentials } from "./Credentials.ts"
import * as Http from "./Http.ts"
import type { Exchange } from "./Http.ts"
import * as Session from "./Session.ts"
import type { TokenPlace } from "./TokenFile.ts"
import type { Transport } from "./Transport.ts"

/** Schwab's limit: requests a minute of one app. */
export const REQUESTS_A_MINUTE = 120

/** A request to Schwab. `path` begins with `/`, its query included. */
export interface Ask {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly body?: string
  readonly purpose?: RequestLimit.Purpose
  readonly within: Duration.DurationInput
}

/** One login at one address, with the budget that all its requests share. */
export interface Wire {
  readonly place: Address.Address
  /** Asks whether a simulator is behind the address; no login goes there for that. */
  readonly proof: Effect.Effect<Broker.Proof, Broker.BrokerReadFailed>
  readonly session: Session.Session
  /** How much of the limit is used. */
  readonly requests: Effect.Effect<Broker.RequestUsage>
  /** One request, never redirected. A read that meets an expired token is asked once more with the next; a send never is. */
  readonly ask: (ask: Ask) => Effect.Effect<HttpOutcome.HttpOutcome>
  /** How long the answer of a read is waited for. */
  readonly readsWithin: Duration.DurationInput
  /** A text of Schwab's without our token in it, should it repeat that. */
  readonly redacted: (text: string, token: Redacted.Redacted) => string
  /** Opens the socket of a stream. */
  readonly socket: Context.Tag.Service<typeof Socket.WebSocketConstructor>
}

/** How a login is opened. */
export interface WireOptions {
  readonly credentials: Credentials
  readonly tokens: TokenPlace
  /** Requests a minute; 120 where it is left away. */
  readonly requestsAMinute?: number | undefined
  /** How long the answer of a read is waited for; 10 s where it is left away. */
  readonly readsWithin?: Duration.DurationInput | undefined
}

const LONGEST_READ = "10 seconds"

/** Opens a login. Fails with `UnknownHost`, before any request, where the address is neither Schwab's nor on this machine. */
export const open = (
  options: WireOptions
): Effect.Effect<Wire, Address.UnknownHost, Transport | FileSystem.FileSystem | Entropy.Entropy> =>
  Effect.gen(function* () {
    const place = yield* placeOf(options.credentials.baseUrl)
    const exchange = yield* Http.make
    const session = yield* Session.make({ ...options, place }, exchange)
    const budget = yield* RequestLimit.make(options.requestsAMinute ?? REQUESTS_A_MINUTE)
    const socket = yield* Socket.WebSocketConstructor
    const { hex } = yield* Entropy.Entropy
    const proof = Challenge.proofOf(place, options.credentials, exchange, hex)
    return {
      ...make(place, session, budget, exchange),
      proof,
      readsWithin: options.readsWithin ?? LONGEST_READ,
      socket
    }
  })

const make = (
  place: Address.Address,
  session: Session.Session,
  budget: RequestLimit.RequestLimit,
  exchange: Exchange
): Omit<Wire, "proof" | "readsWithin" | "socket"> => {
  const once = (ask: Ask): Effect.Effect<HttpOutcome.HttpOutcome> =>
    Effect.gen(function* () {
      const token = yield* session.access
      const outcome = yield* RequestLimit.within(
        budget,
        { endpoint: EndpointTimes.endpointOf(ask.method, ask.path), purpose: ask.purpose },
        exchange(requestOf(place, token, ask), ask.within)
      )
      if (outcome._tag === "Answered" && outcome.status === 401) yield* session.refused(token)
      return HttpOutcome.redacted(outcome, (text) => redacted(text, token))
    }).pipe(
      Effect.catchTag("NeedsLogin", ({ message }) =>
        Effect.succeed<HttpOutcome.HttpOutcome>({
          _tag: "NotSent",
          why: message,
          retryAfterMs: Session.RELOGIN_WAIT_MS,
          needsLogin: true
        })
      )
    )
  return {
    place,
    session,
    requests: budget.usage,
    redacted,
    ask: (ask) =>
      Effect.flatMap(once(ask), (outcome) =>
        ask.method === "GET" && isExpired(outcome) ? once(ask) : Effect.succeed(outcome)
      )
  }
}

const isExpired = (outcome: HttpOutcome.HttpOutcome): boolean => outcome._tag === "Answered" && outcome.status === 401

const requestOf = ({ origin }: Address.Address, token: Redacted.Redacted, { body, method, path }: Ask) => {
  const request = HttpClientRequest.make(method)(`${origin}${path}`).pipe(
    HttpClientRequest.bearerToken(token),
    HttpClientRequest.acceptJson
  )
  return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
}

const REDACTED = "<redacted>"

const redacted = (text: string, token: Redacted.Redacted): string => text.replaceAll(Redacted.value(token), REDACTED)

import type { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as FileSystem from "@effect/platform/FileSystem"
import { AccountScope } from "@roundlot/core/ledger"
import { Cause, Data, Effect, Option, type Scope } from "effect"
import { createHash } from "node:crypto"
import { CALLBACK, givenIn, SCREENS } from "./Access.ts"
import { repeatedMember } from "./Json.ts"
import * as Limiter from "./Limiter.ts"
import * as Listening from "./Listening.ts"
import { PROBLEM_JSON, problem, type ProblemDocument } from "./Problem.ts"
import * as Seats from "./Seats.ts"
import * as SignInAttempts from "./SignInAttempts.ts"
import { MOST_BYTES, MOST_BYTES_OF_BATCH, MostOfUpload, tooLarge } from "./Sizes.ts"
import { isWellWritten, routed, routes } from "./Routes.ts"

/** The tag under which routes declare a kind of problem. */
const tagOf = ({ type }: ProblemDocument): string =>
  type.replace(/^.*\//, "").replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

const problemResponse = (document: ProblemDocument, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.unsafeJson(
    { _tag: tagOf(document), ...document },
    { status: document.status, contentType: PROBLEM_JSON, headers }
  )

// What stands before every route

type Asked = Pick<HttpServerRequest.HttpServerRequest, "headers" | "method" | "url">

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

const isUpload = ({ method, url }: Asked): boolean => method === "POST" && url.startsWith("/api/v1/batches/upload")

/** How many bytes a request's body has at most. */
const mostBytes = (request: Asked): Effect.Effect<number> => {
  const { method, url } = request
  if (method !== "POST") return Effect.succeed(MOST_BYTES)
  if (isUpload(request)) return MostOfUpload
  return Effect.succeed(url.startsWith("/api/v1/batches") ? MOST_BYTES_OF_BATCH : MOST_BYTES)
}

const seats: ReadonlyArray<readonly [Seats.SeatKind, RegExp]> = [
  ["health", /^GET \/(?:health|ready)$/],
  ["stop", /^POST \/api\/v1\/(?:controls\/halt|orders\/[^/]+\/cancel)$/],
  ["signed", /^POST \/api\/v1\/sources\/[^/]+\/trades$/],
  ["stream", /^GET \/api\/v1\/live(?:\/socket)?$/]
]

const seatKindOf = ({ method, url }: Asked): Seats.SeatKind => {
  const line = `${method === "HEAD" ? "GET" : method} ${routed(url)}`
  return seats.find(([, path]) => path.test(line))?.[0] ?? "call"
}

const MOST_OF_PATH = 8192

/** Is the page that has the browser ask ours? What is no browser names no origin. */
const isOwnOrigin = (origin: string | undefined, host: string): boolean =>
  origin === undefined || origin === `http://${host}` || origin === `https://${host}`

const notOurs = ({ isRemote }: Listening.Listening): string =>
  isRemote ? "use a host name that --allow-host allows" : "use the host name localhost or 127.0.0.1"

/** What is wrong with a request before it is looked at further. */
const refusalOf = (
  request: HttpServerRequest.HttpServerRequest,
  most: number,
  listening: Listening.Listening
): ProblemDocument | undefined => {
  const { headers, method, url } = request
  const host = headers["host"] ?? ""
  if (!Listening.mayAsk(request, listening)) return problem("forbidden", "use TLS, through the proxy of this daemon")
  // A page of elsewhere that makes a browser ask us names its own host: only names that are ours are answered.
  if (!Listening.isOwnHost(host, listening)) return problem("misdirected-request", notOurs(listening))
  const isForeign =
    !isOwnOrigin(headers["origin"], host) ||
    (headers["sec-fetch-site"] === "cross-site" && !isReturn(request) && !isLinkToPage(request))
  if (isForeign) return problem("forbidden", "requests from other origins are not allowed")
  if (url.length > MOST_OF_PATH) return problem("too-large", `the URL is longer than ${MOST_OF_PATH} characters`)
  // No name has a zero byte, and no database takes one.
  if (/%00/.test(url)) return problem("bad-request", "the URL must not contain a zero byte")
  const length = Number(headers["content-length"] ?? "0")
  if (!SAFE.has(method) && length > most) return problem("too-large", tooLarge(most), "body")
  if (!isOfDeclaredType(request)) {
    return problem("unsupported-media-type", "send the body as JSON: Content-Type: application/json", "Content-Type")
  }
  return undefined
}

/** Does a provider send a browser back, as a whole page? */
const isReturn = ({ headers, method, url }: Asked): boolean =>
  method === "GET" && routed(url) === CALLBACK && headers["sec-fetch-mode"] === "navigate"

const PAGE = new RegExp(`^/(?:(?:docs|${SCREENS.join("|")})(?:/.*)?)?$`)

/** Does a link of another site open one of our pages, as a whole page and with nothing to read? It brings no session along. */
const isLinkToPage = ({ headers, method, url }: Asked): boolean =>
  method === "GET" &&
  PAGE.test(routed(url)) &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document" &&
  (headers["content-length"] ?? "0") === "0" &&
  headers["transfer-encoding"] === undefined

/** A form of another page can send a body, but none that says it is JSON. */
const isOfDeclaredType = (request: Asked): boolean => {
  const type = request.headers["content-type"]
  const isOther = type !== undefined && !/^\s*application\/json\s*(?:;.*)?$/i.test(type)
  return SAFE.has(request.method) || !isOther || isUpload(request)
}

/** A member that repeats the name of another one in its object. */
class RepeatedMember extends Data.Class<{ readonly path: string }> {}

/** The same request, whose JSON is refused if a member is repeated. It is read after authentication, as before. */
const strict = (request: HttpServerRequest.HttpServerRequest): HttpServerRequest.HttpServerRequest => {
  const json = Effect.flatMap(
    Effect.suspend(() => request.text),
    (text) => {
      const path = repeatedMember(text)
      if (path === undefined) return request.json
      return new HttpServerError.RequestError({ request, reason: "Decode", cause: new RepeatedMember({ path }) })
    }
  )
  return new Proxy(request, { get: (its, name) => (name === "json" ? json : Reflect.get(its, name, its)) })
}

/** No script, no frame, nothing of elsewhere. */
const POLICY =
  "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; style-src 'self' 'unsafe-inline'"

const SECURITY = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "x-frame-options": "DENY"
} as const

/** A year in which a browser asks for this name by TLS alone. */
const STRICT_TRANSPORT = { "strict-transport-security": "max-age=31536000" }

/** What names a request: the caller's own name for it where it is short and harmless, else one that is made. */
const REQUEST_ID = "x-request-id"
const WELL_FORMED = /^[\w.-]{1,64}$/

const requestIdOf = ({ headers }: HttpServerRequest.HttpServerRequest, hex: Effect.Effect<string>) => {
  const given = headers[REQUEST_ID]
  return given !== undefined && WELL_FORMED.test(given) ? Effect.succeed(given) : hex
}

const isProblem = ({ body }: HttpServerResponse.HttpServerResponse): boolean => body.contentType === PROBLEM_JSON

/** Adds the id of the request to a problem. */
const naming = (response: HttpServerResponse.HttpServerResponse, requestId: string) => {
  const { body } = response
  if (!isProblem(response) || body._tag !== "Uint8Array") return response
  const document: unknown = JSON.parse(new TextDecoder().decode(body.body))
  if (typeof document !== "object" || document === null) return response
  return HttpServerResponse.setBody(response, HttpBody.unsafeJson({ ...document, requestId }, PROBLEM_JSON))
}

const withHeaders = (response: HttpServerResponse.HttpServerResponse, requestId: string) => {
  const secured = HttpServerResponse.setHeaders(naming(response, requestId), { ...SECURITY, [REQUEST_ID]: requestId })
  return response.headers["cache-control"] === undefined
    ? HttpServerResponse.setHeader(secured, "cache-control", "no-store")
    : secured
}

const FAULT = 500
const FORBIDDEN = 403

/** A call without a good token, or for more than its role may. */
const isDenied = ({ status }: HttpServerResponse.HttpServerResponse): boolean =>
  status === UNAUTHORIZED || status === FORBIDDEN

/**
 * Writes the line of a request that came to nothing: loud where we are at fault, shown where a call was denied, and quiet else, since
 * anybody can ask for what is not there. Who is denied again and again does not fill the disk.
 */
const makeNoting = () => {
  const denials = Limiter.make(DENIALS)
  return Effect.fnUntraced(function* (
    { method, url }: HttpServerRequest.HttpServerRequest,
    response: HttpServerResponse.HttpServerResponse,
    address: string
  ) {
    if (!isProblem(response)) return
    const isShown = isDenied(response) && (yield* denials.take)
    const line = response.status === FAULT ? Effect.logWarning : isShown ? Effect.logInfo : Effect.logDebug
    yield* Effect.annotateLogs(line("request answered with a problem"), {
      method,
      path: url.split("?")[0],
      status: response.status,
      address
    })
  })
}

/**
 * Every request passes: its host and origin are ours, it is not too large, and what is answered says how it may be used and which
 * request it answers.
 */
export const guarded =
  (hex: Effect.Effect<string>, listening: Listening.Listening = Listening.local) =>
  (app: HttpApp.Default): HttpApp.Default<never, Scope.Scope> => {
    const room = Seats.make()
    const changes = Limiter.make(CHANGES)
    const changesOf = Limiter.perCaller(CHANGES_OF_ONE)
    const refusals = Limiter.make(REFUSALS)
    const attempts = SignInAttempts.make()
    const note = makeNoting()
    // What is refused before any route was asked has its headers from here.
    const answered = Effect.fnUntraced(function* (
      request: HttpServerRequest.HttpServerRequest,
      requestId: string,
      from: string
    ) {
      const caller = callerOf(request, from)
      const kind = seatKindOf(request)
      if (!(yield* room.take(caller, kind))) return withHeaders(noSeat(kind), requestId)
      if (!SAFE.has(request.method)) {
        // What all callers change together holds up nobody who stops something.
        const isOpen = (yield* changesOf(caller).take) && (kind === "stop" || (yield* changes.take))
        if (!isOpen) return withHeaders(tooMany, requestId)
      }
      const most = yield* mostBytes(request)
      const refusal = refusalOf(request, most, listening)
      if (refusal !== undefined) return withHeaders(problemResponse(refusal), requestId)
      const attempt = SignInAttempts.attemptAt(request.method, routed(request.url))
      const wait = attempt === undefined ? 0 : yield* attempts.waitSeconds(from)
      if (wait > 0) return withHeaders(tooManyAttempts(wait), requestId)
      const strictly = Effect.provideService(app, HttpServerRequest.HttpServerRequest, strict(request))
      const { isSecretWrong, response } = yield* SignInAttempts.judged(
        HttpServerRequest.withMaxBodySize(strictly, Option.some(FileSystem.Size(most)))
      )
      if (isSecretWrong || (attempt === "signIn" && response.status === UNAUTHORIZED)) yield* attempts.failed(from)
      return response.status !== UNAUTHORIZED || (yield* refusals.take) ? response : withHeaders(tooMany, requestId)
    })
    return Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const requestId = yield* requestIdOf(request, hex)
      const isSecure = Listening.isSecure(request, listening)
      yield* HttpApp.appendPreResponseHandler((_, response) => {
        const headed = withHeaders(response, requestId)
        return Effect.succeed(isSecure ? HttpServerResponse.setHeaders(headed, STRICT_TRANSPORT) : headed)
      })
      const address = Listening.addressOf(request, listening)
      const named = Effect.tap(answered(request, requestId, address), (response) => note(request, response, address))
      return yield* Effect.annotateLogs(named, { requestId })
    })
  }

/** Identifies the caller before authentication: by the secret that he gives, as it is read then, else by where he calls from. */
const callerOf = (request: HttpServerRequest.HttpServerRequest, address: string): string =>
  createHash("sha256")
    .update(givenIn(request)?.secret ?? address)
    .digest("base64")

/** Calls of one caller that change something: nobody takes all that there is. */
const CHANGES_OF_ONE: Limiter.Rate = { burst: 2000, perSecond: 1000 }

/** Calls that change something, of all callers: far more than one by one can be taken in. */
const CHANGES: Limiter.Rate = { burst: 4000, perSecond: 2000 }

/** Lines about calls that were denied. */
const DENIALS: Limiter.Rate = { burst: 60, perSecond: 1 }

/** Calls with no good token: who tries one after the other learns nothing more. */
const REFUSALS: Limiter.Rate = { burst: 1000, perSecond: 10 }

const UNAUTHORIZED = 401

const tooMany = problemResponse(problem("too-many-requests", "retry after 1 s, or send more per request"), {
  "retry-after": "1"
})

const tooManyAttempts = (seconds: number) =>
  problemResponse(problem("too-many-requests", `too many failed attempts: try again in ${seconds} s`), {
    "retry-after": String(seconds)
  })

const inUse: { readonly [K in Seats.SeatKind]: string } = {
  call: "wait for responses to earlier requests, or send more per request",
  stream: "close one of your live streams, or share one",
  health: "wait for responses to earlier requests",
  stop: "wait for responses to earlier requests",
  signed: "wait for responses to earlier deliveries"
}

const noSeat = (kind: Seats.SeatKind) =>
  problemResponse(problem("too-many-requests", inUse[kind]), { "retry-after": "1", connection: "close" })

// What goes wrong

const hasTag = (error: unknown): error is { readonly _tag: unknown } =>
  typeof error === "object" && error !== null && "_tag" in error

const isDecodeError = (error: unknown): error is HttpApiDecodeError =>
  hasTag(error) && error._tag === "HttpApiDecodeError"

const isRequestError = (error: unknown): error is HttpServerError.RequestError =>
  hasTag(error) && error._tag === "RequestError"

const fieldOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`)).join("")

/** The issue that lies deepest: of alternatives, it is of the one that was meant. */
const badRequestOf = ({ issues }: HttpApiDecodeError): ProblemDocument => {
  const [issue] = issues.toSorted((a, b) => b.path.length - a.path.length)
  if (issue === undefined) return problem("bad-request", "the value is not valid")
  const field = fieldOf(issue.path)
  return problem("bad-request", field === "" ? issue.message : `${field}: ${issue.message}`, field || undefined)
}

/** What is wrong with a body that could not be read. */
const unreadable = ({ cause }: HttpServerError.RequestError) =>
  Effect.map(Effect.flatMap(HttpServerRequest.HttpServerRequest, mostBytes), (most) => {
    if (cause instanceof RepeatedMember) {
      return problemResponse(problem("bad-request", `${cause.path}: given twice; remove one`, cause.path))
    }
    const isTooLarge = /maxBytes|too large/i.test(String(cause))
    return problemResponse(
      isTooLarge
        ? problem("too-large", tooLarge(most), "body")
        : problem("bad-request", "the body is not valid JSON", "body")
    )
  })

const outOfScope = problemResponse(
  problem("forbidden", "your token is limited to certain accounts: name one of them, or use a token for all accounts")
)

/** Other methods that are answered at a path, or nothing at all. */
const noRoute = Effect.map(HttpServerRequest.HttpServerRequest, ({ method, url }) => {
  const path = url.split("?")[0] ?? ""
  // As the first programs named them.
  if (/^\/api\/batches(?:\/|\?|$)/.test(url)) {
    return HttpServerResponse.redirect(url.replace("/api/", "/api/v1/"), { status: 308 })
  }
  if (!isWellWritten(path))
    return problemResponse(problem("bad-request", "the URL is malformed: %XX must be a byte of UTF-8"))
  const allowed = routes.filter((route) => route.path.test(path)).map((route) => route.method)
  // A route that no name of this length leads to.
  const isNobody = allowed.length === 0 || allowed.includes(method)
  if (isNobody) return problemResponse(problem("not-found", "no such route; the API is described at /docs/api"))
  const allow = allowed.join(", ")
  return problemResponse(problem("method-not-allowed", `use ${allow}`), { allow })
})

/** Answers unknown routes and unexpected failures with a problem; declared errors pass. */
export const withProblems = (app: HttpApp.Default): HttpApp.Default =>
  Effect.catchAllCause(app, (cause: Cause.Cause<never>) => {
    const error = Cause.squash(cause)
    if (hasTag(error) && error._tag === "RouteNotFound") return noRoute
    if (error instanceof AccountScope.OutOfScope) return Effect.succeed(outOfScope)
    if (isDecodeError(error)) return Effect.succeed(problemResponse(badRequestOf(error)))
    if (isRequestError(error)) return unreadable(error)
    // What is nested by the hundred thousand is read by no stack.
    if (error instanceof RangeError)
      return Effect.succeed(problemResponse(problem("bad-request", "the body is nested too deeply", "body")))
    if (!Cause.isDie(cause)) return Effect.failCause(cause)
    const document = problem("fault", "the log of the daemon has the details")
    return Effect.as(Effect.logError("request failed", cause), problemResponse(document))
  })

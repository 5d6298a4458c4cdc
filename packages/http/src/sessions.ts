import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Access, Api, EventLoop, Listening, type Parameters, Problem, type Server } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { AccountScope, Sessions, type TokenRegister, type TokenUses } from "@roundlot/core/ledger"
import { sessions as sessionViews } from "@roundlot/queries"
import { Effect, Either, type Layer, Redacted } from "effect"
import type { Services } from "@roundlot/commands"
import { bearerOf, goodToken } from "./access.ts"
import { looked } from "./failing.ts"
import { LIFE_MS, linkTo, SignInLinks } from "./SignInLinks.ts"

const { RoundlotApi } = Api

/** Does who asks speak TLS? */
export const isSecure = Effect.zipWith(
  HttpServerRequest.HttpServerRequest,
  EventLoop.Process,
  (request, { listening }) => Listening.isSecure(request, listening ?? Listening.local)
)

/** An answer that has the browser keep the secret of its session, or forget it. */
export const withSession = (
  response: HttpServerResponse.HttpServerResponse,
  host: string,
  value: string,
  maxAge?: "0 seconds"
): Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  EventLoop.Process | HttpServerRequest.HttpServerRequest
> =>
  Effect.map(isSecure, (secure) =>
    HttpServerResponse.unsafeSetCookie(response, Access.cookieAt(host), value, {
      httpOnly: true,
      sameSite: "strict",
      path: "/",
      secure,
      ...(maxAge === undefined ? {} : { maxAge })
    })
  )

const cookie = (host: string, value: string, maxAge?: "0 seconds") =>
  withSession(HttpServerResponse.empty({ status: 204 }), host, value, maxAge)

const { badRequest, forbidden, notFound, unauthorized } = Problem.failures

/** The token that a code stands for, once. A page of the link's own origin has sent it: a browser says which, and no page can lie. */
const redeemed = (code: string) =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const meant = yield* (yield* SignInLinks).redeem(code)
    if (Either.isLeft(meant)) {
      const why = "the link was used, or is older than 5 minutes: get another with 'roundlot tokens link'"
      return yield* Effect.fail(unauthorized(why))
    }
    const { origin, secret } = meant.right
    if (headers["origin"] === origin) return Redacted.value(secret)
    return yield* Effect.fail(
      forbidden(`the link is for ${origin} and is now invalid: get another with 'roundlot tokens link'`)
    )
  })

/** Signs a browser in with a token, or with the code of a link that stands for one: it gets a secret of its own. */
const signIn = ({ code, token }: { readonly code?: string | undefined; readonly token?: string | undefined }) =>
  Effect.gen(function* () {
    const secret = token ?? (code === undefined ? undefined : yield* redeemed(code))
    if (secret === undefined) return yield* Effect.fail(badRequest("send a token, or the code of a link", "token"))
    const found = yield* looked(goodToken(secret))
    if (found === undefined) return yield* Effect.fail(unauthorized("the token is unknown, expired or revoked"))
    const host = Access.hostOf(yield* HttpServerRequest.HttpServerRequest)
    const opened = yield* looked(Sessions.open(found, host))
    return yield* cookie(host, Redacted.value(opened.secret))
  })

/** Signs a browser out: the secret of its session is of no use any more. */
const signOut = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const secret = Access.sessionSecretOf(request)
  const host = Access.hostOf(request)
  const { check } = yield* Sessions.Sessions
  const signedIn = secret === undefined ? undefined : yield* looked(check(secret, host))
  if (signedIn !== undefined) {
    const { bearer, session } = signedIn
    yield* looked(Effect.catchTag(Sessions.end(session.id, "SignedOut", bearer.name), "NoSession", () => Effect.void))
  }
  return yield* cookie(host, "", "0 seconds")
})

/** The session of a browser, where one asks. */
const ownSession = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const given = Access.givenIn(request)
  if (given === undefined || !given.isCookie) return undefined
  const { check } = yield* Sessions.Sessions
  return (yield* looked(check(given.secret, Access.hostOf(request))))?.session
})

interface Ending {
  readonly dryRun?: boolean | undefined
}

/** Ends a session of the caller's token, or any where an operator of all accounts asks. Of others it is not said that they are there. */
const endSession = (id: string, { dryRun = false }: Ending) =>
  Effect.gen(function* () {
    const { accounts, name, role } = yield* Access.Caller
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const known = (yield* looked(Sessions.all)).find((each) => each.id === id && Sessions.isOpen(each, now))
    const isAllowed = known?.token === name || (role === "operate" && accounts === undefined)
    const ending = dryRun ? Effect.succeed(known) : Sessions.end(id, "Ended", name)
    const ended = isAllowed
      ? yield* looked(Effect.catchTag(ending, "NoSession", () => Effect.succeed(undefined)))
      : undefined
    if (ended === undefined) return yield* Effect.fail(notFound(new Sessions.NoSession({ id }).message))
    return sessionViews.documentOf(ended)
  }).pipe(AccountScope.lifted)

const endOthers = ({ dryRun = false }: Ending) =>
  Effect.gen(function* () {
    const { name } = yield* Access.Caller
    const own = (yield* ownSession)?.id
    const ended = yield* looked(dryRun ? Sessions.othersOf(name, own) : Sessions.endOthers(name, own, name))
    return { items: ended.map(sessionViews.documentOf), nextCursor: null }
  }).pipe(AccountScope.lifted)

/** A link for the browser of who has the token itself: a session makes none, so that a stolen one lasts no longer. */
const makeLink = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const secret = bearerOf(request)
  if (secret === undefined) return yield* Effect.fail(forbidden("send the token itself: Authorization: Bearer rlt_…"))
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const scheme = (yield* isSecure) ? "https" : "http"
  const url = yield* linkTo({ secret, origin: `${scheme}://${request.headers["host"] ?? ""}` })
  return { url, expiresAt: Instant.format(Instant.addMillis(now, LIFE_MS)) }
})

/** Who calls, and whether everybody on this machine may. */
const caller = Effect.zipWith(
  Access.Caller,
  EventLoop.Process,
  ({ accounts = null, name, person = null, role }, { isOpen }) => ({
    name,
    person,
    role,
    accounts,
    open: isOpen
  })
)

/** Who is signed in, and a browser's way to sign in and out. */
export const layer: Layer.Layer<
  Server.Group<"session">,
  never,
  | Access.Reading
  | Parameters.KnownParameters
  | Access.Operating
  | EventLoop.Process
  | SignInLinks
  | Sessions.Sessions
  | TokenRegister.TokenRegister
  | TokenUses.TokenUses
  | Services
> = HttpApiBuilder.group(RoundlotApi, "session", (group) =>
  group
    .handle("signIn", ({ payload }) => signIn(payload))
    .handle("makeLink", () => makeLink)
    .handle("signOut", () => signOut)
    .handle("caller", () => caller)
    .handle("end", ({ path, urlParams }) => endSession(path.id, urlParams))
    .handle("endOthers", ({ urlParams }) => endOthers(urlParams))
)

import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Access, EventLoop, Problem } from "@roundlot/api"
import { type Clock } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AccountScope, Sessions, Token, TokenRegister, Tokens, TokenUses } from "@roundlot/core/ledger"
import { Effect, Layer, Redacted } from "effect"
import { looked } from "./failing.ts"

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** Who calls without a token where the daemon is open: the operator of this machine. */
const OPERATOR: Access.CallerService = { name: "api", role: "operate" }

/** The token that a program sends with its call, as no browser does. */
export const bearerOf = (request: HttpServerRequest.HttpServerRequest): Redacted.Redacted | undefined => {
  const token = Access.givenIn(request)
  return token === undefined || token.isCookie ? undefined : Redacted.make(token.secret)
}

/** A browser sends its cookie with whatever a page asks: what changes something must say that it is our own page's. */
const isForged = ({ headers, method }: HttpServerRequest.HttpServerRequest, { isCookie }: Access.Given): boolean =>
  isCookie && !SAFE.has(method) && headers["origin"] === undefined

/** What tells who calls. */
export type Needed =
  | EventLoop.Process
  | TokenRegister.TokenRegister
  | Sessions.Sessions
  | TokenUses.TokenUses
  | Clock.Clock

const NO_TOKEN =
  "a token is required: Authorization: Bearer rlt_…. On the daemon's host, 'roundlot tokens link' prints a sign-in link for browsers, 'roundlot tokens create' creates a token"

const ENDED =
  "session ended: 12 hours without a request, 7 days after sign-in, or session or token revoked. Sign in again"

/** The good token of a secret; that it was used is noted. */
export const goodToken = (secret: string) =>
  Effect.gen(function* () {
    const { known } = yield* TokenRegister.TokenRegister
    const found = yield* Tokens.check(yield* known, secret)
    if (found !== undefined) yield* Effect.flatMap(TokenUses.TokenUses, ({ note }) => note(found.name))
    return found
  })

/** Who calls by the session of a browser; that its token was used is noted. */
const signedIn = (secret: string, host: string) =>
  Effect.gen(function* () {
    const { check } = yield* Sessions.Sessions
    const found = yield* check(secret, host)
    // A person who signed in with a provider has no token.
    if (found !== undefined && found.session.issuer === undefined)
      yield* Effect.flatMap(TokenUses.TokenUses, ({ note }) => note(found.session.token))
    return found?.bearer
  })

/** Who gives a good token, or the session of a browser. */
const bearerBy = ({ isCookie, secret }: Access.Given, host: string) =>
  Effect.gen(function* () {
    if (isCookie) return yield* signedIn(secret, host)
    const found = yield* goodToken(secret)
    return found === undefined ? undefined : Sessions.bearerOf(found)
  })

/** Who a request is of, where he may do what it asks for. */
export const admitted = (
  asked: Access.Role
): Effect.Effect<
  Access.CallerService,
  Problem.Failure<"Unauthorized" | "Forbidden" | "Unavailable" | "Fault">,
  HttpServerRequest.HttpServerRequest | Needed
> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { isOpen } = yield* EventLoop.Process
    const { forbidden, unauthorized } = Problem.failures
    const token = Access.givenIn(request)
    if (token === undefined) yield* asStored(Effect.flatMap(TokenRegister.TokenRegister, ({ known }) => known))
    if (token === undefined) return yield* isOpen ? Effect.succeed(OPERATOR) : Effect.fail(unauthorized(NO_TOKEN))
    const known = yield* asStored(bearerBy(token, Access.hostOf(request)))
    // A browser keeps the cookie of another daemon of this machine: who is open to all is so to it as well.
    if (known === undefined && isOpen && token.isCookie) return OPERATOR
    if (known === undefined)
      return yield* Effect.fail(unauthorized(token.isCookie ? ENDED : "the token is unknown, expired or revoked"))
    if (isForged(request, token)) return yield* Effect.fail(forbidden("a change by cookie needs an Origin header"))
    const { accounts, name, person, role } = known
    // What is done for this request, down to the books, is held to it.
    yield* AccountScope.enter(Token.scopeOf(known))
    if (Token.allows(role, asked)) return { name, person, role, accounts }
    return yield* Effect.fail(forbidden(`this needs the role ${asked}; ${name} has ${role}`))
  })

/**
 * Who is bound to accounts hears nothing of how others are, nor does who gives no good token where other machines can ask. On the machine
 * itself one that is not good is as none.
 */
const maySee: Effect.Effect<boolean, never, HttpServerRequest.HttpServerRequest | Needed> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { listening } = yield* EventLoop.Process
  const token = Access.givenIn(request)
  const isNear = listening?.isRemote !== true
  if (token === undefined) return isNear
  const known = yield* Effect.orElseSucceed(bearerBy(token, Access.hostOf(request)), () => undefined)
  return known === undefined ? isNear : known.accounts === undefined
})

const asStored = <A, R>(reading: Effect.Effect<A, TokenRegister.TokensDisagree | TradeRepository.StoreError, R>) =>
  looked(reading).pipe(
    Effect.catchTags({
      BadRequest: (problem) => Effect.fail(Problem.failures.fault(problem.detail)),
      NotFound: (problem) => Effect.fail(Problem.failures.fault(problem.detail))
    })
  )

const layerOf = (asked: Access.Role) =>
  Effect.map(Effect.context<Needed>(), (context) => Effect.provide(admitted(asked), context))

/**
 * Who calls, and whether the role allows it: every call needs a token, and none is let in where none was made. A daemon that is open
 * takes a call without one as the operator's. Where the table of tokens is not what the journal gives, no call is let in.
 */
export const layer: Layer.Layer<Access.Reading | Access.Trading | Access.Operating | Access.Detail, never, Needed> =
  Layer.mergeAll(
    Layer.effect(Access.Reading, layerOf("read")),
    Layer.effect(Access.Trading, layerOf("trade")),
    Layer.effect(Access.Operating, layerOf("operate")),
    Layer.effect(
      Access.Detail,
      Effect.map(Effect.context<Needed>(), (context) => Effect.provide(maySee, context))
    )
  )

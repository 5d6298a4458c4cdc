import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Access, Problem } from "@roundlot/api"
import { type Clock, Token, TokenRegister, Tokens, type TradeRepository } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { looked } from "./failing.ts"

/** Where a browser keeps its token: no script can read it, and no other site's page sends it. */
export const COOKIE = "roundlot_token"

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** Who calls where the journal has no token: the operator of this machine. */
const OPERATOR: Access.CallerService = { name: "api", role: "operate" }

interface Given {
  readonly secret: string
  readonly isCookie: boolean
}

const given = ({ cookies, headers }: HttpServerRequest.HttpServerRequest): Given | undefined => {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers["authorization"] ?? "") ?? []
  if (bearer !== undefined) return { secret: bearer, isCookie: false }
  const cookie = cookies[COOKIE]
  return cookie === undefined ? undefined : { secret: cookie, isCookie: true }
}

/** A browser sends its cookie with whatever a page asks: what changes something must say that it is our own page's. */
const isForged = ({ headers, method }: HttpServerRequest.HttpServerRequest, { isCookie }: Given): boolean =>
  isCookie && !SAFE.has(method) && headers["origin"] === undefined

/** Who a request is of, where he may do what it asks for. */
const admitted = (
  asked: Access.Role
): Effect.Effect<
  Access.CallerService,
  Problem.Failure<"Unauthorized" | "Forbidden" | "Unavailable" | "Fault">,
  HttpServerRequest.HttpServerRequest | TokenRegister.TokenRegister | Clock.Clock
> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { forbidden, unauthorized } = Problem.failures
    const tokens = yield* asStored(Effect.flatMap(TokenRegister.TokenRegister, ({ known }) => known))
    if (tokens.isEmpty) return OPERATOR
    const token = given(request)
    if (token === undefined) return yield* Effect.fail(unauthorized("give a token: Authorization: Bearer rlt_…"))
    const known = yield* Tokens.check(tokens, token.secret)
    if (known === undefined) return yield* Effect.fail(unauthorized("the token is unknown, expired or revoked"))
    if (isForged(request, token)) return yield* Effect.fail(forbidden("a cookie without an Origin changes nothing"))
    const { name, role } = known
    if (Token.allows(role, asked)) return { name, role }
    return yield* Effect.fail(forbidden(`this needs the role ${asked}; ${name} has ${role}`))
  })

const asStored = <A, R>(reading: Effect.Effect<A, TokenRegister.TokensDisagree | TradeRepository.StoreError, R>) =>
  looked(reading).pipe(
    Effect.catchTags({
      BadRequest: (problem) => Effect.fail(Problem.failures.fault(problem.detail)),
      NotFound: (problem) => Effect.fail(Problem.failures.fault(problem.detail))
    })
  )

const layerOf = (asked: Access.Role) =>
  Effect.map(Effect.context<TokenRegister.TokenRegister | Clock.Clock>(), (context) =>
    Effect.provide(admitted(asked), context)
  )

/**
 * Who calls, and whether he may: as long as no token was ever made, everybody on this machine may do everything; from then on every
 * call needs one, whose role allows what it asks for. Where the table of tokens is not what the journal gives, no call is let in.
 */
export const layer: Layer.Layer<
  Access.Reading | Access.Trading | Access.Operating,
  never,
  TokenRegister.TokenRegister | Clock.Clock
> = Layer.mergeAll(
  Layer.effect(Access.Reading, layerOf("read")),
  Layer.effect(Access.Trading, layerOf("trade")),
  Layer.effect(Access.Operating, layerOf("operate"))
)

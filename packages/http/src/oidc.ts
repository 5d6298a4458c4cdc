import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, EventLoop, Limiter, Listening } from "@roundlot/api"
import { type Clock } from "@roundlot/core"
import { type Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { Sessions, type TokenRegister } from "@roundlot/core/ledger"
import { Effect, Either, type Layer, Option, Redacted } from "effect"
import { personOf, type PersonRefused } from "./access/person.ts"
import { type AnswerRefused, type Begun, Provider, type ProviderUnavailable } from "./access/Provider.ts"
import { escape, pageOf } from "./page.ts"
import { isSecure, withSession } from "./sessions.ts"
import * as oneTimeCodes from "./access/oneTimeCodes.ts"

const START = "/sign-in/oidc"

/** How long a person has to sign in with the provider, in milliseconds. */
const LIFE_MS = 10 * 60_000

/** Sign-ins that are under way, of all callers together: beyond so many the oldest is forgotten. */
const MOST_UNDER_WAY = 10_000

/** Sign-ins that one address may begin: many of one make nobody else's forgotten. */
const BEGINNINGS: Limiter.Rate = { burst: 30, perSecond: 0.5 }

/** A sign-in that is under way: what its answer is held against, and the page that was asked for. */
interface UnderWay extends Begun {
  readonly returnTo: string
}

const here = "http://roundlot.invalid"

/** The page of this daemon that a path names; the first one where it names none, or a place elsewhere. */
const ownPath = (asked: string | null): string => {
  if (asked === null || !asked.startsWith("/") || !URL.canParse(asked, here)) return "/"
  const { hash, host, origin, pathname, search } = new URL(asked, here)
  const isOwn = origin === here && host === "roundlot.invalid" && !/^\/[/\\]/.test(pathname)
  return isOwn ? `${pathname}${search}${hash}` : "/"
}

interface Page {
  readonly status: number
  readonly title: string
  readonly about: string
}

const answered = ({ about, status, title }: Page) =>
  HttpServerResponse.html(
    pageOf(escape(title), escape(about), '<p><a href="/sign-in">Sign in again, or with a token</a></p>')
  ).pipe(HttpServerResponse.setStatus(status))

/** What a person reads who was not let in: what is missing, and who can add it. */
const personPage = (provider: string, { claim, code, groups }: PersonRefused): Page => {
  const title = "Not signed in"
  switch (code) {
    case "no_groups":
      return {
        status: 403,
        title,
        about: `${provider} names no group of yours: the claim "${claim}" is missing or empty. Ask who administers ${provider} to send it to Roundlot.`
      }
    case "no_role":
      return {
        status: 403,
        title,
        about: `None of your groups has a role here (${groups} ${groups === 1 ? "group was" : "groups were"} given in the claim "${claim}"). Ask for a group that oidc.roles of Roundlot's configuration names, or who administers Roundlot to add one of yours.`
      }
    case "no_subject":
      return { status: 403, title, about: `${provider} sends no usable identifier for you (claim "sub").` }
    case "other_issuer":
      return { status: 403, title, about: `The sign-in names another issuer than ${provider}.` }
  }
}

const unavailablePage = (provider: string, { code }: ProviderUnavailable): Page => ({
  status: 503,
  title: "Not signed in",
  about: `${provider} is not reachable (${code}). Try again, or sign in with a token. Diagnose with 'roundlot doctor'.`
})

const refusedPage = (provider: string, { code }: AnswerRefused): Page => ({
  status: 401,
  title: "Not signed in",
  about: `The response of ${provider} was not accepted (${code}).`
})

const UNKNOWN: Page = {
  status: 401,
  title: "Not signed in",
  about: "This sign-in belongs to another browser, was already used, or is older than 10 minutes."
}

const UNWRITABLE: Page = {
  status: 503,
  title: "Not signed in",
  about: "The store cannot be written now: see the log of the daemon."
}

const TOO_MANY: Page = {
  status: 429,
  title: "Not signed in",
  about: "Too many sign-ins in progress: wait a minute."
}

/** The address by which the browser has called. */
const originHere = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  return `${(yield* isSecure) ? "https" : "http"}://${Access.hostOf(request)}`
})

/** The cookie that ties a sign-in to the browser that began it: sent with a page that another site leads to, and to no other address. */
const withUnderWay = (response: HttpServerResponse.HttpServerResponse, value: string, maxAge: number) =>
  Effect.gen(function* () {
    const host = Access.hostOf(yield* HttpServerRequest.HttpServerRequest)
    return HttpServerResponse.unsafeSetCookie(response, Access.cookieAt(host, "sign_in"), value, {
      httpOnly: true,
      sameSite: "lax",
      path: START,
      secure: yield* isSecure,
      maxAge
    })
  })

/** Leads on to a page of ours by a page of ours: what another site has led to brings no session along. */
const leadsTo = (path: string) =>
  HttpServerResponse.html(
    pageOf(
      "Signed in",
      `<a href="${escape(path)}">Continue</a>`,
      "",
      `\n<meta http-equiv="refresh" content="0;url=${escape(path)}">`
    )
  )

const searchOf = ({ url }: HttpServerRequest.HttpServerRequest): URLSearchParams => new URL(url, here).searchParams

type Codes = oneTimeCodes.OneTimeCodes<UnderWay>

/** Sends a browser to the provider. */
const begin = (codes: Codes, limits: ReturnType<typeof Limiter.perCaller>) =>
  Effect.gen(function* () {
    const provider = yield* Provider
    const request = yield* HttpServerRequest.HttpServerRequest
    const { listening = Listening.local } = yield* EventLoop.Process
    if (!(yield* limits(Listening.addressOf(request, listening)).take)) return answered(TOO_MANY)
    const begun = yield* Effect.either(provider.begin(`${yield* originHere}${Access.CALLBACK}`))
    if (Either.isLeft(begun)) return answered(unavailablePage(provider.settings.name, begun.left))
    const { url, ...kept } = begun.right
    const code = yield* codes.issue({ ...kept, returnTo: ownPath(searchOf(request).get("return")) })
    return yield* withUnderWay(HttpServerResponse.redirect(url, { status: 303 }), code, LIFE_MS)
  })

/** The sign-in that this browser has begun at this address, once. */
const underWay = (codes: Codes) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const code = request.cookies[Access.cookieAt(Access.hostOf(request), "sign_in")]
    if (code === undefined) return Option.none()
    const found = yield* codes.redeem(code)
    const redirectUri = `${yield* originHere}${Access.CALLBACK}`
    return Option.filter(Option.getRight(found), (each) => each.redirectUri === redirectUri)
  })

/** Signs in who comes back from the provider: a session of ours, and nothing of the provider's. */
const finish = (codes: Codes) =>
  Effect.gen(function* () {
    const { finish: proven, settings } = yield* Provider
    const request = yield* HttpServerRequest.HttpServerRequest
    const begun = yield* underWay(codes)
    if (Option.isNone(begun)) return answered(UNKNOWN)
    const person = yield* Effect.flatMap(proven(searchOf(request), begun.value), (claims) => personOf(settings, claims))
    const host = Access.hostOf(request)
    const { secret } = yield* Sessions.openPerson(person, host)
    return yield* withSession(leadsTo(begun.value.returnTo), host, Redacted.value(secret))
  }).pipe(
    Effect.tapError((error) => Effect.logWarning("a sign-in failed", "code" in error ? error.code : error)),
    Effect.catchAll((error) =>
      Effect.map(Provider, ({ settings: { name } }) => {
        if (error._tag === "PersonRefused") return answered(personPage(name, error))
        if (error._tag === "ProviderUnavailable") return answered(unavailablePage(name, error))
        return answered(error._tag === "AnswerRefused" ? refusedPage(name, error) : UNWRITABLE)
      })
    ),
    Effect.flatMap((response) => withUnderWay(response, "", 0))
  )

/** What the sign-in page says of the provider, to everybody: its name, and why it could not be asked when it was last. */
const described = Effect.gen(function* () {
  const { problem, settings } = yield* Provider
  const failure = Option.getOrNull(Option.map(yield* problem, ({ code }) => code))
  return HttpServerResponse.unsafeJson({ name: settings.name, problem: failure })
})

type Needed =
  | Clock.Clock
  | Entropy.Entropy
  | EventLoop.Process
  | Provider
  | TokenRegister.TokenRegister
  | TradeRepository.TradeRepository

/** Signing in with the provider of a team: what the page asks, where a browser begins, and where it comes back. */
export const layer: Layer.Layer<never, never, Needed> = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Needed>()
    const codes = yield* oneTimeCodes.make<UnderWay>({ length: 32, lifeMs: LIFE_MS, most: MOST_UNDER_WAY })
    const limits = Limiter.perCaller(BEGINNINGS)
    yield* router.get("/sign-in/provider", Effect.provide(described, context))
    yield* router.get(START, Effect.provide(begin(codes, limits), context))
    yield* router.get(Access.CALLBACK, Effect.provide(finish(codes), context))
  })
)

/** The same where no provider is configured: the page says so. */
export const layerNone: Layer.Layer<never> = HttpApiBuilder.Router.use((router) =>
  router.get("/sign-in/provider", HttpServerResponse.unsafeJson({ name: null, problem: null }))
)

import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Instant } from "@roundlot/core"
import { ExactJson, type Address, type HttpOutcome } from "@roundlot/core/adapter"
import { Clock, Effect, Option, Redacted, Schema } from "effect"
import type { Credentials } from "./Credentials.ts"
import type { Exchange } from "./Http.ts"
import { errorIn, tokenErrorIn } from "./ErrorBody.ts"
import type { Tokens } from "./TokenFile.ts"

/** A login, or a refresh, that did not succeed. `isRefused` where Schwab's own word ended it: only a new login helps. */
export class LoginFailed extends Schema.TaggedError<LoginFailed>()("LoginFailed", {
  isRefused: Schema.Boolean,
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** What is read of an answer with tokens. */
export const TokenAnswer = Schema.Struct({
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.optional(Schema.NonEmptyString),
  expires_in: Schema.NumberFromString
})

const decodeAnswer = Schema.decodeUnknownOption(Schema.parseJson(TokenAnswer))

/** How long a login lasts: seven days, which refreshing does not lengthen. */
export const LOGIN_LASTS_MS = 7 * 86_400_000

const ANSWERS_WITHIN = "15 seconds"

/** Where a person logs in; Schwab's browser page comes back to the redirect address with a code and the same `state`. */
export const addressOf = ({ origin }: Address.Address, { appKey, redirectUri }: Credentials, state: string): string => {
  const query = new URLSearchParams({
    client_id: Redacted.value(appKey),
    redirect_uri: redirectUri,
    response_type: "code",
    state
  })
  return `${origin}/v1/oauth/authorize?${query.toString()}`
}

/** The code that an address brought back from the login. It ends in `@`, which the address writes as `%40`. */
export const codeIn = (pasted: string, state: string): Effect.Effect<Redacted.Redacted, LoginFailed> => {
  const refused = (detail: string) => Effect.fail(new LoginFailed({ isRefused: true, detail }))
  if (!URL.canParse(pasted.trim()))
    return refused("this is not an address: paste the complete address from the browser, https:// included")
  const { searchParams } = new URL(pasted.trim())
  const error = searchParams.get("error")
  if (error !== null) return refused(`the login was not granted: ${searchParams.get("error_description") ?? error}`)
  if (searchParams.get("state") !== state)
    return refused("the address belongs to another login (its state differs): start over")
  const code = searchParams.get("code")
  return code === null || code === ""
    ? refused("the address has no code in it: paste the one that the browser shows after the login")
    : Effect.succeed(Redacted.make(code))
}

/** Trades a login's code for tokens; a code can be used for about 30 seconds. */
export const redeem = (
  exchange: Exchange,
  place: Address.Address,
  credentials: Credentials,
  code: Redacted.Redacted
): Effect.Effect<Tokens, LoginFailed> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const answer = yield* ask(exchange, place, credentials, {
      grant_type: "authorization_code",
      code: Redacted.value(code),
      redirect_uri: credentials.redirectUri
    })
    if (answer.refresh_token === undefined)
      return yield* new LoginFailed({ isRefused: true, detail: "the answer to the login has no refresh token" })
    return {
      ...accessOf(answer, now),
      refreshToken: Redacted.make(answer.refresh_token),
      refreshExpiresAt: Instant.addMillis(now, LOGIN_LASTS_MS)
    }
  })

/** A new access token. The login ends when it did before. */
export const refresh = (
  exchange: Exchange,
  place: Address.Address,
  credentials: Credentials,
  tokens: Tokens
): Effect.Effect<Tokens, LoginFailed> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const answer = yield* ask(exchange, place, credentials, {
      grant_type: "refresh_token",
      refresh_token: Redacted.value(tokens.refreshToken)
    })
    const refreshToken = answer.refresh_token === undefined ? tokens.refreshToken : Redacted.make(answer.refresh_token)
    return { ...tokens, ...accessOf(answer, now), refreshToken }
  })

const accessOf = ({ access_token, expires_in }: typeof TokenAnswer.Type, now: Instant.Instant) => ({
  accessToken: Redacted.make(access_token),
  accessExpiresAt: Instant.addMillis(now, expires_in * 1000)
})

const ask = (
  exchange: Exchange,
  { origin }: Address.Address,
  { appKey, appSecret }: Credentials,
  form: Readonly<Record<string, string>>
): Effect.Effect<typeof TokenAnswer.Type, LoginFailed> => {
  const request = HttpClientRequest.post(`${origin}/v1/oauth/token`).pipe(
    HttpClientRequest.basicAuth(Redacted.value(appKey), Redacted.value(appSecret)),
    HttpClientRequest.bodyText(new URLSearchParams(form).toString(), "application/x-www-form-urlencoded")
  )
  return Effect.flatMap(exchange(request, ANSWERS_WITHIN), answerIn)
}

const answerIn = (outcome: HttpOutcome.HttpOutcome): Effect.Effect<typeof TokenAnswer.Type, LoginFailed> => {
  const failed = (isRefused: boolean, detail: string) => Effect.fail(new LoginFailed({ isRefused, detail }))
  if (outcome._tag !== "Answered") return failed(false, `the token was not answered: ${outcome.why}`)
  const { status, text } = outcome
  const answer = status === 200 ? decodeAnswer(ExactJson.exact(text)) : Option.none()
  if (Option.isSome(answer)) return Effect.succeed(answer.value)
  // A refusal in other words than the endpoint's own is a gateway's: the login may be good, and is tried again.
  const isRefused = Option.isSome(tokenErrorIn(text)) && (status === 400 || status === 401 || status === 403)
  const shown = Option.getOrElse(errorIn(text), () => "no words of Schwab's")
  return failed(isRefused, `Schwab ${isRefused ? "refuses" : "does not give"} a token: ${shown} (${status})`)
}

import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Instant } from "@roundlot/core"
import { Clock, Effect, Option, Random, Redacted, Ref } from "effect"
import type { Tokens } from "../TokenFile.ts"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"

/** How long what a login gives is valid, in milliseconds. */
export interface Lifetimes {
  readonly accessMs: number
  readonly loginMs: number
}

/** As Schwab has it: half an hour, and seven days. */
export const schwabsLifetimes: Lifetimes = { accessMs: 30 * 60_000, loginMs: 7 * 86_400_000 }

/** The app that may ask, and the address that its logins come back to. */
export interface App {
  readonly appKey: string
  readonly appSecret: string
  readonly redirectUri: string
}

/** The logins of one simulator. */
export interface Logins {
  /** A login by a person, done. */
  readonly login: Effect.Effect<Tokens>
  /** Where the browser goes after `GET /v1/oauth/authorize`: back, with a code. Everybody is let in. */
  readonly authorize: (query: URLSearchParams) => Effect.Effect<Answer.Answer>
  /** `POST /v1/oauth/token`. */
  readonly token: (authorization: string | undefined, form: string) => Effect.Effect<Answer.Answer, ExchangeFailed>
  readonly isValid: (authorization: string | undefined) => Effect.Effect<boolean>
  readonly isToken: (token: string) => Effect.Effect<boolean>
}

/** What was given, and until when: milliseconds since 1970. */
type Given = ReadonlyMap<string, number>

interface Known {
  readonly access: Given
  readonly refresh: Given
  readonly codes: Given
}

const CODE_MS = 30_000

const secret = (prefix: string): Effect.Effect<string> =>
  Effect.map(
    Effect.replicateEffect(Random.nextIntBetween(0, 36), 40),
    (digits) => prefix + digits.map((digit) => digit.toString(36)).join("")
  )

const refused = (error: string, description: string): Answer.Answer =>
  Answer.json(400, { error, error_description: description })

const granted = ({ accessMs }: Lifetimes, access: string, refresh: string): Answer.Answer =>
  Answer.ok({
    expires_in: Math.ceil(accessMs / 1000),
    token_type: "Bearer",
    scope: "api",
    refresh_token: refresh,
    access_token: access,
    id_token: "none"
  })

/** The logins in front of a desk. */
export const make = (desk: Pick<Desk, "account" | "exchange">, app: App, lifetimes: Lifetimes): Effect.Effect<Logins> =>
  Effect.map(Ref.make<Known>({ access: new Map(), refresh: new Map(), codes: new Map() }), (known) => {
    const give = (kind: keyof Known, token: string, untilMs: number) =>
      Ref.update(known, (before) => ({ ...before, [kind]: new Map(before[kind]).set(token, untilMs) }))
    const isGiven = (kind: keyof Known, token: string) =>
      Effect.zipWith(Ref.get(known), Clock.currentTimeMillis, (all, now) => (all[kind].get(token) ?? 0) > now)
    const newAccess = Effect.gen(function* () {
      const token = yield* secret("access-")
      const untilMs = (yield* Clock.currentTimeMillis) + lifetimes.accessMs
      yield* give("access", token, untilMs)
      return { token, untilMs }
    })
    const newRefresh = Effect.gen(function* () {
      const token = yield* secret("refresh-")
      const untilMs = (yield* Clock.currentTimeMillis) + lifetimes.loginMs
      yield* give("refresh", token, untilMs)
      return { token, untilMs }
    })
    const grant = (form: URLSearchParams) =>
      Effect.gen(function* () {
        if (form.get("grant_type") === "authorization_code") {
          const code = form.get("code") ?? ""
          if (!(yield* isGiven("codes", code)) || form.get("redirect_uri") !== app.redirectUri)
            return refused("invalid_grant", "the code is not valid")
          yield* give("codes", code, 0)
          return granted(lifetimes, (yield* newAccess).token, (yield* newRefresh).token)
        }
        const refresh = form.get("refresh_token") ?? ""
        if (!(yield* isGiven("refresh", refresh))) return refused("invalid_client", "the refresh token is not valid")
        return granted(lifetimes, (yield* newAccess).token, refresh)
      })
    return {
      login: Effect.zipWith(newAccess, newRefresh, (access, refresh) => ({
        accessToken: Redacted.make(access.token),
        accessExpiresAt: Instant.fromMillis(access.untilMs),
        refreshToken: Redacted.make(refresh.token),
        refreshExpiresAt: Instant.fromMillis(refresh.untilMs)
      })),
      authorize: (query) =>
        Effect.gen(function* () {
          const back = query.get("redirect_uri") ?? ""
          if (query.get("client_id") !== app.appKey || back !== app.redirectUri)
            return refused("invalid_request", "client_id or redirect_uri is not registered")
          const code = `${yield* secret("code-")}@`
          yield* give("codes", code, (yield* Clock.currentTimeMillis) + CODE_MS)
          const answered = new URLSearchParams({ code, session: "simulated", state: query.get("state") ?? "" })
          return { _tag: "Empty", status: 302, headers: { location: `${back}?${answered.toString()}` } } as const
        }),
      token: (authorization, form) =>
        Effect.gen(function* () {
          const wanted = `Basic ${Buffer.from(`${app.appKey}:${app.appSecret}`).toString("base64")}`
          if (authorization !== wanted) return Answer.json(401, { error: "invalid_client" })
          const { reply } = yield* desk.exchange.token(desk.account)
          return reply._tag === "Done" ? yield* grant(new URLSearchParams(form)) : Answer.ofReply(reply)
        }),
      isValid: (authorization) => {
        const token = Option.fromNullable(/^Bearer (.+)$/.exec(authorization ?? "")?.[1])
        return Option.match(token, { onNone: () => Effect.succeed(false), onSome: (text) => isGiven("access", text) })
      },
      isToken: (token) => isGiven("access", token)
    }
  })

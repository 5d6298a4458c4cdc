import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type { AccountName } from "@roundlot/core"
import type { TokenRole } from "@roundlot/core/vocabulary"
import { Context, type Effect, Schema } from "effect"
import { problems } from "./Problem.ts"

/** What a caller may do, each more than the one before: look, propose orders, give trades and orders, operate. */
export type Role = TokenRole

/** Who calls, and what he may do. `name` goes on record as the actor of what he does. */
export interface CallerService {
  readonly name: string
  /** How the provider calls him who signed in with it. */
  readonly person?: string | undefined
  readonly role: Role
  /** The accounts that he may see and change; all that there is where nothing is said. */
  readonly accounts?: ReadonlyArray<string> | undefined
}

/** Who calls. */
export class Caller extends Context.Tag("@roundlot/api/Caller")<Caller, CallerService>() {}

const failure = Schema.Union(problems.Unauthorized, problems.Forbidden, problems.Unavailable, problems.Fault)

/** The host and port that a request calls. */
export const hostOf = ({ headers }: HttpServerRequest.HttpServerRequest): string => headers["host"] ?? ""

/**
 * Where a browser keeps its session: no script can read it, and no other site's page sends it. A browser sends the cookies of all ports of
 * a host to each of them: each daemon has a name of its own.
 */
export const cookieAt = (host: string, purpose: "session" | "sign_in" = "session"): string =>
  `roundlot_${purpose}_${/:(\d+)$/.exec(host)?.[1] ?? "80"}`

/** Where a browser that has signed in with a team's OpenID provider comes back: another site may send it there. */
export const CALLBACK = "/sign-in/oidc/callback"

/**
 * The first words of the addresses of pages that a link of another site may open: each is answered with the same page, which holds no
 * figure and changes nothing. Signing in is not among them, or a link could sign somebody in as another.
 */
export const SCREENS = [
  "attention",
  "positions",
  "profit",
  "trades",
  "orders",
  "fills",
  "decisions",
  "attempts",
  "batches",
  "journal",
  "audit",
  "why",
  "ops",
  "settings"
] as const

/** The secret of the session that a browser sends with a request. */
export const sessionSecretOf = (request: HttpServerRequest.HttpServerRequest): string | undefined =>
  request.cookies[cookieAt(hostOf(request))]

/** The secret that a request gives: a program's token, or else the session of a browser. */
export interface Given {
  readonly secret: string
  readonly isCookie: boolean
}

/** What a request gives; nobody has looked yet whether it is good. */
export const givenIn = (request: HttpServerRequest.HttpServerRequest): Given | undefined => {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(request.headers["authorization"] ?? "") ?? []
  if (bearer !== undefined) return { secret: bearer, isCookie: false }
  const cookie = sessionSecretOf(request)
  return cookie === undefined ? undefined : { secret: cookie, isCookie: true }
}

/** May who asks how the program is read more than whether it is well? Names of accounts and parts are not everybody's. */
export class Detail extends Context.Tag("@roundlot/api/Detail")<
  Detail,
  Effect.Effect<boolean, never, HttpServerRequest.HttpServerRequest>
>() {}

/** The header with the signature of a body, as `Signature` writes and reads it. */
export const SIGNATURE = "roundlot-signature"

/** Who hands over trades with a signature: the source, and the account that its trades are for. */
export interface SenderService {
  readonly source: string
  readonly account: AccountName.AccountName
}

/** Who hands over trades with a signature. */
export class Sender extends Context.Tag("@roundlot/api/Sender")<Sender, SenderService>() {}

/** Routes of sources that sign what they hand over, in place of a token. */
export class Signed extends HttpApiMiddleware.Tag<Signed>()("@roundlot/api/Signed", {
  failure: problems.Unauthorized,
  provides: Sender
}) {}

/** Routes that only look. */
export class Reading extends HttpApiMiddleware.Tag<Reading>()("@roundlot/api/Reading", { failure, provides: Caller }) {}

/** Routes that give trades or orders. */
export class Trading extends HttpApiMiddleware.Tag<Trading>()("@roundlot/api/Trading", { failure, provides: Caller }) {}

/** Routes of operators. */
export class Operating extends HttpApiMiddleware.Tag<Operating>()("@roundlot/api/Operating", {
  failure,
  provides: Caller
}) {}

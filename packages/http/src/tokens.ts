import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Access, Api, type Parameters, Problem, type Server, SignInAttempts } from "@roundlot/api"
import { AccountScope, Tokens } from "@roundlot/core/ledger"
import { type Services, tokens } from "@roundlot/commands"
import { sessions as sessionViews, tokens as views } from "@roundlot/queries"
import { Effect, type Layer, type Redacted } from "effect"
import { looked, lookProblem, type LookProblem } from "./failing.ts"

const { RoundlotApi } = Api

const { badRequest, conflict, forbidden, notFound } = Problem.failures

const shownOnce = ({ secret, token }: Tokens.MadeToken) =>
  Effect.map(views.documentOf(token), (document) => ({ ...document, token: secret }))

/** The answer to a caller that does not have the present secret of the token: one that took a session is no better off. */
const NOT_PRESENT = "this is not the current secret of the token"

const KEPT_IN_A_FILE = `a file on the daemon's host keeps the secret of '${Tokens.FIRST}': run 'roundlot tokens rotate ${Tokens.FIRST}' there`

interface Rotation {
  readonly overlapSeconds?: number | undefined
  readonly secret: Redacted.Redacted
}

const rotated = (name: string, actor: string, { overlapSeconds, secret: present }: Rotation) =>
  Effect.gen(function* () {
    const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1000
    return yield* shownOnce(yield* Tokens.rotate({ name, overlapMs, actor, present }))
  }).pipe(
    Effect.catchTags({
      NoToken: () => Effect.succeed(undefined),
      TokenVoid: () => Effect.succeed(undefined),
      SecretNotPresent: () => Effect.succeed(undefined)
    }),
    AccountScope.lifted,
    looked
  )

/** A new secret for a token, given to a caller that has the present one. The first token's is in a file of the host, which the command line writes. */
const rotate = (name: string, asked: Rotation) =>
  Effect.gen(function* () {
    const caller = yield* Access.Caller
    if (caller.name !== name) yield* AccountScope.requireAll
    if (name === Tokens.FIRST) return yield* Effect.fail(conflict(KEPT_IN_A_FILE))
    const changed = yield* rotated(name, caller.name, asked)
    if (changed === undefined) yield* SignInAttempts.wrongSecret
    return changed ?? (yield* Effect.fail(forbidden(NOT_PRESENT)))
  })

/** The caller's own token, with the secret that was entered again. */
const authorityOf = (secret: Redacted.Redacted) => Effect.map(Access.Caller, ({ name }) => ({ name, secret }))

type ChangeFailure = Effect.Effect.Error<ReturnType<typeof tokens.createAs | typeof tokens.revokeAs>>

/** The problem of a change that failed: a wrong secret has one answer, whatever was asked for with it. */
const problemOf = (error: ChangeFailure): LookProblem | Problem.Failure<"Conflict" | "Forbidden"> => {
  switch (error._tag) {
    case "SecretNotPresent":
      return forbidden(NOT_PRESENT)
    case "TokenExceeded":
      return forbidden(error.message)
    case "NoOwnToken":
    case "LastOperator":
      return conflict(error.message)
    case "NoToken":
      return notFound(error.message)
    case "TokenNameRefused":
      return badRequest(error.message, "name")
    case "AllowanceRefused":
      return badRequest(error.message)
    case "UsageError":
      return badRequest(error.message, error.field)
    default:
      return lookProblem(error)
  }
}

const answering = <A, R>(change: Effect.Effect<A, ChangeFailure, R>) =>
  change.pipe(
    Effect.tapErrorTag("SecretNotPresent", () => SignInAttempts.wrongSecret),
    Effect.mapError(problemOf)
  )

const create = ({ secret, ...input }: tokens.TokenInput & { readonly secret: Redacted.Redacted }) =>
  Effect.gen(function* () {
    const authority = yield* authorityOf(secret)
    return yield* looked(shownOnce(yield* answering(tokens.createAs(authority, input))))
  })

const revoke = (name: string, secret: Redacted.Redacted) =>
  Effect.gen(function* () {
    const authority = yield* authorityOf(secret)
    return yield* looked(views.documentOf(yield* answering(tokens.revokeAs(authority, name))))
  })

/** Who may call: tokens are listed, created, rotated and revoked. A secret is in no kept answer, so none is made twice for a key. */
export const layer: Layer.Layer<
  Server.Group<"tokens">,
  never,
  Parameters.KnownParameters | Access.Operating | Services
> = HttpApiBuilder.group(RoundlotApi, "tokens", (group) =>
  group
    .handle("list", () => Effect.zipRight(AccountScope.requireAll, looked(views.list)))
    .handle("create", ({ payload }) => create(payload))
    .handle("rotate", ({ path, payload }) => rotate(path.name, payload))
    .handle("revoke", ({ path, payload }) => revoke(path.name, payload.secret))
    .handle("sessions", () => Effect.zipRight(AccountScope.requireAll, looked(sessionViews.list)))
)

import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as HttpRouter from "@effect/platform/HttpRouter"
import type * as HttpServer from "@effect/platform/HttpServer"
import { Account, Clock, Health, Instant, type Ledger, Reads, type TradeRepository } from "@roundlot/core"
import { Cause, Effect, Layer } from "effect"
import { RoundlotApi, type HealthDocument } from "./Api.ts"
import { Process } from "./EventLoop.ts"
import { render } from "./Exposition.ts"
import * as figures from "./figures.ts"
import { PROBLEM_JSON, problem, type NotReady, type ProblemDocument, type Unavailable } from "./Problem.ts"

const timeOf = (at: Instant.Instant | undefined): string | null => (at === undefined ? null : Instant.format(at))

const healthDocument = Effect.gen(function* () {
  const process = yield* Process
  const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const document: HealthDocument = {
    status: parts.every(({ isWell }) => isWell) ? "ok" : "degraded",
    version: process.version,
    uptimeSeconds: yield* process.uptimeSeconds,
    eventLoop: yield* process.eventLoop,
    parts: parts.map(({ detail, failures, isWell, lastFailureAt, lastSuccessAt, part }) => ({
      part,
      ok: isWell,
      detail,
      failures,
      lastSuccessAt: timeOf(lastSuccessAt),
      lastFailureAt: timeOf(lastFailureAt),
      secondsSinceSuccess: lastSuccessAt === undefined ? null : Instant.millisBetween(lastSuccessAt, now) / 1000
    }))
  }
  return document
})

/** Why work may not be given yet: every account's broker must have been read once (DESIGN 8). */
const reasonsAgainst = Effect.gen(function* () {
  const accounts = yield* Reads.all(Account.AccountTable)
  const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
  if (accounts.length === 0) return ["there is no account yet"]
  return accounts.flatMap(({ name }) => {
    const start = parts.find(({ part }) => part === `start of ${name}`)
    if (start?.lastSuccessAt !== undefined) return []
    return [`the broker of ${name} was not read yet${start === undefined ? "" : `: ${start.detail}`}`]
  })
})

const unavailable = (error: TradeRepository.StoreError): Unavailable => ({
  _tag: "Unavailable",
  ...problem("unavailable", 503, error.message)
})

const notReady = (reasons: ReadonlyArray<string>): NotReady => ({
  _tag: "NotReady",
  ...problem("not-ready", 503, reasons.join("; ")),
  reasons
})

/** What a server tells of. */
export type Needs = Process | Health.Health | Clock.Clock | Ledger.Ledger | TradeRepository.TradeRepository

const handlers = Layer.mergeAll(
  HttpApiBuilder.group(RoundlotApi, "health", (group) => group.handle("health", () => healthDocument)),
  HttpApiBuilder.group(RoundlotApi, "ready", (group) =>
    group.handle("ready", () =>
      Effect.flatMap(Effect.mapError(reasonsAgainst, unavailable), (reasons) =>
        reasons.length === 0 ? Effect.succeed({ ready: true as const }) : Effect.fail(notReady(reasons))
      )
    )
  ),
  HttpApiBuilder.group(RoundlotApi, "metrics", (group) =>
    group.handle("metrics", () =>
      Effect.gen(function* () {
        const thread = yield* Effect.flatMap(Process, (process) => process.eventLoop)
        return render(yield* Effect.mapError(figures.all(thread), unavailable))
      })
    )
  )
)

const told = (document: ProblemDocument) =>
  HttpServerResponse.unsafeJson(document, { status: document.status, contentType: PROBLEM_JSON })

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** A page of elsewhere that makes a browser ask us names its own host: only names of this machine are answered. */
const onLoopbackOnly = (app: HttpApp.Default): HttpApp.Default =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const host = request.headers["host"] ?? ""
    if (LOOPBACK.test(host)) return yield* app
    return told(problem("misdirected-request", 421, "ask for localhost or 127.0.0.1"))
  })

/** What no route answers, and what fails against all expectation, is told as a problem too; declared errors pass. */
const withProblems = (app: HttpApp.Default): HttpApp.Default =>
  Effect.catchAllCause(app, (cause: Cause.Cause<never>) => {
    if (isRouteNotFound(Cause.squash(cause))) {
      return Effect.succeed(told(problem("not-found", 404, "there are /health, /ready and /metrics")))
    }
    if (!Cause.isDie(cause)) return Effect.failCause(cause)
    const document = problem("fault", 500, "see the log of the daemon")
    return Effect.as(Effect.logError("request failed", cause), told(document))
  })

const isRouteNotFound = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RouteNotFound"

const problems = HttpApiBuilder.middleware(RoundlotApi, Effect.succeed(withProblems))

const api = HttpApiBuilder.api(RoundlotApi).pipe(Layer.provide(handlers))

/** Serves the API on whatever HTTP server there is, to callers on this machine. */
export const layer: Layer.Layer<never, never, Needs | HttpServer.HttpServer | HttpRouter.HttpRouter.DefaultServices> =
  HttpApiBuilder.serve(onLoopbackOnly).pipe(Layer.provide(problems), Layer.provide(api))

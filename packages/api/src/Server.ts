import type * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import type * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type * as HttpServer from "@effect/platform/HttpServer"
import { Account, Clock, Decimal, Instant, Reads } from "@roundlot/core"
import { Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { AccountScope, Health, type Ledger, type Trading, verdict } from "@roundlot/core/ledger"
import { Effect, Either, Layer } from "effect"
import { Detail, type Reading } from "./Access.ts"
import { OPEN_METRICS_TEXT, RoundlotApi, type HealthDocument } from "./Api.ts"
import type { TradingDocument } from "./documents/Trading.ts"
import { Process } from "./EventLoop.ts"
import { render, renderOpen } from "./Exposition.ts"
import * as figures from "./figures.ts"
import { guarded, withProblems } from "./guards.ts"
import { layer as parameters } from "./parameterCheck.ts"
import { failures, problem, type Failure } from "./Problem.ts"
import * as reference from "./reference.ts"

const timeOf = (at: Instant.Instant | undefined): string | null => (at === undefined ? null : Instant.format(at))

/** How trading stands, as documents say it. */
export const tradingDocument = ({ dollars, isWell, ...counts }: Trading.Trading): TradingDocument => ({
  status: isWell ? "ok" : "at_risk",
  ...counts,
  dollars: dollars === undefined ? null : Decimal.format(dollars)
})

/** As it was last seen: asking how the program is reads nothing. */
const tradingSeen = Effect.flatMap(Health.Health, (health) => Effect.map(health.trading, tradingDocument))

/** The verdict: of what was counted last, and the parts that fail now. */
const standing = (parts: ReadonlyArray<Health.PartHealth>) =>
  Effect.gen(function* () {
    const health = yield* Health.Health
    const open = yield* health.open
    if (open === undefined) return { overall: null, cases: null, critical: null }
    const trading = yield* health.trading
    const { critical, failing } = Health.countsOf(Health.failingOf(parts))
    // Who answers attends to its accounts.
    return verdict.verdictOf({ ...open, critical: trading.critical + critical, failing, unattended: 0 })
  })

const healthDocument = Effect.gen(function* () {
  const process = yield* Process
  const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const document: HealthDocument = {
    status: parts.every(({ isWell }) => isWell) ? "ok" : "degraded",
    ...(yield* standing(parts)),
    trading: yield* tradingSeen,
    version: process.version,
    access: process.isOpen ? "open" : "tokens",
    uptimeSeconds: yield* process.uptimeSeconds,
    eventLoop: yield* process.eventLoop,
    parts: parts.map(({ detail, failures, isAlert, isWell, lastFailureAt, lastSuccessAt, part }) => ({
      part,
      ok: isWell,
      detail,
      failures,
      alert: isAlert,
      lastSuccessAt: timeOf(lastSuccessAt),
      lastFailureAt: timeOf(lastFailureAt),
      secondsSinceSuccess: lastSuccessAt === undefined ? null : Instant.millisBetween(lastSuccessAt, now) / 1000
    }))
  }
  return document
})

/** Who looks after processes gives up soon: the store is not waited for any longer. */
const LONGEST_READ = "1 second"

const accountsNow = Reads.all(Account.AccountTable).pipe(
  Effect.mapError(({ message }) => message),
  Effect.disconnect,
  Effect.timeoutFail({ duration: LONGEST_READ, onTimeout: () => "the store does not answer" }),
  Effect.either
)

/** Why work may not be given yet: every account's broker must have been read once. */
const reasonsAgainst = Effect.gen(function* () {
  const read = yield* accountsNow
  if (Either.isLeft(read)) return [read.left]
  const accounts = read.right
  const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
  if (accounts.length === 0) return ["no accounts yet"]
  return accounts.flatMap(({ name }) => {
    const start = parts.find(({ part }) => part === `start of ${name}`)
    if (start?.lastSuccessAt !== undefined) return []
    return [
      `account ${name} has not been reconciled with its broker yet${start === undefined ? "" : `: ${start.detail}`}`
    ]
  })
})

const unavailable = (error: TradeRepository.StoreError): Failure<"Unavailable"> => failures.unavailable(error.message)

const notReady = (reasons: ReadonlyArray<string>): Failure<"NotReady"> => ({
  _tag: "NotReady",
  ...problem("not-ready", reasons.join("; ")),
  reasons
})

const NOT_READY = "it is not ready yet"

/** May who asks read more than whether the program is well? */
const maySee = Effect.flatten(Detail)

/** All of a document, or the little of it that everybody may read. */
const inFullOr = <D extends object>(little: object, document: D) =>
  Effect.map(maySee, (sees) => (sees ? document : HttpServerResponse.unsafeJson(little)))

/** What a server tells of. */
export type Needs =
  | Reading
  | Detail
  | Process
  | Health.Health
  | Clock.Clock
  | Entropy.Entropy
  | Ledger.Ledger
  | TradeRepository.TradeRepository

const handlers = Layer.mergeAll(
  HttpApiBuilder.group(RoundlotApi, "health", (group) =>
    group.handle("health", () =>
      Effect.flatMap(healthDocument, (document) => inFullOr({ status: document.status }, document))
    )
  ),
  HttpApiBuilder.group(RoundlotApi, "ready", (group) =>
    group.handle("ready", () =>
      Effect.flatMap(reasonsAgainst, (reasons) =>
        reasons.length === 0
          ? Effect.flatMap(tradingSeen, (trading) => inFullOr({ ready: true }, { ready: true as const, trading }))
          : Effect.flatMap(maySee, (sees) => Effect.fail(notReady(sees ? reasons : [NOT_READY])))
      )
    )
  ),
  HttpApiBuilder.group(RoundlotApi, "metrics", (group) =>
    group.handle("metrics", ({ request }) =>
      Effect.gen(function* () {
        yield* AccountScope.requireAll
        const families = yield* Effect.mapError(figures.all(yield* Process), unavailable)
        return (request.headers["accept"] ?? "").includes("application/openmetrics-text")
          ? HttpServerResponse.text(renderOpen(families), { contentType: OPEN_METRICS_TEXT })
          : render(families)
      })
    )
  )
).pipe(Layer.provide(parameters))

export { parameters }

/** Answers what no route knows, and what fails unexpectedly, with a problem. */
export const problems: Layer.Layer<never> = HttpApiBuilder.middleware(RoundlotApi, Effect.succeed(withProblems))

const api = HttpApiBuilder.api(RoundlotApi).pipe(Layer.provide(handlers))

/** The group of routes of a name, as a program's layer provides it. */
export type Group<Name extends string> = Name extends string ? HttpApiGroup.ApiGroup<"roundlot", Name> : never

type Served<Api> =
  Api extends HttpApi.HttpApi<infer Id, infer Groups, infer _E, infer _R>
    ? HttpApiGroup.HttpApiGroup.ToService<Id, Groups>
    : never

/** The groups of routes that are the program's own. */
export type Routes = Exclude<Served<typeof RoundlotApi>, Group<"health" | "ready" | "metrics">>

/**
 * Serves the API on whatever HTTP server there is, to callers on this machine, with its description at `/openapi.json` and `/docs/api`.
 * Health, readiness and figures are told here; the other groups of routes are the program's.
 */
export const layer: Layer.Layer<
  never,
  never,
  Needs | Routes | HttpServer.HttpServer | HttpRouter.HttpRouter.DefaultServices
> = Layer.unwrapEffect(
  Effect.zipWith(Entropy.Entropy, Process, ({ hex }, { listening }) => HttpApiBuilder.serve(guarded(hex, listening)))
).pipe(Layer.provide(reference.layer), Layer.provide(problems), Layer.provide(api))

import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import { overallStatuses } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { Reading } from "./Access.ts"
import { TradingDocument } from "./documents/Trading.ts"
import { Page } from "./documents/words.ts"
import * as access from "./groups/access.ts"
import * as together from "./groups/batches.ts"
import * as accounts from "./groups/accounts.ts"
import { controls } from "./groups/controls.ts"
import * as overview from "./groups/overview.ts"
import * as reads from "./groups/reads.ts"
import { store } from "./groups/store.ts"
import { trades } from "./groups/trades.ts"
import { KnownParameters } from "./Parameters.ts"
import { says } from "./groups/shared.ts"
import { Problem, problems } from "./Problem.ts"

/** How a part of the program is. Times are ISO 8601; `secondsSinceSuccess` is null where it has not succeeded yet. */
export const PartDocument = Schema.Struct({
  part: Schema.String,
  ok: Schema.Boolean,
  detail: Schema.String,
  failures: Schema.Int,
  /** It has failed five times in a row, or for two minutes. */
  alert: Schema.Boolean,
  lastSuccessAt: Schema.NullOr(Schema.String),
  lastFailureAt: Schema.NullOr(Schema.String),
  secondsSinceSuccess: Schema.NullOr(Schema.Number)
}).annotations({ identifier: "Part" })

/** How late the daemon's thread gets to its work, in milliseconds, since the program started. */
export const EventLoopDocument = Schema.Struct({
  p50Ms: Schema.Number,
  p99Ms: Schema.Number,
  maxMs: Schema.Number
}).annotations({ identifier: "EventLoop" })

/** How the program is: every part that has reported, and the thread. */
export const HealthDocument = Schema.Struct({
  /** `degraded` while a part fails, or trading is at risk. */
  status: Schema.Literal("ok", "degraded"),
  /** The overview's word, the number of cases and of critical ones, as they were counted last; null before the first count. */
  overall: Schema.NullOr(Schema.Literal(...overallStatuses)),
  cases: Schema.NullOr(Schema.Int),
  critical: Schema.NullOr(Schema.Int),
  trading: TradingDocument,
  version: Schema.String,
  /** Who may call: with `open` (`--open`) every process on the daemon's machine, without a token. */
  access: Schema.Literal("tokens", "open"),
  uptimeSeconds: Schema.Number,
  eventLoop: EventLoopDocument,
  parts: Schema.Array(PartDocument)
}).annotations({ identifier: "Health" })

/** How the program is. */
export type HealthDocument = typeof HealthDocument.Type

/** It may be given work: it takes trades in also while trading is at risk, and says so. */
export const ReadyDocument = Schema.Struct({ ready: Schema.Literal(true), trading: TradingDocument }).annotations({
  identifier: "Ready"
})

/** The media type of metrics in Prometheus' text format. */
export const METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8"

/** The media type of metrics in the text format of OpenMetrics. */
export const OPEN_METRICS_TEXT = "application/openmetrics-text; version=1.0.0; charset=utf-8"

const health = HttpApiGroup.make("health", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health")
      .addSuccess(HealthDocument)
      .pipe(
        says(
          "Show health",
          "Health of each service. No token needed; 200 also while degraded: see `status`. A bound token reads only `status`."
        )
      )
  )
  .middleware(KnownParameters)
  .annotate(OpenApi.Description, "Health of the daemon.")
const ready = HttpApiGroup.make("ready", { topLevel: true })
  .add(
    HttpApiEndpoint.get("ready", "/ready")
      .addSuccess(ReadyDocument)
      .addError(problems.NotReady)
      .pipe(
        says(
          "Check readiness",
          "Whether the daemon accepts trades: 503 with `reasons` until every account is reconciled. No token needed."
        )
      )
  )
  .middleware(KnownParameters)
  .annotate(OpenApi.Description, "Whether the daemon accepts work.")
const metrics = HttpApiGroup.make("metrics", { topLevel: true })
  .middleware(KnownParameters)
  .add(
    HttpApiEndpoint.get("metrics", "/metrics")
      .addSuccess(HttpApiSchema.Text({ contentType: METRICS_TEXT }))
      .addError(problems.Unavailable)
      .middleware(Reading)
      .pipe(says("Read metrics", "Metrics in Prometheus text format."))
  )
  .annotate(OpenApi.Description, "Metrics for Prometheus.")

/** The books: what is read of them, now or as of an earlier moment, and what is done to them. */
export const BooksApi = HttpApi.make("roundlot")
  .add(trades)
  .add(accounts.positions)
  .add(accounts.owners)
  .add(reads.orders)
  .add(reads.decisions)
  .add(reads.attempts)
  .add(reads.fills)
  .add(reads.allocations)
  .add(accounts.accounts)
  .add(accounts.instruments)
  .add(reads.breaks)
  .add(reads.reconciliation)
  .add(reads.journal)
  .add(reads.payloads)
  .add(overview.overview)
  .add(controls)
  .add(together.batches)

/** What a daemon serves: how it is, whether it may be given work, its figures, and the books under `/api/v1`. */
export const RoundlotApi = HttpApi.make("roundlot")
  .annotate(HttpApi.AdditionalSchemas, [Page, Problem])
  .add(health)
  .add(ready)
  .add(metrics)
  .addHttpApi(BooksApi)
  .add(overview.live)
  .add(together.jobs)
  .add(store)
  .add(access.session)
  .add(access.tokens)

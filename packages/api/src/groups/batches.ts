import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { BadRequest, Conflict, Fault, KeyReused, NotFound, Unavailable } from "../Problem.ts"
import { body, byId, idempotent, page, period, query, reason, text } from "./shared.ts"

const because = body({ reason })

/** Trades that are submitted together. */
export const batches = HttpApiGroup.make("batches")
  .addError(BadRequest)
  .addError(NotFound)
  .addError(Conflict)
  .addError(KeyReused)
  .addError(Fault)
  .addError(Unavailable)
  .add(
    HttpApiEndpoint.get("list", "/api/v1/batches")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          status: text,
          mode: text,
          q: text,
          archived: Schema.optional(Schema.BooleanFromString)
        })
      )
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
  )
  .add(HttpApiEndpoint.get("active", "/api/v1/batches/active").addSuccess(Documents.BatchPage).middleware(Reading))
  .add(
    HttpApiEndpoint.get("recent", "/api/v1/batches/recent")
      .setUrlParams(query({ limit: page.limit }))
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.post("submit", "/api/v1/batches")
      .setHeaders(idempotent)
      .setPayload(Documents.BatchRequest)
      .addSuccess(Documents.SubmitDocument)
      .middleware(Trading)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/batches/:id")
      .setPath(byId)
      .addSuccess(Documents.BatchDetail)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("trades", "/api/v1/batches/:id/trades")
      .setPath(byId)
      .setUrlParams(query({ ...page, status: text }))
      .addSuccess(Documents.TradePage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("progress", "/api/v1/batches/:id/progress")
      .setPath(byId)
      .addSuccess(Documents.ProgressDocument)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("results", "/api/v1/batches/:id/results")
      .setPath(byId)
      .addSuccess(Documents.BatchResultsDocument)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("errors", "/api/v1/batches/:id/errors")
      .setPath(byId)
      .addSuccess(Documents.BatchErrorPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("rows", "/api/v1/batches/:id/rows")
      .setPath(byId)
      .addSuccess(Documents.BatchRowPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("export", "/api/v1/batches/:id/export")
      .setPath(byId)
      .addSuccess(HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" }))
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.put("cancel", "/api/v1/batches/:id/cancel")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.BatchDocument)
      .middleware(Trading)
  )
  .add(
    HttpApiEndpoint.post("retry", "/api/v1/batches/:id/retry")
      .setPath(byId)
      .setHeaders(idempotent)
      .addSuccess(Documents.BatchDocument)
      .middleware(Trading)
  )
  .add(
    HttpApiEndpoint.post("archive", "/api/v1/batches/:id/archive")
      .setPath(byId)
      .setHeaders(idempotent)
      .addSuccess(Documents.BatchDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.del("remove", "/api/v1/batches/:id")
      .setPath(byId)
      .setHeaders(idempotent)
      .addSuccess(Documents.BatchDocument)
      .middleware(Operating)
  )

/** Background work. */
export const jobs = HttpApiGroup.make("jobs")
  .addError(BadRequest)
  .addError(NotFound)
  .addError(Conflict)
  .addError(KeyReused)
  .addError(Fault)
  .addError(Unavailable)
  .add(
    HttpApiEndpoint.get("list", "/api/v1/jobs")
      .setUrlParams(query({ ...page, ...period, type: text, key: text, status: text }))
      .addSuccess(Documents.JobPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/jobs/:id").setPath(byId).addSuccess(Documents.JobDocument).middleware(Reading)
  )
  .add(
    HttpApiEndpoint.post("enqueue", "/api/v1/jobs")
      .setHeaders(idempotent)
      .setPayload(Documents.JobRequest)
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("reconcile", "/api/v1/reconcile")
      .setHeaders(idempotent)
      .setPayload(body({ account: text }))
      .addSuccess(Documents.JobPage)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("cancel", "/api/v1/jobs/:id/cancel")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("retry", "/api/v1/jobs/:id/retry")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
  )

import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import {
  acting,
  actOn,
  asTyped,
  body,
  byId,
  idempotent,
  list,
  look,
  moment,
  narrowed,
  onJob,
  page,
  period,
  query,
  said,
  text,
  versioned,
  yesOrNo
} from "./shared.ts"

const byName = Schema.Struct({ name: Schema.String })

const csv = HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" })

/** What an upload says beside its bytes; names of columns are a template's to say. */
const uploading = query({
  ...Documents.uploadTerms,
  priority: Schema.optional(Schema.NumberFromString.pipe(Schema.int())),
  skip: Schema.optional(Schema.NumberFromString.pipe(Schema.int(), Schema.between(0, 1000))),
  again: yesOrNo,
  strict: yesOrNo,
  dryRun: yesOrNo
})

/** With `dryRun` nothing is written, and what would become of its rows is told; `reason` goes on record. */
const rehearsable = query({ dryRun: yesOrNo, reason: Schema.optional(Documents.command.reason) })

/** `reason` goes on record. */
const because = query({ reason: Schema.optional(Documents.command.reason) })

/** Trades that are submitted together. */
export const batches = acting("batches")
  .add(
    list(
      "/api/v1/batches",
      query({
        ...narrowed,
        ...moment,
        status: text,
        mode: text,
        q: text,
        sort: text,
        archived: yesOrNo
      }),
      Documents.BatchPage
    ).middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("active", "/api/v1/batches/active")
      .setUrlParams(query(moment))
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("recent", "/api/v1/batches/recent")
      .setUrlParams(query({ limit: page.limit, ...moment }))
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.post("submit", "/api/v1/batches")
      .setHeaders(idempotent)
      .setPayload(said(Documents.BatchRequest))
      .addSuccess(Documents.SubmitDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches submit {fileName} --name {name}"))
  )
  .add(
    HttpApiEndpoint.post("upload", "/api/v1/batches/upload")
      .setHeaders(idempotent)
      .setUrlParams(uploading)
      .setPayload(csv)
      .addSuccess(Documents.SubmitDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches submit {fileName} --name {name}"))
  )
  .add(
    HttpApiEndpoint.get("templates", "/api/v1/batches/templates").addSuccess(Documents.TemplatePage).middleware(Reading)
  )
  .add(
    HttpApiEndpoint.put("saveTemplate", "/api/v1/batches/templates/:name")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(said(Documents.TemplateTerms))
      .addSuccess(Documents.TemplateDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches templates save {name}"))
  )
  .add(
    HttpApiEndpoint.del("removeTemplate", "/api/v1/batches/templates/:name")
      .setPath(byName)
      .setHeaders(idempotent)
      .addSuccess(Documents.TemplateDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches templates delete {name}"))
  )
  .add(look("show", "/api/v1/batches/:id", Documents.BatchDetail).setUrlParams(query(moment)).middleware(Reading))
  .add(
    look("trades", "/api/v1/batches/:id/trades", Documents.TradePage)
      .setUrlParams(query({ ...page, ...moment, status: text }))
      .middleware(Reading)
  )
  .add(
    look("progress", "/api/v1/batches/:id/progress", Documents.ProgressDocument)
      .setUrlParams(query(moment))
      .middleware(Reading)
  )
  .add(
    look("results", "/api/v1/batches/:id/results", Documents.BatchResultsDocument)
      .setUrlParams(query(moment))
      .middleware(Reading)
  )
  .add(
    look("errors", "/api/v1/batches/:id/errors", Documents.BatchErrorPage)
      .setUrlParams(query({ ...moment, limit: page.limit, cursor: text, count: yesOrNo }))
      .middleware(Reading)
  )
  .add(look("rows", "/api/v1/batches/:id/rows", Documents.BatchRowPage).setUrlParams(query(moment)).middleware(Reading))
  .add(look("export", "/api/v1/batches/:id/export", csv).setUrlParams(query(moment)).middleware(Reading))
  .add(
    HttpApiEndpoint.put("cancel", "/api/v1/batches/:id/cancel")
      .setPath(byId)
      .setHeaders(versioned)
      .setPayload(body(Documents.command))
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches cancel {id} --reason {reason} --yes"))
  )
  .add(
    actOn("queue", "/api/v1/batches/:id/queue")
      .setUrlParams(because)
      .addSuccess(Documents.BatchDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches queue {id} --reason {reason}"))
  )
  .add(
    actOn("retry", "/api/v1/batches/:id/retry")
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot batches retry {id} --reason {reason} --yes"))
  )
  .add(
    actOn("archive", "/api/v1/batches/:id/archive")
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot batches archive {id} --reason {reason}"))
  )
  .add(
    HttpApiEndpoint.del("remove", "/api/v1/batches/:id")
      .setPath(byId)
      .setHeaders(versioned)
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot batches delete {id} --reason {reason} --yes"))
  )

/** Background work. */
export const jobs = acting("jobs")
  .add(
    list(
      "/api/v1/jobs",
      query({ ...page, ...period, type: text, key: text, status: text }),
      Documents.JobPage
    ).middleware(Reading)
  )
  .add(look("show", "/api/v1/jobs/:id", Documents.JobDocument).middleware(Reading))
  .add(
    HttpApiEndpoint.post("enqueue", "/api/v1/jobs")
      .setHeaders(idempotent)
      .setPayload(said(Documents.JobRequest))
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot jobs enqueue {type} --key {key}"))
  )
  .add(
    HttpApiEndpoint.post("reconcile", "/api/v1/reconcile")
      .setHeaders(idempotent)
      .setPayload(body({ account: text }))
      .addSuccess(Documents.JobPage)
      .middleware(Operating)
      .pipe(asTyped("roundlot reconcile --account {account}"))
  )
  .add(onJob("cancel", "/api/v1/jobs/:id/cancel", "roundlot jobs cancel {id}", Documents.JobDocument))
  .add(onJob("retry", "/api/v1/jobs/:id/retry", "roundlot jobs retry {id}", Documents.JobDocument))

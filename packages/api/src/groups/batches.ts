import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { flag, number, only, whole, word } from "./filters.ts"
import {
  acting,
  actOn,
  always,
  asTyped,
  body,
  byId,
  byName,
  dryRunning,
  idempotent,
  list,
  look,
  moment,
  narrowed,
  onJob,
  page,
  period,
  query,
  ReadsWhole,
  said,
  says,
  text,
  unpaged,
  versioned
} from "./shared.ts"

const csv = HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" })

/** What an upload says beside its bytes; names of columns are a template's to say. */
const uploading = query({
  ...Documents.uploadTerms,
  priority: number("Higher priorities run first."),
  skip: whole("Lines to skip before the header.", 0, 1000),
  again: flag("Submit again, although the same file was submitted before."),
  strict: flag("All or nothing: one invalid row rejects the submission."),
  dryRun: flag("Dry run: return accepted rows and resulting orders, write nothing.")
})

const stated = Schema.optional(Documents.command.reason).annotations({
  description: "Reason, recorded in the journal."
})

/** With `dryRun` nothing is written, and what would become of its rows is told; `reason` goes on record. */
const rehearsable = query({
  dryRun: flag("Dry run: return the result of each row, write nothing."),
  reason: stated
})

/** `reason` goes on record. */
const because = query({ reason: stated })

/** Trades that are submitted together. */
export const batches = acting("batches", "Trades that are submitted together.")
  .add(
    list(
      "/api/v1/batches",
      query({
        ...narrowed,
        ...moment,
        status: only.status,
        mode: word("Only of this mode: `execute` or `accumulate`."),
        actor: only.actor,
        q: word("Only with this text in the name, uid, file name, or a symbol of the rows."),
        sort: word("Sorted by `date` (unless said), `status` or `size`."),
        archived: flag("Only archived (`true`), or only other batches.")
      }),
      Documents.BatchPage
    )
      .middleware(Reading)
      .pipe(
        says(
          "List batches",
          "Trades that were submitted together, sorted by date, status or size. Deleted batches are not included."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("active", "/api/v1/batches/active")
      .setUrlParams(query(moment))
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
      .pipe(says("List active batches", "Batches that are queued, open or running."))
  )
  .add(
    HttpApiEndpoint.get("recent", "/api/v1/batches/recent")
      .setUrlParams(query({ limit: page.limit, ...moment }))
      .addSuccess(Documents.BatchPage)
      .middleware(Reading)
      .pipe(says("List recent batches", "The newest batches, 20 unless `limit` says otherwise."))
  )
  .add(
    HttpApiEndpoint.post("submit", "/api/v1/batches")
      .setHeaders(idempotent)
      .setPayload(said(Documents.BatchRequest))
      .addSuccess(Documents.SubmitDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches submit {fileName} --name {name}"),
        says(
          "Submit a batch",
          "Accepts rows, or the text of a CSV file. Invalid rows are listed with line and reason; with `strict`, one rejects all. Submitting the same again returns the same batch unless `again` is set."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("upload", "/api/v1/batches/upload")
      .setHeaders(idempotent)
      .setUrlParams(uploading)
      .setPayload(csv)
      .addSuccess(Documents.SubmitDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches submit {fileName} --name {name}"),
        says("Upload a batch", "Like submitting, with the bytes of a CSV file as the body and its terms as parameters.")
      )
  )
  .add(
    HttpApiEndpoint.get("templates", "/api/v1/batches/templates")
      .addSuccess(Documents.TemplatePage)
      .middleware(Reading)
      .pipe(says("List batch templates", "Saved settings for files of each kind, by name."))
  )
  .add(
    HttpApiEndpoint.put("saveTemplate", "/api/v1/batches/templates/:name")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(said(Documents.TemplateTerms))
      .addSuccess(Documents.TemplateDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches templates save {name}"),
        says("Save a batch template", "Saves terms under a name; replaces an existing template.")
      )
  )
  .add(
    HttpApiEndpoint.del("removeTemplate", "/api/v1/batches/templates/:name")
      .setPath(byName)
      .setHeaders(idempotent)
      .setUrlParams(dryRunning)
      .addSuccess(Documents.TemplateDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches templates delete {name}"),
        says("Delete a batch template", "Removes a template; batches that were submitted with it stay as they are.")
      )
  )
  .add(
    look("show", "/api/v1/batches/:id", Documents.BatchDetail)
      .setUrlParams(query(moment))
      .middleware(Reading)
      .pipe(says("Show a batch", "One batch with its progress and history. The `ETag` is its version."))
  )
  .add(
    look("trades", "/api/v1/batches/:id/trades", Documents.TradePage)
      .setUrlParams(query({ ...page, ...moment, status: only.status }))
      .middleware(Reading)
      .pipe(says("List the trades of a batch", "The rows of a batch that are trades, in the order of the file."))
  )
  .add(
    look("progress", "/api/v1/batches/:id/progress", Documents.ProgressDocument)
      .setUrlParams(query(moment))
      .middleware(Reading)
      .pipe(
        says(
          "Show a batch's progress",
          "Completed, working and waiting rows; rows per second and seconds left, null if unknown."
        )
      )
  )
  .add(
    look("results", "/api/v1/batches/:id/results", Documents.BatchResultsDocument)
      .setUrlParams(query(moment))
      .middleware(Reading)
      .pipe(says("Show a batch's results", "Results by symbol and side, and failures by reason."))
  )
  .add(
    look("errors", "/api/v1/batches/:id/errors", Documents.BatchErrorPage)
      .setUrlParams(query({ ...moment, limit: page.limit, cursor: page.cursor, count: page.count }))
      .middleware(Reading)
      .pipe(says("List a batch's errors", "Errors of rows, each with line, column and value."))
  )
  .add(
    look("rows", "/api/v1/batches/:id/rows", Documents.BatchRowPage)
      .setUrlParams(
        query({
          ...moment,
          limit: page.limit,
          cursor: page.cursor,
          count: page.count,
          status: word(
            "Only rows that count as `waiting`, `working`, `done`, `failed` or `cancelled`, or only the `rejected` ones of those that failed."
          )
        })
      )
      .annotate(ReadsWhole, unpaged)
      .middleware(Reading)
      .pipe(
        says(
          "List a batch's rows",
          "The rows of a batch in the order of the file, with the result of each. All rows, streamed, unless a parameter asks for a page."
        )
      )
  )
  .add(
    look("export", "/api/v1/batches/:id/export", csv)
      .setUrlParams(query(moment))
      .annotate(ReadsWhole, always)
      .middleware(Reading)
      .pipe(says("Export a batch", "The rows of a batch as CSV."))
  )
  .add(
    HttpApiEndpoint.put("cancel", "/api/v1/batches/:id/cancel")
      .setPath(byId)
      .setHeaders(versioned)
      .setPayload(body(Documents.command))
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches cancel {id} --reason {reason} --yes"),
        says(
          "Cancel a batch",
          "Stops the waiting rows of a batch and requests cancels of its open orders. 409 if it has ended."
        )
      )
  )
  .add(
    actOn("queue", "/api/v1/batches/:id/queue")
      .setUrlParams(because)
      .addSuccess(Documents.BatchDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches queue {id} --reason {reason}"),
        says("Close an open batch", "Closes a batch that was submitted `open`, and queues it.")
      )
  )
  .add(
    actOn("retry", "/api/v1/batches/:id/retry")
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot batches retry {id} --reason {reason} --yes"),
        says(
          "Retry failed rows",
          "Creates a linked batch of the failed rows. 409 if there are none, or an order of one is open or unconfirmed."
        )
      )
  )
  .add(
    actOn("archive", "/api/v1/batches/:id/archive")
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot batches archive {id} --reason {reason}"),
        says("Archive a batch", "Hides an ended batch from default lists; `archived=true` shows it.")
      )
  )
  .add(
    HttpApiEndpoint.del("remove", "/api/v1/batches/:id")
      .setPath(byId)
      .setHeaders(versioned)
      .setUrlParams(rehearsable)
      .addSuccess(Documents.ChangedBatchDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot batches delete {id} --reason {reason} --yes"),
        says(
          "Delete a batch",
          "Hides an ended batch from lists. Its trades and orders stay on record. 409 while it runs."
        )
      )
  )

/** Background work. */
export const jobs = acting("jobs", "Background work.")
  .add(
    list(
      "/api/v1/jobs",
      query({ ...page, ...period, type: only.type, key: only.key, status: only.status }),
      Documents.JobPage
    )
      .middleware(Reading)
      .pipe(says("List jobs", "Background jobs: reconciliations, syncs, audits and others, with attempts and results."))
  )
  .add(
    look("show", "/api/v1/jobs/:id", Documents.JobDetail)
      .middleware(Reading)
      .pipe(says("Show a job", "One job with its history; poll it until `status` is `done`, `dead` or `cancelled`."))
  )
  .add(
    HttpApiEndpoint.post("enqueue", "/api/v1/jobs")
      .setHeaders(idempotent)
      .setPayload(said(Documents.JobRequest))
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot jobs enqueue {type} --key {key}"),
        says(
          "Enqueue a job",
          "Queues a background job; the same `type` and `key` return the same job unless `again` is set."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("reconcile", "/api/v1/reconcile")
      .setHeaders(idempotent)
      .setPayload(body({ account: text }))
      .addSuccess(Documents.JobPage)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot reconcile --account {account}"),
        says("Reconcile accounts", "Compares books and broker of an account, or of all. Returns a job for each.")
      )
  )
  .add(
    onJob("cancel", "/api/v1/jobs/:id/cancel", "roundlot jobs cancel {id}", Documents.JobDocument).pipe(
      says("Cancel a job", "Cancels a job. 409 if it has ended.")
    )
  )
  .add(
    onJob("retry", "/api/v1/jobs/:id/retry", "roundlot jobs retry {id}", Documents.JobDocument).pipe(
      says("Retry a job", "Retries a job that was given up or cancelled.")
    )
  )
  .add(
    HttpApiEndpoint.get("webhooks", "/api/v1/webhooks")
      .addSuccess(Documents.WebhookPage)
      .middleware(Reading)
      .pipe(says("List webhooks", "State of the deliveries to each webhook, with pending events."))
  )
  .add(
    HttpApiEndpoint.post("goOn", "/api/v1/webhooks/:name/continue")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(body({ after: Schema.String, dryRun: Schema.optional(Schema.Boolean) }))
      .addSuccess(Documents.WebhookDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot webhooks continue {name} --after {after}"),
        says(
          "Continue a webhook",
          "Continues after a cursor, or `beginning`. Skipped events are delivered separately. A dry run returns the resulting state."
        )
      )
  )

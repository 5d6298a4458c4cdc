import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, Api, Documents, Problem, type Server } from "@roundlot/api"
import { type Batch, Batches, Entropy, Jobs } from "@roundlot/core"
import { Effect, Layer, Option, Stream } from "effect"
import type { Writing } from "../App.ts"
import { chosen, sole } from "../accounts.ts"
import { check, submit, survey } from "../batches/submit.ts"
import { layerJobs } from "../jobs/jobTypes.ts"
import { reconcileType } from "../jobs/reconciling.ts"
import { policyOf, type Configuration } from "../settings/Configuration.ts"
import { csvOf, submittedOf } from "../verbs/batches.ts"
import * as views from "../views/batches.ts"
import * as jobViews from "../views/jobs.ts"
import { acted } from "./failing.ts"
import { once } from "./once.ts"

const { RoundlotApi } = Api

const KEY = "idempotency-key"

/** The bytes of a request: its CSV as it stands, or its rows as lines of JSON. */
const bytesOf = ({ csv, rows }: Documents.BatchRequest) => {
  if ((csv === undefined) === (rows === undefined)) {
    return Effect.fail(Problem.failures.badRequest("give either rows or csv", "rows"))
  }
  return Effect.succeed(new TextEncoder().encode(csv ?? (rows ?? []).map((row) => JSON.stringify(row)).join("\n")))
}

/** What would be taken, and the first of what would not. */
const checked = (file: Parameters<typeof check>[0]) =>
  Effect.gen(function* () {
    const rejectedRows: Array<Batch.RejectedRow> = []
    const tell = (row: Batch.RejectedRow) =>
      Effect.sync(() => {
        if (rejectedRows.length < Batches.MOST_REJECTED) rejectedRows.push(row)
      })
    const { accepted, rejected } = yield* check(file, tell)
    return { accepted, rejected, rejectedRows }
  })

const submitted = (asked: Documents.BatchRequest, configuration: Configuration) =>
  Effect.gen(function* () {
    const bytes = yield* bytesOf(asked)
    const { again = false, columns, decimal, mode = "execute", name, priority = 0, source = "batch" } = asked
    const dialect = { separator: asked.separator, decimal, skip: asked.skip }
    const written = { bytes: Stream.make(bytes), fileName: asked.fileName, source, columns, dialect, mode }
    const file = { ...written, surveyed: yield* survey(written) }
    if (asked.dryRun === true) return yield* checked(file)
    const { name: actor } = yield* Access.Caller
    const bySource = configuration.sources.get(source)?.account
    const account = yield* sole(Option.fromNullable(asked.account ?? bySource))
    const policy = policyOf(configuration, source)
    return submittedOf(yield* submit({ ...file, name, account, priority, policy, again, actor }))
  })

/** Changes the batch of an id as its caller, once for each key. */
const changed = (
  id: string,
  key: string | undefined,
  asked: unknown,
  change: (
    batch: Effect.Effect.Success<ReturnType<typeof views.recordOf>>,
    actor: string
  ) => Effect.Effect<
    Effect.Effect.Success<ReturnType<typeof views.recordOf>>,
    Effect.Effect.Error<ReturnType<Batches.BatchesService["retry"]>>,
    Batches.Batches | Entropy.Entropy
  >
) =>
  acted(
    once(Documents.BatchDocument, key, [id, asked], () =>
      Effect.gen(function* () {
        const { name } = yield* Access.Caller
        return views.documentOf(yield* change(yield* views.recordOf(id), name))
      })
    )
  )

const service = Batches.Batches

const ofBatches = (configuration: Configuration) =>
  HttpApiBuilder.group(RoundlotApi, "batches", (group) =>
    group
      .handle("list", ({ urlParams }) => acted(views.list(urlParams)))
      .handle("active", () => acted(views.active))
      .handle("recent", ({ urlParams: { limit } }) => acted(views.list({ limit: limit ?? RECENT, order: "newest" })))
      .handle("submit", ({ headers, payload }) =>
        acted(
          once(Documents.SubmitDocument, headers[KEY], ["submit", payload], () => submitted(payload, configuration))
        )
      )
      .handle("show", ({ path: { id } }) => acted(views.show(id)))
      .handle("trades", ({ path: { id }, urlParams }) => acted(views.rows(id, urlParams)))
      .handle("progress", ({ path: { id } }) => acted(views.progress(id)))
      .handle("results", ({ path: { id } }) => acted(views.results(id)))
      .handle("errors", ({ path: { id } }) => acted(views.errors(id)))
      .handle("rows", ({ path: { id } }) =>
        acted(Effect.map(views.exported(id), (items) => ({ items, nextCursor: null })))
      )
      .handle("export", ({ path: { id } }) =>
        acted(
          Effect.map(views.exported(id), (rows) =>
            HttpServerResponse.text(csvOf(rows), {
              contentType: "text/csv; charset=utf-8",
              headers: {
                "content-disposition": `attachment; filename="batch-${id.replaceAll(/[^A-Za-z0-9]/g, "")}.csv"`
              }
            })
          )
        )
      )
      .handle("cancel", ({ headers, path: { id }, payload: { reason } }) =>
        changed(id, headers[KEY], ["cancel", reason], (batch, actor) =>
          Effect.flatMap(service, (batches) => batches.cancel(batch.id, reason, actor))
        )
      )
      .handle("retry", ({ headers, path: { id } }) =>
        changed(id, headers[KEY], ["retry"], (batch, actor) =>
          Effect.gen(function* () {
            const uid = yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex)
            return yield* (yield* service).retry(batch.id, uid, actor)
          })
        )
      )
      .handle("archive", ({ headers, path: { id } }) =>
        changed(id, headers[KEY], ["archive"], (batch, actor) =>
          Effect.flatMap(service, (batches) => batches.archive(batch.id, "archived", actor))
        )
      )
      .handle("remove", ({ headers, path: { id } }) =>
        changed(id, headers[KEY], ["delete"], (batch, actor) =>
          Effect.flatMap(service, (batches) => batches.hide(batch.id, "deleted", actor))
        )
      )
  )

const RECENT = 20

const ofJobs = HttpApiBuilder.group(RoundlotApi, "jobs", (group) =>
  group
    .handle("list", ({ urlParams }) => acted(jobViews.list(urlParams)))
    .handle("show", ({ path: { id } }) => acted(Effect.map(jobViews.find(id), jobViews.documentOf)))
    .handle("enqueue", ({ headers, payload: { again, key, payload, type } }) =>
      acted(
        Effect.gen(function* () {
          const jobs = yield* Jobs.Jobs
          const asked = { type, payload, again: again ?? false, key: key ?? headers[KEY] }
          return jobViews.documentOf((yield* jobs.enqueue(asked)).job)
        })
      )
    )
    .handle("reconcile", ({ headers, payload: { account } }) =>
      acted(
        Effect.gen(function* () {
          const jobs = yield* Jobs.Jobs
          const accounts = yield* chosen(Option.fromNullable(account))
          const asked = yield* Effect.forEach(accounts, (name) =>
            jobs.enqueue({
              type: reconcileType.name,
              payload: { account: name },
              key: headers[KEY] === undefined ? undefined : `${headers[KEY]}/${name}`
            })
          )
          return { items: asked.map(({ job }) => jobViews.documentOf(job)), nextCursor: null }
        })
      )
    )
    .handle("cancel", ({ path: { id }, payload: { reason } }) =>
      acted(Effect.flatMap(Jobs.Jobs, (jobs) => Effect.map(jobs.cancel(id, reason), jobViews.documentOf)))
    )
    .handle("retry", ({ path: { id }, payload: { reason } }) =>
      acted(Effect.flatMap(Jobs.Jobs, (jobs) => Effect.map(jobs.retry(id, reason), jobViews.documentOf)))
    )
)

/** Trades that are submitted together, and background work. */
export const layer = (
  configuration: Configuration
): Layer.Layer<Server.Group<"batches" | "jobs">, never, Access.Reading | Access.Trading | Access.Operating | Writing> =>
  Layer.merge(ofBatches(configuration), Layer.provide(ofJobs, layerJobs))

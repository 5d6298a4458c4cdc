import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { type Access, Api, Documents, type Parameters, type Server } from "@roundlot/api"
import { AccountScope, Jobs } from "@roundlot/core/ledger"
import { jobs as jobViews } from "@roundlot/queries"
import { Effect, type Layer, Option } from "effect"
import { accountNames, jobTypes, type Services, webhooks } from "@roundlot/commands"
import type { Configured } from "./Settings.ts"
import { acted, type ActProblem, undone } from "./failing.ts"
import { type Call, type First, jobKeyOf, once } from "./once.ts"

/** Enqueues a job, once for each key of a call. */
export const enqueued = (
  type: Jobs.JobType,
  payload: unknown,
  first: First | undefined
): Effect.Effect<jobViews.JobDocument, Exclude<Jobs.EnqueueError, Jobs.UnknownJobType> | ActProblem, Jobs.Jobs> =>
  Effect.flatMap(Jobs.Jobs, (jobs) =>
    Effect.map(jobs.enqueue({ type: type.name, payload, key: jobKeyOf(first) }), ({ job }) => jobViews.documentOf(job))
  ).pipe(Effect.catchTag("UnknownJobType", (error) => Effect.fail(undone(error))))

interface OfJob extends Call {
  readonly path: { readonly id: string }
  readonly payload: { readonly reason: string }
}

/** An operator's change of a job, once for each key. */
const changedJob = (asked: OfJob, verb: "cancel" | "retry") =>
  acted(
    once(Documents.JobDocument, asked, () =>
      Effect.flatMap(Jobs.Jobs, (jobs) =>
        Effect.map(jobs[verb](asked.path.id, asked.payload.reason), jobViews.documentOf)
      )
    )
  )

/** A reconciliation of an account, or of each. */
const reconciling = (account: string | undefined, first: First | undefined) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs.Jobs
    const accounts = yield* accountNames.chosen(Option.fromNullable(account))
    const key = jobKeyOf(first)
    const asked = yield* Effect.forEach(accounts, (name) =>
      // The queue is no account's; the job is.
      AccountScope.lifted(
        jobs.enqueue({
          type: jobTypes.reconcileType.name,
          payload: { account: name },
          key: key === undefined ? undefined : `${key}/${name}`
        })
      )
    )
    return { items: asked.map(({ job }) => jobViews.documentOf(job)), nextCursor: null }
  }).pipe(Effect.catchTag("UnknownJobType", (error) => Effect.fail(undone(error))))

/** Background work. */
export const layer = (
  configuration: Configured
): Layer.Layer<
  Server.Group<"jobs">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Trading | Access.Operating | Jobs.Jobs | Services
> =>
  HttpApiBuilder.group(Api.RoundlotApi, "jobs", (group) =>
    group
      .handle("list", ({ urlParams }) => Effect.zipRight(AccountScope.requireAll, acted(jobViews.list(urlParams))))
      .handle("show", ({ path: { id } }) =>
        Effect.zipRight(AccountScope.requireAll, acted(Effect.map(jobViews.find(id), jobViews.detailOf)))
      )
      .handle("enqueue", (asked) =>
        acted(
          once(Documents.JobDocument, asked, (first) =>
            Effect.gen(function* () {
              const { again = false, key = jobKeyOf(first), payload, type } = asked.payload
              const jobs = yield* Jobs.Jobs
              return jobViews.documentOf((yield* jobs.enqueue({ type, payload, again, key })).job)
            })
          )
        )
      )
      .handle("reconcile", (asked) =>
        acted(once(Documents.JobPage, asked, (first) => reconciling(asked.payload.account, first)))
      )
      .handle("cancel", (asked) => changedJob(asked, "cancel"))
      .handle("retry", (asked) => changedJob(asked, "retry"))
      .handle("webhooks", () => Effect.zipRight(AccountScope.requireAll, acted(webhooks.list(configuration))))
      .handle("goOn", (asked) =>
        Effect.zipRight(
          AccountScope.requireAll,
          acted(
            asked.payload.dryRun === true
              ? webhooks.rehearse(configuration, asked.path.name, asked.payload.after)
              : once(Documents.WebhookDocument, asked, () =>
                  webhooks.goOn(configuration, asked.path.name, asked.payload.after)
                )
          )
        )
      )
  )

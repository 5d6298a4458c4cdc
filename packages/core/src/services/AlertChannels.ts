import { Effect, Option, Schema } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { Ledger } from "../ledger/Ledger.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { Alert } from "../records/Alert.ts"
import { JobTable, type Job } from "../records/Job.ts"
import { isDelaying, routed, sendAt, sendEndAt, type Route } from "../rules/alert/route.ts"
import { isSeenTo, NOTICE } from "./Alerts.ts"
import { Completion } from "./Completions.ts"
import { Health } from "./Health.ts"
import { handler, JobFailed, Jobs, jobType, type Handler } from "./Jobs.ts"
import * as Reads from "./Reads.ts"
import type * as Instant from "../values/Instant.ts"

/** What a channel sends: an alert, or that a batch has ended. */
export const Notice = Schema.Union(Alert, Completion)

/** What a channel sends. */
export type Notice = typeof Notice.Type

/** A way to people: its name, what of the notices it gets and when, and how it sends one. */
export interface Channel<R> {
  /** A letter, then at most 19 letters, digits and `-`. */
  readonly name: string
  readonly route: Route
  /** It takes alerts one by one, never as a digest. */
  readonly singly?: boolean | undefined
  readonly send: (notice: Notice) => Effect.Effect<unknown, JobFailed, R>
}

const TRIES = 10

/** The job that sends a notice by a channel: each channel tries by itself. */
export const noticeType = jobType({
  name: NOTICE,
  payload: Schema.Struct({ channel: Schema.String, notice: Notice }),
  mostTries: TRIES
})

/** A notice that was not sent, since nobody needs it any more. */
const Skipped = Schema.Struct({ skipped: Schema.Literal(true) })

const skipped: typeof Skipped.Type = { skipped: true }

const isAlert = (notice: Notice): notice is Alert => "kind" in notice

/** Keeps a notice for each channel that gets the alert; the same alert again keeps none again. */
export const forwardAlert = <R>(
  channels: ReadonlyArray<Channel<R>>,
  alert: Alert
): Effect.Effect<void, JobFailed, Jobs | Clock> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    for (const { name, route, singly } of channels) {
      for (const notice of routed(route, alert, singly))
        yield* keep(name, notice, keyIn(notice.status, notice), sendAt(route, notice, at))
    }
  })

/** The same of the end of a batch. */
export const forwardCompletion = <R>(
  channels: ReadonlyArray<Channel<R>>,
  completion: Completion
): Effect.Effect<void, JobFailed, Jobs | Clock> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    for (const { name, route } of channels) {
      const runAt = sendEndAt(route, completion, at)
      if (runAt !== undefined) yield* keep(name, completion, `batch/${completion.uid}`, runAt)
    }
  })

const keyIn = (status: Alert["status"], { key }: Alert): string => `${status}/${key}`

const keep = (channel: string, notice: Notice, key: string, runAt: Instant.Instant) =>
  Effect.flatMap(Jobs, (jobs) =>
    jobs.enqueue({ type: noticeType.name, key: `${channel}/${key}`, payload: { channel, notice }, runAt })
  ).pipe(
    // The same was kept before, for another route of the channel.
    Effect.catchTag("JobKeyTaken", () => Effect.void),
    Effect.mapError(({ message }) => failing(message))
  )

const failing = (detail: string) => new JobFailed({ detail, final: false })

/** Who sends notices by these channels. Health says of each how that goes. */
export const noticeHandler = <R>(channels: ReadonlyArray<Channel<R>>): Handler<R | Health | Ledger | TradeRepository> =>
  handler(noticeType, ({ channel: name, notice }) =>
    Effect.gen(function* () {
      const channel = channels.find((each) => each.name === name)
      // Another daemon of the store may have it.
      if (channel === undefined) return yield* failing(`no channel ${name} is configured here`)
      const isWanted = yield* wanted(channel, notice)
      return isWanted ? yield* sending(channel, notice) : skipped
    }).pipe(Effect.catchTag("StoreUnavailable", ({ message }) => Effect.fail(failing(message))))
  )

const sending = <R>({ name, send }: Channel<R>, notice: Notice) =>
  Effect.flatMap(Health, (health) =>
    send(notice).pipe(
      Effect.tapBoth({
        onFailure: ({ message }) => health.failed(`channel ${name}`, message),
        onSuccess: () => health.succeeded(`channel ${name}`)
      })
    )
  )

/** What began is sent until it is over; what waited also has to need somebody still. That it is over is sent where that it began may have been. */
const wanted = <R>(
  { name, route }: Channel<R>,
  notice: Notice
): Effect.Effect<boolean, JobFailed | StoreError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    if (!isAlert(notice)) return true
    if (notice.status === "over") return yield* mayHaveBegun(yield* noticeOf(name, keyIn("raised", notice)))
    if ((yield* noticeOf(name, keyIn("over", notice))) !== undefined) return false
    return !isDelaying(route) || !(yield* isSeenTo(notice))
  })

const noticeOf = (channel: string, key: string) =>
  Reads.first(JobTable, {
    where: [
      { column: "type", in: [noticeType.name] },
      { column: "key", in: [`${channel}/${key}`] }
    ]
  })

/** A try that failed may have arrived all the same. What was raised in a digest has no notice of its own. */
const mayHaveBegun = (raised: Job | undefined): Effect.Effect<boolean, JobFailed> => {
  if (raised?.status === "running") return Effect.fail(failing("that it began is being sent"))
  const isSkipped = raised?.status === "done" && Option.isSome(decodeSkipped(raised.result))
  return Effect.succeed(raised === undefined || raised.tries > (isSkipped ? 1 : 0))
}

const decodeSkipped = Schema.decodeUnknownOption(Skipped)

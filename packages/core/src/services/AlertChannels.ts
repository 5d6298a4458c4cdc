import { Effect, Option, Schema } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { Ledger } from "../ledger/Ledger.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { Alert } from "../records/Alert.ts"
import { JobTable } from "../records/Job.ts"
import { isDelaying, routed, routesCompletion, sendAt, type Route } from "../rules/alert/route.ts"
import { needsSomebody, NOTICE } from "./Alerts.ts"
import { Completion } from "./Completions.ts"
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
    for (const { name, route } of channels) {
      const notice = routed(route, alert)
      if (notice === undefined) continue
      yield* keep(name, notice, `${notice.status}/${notice.key}`, sendAt(route, notice, at))
    }
  })

/** The same of the end of a batch. */
export const forwardCompletion = <R>(
  channels: ReadonlyArray<Channel<R>>,
  completion: Completion
): Effect.Effect<void, JobFailed, Jobs | Clock> =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const own = channels.filter(({ route }) => routesCompletion(route, completion))
    for (const { name } of own) yield* keep(name, completion, `batch/${completion.uid}`, at)
  })

const keep = (channel: string, notice: Notice, key: string, runAt: Instant.Instant) =>
  Effect.flatMap(Jobs, (jobs) =>
    jobs.enqueue({ type: noticeType.name, key: `${channel}/${key}`, payload: { channel, notice }, runAt })
  ).pipe(
    // The same was kept before, for another route of the channel.
    Effect.catchTag("JobKeyTaken", () => Effect.void),
    Effect.mapError(({ message }) => new JobFailed({ detail: message, final: false }))
  )

/** Who sends notices by these channels. */
export const noticeHandler = <R>(channels: ReadonlyArray<Channel<R>>): Handler<R | Ledger | TradeRepository> =>
  handler(noticeType, ({ channel: name, notice }) =>
    Effect.gen(function* () {
      const channel = channels.find((each) => each.name === name)
      if (channel === undefined)
        return yield* new JobFailed({ detail: `no channel ${name} is configured here`, final: true })
      return (yield* isWanted(channel, notice)) ? yield* channel.send(notice) : skipped
    }).pipe(
      Effect.catchTag("StoreUnavailable", ({ message }) =>
        Effect.fail(new JobFailed({ detail: message, final: false }))
      )
    )
  )

/** Of what waited, only what somebody still needs to know is sent; that it is over, to whom it was sent. */
const isWanted = <R>(
  { name, route }: Channel<R>,
  notice: Notice
): Effect.Effect<boolean, StoreError, Ledger | TradeRepository> => {
  if (!isAlert(notice)) return Effect.succeed(true)
  if (notice.status === "over") return wasSent(name, notice)
  return isDelaying(route) ? needsSomebody(notice) : Effect.succeed(true)
}

/** What was raised in a digest has no notice of its own. */
const wasSent = (channel: string, { key }: Alert) =>
  Effect.map(
    Reads.first(JobTable, {
      where: [
        { column: "type", in: [noticeType.name] },
        { column: "key", in: [`${channel}/raised/${key}`] }
      ]
    }),
    (raised) => raised === undefined || (raised.status === "done" && Option.isNone(decodeSkipped(raised.result)))
  )

const decodeSkipped = Schema.decodeUnknownOption(Skipped)

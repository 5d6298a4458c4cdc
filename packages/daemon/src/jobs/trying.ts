import type * as HttpClient from "@effect/platform/HttpClient"
import { Clock, Instant } from "@roundlot/core"
import { Jobs } from "@roundlot/core/ledger"
import { Effect, Either, Option, Schema } from "effect"
import type { Settings } from "../Settings.ts"
import { channelOf } from "./alerting.ts"
import { channelsOf, trial } from "./channels.ts"

/** Sends a trial by every channel of alerts, or by one; it fails where one of them does, and names each. */
export const trialType = Jobs.jobType({
  name: "alerts.test",
  payload: Schema.Struct({ channel: Schema.optional(Schema.String) }),
  mostTries: 1
})

/** No trial can be sent: nobody is configured, or none of that name. */
export class NoChannel extends Schema.TaggedError<NoChannel>()("NoChannel", {
  asked: Schema.UndefinedOr(Schema.String),
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.asked === undefined || this.known.length === 0
      ? "No alert channel is configured"
      : `Channel ${this.asked} does not exist; configured: ${this.known.join(", ")}`
  }
}

/** What came of a trial. */
export interface Tried {
  readonly channel: string
  /** Why it was not sent; null where it was. */
  readonly failure: string | null
}

const WEBHOOK = "webhook"

/** Every way that alerts go, and how each sends one: the webhook or function of the configuration by the name `webhook`. */
const waysOf = (settings: Settings) => {
  const first = channelOf(settings)
  return [...(first === undefined ? [] : [{ name: WEBHOOK, send: first }]), ...channelsOf(settings)]
}

/** Sends a trial by every channel, or by one, and says of each what came of it. */
export const tryChannels = (
  settings: Settings,
  channel?: string
): Effect.Effect<ReadonlyArray<Tried>, NoChannel, Clock.Clock | HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const ways = waysOf(settings)
    const asked = channel === undefined ? ways : ways.filter(({ name }) => name === channel)
    if (asked.length === 0) return yield* new NoChannel({ asked: channel, known: ways.map(({ name }) => name) })
    const at = Instant.format(yield* Effect.flatMap(Clock.Clock, (clock) => clock.now))
    return yield* Effect.forEach(
      asked,
      ({ name, send }) =>
        Effect.map(Effect.either(send(trial(at))), (sent) => ({
          channel: name,
          failure: Option.getOrNull(Option.map(Either.getLeft(sent), ({ message }) => message))
        })),
      { concurrency: "unbounded" }
    )
  })

/** Who does so in a daemon. */
export const tryingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Clock.Clock | HttpClient.HttpClient>> => [
  Jobs.handler(trialType, ({ channel }) =>
    Effect.gen(function* () {
      const tried = yield* tryChannels(settings, channel)
      const failures = tried.flatMap(({ failure }) => failure ?? [])
      if (failures.length > 0) return yield* new Jobs.JobFailed({ detail: failures.join("; "), final: true })
      return { sent: tried.map((each) => each.channel) }
    }).pipe(Effect.catchTag("NoChannel", ({ message }) => new Jobs.JobFailed({ detail: message, final: true })))
  )
]

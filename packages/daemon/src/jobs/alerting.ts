import type * as HttpClient from "@effect/platform/HttpClient"
import { type Clock } from "@roundlot/core"
import { AlertChannels, Alerts, Health, Jobs, work } from "@roundlot/core/ledger"
import { Effect, Redacted } from "effect"
import { PostAddress } from "@roundlot/commands"
import { running } from "../ownPart.ts"
import type { OwnAlerts } from "../OwnAlerts.ts"
import type { Settings } from "../Settings.ts"
import { channelSecretOf, channelsOf, noticeDocument } from "./channels.ts"
import type { Surroundings } from "./Surroundings.ts"
import * as SignedPost from "./SignedPost.ts"

/** Sends a notice once; what it comes to is kept with the job. */
type Channel = (
  notice: AlertChannels.Notice
) => Effect.Effect<unknown, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient>

/** The webhook of the configuration, or of the environment where the address itself is a secret; none where neither says one. */
const webhookOf = ({ configuration, variable }: Settings): SignedPost.Target | undefined => {
  const url = variable("ROUNDLOT_ALERT_WEBHOOK") ?? configuration.alerts
  const secret = variable("ROUNDLOT_ALERT_SECRET")
  return url === undefined
    ? undefined
    : {
        name: "the webhook of alerts",
        url: Redacted.make(url),
        secret: secret === undefined ? undefined : Redacted.make(secret)
      }
}

const LONGEST = "10 seconds"

const failed = (why: string) => new Jobs.JobFailed({ detail: `alerts: ${why}`, final: false })

const sending =
  (send: OwnAlerts, settings: Settings): Channel =>
  (notice) =>
    running(
      "alerts",
      settings
    )(Effect.suspend(() => send(noticeDocument(notice)))).pipe(
      Effect.timeoutFail({ duration: LONGEST, onTimeout: () => failed(`no answer in ${LONGEST}`) }),
      Effect.mapBoth({
        onFailure: (error) =>
          error instanceof Jobs.JobFailed ? error : new Jobs.JobFailed({ detail: error.message, final: false }),
        onSuccess: () => ({})
      })
    )

const isUsable = ({ url }: SignedPost.Target): boolean => PostAddress.isPostAddress(Redacted.value(url))

/** What notices are sent by: the configuration's own way, else a webhook; none where neither is configured. */
export const channelOf = (settings: Settings): Channel | undefined => {
  const { alerts } = settings.configuration.own
  if (alerts !== undefined) return sending(alerts, settings)
  const webhook = webhookOf(settings)
  return webhook === undefined || !isUsable(webhook)
    ? undefined
    : (notice) => SignedPost.post(webhook, noticeDocument(notice))
}

/** Is there anybody to alert? */
export const hasChannel = (settings: Settings): boolean =>
  channelOf(settings) !== undefined || settings.configuration.channels.length > 0

type Delivery = Jobs.Handler<Surroundings | HttpClient.HttpClient | Jobs.Jobs>
type Send = NonNullable<ReturnType<typeof channelOf>>

const sendsNothing: Send = () => Effect.succeed({})

/** Who delivers by the channels of a daemon: nobody where none is named. */
export const delivering = (
  settings: Settings,
  handlerOf: (channels: ReturnType<typeof channelsOf>, send: Send) => Delivery
): ReadonlyArray<Delivery> =>
  hasChannel(settings) ? [handlerOf(channelsOf(settings), channelOf(settings) ?? sendsNothing)] : []

/** Who delivers alerts in a daemon. */
export const alertingHandlers = (settings: Settings): ReadonlyArray<Delivery> =>
  delivering(settings, (channels, send) =>
    Jobs.handler(Alerts.alertType, (alert) => Effect.zipRight(AlertChannels.forwardAlert(channels, alert), send(alert)))
  )

/** Who sends notices by the channels of a configuration: nobody where it has none. */
export const noticeHandlers = (settings: Settings): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> =>
  settings.configuration.channels.length === 0 ? [] : [AlertChannels.noticeHandler(channelsOf(settings))]

const UNUSABLE = "ROUNDLOT_ALERT_WEBHOOK is not an https:// address, or http:// on this host: no alerts are sent"

/** Health says of a channel that has no secret before anything is to be sent. */
const sayWithoutSecret = ({ configuration, variable }: Settings) =>
  Effect.gen(function* () {
    const health = yield* Health.Health
    const mute = configuration.channels.map(({ name }) => ({ name, wanted: channelSecretOf(name) }))
    for (const { name, wanted } of mute) {
      // One that was missing before this program began is over with that.
      yield* variable(wanted) === undefined
        ? health.failed(`channel ${name}`, `${wanted} is not set`)
        : health.succeeded(`channel ${name}`)
    }
  })

/** Looks for what somebody should be told, where there is somebody to tell. */
export const watchForAlerts = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> => {
  const unusable =
    webhookOf(settings) === undefined || channelOf(settings) !== undefined
      ? Effect.void
      : Effect.flatMap(Health.Health, (health) => health.failed("alerts", UNUSABLE))
  if (!hasChannel(settings)) return unusable
  const look = Effect.flatMap(Alerts.makeRaised, (raised) =>
    work.every("alerts", "2 seconds", Alerts.alertOnce(raised))
  )
  return Effect.zipRight(Effect.zipRight(unusable, sayWithoutSecret(settings)), look)
}

import type * as HttpClient from "@effect/platform/HttpClient"
import { Alerts, type Clock, Health, Jobs, work } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { isWebhook } from "../settings/Configuration.ts"
import { running, type Notice, type OwnAlerts } from "../settings/OwnParts.ts"
import type { Settings } from "../settings/Settings.ts"
import * as SignedPost from "./SignedPost.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Sends a notice once; what it comes to is kept with the job. */
type Channel = (notice: Notice) => Effect.Effect<unknown, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient>

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

/** The alert as one line, which is all that a chat shows. */
const textOf = ({ account, detail, status, subject, symbol }: Alerts.Alert): string => {
  const where = [symbol, account].filter((each) => each !== null).join(" of ")
  return `${status === "over" ? "Over" : "Look"}: ${subject}${where === "" ? "" : ` (${where})`}: ${detail}`
}

const LONGEST = "10 seconds"

const failed = (why: string) => new Jobs.JobFailed({ detail: `alerts: ${why}`, final: false })

const sending =
  (send: OwnAlerts, settings: Settings): Channel =>
  (notice) =>
    running(
      "alerts",
      settings
    )(Effect.suspend(() => send(notice))).pipe(
      Effect.timeoutFail({ duration: LONGEST, onTimeout: () => failed(`no answer in ${LONGEST}`) }),
      Effect.mapBoth({
        onFailure: (error) =>
          error instanceof Jobs.JobFailed ? error : new Jobs.JobFailed({ detail: error.message, final: false }),
        onSuccess: () => ({})
      })
    )

const isUsable = ({ url }: SignedPost.Target): boolean => isWebhook(Redacted.value(url))

/** What notices are sent by: the configuration's own way, else a webhook; none where neither is configured. */
export const channelOf = (settings: Settings): Channel | undefined => {
  const { alerts } = settings.configuration.own
  if (alerts !== undefined) return sending(alerts, settings)
  const webhook = webhookOf(settings)
  return webhook === undefined || !isUsable(webhook) ? undefined : (notice) => SignedPost.post(webhook, notice)
}

/** Who delivers alerts in a daemon: nobody where no channel is named. */
export const alertingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> => {
  const send = channelOf(settings)
  return send === undefined ? [] : [Jobs.handler(Alerts.alertType, (alert) => send({ text: textOf(alert), ...alert }))]
}

const UNUSABLE =
  "ROUNDLOT_ALERT_WEBHOOK is no address that begins with https://, or http:// on this machine: nobody is told"

/** Looks for what somebody should be told, where there is somebody to tell. */
export const watchForAlerts = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> => {
  if (channelOf(settings) === undefined) {
    return webhookOf(settings) === undefined
      ? Effect.void
      : Effect.flatMap(Health.Health, (health) => health.failed("alerts", UNUSABLE))
  }
  return Effect.flatMap(Alerts.makeRaised, (raised) => work.every("alerts", "2 seconds", Alerts.alertOnce(raised)))
}

import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Alerts, Clock, Health, Instant, Jobs, work } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { createHmac } from "node:crypto"
import { isWebhook } from "../settings/Configuration.ts"
import { running, type Notice, type OwnAlerts } from "../settings/OwnParts.ts"
import type { Settings } from "../settings/Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

/** A webhook, and what its bodies are signed with. */
interface Webhook {
  readonly webhook: Redacted.Redacted
  readonly secret: Redacted.Redacted | undefined
}

/** Sends a notice once; what it comes to is kept with the job. */
type Channel = (notice: Notice) => Effect.Effect<unknown, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient>

/** The webhook of the configuration, or of the environment where the address itself is a secret; none where neither says one. */
const webhookOf = ({ configuration, variable }: Settings): Webhook | undefined => {
  const webhook = variable("ROUNDLOT_ALERT_WEBHOOK") ?? configuration.alerts
  const secret = variable("ROUNDLOT_ALERT_SECRET")
  if (webhook === undefined) return undefined
  return { webhook: Redacted.make(webhook), secret: secret === undefined ? undefined : Redacted.make(secret) }
}

/** The alert as one line, which is all that a chat shows. */
const textOf = ({ account, detail, status, subject, symbol }: Alerts.Alert): string => {
  const where = [symbol, account].filter((each) => each !== null).join(" of ")
  return `${status === "over" ? "Over" : "Look"}: ${subject}${where === "" ? "" : ` (${where})`}: ${detail}`
}

const LONGEST = "10 seconds"

/** A body is signed with its time, so that an old one is not sent again by somebody else: `t=SECONDS,v1=HMAC-SHA256(SECONDS.BODY)`. */
const signatureOf = (secret: Redacted.Redacted, seconds: number, body: string): string =>
  `t=${seconds},v1=${createHmac("sha256", Redacted.value(secret)).update(`${seconds}.${body}`).digest("hex")}`

/** Posts a notice to a webhook, signed where there is a secret. */
const posting =
  (target: Webhook): Channel =>
  (notice) =>
    Effect.gen(function* () {
      const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
      const seconds = Math.floor(Instant.toMillis(now) / 1000)
      const body = JSON.stringify(notice)
      const request = HttpClientRequest.post(Redacted.value(target.webhook)).pipe(
        HttpClientRequest.bodyText(body, "application/json"),
        target.secret === undefined
          ? (plain) => plain
          : HttpClientRequest.setHeader("roundlot-signature", signatureOf(target.secret, seconds, body))
      )
      const client = yield* HttpClient.HttpClient
      const { status } = yield* Effect.scoped(client.execute(request)).pipe(
        Effect.timeoutFail({ duration: LONGEST, onTimeout: () => failed(`no answer in ${LONGEST}`) }),
        // What a client says of a request names its address, which may be a secret.
        Effect.mapError((error) => (error instanceof Jobs.JobFailed ? error : failed("it cannot be reached")))
      )
      if (status < 200 || status > 299) return yield* failed(`it answered ${status}`)
      return { status }
    })

const failed = (why: string) => new Jobs.JobFailed({ detail: `the webhook of alerts: ${why}`, final: false })

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

const isUsable = ({ webhook }: Webhook): boolean => isWebhook(Redacted.value(webhook))

/** What notices are sent by: the configuration's own way, else a webhook; none where neither is configured. */
export const channelOf = (settings: Settings): Channel | undefined => {
  const { alerts } = settings.configuration.own
  if (alerts !== undefined) return sending(alerts, settings)
  const webhook = webhookOf(settings)
  return webhook === undefined || !isUsable(webhook) ? undefined : posting(webhook)
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

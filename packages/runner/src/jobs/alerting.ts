import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Alerts, Clock, Health, Instant, Jobs, work } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { createHmac } from "node:crypto"
import { isWebhook } from "../settings/Configuration.ts"
import type { Settings } from "../settings/Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Where alerts go, and what their bodies are signed with. */
export interface Target {
  readonly webhook: Redacted.Redacted
  readonly secret: Redacted.Redacted | undefined
}

/** The target of the configuration, or of the environment where the address itself is a secret; none where neither says one. */
export const targetOf = ({ configuration, variable }: Settings): Target | undefined => {
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

const deliver = (target: Target, alert: Alerts.Alert) => post(target, { text: textOf(alert), ...alert })

/** Posts a document to the webhook, signed where there is a secret. */
export const post = (
  target: Target,
  document: object
): Effect.Effect<{ readonly status: number }, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const seconds = Math.floor(Instant.toMillis(now) / 1000)
    const body = JSON.stringify(document)
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

/** Who delivers alerts in a daemon: nobody where no target is named. */
export const alertingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> => {
  const target = targetOf(settings)
  return target === undefined || !isWebhook(Redacted.value(target.webhook))
    ? []
    : [Jobs.handler(Alerts.alertType, (alert) => deliver(target, alert))]
}

const UNUSABLE =
  "ROUNDLOT_ALERT_WEBHOOK is no address that begins with https://, or http:// on this machine: nobody is told"

/** Looks for what somebody should be told, where there is somebody to tell. */
export const watchForAlerts = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> => {
  const target = targetOf(settings)
  if (target === undefined) return Effect.void
  if (!isWebhook(Redacted.value(target.webhook))) {
    return Effect.flatMap(Health.Health, (health) => health.failed("alerts", UNUSABLE))
  }
  return Effect.flatMap(Alerts.makeRaised, (raised) => work.every("alerts", "2 seconds", Alerts.alertOnce(raised)))
}

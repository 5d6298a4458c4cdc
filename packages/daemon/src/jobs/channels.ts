import type * as HttpClient from "@effect/platform/HttpClient"
import type { Clock } from "@roundlot/core"
import {
  type AlertChannels,
  AlertGravity,
  type Alerts,
  Jobs,
  codeWords,
  type Completions,
  verdict
} from "@roundlot/core/ledger"
import { Effect, Redacted } from "effect"
import { PostAddress } from "@roundlot/commands"
import type { ChannelKind, ChannelSettings } from "../alertChannels.ts"
import { variableOf } from "../secrets.ts"
import type { Settings } from "../Settings.ts"
import * as SignedPost from "./SignedPost.ts"
import type { Notice } from "../OwnAlerts.ts"

type Sent = Effect.Effect<unknown, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient>

/** Sends a notice by a channel with its secret. */
type Send = (channel: ChannelSettings, secret: Redacted.Redacted, notice: AlertChannels.Notice) => Sent

/** The variable with what a channel's sender must know and nobody else: an address, a key, a token, a mail server with its password. */
export const channelSecretOf = (name: string): string => variableOf("ROUNDLOT_CHANNEL", name)

const post = ({ name }: ChannelSettings, url: Redacted.Redacted, content: object, secret?: Redacted.Redacted): Sent =>
  SignedPost.post({ name: `channel ${name}`, url, secret }, content)

/** What programs like to read beside the line. */
const webhook: Send = (channel, secret, notice) =>
  post(channel, Redacted.make(channel.url ?? ""), noticeDocument(notice), secret)

/** What a name or a broker's words have of Slack's own marks is shown, and calls nobody. */
const plain = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const slack: Send = (channel, secret, notice) =>
  PostAddress.isPostAddress(Redacted.value(secret))
    ? post(channel, secret, { text: plain(noticeText(notice)) })
    : Effect.fail(
        new Jobs.JobFailed({
          detail: `channel ${channel.name}: its variable is not an https:// address`,
          final: false
        })
      )

const PAGERDUTY = "https://events.pagerduty.com"

/** PagerDuty's words for how grave it is. https://developer.pagerduty.com/docs/events-api-v2-overview */
const gravities = { escalated: "critical", critical: "critical", warning: "warning", info: "info" } as const

const LONGEST_SUMMARY = 1024

/** An incident of its own for each cause, which ends with it. That a batch has ended is none: nothing would end it. */
const pagerduty: Send = (channel, secret, notice) => {
  if (!("kind" in notice)) return Effect.succeed({ sent: false })
  const address = Redacted.make(`${channel.url ?? PAGERDUTY}/v2/enqueue`)
  const enqueue = (action: "trigger" | "resolve") =>
    post(channel, address, {
      routing_key: Redacted.value(secret),
      dedup_key: notice.key,
      event_action: action,
      payload: {
        summary: noticeText(notice).slice(0, LONGEST_SUMMARY),
        source: "roundlot",
        severity: gravities[AlertGravity.gravityOf(notice)]
      }
    })
  if (notice.kind === "test") return Effect.zipRight(enqueue("trigger"), enqueue("resolve"))
  return enqueue(notice.status === "over" ? "resolve" : "trigger")
}

const TELEGRAM = "https://api.telegram.org"

const LONGEST_MESSAGE = 4096

/** https://core.telegram.org/bots/api#sendmessage: the token is part of the address. */
const telegram: Send = (channel, secret, notice) =>
  post(channel, Redacted.make(`${channel.url ?? TELEGRAM}/bot${Redacted.value(secret)}/sendMessage`), {
    chat_id: channel.chat,
    text: noticeText(notice).slice(0, LONGEST_MESSAGE)
  })

const lettersOf = (notice: AlertChannels.Notice): string =>
  [
    noticeText(notice),
    "",
    ...Object.entries(notice).flatMap(([field, value]) =>
      typeof value === "object" || value === "" ? [] : [`${field}: ${value}`]
    ),
    ...("kind" in notice ? (notice.of ?? []).map((each) => noticeText({ ...each, at: notice.at })) : [])
  ].join("\n")

const email: Send = (channel, secret, notice) =>
  sendLetter(channel, secret, {
    subject: noticeText(notice),
    text: lettersOf(notice),
    thread: "kind" in notice ? notice.key : `batch/${notice.uid}`
  })

const LONGEST_MS = 10_000

const LONGEST_SUBJECT = 150

const local: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"])

/** The address of a mail server, `smtps://USER:PASSWORD@HOST` or `smtp://…`; `undefined` where it is none. */
const serverIn = (secret: Redacted.Redacted) => {
  const text = Redacted.value(secret)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== "smtp:" && url?.protocol !== "smtps:") return undefined
  const isSecure = url.protocol === "smtps:"
  const auth = url.username === "" ? {} : { auth: { user: decodedPart(url.username), pass: decodedPart(url.password) } }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  return { host, port: Number(url.port === "" ? (isSecure ? 465 : 587) : url.port), secure: isSecure, ...auth }
}

/** As it was before it was escaped; as it is written where it was not. */
const decodedPart = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const failed = (name: string, why: string) => new Jobs.JobFailed({ detail: `channel ${name}: ${why}`, final: false })

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "no reason was given"

/** Sends a letter. A password goes over TLS alone, except to this machine. The library is loaded by the first letter. */
const sendLetter = (
  { from, name, to }: ChannelSettings,
  secret: Redacted.Redacted,
  { subject, text, thread }: Letter
): Effect.Effect<unknown, Jobs.JobFailed> =>
  Effect.gen(function* () {
    const server = serverIn(secret)
    if (server === undefined)
      return yield* failed(name, "its variable is not a mail server address such as smtps://USER:PASSWORD@HOST")
    const { createTransport } = yield* Effect.promise(() => import("nodemailer"))
    const isHere = local.has(server.host)
    const waits = { connectionTimeout: LONGEST_MS, greetingTimeout: LONGEST_MS, socketTimeout: LONGEST_MS }
    const transport = createTransport({ ...server, requireTLS: !isHere, ignoreTLS: isHere, ...waits })
    const line = subject.replaceAll(/\s+/g, " ").slice(0, LONGEST_SUBJECT)
    const letter = { from, to: [...(to ?? [])], subject: line, text, references: [`<${thread}@roundlot>`] }
    return yield* Effect.tryPromise({
      try: () => transport.sendMail(letter),
      // What a mail server answers may name its user.
      catch: (error) => failed(name, `it cannot be sent: ${codeOf(error)}`)
    }).pipe(Effect.as({ to: to?.length ?? 0 }), Effect.ensuring(Effect.sync(() => transport.close())))
  })

/** An alert as one line, which is all that a chat shows, and the overall state at its time. */
const ofAlert = ({ account, detail, status, subject, symbol, verdict: stood }: Alerts.Alert): string => {
  const where = [symbol, account].filter((each) => each !== null).join(" on ")
  const overall = stood === undefined ? "" : `. Overall: ${verdict.verdictText(stood)}`
  return `${status === "over" ? "Resolved" : "Alert"}: ${subject}${where === "" ? "" : ` (${where})`}: ${detail}${overall}`
}

const ofCompletion = ({ batch, cancelled, done, failed, name, status, total }: Completions.Completion): string => {
  const others = [...(failed === 0 ? [] : [`${failed} failed`]), ...(cancelled === 0 ? [] : [`${cancelled} cancelled`])]
  const counts = [`${done} of ${total} rows completed`, ...others].join(", ")
  return `Batch ${name} (${batch}) ${codeWords.wordsOf(status)}: ${counts}`
}

/** A notice as one line. */
const noticeText = (notice: AlertChannels.Notice): string => ("kind" in notice ? ofAlert(notice) : ofCompletion(notice))

/** A notice for programs, with its line for who shows no more. */
export const noticeDocument = (notice: AlertChannels.Notice): Notice =>
  "kind" in notice ? { text: noticeText(notice), ...notice } : { text: noticeText(notice), kind: "batch", ...notice }

const senders: { readonly [K in ChannelKind]: Send } = { slack, webhook, pagerduty, telegram, email }

/** A channel without its secret sends nothing, and says which variable it wants. */
const sending =
  (channel: ChannelSettings, { variable }: Pick<Settings, "variable">) =>
  (notice: AlertChannels.Notice): Sent => {
    const variableName = channelSecretOf(channel.name)
    const secret = variable(variableName)
    return secret === undefined
      ? Effect.fail(new Jobs.JobFailed({ detail: `channel ${channel.name}: ${variableName} is not set`, final: false }))
      : senders[channel.kind](channel, Redacted.make(secret), notice)
  }

/** The channels of a configuration. */
export const channelsOf = (
  settings: Pick<Settings, "configuration" | "variable">
): ReadonlyArray<AlertChannels.Channel<Clock.Clock | HttpClient.HttpClient>> =>
  settings.configuration.channels.map((channel) => ({
    name: channel.name,
    route: channel.route,
    singly: channel.kind === "pagerduty",
    send: sending(channel, settings)
  }))

/** What is sent to try a channel. */
export const trial = (at: string): Alerts.Alert => ({
  status: "raised",
  key: `test/${at}`,
  kind: "test",
  account: null,
  symbol: null,
  subject: "test alert of this channel",
  caseId: null,
  detail: "no open items",
  severity: "info",
  dollars: null,
  at
})

/** What is sent; `thread` is the same for all that is of one cause. */
interface Letter {
  readonly subject: string
  readonly text: string
  readonly thread: string
}

import { Jobs } from "@roundlot/core/ledger"
import { Effect, Redacted } from "effect"
import type { ChannelSettings } from "../alertChannels.ts"

const LONGEST_MS = 10_000
const LONGEST_SUBJECT = 150

const local: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"])

/** What is sent; `thread` is the same for all that is of one cause. */
export interface Letter {
  readonly subject: string
  readonly text: string
  readonly thread: string
}

/** The address of a mail server, `smtps://USER:PASSWORD@HOST` or `smtp://…`; `undefined` where it is none. */
const serverIn = (secret: Redacted.Redacted) => {
  const text = Redacted.value(secret)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== "smtp:" && url?.protocol !== "smtps:") return undefined
  const isSecure = url.protocol === "smtps:"
  const auth = url.username === "" ? {} : { auth: { user: plain(url.username), pass: plain(url.password) } }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1")
  return { host, port: Number(url.port === "" ? (isSecure ? 465 : 587) : url.port), secure: isSecure, ...auth }
}

/** As it was before it was escaped; as it is written where it was not. */
const plain = (part: string): string => {
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
export const sendLetter = (
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

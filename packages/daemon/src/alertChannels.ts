import { AccountName } from "@roundlot/core"
import { AlertRoute, Severity } from "@roundlot/core/ledger"
import { Either, Schema } from "effect"
import { PostAddress, duration } from "@roundlot/commands"
import { SettingsError } from "@roundlot/commands/errors"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** The ways to people that this program knows, and which of the fields each has: those that it needs, and others. */
const kinds = {
  slack: { needs: [], has: [] },
  webhook: { needs: ["url"], has: [] },
  pagerduty: { needs: [], has: ["url"] },
  telegram: { needs: ["chat"], has: ["url"] },
  email: { needs: ["from", "to"], has: [] }
} as const satisfies Readonly<Record<string, { needs: ReadonlyArray<Field>; has: ReadonlyArray<Field> }>>

type Field = "url" | "chat" | "from" | "to"

/** A way to people. */
export type ChannelKind = keyof typeof kinds

/** What a configuration says of a channel. */
export const ChannelEntry = Schema.Struct({
  kind: Schema.Literal("slack", "webhook", "pagerduty", "telegram", "email"),
  /** Of a webhook its address; of PagerDuty and Telegram that of another region, or of a server of one's own. */
  url: optional(PostAddress.PostAddress),
  /** The chat of Telegram. */
  chat: optional(Schema.NonEmptyString),
  /** From whom e-mail is, and to whom. */
  from: optional(Schema.NonEmptyString),
  to: optional(Schema.NonEmptyArray(Schema.NonEmptyString)),
  accounts: optional(Schema.NonEmptyArray(AccountName.AccountName)),
  atLeast: optional(Schema.Literal(...Severity.severities)),
  after: optional(Schema.String),
  quiet: optional(Schema.String),
  zone: optional(Schema.String)
})

type ChannelEntry = typeof ChannelEntry.Type

/** A channel: how it reaches people, and what of the alerts it gets. */
export interface ChannelSettings extends Pick<ChannelEntry, Field | "kind"> {
  readonly name: string
  readonly route: AlertRoute.Route
}

const NAME = /^[a-z][a-z0-9-]{0,19}$/

const fail = (place: string, problem: string, remedy: string): Either.Either<never, SettingsError> =>
  Either.left(new SettingsError({ place, problem, remedy }))

const quietOf = ({ quiet, zone }: ChannelEntry, place: string) => {
  if (quiet === undefined) return Either.right(undefined)
  if (zone === undefined)
    return fail(`${place}.quiet`, "has no time zone", `Set ${place}.zone, such as America/New_York`)
  const hours = AlertRoute.readQuietHours(quiet, zone)
  return hours === undefined
    ? fail(
        `${place}.quiet`,
        `quiet hours '${quiet}' in '${zone}' are not valid`,
        "Write them as 22:00-07:00, and a zone as Europe/Zurich"
      )
    : Either.right(hours)
}

const channelOf = (file: string, name: string, entry: ChannelEntry): Either.Either<ChannelSettings, SettingsError> =>
  Either.gen(function* () {
    const place = `${file}, alerts.channels.${name}`
    if (!NAME.test(name))
      return yield* fail(
        place,
        "is not a valid channel name",
        "Use a lower-case letter, then up to 19 lower-case letters, digits or '-'"
      )
    const { accounts, after, atLeast, kind } = entry
    const { has, needs }: { has: ReadonlyArray<Field>; needs: ReadonlyArray<Field> } = kinds[kind]
    const missing = needs.find((field) => entry[field] === undefined)
    if (missing !== undefined) return yield* fail(place, `is of the kind ${kind} and has no ${missing}`, "Add it")
    const other = (["url", "chat", "from", "to"] as const).find(
      (field) => entry[field] !== undefined && !needs.includes(field) && !has.includes(field)
    )
    if (other !== undefined) return yield* fail(`${place}.${other}`, `is not known of the kind ${kind}`, "Remove it")
    const afterMs = after === undefined ? undefined : yield* duration.durationMs(after, `${place}.after`)
    const quiet = yield* quietOf(entry, place)
    return { ...entry, name, route: { accounts, atLeast, afterMs, quiet } }
  })

/** The channels of a configuration. */
export const channelsOf = (
  file: string,
  said: Readonly<Record<string, ChannelEntry>>
): Either.Either<ReadonlyArray<ChannelSettings>, SettingsError> =>
  Either.all(Object.entries(said).map(([name, entry]) => channelOf(file, name, entry)))

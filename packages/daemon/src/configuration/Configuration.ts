import { dirname, resolve } from "node:path"
import { Json } from "@roundlot/api"
import { Account, AccountName } from "@roundlot/core"
import type { Configuring, fourEyes as FourEyes } from "@roundlot/core/ledger"
import { Either, Schema, Struct } from "effect"
import { accountEntry, duration, faults } from "@roundlot/commands"
import type { SettingsError } from "@roundlot/commands/errors"
import type { listening } from "@roundlot/http"
import { oidcSettings } from "@roundlot/http/access"
import * as alertChannels from "../alertChannels.ts"
import { none, type OwnParts } from "./OwnParts.ts"
import { followedWays, placed, waysOf } from "./sources/sourceWays.ts"
import { brokers, type SourceEntry, type WebhookEntry, written } from "./ConfigurationFile.ts"
import { keyFault, keys } from "./configurationFaults.ts"

/** A configuration, read and checked. */
export interface Configuration {
  readonly store: string | undefined
  /** Where the daemon serves its API on this machine; it serves none where nothing is said. */
  readonly port: number | undefined
  /** Where it listens, with the full paths of a certificate and its key, and who may be between. */
  readonly listen: listening.ListenSettings
  /** The OpenID provider that a team signs in with; none where nothing is said. */
  readonly oidc: oidcSettings.OidcSettings | undefined
  /** How often open orders are read, and how much earlier at most, as durations. */
  readonly orderPollingInterval: string | undefined
  readonly orderPollingMaxJitter: string | undefined
  readonly accounts: ReadonlyMap<AccountName.AccountName, Account.AccountSettings>
  /** What the entries of accounts say of four eyes; what one does not say stays as the books have it. */
  readonly fourEyes: ReadonlyMap<AccountName.AccountName, FourEyes.FourEyes>
  /** The file of the instruments that the paper exchange knows, of accounts that name one; a full path. */
  readonly listings: ReadonlyMap<AccountName.AccountName, string>
  readonly sources: ReadonlyMap<string, SourceEntry>
  /** The webhook that is posted what needs a person. */
  readonly alerts: string | undefined
  /** Other ways to people. */
  readonly channels: ReadonlyArray<alertChannels.ChannelSettings>
  /** What hears that the daemon runs, and how often. */
  readonly heartbeat: { readonly url: string | undefined; readonly everyMs: number } | undefined
  /** Who is posted events, by name. */
  readonly webhooks: ReadonlyMap<string, typeof WebhookEntry.Type>
  /** How long after their end batches are put away; never where nothing is said. */
  readonly archiveAfterMs: number | undefined
  /** The file of anchors and that of the key that signs them, as full paths, and how often one is written. */
  readonly anchors: {
    readonly file: string | undefined
    readonly key: string | undefined
    readonly everyMs: number
  }
  /** What a module brings that no file can say. */
  readonly own: OwnParts
}

/** The brokers that accounts of a configuration may be at. */
export const brokersOf = ({ own }: Pick<Configuration, "own">): ReadonlyArray<string> => [
  ...brokers,
  ...own.brokers.keys()
]

const AN_HOUR_MS = 3_600_000

/** A configuration that says nothing. */
export const empty: Configuration = {
  store: undefined,
  port: undefined,
  listen: { host: undefined, tlsCert: undefined, tlsKey: undefined, trustedProxies: [], allowHosts: [] },
  oidc: undefined,
  orderPollingInterval: undefined,
  orderPollingMaxJitter: undefined,
  accounts: new Map(),
  fourEyes: new Map(),
  listings: new Map(),
  sources: new Map(),
  alerts: undefined,
  channels: [],
  heartbeat: undefined,
  webhooks: new Map(),
  archiveAfterMs: undefined,
  anchors: { file: undefined, key: undefined, everyMs: AN_HOUR_MS },
  own: none
}

/** What a configuration says beside its accounts, part by part, as it is kept on record. The store's own place is not part of it. */
export const partsOf = ({ sources, ...configuration }: Configuration): Configuring.Parts => {
  const daemon = daemonOf(configuration)
  const { oidc } = configuration
  return new Map([
    ...(daemon.size === 0 ? [] : [["daemon", daemon] as const]),
    ...(oidc === undefined ? [] : [["oidc", oidcSettings.valuesOf(oidc)] as const]),
    ...[...sources].map(([name, source]) => [`sources.${name}`, valuesOf(source)] as const)
  ])
}

const daemonOf = ({
  orderPollingInterval,
  orderPollingMaxJitter,
  port
}: Pick<Configuration, "orderPollingInterval" | "orderPollingMaxJitter" | "port">): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({ port: port?.toString(), orderPollingInterval, orderPollingMaxJitter }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const]
    )
  )

const valuesOf = ({
  account,
  alarmAfter,
  direction,
  order,
  suffixes,
  symbols,
  webhook,
  ...followed
}: SourceEntry): ReadonlyMap<string, string> =>
  new Map([
    ...waysOf(followed).map(([way, settings]) => [way, JSON.stringify(settings)] as const),
    ...(webhook === undefined ? [] : [["webhook", String(webhook)] as const]),
    ...(alarmAfter === undefined ? [] : [["alarmAfter", alarmAfter] as const]),
    ...(account === undefined ? [] : [["account", account] as const]),
    ...(direction === undefined ? [] : [["direction", direction] as const]),
    ...Object.entries(order ?? {}).map(([term, value]) => [`order.${term}`, value] as const),
    ...(suffixes === undefined ? [] : [["suffixes", suffixes.join(" ")] as const]),
    ...Object.entries(symbols ?? {}).map(([given, ticker]) => [`symbols.${given}`, ticker] as const)
  ])

/** Reads a configuration from its JSON; `file` is the name that errors tell. */
export const parse = (text: string, file: string): Either.Either<Configuration, SettingsError> =>
  Either.gen(function* () {
    const value = yield* Either.try({
      try: (): unknown => JSON.parse(text),
      catch: (error) =>
        faults.fail(
          file,
          "",
          `is not JSON (${error instanceof Error ? error.message : String(error)})`,
          "Correct it, or write a new one with 'roundlot init'"
        )
    })
    const repeated = Json.repeatedMember(text)
    if (repeated !== undefined) return yield* Either.left(faults.fail(file, repeated, "is set twice", "Remove one"))
    if (!faults.isRecord(value))
      return yield* Either.left(faults.fail(file, "", "is not a JSON object", "Write an object: { … }"))
    return yield* read(value, file, none)
  })

/** Reads what a configuration says, of which a module has brought the parts that no file can say. */
export const read = (
  value: Readonly<Record<string, unknown>>,
  file: string,
  own: OwnParts
): Either.Either<Configuration, SettingsError> =>
  Either.gen(function* () {
    const fault = keyFault(file, value, keys, "")
    if (fault !== undefined) return yield* Either.left(fault)
    const said = yield* Either.mapLeft(Schema.decodeUnknownEither(written(brokersOf({ own })))(value), (error) =>
      faults.valueFault(file, value, error)
    )
    const { accounts, fourEyes, listings } = yield* accountsOf(file, said.accounts ?? {})
    const archiveAfter = said.batches?.archiveAfter
    const heartbeat = said.alerts?.heartbeat
    if (said.alerts !== undefined && Object.keys(said.alerts).length === 0)
      return yield* Either.left(faults.fail(file, "alerts", "names no receiver", "Add webhook, channels or heartbeat"))
    const every = said.anchors?.every
    const besides = (path: string | undefined) => (path === undefined ? undefined : resolve(dirname(file), path))
    return {
      store: said.store,
      port: said.port,
      oidc: yield* oidcSettings.oidcOf(file, said.oidc),
      orderPollingInterval: said.orderPollingInterval,
      orderPollingMaxJitter: said.orderPollingMaxJitter,
      accounts,
      fourEyes,
      listings,
      sources: yield* sourcesOf(file, said.sources ?? {}, own),
      alerts: said.alerts?.webhook,
      channels: yield* alertChannels.channelsOf(file, said.alerts?.channels ?? {}),
      heartbeat:
        heartbeat === undefined
          ? undefined
          : {
              url: heartbeat.url,
              everyMs: yield* duration.durationMs(heartbeat.every ?? "1m", `${file}, alerts.heartbeat.every`)
            },
      webhooks: yield* webhooksOf(file, said.webhooks ?? {}),
      archiveAfterMs:
        archiveAfter === undefined
          ? undefined
          : yield* duration.durationMs(archiveAfter, `${file}, batches.archiveAfter`),
      listen: {
        host: said.listen?.host,
        tlsCert: besides(said.listen?.tlsCert),
        tlsKey: besides(said.listen?.tlsKey),
        trustedProxies: said.listen?.trustedProxies ?? [],
        allowHosts: said.listen?.allowHosts ?? []
      },
      anchors: {
        file: besides(said.anchors?.file),
        key: besides(said.anchors?.key),
        everyMs: every === undefined ? AN_HOUR_MS : yield* duration.durationMs(every, `${file}, anchors.every`)
      },
      own
    }
  })

/** The accounts that the entries of a file make, with what they say of four eyes and of instruments at the paper exchange. */
const accountsOf = (
  file: string,
  said: Readonly<Record<string, accountEntry.AccountEntry & { readonly listing?: string }>>
): Either.Either<Pick<Configuration, "accounts" | "fourEyes" | "listings">, SettingsError> =>
  Either.gen(function* () {
    const accounts = new Map<AccountName.AccountName, Account.AccountSettings>()
    const fourEyes = new Map<AccountName.AccountName, FourEyes.FourEyes>()
    const listings = new Map<AccountName.AccountName, string>()
    for (const [text, { listing, ...entry }] of Object.entries(said)) {
      const name = AccountName.AccountName.make(text)
      const settings = yield* accountEntry.settingsOf(file, name, entry, Account.defaultSettings)
      accounts.set(name, settings)
      fourEyes.set(name, Struct.pick(entry, "fourEyes", "approvalMinutes"))
      if (listing === undefined) continue
      if (settings.broker !== "paper") {
        const problem = `is for the paper exchange, and the account's broker is ${settings.broker}`
        return yield* Either.left(faults.fail(file, `accounts.${name}.listing`, problem, "Leave it out"))
      }
      listings.set(name, resolve(dirname(file), listing))
    }
    return { accounts, fourEyes, listings }
  })

/** Of what has a variable of its own. */
const PLAIN_NAME = /^[a-z][a-z0-9-]{0,39}$/

const RENAME = "Use a lower-case letter, then up to 39 lower-case letters, digits or '-'"

const ALARMED = ["webhook", ...Object.keys(followedWays)].join(", ")

const sourcesOf = (file: string, said: Readonly<Record<string, SourceEntry>>, own: OwnParts) =>
  Either.gen(function* () {
    for (const [name, entry] of Object.entries(said)) {
      if (entry.alarmAfter !== undefined)
        yield* duration.durationMs(entry.alarmAfter, `${file}, sources.${name}.alarmAfter`)
      const fault = wayFault(file, name, entry, own)
      if (fault !== undefined) return yield* Either.left(fault)
    }
    return new Map(Object.entries(said).map(([name, entry]) => [name, placed(entry, dirname(file))] as const))
  })

/** What is wrong with the way in which a source's trades come. */
const wayFault = (file: string, name: string, entry: SourceEntry, own: OwnParts) => {
  const place = `sources.${name}`
  const ways = [...(entry.webhook === true ? ["webhook"] : []), ...waysOf(entry).map(([way]) => way)]
  const [way] = ways
  if (way === undefined)
    return entry.alarmAfter === undefined
      ? undefined
      : faults.fail(file, `${place}.alarmAfter`, `is for a source with a ${ALARMED}`, "Leave it out")
  if (!PLAIN_NAME.test(name)) return faults.fail(file, place, `is not a valid name of a source with a ${way}`, RENAME)
  if (entry.account === undefined)
    return faults.fail(file, place, `has a ${way} and no account`, `Set the account of its trades: ${place}.account`)
  const several = own.sources.has(name) ? [...ways, "follow"] : ways
  return several.length > 1
    ? faults.fail(
        file,
        place,
        `has ${several.join(" and ")}`,
        "A source has one way of delivery: define the others under other names"
      )
    : undefined
}

const webhooksOf = (file: string, said: Readonly<Record<string, typeof WebhookEntry.Type>>) => {
  const misnamed = Object.keys(said).find((name) => !PLAIN_NAME.test(name))
  return misnamed === undefined
    ? Either.right(new Map(Object.entries(said)))
    : Either.left(faults.fail(file, `webhooks.${misnamed}`, "is not a valid webhook name", RENAME))
}

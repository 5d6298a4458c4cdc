import { Account, AccountName, Ticker } from "@roundlot/core"
import { Event } from "@roundlot/core/ledger"
import { JSONSchema, Schema } from "effect"
import { PostAddress, accountEntry } from "@roundlot/commands"
import { oidcSettings } from "@roundlot/http/access"
import * as alertChannels from "../alertChannels.ts"
import { followedWays } from "./sources/sourceWays.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** The brokers that this program can drive an account to. */
export const brokers = ["paper", "alpaca", "schwab", "ibkr"] as const

/** One of the brokers. */
export type BrokerName = (typeof brokers)[number]

/** Is it the name of one of the brokers? */
export const isBuiltIn = (name: string): name is BrokerName => brokers.some((each) => each === name)

/** The same in a file, which also says where the account's listing is. */
const fileAccountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ ...accountEntry.accountEntry(names).fields, listing: optional(Schema.NonEmptyString) })

export const SourceEntry = Schema.Struct({
  account: optional(AccountName.AccountName),
  direction: optional(Schema.Literal(...Account.directions)),
  /** It hands its trades over itself, signed: POST /api/v1/sources/NAME/trades. */
  webhook: optional(Schema.Boolean),
  ...followedWays,
  /** After so long without a delivery it is silent, which health and an alert say. */
  alarmAfter: optional(Schema.String),
  suffixes: optional(Schema.Array(Schema.NonEmptyString)),
  symbols: optional(Schema.Record({ key: Schema.String, value: Ticker.Ticker })),
  /** Of its trades that are executed as given, where they say nothing themselves. */
  order: optional(Schema.Struct(accountEntry.policy))
})

/** What a configuration says of one source of trades. */
/** A source as the file has it. */
export type SourceEntry = typeof SourceEntry.Type

/** Who is posted events as they are committed: of which account and which kinds, of all where nothing is said. */
export const WebhookEntry = Schema.Struct({
  url: PostAddress.PostAddress,
  account: optional(AccountName.AccountName),
  tags: optional(Schema.NonEmptyArray(Event.Tag))
})

const common = {
  /** Where the schema of this file is, for editors. */
  $schema: optional(Schema.String),
  store: optional(Schema.String),
  port: optional(Schema.Int.pipe(Schema.between(0, 65_535))),
  /** Where the daemon listens beside its own machine, with which certificate and key (PEM), by which names and proxies. */
  listen: optional(
    Schema.Struct({
      host: optional(Schema.NonEmptyString),
      tlsCert: optional(Schema.NonEmptyString),
      tlsKey: optional(Schema.NonEmptyString),
      trustedProxies: optional(Schema.Array(Schema.NonEmptyString)),
      allowHosts: optional(Schema.Array(Schema.NonEmptyString))
    })
  ),
  oidc: optional(oidcSettings.OidcEntry),
  orderPollingInterval: optional(Schema.String),
  orderPollingMaxJitter: optional(Schema.String),
  /** Who is alerted: a webhook, channels to people; and an address that hears that the daemon runs. */
  alerts: optional(
    Schema.Struct({
      webhook: optional(PostAddress.PostAddress),
      channels: optional(Schema.Record({ key: Schema.String, value: alertChannels.ChannelEntry })),
      heartbeat: optional(Schema.Struct({ url: optional(PostAddress.PostAddress), every: optional(Schema.String) }))
    })
  ),
  webhooks: optional(Schema.Record({ key: Schema.String, value: WebhookEntry })),
  /** When batches that have ended are put away: `90d`. */
  batches: optional(Schema.Struct({ archiveAfter: Schema.String })),
  /** Where the daemon writes down how far the journal is, how often, and with which Ed25519 key (PEM) it signs that. */
  anchors: optional(
    Schema.Struct({
      file: optional(Schema.NonEmptyString),
      every: optional(Schema.String),
      key: optional(Schema.NonEmptyString)
    })
  ),
  sources: optional(Schema.Record({ key: Schema.String, value: SourceEntry }))
}

/** A configuration whose accounts may be at any of these brokers. */
export const written = (names: ReadonlyArray<string>) =>
  Schema.Struct({
    ...common,
    accounts: optional(Schema.Record({ key: AccountName.AccountName, value: fileAccountEntry(names) }))
  })

/** A configuration as it is written. */
export type Written = ReturnType<typeof written>["Encoded"]

/** What it says of an account. */
export type WrittenAccount = ReturnType<typeof fileAccountEntry>["Encoded"]

/** What it says of a source. */
export type WrittenSource = typeof SourceEntry.Encoded

/** The schema of a configuration for editors and other programs (JSON Schema), made of the one that reads it. */
export const jsonSchema = (): object => JSONSchema.make(written(brokers))

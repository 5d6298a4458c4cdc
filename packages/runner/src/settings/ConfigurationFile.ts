import { Account, AccountName, Quantity, Ticker } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Event, ladder } from "@roundlot/core/ledger"
import { JSONSchema, Schema } from "effect"
import { ChannelEntry } from "./alertChannels.ts"
import { OidcEntry } from "./oidc.ts"
import { PostAddress } from "./PostAddress.ts"
import { followedWays } from "./sources/sourceWays.ts"
import { isRecord } from "./configurationFaults.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What was sent within a minute is kept by the moment: a limit above this is none. */
const MOST_ORDERS_PER_MINUTE = 600

/** The brokers that this program can drive an account to. */
export const brokers = ["paper", "alpaca", "schwab", "ibkr"] as const

/** One of the brokers. */
export type BrokerName = (typeof brokers)[number]

/** Is it the name of one of the brokers? */
export const isBuiltIn = (name: string): name is BrokerName => brokers.some((each) => each === name)

const LONGEST_LIFE_S = 86_400

/** A price twice another one is no collar any more. */
const WIDEST_COLLAR_BP = 10_000

/** In which session orders are sent, and how long they work. */
const policy = {
  session: optional(Schema.Literal(...OrderTerms.sessions)),
  timeInForce: optional(Schema.Literal(...OrderTerms.policyTimesInForce))
}

/** What a price may be beyond another one, in basis points. */
const Offset = Schema.Int.pipe(Schema.between(0, 9_999))

const Offsets = Schema.Union(
  Offset,
  Schema.NonEmptyArray(Offset).pipe(
    Schema.maxItems(ladder.MOST_STEPS),
    Schema.filter((offsets) => ladder.faultOf(offsets) === undefined)
  )
)

/** Limit orders: how far beyond the reference price, in basis points, and after how many seconds their end is asked for; of several offsets an order that found no fill in its life is followed by one at the next. Market orders where neither is said. */
const OrderEntry = Schema.Struct({
  limitOffsetBp: optional(Offsets),
  lifeSeconds: optional(Schema.Int.pipe(Schema.between(1, LONGEST_LIFE_S))),
  ...policy
}).pipe(
  Schema.filter(({ lifeSeconds, limitOffsetBp }) => (lifeSeconds === undefined) === (limitOffsetBp === undefined))
)

const OrderSettings = Schema.Union(Schema.Literal("market"), OrderEntry).annotations({
  message: ({ actual }) => ({ message: orderFault(actual), override: true })
})

/** What is wrong with its offsets, else all that may stand there. */
const orderFault = (order: unknown): string => {
  const offsets = isRecord(order) ? order["limitOffsetBp"] : undefined
  const fault = Array.isArray(offsets) ? ladder.faultOf(offsets) : undefined
  return fault === undefined
    ? `may be "market", or limitOffsetBp from 0 to 9999, or a list of 1 to ${ladder.MOST_STEPS} of them that grow, ` +
        `with lifeSeconds from 1 to ${LONGEST_LIFE_S}, ` +
        `session (${OrderTerms.sessions.join(", ")}) and timeInForce (${OrderTerms.policyTimesInForce.join(", ")})`
    : `limitOffsetBp ${fault}`
}

/** Per cent, to a hundredth of one: `20%`. */
const BAND = /^(\d{1,4})(?:\.(\d{1,2}))?%$/

const Band = Schema.String.pipe(
  Schema.pattern(BAND, { message: () => ({ message: "is not per cent, such as 20% or 7.5%", override: true }) })
)

/** A band in basis points. */
export const bandBpOf = (band: string): number => {
  const [, whole = "", rest = ""] = BAND.exec(band) ?? []
  return Number(whole) * 100 + Number(rest.padEnd(2, "0"))
}

/** An amount, or that a person has lifted the limit: what says neither has the default. */
export const Limit = Schema.Union(Quantity.Quantity, Schema.Literal("none"))

const policies = {
  environment: optional(Schema.Literal("paper", "live")),
  live: optional(Schema.Boolean),
  direction: optional(Schema.Literal(...Account.directions)),
  lot: optional(Quantity.Quantity),
  threshold: optional(Quantity.Quantity),
  thresholdNotional: optional(Quantity.Quantity),
  shorting: optional(Schema.Literal("never", "allowed")),
  external: optional(Schema.Literal("ignore", "count")),
  cancelOnFlip: optional(Schema.Boolean),
  crossing: optional(Schema.Literal(...Account.crossings)),
  resendWindow: optional(Schema.String),
  maxTradeAge: optional(Schema.String),
  band: optional(Band),
  order: optional(OrderSettings),
  limits: optional(
    Schema.Struct({
      orderQuantity: optional(Limit),
      orderNotional: optional(Limit),
      openResidual: optional(Limit),
      dailyNotional: optional(Limit),
      ordersPerMinute: optional(Schema.Int.pipe(Schema.between(1, MOST_ORDERS_PER_MINUTE))),
      collarBp: optional(Schema.Int.pipe(Schema.between(1, WIDEST_COLLAR_BP)))
    })
  ),
  restricted: optional(Schema.Array(Ticker.Ticker))
}

/** An account as the file has it, at one of these brokers. */
export const accountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ broker: optional(Schema.Literal(...names)), ...policies })

/** What a configuration says of one account; what it leaves out has its default. */
export type AccountEntry = ReturnType<typeof accountEntry>["Type"]

/** The same in a file, which also says where the account's listing is. */
const fileAccountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ ...accountEntry(names).fields, listing: optional(Schema.NonEmptyString) })

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
  order: optional(Schema.Struct(policy))
})

/** What a configuration says of one source of trades. */
/** A source as the file has it. */
export type SourceEntry = typeof SourceEntry.Type

/** Who is posted events as they are committed: of which account and which kinds, of all where nothing is said. */
export const WebhookEntry = Schema.Struct({
  url: PostAddress,
  account: optional(AccountName.AccountName),
  tags: optional(Schema.NonEmptyArray(Event.Tag))
})

/** The variable of a kind that a name has. */
export const variableOf = (kind: string, name: string): string => `${kind}_${name.toUpperCase().replaceAll("-", "_")}`

/** The variable with the secret that a webhook's bodies are signed with. */
export const secretOf = (name: string): string => variableOf("ROUNDLOT_WEBHOOK_SECRET", name)

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
  oidc: optional(OidcEntry),
  orderPollingInterval: optional(Schema.String),
  orderPollingMaxJitter: optional(Schema.String),
  /** Who is alerted: a webhook, channels to people; and an address that hears that the daemon runs. */
  alerts: optional(
    Schema.Struct({
      webhook: optional(PostAddress),
      channels: optional(Schema.Record({ key: Schema.String, value: ChannelEntry })),
      heartbeat: optional(Schema.Struct({ url: optional(PostAddress), every: optional(Schema.String) }))
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

import { Json } from "@roundlot/api"
import { Account, AccountName, Quantity, type SourcePolicy, Ticker } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { type age, type Configuring, Event, ladder } from "@roundlot/core/ledger"
import { Either, ParseResult, JSONSchema, Schema } from "effect"
import { dirname, resolve } from "node:path"
import { nearest } from "@roundlot/api/text"
import { ChannelEntry, channelsOf, type ChannelSettings } from "./alertChannels.ts"
import { durationMs } from "./duration.ts"
import { OidcEntry, oidcOf, type OidcSettings, valuesOf as oidcValuesOf } from "./oidc.ts"
import { none, type OwnParts } from "./OwnParts.ts"
import { PostAddress } from "./PostAddress.ts"
import { followedKeys, followedWays, placed, waysOf } from "./sources/sourceWays.ts"
import { SettingsError } from "./SettingsError.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What was sent within a minute is kept by the moment: a limit above this is none. */
const MOST_ORDERS_PER_MINUTE = 600

/** The brokers that this program can drive an account to. */
const brokers = ["paper", "alpaca", "schwab", "ibkr"] as const

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

const bandBpOf = (band: string): number => {
  const [, whole = "", rest = ""] = BAND.exec(band) ?? []
  return Number(whole) * 100 + Number(rest.padEnd(2, "0"))
}

/** An amount, or that a person has lifted the limit: what says neither has the default. */
const Limit = Schema.Union(Quantity.Quantity, Schema.Literal("none"))

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

const accountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ broker: optional(Schema.Literal(...names)), ...policies })

/** What a configuration says of one account; what it leaves out has its default. */
type AccountEntry = ReturnType<typeof accountEntry>["Type"]

/** The same in a file, which also says where the account's listing is. */
const fileAccountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ ...accountEntry(names).fields, listing: optional(Schema.NonEmptyString) })

const SourceEntry = Schema.Struct({
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
type SourceEntry = typeof SourceEntry.Type

/** Who is posted events as they are committed: of which account and which kinds, of all where nothing is said. */
const WebhookEntry = Schema.Struct({
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
const written = (names: ReadonlyArray<string>) =>
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

/** A configuration, read and checked. */
export interface Configuration {
  readonly store: string | undefined
  /** Where the daemon serves its API on this machine; it serves none where nothing is said. */
  readonly port: number | undefined
  /** Where it listens, with the full paths of a certificate and its key, and who may be between. */
  readonly listen: {
    readonly host: string | undefined
    readonly tlsCert: string | undefined
    readonly tlsKey: string | undefined
    readonly trustedProxies: ReadonlyArray<string>
    readonly allowHosts: ReadonlyArray<string>
  }
  /** The OpenID provider that a team signs in with; none where nothing is said. */
  readonly oidc: OidcSettings | undefined
  /** How often open orders are read, and how much earlier at most, as durations. */
  readonly orderPollingInterval: string | undefined
  readonly orderPollingMaxJitter: string | undefined
  readonly accounts: ReadonlyMap<AccountName.AccountName, Account.AccountSettings>
  /** The file of the instruments that the paper exchange knows, of accounts that name one; a full path. */
  readonly listings: ReadonlyMap<AccountName.AccountName, string>
  readonly sources: ReadonlyMap<string, SourceEntry>
  /** The webhook that is posted what needs a person. */
  readonly alerts: string | undefined
  /** Other ways to people. */
  readonly channels: ReadonlyArray<ChannelSettings>
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
    ...(oidc === undefined ? [] : [["oidc", oidcValuesOf(oidc)] as const]),
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

/** Where a key may stand: `now` is read, `later` is known to the design and not to this version, `module` needs a program. */
type Keys = "now" | "later" | "module" | { readonly [key: string]: Keys } | { readonly "*": Keys }

const keys: Keys = {
  $schema: "now",
  store: "now",
  port: "now",
  oidc: {
    issuer: "now",
    clientId: "now",
    clientSecretFile: "now",
    name: "now",
    scopes: "now",
    groupsClaim: "now",
    roles: { "*": { role: "now", accounts: "now" } }
  },
  listen: { host: "now", tlsCert: "now", tlsKey: "now", trustedProxies: "now", allowHosts: "now" },
  orderPollingInterval: "now",
  orderPollingMaxJitter: "now",
  alerts: {
    webhook: "now",
    channels: {
      "*": {
        kind: "now",
        url: "now",
        chat: "now",
        from: "now",
        to: "now",
        accounts: "now",
        atLeast: "now",
        after: "now",
        quiet: "now",
        zone: "now"
      }
    },
    heartbeat: { url: "now", every: "now" },
    send: "module"
  },
  webhooks: { "*": { url: "now", account: "now", tags: "now" } },
  batches: { archiveAfter: "now" },
  anchors: { file: "now", every: "now", key: "now" },
  apps: "module",
  brokers: "module",
  prices: "module",
  accounts: {
    "*": {
      broker: "now",
      environment: "now",
      live: "now",
      direction: "now",
      lot: "now",
      threshold: "now",
      thresholdNotional: "now",
      shorting: "now",
      external: "now",
      cancelOnFlip: "now",
      crossing: "now",
      resendWindow: "now",
      notPlacedAfter: "later",
      maxTradeAge: "now",
      order: { limitOffsetBp: "now", lifeSeconds: "now", session: "now", timeInForce: "now" },
      band: "now",
      restricted: "now",
      instruments: "later",
      listing: "now",
      limits: {
        orderQuantity: "now",
        orderNotional: "now",
        openResidual: "now",
        dailyNotional: "now",
        ordersPerMinute: "now",
        collarBp: "now"
      }
    }
  },
  sources: {
    "*": {
      account: "now",
      direction: "now",
      suffixes: "now",
      symbols: "now",
      order: { session: "now", timeInForce: "now" },
      webhook: "now",
      ...followedKeys,
      alarmAfter: "now",
      follow: "module",
      kind: "later"
    }
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fail = (file: string, place: string, problem: string, remedy: string): SettingsError =>
  new SettingsError({ place: place === "" ? file : `${file}, ${place}`, problem, remedy })

const at = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/** The first key that may not stand where it stands. */
const keyFault = (file: string, value: unknown, known: Keys, path: string): SettingsError | undefined => {
  if (known === "later") return fail(file, path, "is not supported in this version", "Leave it out")
  if (known === "module") return fail(file, path, "is code", "Write it in roundlot.config.ts")
  if (known === "now" || !isRecord(value)) return undefined
  const each = Object.entries<Keys>(known).find(([key]) => key === "*")?.[1]
  for (const [key, inner] of Object.entries(value)) {
    const next = each ?? Object.entries<Keys>(known).find(([name]) => name === key)?.[1]
    const fault =
      next === undefined
        ? unknownKey(file, at(path, key), key, Object.keys(known))
        : keyFault(file, inner, next, at(path, key))
    if (fault !== undefined) return fault
  }
  return undefined
}

const unknownKey = (file: string, place: string, key: string, known: ReadonlyArray<string>): SettingsError => {
  const near = nearest(key, known)
  return fail(
    file,
    place,
    "is not known",
    near === undefined ? `Known here: ${known.join(", ")}` : `Did you mean '${near}'?`
  )
}

const numberFault = (file: string, value: unknown, path: ReadonlyArray<PropertyKey>): SettingsError | undefined => {
  const found = path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[String(key)] : undefined), value)
  if (
    typeof found !== "number" ||
    path[0] === "sources" ||
    ["lifeSeconds", "limitOffsetBp", "ordersPerMinute", "collarBp", "port"].includes(String(path.at(-1)))
  )
    return undefined
  return fail(file, path.map(String).join("."), "is a number", `Quantities are written as text: "${found}"`)
}

const EXPECTED = /^Expected (.+), actual (.+)$/s

const WORDS: ReadonlyMap<string, string> = new Map([["a positive BigDecimal", "a number above zero"]])

/** What is wrong with a value, with all that may stand in its place. */
const wrongValue = (issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>): string => {
  const [first] = issues
  const [, , actual] = EXPECTED.exec(first?.message ?? "") ?? []
  if (first === undefined || actual === undefined) return first?.message ?? "cannot be read"
  const here = issues.filter(({ path }) => path.join() === first.path.join())
  const wanted = here.flatMap(({ message }) => EXPECTED.exec(message)?.[1] ?? [])
  const words = [...new Set(wanted)].map((each) => WORDS.get(each) ?? each)
  return `is ${actual.replace(/^BigDecimal\((.*)\)$/, "$1")}, and may be ${words.join(" or ")}`
}

const valueFault = (file: string, value: unknown, error: ParseResult.ParseError): SettingsError => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const path = issues[0]?.path ?? []
  return (
    numberFault(file, value, path) ?? fail(file, path.map(String).join("."), wrongValue(issues), "Correct it there")
  )
}

type Amount = typeof Limit.Type | undefined

const amountOf = (said: Amount, before: Quantity.Quantity | undefined): Quantity.Quantity | undefined => {
  if (said === undefined) return before
  return said === "none" ? undefined : said
}

/** The limits as an account has them; what is not said stays as it is. */
const limitsOf = (
  limits: AccountEntry["limits"] = {},
  before: Account.AccountSettings
): Partial<Account.AccountSettings> => {
  const { collarBp, dailyNotional, openResidual, orderNotional, orderQuantity, ordersPerMinute } = limits
  const said = { orderQuantity, orderNotional, openResidual, dailyNotional }
  return {
    maxOrderQuantity: amountOf(orderQuantity, before.maxOrderQuantity),
    maxOrderNotional: amountOf(orderNotional, before.maxOrderNotional),
    maxOpenResidual: amountOf(openResidual, before.maxOpenResidual),
    maxDailyNotional: amountOf(dailyNotional, before.maxDailyNotional),
    liftedLimits: Account.liftableLimits.filter((limit) =>
      said[limit] === undefined ? before.liftedLimits.includes(limit) : said[limit] === "none"
    ),
    ...(ordersPerMinute === undefined ? {} : { ordersPerMinute }),
    ...(collarBp === undefined ? {} : { collarBp })
  }
}

/** Market orders unless limit orders are asked for; what is not said stays as it is. */
const orderTermsOf = (order: AccountEntry["order"]): Partial<Account.AccountSettings> => {
  if (order === undefined) return {}
  const { lifeSeconds, limitOffsetBp, session, timeInForce } = order === "market" ? {} : order
  const [first, ...further] = typeof limitOffsetBp === "number" ? [limitOffsetBp] : (limitOffsetBp ?? [])
  return {
    limitOffsetBp: first,
    repriceOffsetsBp: further.length === 0 ? undefined : further,
    orderLifeSeconds: lifeSeconds,
    orderSession: session,
    orderTimeInForce: timeInForce
  }
}

/** Real money is said twice, as `live: true` and by no other word: `environment` alone is not enough, and may not say otherwise. */
const environmentOf = (
  file: string,
  place: string,
  { environment, live }: AccountEntry,
  known: Account.AccountSettings["environment"]
): Either.Either<Account.AccountSettings["environment"], SettingsError> => {
  if (live === true && environment === "paper") {
    return Either.left(fail(file, place, "is paper by its environment and has live: true", "Leave one of them out"))
  }
  if (live !== true && environment === "live" && known !== "live") {
    return Either.left(
      fail(file, place, "is for real money and does not say live: true", "Say it, or leave environment out")
    )
  }
  if (live === false && environment === "live") {
    return Either.left(fail(file, place, "is for real money and says live: false", "Say live: true"))
  }
  return Either.right(live === true ? "live" : (environment ?? known))
}

const settingsOf = (
  file: string,
  name: string,
  entry: AccountEntry,
  base: Account.AccountSettings
): Either.Either<Account.AccountSettings, SettingsError> =>
  Either.gen(function* () {
    const place = `accounts.${name}`
    const { band, resendWindow, maxTradeAge, limits, live, order, ...plain } = entry
    const environment = yield* environmentOf(file, place, entry, base.environment)
    const window =
      resendWindow === undefined ? undefined : yield* durationMs(resendWindow, `${file}, ${place}.resendWindow`)
    const oldest =
      maxTradeAge === undefined ? undefined : yield* durationMs(maxTradeAge, `${file}, ${place}.maxTradeAge`)
    return {
      ...base,
      ...(live === true && base.environment === "paper" ? { shorting: "never" as const } : {}),
      ...plain,
      environment,
      ...limitsOf(limits, base),
      ...orderTermsOf(order),
      ...(window === undefined ? {} : { resendWindowMs: window }),
      ...(oldest === undefined ? {} : { maxTradeAgeMs: oldest }),
      ...(band === undefined ? {} : { bandBp: bandBpOf(band) })
    }
  })

/** What is said of one account outside of a file, on top of what it has; refused in the same words. */
export const readAccount = (
  entry: unknown,
  name: AccountName.AccountName,
  base: Account.AccountSettings,
  configuration: Pick<Configuration, "own"> = empty
): Either.Either<Account.AccountSettings, SettingsError> => {
  const place = `account ${name}`
  return Schema.decodeUnknownEither(accountEntry(brokersOf(configuration)))(entry).pipe(
    Either.mapLeft((error) => valueFault(place, entry, error)),
    Either.flatMap((read) => settingsOf(place, name, read, Account.settingsOf(base)))
  )
}

/** Reads a configuration from its JSON; `file` is the name that errors tell. */
export const parse = (text: string, file: string): Either.Either<Configuration, SettingsError> =>
  Either.gen(function* () {
    const value = yield* Either.try({
      try: (): unknown => JSON.parse(text),
      catch: (error) =>
        fail(
          file,
          "",
          `is not JSON (${error instanceof Error ? error.message : String(error)})`,
          "Correct it, or write a new one with 'roundlot init'"
        )
    })
    const repeated = Json.repeatedMember(text)
    if (repeated !== undefined) return yield* Either.left(fail(file, repeated, "is set twice", "Remove one"))
    if (!isRecord(value))
      return yield* Either.left(fail(file, "", "is no JSON object", "Begin it with { and end it with }"))
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
      valueFault(file, value, error)
    )
    const accounts = new Map<AccountName.AccountName, Account.AccountSettings>()
    const listings = new Map<AccountName.AccountName, string>()
    for (const [text, { listing, ...entry }] of Object.entries(said.accounts ?? {})) {
      const name = AccountName.AccountName.make(text)
      const settings = yield* settingsOf(file, name, entry, Account.defaultSettings)
      accounts.set(name, settings)
      if (listing === undefined) continue
      if (settings.broker !== "paper") {
        const problem = `is for the paper exchange, and the account's broker is ${settings.broker}`
        return yield* Either.left(fail(file, `accounts.${name}.listing`, problem, "Leave it out"))
      }
      listings.set(name, resolve(dirname(file), listing))
    }
    const archiveAfter = said.batches?.archiveAfter
    const heartbeat = said.alerts?.heartbeat
    if (said.alerts !== undefined && Object.keys(said.alerts).length === 0)
      return yield* Either.left(fail(file, "alerts", "names nobody", "Add webhook, channels or heartbeat"))
    const every = said.anchors?.every
    const besides = (path: string | undefined) => (path === undefined ? undefined : resolve(dirname(file), path))
    return {
      store: said.store,
      port: said.port,
      oidc: yield* oidcOf(file, said.oidc),
      orderPollingInterval: said.orderPollingInterval,
      orderPollingMaxJitter: said.orderPollingMaxJitter,
      accounts,
      listings,
      sources: yield* sourcesOf(file, said.sources ?? {}, own),
      alerts: said.alerts?.webhook,
      channels: yield* channelsOf(file, said.alerts?.channels ?? {}),
      heartbeat:
        heartbeat === undefined
          ? undefined
          : {
              url: heartbeat.url,
              everyMs: yield* durationMs(heartbeat.every ?? "1m", `${file}, alerts.heartbeat.every`)
            },
      webhooks: yield* webhooksOf(file, said.webhooks ?? {}),
      archiveAfterMs:
        archiveAfter === undefined ? undefined : yield* durationMs(archiveAfter, `${file}, batches.archiveAfter`),
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
        everyMs: every === undefined ? AN_HOUR_MS : yield* durationMs(every, `${file}, anchors.every`)
      },
      own
    }
  })

/** Of what has a variable of its own. */
const PLAIN_NAME = /^[a-z][a-z0-9-]{0,39}$/

const RENAME = "Choose a small letter and at most 39 more, digits or '-'"

const ALARMED = ["webhook", ...Object.keys(followedWays)].join(", ")

const sourcesOf = (file: string, said: Readonly<Record<string, SourceEntry>>, own: OwnParts) =>
  Either.gen(function* () {
    for (const [name, entry] of Object.entries(said)) {
      if (entry.alarmAfter !== undefined) yield* durationMs(entry.alarmAfter, `${file}, sources.${name}.alarmAfter`)
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
      : fail(file, `${place}.alarmAfter`, `is for a source with a ${ALARMED}`, "Leave it out")
  if (!PLAIN_NAME.test(name)) return fail(file, place, `is no name of a source with a ${way}`, RENAME)
  if (entry.account === undefined)
    return fail(file, place, `has a ${way} and no account`, `Say whose its trades are: ${place}.account`)
  const several = own.sources.has(name) ? [...ways, "follow"] : ways
  return several.length > 1
    ? fail(
        file,
        place,
        `has ${several.join(" and ")}`,
        "A source's trades come in one way: give the others other names"
      )
    : undefined
}

const webhooksOf = (file: string, said: Readonly<Record<string, typeof WebhookEntry.Type>>) => {
  const misnamed = Object.keys(said).find((name) => !PLAIN_NAME.test(name))
  return misnamed === undefined
    ? Either.right(new Map(Object.entries(said)))
    : Either.left(fail(file, `webhooks.${misnamed}`, "is no name of a webhook", RENAME))
}

/** How a source's trades are taken: its mapping and direction, where the configuration names it; plain tickers else. */
export const policyOf = (configuration: Configuration, source: string): SourcePolicy.SourcePolicy => {
  const entry = configuration.sources.get(source)
  return {
    mapping: { suffixes: entry?.suffixes ?? [], symbols: entry?.symbols ?? {} },
    direction: entry?.direction,
    order: entry?.order
  }
}

/** How the trades of a file are taken: like its source's, old ones as its import says (`orders` on a paper account by default). */
export const filePolicyOf = (
  configuration: Configuration,
  source: string,
  backfill?: age.Backfill
): SourcePolicy.SourcePolicy => ({ ...policyOf(configuration, source), delivery: "file", backfill })

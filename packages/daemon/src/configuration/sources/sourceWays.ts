import { EvmSettings } from "@roundlot/source-evm/settings"
import { Schema } from "effect"
import { resolve } from "node:path"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const natsName = (pattern: RegExp) =>
  Schema.String.pipe(
    Schema.pattern(pattern, { message: () => ({ message: "is not a valid NATS name", override: true }) }),
    Schema.maxLength(255)
  )

/** A JetStream that trades are published to. */
export const NatsEntry = Schema.Struct({
  stream: natsName(/^[^\s.*>/\\]+$/),
  /** The subject that is read of it, with wildcards. */
  subject: optional(natsName(/^[^\s.]+(\.[^\s.]+)*$/)),
  /** The first message that is read; what came before it is not missed. */
  from: optional(Schema.Int.pipe(Schema.positive())),
  /** A stream that has the same messages as the one of before, as the refusal names it. */
  accept: optional(Schema.NonEmptyString)
})

/** The longest name that Postgres keeps whole. */
const NAME = "[A-Za-z_][A-Za-z0-9_]{0,62}"

const tableName = (pattern: string) =>
  Schema.String.pipe(
    Schema.pattern(new RegExp(`^${pattern}$`), {
      message: () => ({
        message: "is not a valid name: use letters, digits and '_', for a table also SCHEMA.TABLE",
        override: true
      })
    })
  )

const Column = tableName(NAME)

/** A table in an app's own Postgres from which trades are read, as it is written in its database: small letters, unless it was quoted. */
export const OutboxEntry = Schema.Struct({
  table: tableName(`(${NAME}\\.)?${NAME}`),
  /** The columns that are called otherwise. */
  columns: optional(
    Schema.Struct({
      id: optional(Column),
      xid: optional(Column),
      sourceId: optional(Column),
      symbol: optional(Column),
      side: optional(Column),
      quantity: optional(Column),
      price: optional(Column),
      tradedAt: optional(Column),
      owner: optional(Column)
    })
  ),
  /** A table that has the same rows as the one of before, as the refusal names it. */
  accept: optional(Schema.NonEmptyString)
})

/** What a configuration says of the ways in which the daemon follows a source without code of one's own: each has a name and settings. */
export const followedWays = {
  /** The folder into which other programs put files of trades. */
  folder: optional(Schema.NonEmptyString),
  outbox: optional(OutboxEntry),
  nats: optional(NatsEntry),
  evm: optional(EvmSettings)
}

/** An amount of an event, as a configuration says it. */
const amount = { field: "now", decimals: "now" } as const

/** Where the keys of a source of contract events stand. */
const evmKeys = {
  chainId: "now",
  providers: "now",
  contracts: "now",
  event: "now",
  from: "now",
  confirmations: "now",
  deepest: "now",
  range: "now",
  symbol: { is: "now", field: "now", contract: "now" },
  side: { field: "now", buy: "now", sell: "now", signOf: "now", positive: "now" },
  quantity: amount,
  price: { ...amount, of: amount, per: amount, digits: "now" },
  ignore: "now"
} as const

/** Where its keys stand in a configuration: each is read. */
const natsKeys = { stream: "now", subject: "now", from: "now", accept: "now" } as const

/** Where its keys stand in a configuration: each is read. */
const outboxKeys = {
  table: "now",
  accept: "now",
  columns: {
    id: "now",
    xid: "now",
    sourceId: "now",
    symbol: "now",
    side: "now",
    quantity: "now",
    price: "now",
    tradedAt: "now",
    owner: "now"
  }
} as const

/** Where their keys stand in a configuration: each is read. */
export const followedKeys = { folder: "now", outbox: outboxKeys, nats: natsKeys, evm: evmKeys } as const

const Said = Schema.Struct(followedWays)

/** What a source's entry says of such ways. */
export type FollowedWays = typeof Said.Type

/** An entry whose paths are full ones: what it names is beside the configuration. */
export const placed = <E extends FollowedWays>(entry: E, beside: string): E =>
  entry.folder === undefined ? entry : { ...entry, folder: resolve(beside, entry.folder) }

/** The ways that an entry names, each with its settings. */
export const waysOf = (entry: FollowedWays): ReadonlyArray<readonly [way: string, settings: unknown]> =>
  Object.keys(followedWays).flatMap((way) => {
    const settings = Object.entries(entry).find(([key]) => key === way)?.[1]
    return settings === undefined ? [] : [[way, settings] as const]
  })

/** What a configuration says of a JetStream. */
export type NatsEntry = typeof NatsEntry.Type

/** What a configuration says of an outbox. */
export type OutboxEntry = typeof OutboxEntry.Type

import { EvmSettings } from "@roundlot/source-evm/settings"
import { Schema } from "effect"
import { resolve } from "node:path"
import { evmKeys } from "./evmKeys.ts"
import { NatsEntry, natsKeys } from "./nats.ts"
import { OutboxEntry, outboxKeys } from "./outbox.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What a configuration says of the ways in which the daemon follows a source without code of one's own: each has a name and settings. */
export const followedWays = {
  /** The folder into which other programs put files of trades. */
  folder: optional(Schema.NonEmptyString),
  outbox: optional(OutboxEntry),
  nats: optional(NatsEntry),
  evm: optional(EvmSettings)
}

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

import { Instant } from "@roundlot/core"
import { Either, Schema } from "effect"
import { hexToBytes, keccak256, type Hex } from "viem"

const isHex = (text: string): text is Hex => /^0x[0-9a-f]*$/.test(text)

/** Bytes, in small letters, `length` of them where it is said. */
const bytes = (length?: number) =>
  Schema.transform(
    Schema.String,
    Schema.String.pipe(
      Schema.filter((text): text is Hex => isHex(text) && (length === undefined || text.length === 2 + 2 * length))
    ),
    { strict: true, decode: (text) => text.toLowerCase(), encode: (text) => text }
  )

const Hash = bytes(32)

const MOST_HEX = 14

const isSafe = (text: string): boolean =>
  /^0x[0-9a-fA-F]+$/.test(text) && text.length <= 2 + MOST_HEX && Number.isSafeInteger(Number(text))

/** A whole number that the platform keeps exactly. */
const Whole = Schema.transform(Schema.String.pipe(Schema.filter(isSafe)), Schema.Number, {
  strict: true,
  decode: Number,
  encode: (number) => `0x${number.toString(16)}`
})

const LATEST_S = Number(Instant.latest / 1_000_000n)

const BLOOM_BYTES = 256

/** The head of a block, as far as it is read. */
export const Block = Schema.Struct({
  number: Whole,
  hash: Hash,
  parentHash: Hash,
  /** Seconds since 1970. */
  timestamp: Whole.pipe(Schema.lessThanOrEqualTo(LATEST_S)),
  logsBloom: bytes(BLOOM_BYTES)
})

/** The head of a block. */
export type Block = typeof Block.Type

const MOST_TOPICS = 4

/** An event of a contract, as it was logged in a block. */
export const EventLog = Schema.Struct({
  address: bytes(20),
  topics: Schema.Array(Hash).pipe(Schema.maxItems(MOST_TOPICS)),
  data: bytes(),
  blockNumber: Whole,
  blockHash: Hash,
  transactionHash: Hash,
  logIndex: Whole,
  removed: Schema.optional(Schema.NullOr(Schema.Boolean))
})

/** An event of a contract, as it was logged in a block. */
export type EventLog = typeof EventLog.Type & {
  /** The JSON of a node that it was read from. */
  readonly raw?: string
}

const textOf = (log: EventLog): string => JSON.stringify({ ...log, raw: undefined })

/** Which logs are asked for. */
export interface Wanted {
  /** In small letters. */
  readonly contracts: ReadonlyArray<Hex>
  readonly topic: Hex
}

/** An event's own name on its chain: its transaction and the place of its log in the block. */
export const idOf = ({ logIndex, transactionHash }: Pick<EventLog, "logIndex" | "transactionHash">): string =>
  `${transactionHash}:${logIndex}`

const inOrder = (one: EventLog, other: EventLog): number =>
  one.blockNumber - other.blockNumber || one.logIndex - other.logIndex

const faultOf = (log: EventLog, { contracts, topic }: Wanted, from: number, to: number): string | undefined => {
  if (log.removed === true) return "a log that was removed"
  if (!contracts.includes(log.address)) return "a log of a contract that was not asked for"
  if (log.topics[0] !== topic) return "a log of an event that was not asked for"
  return log.blockNumber < from || log.blockNumber > to ? "a log of a block that was not asked for" : undefined
}

const placeOf = ({ blockNumber, logIndex }: EventLog): string => `${blockNumber}:${logIndex}`

/** The logs of an answer in the chain's order, each once, or what is wrong with the answer: nothing of a wrong one is taken. */
export const sorted = (
  logs: ReadonlyArray<EventLog>,
  wanted: Wanted,
  from: number,
  to: number
): Either.Either<ReadonlyArray<EventLog>, string> => {
  const byPlace = new Map<string, EventLog>()
  for (const log of logs) {
    const fault = faultOf(log, wanted, from, to)
    if (fault !== undefined) return Either.left(`${fault} (${idOf(log)})`)
    const known = byPlace.get(placeOf(log))
    if (known !== undefined && textOf(known) !== textOf(log)) return Either.left(`two logs at one place (${idOf(log)})`)
    byPlace.set(placeOf(log), log)
  }
  return Either.right([...byPlace.values()].toSorted(inOrder))
}

const BLOOM_PAIRS = [0, 2, 4] as const
const BLOOM_BITS = 2_048
const BYTE = 8

const isIn = (bloom: Uint8Array, item: Hex): boolean => {
  const hash = keccak256(item, "bytes")
  return BLOOM_PAIRS.every((at) => {
    const bit = (((hash[at] ?? 0) << BYTE) | (hash[at + 1] ?? 0)) % BLOOM_BITS
    return (((bloom[BLOOM_BYTES - 1 - Math.floor(bit / BYTE)] ?? 0) >> (bit % BYTE)) & 1) === 1
  })
}

/** May a block have such a log, by its own bloom filter? Where the filter says no, it has none; a yes can be chance. */
export const mayHave = ({ logsBloom }: Block, { contracts, topic }: Wanted): boolean => {
  const bloom = hexToBytes(logsBloom)
  return isIn(bloom, topic) && contracts.some((address) => isIn(bloom, address))
}

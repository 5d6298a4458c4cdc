import { Context, type Effect, type Stream } from "effect"
import { sha256 } from "../records/Payload.ts"
import type { RawPayload, WireFacts } from "../records/Report.ts"
import type { SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"

/** A chunk of a source's trades, and the cursor from which the source goes on after it. */
export interface Delivery {
  readonly trades: ReadonlyArray<TradeInput>
  readonly cursor: string
  /** What they were read from, where the source has it; it is kept once. */
  readonly raw?: RawPayload | undefined
}

/** What an outside has in one piece, such as a row, a message or an event: its trades, and its bytes as they came. */
export interface Item {
  readonly trades: ReadonlyArray<TradeInput>
  /** None of what follows from there being nothing, such as a trade that is taken back. */
  readonly bytes?: string | Uint8Array | undefined
}

/** Where items came from, and what is to be known to read them, such as the header of their file. */
export interface ItemsRead extends Omit<WireFacts, "source"> {
  readonly contentType: string
  readonly head?: string | undefined
}

/** The most bytes that are kept of items that come together. */
const MOST_BYTES = 1_048_576

/** What is no longer than what would stand for it is kept as it is, in bytes. */
const LONGEST_OF_SHORT = 100

const LINE_FEED = 10
const utf8 = new TextEncoder()

/** What stands for bytes that are too many to be kept: their hash and length, as JSON. */
export const standIn = (given: string | Uint8Array): string => {
  const bytes = bytesOf(given)
  return JSON.stringify({ sha256: sha256(bytes), length: bytes.length })
}

const bytesOf = (given: string | Uint8Array): Uint8Array => (typeof given === "string" ? utf8.encode(given) : given)

/** Parts one after another, a line feed behind each. */
const lines = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const all = new Uint8Array(length).fill(LINE_FEED)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length + 1
  }
  return all
}

/**
 * The trades of items, and the bytes that they were read from: those of one item after those of another, a line feed behind each, and every
 * trade says which are its own. They are kept together and once. Items that have not their place in a mebibyte are kept as hash and length,
 * unless these are longer.
 *
 * @example
 * return { cursor, ...TradeSource.delivered(messages, { contentType: "application/x-ndjson" }) }
 */
export const delivered = (
  items: ReadonlyArray<Item>,
  { contentType, head, ...wire }: ItemsRead
): Pick<Delivery, "trades" | "raw"> => {
  const parts: Array<Uint8Array> = []
  let length = 0
  const put = (part: string | Uint8Array): TradeInput["bytes"] => {
    const given = bytesOf(part)
    const hasPlace = length + given.length < MOST_BYTES || given.length <= LONGEST_OF_SHORT
    const bytes = hasPlace ? given : utf8.encode(standIn(given))
    parts.push(bytes)
    const from = length
    length += bytes.length + 1
    return { from, to: from + bytes.length }
  }
  if (head !== undefined) put(head)
  const before = length
  const trades = items.flatMap(({ bytes: given, trades: own }) => {
    if (given === undefined || own.length === 0) return own
    const bytes = put(given)
    return own.map((trade) => ({ ...trade, bytes }))
  })
  const [first] = trades
  if (first === undefined || length === before) return { trades, raw: undefined }
  return { trades, raw: { contentType, bytes: lines(parts, length), wire: { source: first.source, ...wire } } }
}

/** What a source has that is no trade: where it stands there, why it is none, and what stands there. */
export interface Rejected {
  readonly place: string
  readonly reason: string
  readonly raw: string
}

/** Where trades come from. A source says from where to go on, and how old its newest word is: silence is an alarm. */
export interface TradeSourceService<E> {
  readonly name: string
  readonly policy: SourcePolicy
  /** All that came after `cursor`, from the beginning where there is none. */
  readonly deliveries: (cursor: string | undefined) => Stream.Stream<Delivery, E>
  /** Milliseconds since the source last said anything. */
  readonly ageMs: Effect.Effect<number>
  /** Milliseconds of silence that are an alarm; a quarter of an hour where nothing is said. */
  readonly alarmAfterMs?: number | undefined
  /**
   * Of a source that stays connected: ends once all that it had has been taken in, with what of it needs a person, a line each. Of others the
   * stream ends then.
   */
  readonly caughtUp?: Effect.Effect<ReadonlyArray<string>> | undefined
}

/** The source of an app's trades. */
export class TradeSource extends Context.Tag("@roundlot/core/TradeSource")<TradeSource, TradeSourceService<Error>>() {}

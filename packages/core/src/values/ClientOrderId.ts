import { hash } from "node:crypto"
import { Schema } from "effect"

/** The id that we give an order at its broker: `rl1-`, the store's tag, random base32; at most 32 characters. Never used twice. */
export const ClientOrderId = Schema.String.pipe(
  Schema.minLength(1),
  Schema.maxLength(128),
  Schema.brand("ClientOrderId")
)

/** The id that we give an order at its broker. */
export type ClientOrderId = typeof ClientOrderId.Type

/** The id that a broker gives an order; opaque. */
export const BrokerOrderId = Schema.String.pipe(
  Schema.minLength(1),
  Schema.maxLength(128),
  Schema.brand("BrokerOrderId")
)

/** The id that a broker gives an order; opaque. */
export type BrokerOrderId = typeof BrokerOrderId.Type

const PREFIX = "rl1-"
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
const TAG_LENGTH = 6
const RANDOM_LENGTH = 20
const OURS = new RegExp(`^(${PREFIX}[a-z2-7]{${TAG_LENGTH + RANDOM_LENGTH}})`)

const base32 = (hex: string, length: number): string => {
  let bits = BigInt(`0x${hex}`)
  let text = ""
  for (let i = 0; i < length; i++) {
    text += ALPHABET.charAt(Number(bits & 31n))
    bits >>= 5n
  }
  return text
}

/**
 * The client order id of one order. `entropy` is secret and random to the running process, so a copy of the store never makes
 * an id that the original made, while planning the same order again makes the same id.
 */
export const make = (storeTag: string, entropy: string, orderId: number): ClientOrderId =>
  ClientOrderId.make(`${PREFIX}${storeTag}${base32(hash("sha256", `${entropy}/${orderId}`, "hex"), RANDOM_LENGTH)}`)

/** The tag of a store, six characters of base32, from its random identity. */
export const storeTag = (storeId: string): string => base32(hash("sha256", storeId, "hex"), TAG_LENGTH)

/** The id that an order has at the broker now: the newest of those it had there. */
export const current = ([first, ...later]: readonly [BrokerOrderId, ...ReadonlyArray<BrokerOrderId>]): BrokerOrderId =>
  later.at(-1) ?? first

/**
 * Our part of a client order id as a broker shows it: what the broker appended is left away. `undefined` where the id was not
 * made by this software.
 */
export const ours = (shown: string): ClientOrderId | undefined => {
  const match = OURS.exec(shown)
  return match?.[1] === undefined ? undefined : ClientOrderId.make(match[1])
}

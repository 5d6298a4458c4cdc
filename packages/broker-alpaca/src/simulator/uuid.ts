import { hash } from "node:crypto"

/** The id that a name has, in the form of a random one: the same name, the same id. */
export const uuidOf = (name: string): string => {
  const hex = hash("sha256", name, "hex")
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32)
  ].join("-")
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Is a text an id as Alpaca makes them? */
export const isUuid = (text: string): boolean => UUID.test(text)

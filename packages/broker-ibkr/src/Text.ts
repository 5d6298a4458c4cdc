import { Decimal } from "@roundlot/core"
import { Either, Schema } from "effect"

const decode = Schema.decodeEither(Decimal.FromString)

/** The decimal of a text of TWS, which may have thousands separators; `undefined` where it is none, or says "not set". */
export const decimalOf = (text: string): Decimal.Decimal | undefined => {
  const plain = text.replaceAll(",", "")
  const trimmed = plain.includes(".") ? plain.replace(/(?<!0)\.?0+$/, "") : plain
  return Either.getOrUndefined(decode(trimmed === "" && plain !== "" ? "0" : trimmed))
}

const utf8 = new TextEncoder()

/** The bytes that are kept of messages: their tokens as JSON, account numbers masked. */
export const bytesOf = (contents: unknown, secrets: ReadonlyMap<string, string>): Uint8Array => {
  let text = JSON.stringify(contents)
  for (const [secret, shown] of secrets) text = text.replaceAll(secret, shown)
  return utf8.encode(text)
}

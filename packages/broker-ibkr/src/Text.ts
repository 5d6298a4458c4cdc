import { Decimal } from "@roundlot/core"
import { Either, Schema } from "effect"

const decode = Schema.decodeEither(Decimal.FromString)

const NUMBER = /^(-?)(\d*|\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/

/** The decimal of a text of TWS, which may have thousands separators; `undefined` where it is none, or says "not set". */
export const decimalOf = (text: string): Decimal.Decimal | undefined => {
  const [, sign = "", whole = "", fraction = ""] = NUMBER.exec(text) ?? []
  if (whole === "" && fraction === "") return undefined
  const digits = fraction.replace(/(?<!0)0+$/, "")
  return Either.getOrUndefined(
    decode(`${sign}${whole === "" ? "0" : whole.replaceAll(",", "")}${digits === "" ? "" : `.${digits}`}`)
  )
}

const SHOWN = 2

/** An account's number as it may be shown: its beginning, which says paper or live, and its end. */
export const masked = (account: string): string =>
  `${account.slice(0, SHOWN)}xxx${account.length > 2 * SHOWN ? account.slice(-SHOWN) : ""}`

const utf8 = new TextEncoder()

/** Messages as text: their fields as JSON, account numbers masked. */
export const textOf = (contents: unknown, secrets: ReadonlyMap<string, string>): string => {
  let text = JSON.stringify(contents)
  for (const [secret, shown] of secrets) text = text.replaceAll(secret, shown)
  return text
}

/** The bytes that are kept of messages. */
export const bytesOf = (contents: unknown, secrets: ReadonlyMap<string, string>): Uint8Array =>
  utf8.encode(textOf(contents, secrets))

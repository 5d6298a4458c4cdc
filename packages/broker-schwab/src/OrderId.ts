import { ClientOrderId } from "@roundlot/core/adapter"

const DIGITS = /^\d{1,19}$/

/** An order's id at Schwab, which is 1 to 19 digits; `undefined` for anything else, before any request is made with it. */
export const read = (text: string): ClientOrderId.BrokerOrderId | undefined =>
  DIGITS.test(text) ? ClientOrderId.BrokerOrderId.make(text) : undefined

/** What a `Location` names. */
export interface Located {
  readonly id: ClientOrderId.BrokerOrderId
  /** The account's hash; none where the address is only the order's. */
  readonly hash: string | undefined
}

/** The order that a `Location` names, absolute or relative: its last segment, and the account before it. */
export const located = (location: string): Located | undefined => {
  const [path = ""] = location.split(/[?#]/)
  const segments = path.split("/").filter((segment) => segment !== "")
  const id = read(segments.at(-1) ?? "")
  if (id === undefined) return undefined
  const at = segments.lastIndexOf("accounts")
  return { id, hash: at < 0 ? undefined : segments[at + 1] }
}

/** The closed set of order types; a broker declares which it takes. */
export const orderTypes = ["market", "limit", "stop", "stop_limit"] as const

/** One of the order types. */
export type OrderType = (typeof orderTypes)[number]

/** Which prices an order needs; it takes no others. */
interface Prices {
  readonly limit: boolean
  readonly stop: boolean
}

const PRICES: { readonly [T in OrderType]: Prices } = {
  market: { limit: false, stop: false },
  limit: { limit: true, stop: false },
  stop: { limit: false, stop: true },
  stop_limit: { limit: true, stop: true }
}

/** Returns which prices an order of a type needs; it takes no others. */
export const pricesOf = (type: OrderType): Prices => PRICES[type]

/** How long an order works, where no order is made yet: an account, a source or a batch says no date, since that would pass. */
export const policyTimesInForce = ["day", "gtc", "opg", "cls", "ioc", "fok"] as const

/** How long an order works; `gtd` until a moment of its own. */
export const timesInForce = [...policyTimesInForce, "gtd"] as const

/** One of the times in force. */
export type TimeInForce = (typeof timesInForce)[number]

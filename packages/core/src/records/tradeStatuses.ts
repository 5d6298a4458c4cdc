/** B2, B3: on record and not counted; counted; counted and settled; never counted. */
export const tradeStatuses = ["pending", "accumulated", "completed", "failed"] as const

/** One of the trade statuses. */
export type TradeStatus = (typeof tradeStatuses)[number]

/** Joins its position's queue, is executed as given by an order of its own (E2), or takes out of the queue what can never trade. */
export const tradeKinds = ["accumulate", "direct", "write_off"] as const

/** One of the kinds of trade. */
export type TradeKind = (typeof tradeKinds)[number]

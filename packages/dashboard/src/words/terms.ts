import type { Documents } from "@roundlot/api"

const types: Readonly<Record<string, string>> = {
  market: "market",
  limit: "limit",
  stop: "stop",
  stop_limit: "stop limit"
}

const times: Readonly<Record<string, string>> = {
  day: "day",
  gtc: "good till cancelled",
  gtd: "good till a time",
  ioc: "immediate or cancel",
  fok: "fill or kill",
  opg: "opening auction",
  cls: "closing auction"
}

/** Returns an order type in words. */
export const typeWords = (type: string): string => types[type] ?? type

/** Returns a time in force in words. */
export const timeWords = (timeInForce: string): string => times[timeInForce] ?? timeInForce

/** Returns a session in words. */
export const sessionWords = (session: string): string => `${session} session`

/** The terms of an order, beside its prices. */
type Worded = Pick<Documents.OrderDetail, "type" | "timeInForce" | "goodTill" | "session">

const lifeWords = ({ goodTill, timeInForce }: Worded): string =>
  goodTill === null ? timeWords(timeInForce) : `good till ${goodTill.replace(".000000", "")}`

/** Returns how an order is executed, in words: `limit, good till cancelled, extended session`. */
export const termsWords = (terms: Worded): string =>
  [typeWords(terms.type), lifeWords(terms), sessionWords(terms.session)].join(", ")

/** Returns the offsets of an account's limit orders in words: one, or the steps of a ladder. */
export const offsetsWords = (offsets: ReadonlyArray<number>): string =>
  `${offsets.join(", ")} bp beyond the reference price${offsets.length > 1 ? ", step by step" : ""}`

/** Returns in words after how long the end of a limit order is asked for. */
export const lifeSecondsWords = (seconds: number): string => `ended after ${seconds} s`

/** Returns a step of an account's offsets in words. */
export const ladderWords = ({ limitOffsetBp, step, steps }: NonNullable<Documents.OrderDetail["ladder"]>): string =>
  `step ${step} of ${steps}: limit ${limitOffsetBp} bp beyond the reference price`

import type { Documents } from "@roundlot/api"
import { shownTime } from "../format/time.ts"
import { texts } from "./text/terms.ts"

const { cls, day, fok, gtc, gtd, ioc, limit, market, opg, stop, stop_limit } = texts

const types: Readonly<Record<string, string>> = { market, limit, stop, stop_limit }

const times: Readonly<Record<string, string>> = { day, gtc, gtd, ioc, fok, opg, cls }

/** Returns an order type in words. */
export const typeWords = (type: string): string => types[type] ?? type

/** Returns a time in force in words. */
export const timeWords = (timeInForce: string): string => times[timeInForce] ?? timeInForce

/** Returns a session in words. */
export const sessionWords = (session: string): string => texts.session({ session })

/** Returns how fills go to the trades of an order, in words. */
export const allocationWords = (policy: Documents.AccountDocument["allocation"]): string =>
  ({ fifo: texts.oldestFirst, "pro-rata": texts.proRata, key: texts.byKey })[policy]

/** The terms of an order, beside its prices. */
type Worded = Pick<Documents.OrderDetail, "type" | "timeInForce" | "goodTill" | "session">

const lifeWords = ({ goodTill, timeInForce }: Worded, utc: boolean): string =>
  goodTill === null ? timeWords(timeInForce) : texts.goodTill({ time: shownTime(goodTill, Date.now(), utc) })

/** Returns how an order is executed, in words and in the zone that is shown: `limit, good till cancelled, extended session`. */
export const termsWords = (terms: Worded, utc: boolean): string =>
  [typeWords(terms.type), lifeWords(terms, utc), sessionWords(terms.session)].join(", ")

/** Returns the offsets of an account's limit orders in words: one, or the steps of a ladder. */
export const offsetsWords = (offsets: ReadonlyArray<number>): string =>
  offsets.length > 1 ? texts.offsets({ offsets: offsets.join(", ") }) : texts.offset({ offset: offsets.join(", ") })

/** Returns in words after how long the end of a limit order is asked for. */
export const lifeSecondsWords = (seconds: number): string => texts.endedAfter({ seconds })

/** Returns a step of an account's offsets in words. */
export const ladderWords = ({ limitOffsetBp, step, steps }: NonNullable<Documents.OrderDetail["ladder"]>): string =>
  texts.step({ step, steps, offset: limitOffsetBp })

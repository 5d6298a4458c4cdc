import * as Decimal from "../money/Decimal.ts"
import * as Quantity from "../money/Quantity.ts"
import type { AccountSettings } from "./Account.ts"

/** The limits of an account that are amounts, as the configuration names them. */
const LIMITS = {
  "limits.orderQuantity": "maxOrderQuantity",
  "limits.orderNotional": "maxOrderNotional",
  "limits.openResidual": "maxOpenResidual",
  "limits.dailyNotional": "maxDailyNotional"
} as const

type Limit = (typeof LIMITS)[keyof typeof LIMITS]

type Limited = Pick<
  AccountSettings,
  Limit | "collarBp" | "lot" | "ordersPerMinute" | "restricted" | "thresholdNotional"
>

/** Shares that one order has at most where the account has no `limits.orderQuantity` of its own. */
const ORDER_QUANTITY = Quantity.unsafe("10000")

/** Dollars that one order is worth at most where the account has no `limits.orderNotional` of its own. */
const ORDER_DOLLARS = Quantity.unsafe("100000")

/** Dollars that an account sends on a market date at most where it has no `limits.dailyNotional` of its own. */
const DAY_DOLLARS = Quantity.unsafe("10000000")

/** Shares that a position may owe and still be worked off where the account has no `limits.openResidual` of its own. */
const OPEN_SHARES = Quantity.unsafe("100000")

/** Shares that one order has at most: from the first order on there is a limit, on paper too. */
export const orderQuantityOf = ({ maxOrderQuantity }: Pick<AccountSettings, "maxOrderQuantity">): Quantity.Quantity =>
  maxOrderQuantity ?? ORDER_QUANTITY

/** Dollars that one order is worth at most, wherever a price says what it is worth: from the first order on, on paper too. */
export const orderNotionalOf = ({ maxOrderNotional }: Pick<AccountSettings, "maxOrderNotional">): Quantity.Quantity =>
  maxOrderNotional ?? ORDER_DOLLARS

/** Dollars that are sent on a market date at most, of orders that a price says the worth of: from the first order on, on paper too. */
export const dailyNotionalOf = ({ maxDailyNotional }: Pick<AccountSettings, "maxDailyNotional">): Quantity.Quantity =>
  maxDailyNotional ?? DAY_DOLLARS

/** Shares that a position may owe; `undefined` where the account has a limit in dollars. */
export const openSharesOf = ({
  maxOpenResidual
}: Pick<AccountSettings, "maxOpenResidual">): Quantity.Quantity | undefined =>
  maxOpenResidual === undefined ? OPEN_SHARES : undefined

const exceeds = (low: Decimal.Decimal | undefined, high: Decimal.Decimal | undefined): boolean =>
  low !== undefined && high !== undefined && Decimal.isLess(high, low)

const said = (name: string, amount: Decimal.Decimal | undefined): string =>
  `${name} ${amount === undefined ? "" : Decimal.format(amount)}`

/** Two settings that together would let nothing be sent, both named; `undefined` where they go together. */
export const contradictionOf = (settings: Limited): string | undefined => {
  const { lot, maxDailyNotional, maxOpenResidual, maxOrderNotional, maxOrderQuantity, thresholdNotional } = settings
  const threshold = said("thresholdNotional", thresholdNotional)
  if (exceeds(lot, maxOrderQuantity)) {
    return `${said("limits.orderQuantity", maxOrderQuantity)} is less than ${said("lot", lot)}: no order could be made`
  }
  if (exceeds(thresholdNotional, maxOrderNotional)) {
    return `${said("limits.orderNotional", maxOrderNotional)} is less than ${threshold}: what is due would always be refused`
  }
  if (exceeds(thresholdNotional, maxOpenResidual)) {
    return `${said("limits.openResidual", maxOpenResidual)} is less than ${threshold}: what is due would always be refused`
  }
  if (exceeds(maxOrderNotional, maxDailyNotional)) {
    return `${said("limits.dailyNotional", maxDailyNotional)} is less than ${said("limits.orderNotional", maxOrderNotional)}: one order could never be as large as it may`
  }
  return undefined
}

/** The limits that an account needs before real money is sent for it and that it has not, as the configuration names them. */
export const missingForLive = (settings: Pick<AccountSettings, Limit>): ReadonlyArray<string> =>
  Object.entries(LIMITS).flatMap(([name, limit]) => (settings[limit] === undefined ? [name] : []))

const isRaised = (before: Decimal.Decimal | undefined, after: Decimal.Decimal | undefined): boolean =>
  before !== undefined && (after === undefined || Decimal.isLess(before, after))

/** The limits that let more through than before, by the configuration's names: raised, or taken away. */
export const raisedLimits = (before: Limited, after: Limited): ReadonlyArray<string> => {
  const amounts = Object.entries(LIMITS).flatMap(([name, limit]) =>
    isRaised(before[limit], after[limit]) ? [name] : []
  )
  const isFaster = (before.ordersPerMinute ?? Infinity) < (after.ordersPerMinute ?? Infinity)
  const isWider = (before.collarBp ?? Infinity) < (after.collarBp ?? Infinity)
  const isFreed = before.restricted.some((symbol) => !after.restricted.includes(symbol))
  return [
    ...amounts,
    ...(isFaster ? ["limits.ordersPerMinute"] : []),
    ...(isWider ? ["limits.collarBp"] : []),
    ...(isFreed ? ["restricted"] : [])
  ]
}

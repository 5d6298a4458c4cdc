import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { isOn, minutesOf, needsSecond } from "../../records/fourEyes.ts"
import { isAmong, leavesNothing, sessionHours } from "../../records/restrictedHours.ts"
import { oldestTradeOf, settable, type AccountSettings, type LiftedLimit } from "../../records/Account.ts"

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
  | Limit
  | "collarBp"
  | "cutOffs"
  | "liftedLimits"
  | "lot"
  | "maxOpenOrders"
  | "maxPosition"
  | "maxGrossPosition"
  | "maxNetPosition"
  | "maxRejectionsInARow"
  | "orderSession"
  | "orderTimeInForce"
  | "ordersPerMinute"
  | "restricted"
  | "restrictedHours"
  | "thresholdNotional"
>

/** The settings that a limit in dollars rests on. */
type InDollars = Pick<AccountSettings, "maxDailyNotional" | "maxOpenOrders" | "maxOpenResidual" | "maxOrderNotional">

const isLifted = ({ liftedLimits }: Pick<AccountSettings, "liftedLimits">, limit: LiftedLimit): boolean =>
  liftedLimits.includes(limit)

/** Shares that one order has at most where the account has no `limits.orderQuantity` of its own. */
const ORDER_QUANTITY = Quantity.unsafe("10000")

/** Dollars that one order is worth at most where the account has no `limits.orderNotional` of its own. */
const ORDER_DOLLARS = Quantity.unsafe("100000")

/** Dollars that an account sends on a market date at most where it has no `limits.dailyNotional` of its own. */
const DAY_DOLLARS = Quantity.unsafe("10000000")

/** Shares that a position may owe and still be worked off where the account has no `limits.openResidual` of its own. */
const OPEN_SHARES = Quantity.unsafe("100000")

/** What an account has of a limit: its own, else the default; `undefined` only where a person has lifted it. */
const orDefault = (
  settings: Pick<AccountSettings, "liftedLimits">,
  limit: LiftedLimit,
  own: Quantity.Quantity | undefined,
  byDefault: Quantity.Quantity
): Quantity.Quantity | undefined => own ?? (isLifted(settings, limit) ? undefined : byDefault)

/** Shares that one order has at most, from the first order on, on paper too; `undefined` where the limit is lifted. */
export const orderQuantityOf = (
  settings: Pick<AccountSettings, "liftedLimits" | "maxOrderQuantity">
): Quantity.Quantity | undefined => orDefault(settings, "orderQuantity", settings.maxOrderQuantity, ORDER_QUANTITY)

/** Dollars that one order is worth at most, from the first order on, on paper too; `undefined` where the limit is lifted. */
export const orderNotionalOf = (
  settings: Pick<AccountSettings, "liftedLimits" | "maxOrderNotional">
): Quantity.Quantity | undefined => orDefault(settings, "orderNotional", settings.maxOrderNotional, ORDER_DOLLARS)

/** Dollars that are sent on a market date at most, from the first order on, on paper too; `undefined` where the limit is lifted. */
export const dailyNotionalOf = (
  settings: Pick<AccountSettings, "liftedLimits" | "maxDailyNotional">
): Quantity.Quantity | undefined => orDefault(settings, "dailyNotional", settings.maxDailyNotional, DAY_DOLLARS)

/** Shares that a position may owe; `undefined` where the account has a limit in dollars, or the limit is lifted. */
export const openSharesOf = (
  settings: Pick<AccountSettings, "liftedLimits" | "maxOpenResidual">
): Quantity.Quantity | undefined =>
  settings.maxOpenResidual !== undefined || isLifted(settings, "openResidual") ? undefined : OPEN_SHARES

/** Has the account a limit in dollars of its own, so that an order whose price nobody knows cannot be judged? */
export const hasDollarLimit = ({
  maxDailyNotional,
  maxOpenOrders,
  maxOpenResidual,
  maxOrderNotional
}: InDollars): boolean => (maxOrderNotional ?? maxDailyNotional ?? maxOpenResidual ?? maxOpenOrders) !== undefined

/** Is there any limit in dollars, the account's own or a default one? */
export const judgesDollars = (settings: InDollars & Pick<AccountSettings, "liftedLimits">): boolean =>
  (orderNotionalOf(settings) ?? dailyNotionalOf(settings)) !== undefined || hasDollarLimit(settings)

/** Has the account a limit of what it holds, which wants a price for whatever makes a holding larger? */
export const judgesHoldings = ({
  maxGrossPosition,
  maxNetPosition,
  maxPosition
}: Pick<AccountSettings, "maxGrossPosition" | "maxNetPosition" | "maxPosition">): boolean =>
  (maxPosition ?? maxGrossPosition ?? maxNetPosition) !== undefined

const exceeds = (low: Decimal.Decimal | undefined, high: Decimal.Decimal | undefined): boolean =>
  low !== undefined && high !== undefined && Decimal.isLess(high, low)

const said = (name: string, amount: Decimal.Decimal | undefined): string =>
  `${name} ${amount === undefined ? "" : Decimal.format(amount)}`

/** What the restricted hours of an account let nothing be sent in, where that is all it has; `undefined` where they leave something. */
const starvedOf = ({ cutOffs = [], orderSession = "regular", orderTimeInForce, restrictedHours = [] }: Limited) => {
  // Orders for an auction leave in hours of their own.
  if (orderTimeInForce === "opg" || orderTimeInForce === "cls") return undefined
  const hours = sessionHours[orderSession]
  if (isAmong(hours, restrictedHours))
    return `restrictedHours cover the session of its orders (${hours}): no order could be sent`
  if (orderSession === "extended") return undefined
  const late = cutOffs.find((cutOff) => leavesNothing(cutOff, restrictedHours))
  return late === undefined
    ? undefined
    : `restrictedHours last from the cut-off ${late} until the close: what it collects would wait for the next day`
}

/** Two settings that together would let nothing be sent, both named; `undefined` where they go together. */
export const contradictionOf = (settings: Limited): string | undefined => {
  const { lot, maxDailyNotional, maxOpenOrders, maxOpenResidual, maxOrderNotional, maxOrderQuantity } = settings
  const { thresholdNotional } = settings
  const threshold = said("thresholdNotional", thresholdNotional)
  if (exceeds(lot, maxOrderQuantity)) {
    return `${said("limits.orderQuantity", maxOrderQuantity)} is less than ${said("lot", lot)}: no order could be made`
  }
  const starved = starvedOf(settings)
  if (starved !== undefined) return starved
  if (exceeds(thresholdNotional, maxOrderNotional)) {
    return `${said("limits.orderNotional", maxOrderNotional)} is less than ${threshold}: every due order would be refused`
  }
  if (exceeds(thresholdNotional, maxOpenResidual)) {
    return `${said("limits.openResidual", maxOpenResidual)} is less than ${threshold}: every due order would be refused`
  }
  if (exceeds(maxOrderNotional, maxDailyNotional)) {
    return `${said("limits.dailyNotional", maxDailyNotional)} is less than ${said("limits.orderNotional", maxOrderNotional)}: no order could reach its own limit`
  }
  if (exceeds(maxOrderNotional, maxOpenOrders)) {
    return `${said("limits.openOrders", maxOpenOrders)} is less than ${said("limits.orderNotional", maxOrderNotional)}: no order could reach its own limit`
  }
  return undefined
}

/** The limits that an account needs before real money is sent for it and that it has not, as the configuration names them. */
export const missingForLive = (settings: Pick<AccountSettings, Limit>): ReadonlyArray<string> =>
  Object.entries(LIMITS).flatMap(([name, limit]) => (settings[limit] === undefined ? [name] : []))

/** Why limits that let more through than before are refused: nobody said why; `undefined` where they are not. */
export const unexplained = (
  account: string,
  before: Limited,
  after: Limited,
  reason: string | undefined
): string | undefined => {
  const raised = reason === undefined ? raisedLimits(before, after) : []
  return raised.length === 0 ? undefined : `${raised.join(", ")} of ${account} would be raised or lifted; give a reason`
}

const isRaised = (before: Decimal.Decimal | undefined, after: Decimal.Decimal | undefined): boolean =>
  before !== undefined && (after === undefined || Decimal.isLess(before, after))

/** Dollars and the default's shares are not compared: who has neither any more has no limit. */
const isOpenResidualRaised = (before: Limited, after: Limited): boolean =>
  isRaised(before.maxOpenResidual, after.maxOpenResidual) ||
  (openSharesOf(before) !== undefined && openSharesOf(after) === undefined && after.maxOpenResidual === undefined)

/** What of an account's settings lets more through, or needs fewer persons, than before, by the configuration's names. */
export const loosened = (before: AccountSettings, after: AccountSettings): ReadonlyArray<string> => {
  const isOff = (before.fourEyes ?? []).some((operation) => after.fourEyes?.includes(operation) !== true)
  const isLonger = minutesOf(after) > minutesOf(before)
  const ofFourEyes = isOn(before) ? [...(isOff ? ["fourEyes"] : []), ...(isLonger ? ["approvalMinutes"] : [])] : []
  if (!needsSecond(before, "limits")) return ofFourEyes
  const isOlder = oldestTradeOf(before) < oldestTradeOf(after)
  return [
    ...ofFourEyes,
    ...raisedLimits(before, after),
    ...(before.shorting === "never" && after.shorting === "allowed" ? ["shorting"] : []),
    ...(before.environment === "paper" && after.environment === "live" ? ["environment"] : []),
    ...(isOlder ? ["maxTradeAge"] : [])
  ]
}

/** The settings before, with each of those after that loosens nothing. */
export const tightened = (before: AccountSettings, after: AccountSettings): AccountSettings =>
  settable.reduce<AccountSettings>((kept, name) => {
    const next = { ...kept, [name]: after[name] }
    return loosened(before, next).length === 0 ? next : kept
  }, before)

/** The limits that let more through than before, defaults included, by the configuration's names: raised, lifted or taken away. */
export const raisedLimits = (before: Limited, after: Limited): ReadonlyArray<string> => {
  const isQuantityRaised = isRaised(orderQuantityOf(before), orderQuantityOf(after))
  const isNotionalRaised = isRaised(orderNotionalOf(before), orderNotionalOf(after))
  const isDailyRaised = isRaised(dailyNotionalOf(before), dailyNotionalOf(after))
  const isFaster = (before.ordersPerMinute ?? Infinity) < (after.ordersPerMinute ?? Infinity)
  const isPatient = (before.maxRejectionsInARow ?? Infinity) < (after.maxRejectionsInARow ?? Infinity)
  const isWider = (before.collarBp ?? Infinity) < (after.collarBp ?? Infinity)
  const isFreed = before.restricted.some((symbol) => !after.restricted.includes(symbol))
  const isLonger = (before.restrictedHours ?? []).some((hours) => !isAmong(hours, after.restrictedHours ?? []))
  return [
    ...(isQuantityRaised ? ["limits.orderQuantity"] : []),
    ...(isNotionalRaised ? ["limits.orderNotional"] : []),
    ...(isOpenResidualRaised(before, after) ? ["limits.openResidual"] : []),
    ...(isDailyRaised ? ["limits.dailyNotional"] : []),
    ...(isRaised(before.maxOpenOrders, after.maxOpenOrders) ? ["limits.openOrders"] : []),
    ...(isRaised(before.maxPosition, after.maxPosition) ? ["limits.position"] : []),
    ...(isRaised(before.maxGrossPosition, after.maxGrossPosition) ? ["limits.grossPosition"] : []),
    ...(isRaised(before.maxNetPosition, after.maxNetPosition) ? ["limits.netPosition"] : []),
    ...(isFaster ? ["limits.ordersPerMinute"] : []),
    ...(isPatient ? ["limits.rejectionsInARow"] : []),
    ...(isWider ? ["limits.collarBp"] : []),
    ...(isFreed ? ["restricted"] : []),
    ...(isLonger ? ["restrictedHours"] : [])
  ]
}

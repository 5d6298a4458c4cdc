import * as Decimal from "../../values/Decimal.ts"
import type { AccountSettings } from "../../records/Account.ts"

/** A setting with its text before and after; `undefined` where it is not set. */
export interface SettingChange {
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

const textOf = (value: AccountSettings[keyof AccountSettings]): string | undefined => {
  if (value === undefined) return undefined
  if (typeof value === "string") return value
  if (typeof value === "number" || typeof value === "boolean") return String(value)
  return "value" in value ? Decimal.format(value) : value.join(" ")
}

/** All settings of an account as texts, by name. */
const textsOf = (settings: AccountSettings): { readonly [Name in keyof AccountSettings]: string | undefined } => ({
  broker: textOf(settings.broker),
  environment: textOf(settings.environment),
  currency: textOf(settings.currency),
  direction: textOf(settings.direction),
  lot: textOf(settings.lot),
  threshold: textOf(settings.threshold),
  thresholdNotional: textOf(settings.thresholdNotional),
  maxOrderQuantity: textOf(settings.maxOrderQuantity),
  maxOrderNotional: textOf(settings.maxOrderNotional),
  maxOpenResidual: textOf(settings.maxOpenResidual),
  maxDailyNotional: textOf(settings.maxDailyNotional),
  maxOpenOrders: textOf(settings.maxOpenOrders),
  maxPosition: textOf(settings.maxPosition),
  maxGrossPosition: textOf(settings.maxGrossPosition),
  maxNetPosition: textOf(settings.maxNetPosition),
  liftedLimits: textOf(settings.liftedLimits.length === 0 ? undefined : settings.liftedLimits),
  ordersPerMinute: textOf(settings.ordersPerMinute),
  maxRejectionsInARow: textOf(settings.maxRejectionsInARow),
  collarBp: textOf(settings.collarBp),
  restricted: textOf(settings.restricted),
  shorting: textOf(settings.shorting),
  external: textOf(settings.external),
  cancelOnFlip: textOf(settings.cancelOnFlip),
  crossing: textOf(settings.crossing),
  resendWindowMs: textOf(settings.resendWindowMs),
  maxTradeAgeMs: textOf(settings.maxTradeAgeMs),
  bandBp: textOf(settings.bandBp),
  limitOffsetBp: textOf(settings.limitOffsetBp),
  repriceOffsetsBp: textOf(settings.repriceOffsetsBp),
  orderLifeSeconds: textOf(settings.orderLifeSeconds),
  orderSession: textOf(settings.orderSession),
  orderTimeInForce: textOf(settings.orderTimeInForce),
  lotMethod: textOf(settings.lotMethod),
  allocation: textOf(settings.allocation),
  allocationKey: textOf(settings.allocationKey),
  cutOffs: textOf(settings.cutOffs),
  restrictedHours: textOf(settings.restrictedHours),
  fourEyes: textOf(settings.fourEyes),
  approvalMinutes: textOf(settings.approvalMinutes)
})

/** Values by name, as texts; what is not set may be there as `undefined` or not at all. */
type Values = ReadonlyMap<string, string | undefined>

/** What is set otherwise than before, in order of the names. */
export const differences = (before: Values, after: Values): ReadonlyArray<SettingChange> =>
  [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((change) => change.before !== change.after)

const valuesOf = (settings: AccountSettings | undefined): Values =>
  new Map(settings === undefined ? [] : Object.entries(textsOf(settings)))

/** What of an account is set otherwise than before; all that is set, where nothing was before. */
export const changesOfSettings = (
  before: AccountSettings | undefined,
  after: AccountSettings
): ReadonlyArray<SettingChange> => differences(valuesOf(before), valuesOf(after))

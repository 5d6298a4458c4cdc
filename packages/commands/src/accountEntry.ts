import { Account, type AccountName, Quantity, Ticker } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { cutOffs, fourEyes, ladder, restrictedHours, taxLots } from "@roundlot/core/ledger"
import { AllocationKey, allocationPolicies, fourEyesOperations } from "@roundlot/core/vocabulary"
import { Either, Schema } from "effect"
import { durationMs } from "./duration.ts"
import type { SettingsError } from "./SettingsError.ts"
import { fail, isRecord, valueFault } from "./faults.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What was sent within a minute is kept by the moment: a limit above this is none. */
const MOST_ORDERS_PER_MINUTE = 600

/** More rejections in a row than this are no limit. */
const MOST_REJECTIONS_IN_A_ROW = 1_000

const LONGEST_LIFE_S = 86_400

/** A price twice another one is no collar any more. */
const WIDEST_COLLAR_BP = 10_000

/** In which session orders are sent, and how long they work. */
export const policy = {
  session: optional(Schema.Literal(...OrderTerms.sessions)),
  timeInForce: optional(Schema.Literal(...OrderTerms.policyTimesInForce))
}

/** What a price may be beyond another one, in basis points. */
const Offset = Schema.Int.pipe(Schema.between(0, 9_999))

const Offsets = Schema.Union(
  Offset,
  Schema.NonEmptyArray(Offset).pipe(
    Schema.maxItems(ladder.MOST_STEPS),
    Schema.filter((offsets) => ladder.faultOf(offsets) === undefined)
  )
)

/** Limit orders: how far beyond the reference price, in basis points, and after how many seconds their end is asked for; of several offsets an order that found no fill in its life is followed by one at the next. Market orders where neither is said. */
const OrderEntry = Schema.Struct({
  limitOffsetBp: optional(Offsets),
  lifeSeconds: optional(Schema.Int.pipe(Schema.between(1, LONGEST_LIFE_S))),
  ...policy
}).pipe(
  Schema.filter(({ lifeSeconds, limitOffsetBp }) => (lifeSeconds === undefined) === (limitOffsetBp === undefined))
)

const OrderSettings = Schema.Union(Schema.Literal("market"), OrderEntry).annotations({
  message: ({ actual }) => ({ message: orderFault(actual), override: true })
})

/** What is wrong with its offsets, else all that may stand there. */
const orderFault = (order: unknown): string => {
  const offsets = isRecord(order) ? order["limitOffsetBp"] : undefined
  const fault = Array.isArray(offsets) ? ladder.faultOf(offsets) : undefined
  return fault === undefined
    ? `may be "market", or limitOffsetBp from 0 to 9999, or a list of 1 to ${ladder.MOST_STEPS} of them in rising order, ` +
        `with lifeSeconds from 1 to ${LONGEST_LIFE_S}, ` +
        `session (${OrderTerms.sessions.join(", ")}) and timeInForce (${OrderTerms.policyTimesInForce.join(", ")})`
    : `limitOffsetBp ${fault}`
}

/** Per cent, to a hundredth of one: `20%`. */
const BAND = /^(\d{1,4})(?:\.(\d{1,2}))?%$/

const Band = Schema.String.pipe(
  Schema.pattern(BAND, { message: () => ({ message: "is not a percentage, such as 20% or 7.5%", override: true }) })
)

/** A band in basis points. */
const bandBpOf = (band: string): number => {
  const [, whole = "", rest = ""] = BAND.exec(band) ?? []
  return Number(whole) * 100 + Number(rest.padEnd(2, "0"))
}

/** An amount, or that a person has lifted the limit: what says neither has the default. */
const Limit = Schema.Union(Quantity.Quantity, Schema.Literal("none"))

const policies = {
  environment: optional(Schema.Literal("paper", "live")),
  live: optional(Schema.Boolean),
  direction: optional(Schema.Literal(...Account.directions)),
  lot: optional(Quantity.Quantity),
  threshold: optional(Quantity.Quantity),
  thresholdNotional: optional(Quantity.Quantity),
  shorting: optional(Schema.Literal("never", "allowed")),
  external: optional(Schema.Literal("ignore", "count")),
  cancelOnFlip: optional(Schema.Boolean),
  crossing: optional(Schema.Literal(...Account.crossings)),
  lotMethod: optional(Schema.Literal(...taxLots.methods)),
  allocation: optional(Schema.Literal(...allocationPolicies)),
  allocationKey: optional(AllocationKey),
  cutOffs: optional(Schema.Array(cutOffs.CutOff)),
  fourEyes: optional(Schema.Array(Schema.Literal(...fourEyesOperations))),
  approvalMinutes: optional(Schema.Int.pipe(Schema.between(1, fourEyes.MOST_APPROVAL_MINUTES))),
  resendWindow: optional(Schema.String),
  maxTradeAge: optional(Schema.String),
  band: optional(Band),
  order: optional(OrderSettings),
  limits: optional(
    Schema.Struct({
      orderQuantity: optional(Limit),
      orderNotional: optional(Limit),
      openResidual: optional(Limit),
      dailyNotional: optional(Limit),
      openOrders: optional(Limit),
      position: optional(Limit),
      grossPosition: optional(Limit),
      netPosition: optional(Limit),
      ordersPerMinute: optional(Schema.Int.pipe(Schema.between(1, MOST_ORDERS_PER_MINUTE))),
      rejectionsInARow: optional(Schema.Int.pipe(Schema.between(1, MOST_REJECTIONS_IN_A_ROW))),
      collarBp: optional(Schema.Int.pipe(Schema.between(1, WIDEST_COLLAR_BP)))
    })
  ),
  restricted: optional(Schema.Array(Ticker.Ticker)),
  restrictedHours: optional(Schema.Array(restrictedHours.RestrictedHours))
}

/** An account as the file has it, at one of these brokers. */
export const accountEntry = (names: ReadonlyArray<string>) =>
  Schema.Struct({ broker: optional(Schema.Literal(...names)), ...policies })

/** What is said of one account; what it leaves out has its default. */
export type AccountEntry = ReturnType<typeof accountEntry>["Type"]

type Amount = typeof Limit.Type | undefined

const amountOf = (said: Amount, before: Quantity.Quantity | undefined): Quantity.Quantity | undefined => {
  if (said === undefined) return before
  return said === "none" ? undefined : said
}

/** The limits as an account has them; what is not said stays as it is. */
const limitsOf = (
  limits: AccountEntry["limits"] = {},
  before: Account.AccountSettings
): Partial<Account.AccountSettings> => {
  const { collarBp, dailyNotional, openResidual, orderNotional, orderQuantity, ordersPerMinute, rejectionsInARow } =
    limits
  const said = { orderQuantity, orderNotional, openResidual, dailyNotional }
  return {
    maxOrderQuantity: amountOf(orderQuantity, before.maxOrderQuantity),
    maxOrderNotional: amountOf(orderNotional, before.maxOrderNotional),
    maxOpenResidual: amountOf(openResidual, before.maxOpenResidual),
    maxDailyNotional: amountOf(dailyNotional, before.maxDailyNotional),
    maxOpenOrders: amountOf(limits.openOrders, before.maxOpenOrders),
    maxPosition: amountOf(limits.position, before.maxPosition),
    maxGrossPosition: amountOf(limits.grossPosition, before.maxGrossPosition),
    maxNetPosition: amountOf(limits.netPosition, before.maxNetPosition),
    liftedLimits: Account.liftableLimits.filter((limit) =>
      said[limit] === undefined ? before.liftedLimits.includes(limit) : said[limit] === "none"
    ),
    ...(ordersPerMinute === undefined ? {} : { ordersPerMinute }),
    ...(rejectionsInARow === undefined ? {} : { maxRejectionsInARow: rejectionsInARow }),
    ...(collarBp === undefined ? {} : { collarBp })
  }
}

/** Market orders unless limit orders are asked for; what is not said stays as it is. */
const orderTermsOf = (order: AccountEntry["order"]): Partial<Account.AccountSettings> => {
  if (order === undefined) return {}
  const { lifeSeconds, limitOffsetBp, session, timeInForce } = order === "market" ? {} : order
  const [first, ...further] = typeof limitOffsetBp === "number" ? [limitOffsetBp] : (limitOffsetBp ?? [])
  return {
    limitOffsetBp: first,
    repriceOffsetsBp: further.length === 0 ? undefined : further,
    orderLifeSeconds: lifeSeconds,
    orderSession: session,
    orderTimeInForce: timeInForce
  }
}

/** Real money is said twice, as `live: true` and by no other word: `environment` alone is not enough, and may not say otherwise. */
const environmentOf = (
  file: string,
  place: string,
  { environment, live }: AccountEntry,
  known: Account.AccountSettings["environment"]
): Either.Either<Account.AccountSettings["environment"], SettingsError> => {
  if (live === true && environment === "paper") {
    return Either.left(fail(file, place, "has environment paper and live: true", "Remove one of them"))
  }
  if (live !== true && environment === "live" && known !== "live") {
    return Either.left(
      fail(file, place, "is a real-money account without live: true", "Add live: true, or remove environment")
    )
  }
  if (live === false && environment === "live") {
    return Either.left(fail(file, place, "is a real-money account with live: false", "Set live: true"))
  }
  return Either.right(live === true ? "live" : (environment ?? known))
}

/** The weights of owners; allocation by a key needs some. */
const keyOf = (
  file: string,
  place: string,
  { allocation, allocationKey }: AccountEntry,
  base: Account.AccountSettings
): Either.Either<Account.AccountSettings["allocationKey"], SettingsError> => {
  const key = allocationKey?.length === 0 ? undefined : (allocationKey ?? base.allocationKey)
  if ((allocation ?? base.allocation) !== "key" || key !== undefined) return Either.right(key)
  const remedy = 'Set the weights of owners, such as ["ann=60", "bob=40"], or another allocation'
  return Either.left(fail(file, `${place}.allocationKey`, "is missing, and allocation is key", remedy))
}

/** The settings of an account that an entry says, on top of what it has. */
export const settingsOf = (
  file: string,
  name: string,
  entry: AccountEntry,
  base: Account.AccountSettings
): Either.Either<Account.AccountSettings, SettingsError> =>
  Either.gen(function* () {
    const place = `accounts.${name}`
    const {
      allocationKey: _key,
      band,
      cutOffs: sentAt,
      fourEyes: operations,
      restrictedHours: hours,
      resendWindow,
      maxTradeAge,
      limits,
      live,
      order,
      ...plain
    } = entry
    const environment = yield* environmentOf(file, place, entry, base.environment)
    const allocationKey = yield* keyOf(file, place, entry, base)
    const window =
      resendWindow === undefined ? undefined : yield* durationMs(resendWindow, `${file}, ${place}.resendWindow`)
    const oldest =
      maxTradeAge === undefined ? undefined : yield* durationMs(maxTradeAge, `${file}, ${place}.maxTradeAge`)
    return {
      ...base,
      ...(live === true && base.environment === "paper" ? { shorting: "never" as const } : {}),
      ...plain,
      environment,
      allocationKey,
      ...(sentAt === undefined ? {} : { cutOffs: sentAt.length === 0 ? undefined : sentAt }),
      ...(hours === undefined ? {} : { restrictedHours: hours.length === 0 ? undefined : hours }),
      ...(operations === undefined ? {} : { fourEyes: fourEyes.listed(operations) }),
      ...limitsOf(limits, base),
      ...orderTermsOf(order),
      ...(window === undefined ? {} : { resendWindowMs: window }),
      ...(oldest === undefined ? {} : { maxTradeAgeMs: oldest }),
      ...(band === undefined ? {} : { bandBp: bandBpOf(band) })
    }
  })

/** What is said of one account outside of a file, on top of what it has; refused in the same words. It may name one of these brokers. */
export const readAccount = (
  entry: unknown,
  name: AccountName.AccountName,
  base: Account.AccountSettings,
  brokers: ReadonlyArray<string> = []
): Either.Either<Account.AccountSettings, SettingsError> => {
  const place = `account ${name}`
  return Schema.decodeUnknownEither(accountEntry(brokers))(entry).pipe(
    Either.mapLeft((error) => valueFault(place, entry, error)),
    Either.flatMap((read) => settingsOf(place, name, read, Account.settingsOf(base)))
  )
}

/** What was said of several terms. */
export const said = (values: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

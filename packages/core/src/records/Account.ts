import { Schema, Struct } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import { Quantity } from "../values/Quantity.ts"
import { AllocationKey } from "./allocationKey.ts"
import { allocationPolicies } from "./allocationPolicy.ts"
import { CutOff } from "./cutOffs.ts"
import { RestrictedHours } from "./restrictedHours.ts"
import { fourEyesOperations } from "./fourEyes.ts"
import { lotMethods, type LotMethod } from "./lotMethods.ts"
import { DatedSymbol } from "./DatedSymbol.ts"
import { resolve, type OrderPolicy } from "./OrderPolicy.ts"
import { policyTimesInForce, sessions } from "./OrderTerms.ts"
import { SupportedOrders, type Asked } from "./SupportedOrders.ts"
import { AccountName } from "./AccountName.ts"

/** How a trade of the source maps to our target: the same way, or the other (ACC-10). */
export const directions = ["mirror", "offset"] as const

/** How a trade of the source maps to our target. */
export type Direction = (typeof directions)[number]

/** What becomes of a direct order while one of the other side lives (D5). */
export const crossings = ["wait", "refuse"] as const

/** One of these policies. */
export type Crossing = (typeof crossings)[number]

/** The limits that have a default, as the configuration names them: a person may lift each by its name. */
export const liftableLimits = ["orderQuantity", "orderNotional", "openResidual", "dailyNotional"] as const

/** One of these limits. */
export type LiftedLimit = (typeof liftableLimits)[number]

/**
 * One of our accounts, with the policies that its orders obey and the limits that they keep. Lots, thresholds and quantities in
 * shares, notionals and the open residual in dollars, times in milliseconds.
 */
export const Account = Schema.Struct({
  name: Column.branded(AccountName),
  broker: Column.text,
  environment: Column.literal(["paper", "live"]),
  brokerAccountId: Column.optional(Column.text),
  currency: Column.text,
  direction: Column.literal(directions),
  lot: Column.brandedDecimal(Quantity),
  threshold: Column.optional(Column.brandedDecimal(Quantity)),
  thresholdNotional: Column.optional(Column.brandedDecimal(Quantity)),
  maxOrderQuantity: Column.optional(Column.brandedDecimal(Quantity)),
  maxOrderNotional: Column.optional(Column.brandedDecimal(Quantity)),
  maxOpenResidual: Column.optional(Column.brandedDecimal(Quantity)),
  maxDailyNotional: Column.optional(Column.brandedDecimal(Quantity)),
  maxOpenOrders: Column.optional(Column.brandedDecimal(Quantity)),
  maxPosition: Column.optional(Column.brandedDecimal(Quantity)),
  maxGrossPosition: Column.optional(Column.brandedDecimal(Quantity)),
  maxNetPosition: Column.optional(Column.brandedDecimal(Quantity)),
  /** The limits that a person has lifted: where one is neither set nor lifted, its default stands. */
  liftedLimits: Column.json(Schema.Array(Schema.Literal(...liftableLimits))),
  ordersPerMinute: Column.optional(Column.integer),
  /** How many orders its broker may reject in a row before the account halts. */
  maxRejectionsInARow: Column.optional(Column.integer),
  /** How far a price may be from that of another source, in basis points. */
  collarBp: Column.optional(Column.integer),
  /** Symbols for which nothing is sent. */
  restricted: Column.texts,
  shorting: Column.literal(["never", "allowed"]),
  external: Column.literal(["ignore", "count"]),
  cancelOnFlip: Column.flag,
  /** D5, for all direct orders; where nothing is said rows wait, and decisions are refused. */
  crossing: Column.optional(Column.literal(crossings)),
  resendWindowMs: Column.integer,
  /** How old a trade may be to be counted where the account is live; a day where nothing is said. */
  maxTradeAgeMs: Column.optional(Column.integer),
  /** How far a fill's price may be from what was expected without being flagged, in basis points; 20 % where nothing is said. */
  bandBp: Column.optional(Column.integer),
  /** Limit orders instead of market ones: how far beyond the reference price, in basis points, and for how long (D2). */
  limitOffsetBp: Column.optional(Column.integer),
  /** The offsets of the steps after the first, ever further: for an order that follows one which found no fill in its life (D2). */
  repriceOffsetsBp: Column.optional(Column.json(Schema.Array(Schema.Int))),
  orderLifeSeconds: Column.optional(Column.integer),
  /** In which session its orders are sent and how long they work, where what asks for one says nothing. */
  orderSession: Column.optional(Column.literal(sessions)),
  orderTimeInForce: Column.optional(Column.literal(policyTimesInForce)),
  /** By which method its profit is reported, where none is asked for (LOT-4); FIFO where nothing is said. */
  lotMethod: Column.optional(Column.literal(lotMethods)),
  /** C6: how an order's fills go to the trades in it; from the oldest on where nothing is said. */
  allocation: Column.optional(Column.literal(allocationPolicies)),
  /** C6: the weights of owners, by which the fills go to them where `allocation` is `key`. */
  allocationKey: Column.optional(Column.json(AllocationKey)),
  /** D9: when what was collected is sent; at once where nothing is said. */
  cutOffs: Column.optional(Column.json(Schema.Array(CutOff))),
  /** D10: hours of the day in which nothing is sent; none where nothing is said. */
  restrictedHours: Column.optional(Column.json(Schema.Array(RestrictedHours))),
  /** The operations that another person has to approve, and for how many minutes that can be; none, and an hour, where nothing is said. */
  fourEyes: Column.optional(Column.json(Schema.Array(Schema.Literal(...fourEyesOperations)))),
  approvalMinutes: Column.optional(Column.integer),
  /** What the account's broker takes, as it last declared; unknown before the account was first driven. */
  crossesZero: Column.optional(Column.flag),
  supportedOrders: Column.optional(Column.json(Schema.Array(SupportedOrders))),
  /** The order types that may name dollars in place of shares; none where the broker takes shares only. */
  notionalTypes: Column.optional(Column.texts),
  /** Its broker's market is simulated: it trades at the last price that is known, however old that is. */
  simulatedMarket: Column.optional(Column.flag),
  /** The tickers that instruments have at the market from a moment on, beside those that the books know them by (P9). */
  symbols: Column.json(Schema.Array(DatedSymbol)),
  createdAt: Column.instant,
  updatedAt: Column.instant,
  version: Column.integer
})

/** One of our accounts. */
export type Account = typeof Account.Type

/** What may be set of an account. */
export type AccountSettings = Omit<
  Account,
  | "name"
  | "brokerAccountId"
  | "crossesZero"
  | "supportedOrders"
  | "notionalTypes"
  | "simulatedMarket"
  | "symbols"
  | "createdAt"
  | "updatedAt"
  | "version"
>

/** The names of what may be set of an account. */
export const settable = [
  "allocation",
  "allocationKey",
  "approvalMinutes",
  "bandBp",
  "broker",
  "cancelOnFlip",
  "collarBp",
  "crossing",
  "cutOffs",
  "currency",
  "direction",
  "environment",
  "external",
  "fourEyes",
  "liftedLimits",
  "limitOffsetBp",
  "lot",
  "lotMethod",
  "maxDailyNotional",
  "maxOpenOrders",
  "maxPosition",
  "maxGrossPosition",
  "maxNetPosition",
  "maxOpenResidual",
  "maxOrderNotional",
  "maxOrderQuantity",
  "maxRejectionsInARow",
  "maxTradeAgeMs",
  "orderLifeSeconds",
  "orderSession",
  "ordersPerMinute",
  "orderTimeInForce",
  "repriceOffsetsBp",
  "resendWindowMs",
  "restricted",
  "restrictedHours",
  "shorting",
  "threshold",
  "thresholdNotional"
] as const

/** What may be set of an account, as data. */
export const Settings = Schema.Struct(Struct.pick(Account.fields, ...settable))

/** What may be set, of a record that has more. */
export const settingsOf = (account: AccountSettings): AccountSettings => Struct.pick(account, ...settable)

/** What the orders of an account that nothing else says anything of ask of its broker. */
export const asksFor = (settings: Pick<Account, "limitOffsetBp" | "orderSession" | "orderTimeInForce">): Asked => ({
  type: settings.limitOffsetBp === undefined ? "market" : "limit",
  ...resolve(policyOf(settings))
})

/** The table of accounts. */
export const AccountTable = Table.make({
  name: "accounts",
  schema: Account,
  key: ["name"],
  keyOf: (account): string => account.name
})

const TEN_MINUTES_MS = 600_000

/** What an account has when nothing is said: paper, `mirror`, lot 1, threshold the lot, shorting allowed. */
export const defaultSettings: AccountSettings = {
  broker: "paper",
  environment: "paper",
  currency: "USD",
  direction: "mirror",
  lot: Schema.decodeSync(Quantity)("1"),
  threshold: undefined,
  thresholdNotional: undefined,
  maxOrderQuantity: undefined,
  maxOrderNotional: undefined,
  maxOpenResidual: undefined,
  maxDailyNotional: undefined,
  maxOpenOrders: undefined,
  maxPosition: undefined,
  maxGrossPosition: undefined,
  maxNetPosition: undefined,
  liftedLimits: [],
  ordersPerMinute: undefined,
  maxRejectionsInARow: undefined,
  collarBp: undefined,
  restricted: [],
  shorting: "allowed",
  external: "ignore",
  cancelOnFlip: false,
  crossing: undefined,
  resendWindowMs: TEN_MINUTES_MS,
  maxTradeAgeMs: undefined,
  bandBp: undefined,
  limitOffsetBp: undefined,
  repriceOffsetsBp: undefined,
  orderLifeSeconds: undefined,
  orderSession: undefined,
  orderTimeInForce: undefined,
  lotMethod: undefined,
  allocation: undefined,
  allocationKey: undefined,
  cutOffs: undefined,
  restrictedHours: undefined,
  fourEyes: undefined,
  approvalMinutes: undefined
}

/** The method by which the profit of an account is reported where none is asked for (LOT-4). */
export const lotMethodOf = ({ lotMethod }: Pick<Account, "lotMethod">): LotMethod => lotMethod ?? "fifo"

/** The policy of an account for its orders. */
export const policyOf = ({
  orderSession,
  orderTimeInForce
}: Pick<Account, "orderSession" | "orderTimeInForce">): OrderPolicy => ({
  session: orderSession,
  timeInForce: orderTimeInForce
})

/** The residual, in shares, from which an order is due: max(threshold, lot) (D2). */
export const dueFrom = (account: Pick<Account, "threshold">, lot: Decimal.Decimal): Decimal.Decimal =>
  account.threshold === undefined ? lot : Decimal.max(account.threshold, lot)

const DAY_MS = 86_400_000

/** How old a trade may be, in milliseconds: a day where the account says nothing. */
export const oldestTradeOf = ({ maxTradeAgeMs }: Pick<Account, "maxTradeAgeMs">): number => maxTradeAgeMs ?? DAY_MS

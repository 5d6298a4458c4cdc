import type { Documents } from "@roundlot/api"
import { Account, type Clock, Decimal, Instant, Reads } from "@roundlot/core"
import { pin, type TradeRepository } from "@roundlot/core/adapter"
import { band, codeWords, fourEyes, ladder, limits, settingChanges, TradingState, Usage } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase, isWord } from "./criteria.ts"
import * as controls from "./controls.ts"
import { NotFound } from "./errors.ts"
import { amountText } from "./limitTable.ts"
import { usesOf } from "./limitUse.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, orNull } from "./text.ts"

/** An account with the policies that its orders obey. Lots and quantities in shares, notionals in dollars, times in milliseconds. */
export type AccountDocument = Documents.AccountDocument

/** An account with its trading state, the strictest of everything's and its own, and the states that were set. */
export type AccountDetail = Documents.AccountDetail

/** Which accounts; they come by name. */
export interface AccountFilters extends ListOptions {
  readonly account?: string | undefined
  readonly broker?: string | undefined
  readonly environment?: string | undefined
}

/** The document of an account. */
const documentOf = (account: Account.Account): AccountDocument => ({
  name: account.name,
  broker: account.broker,
  environment: account.environment,
  brokerAccountId: orNull(account.brokerAccountId, pin.masked),
  currency: account.currency,
  direction: account.direction,
  lot: Decimal.format(account.lot),
  threshold: decimalOrNull(account.threshold),
  thresholdNotional: decimalOrNull(account.thresholdNotional),
  maxOrderQuantity: decimalOrNull(account.maxOrderQuantity),
  maxOrderNotional: decimalOrNull(account.maxOrderNotional),
  maxOpenResidual: decimalOrNull(account.maxOpenResidual),
  maxDailyNotional: decimalOrNull(account.maxDailyNotional),
  maxOpenOrders: decimalOrNull(account.maxOpenOrders),
  maxPosition: decimalOrNull(account.maxPosition),
  maxGrossPosition: decimalOrNull(account.maxGrossPosition),
  maxNetPosition: decimalOrNull(account.maxNetPosition),
  ordersPerMinute: account.ordersPerMinute ?? null,
  maxRejectionsInARow: account.maxRejectionsInARow ?? null,
  collarBp: account.collarBp ?? null,
  limits: limitsOf(account),
  restricted: account.restricted,
  shorting: account.shorting,
  external: account.external,
  cancelOnFlip: account.cancelOnFlip,
  crossing: account.crossing ?? null,
  lotMethod: Account.lotMethodOf(account),
  allocation: account.allocation ?? "fifo",
  allocationKey: account.allocationKey ?? null,
  cutOffs: account.cutOffs ?? null,
  restrictedHours: account.restrictedHours ?? null,
  fourEyes: account.fourEyes ?? [],
  approvalMinutes: fourEyes.minutesOf(account),
  resendWindowMs: account.resendWindowMs,
  maxTradeAgeMs: Account.oldestTradeOf(account),
  bandBp: account.bandBp ?? band.USUAL_BAND_BP,
  order: orderOf(account),
  supportedOrders: account.supportedOrders ?? [],
  createdAt: Instant.format(account.createdAt),
  updatedAt: Instant.format(account.updatedAt)
})

type Limit = AccountDocument["limits"][number]

const limitOf = (
  limit: Limit["limit"],
  unit: Limit["unit"],
  own: Decimal.Decimal | undefined,
  inForce: Decimal.Decimal | undefined
): Limit => ({
  limit,
  amount: decimalOrNull(inForce),
  unit,
  source: own !== undefined ? "account" : inForce === undefined && defaulted.has(limit) ? "lifted" : "default"
})

/** The limits that every account has until a person lifts them: of the others none is the default. */
const defaulted: ReadonlySet<Limit["limit"]> = new Set([
  "orderQuantity",
  "orderNotional",
  "openResidual",
  "dailyNotional"
])

const wholeOf = (amount: number | undefined): Decimal.Decimal | undefined =>
  amount === undefined ? undefined : Decimal.unsafe(String(amount))

/** The limits in force. What a position may owe is a default in shares, and the account's own in dollars. */
const limitsOf = (account: Account.AccountSettings): AccountDocument["limits"] => {
  const { collarBp, maxDailyNotional, maxOpenResidual, maxOrderNotional, maxOrderQuantity, ordersPerMinute } = account
  return [
    limitOf("orderQuantity", "shares", maxOrderQuantity, limits.orderQuantityOf(account)),
    limitOf("orderNotional", "dollars", maxOrderNotional, limits.orderNotionalOf(account)),
    maxOpenResidual === undefined
      ? limitOf("openResidual", "shares", undefined, limits.openSharesOf(account))
      : limitOf("openResidual", "dollars", maxOpenResidual, maxOpenResidual),
    limitOf("dailyNotional", "dollars", maxDailyNotional, limits.dailyNotionalOf(account)),
    limitOf("openOrders", "dollars", account.maxOpenOrders, account.maxOpenOrders),
    limitOf("position", "dollars", account.maxPosition, account.maxPosition),
    limitOf("grossPosition", "dollars", account.maxGrossPosition, account.maxGrossPosition),
    limitOf("netPosition", "dollars", account.maxNetPosition, account.maxNetPosition),
    limitOf("ordersPerMinute", "orders", wholeOf(ordersPerMinute), wholeOf(ordersPerMinute)),
    limitOf("rejectionsInARow", "orders", wholeOf(account.maxRejectionsInARow), wholeOf(account.maxRejectionsInARow)),
    limitOf("collarBp", "basisPoints", wholeOf(collarBp), wholeOf(collarBp))
  ]
}

/** A limit as it is and as it would be, each as people read it. */
export interface LimitChange {
  readonly limit: string
  readonly before: string
  readonly after: string
}

/** All limits in force, by name, as people read them. */
const limitTexts = (account: Account.AccountSettings | undefined): ReadonlyMap<string, string> =>
  new Map(account === undefined ? [] : limitsOf(account).map((limit) => [limit.limit, amountText(limit)] as const))

/** The limits that would be others than those in force. */
export const limitChanges = (
  before: Account.AccountSettings | undefined,
  after: Account.AccountSettings
): ReadonlyArray<LimitChange> =>
  settingChanges
    .differences(limitTexts(before), limitTexts(after))
    .map(({ after: then = "none", before: now = "not set", name }) => ({ limit: name, before: now, after: then }))

/** A line for each of them. */
export const changesText = (changes: ReadonlyArray<LimitChange>): string =>
  changes.map(({ after, before, limit }) => `  ${codeWords.limitWords(limit)}: ${before} → ${after}`).join("\n")

/** How an account's orders leave that say nothing themselves, as a configuration writes it. */
export const orderOf = (account: Account.AccountSettings): AccountDocument["order"] => {
  const { limitOffsetBp, orderLifeSeconds, orderSession, orderTimeInForce, repriceOffsetsBp } = account
  const said = Object.entries({
    limitOffsetBp: repriceOffsetsBp === undefined ? limitOffsetBp : ladder.offsetsOf(account),
    lifeSeconds: orderLifeSeconds,
    session: orderSession,
    timeInForce: orderTimeInForce
  }).filter(([, value]) => value !== undefined)
  return said.length === 0 ? "market" : Object.fromEntries(said)
}

/** A page of accounts. */
export const list = (
  filters: AccountFilters
): Effect.Effect<ListDocument<AccountDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [
      ...inAnyCase("name", filters.account),
      ...inAnyCase("broker", filters.broker),
      ...(yield* isWord("environment", filters.environment, ["paper", "live"]))
    ]
    const { records, ...page } = yield* collect({ table: Account.AccountTable, anyOf: [conditions] }, filters)
    return { items: records.map(documentOf), ...page }
  })

/** There is no account of this name. */
export const noAccount = (name: string): NotFound => new NotFound({ kind: "account", id: name, list: "accounts" })

/** The account of today that has this exact name. */
export const nameOf = (name: string) =>
  Effect.flatMap(Reads.account(name), (account) =>
    account === undefined ? noAccount(name) : Effect.succeed(account.name)
  )

/** One account, by its exact name, with what trading states stand. */
export const show = (
  name: string
): Effect.Effect<AccountDetail, NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const account = yield* Reads.account(name)
    if (account === undefined) return yield* noAccount(name)
    const set = yield* Reads.all(TradingState.ControlTable, { where: [{ column: "account", in: ["", name] }] })
    const ofAccount = { column: "account", in: [name] }
    const usage = yield* Reads.first(Usage.UsageTable, { where: [ofAccount] })
    return {
      ...documentOf(account),
      tradingState: TradingState.binding(set, name),
      controls: set.map(controls.documentOf),
      sent:
        usage === undefined || usage.day === ""
          ? null
          : { date: usage.day, notional: Decimal.format(usage.dayNotional) },
      use: yield* usesOf(account, usage)
    }
  })

/** How its orders leave, in words: `limit 5, 20 bp for 60 s, gtc, extended`. */
const orderText = ({ order }: AccountDocument): string => {
  const { lifeSeconds, limitOffsetBp, session = "regular", timeInForce = "day" } = order === "market" ? {} : order
  const type =
    limitOffsetBp === undefined ? "market" : `limit ${[limitOffsetBp].flat().join(", ")} bp for ${lifeSeconds} s`
  return `${type}, ${timeInForce}, ${session}`
}

/** What people see of accounts. */
const columns: ReadonlyArray<Columns.TableColumn<AccountDocument>> = [
  Columns.words("ACCOUNT", (account) => account.name),
  Columns.words("BROKER", (account) => account.broker),
  Columns.words("ENVIRONMENT", (account) => account.environment),
  Columns.minor(Columns.words("BROKER ACCOUNT", (account) => account.brokerAccountId)),
  Columns.words("DIRECTION", (account) => account.direction),
  Columns.numbers("LOT", (account) => account.lot),
  Columns.numbers("THRESHOLD", (account) => account.threshold),
  Columns.minor(Columns.words("SHORTING", (account) => account.shorting)),
  Columns.minor(Columns.words("CURRENCY", (account) => account.currency)),
  Columns.minor(Columns.words("ORDERS", orderText))
]

/** Accounts as a table for people. */
export const table = Columns.tableOf<AccountDocument>(columns)

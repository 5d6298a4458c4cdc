import { Schema } from "effect"
import type { Account } from "../../records/Account.ts"
import {
  dailyNotionalOf,
  hasDollarLimit,
  judgesDollars,
  openSharesOf,
  orderNotionalOf,
  orderQuantityOf
} from "../account/limits.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { isFarApart } from "../../values/Quote.ts"
import { UNSAID_PRICE } from "../../values/Reference.ts"
import { mostShares } from "../../records/mostShares.ts"
import type { Instant } from "../../values/Instant.ts"
import { notionalOf, type Usage } from "../../records/Usage.ts"

/** Every control that can stand before an order, what it says, and what an operator can do. */
export const controls = {
  InstrumentUnverified: {
    says: "the broker has not confirmed the instrument yet",
    remedy: "Wait for the broker's answer; 'roundlot instruments list' shows it"
  },
  InstrumentUnknown: {
    says: "the broker does not trade the instrument",
    remedy:
      "Map the symbol to one that it trades, reverse the trades, or confirm it: 'roundlot instruments confirm SYMBOL --reason WHY'"
  },
  Restricted: { says: "the symbol is on the account's restricted list", remedy: "Take it from the list to trade it" },
  MaxQuantity: {
    says: "it is more than one order may have (limits.orderQuantity; 10,000 shares where it is not set)",
    remedy: "Raise the limit, to a lot at least: 'roundlot controls set --account NAME --order-quantity SHARES'"
  },
  ShortNotAllowed: {
    says: "nothing is held that could be sold, and the account or the instrument may not go short",
    remedy: "Allow shorting for the account where the broker allows it for the instrument, or buy first"
  },
  NotFractionable: {
    says: "the broker has no fractions of the instrument",
    remedy: "Order whole shares"
  },
  FractionHeld: {
    says: "less than a lot is held, and it may not go through zero",
    remedy: "Decide by hand: the broker cannot sell a fraction of a lot"
  },
  CrossesZero: {
    says: "it would go through zero, which the broker refuses",
    remedy: "Close what is held first; what other orders are closing counts"
  },
  UnsupportedOrder: {
    says: "the broker takes no orders of this type, session and time in force together",
    remedy: "Choose what it takes; 'roundlot accounts show' lists that"
  },
  NoReferencePrice: {
    says: "a limit in money has no price to judge by that is fresh enough, and the broker quotes none",
    remedy:
      "Give it a price: on the trade, by a source of prices, or on paper by 'roundlot exchange do' and '--prices FILE'; or lift the limits by name: 'roundlot controls set --account NAME --order-notional none --daily-notional none --reason WHY'"
  },
  MaxNotional: {
    says: "it is worth more than one order may be (limits.orderNotional; 100,000 dollars where it is not set)",
    remedy:
      "Raise the limit, or lower limits.orderQuantity so that orders are cut: 'roundlot controls set --account NAME --order-notional DOLLARS'"
  },
  OpenResidual: {
    says: "the position owes more than may be worked off without an operator (limits.openResidual, in dollars; 100,000 shares where it is not set)",
    remedy:
      "See why it owes so much, then raise the limit: 'roundlot controls set --account NAME --open-residual DOLLARS'"
  },
  DailyNotional: {
    says: "the account would send more on this market date than it may (limits.dailyNotional; 10,000,000 dollars where it is not set)",
    remedy:
      "Wait for the next market date, or raise the limit: 'roundlot controls set --account NAME --daily-notional DOLLARS'"
  },
  PriceCollar: {
    says: "its price is further from that of another source than it may be (limits.collarBp)",
    remedy: "See which of the two is wrong; a raise of the limit needs a reason"
  },
  OrdersPerMinute: {
    says: "the account has sent as many orders within a minute as it may (limits.ordersPerMinute)",
    remedy: "An accumulation order goes when a minute has passed; a decision is made anew"
  },
  OppositeOrderLive: {
    says: "a live order stands on the other side of its symbol, and an account does not trade with itself",
    remedy: "Wait for the end of that order, or cancel it"
  },
  DuplicateIntent: {
    says: "the same strategy has decided the same within the last minute",
    remedy: "Decide again later if it is meant"
  },
  ReduceOnly: {
    says: "only what closes a holding may be sent now (trading state reduce)",
    remedy: "'roundlot resume' lets the rest go on"
  },
  OwedBound: {
    says: "the order is more than its position owes: a fault of the books, its symbol is halted",
    remedy: "Run 'roundlot audit'; resume the symbol when the cause is gone"
  }
} as const

/** Is it the name of a control? */
export const isControl = (name: string): name is keyof typeof controls => Object.hasOwn(controls, name)

/** The names of all controls. */
export const controlNames: ReadonlyArray<keyof typeof controls> = Object.keys(controls).filter(isControl)

/** The name of a control, as refusals have it on record: `MaxNotional`. */
export const Control = Schema.Literal(...controlNames)

/** The name of a control. */
export type Control = keyof typeof controls

/** A refusal in a sentence: what its control says. */
export const says = (control: Control): string => `${control}: ${controls[control].says}`

/** What is to be sent. Quantities in shares, the price in dollars. */
export interface Wanted {
  readonly symbol: Ticker
  readonly quantity: Decimal.Decimal
  /** The dollars that are asked for in place of shares. */
  readonly askedNotional?: Decimal.Decimal | undefined
  readonly limitPrice: Price | undefined
  /** From which price on it becomes an order at the market, where it is one that waits for that. */
  readonly stopPrice?: Price | undefined
  /** What the position owes, where an accumulation order is judged. */
  readonly residual: Decimal.Decimal | undefined
}

/** What a judgement rests on: rows of one transaction, and the prices that are fresh in it. */
export interface Circumstances {
  readonly account: Pick<
    Account,
    | "collarBp"
    | "liftedLimits"
    | "maxDailyNotional"
    | "maxOpenResidual"
    | "maxOrderNotional"
    | "maxOrderQuantity"
    | "restricted"
    | "simulatedMarket"
  >
  /** The fresh prices that are known, whatever their source. */
  readonly prices: ReadonlyArray<Price>
  /** What trades brought, and what another source than they says; each where it is fresh. */
  readonly inboundPrice: Price | undefined
  readonly marketPrice: Price | undefined
  /** The newest price that is known at all, however old it is. */
  readonly lastPrice?: Price | undefined
  readonly usage: Usage | undefined
  readonly at: Instant
}

/**
 * The highest of the fresh prices and those of the order: what a share is worth where a limit in money is judged. Where that is ten times
 * or more from the last price that was known, one of the two is wrong, and the higher judges. On a simulated market of
 * which nobody has said a price it is what an order trades at there all the same; and where an account has the default limits alone, the
 * last price that was known: what was owed overnight is neither unbounded nor stopped.
 */
const highest = (
  { limitPrice, stopPrice }: Wanted,
  { account, lastPrice, prices }: Circumstances
): Price | undefined => {
  const own = [limitPrice, stopPrice].filter((price) => price !== undefined)
  const known = own.length === 0 ? prices : [...prices, ...own]
  const fresh = known.reduce<Price | undefined>(
    (most, each) => (most === undefined ? each : higher(most, each)),
    undefined
  )
  if (fresh !== undefined)
    return lastPrice !== undefined && isFarApart(fresh, lastPrice) ? higher(fresh, lastPrice) : fresh
  const stale = hasDollarLimit(account) ? undefined : lastPrice
  return stale ?? (account.simulatedMarket === true ? UNSAID_PRICE : undefined)
}

const higher = (a: Price, b: Price): Price => (Decimal.isLess(a, b) ? b : a)

/** What is asked for in dollars, else the shares at the highest price; `undefined` where no price is known. */
const worthOf = (wanted: Wanted, circumstances: Circumstances): Decimal.Decimal | undefined => {
  if (wanted.askedNotional !== undefined) return wanted.askedNotional
  const price = highest(wanted, circumstances)
  return price && Decimal.multiply(wanted.quantity, price)
}

/** What an order is worth, in dollars; zero only where nothing is known and no limit asks. */
export const notionalAt = (wanted: Wanted, circumstances: Circumstances): Decimal.Decimal =>
  worthOf(wanted, circumstances) ?? Decimal.zero

const isAbove = (amount: Decimal.Decimal, limit: Decimal.Decimal | undefined): boolean =>
  limit !== undefined && Decimal.isLess(limit, amount)

/**
 * The first control that refuses an order, of any origin; `undefined` where it may go. Pure: judged when an order is made and
 * again in the commit before every send. A limit in money that has no price to judge by refuses; it never reads zero.
 */
export const refusalOf = (wanted: Wanted, circumstances: Circumstances): Control | undefined => {
  const { account, at, usage } = circumstances
  if (account.restricted.includes(wanted.symbol)) return "Restricted"
  const tooMany = quantityControl(wanted, circumstances)
  if (tooMany !== undefined) return tooMany
  const collar = collarOf(wanted, circumstances)
  if (collar !== undefined) return collar
  const notional = worthOf(wanted, circumstances)
  if (notional === undefined) return judgesDollars(account) ? "NoReferencePrice" : undefined
  if (isAbove(notional, orderNotionalOf(account))) return "MaxNotional"
  const price = highest(wanted, circumstances) ?? Decimal.zero
  const owed = Decimal.multiply(Decimal.abs(wanted.residual ?? Decimal.zero), price)
  if (isAbove(owed, account.maxOpenResidual)) return "OpenResidual"
  if (isAbove(Decimal.add(notionalOf(usage, at), notional), dailyNotionalOf(account))) return "DailyNotional"
  return undefined
}

/** What counts shares. Over a notional the most are judged that it may come to; how many those are needs a price. */
const quantityControl = (wanted: Wanted, { account, prices }: Circumstances): Control | undefined => {
  const shares = mostShares(wanted, prices)
  if (shares === undefined) return isBoundByDollars(account) ? undefined : "NoReferencePrice"
  if (isAbove(shares, orderQuantityOf(account))) return "MaxQuantity"
  return isAbove(Decimal.abs(wanted.residual ?? Decimal.zero), openSharesOf(account)) ? "OpenResidual" : undefined
}

/** Of an order over dollars that has no share limit of its own its dollars are judged, without any price. */
const isBoundByDollars = (account: Circumstances["account"]): boolean =>
  account.maxOrderQuantity === undefined &&
  (orderNotionalOf(account) !== undefined || orderQuantityOf(account) === undefined)

const BASIS_POINTS = Decimal.unsafe("10000")

/**
 * A limit price, or what trades say where there is none, may not be too far from what another source says. Where that source says
 * nothing, nothing can be judged, and nothing goes.
 */
const collarOf = (
  { limitPrice }: Wanted,
  { account: { collarBp }, inboundPrice, marketPrice }: Circumstances
): Control | undefined => {
  if (collarBp === undefined) return undefined
  if (marketPrice === undefined) return "NoReferencePrice"
  const judged = limitPrice ?? inboundPrice
  if (judged === undefined) return undefined
  const apart = Decimal.multiply(Decimal.abs(Decimal.subtract(judged, marketPrice)), BASIS_POINTS)
  return isAbove(apart, Decimal.multiply(marketPrice, Decimal.unsafe(String(collarBp)))) ? "PriceCollar" : undefined
}

import type { Account } from "../../records/Account.ts"
import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { freshOf, Reference } from "../../values/Reference.ts"
import type { Price } from "../../values/Price.ts"
import type { Order } from "../../records/Order.ts"
import { closableBeside, type Standing } from "./due.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Control } from "../../records/Control.ts"
import { costOf, notionalAt, priceOf, refusalOf, type Wanted, beyondOwed } from "../risk/controls.ts"
import { isCounted, type Usage, waitsUntil, without } from "../../records/Usage.ts"

/** What the controls say in the commit before a send. */
export type Gate =
  /** It may go; `spends` is what that adds to the account's usage, in dollars, where there is something to count; `costs` what it takes of the buying power, where that is known. */
  | {
      readonly _tag: "Pass"
      readonly spends: Decimal.Decimal | undefined
      readonly costs: Decimal.Decimal | undefined
      /** What a share was taken to be worth; `undefined` where no price is known. */
      readonly judgedPrice: Price | undefined
    }
  /** Too many have gone within a minute: it waits. */
  | { readonly _tag: "Wait"; readonly control: Control; readonly until: Instant }
  /** It may not go. */
  | { readonly _tag: "Refuse"; readonly control: Control }
  /** It is more than its position owes, by so many shares: a fault of the books. */
  | { readonly _tag: "BeyondOwed"; readonly by: Decimal.Decimal }

/** What an account has sent: of its market date, and of the last minute where it has a limit for that. */
export const usageOf = (recorder: Recorder, { name }: Pick<Account, "name">): Usage | undefined => {
  recorder.need(Need.Usage({ account: name }))
  return recorder.books.usages.get(name)
}

/**
 * Judges an order of any origin in the commit before its send, on the rows of that commit (rule 0). An accumulation order has
 * passed D6 before it comes here, with the same controls in it; what is left for it are the owed bound and the limit over time.
 */
export const judge = (recorder: Recorder, standing: Standing, order: Order): Gate => {
  const { account, at, usage } = standing
  const isOwed = order.origin === "accumulation"
  const by = isOwed
    ? beyondOwed(order, standing.position, recorder.books.allocations.find("order", [order.id]))
    : undefined
  if (by !== undefined) return { _tag: "BeyondOwed", by }
  const wanted: Wanted = {
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    askedNotional: order.askedNotional,
    limitPrice: order.limitPrice,
    stopPrice: order.stopPrice,
    residual: undefined
  }
  const isSpent = isCounted(order, at)
  // Nobody reads the account again for a direct order, and what was read minutes ago must not end one: its broker judges.
  const circumstances = {
    ...standing,
    buyingPower: undefined,
    own: order,
    liveOrders: standing.liveOrders.filter(({ id }) => id !== order.id),
    prices: [...standing.prices, ...ownPrice(standing, order)],
    lastPrice: standing.lastPrice ?? order.referencePrice
  }
  const control = isOwed ? undefined : refusalOf(wanted, { ...circumstances, usage: without(usage, order, at) })
  if (control !== undefined) return { _tag: "Refuse", control }
  const until = account.ordersPerMinute === undefined ? undefined : waitsUntil(usage, account.ordersPerMinute, at)
  if (until !== undefined) {
    return isOwed ? { _tag: "Wait", control: "OrdersPerMinute", until } : { _tag: "Refuse", control: "OrdersPerMinute" }
  }
  const worth = notionalAt(wanted, circumstances)
  const notional = isSpent ? Decimal.zero : worth
  const isCountedNow = account.ordersPerMinute !== undefined || !Decimal.isZero(notional)
  const isKnown = standing.buyingPower?.(order.id) !== undefined
  const costs = isKnown ? costOf({ ...wanted, closing: closableBeside(standing, order) }, worth) : undefined
  return {
    _tag: "Pass",
    spends: isCountedNow ? notional : undefined,
    costs,
    judgedPrice: priceOf(wanted, circumstances)
  }
}

/** The price that a direct order was made by, such as that of its trade, where it may still decide. */
const ownPrice = ({ account, at }: Standing, order: Order): ReadonlyArray<Price> => {
  const { origin, referenceAt, referencePrice: price, referenceSource: source } = order
  if (origin === "accumulation" || price === undefined || referenceAt === undefined) return []
  const reference = Reference.Priced({ price, at: referenceAt, source: source ?? "" })
  const fresh = freshOf(reference, at, account.simulatedMarket === true)
  return fresh === undefined ? [] : [fresh]
}

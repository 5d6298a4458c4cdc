import type { Recorder } from "../../books/Recorder.ts"
import type { Control } from "../../records/Control.ts"
import type { Order } from "../../records/Order.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { notionalOf, openOf, withinMinute } from "../../records/Usage.ts"
import * as Decimal from "../../values/Decimal.ts"
import { dailyNotionalOf } from "../account/limits.ts"
import { notionalAt } from "../risk/controls.ts"
import { controlledOf, costOfDue, withoutOrder, type Due, type Standing } from "./due.ts"
import { standingOf } from "./evaluation.ts"

/** What orders that a changed limit releases ask for together: dollars of the day, dollars of the buying power, and sends. */
export interface Demand {
  readonly notional: Decimal.Decimal
  readonly cost: Decimal.Decimal
  readonly sends: number
}

/** Nothing is asked for yet. */
export const noDemand: Demand = { notional: Decimal.zero, cost: Decimal.zero, sends: 0 }

/** What a control says of the order that a position owes. Quantity in shares, notional in dollars at the last known price. */
export interface Judged {
  readonly symbol: Ticker
  readonly quantity: Decimal.Decimal
  readonly notional: Decimal.Decimal | undefined
  /** The control that refuses its order; `undefined` where it may go. */
  readonly control: Control | undefined
  /** The same upon what others ask for first, and what they ask for with it. */
  readonly upon: (demand: Demand) => { readonly control: Control | undefined; readonly demand: Demand }
}

/** What the limits say of what a position owes, a plan that has not left with it; nothing where it owes no order. */
export const judge = (recorder: Recorder, symbol: Ticker): Judged | undefined => {
  const standing = standingOf(recorder, symbol)
  if (standing === undefined) return undefined
  const plan = standing.liveOrders.find(({ origin, status }) => origin === "accumulation" && status === "pending")
  const without = plan === undefined ? standing : withoutOrder(standing, plan)
  const due = controlledOf(without)
  if (due._tag !== "Order" && due._tag !== "Refused") return undefined
  const quantity = Decimal.abs(without.position.residual)
  const { lastPrice } = standing
  return {
    symbol,
    quantity,
    notional: lastPrice && Decimal.multiply(quantity, lastPrice),
    control: due._tag === "Refused" ? due.control : paceOf(standing, plan, 0),
    upon: (demand) =>
      due._tag === "Refused" ? { control: due.control, demand } : judgeUpon(standing, without, { due, plan }, demand)
  }
}

/** A plan that waits for the minute of its account to pass waits on while as many have gone as may. */
const paceOf = ({ account, at, usage }: Standing, plan: Order | undefined, sends: number): Control | undefined => {
  const { ordersPerMinute } = account
  if (plan?.heldFor !== "OrdersPerMinute" || ordersPerMinute === undefined) return undefined
  return withinMinute(usage, at) + sends < ordersPerMinute ? undefined : "OrdersPerMinute"
}

type DueOrder = Extract<Due, { readonly _tag: "Order" }>

const judgeUpon = (
  standing: Standing,
  without: Standing,
  { due, plan }: { readonly due: DueOrder; readonly plan: Order | undefined },
  { cost, notional, sends }: Demand
) => {
  const { account, at, position, usage } = without
  const { quantity, side, terms } = due
  const wanted = { symbol: position.symbol, side, quantity, limitPrice: terms.limitPrice, residual: position.residual }
  const demand = {
    notional: Decimal.add(notional, notionalAt(wanted, { ...without, buyingPower: undefined })),
    cost: Decimal.add(cost, costOfDue(without, due) ?? Decimal.zero),
    sends: sends + 1
  }
  const isBeyond = (most: Decimal.Decimal | undefined, before: Decimal.Decimal): boolean =>
    most !== undefined && Decimal.isLess(most, Decimal.add(before, demand.notional))
  const power = without.buyingPower?.()
  const control = isBeyond(dailyNotionalOf(account), notionalOf(usage, at))
    ? "DailyNotional"
    : isBeyond(account.maxOpenOrders, openOf(usage).notional)
      ? "OpenOrders"
      : power !== undefined && Decimal.isLess(power, demand.cost)
        ? "BuyingPower"
        : paceOf(standing, plan, sends)
  return control === undefined ? { control, demand } : { control, demand: { notional, cost, sends } }
}

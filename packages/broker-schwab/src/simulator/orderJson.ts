import { ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { type Price, Decimal, Instant } from "@roundlot/core"
import { hash } from "node:crypto"
import { integer, number } from "./Answer.ts"
import type { Said } from "./Desk.ts"

type Order = ExchangeOrder.ExchangeOrder
type Execution = ExchangeOrder.Execution

/** The number of a symbol, always the same. */
export const instrumentIdOf = (symbol: string): string =>
  String(Number.parseInt(hash("sha256", symbol, "hex").slice(0, 7), 16))

const REVISION_DIGITS = 2

/** The number of one revision of an execution: the exchange counts executions. */
export const activityIdOf = ({ execIdBase, revision }: Execution): string =>
  `9${execIdBase.split("-").at(-1)?.padStart(8, "0")}${String(revision).padStart(REVISION_DIGITS, "0")}`

/** Whether an instruction opens a position or closes it. */
export const effectOf = (instruction: string): "OPENING" | "CLOSING" =>
  instruction === "BUY" || instruction === "SELL_SHORT" ? "OPENING" : "CLOSING"

/** A time as Schwab writes it: to the second, with its zone as four digits. */
export const timeOf = (at: Instant.Instant): string => `${Instant.format(at).slice(0, 19)}+0000`

const statuses: { readonly [S in ExchangeOrder.ExchangeStatus]: string } = {
  new: "WORKING",
  unpriced: "WORKING",
  partially_filled: "WORKING",
  filled: "FILLED",
  cancelled: "CANCELED",
  expired: "EXPIRED",
  rejected: "REJECTED"
}

/** How an order is shown. */
export interface Shown {
  readonly accountNumber: string
  readonly said: Said
  readonly hours: Matching.Hours
  readonly onItsWay: ReadonlyArray<string>
  /** What an instruction calls it while it works. */
  readonly shownAs?: string | undefined
}

/** Where an order stands, as Schwab calls it. */
const statusOf = (order: Order, { hours, onItsWay, said, shownAs }: Omit<Shown, "accountNumber">): string => {
  if (order.status === "cancelled" && said.replacedBy !== undefined) return "REPLACED"
  if (!ExchangeOrder.isWorking(order.status)) return statuses[order.status]
  if (shownAs !== undefined) return shownAs
  if (said.isCancelAsked === true) return "PENDING_CANCEL"
  if (!Matching.isInSession(order, hours)) return "PENDING_ACTIVATION"
  if (order.type === "stop" || order.type === "stop_limit") return "AWAITING_STOP_CONDITION"
  return (order.status === "new" ? onItsWay[said.shown ?? 0] : undefined) ?? statuses[order.status]
}

const ended = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED", "REPLACED"])

/** The newest revision of every execution that has shares. */
const newestOf = (executions: ReadonlyArray<Execution>): ReadonlyArray<Execution> => {
  const newest = new Map<string, Execution>()
  for (const each of executions) newest.set(each.execIdBase, each)
  return [...newest.values()].filter(({ quantity }) => Decimal.isPositive(quantity))
}

/** An execution is an activity of its own, at the time at which it happened first. */
const activityJson = (execution: Execution, first: Execution, remaining: Decimal.Decimal) => ({
  activityType: "EXECUTION",
  activityId: integer(activityIdOf(execution)),
  executionType: "FILL",
  quantity: number(execution.quantity),
  orderRemainingQuantity: number(remaining),
  executionLegs: [legJson(execution.symbol, execution.quantity, execution.price, first.executedAt)]
})

const legJson = (symbol: string, quantity: Decimal.Decimal, price: Decimal.Decimal, at: Instant.Instant) => ({
  legId: integer("1"),
  quantity: number(quantity),
  mismarkedQuantity: number(Decimal.zero),
  price: number(price),
  time: timeOf(at),
  instrumentId: integer(instrumentIdOf(symbol))
})

/** What a cancel leaves behind: an activity of type EXECUTION that executed nothing. */
const cancelJson = (order: Order) => {
  const rest = Decimal.subtract(order.quantity, order.filledQuantity)
  return {
    activityType: "EXECUTION",
    activityId: integer(`8${order.brokerOrderId.slice(-10)}`),
    executionType: "CANCELED",
    quantity: number(rest),
    orderRemainingQuantity: number(Decimal.zero),
    executionLegs: [legJson(order.symbol, rest, Decimal.zero, order.updatedAt)]
  }
}

const cancelled = new Set(["CANCELED", "REPLACED"])

const activitiesOf = (order: Order, executions: ReadonlyArray<Execution>, status: string) => {
  const newest = newestOf(executions)
  const fills = newest.map((execution, index) => {
    const first = executions.find((each) => each.execIdBase === execution.execIdBase) ?? execution
    const before = Decimal.sum(newest.slice(0, index + 1).map(({ quantity }) => quantity))
    return activityJson(execution, first, Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, before)))
  })
  const activities = cancelled.has(status) ? [...fills, cancelJson(order)] : fills
  return activities.length === 0 ? {} : { orderActivityCollection: activities }
}

/** A price under its key, where there is one. */
export const priced = (key: string, value: Price.Price | null) => (value === null ? {} : { [key]: number(value) })

const durations: { readonly [timeInForce: string]: string } = {
  day: "DAY",
  gtc: "GOOD_TILL_CANCEL",
  ioc: "IMMEDIATE_OR_CANCEL",
  fok: "FILL_OR_KILL"
}

/** What is said of an order that needs more than there is (docs.rs/schwab_api, a recorded preview; orders that clients posted). */
export const NOT_ENOUGH = "You do not have enough available cash/buying power for this order."

const described = ({ reason }: Order): string =>
  reason?.startsWith("insufficient buying power") === true ? NOT_ENOUGH : (reason ?? "rejected")

/** The terms of an order in Schwab's words. */
export const termsOf = (order: Pick<Order, "session" | "timeInForce" | "type">, said: Said) => ({
  session: said.session ?? (order.session === "extended" ? "SEAMLESS" : "NORMAL"),
  duration: durations[order.timeInForce] ?? "DAY",
  orderType: `${order.type.toUpperCase()}${order.timeInForce === "cls" ? "_ON_CLOSE" : ""}`
})

/** An order as Schwab shows it: numbers are numbers, what it has no value for is left away. */
export const orderJson = (order: Order, executions: ReadonlyArray<Execution>, shown: Shown) => {
  const status = statusOf(order, shown)
  const isEnded = ended.has(status)
  return {
    ...termsOf(order, shown.said),
    complexOrderStrategyType: "NONE",
    quantity: number(order.quantity),
    filledQuantity: number(order.filledQuantity),
    remainingQuantity: number(
      isEnded ? Decimal.zero : Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filledQuantity))
    ),
    requestedDestination: "AUTO",
    destinationLinkName: "AutoRoute",
    ...priced("price", order.limitPrice),
    ...priced("stopPrice", order.stopPrice),
    orderLegCollection: [
      {
        orderLegType: "EQUITY",
        legId: integer("1"),
        instrument: {
          assetType: "EQUITY",
          cusip: "000000000",
          symbol: order.symbol,
          instrumentId: integer(instrumentIdOf(order.symbol))
        },
        instruction: shown.said.instruction ?? order.side.toUpperCase(),
        positionEffect: effectOf(shown.said.instruction ?? order.side.toUpperCase()),
        quantity: number(order.quantity)
      }
    ],
    orderStrategyType: "SINGLE",
    orderId: integer(order.brokerOrderId),
    cancelable: !isEnded,
    editable: !isEnded,
    status,
    ...(order.status === "rejected" ? { statusDescription: described(order) } : {}),
    enteredTime: timeOf(order.enteredAt),
    ...(isEnded ? { closeTime: timeOf(order.updatedAt) } : {}),
    tag: "TA_ROUNDLOT",
    accountNumber: integer(shown.accountNumber),
    ...activitiesOf(order, executions, status)
  }
}

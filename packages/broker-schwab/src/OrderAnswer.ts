import { Decimal, Instant, Price, Quantity, type AccountName, type Side } from "@roundlot/core"
import { ClientOrderId, type Report, type OrderTerms } from "@roundlot/core/adapter"
import { Option, ParseResult, Schema } from "effect"
import * as OrderId from "./OrderId.ts"
import { isInReview, statuses } from "./OrderStatus.ts"
import { codeOf, refusals } from "./RefusalCodes.ts"

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Id = Schema.transformOrFail(Schema.String, ClientOrderId.BrokerOrderId, {
  strict: true,
  decode: (text, _, ast) => {
    const id = OrderId.read(text)
    return id === undefined
      ? ParseResult.fail(new ParseResult.Type(ast, text, "is not 1 to 19 digits"))
      : ParseResult.succeed(id)
  },
  encode: ParseResult.succeed
})

const ExecutionLeg = Schema.Struct({
  legId: nullable(Schema.String),
  price: nullable(Decimal.FromString),
  quantity: nullable(Decimal.FromString),
  time: nullable(Instant.FromString)
})

const Activity = Schema.Struct({
  activityType: nullable(Schema.String),
  executionType: nullable(Schema.String),
  quantity: nullable(Decimal.FromString),
  orderRemainingQuantity: nullable(Decimal.FromString),
  executionLegs: nullable(Schema.Array(ExecutionLeg))
})

const Leg = Schema.Struct({
  legId: nullable(Schema.String),
  orderLegType: nullable(Schema.String),
  instruction: Schema.String,
  positionEffect: nullable(Schema.String),
  quantity: nullable(Decimal.FromString),
  instrument: Schema.Struct({
    symbol: Schema.String,
    assetType: nullable(Schema.String),
    cusip: nullable(Schema.String)
  })
})

const fields = {
  orderId: Id,
  accountNumber: nullable(Schema.String),
  status: Schema.String,
  statusDescription: nullable(Schema.String),
  session: nullable(Schema.String),
  duration: nullable(Schema.String),
  orderType: nullable(Schema.String),
  orderStrategyType: nullable(Schema.String),
  complexOrderStrategyType: nullable(Schema.String),
  quantity: nullable(Decimal.FromString),
  filledQuantity: nullable(Decimal.FromString),
  remainingQuantity: nullable(Decimal.FromString),
  price: nullable(Decimal.FromString),
  stopPrice: nullable(Decimal.FromString),
  enteredTime: Instant.FromString,
  closeTime: nullable(Instant.FromString),
  cancelTime: nullable(Schema.String),
  releaseTime: nullable(Schema.String),
  cancelable: nullable(Schema.Boolean),
  editable: nullable(Schema.Boolean),
  tag: nullable(Schema.String),
  orderLegCollection: nullable(Schema.Array(Leg)),
  orderActivityCollection: nullable(Schema.Array(Activity))
}

type Own = Schema.Struct.Type<typeof fields>
type OwnEncoded = Schema.Struct.Encoded<typeof fields>

/** What is read of an order, its children and what it replaced; keys that are not named here are ignored. */
export interface OrderAnswer extends Own {
  readonly childOrderStrategies?: ReadonlyArray<OrderAnswer> | null | undefined
  readonly replacingOrderCollection?: ReadonlyArray<OrderAnswer> | null | undefined
}

interface Encoded extends OwnEncoded {
  readonly childOrderStrategies?: ReadonlyArray<Encoded> | null | undefined
  readonly replacingOrderCollection?: ReadonlyArray<Encoded> | null | undefined
}

const nested = nullable(Schema.Array(Schema.suspend((): Schema.Schema<OrderAnswer, Encoded> => OrderAnswer)))

/** What is read of an order. Numbers come as text (`ExactJson`): decimals are exact, ids keep every digit. */
export const OrderAnswer: Schema.Schema<OrderAnswer, Encoded> = Schema.Struct({
  ...fields,
  childOrderStrategies: nested,
  replacingOrderCollection: nested
})

/** An order and all orders that hang on it: a strategy's children are orders of their own. */
export const withChildren = (order: OrderAnswer): ReadonlyArray<OrderAnswer> => [
  order,
  ...(order.childOrderStrategies ?? []).flatMap(withChildren)
]

const BUYING = /^BUY/
const SELLING = /^SELL/

const sideOf = (instruction: string): Side.Side | undefined => {
  if (BUYING.test(instruction)) return "buy"
  return SELLING.test(instruction) ? "sell" : undefined
}

/** What an order of one leg trades; none where it has several, or a side that is neither a purchase nor a sale. */
export interface Traded {
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: Quantity.Quantity
}

/** What an order trades, where it is one that books can hold. */
export const tradedOf = (order: OrderAnswer): Traded | undefined => {
  const [leg, ...others] = order.orderLegCollection ?? []
  const side = leg === undefined || others.length > 0 ? undefined : sideOf(leg.instruction)
  const quantity = order.quantity ?? leg?.quantity
  if (leg === undefined || side === undefined || quantity === null || quantity === undefined) return undefined
  return Decimal.isPositive(quantity)
    ? { symbol: leg.instrument.symbol, side, quantity: Quantity.make(quantity) }
    : undefined
}

const NO_STRATEGY = "NONE"

/** The side of an order at a net price; of one at another price its first leg's counts. */
const netSides: ReadonlyMap<string, Side.Side> = new Map([
  ["NET_DEBIT", "buy"],
  ["NET_CREDIT", "sell"]
])

/** P10: an order of several legs, under a name that is no ticker: its strategy, and what its legs are of. Listed so, never booked. */
const combinedOf = (order: OrderAnswer): Traded | undefined => {
  const legs = order.orderLegCollection ?? []
  const [leg] = legs
  const quantity = order.quantity ?? leg?.quantity
  if (leg === undefined || legs.length < 2 || quantity === null || quantity === undefined) return undefined
  const side = netSides.get(order.orderType ?? "") ?? sideOf(leg.instruction)
  if (side === undefined || !Decimal.isPositive(quantity)) return undefined
  const strategy = order.complexOrderStrategyType ?? NO_STRATEGY
  const name = strategy === NO_STRATEGY ? "LEGS" : strategy
  return {
    symbol: `${name} ${legs.map(({ instrument }) => instrument.symbol).join(",")}`,
    side,
    quantity: Quantity.make(quantity)
  }
}

/** What an order is shown as: what it trades, or its legs. */
const shownOf = (order: OrderAnswer): Traded | undefined => tradedOf(order) ?? combinedOf(order)

/** Documented as neither a purchase nor a sale. */
const SIDELESS: ReadonlySet<string> = new Set(["EXCHANGE"])

/**
 * Does an order say what it trades, or else that books cannot hold it: as the parent of others, by an instruction that is no side, over no
 * shares? Any other one hides an order that is there.
 */
export const isReadable = (order: OrderAnswer): boolean => {
  const [leg] = order.orderLegCollection ?? []
  if (leg === undefined) return (order.childOrderStrategies ?? []).length > 0
  const quantity = order.quantity ?? leg.quantity
  const isOverNone = quantity !== null && quantity !== undefined && Decimal.isZero(quantity)
  return SIDELESS.has(leg.instruction) || isOverNone || shownOf(order) !== undefined
}

/** One execution of an order, as it counts. */
export interface Executed {
  readonly execIdBase: string
  readonly quantity: Decimal.Decimal
  readonly price: Price.Price | undefined
  /** Schwab's second, and within it a tenth of a millisecond for each execution up to this one: later than any that was read before. */
  readonly executedAt: Instant.Instant
}

/** FILL-9: an activity of type EXECUTION may tell of a cancel; only what is a fill counts. */
const isFill = ({ activityType, executionType }: typeof Activity.Type): boolean =>
  (activityType ?? "EXECUTION") === "EXECUTION" && (executionType ?? "FILL") === "FILL"

const priceOf = (price: Decimal.Decimal | null | undefined): Price.Price | undefined =>
  price === null || price === undefined || !Decimal.isPositive(price) ? undefined : Price.make(price)

/**
 * The executions of an order. Schwab gives them no ids over REST, and real ones agree in leg, time, price and quantity: so each is
 * known by its order, these four, and how many equal ones were before it. Equal executions count each, the same one is the same in
 * whatever order, and beside whichever others, a snapshot has it.
 */
export const executionsOf = (order: OrderAnswer): ReadonlyArray<Executed> => {
  const known = executions.get(order)
  if (known !== undefined) return known
  const made = executionsIn(order)
  executions.set(order, made)
  return made
}

/** A reading never changes, and is asked for its executions by all that look at it. */
const executions = new WeakMap<OrderAnswer, ReadonlyArray<Executed>>()

const executionsIn = (order: OrderAnswer): ReadonlyArray<Executed> => {
  const legs = (order.orderActivityCollection ?? [])
    .filter(isFill)
    .flatMap(({ executionLegs }) => executionLegs ?? [])
    .flatMap(({ legId, price, quantity, time }) =>
      quantity === null || quantity === undefined || !Decimal.isPositive(quantity)
        ? []
        : [{ legId: legId ?? "1", price: priceOf(price), quantity, time: time ?? order.closeTime ?? order.enteredTime }]
    )
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const equals = new Map<string, number>()
  const seconds = new Map<Instant.Instant, bigint>()
  return legs.map(({ legId, price, quantity, time }) => {
    const at = Instant.format(time).replace(/\.0+Z$/, "Z")
    const paid = price === undefined ? "-" : Decimal.format(price)
    const contents = [order.orderId, legId, at, Decimal.format(quantity), paid].join("/")
    const n = (equals.get(contents) ?? 0) + 1
    const before = seconds.get(time) ?? 0n
    equals.set(contents, n)
    seconds.set(time, before + 1n)
    return { execIdBase: `${contents}/${n}`, quantity, price, executedAt: Instant.make(time + (before + 1n) * A_STEP) }
  })
}

/**
 * Schwab tells times to the second. A total that was read between two executions of one second must not seem to be of the time after
 * both, or it would seem too small (F5): each has a moment of its own, behind whatever was read of the order before it.
 */
const A_STEP = 100n

const FILLED = "FILLED"

/** What an order has filled in all, where it says so: by its total, or by being filled. */
export const totalOf = (order: OrderAnswer): Decimal.Decimal | undefined =>
  order.filledQuantity ?? (order.status === FILLED ? tradedOf(order)?.quantity : undefined)

/** Shares that an order's executions do not account for: Schwab may be late with its legs. Never below zero. */
export const missingOf = (order: OrderAnswer): Decimal.Decimal => {
  const told = Decimal.sum(executionsOf(order).map(({ quantity }) => quantity))
  return Decimal.max(Decimal.zero, Decimal.subtract(totalOf(order) ?? Decimal.zero, told))
}

/** When an order was last known to change, by its own times: those of its executions included. */
export const lastChangeOf = (order: OrderAnswer): Instant.Instant =>
  executionsOf(order)
    .map(({ executedAt }) => executedAt)
    .reduce(Instant.later, Instant.later(order.enteredTime, order.closeTime ?? order.enteredTime))

const typeWords: ReadonlyMap<string, OrderTerms.OrderType> = new Map([
  ["MARKET", "market"],
  ["LIMIT", "limit"],
  ["STOP", "stop"],
  ["STOP_LIMIT", "stop_limit"],
  ["MARKET_ON_CLOSE", "market"],
  ["LIMIT_ON_CLOSE", "limit"]
])

/** How long an order works; Schwab has the closing auction in its type. */
export const timeInForceOf = ({ duration, orderType }: OrderAnswer): OrderTerms.TimeInForce => {
  if (orderType?.endsWith("_ON_CLOSE") === true) return "cls"
  return duration === "GOOD_TILL_CANCEL" ? "gtc" : "day"
}

const sessionOf = (session: string | null | undefined): OrderTerms.Session | undefined => {
  if (session === null || session === undefined) return undefined
  return session === "NORMAL" ? "regular" : "extended"
}

/** What Schwab shows of an order's life: a rejection after the fact is one of its refusals, though it comes without their status. */
const lifeOf = ({
  status,
  statusDescription
}: OrderAnswer): Pick<Report.OrderSeen, "notWorking" | "refusal" | "state" | "words"> => {
  const state = statuses.livenessOf(status)
  const words = statusDescription ?? undefined
  if (isInReview(status)) return { state, notWorking: { reason: words ?? status } }
  if (state._tag === "Open" || words === undefined) return { state }
  if (state.kind !== "rejected") return { state, words }
  const code = codeOf(400, words)
  return { state, words, refusal: { code, words, class: refusals.classOf(code, words) } }
}

/** An order as the books take it at a moment, one of several legs as such (P10); none where it is of no side. */
export const seenOf = (
  account: AccountName.AccountName,
  order: OrderAnswer,
  asOf: Instant.Instant
): Option.Option<Report.OrderSeen> =>
  Option.map(Option.fromNullable(shownOf(order)), ({ quantity, side, symbol }) => {
    const executions = executionsOf(order)
    const isPriced = executions.length > 0 && executions.every(({ price }) => price !== undefined)
    const notional = Decimal.sum(executions.map((each) => Decimal.multiply(each.quantity, each.price ?? Decimal.zero)))
    const told = Decimal.sum(executions.map((each) => each.quantity))
    return {
      _tag: "OrderSeen",
      account,
      asOf,
      asOfKind: "broker",
      brokerOrderId: order.orderId,
      clientOrderId: undefined,
      symbol,
      side,
      quantity,
      rawStatus: order.status,
      ...lifeOf(order),
      cumulative: totalOf(order),
      averagePrice: isPriced && Decimal.isZero(missingOf(order)) ? Price.average(notional, told) : undefined,
      enteredAt: order.enteredTime,
      type: typeWords.get(order.orderType ?? ""),
      session: sessionOf(order.session),
      limitPrice: priceOf(order.price),
      stopPrice: priceOf(order.stopPrice),
      executionsRead: false
    }
  })

/** A revision of an order's execution, as the books take it; none where the order is none that they hold. */
export const executedReport = (
  account: AccountName.AccountName,
  order: OrderAnswer,
  { execIdBase, executedAt, price, quantity, revision }: Executed & { readonly revision: number }
): Report.Executed | undefined => {
  const traded = tradedOf(order)
  return traded === undefined
    ? undefined
    : {
        _tag: "Executed",
        account,
        asOf: executedAt,
        asOfKind: "broker",
        execId: `${execIdBase}#${revision}`,
        execIdBase,
        revision,
        brokerOrderId: order.orderId,
        clientOrderId: undefined,
        symbol: traded.symbol,
        side: traded.side,
        quantity,
        price,
        executedAt
      }
}

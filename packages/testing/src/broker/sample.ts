import { Clock, Duration, Effect } from "effect"
import { type Broker, Decimal, Instant, Price, Quantity, type Side } from "@roundlot/core"
import { ClientOrderId, OrderState, OrderTerms, type Report, SupportedOrders } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import * as SampleOrder from "../SampleOrder.ts"
import { CannotStage, type Place, type SentOrder, tell } from "./Place.ts"

/** A market order of three shares under a client order id of its own, or what differs from it. */
export const termsAt = (
  { account, symbol }: Pick<Place, "account" | "symbol">,
  differs: Partial<OrderTerms.OrderTerms> = {}
): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, {
    symbol,
    quantity: Quantity.unsafe("3"),
    referencePrice: Price.unsafe("150"),
    ...differs
  })

/** So many shares. */
export const shares = (quantity: string) => ({ quantity: Quantity.unsafe(quantity) })

/** Prices, in cents, at which an order rests while the market is at 150 dollars: `step` cents further away each. */
const restingAt = (
  type: OrderTerms.OrderType,
  side: Side.Side,
  step: number
): Pick<OrderTerms.OrderTerms, "limitPrice" | "stopPrice"> => {
  const away = (cents: number) => Price.unsafe((150 + (side === "buy" ? 1 : -1) * (cents + step) * 0.01).toFixed(2))
  const [below, above, beyond] = [away(-1125), away(1125), away(1575)]
  return {
    limitPrice: type === "limit" ? below : type === "stop_limit" ? beyond : undefined,
    stopPrice: type === "stop" || type === "stop_limit" ? above : undefined
  }
}

/** Every session, type and time in force together. */
export const everyOrder: ReadonlyArray<SupportedOrders.Asked> = OrderTerms.sessions.flatMap((session) =>
  OrderTerms.orderTypes.flatMap((type) =>
    OrderTerms.timesInForce.map((timeInForce) => ({ session, type, timeInForce }))
  )
)

/** What a broker declares to take, of `everyOrder`. */
export const declaredOrders = ({ broker }: Place): ReadonlyArray<SupportedOrders.Asked> =>
  everyOrder.filter((asked) => SupportedOrders.faultOf(broker.capabilities.supportedOrders, asked) === undefined)

/** Later than any clock under which a suite runs. */
const GOOD_TILL = Instant.fromMillis(Date.UTC(2040, 0, 5, 21))

/** An order of this kind with its prices: `number` varies its side, quantity and prices. */
export const askedFor = (place: Place, asked: SupportedOrders.Asked, number = 0): OrderTerms.OrderTerms => {
  const side = number % 2 === 0 ? "buy" : "sell"
  const prices = restingAt(asked.type, side, number)
  const goodTill = asked.timeInForce === "gtd" ? GOOD_TILL : undefined
  return termsAt(place, { ...asked, goodTill, ...prices, ...shares(String(3 + (number % 5))), side })
}

/** The orders of all declared kinds, each other than the last in side, quantity and prices. */
export const declaredTerms = (place: Place): ReadonlyArray<OrderTerms.OrderTerms> =>
  declaredOrders(place).map((asked, number) => askedFor(place, asked, number))

/** A buy order that rests, at a limit where the broker takes limit orders. */
export const restingTerms = (place: Place, quantity = "3"): OrderTerms.OrderTerms => {
  const limit = { type: "limit", session: "regular", timeInForce: "day" } as const
  const kind =
    SupportedOrders.faultOf(place.broker.capabilities.supportedOrders, limit) === undefined
      ? limit
      : ({ ...limit, type: "market" } as const)
  return { ...askedFor(place, kind), ...shares(quantity) }
}

let attempts = 0

/** Sends an order as an attempt of its own. */
export const send = ({ broker }: Place, terms: OrderTerms.OrderTerms) => SampleOrder.send(broker, terms, ++attempts)

/** No broker has an order of this id. */
export const NO_ID = ClientOrderId.BrokerOrderId.make("no-such-order")

/** An answer's id where the order was taken. */
export const idOf = (answer: Report.Answer): ClientOrderId.BrokerOrderId =>
  answer._tag === "Accepted" ? answer.brokerOrderId : NO_ID

/** Sends an order that is taken. */
export const sent = (place: Place, terms: OrderTerms.OrderTerms) =>
  Effect.gen(function* () {
    const { answer } = yield* send(place, terms)
    yield* same(
      "an order that is taken is answered with the broker's id",
      answer._tag === "Accepted" ? answer._tag : SampleOrder.words(answer),
      "Accepted",
      "Answer Accepted with the id under which the order can be read; Unknown only where it may or may not be there"
    )
    return { terms, id: idOf(answer) } satisfies SentOrder
  })

/** Sends an order that rests until something happens to it. */
export const resting = (place: Place, terms: OrderTerms.OrderTerms = restingTerms(place)) =>
  Effect.zipRight(tell(place, "works"), sent(place, terms))

/** How far an exchange's clock may differ from ours, in milliseconds. */
export const MOST_SKEW_MS = 60_000

const HOUR_MS = 3_600_000

/** An hour before and after now. */
export const around: Effect.Effect<Broker.TimeWindow> = Effect.map(Clock.currentTimeMillis, (now) => ({
  from: Instant.fromMillis(now - HOUR_MS),
  to: Instant.fromMillis(now + HOUR_MS)
}))

/** Hours in which nothing happened: some before `around`, and some after. */
export const elsewhere: Effect.Effect<{ readonly earlier: Broker.TimeWindow; readonly later: Broker.TimeWindow }> =
  Effect.map(around, ({ from, to }) => ({
    earlier: { from: Instant.addMillis(from, -2 * HOUR_MS), to: Instant.addMillis(from, -HOUR_MS) },
    later: { from: Instant.addMillis(to, HOUR_MS), to: Instant.addMillis(to, 2 * HOUR_MS) }
  }))

/** A decimal as text, and `none` where there is none. */
export const textOf = (number: Decimal.Decimal | undefined): string =>
  number === undefined ? "none" : Decimal.format(number)

/** What is compared of an order that is shown. */
export const shownOrder = ({ account, brokerOrderId, clientOrderId, quantity, side, symbol }: Report.OrderSeen) => ({
  account,
  brokerOrderId,
  clientOrderId,
  symbol,
  side,
  quantity: textOf(quantity)
})

/** As an order is to be shown; a broker without our ids shows none. */
export const wantedOrder = ({ account, broker }: Place, { id, terms }: SentOrder) => ({
  account,
  brokerOrderId: id,
  clientOrderId: broker.capabilities.clientOrderIds ? terms.clientOrderId : undefined,
  symbol: terms.symbol,
  side: terms.side,
  quantity: textOf(terms.quantity)
})

const READ_EVERY_MS = 20

/** Reads until it is so, while patience lasts: a broker may be behind its own answers. The last that was read. */
export const until = <A, E>(
  { patience = "10 seconds" }: Place,
  read: Effect.Effect<A, E>,
  isSo: (read: A) => boolean
) =>
  Effect.gen(function* () {
    const most = Math.ceil(Duration.toMillis(patience) / READ_EVERY_MS)
    for (let reads = 1; ; reads++) {
      const found = yield* read
      if (reads >= most || isSo(found)) return found
      yield* Effect.sleep(READ_EVERY_MS)
    }
  })

/** Reads an order until it is shown so. */
export const orderUntil = (place: Place, id: ClientOrderId.BrokerOrderId, isSo: (order: Report.OrderSeen) => boolean) =>
  until(
    place,
    Effect.map(place.broker.order(id), ({ report }) => report),
    (report) => report._tag === "OrderSeen" && isSo(report)
  )

const isClosed = ({ state }: Report.OrderSeen): boolean => state._tag === "Closed"

/** What is compared of an order's state and figures. */
export const progressOf = (report: Report.Report) =>
  report._tag === "OrderSeen"
    ? [report.state._tag === "Closed" ? report.state.kind : report.state._tag, textOf(report.cumulative)]
    : report._tag

/** Reads an order until it has ended in this way with so many shares, and fails where it does not. */
export const endsAs = (place: Place, id: ClientOrderId.BrokerOrderId, kind: Report.ClosedKind, cumulative: string) =>
  Effect.flatMap(orderUntil(place, id, isClosed), (report) =>
    same(
      `the order ends as ${kind}, with the shares that it has filled`,
      progressOf(report),
      [kind, cumulative],
      "Map the broker's status to the outcome of the order, and its filled quantity to `cumulative`, in shares and in all"
    )
  )

/** Sends an order that fills whole, a new one each time that it is run. */
export const filled = (place: Place, differs: Partial<OrderTerms.OrderTerms> = {}) =>
  Effect.tap(
    Effect.suspend(() => sent(place, termsAt(place, differs))),
    ({ id, terms }) => endsAs(place, id, "filled", textOf(terms.quantity))
  )

/** Holds what the orders of `declaredTerms` sell, so that none of them sells short. */
export const holding = (place: Place) => filled(place, shares("200"))

/** A working order as far as a cancel reads it. */
export const workingOrder = (id: ClientOrderId.BrokerOrderId): OrderState.AcknowledgedOrder =>
  OrderState.OrderState.Submitted({ brokerOrderIds: [id], acceptedAt: Instant.make(0n) })

/** Cancels an order and sees it ended: no order of the other side meets it then. */
export const clear = (place: Place, id: ClientOrderId.BrokerOrderId) =>
  Effect.zipRight(place.broker.cancel(workingOrder(id)), orderUntil(place, id, isClosed))

/** The reports of a listing. */
export const reportsOf = <R extends Report.Report>({ received }: Broker.Listing<R>): ReadonlyArray<R> =>
  received.map(({ report }) => report)

/** The shares of executions together. */
export const total = (executions: ReadonlyArray<Pick<Report.Executed, "quantity">>): string =>
  Decimal.format(Decimal.sum(executions.map(({ quantity }) => quantity)))

/** The newest revision of each execution. */
export const newest = (executions: ReadonlyArray<Report.Executed>): ReadonlyArray<Report.Executed> => [
  ...new Map(
    executions.toSorted((a, b) => a.revision - b.revision).map((execution) => [execution.execIdBase, execution])
  ).values()
]

/** Fails where the broker takes no such orders. */
export const takes = ({ broker }: Place, asked: SupportedOrders.Asked): Effect.Effect<void, CannotStage> => {
  const fault = SupportedOrders.faultOf(broker.capabilities.supportedOrders, asked)
  return fault === undefined ? Effect.void : new CannotStage({ reason: fault })
}

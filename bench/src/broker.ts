import type { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Broker, Decimal, Instant, Price } from "@roundlot/core"
import { ClientOrderId, Report, type Id } from "@roundlot/core/adapter"
import type { Queue } from "effect"
import { Effect, Either, Layer } from "effect"

/** What every order fills at, in dollars. */
const FILL_PRICE = "100"

/** The content type of all that goes to the broker and comes back. */
const CONTENT_TYPE = "application/json"

/** The bytes of an order's request, as text. */
const requestText = (symbol: string, side: string, quantity: string, clientOrderId: string): string =>
  `{"symbol":"${symbol}","side":"${side}","qty":"${quantity}","type":"market","time_in_force":"day","client_order_id":"${clientOrderId}"}`

/** The bytes of the answer to a request, as text. */
const answerText = (
  brokerOrderId: string,
  symbol: string,
  side: string,
  quantity: string,
  clientOrderId: string
): string =>
  `{"id":"${brokerOrderId}","client_order_id":"${clientOrderId}","symbol":"${symbol}","side":"${side}","qty":"${quantity}","status":"accepted","filled_qty":"0"}`

/** The bytes of an execution, as text. */
const fillText = (
  brokerOrderId: string,
  symbol: string,
  side: string,
  quantity: string,
  clientOrderId: string
): string =>
  `{"event":"fill","execution_id":"${brokerOrderId}.1","price":"${FILL_PRICE}","qty":"${quantity}","order":{"id":"${brokerOrderId}","client_order_id":"${clientOrderId}","symbol":"${symbol}","side":"${side}"}}`

const encoder = new TextEncoder()

const payload = (text: string): Report.RawPayload => ({ contentType: CONTENT_TYPE, bytes: encoder.encode(text) })

/** The broker's id of the order with this client order id. */
const brokerOrderIdOf = (clientOrderId: string): string => `x-${clientOrderId.slice(10)}`

type Placed = Pick<OrderTerms.OrderTerms, "account" | "symbol" | "side" | "clientOrderId"> & {
  readonly quantity: Decimal.Decimal
}

const textsOf = ({ clientOrderId, quantity, side, symbol }: Placed) => {
  const shares = Decimal.format(quantity)
  const theirs = brokerOrderIdOf(clientOrderId)
  return {
    request: requestText(symbol, side, shares, clientOrderId),
    answer: answerText(theirs, symbol, side, shares, clientOrderId),
    fill: fillText(theirs, symbol, side, shares, clientOrderId)
  }
}

/** The request of an order. */
export const requestOf = (placed: Placed): Report.RawPayload => payload(textsOf(placed).request)

/** The answer to an attempt: taken. */
export const answerOf = (
  placed: Placed,
  attemptId: Id.AttemptId,
  at: Instant.Instant
): Report.Received<Report.Answered> => ({
  report: {
    _tag: "Answered",
    account: placed.account,
    asOf: at,
    asOfKind: "broker",
    attemptId,
    answer: Report.Answer.Accepted({
      brokerOrderId: ClientOrderId.BrokerOrderId.make(brokerOrderIdOf(placed.clientOrderId))
    }),
    httpStatus: 200
  },
  payload: payload(textsOf(placed).answer)
})

/** The order as its broker shows it while nothing of it is filled. */
export const openOf = (placed: Placed, at: Instant.Instant): Report.Received<Report.OrderSeen> => ({
  report: {
    _tag: "OrderSeen",
    account: placed.account,
    asOf: at,
    asOfKind: "broker",
    brokerOrderId: ClientOrderId.BrokerOrderId.make(brokerOrderIdOf(placed.clientOrderId)),
    clientOrderId: placed.clientOrderId,
    symbol: placed.symbol,
    side: placed.side,
    quantity: placed.quantity,
    rawStatus: "accepted",
    state: { _tag: "Open" },
    cumulative: Decimal.zero,
    averagePrice: undefined,
    executionsRead: false
  },
  payload: payload(textsOf(placed).answer)
})

/** The execution that fills a whole order. */
export const fillOf = (placed: Placed, at: Instant.Instant): Report.Received<Report.Executed> => {
  const theirs = brokerOrderIdOf(placed.clientOrderId)
  return {
    report: {
      _tag: "Executed",
      account: placed.account,
      asOf: at,
      asOfKind: "broker",
      execId: `${theirs}.1`,
      execIdBase: `${theirs}.1`,
      revision: 0,
      brokerOrderId: ClientOrderId.BrokerOrderId.make(theirs),
      clientOrderId: placed.clientOrderId,
      symbol: placed.symbol,
      side: placed.side,
      quantity: placed.quantity,
      price: fillPrice,
      executedAt: at
    },
    payload: payload(textsOf(placed).fill)
  }
}

const fillPrice = Price.unsafe(FILL_PRICE)

const nothingListed = Effect.succeed({ complete: true, received: [] })

const notFound = (account: AccountName.AccountName): Report.Received<Report.NotFound> => ({
  report: {
    _tag: "NotFound",
    account,
    asOf: Instant.make(1n),
    asOfKind: "broker",
    clientOrderId: undefined,
    brokerOrderId: undefined,
    complete: true
  },
  payload: undefined
})

/** A broker in memory that takes every order at once and fills it whole at once; what it fills goes into `fills`. */
export const instant = (
  fills: Queue.Enqueue<Report.Received>,
  now: () => Instant.Instant,
  anyAccount: AccountName.AccountName
): Broker.BrokerService => ({
  name: "instant",
  environment: "paper",
  capabilities: {
    supportedOrders: [{ session: "regular", types: ["market"], timesInForce: ["day"] }],
    fractions: false,
    clientOrderIds: true,
    uniqueClientOrderIds: true,
    corrections: true,
    perFillIds: true,
    streaming: true,
    replace: false,
    shortSale: true,
    crossesZero: true,
    historyWindowMs: 86_400_000
  },
  prepare: (terms) =>
    Either.right({
      request: requestOf(terms),
      send: (attemptId) =>
        Effect.sync(() => {
          const at = now()
          fills.unsafeOffer(fillOf(terms, at))
          return answerOf(terms, attemptId, at)
        })
    }),
  cancel: () => Effect.succeed({ _tag: "Requested" }),
  lookup: () => Effect.succeed(notFound(anyAccount)),
  order: () => Effect.succeed(notFound(anyAccount)),
  orders: () => nothingListed,
  fills: () => nothingListed,
  fillsOf: () => nothingListed,
  positions: Effect.succeed({ complete: true, holdings: [] }),
  account: Effect.succeed({ brokerAccountId: "1", currency: "USD", buyingPower: Decimal.unsafe("1000000000000000") }),
  instrument: (symbol) => Effect.succeed({ _tag: "NotKnown", symbol }),
  updates: undefined
})

/** The registry with that one broker. */
export const layer = (broker: Broker.BrokerService): Layer.Layer<Broker.Brokers> => layerOf(() => broker)

/** The registry with a broker for each account. */
export const layerOf = (
  brokerOf: (account: AccountName.AccountName) => Broker.BrokerService
): Layer.Layer<Broker.Brokers> =>
  Layer.succeed(Broker.Brokers, { get: (account) => Effect.sync(() => brokerOf(account)) })

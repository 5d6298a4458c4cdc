import { Broker, Clock, Decimal, Price, Quantity, Side } from "@roundlot/core"
import { ClientOrderId, Report, SupportedOrders } from "@roundlot/core/adapter"
import type { AccountName, Instant } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Effect, Either, Layer } from "effect"

/** An order as the house keeps it. It is filled whole when it comes in, so its own id names its one execution too. */
interface HouseOrder {
  readonly id: ClientOrderId.BrokerOrderId
  readonly terms: OrderTerms.OrderTerms
  readonly price: Price.Price
  readonly at: Instant.Instant
}

const FALLBACK_PRICE = Price.unsafe("100")
const UNLIMITED = Decimal.unsafe("1000000000")
const ONE_SHARE = Quantity.unsafe("1")

/** What the house trades. */
const listed: ReadonlySet<string> = new Set(["AAPL", "MSFT", "NVDA"])

const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market"], timesInForce: ["day"] }
]

/** The terms that the house takes, or why it does not: said before anything leaves. */
const taken = (account: AccountName.AccountName, terms: OrderTerms.OrderTerms) =>
  Either.flatMap(Broker.ownTerms(account, terms), (own) => {
    const words =
      SupportedOrders.faultOf(supportedOrders, own) ??
      (Decimal.equals(own.quantity, Decimal.floorTo(own.quantity, ONE_SHARE))
        ? undefined
        : "the house takes whole shares")
    return words === undefined ? Either.right(own) : Either.left(new Broker.Refusal({ code: "terms", words }))
  })
const utf8 = new TextEncoder()

/** What the house said, word for word: the ledger keeps it as evidence. */
const payloadOf = (contents: Readonly<Record<string, string>>): Report.RawPayload => ({
  contentType: "application/json",
  bytes: utf8.encode(JSON.stringify(contents))
})

const seenOf = ({ id, terms, price, at }: HouseOrder): Report.Received<Report.OrderSeen> => ({
  report: {
    _tag: "OrderSeen",
    account: terms.account,
    asOf: at,
    asOfKind: "broker",
    brokerOrderId: id,
    clientOrderId: terms.clientOrderId,
    symbol: terms.symbol,
    side: terms.side,
    quantity: terms.quantity,
    rawStatus: "DONE",
    state: { _tag: "Closed", kind: "filled" },
    cumulative: terms.quantity,
    averagePrice: price,
    executionsRead: false
  },
  payload: payloadOf({ id, status: "DONE", quantity: Decimal.format(terms.quantity) })
})

const executionOf = ({ id, terms, price, at }: HouseOrder): Report.Received<Report.Executed> => ({
  report: {
    _tag: "Executed",
    account: terms.account,
    asOf: at,
    asOfKind: "broker",
    execId: `${id}.0`,
    execIdBase: id,
    revision: 0,
    brokerOrderId: id,
    clientOrderId: terms.clientOrderId,
    symbol: terms.symbol,
    side: terms.side,
    quantity: terms.quantity,
    price,
    executedAt: at
  },
  payload: payloadOf({ execution: `${id}.0`, price: Decimal.format(price) })
})

/** A broker that fills every market order for whole shares at once, at the price that the order refers to. */
export const make = (account: AccountName.AccountName, clock: Clock.ClockService): Broker.BrokerService => {
  const orders: Array<HouseOrder> = []
  const inside = (window: Broker.TimeWindow) => orders.filter(({ at }) => at >= window.from && at < window.to)
  const found = (asked: { brokerOrderId?: ClientOrderId.BrokerOrderId; clientOrderId?: ClientOrderId.ClientOrderId }) =>
    Effect.map(clock.now, (asOf): Report.Received<Report.OrderSeen | Report.NotFound> => {
      const { brokerOrderId, clientOrderId } = asked
      const known = orders.find(({ id, terms }) => id === brokerOrderId || terms.clientOrderId === clientOrderId)
      if (known !== undefined) return seenOf(known)
      const report = { account, asOf, asOfKind: "broker", brokerOrderId, clientOrderId, complete: true } as const
      return { report: { _tag: "NotFound", ...report }, payload: undefined }
    })
  const take = (terms: OrderTerms.OrderTerms) =>
    Effect.map(clock.now, (at) => {
      const id = ClientOrderId.BrokerOrderId.make(`H${orders.length + 1}`)
      const order = { id, terms, price: terms.referencePrice ?? FALLBACK_PRICE, at }
      orders.push(order)
      return order
    })
  return {
    name: "house",
    environment: "paper",
    capabilities: {
      supportedOrders,
      fractions: false,
      clientOrderIds: true,
      uniqueClientOrderIds: false,
      corrections: false,
      perFillIds: true,
      streaming: false,
      replace: false,
      shortSale: true,
      crossesZero: true,
      historyWindowMs: Number.MAX_SAFE_INTEGER
    },
    prepare: (asked) =>
      Either.map(taken(account, asked), (terms) => {
        const { clientOrderId, quantity, side, symbol } = terms
        return {
          request: payloadOf({ clientOrderId, quantity: Decimal.format(quantity), side, symbol }),
          send: (attemptId) =>
            Effect.map(take(terms), ({ at, id }) => ({
              report: {
                _tag: "Answered",
                account,
                asOf: at,
                asOfKind: "broker",
                attemptId,
                answer: Report.Answer.Accepted({ brokerOrderId: id }),
                httpStatus: undefined
              },
              payload: payloadOf({ id, status: "TAKEN" })
            }))
        }
      }),
    cancel: () => Effect.succeed({ _tag: "Refused", code: "done", words: "it is filled already", hasEnded: true }),
    lookup: (clientOrderId) => found({ clientOrderId }),
    order: (brokerOrderId) => found({ brokerOrderId }),
    orders: (window) => Effect.sync(() => ({ complete: true, received: inside(window).map(seenOf) })),
    fills: (window) => Effect.sync(() => ({ complete: true, received: inside(window).map(executionOf) })),
    fillsOf: (brokerOrderId) =>
      Effect.sync(() => ({
        complete: true,
        received: orders.filter(({ id }) => id === brokerOrderId).map(executionOf)
      })),
    positions: Effect.sync(() => {
      const symbols = [...new Set(orders.map(({ terms }) => terms.symbol))]
      const held = (symbol: string) =>
        Decimal.sum(
          orders
            .filter(({ terms }) => terms.symbol === symbol)
            .map(({ terms }) => Side.signed(terms.side, terms.quantity))
        )
      const holdings = symbols.map((symbol) => ({ symbol, quantity: held(symbol), averagePrice: undefined }))
      return { complete: true, holdings: holdings.filter(({ quantity }) => !Decimal.isZero(quantity)) }
    }),
    account: Effect.succeed({ brokerAccountId: `house-${account}`, currency: "USD", buyingPower: UNLIMITED }),
    instrument: (symbol) =>
      Effect.succeed(
        listed.has(symbol)
          ? {
              _tag: "Known",
              symbol,
              assetClass: "equity",
              currency: "USD",
              tradable: true,
              fractionable: false,
              shortable: true,
              lot: ONE_SHARE
            }
          : { _tag: "NotKnown", symbol }
      ),
    updates: undefined
  }
}

/** The house as the one broker of an app: whatever account is asked for, it is driven here. */
export const layer = (account: AccountName.AccountName): Layer.Layer<Broker.Brokers, never, Clock.Clock> =>
  Layer.effect(
    Broker.Brokers,
    Effect.map(Clock.Clock, (clock) => {
      const broker = make(account, clock)
      return {
        get: (asked) =>
          asked === account ? Effect.succeed(broker) : Effect.fail(new Broker.NoBroker({ account: asked }))
      }
    })
  )

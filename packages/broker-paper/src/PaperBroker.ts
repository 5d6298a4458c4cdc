import { Broker, Decimal, Instant, type AccountName } from "@roundlot/core"
import {
  ClientOrderId,
  OrderTerms,
  PriceReference,
  Reference,
  Report,
  SupportedOrders,
  type Id
} from "@roundlot/core/adapter"
import { Clock, type Context, Effect, Either, Layer, Schema, Stream } from "effect"
import { Exchange, type ExchangeService, type Replied, type Reply, type Streamed } from "./Exchange.ts"
import type { ExchangeFailed } from "./ExchangeFile.ts"
import { type ExchangeOrder, PlaceRequest } from "./ExchangeOrder.ts"
import { answerOf, retryAfterOf } from "./internal/answers.ts"
import {
  encodeOrder,
  executed,
  notFound,
  type NotFoundKey,
  orderSeen,
  payloadOf,
  reportOfExecution,
  reportOfOrder
} from "./internal/reports.ts"

/** What the paper broker can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders: [
    { session: "regular", types: OrderTerms.orderTypes, timesInForce: ["day", "gtc", "gtd", "ioc", "fok"] },
    { session: "regular", types: ["market", "limit"], timesInForce: ["opg", "cls"] },
    { session: "extended", types: ["limit"], timesInForce: ["day", "gtc", "gtd"] }
  ],
  fractions: false,
  clientOrderIds: true,
  uniqueClientOrderIds: true,
  corrections: true,
  perFillIds: true,
  streaming: true,
  replace: false,
  shortSale: true,
  crossesZero: true,
  simulatedMarket: true,
  historyWindowMs: Number.MAX_SAFE_INTEGER
}

/** The broker of one account on an exchange. */
export const make = (exchange: ExchangeService, account: AccountName.AccountName): Broker.BrokerService => {
  const asking = reading(exchange, account)
  const listing = <A, R extends Report.Report>(
    operation: string,
    ask: Asking<ReadonlyArray<A>>,
    report: (each: A) => Report.Received<R>
  ): Effect.Effect<Broker.Listing<R>, Broker.BrokerReadFailed> =>
    Effect.map(asking(operation, ask), ({ body }) => ({ complete: true, received: body.map(report) }))
  const one = (operation: string, ask: Asking<ExchangeOrder | undefined>, asked: NotFoundKey) =>
    Effect.map(asking(operation, ask), ({ at, body }) =>
      body === undefined ? notFound(account, asked, at) : orderSeen(body)
    )
  return {
    name: "paper",
    environment: "paper",
    capabilities,
    prepare: (terms) => prepare(exchange, account, terms),
    cancel: (order) => cancel(exchange, account, ClientOrderId.current(order.brokerOrderIds)),
    lookup: (clientOrderId) => one("lookup", exchange.order(account, { clientOrderId }), { clientOrderId }),
    order: (brokerOrderId) => one("order", exchange.order(account, { brokerOrderId }), { brokerOrderId }),
    orders: (window) => listing("orders", exchange.ordersIn(account, window), orderSeen),
    fills: (window) => listing("fills", exchange.fillsIn(account, window), executed),
    fillsOf: (brokerOrderId) => listing("fillsOf", exchange.fillsOf(account, brokerOrderId), executed),
    positions: Effect.map(asking("positions", exchange.holdings(account)), ({ at, body }) => ({
      asOf: at,
      complete: true,
      holdings: body.map(({ quantity, symbol }) => ({ symbol, quantity, averagePrice: undefined }))
    })),
    account: Effect.map(asking("account", exchange.buyingPower(account)), ({ body }) => ({
      brokerAccountId: undefined,
      currency: "USD",
      buyingPower: body,
      mayTrade: true
    })),
    instrument: (symbol) =>
      Effect.map(asking("instrument", exchange.isListed(account, symbol)), ({ body }) =>
        body ? equity(symbol) : { _tag: "NotKnown", symbol }
      ),
    clock: exchange.now.pipe(
      Effect.map((at) => ({ at, cutToMs: 1 })),
      Effect.catchTag("ExchangeFailed", (error) => fileFailed("clock", error))
    ),
    updates: updates(exchange, account)
  }
}

/** The prices of an exchange's market: they say nothing of an account that trades elsewhere. */
export const pricesOf = ({
  priceOf
}: Pick<ExchangeService, "priceOf">): Context.Tag.Service<typeof PriceReference.PriceReference> => ({
  of: (symbol) =>
    priceOf(symbol).pipe(
      Effect.map((known) =>
        known === undefined
          ? Reference.Reference.NoPrice()
          : Reference.Reference.Priced({ ...known, source: "paper", isSimulated: true })
      ),
      Effect.orElseSucceed(() => Reference.Reference.NoPrice())
    )
})

/** The broker of one account, for an app that drives one. */
export const layer = (account: AccountName.AccountName): Layer.Layer<Broker.Broker, never, Exchange> =>
  Layer.effect(
    Broker.Broker,
    Effect.map(Exchange, (exchange) => make(exchange, account))
  )

/** A paper broker for whatever account is asked for, all on one exchange. */
export const layerBrokers: Layer.Layer<Broker.Brokers, never, Exchange> = Layer.effect(
  Broker.Brokers,
  Effect.map(Exchange, (exchange) => ({ get: (account) => Effect.succeed(make(exchange, account)) }))
)

/** What the exchange's market says, as a source of prices: for an app that drives paper accounts alone, or beside others. */
export const layerPrices: Layer.Layer<PriceReference.PriceReference, never, Exchange> = Layer.effect(
  PriceReference.PriceReference,
  Effect.map(Exchange, pricesOf)
)

const equity = (symbol: Extract<Broker.BrokerInstrument, { _tag: "Known" }>["symbol"]): Broker.BrokerInstrument => ({
  _tag: "Known",
  symbol,
  assetClass: "equity",
  currency: "USD",
  tradable: true,
  fractionable: false,
  shortable: true,
  lot: Decimal.unsafe("1")
})

/* Sending. */

const refusal = (code: string, words: string) => Either.left(new Broker.Refusal({ code, words }))

const prepare = (
  exchange: ExchangeService,
  account: AccountName.AccountName,
  terms: OrderTerms.OrderTerms
): Either.Either<Broker.Prepared, Broker.Refusal> => {
  const {
    clientOrderId,
    goodTill,
    limitPrice,
    quantity,
    referenceAt,
    referencePrice,
    session,
    side,
    stopPrice,
    symbol,
    timeInForce,
    type
  } = terms
  const own = Broker.ownTerms(account, terms)
  if (Either.isLeft(own)) return Either.left(own.left)
  const unsupported = SupportedOrders.faultOf(capabilities.supportedOrders, terms)
  if (unsupported !== undefined) return refusal("unsupported_order", unsupported)
  if (!Decimal.equals(quantity, Decimal.floorTo(quantity, Decimal.unsafe("1")))) {
    return refusal("fractional_quantity", `the paper exchange takes whole shares, not ${Decimal.format(quantity)}`)
  }
  const wantsLimit = type === "limit" || type === "stop_limit"
  if (wantsLimit !== (limitPrice !== undefined))
    return refusal("limit_price", `a ${type} order ${wantsLimit ? "needs a" : "has no"} limit price`)
  const wantsStop = type === "stop" || type === "stop_limit"
  if (wantsStop !== (stopPrice !== undefined))
    return refusal("stop_price", `a ${type} order ${wantsStop ? "needs a" : "has no"} stop price`)
  const request: PlaceRequest = {
    clientOrderId,
    symbol,
    side,
    quantity,
    type,
    limitPrice: limitPrice ?? null,
    stopPrice: stopPrice ?? null,
    timeInForce,
    ...(goodTill === undefined ? {} : { goodTill }),
    session,
    referencePrice: referencePrice ?? null,
    ...(referenceAt === undefined ? {} : { referenceAt })
  }
  return Either.right({
    request: payloadOf(encodePlace(request), PLACE),
    send: (attemptId) => send(exchange, account, request, attemptId)
  })
}

const encodePlace = Schema.encodeSync(Schema.parseJson(PlaceRequest))

const PLACE = { method: "place", endpoint: "orders" } as const

const send = (
  exchange: ExchangeService,
  account: AccountName.AccountName,
  request: PlaceRequest,
  attemptId: Id.AttemptId
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.gen(function* () {
    const startedAt = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const outcome = yield* Effect.either(exchange.place(account, request))
    const stamped = { _tag: "Answered", account, attemptId } as const
    if (Either.isLeft(outcome)) {
      const answer = failedToSend(outcome.left)
      return {
        report: { ...stamped, asOf: startedAt, asOfKind: "ours", answer, httpStatus: undefined },
        payload: undefined
      }
    }
    const { at, reply } = outcome.right
    yield* loginAgain(exchange, account, reply)
    const heard =
      reply._tag === "Lost"
        ? ({ asOf: startedAt, asOfKind: "ours" } as const)
        : ({ asOf: at, asOfKind: "broker" } as const)
    const asOf = reply._tag === "Done" ? reply.body.enteredAt : heard.asOf
    return {
      report: {
        ...stamped,
        asOf,
        asOfKind: heard.asOfKind,
        answer: answerOf(reply, request),
        httpStatus: statusOf(reply)
      },
      payload: bytesOf(reply)
    }
  })

/** A file that was busy to the end was never written to; of any other failure nobody knows how far it came. */
const failedToSend = (error: ExchangeFailed): Report.Answer =>
  error.kind === "busy"
    ? Report.Answer.NotSent({ why: error.message, retryAfterMs: undefined })
    : Report.Answer.Unknown({ why: error.message, candidate: undefined })

const statusOf = (reply: Reply<unknown>): number | undefined => {
  if (reply._tag === "Lost") return undefined
  return reply._tag === "Done" ? 200 : reply.status
}

const answered = (statusCode: number) => ({ ...PLACE, statusCode })

const bytesOf = (reply: Reply<ExchangeOrder>): Report.RawPayload | undefined => {
  switch (reply._tag) {
    case "Done":
      return payloadOf(encodeOrder(reply.body), answered(200))
    case "Refused":
      return payloadOf(JSON.stringify({ code: reply.code, message: reply.words }), answered(reply.status))
    case "Status":
      return payloadOf(JSON.stringify(reply.body ?? null), answered(reply.status))
    case "Lost":
      return undefined
  }
}

const cancel = (
  exchange: ExchangeService,
  account: AccountName.AccountName,
  brokerOrderId: ClientOrderId.BrokerOrderId
): Effect.Effect<Broker.CancelAnswer> =>
  exchange.cancel(account, brokerOrderId).pipe(
    Effect.tap(({ reply }) => loginAgain(exchange, account, reply)),
    Effect.map(({ reply }) => cancelAnswerOf(reply)),
    Effect.catchAll((error) =>
      Effect.succeed<Broker.CancelAnswer>({ _tag: error.kind === "busy" ? "NotSent" : "Unknown", why: error.message })
    )
  )

/** The order is not there, or does not work any more. */
const overCodes: ReadonlySet<string> = new Set(["unknown_order", "not_cancelable"])

const cancelAnswerOf = (reply: Reply<null>): Broker.CancelAnswer => {
  switch (reply._tag) {
    case "Done":
      return { _tag: "Requested" }
    case "Refused":
      return { _tag: "Refused", code: reply.code, words: reply.words, hasEnded: overCodes.has(reply.code) }
    case "Lost":
      return { _tag: "Unknown", why: `no answer (${reply.how})` }
    case "Status":
      return {
        _tag: reply.status === 401 || reply.status === 429 ? "NotSent" : "Unknown",
        why: `status ${reply.status}`
      }
  }
}

/* Reading. */

type Asking<A> = Effect.Effect<Replied<A>, ExchangeFailed>

const isUnauthorised = (reply: Reply<unknown>): boolean => reply._tag === "Status" && reply.status === 401

/** A 401 is followed by one login, so that the next request is let in. */
const loginAgain = (
  exchange: ExchangeService,
  account: AccountName.AccountName,
  reply: Reply<unknown>
): Effect.Effect<void> => (isUnauthorised(reply) ? Effect.ignore(exchange.token(account)) : Effect.void)

/** Asks, and once more after a 401; every other failure is the caller's to repeat. */
const reading =
  (exchange: ExchangeService, account: AccountName.AccountName) =>
  <A>(
    operation: string,
    ask: Asking<A>
  ): Effect.Effect<{ readonly at: Instant.Instant; readonly body: A }, Broker.BrokerReadFailed> =>
    Effect.gen(function* () {
      const first = yield* ask
      yield* loginAgain(exchange, account, first.reply)
      const { at, reply } = isUnauthorised(first.reply) ? yield* ask : first
      return reply._tag === "Done" ? { at, body: reply.body } : yield* readFailed(operation, reply)
    }).pipe(Effect.catchTag("ExchangeFailed", (error) => fileFailed(operation, error)))

const fileFailed = (operation: string, error: ExchangeFailed) =>
  new Broker.BrokerReadFailed({ operation, kind: "server", detail: error.message })

const readFailed = (
  operation: string,
  reply: Exclude<Reply<never>, { readonly _tag: "Done" }>
): Broker.BrokerReadFailed => {
  if (reply._tag === "Lost") return new Broker.BrokerReadFailed({ operation, kind: "network", detail: reply.how })
  if (reply._tag === "Refused")
    return new Broker.BrokerReadFailed({ operation, kind: "unreadable", detail: reply.words })
  const retryAfterMs = retryAfterOf(reply)
  return new Broker.BrokerReadFailed({
    operation,
    kind: kindOf(reply.status),
    detail: `status ${reply.status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })
}

const kindOf = (status: number): Broker.BrokerReadFailed["kind"] => {
  if (status === 401 || status === 403) return "unauthorised"
  if (status === 429) return "rate_limited"
  return status >= 500 ? "server" : "unreadable"
}

const updates = (
  exchange: ExchangeService,
  account: AccountName.AccountName
): Stream.Stream<Report.Received, Broker.BrokerReadFailed> => {
  const connect = Effect.gen(function* () {
    const first = yield* exchange.stream(account)
    yield* loginAgain(exchange, account, first.reply)
    const { reply } = isUnauthorised(first.reply) ? yield* exchange.stream(account) : first
    return reply._tag === "Done" ? reply.body : yield* readFailed("updates", reply)
  })
  return Stream.unwrapScoped(connect).pipe(
    Stream.catchTag("ExchangeFailed", (error) => Stream.fail(fileFailed("updates", error))),
    Stream.mapEffect(received)
  )
}

const received = (streamed: Streamed): Effect.Effect<Report.Received, Broker.BrokerReadFailed> => {
  switch (streamed._tag) {
    case "Order":
      return Effect.succeed({ report: reportOfOrder(streamed.order), payload: payloadOf(streamed.text) })
    case "Execution":
      return Effect.succeed({ report: reportOfExecution(streamed.execution), payload: payloadOf(streamed.text) })
    case "Dropped":
      return new Broker.BrokerReadFailed({
        operation: "updates",
        kind: "network",
        detail: "the stream's connection broke"
      })
  }
}

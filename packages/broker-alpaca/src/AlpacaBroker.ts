import type * as HttpClient from "@effect/platform/HttpClient"
import { Instant, type AccountName, type Broker } from "@roundlot/core"
import {
  ClientOrderId,
  Recent,
  RequestLimit,
  SharedReads,
  type Address,
  type Heartbeat,
  type OrderState,
  type Report
} from "@roundlot/core/adapter"
import { Clock, Effect, Stream, type Duration } from "effect"
import { accountFigures, brokersTime, instrument, positions, proofOf } from "./Account.ts"
import { defaultHeartbeat } from "./Connection.ts"
import { dataPlaceOf, placeOf, type Credentials } from "./Credentials.ts"
import { type Desk, enteredAt } from "./Desk.ts"
import { fills, fillsOf, receivedOf } from "./Fills.ts"
import * as MarketData from "./MarketData.ts"
import { sessionsIn } from "./MarketCalendar.ts"
import { bodyOf, notionalBodyOf, notionalTypes, supportedOrders } from "./OrderRequest.ts"
import { lookup, order, orders } from "./Orders.ts"
import * as Replacements from "./Replacements.ts"
import { cancel, prepare, replace } from "./Sending.ts"
import * as TradeEvents from "./TradeEvents.ts"
import * as TradingStatus from "./TradingStatus.ts"
import { listen, reports } from "./TradeUpdates.ts"
import * as Wire from "./Wire.ts"

/** What Alpaca can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: true,
  notionalTypes,
  clientOrderIds: true,
  uniqueClientOrderIds: true,
  corrections: true,
  perFillIds: false,
  streaming: true,
  replace: true,
  shortSale: true,
  crossesZero: false,
  historyWindowMs: 90 * 86_400_000
}

/** How a broker at Alpaca is opened. */
export interface Options {
  readonly account: AccountName.AccountName
  readonly credentials: Credentials
  /** Requests a minute until Alpaca's own headers say otherwise; 200 where it is left away. */
  readonly requestsAMinute?: number | undefined
  readonly heartbeat?: Heartbeat.Heartbeat | undefined
  /** How long an answer is waited for; 30 s for a send, 15 s for a cancel and 10 s for a read where it is left away. */
  readonly answersWithin?: Duration.DurationInput | undefined
  /** How long the answer of a read serves the next reader; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
}

/**
 * The broker of one account at Alpaca: one pair of keys is one account. Fails with `UnknownHost`, before any request, where the
 * address is neither Alpaca's nor on this machine. Its `requests` are those of the Trading API alone, by which orders and cancels are
 * counted: market data has a limit of its own, and where that is reached a quote fails (`rate_limited`).
 *
 * @example
 * const broker = AlpacaBroker.make({ account, credentials }).pipe(Effect.provide(NodeHttpClient.layerUndici))
 */
export const make = (
  options: Options
): Effect.Effect<Broker.BrokerService, Address.UnknownHost, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const { account, credentials, heartbeat = defaultHeartbeat } = options
    const place = yield* placeOf(credentials.baseUrl)
    const budget = yield* RequestLimit.make(options.requestsAMinute ?? Wire.REQUESTS_A_MINUTE, "trading")
    const given = yield* Wire.make(credentials, place, budget)
    // Market data has a limit of requests of its own.
    const dataPlace = yield* dataPlaceOf(credentials, place)
    const ofMarket = yield* RequestLimit.make(Wire.REQUESTS_A_MINUTE, "market data")
    const market = yield* Wire.make(credentials, dataPlace, ofMarket)
    const { statusFeed: feed } = credentials
    const statuses =
      feed === undefined
        ? TradingStatus.unheard
        : yield* TradingStatus.make({ feed, place: dataPlace, credentials, heartbeat })
    const { answersWithin: within } = options
    const wire: Wire.Wire = within === undefined ? given : { ...given, ask: (ask) => given.ask({ ...ask, within }) }
    const entered = Recent.make<Instant.Instant>()
    const events = yield* TradeEvents.make(wire, account, (id) => enteredAt(wire, entered, id))
    const replacements = yield* Replacements.make(wire, account)
    const desk: Desk = { account, wire, events, entered, replacements }
    const read = (id: string) => order(desk, ClientOrderId.BrokerOrderId.make(id))
    const figures = accountFigures(wire)
    const reads = yield* SharedReads.make(read, options.servesAgainFor)
    const changing = <A>(order: OrderState.AcknowledgedOrder, answer: Effect.Effect<A>) =>
      Effect.tap(answer, () => reads.changed(ClientOrderId.current(order.brokerOrderIds)))
    return {
      name: "alpaca",
      environment: place.environment === "live" ? "live" : "paper",
      proof: proofOf(place, figures),
      capabilities,
      prepare: (terms) => prepare(desk, terms, bodyOf),
      prepareNotional: (terms) => prepare(desk, terms, notionalBodyOf),
      cancel: (order) => changing(order, cancel(wire, ClientOrderId.current(order.brokerOrderIds))),
      replace: (order, terms) => changing(order, replace(wire, order, terms)),
      lookup: (clientOrderId) => lookup(desk, clientOrderId),
      order: reads.one,
      orders: (window) => orders(desk, window),
      fills: (window) => fills(desk, window),
      fillsOf: (brokerOrderId) => fillsOf(desk, brokerOrderId),
      positions: positions(wire),
      account: figures,
      clock: brokersTime(wire),
      calendar: (window) => sessionsIn(wire, window),
      requests: RequestLimit.together([budget, ofMarket]),
      instrument: (symbol) => instrument(wire, symbol),
      quote: (symbol) =>
        Effect.map(MarketData.snapshot(market, symbol), (quote) => ({ ...quote, isHalted: statuses.isHalted(symbol) })),
      updates: updates(desk, heartbeat).pipe(
        Stream.tap(({ report }) => told(reads, report)),
        Stream.drainFork(Stream.fromEffect(statuses.follow))
      )
    }
  })

/** What a stream says of an order is newer than what was read of it. */
const told = (
  reads: { readonly changed: (id: string) => Effect.Effect<void> },
  report: Report.Report
): Effect.Effect<void> =>
  (report._tag === "OrderSeen" || report._tag === "Executed") && report.brokerOrderId !== undefined
    ? reads.changed(report.brokerOrderId)
    : Effect.void

const JUST_BEFORE_MS = 5_000

/**
 * Orders and executions as they happen, and corrections as they are known. When it listens it reads first what happened while it
 * was connecting; what went before that is asked for by the stream's follower.
 */
const updates = (desk: Desk, heartbeat: Heartbeat.Heartbeat): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const from = Instant.addMillis(Instant.fromMillis(yield* Clock.currentTimeMillis), -JUST_BEFORE_MS)
      const connection = yield* listen(desk.wire, heartbeat)
      const missed = Effect.gen(function* () {
        const to = Instant.addMillis(Instant.fromMillis(yield* Clock.currentTimeMillis), JUST_BEFORE_MS)
        // Orders first: they tell which of them replaced which.
        const seen = yield* orders(desk, { from, to })
        const executions = yield* fills(desk, { from, to })
        return [...executions.received, ...seen.received]
      })
      return Stream.merge(
        Stream.concat(
          Stream.unwrap(Effect.map(missed, Stream.fromIterable)),
          reports(desk.account, connection, desk.replacements, desk.wire.redacted)
        ),
        Stream.mapEffect(desk.events.live, (revised) => receivedOf(desk, revised))
      )
    })
  )

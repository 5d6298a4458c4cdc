import type * as HttpClient from "@effect/platform/HttpClient"
import {
  Broker,
  ClientOrderId,
  Decimal,
  HttpOutcome,
  Instant,
  pin,
  Recent,
  Report,
  SharedReads,
  Ticker
} from "@roundlot/core"
import type { AccountName, Address, Id, OrderState, OrderTerms } from "@roundlot/core"
import { Clock, Effect, Either, Option, Schema, Stream } from "effect"
import type { Duration } from "effect"
import * as Budget from "./Budget.ts"
import { defaultHeartbeat } from "./Connection.ts"
import type { Heartbeat } from "./Connection.ts"
import { dataPlaceOf, PAPER_URL, placeOf } from "./Credentials.ts"
import type { Credentials } from "./Credentials.ts"
import { baseOf, executedOfActivity, TradeEvent } from "./Execution.ts"
import type { FillActivity, Revised } from "./Execution.ts"
import { listFills, listFillsOf, listOrders } from "./Listings.ts"
import type { Row, Rows } from "./Listings.ts"
import { OrderAnswer } from "./OrderAnswer.ts"
import { bodyOf, notionalBodyOf, notionalTypes, patchOf, supportedOrders } from "./OrderRequest.ts"
import { known } from "./OrderStatus.ts"
import { asking, contentsOf, reading, saysNotThere } from "./Reading.ts"
import * as MarketData from "./MarketData.ts"
import { sessionsIn } from "./MarketCalendar.ts"
import * as Replacements from "./Replacements.ts"
import { answerOf, wordsOf } from "./SendAnswers.ts"
import * as TradeEvents from "./TradeEvents.ts"
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
  readonly heartbeat?: Heartbeat | undefined
  /** How long an answer is waited for; 30 s for a send, 15 s for a cancel and 10 s for a read where it is left away. */
  readonly answersWithin?: Duration.DurationInput | undefined
  /** How long the answer of a read serves whoever asks again; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
}

/**
 * The broker of one account at Alpaca: one pair of keys is one account. Fails with `UnknownHost`, before any request, where the
 * address is neither Alpaca's nor on this machine.
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
    const budget = yield* Budget.make(options.requestsAMinute)
    const given = yield* Wire.make(credentials, place, budget)
    // Market data has a limit of requests of its own.
    const market = yield* Wire.make(credentials, yield* dataPlaceOf(credentials, place), yield* Budget.make())
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
      instrument: (symbol) => instrument(wire, symbol),
      quote: (symbol) => MarketData.snapshot(market, symbol),
      updates: Stream.tap(updates(desk, heartbeat), ({ report }) => told(reads, report))
    }
  })

/** What a stream tells of an order is newer than what was read of it. */
const told = (
  reads: { readonly changed: (id: string) => Effect.Effect<void> },
  report: Report.Report
): Effect.Effect<void> =>
  (report._tag === "OrderSeen" || report._tag === "Executed") && report.brokerOrderId !== undefined
    ? reads.changed(report.brokerOrderId)
    : Effect.void

/** What every request of one account works with. */
interface Desk {
  readonly account: AccountName.AccountName
  readonly wire: Wire.Wire
  readonly events: TradeEvents.TradeEvents
  readonly replacements: Replacements.Replacements
  /** When the orders that were read lately were entered. */
  readonly entered: Recent.Recent<Instant.Instant>
}

const remember = (entered: Desk["entered"], order: OrderAnswer): Effect.Effect<void> =>
  Effect.sync(() => entered.set(order.id, enteredOf(order)))

const enteredOf = (order: OrderAnswer): Instant.Instant => order.submitted_at ?? order.created_at

/** When an order was entered; it is read where that was not seen lately. */
const enteredAt = (
  wire: Wire.Wire,
  entered: Desk["entered"],
  id: string
): Effect.Effect<Instant.Instant, Broker.BrokerReadFailed> =>
  Effect.suspend(() => {
    const seen = entered.get(id)
    if (seen !== undefined) return Effect.succeed(seen)
    const read = reading(wire, "order", orderPath(id), OrderAnswer)
    return Effect.map(
      Effect.tap(read, (order) => remember(entered, order)),
      enteredOf
    )
  })

const payloadOf = Report.textFrom("alpaca")

const ORDERS = { method: "POST", endpoint: "/v2/orders" } as const

/* Sending. */

const LONGEST_SEND = "30 seconds"

type Terms = OrderTerms.OrderTerms | OrderTerms.NotionalTerms

const prepare = <T extends Terms>(
  desk: Desk,
  terms: T,
  bodyOfTerms: (terms: T) => Either.Either<string, Broker.Refusal>
): Either.Either<Broker.Prepared, Broker.Refusal> =>
  Either.map(Either.flatMap(Broker.ownTerms(desk.account, terms), bodyOfTerms), (body) => ({
    request: payloadOf(body, ORDERS),
    send: (attemptId: Id.AttemptId) => send(desk, terms, body, attemptId)
  }))

const send = (
  { account, wire }: Desk,
  terms: Terms,
  body: string,
  attemptId: Id.AttemptId
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.gen(function* () {
    const asOf = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const outcome = yield* wire.ask({ method: ORDERS.method, path: ORDERS.endpoint, body, within: LONGEST_SEND })
    const answer = answerOf(outcome, terms)
    const httpStatus = outcome._tag === "Answered" ? outcome.status : undefined
    return {
      report: { _tag: "Answered", account, attemptId, asOf, asOfKind: "ours", answer, httpStatus },
      payload: outcome._tag === "Answered" ? answerPayload(outcome) : undefined
    }
  })

const answerPayload = ({ contentType, headers, status, text }: HttpOutcome.Answered) =>
  payloadOf(text, { ...ORDERS, statusCode: status, headers: Object.fromEntries(headers) }, contentType)

const LONGEST_CANCEL = "15 seconds"

const cancel = (wire: Wire.Wire, brokerOrderId: ClientOrderId.BrokerOrderId): Effect.Effect<Broker.CancelAnswer> =>
  Effect.map(
    wire.ask({
      method: "DELETE",
      path: `/v2/orders/${encodeURIComponent(brokerOrderId)}`,
      purpose: "cancel",
      within: LONGEST_CANCEL
    }),
    cancelAnswerOf
  )

/** What an answer to a cancel means: 204 is a request taken, 404 and 422 say that there is nothing to end. */
export const cancelAnswerOf = (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer =>
  HttpOutcome.cancelAnswerOf(
    outcome,
    TAKEN,
    (answer) => wordsOf(answer).words,
    (answer) => {
      const { code } = wordsOf(answer)
      return code !== undefined && (answer.status === 404 || answer.status === 422)
        ? { code, hasEnded: true }
        : undefined
    }
  )

const TAKEN: ReadonlySet<number> = new Set([200, 204])

const LONGEST_REPLACE = "30 seconds"

/**
 * Alpaca counts a replacement's shares from zero, so of an order that is filled in part the rest would have to be asked for, and a
 * fill meanwhile would come on top: such an order is cancelled instead. What a lost answer asked for shows when the order is read.
 */
const replace = (
  wire: Wire.Wire,
  order: OrderState.AcknowledgedOrder,
  terms: Broker.Replacement
): Effect.Effect<Broker.CancelAnswer> => {
  if (order._tag === "PartiallyFilled") return Effect.succeed(Broker.partlyFilled)
  return Either.match(patchOf(terms), {
    onLeft: ({ code, words }) => Effect.succeed<Broker.CancelAnswer>({ _tag: "Refused", code, words }),
    onRight: (body) =>
      Effect.map(
        wire.ask({
          method: "PATCH",
          path: orderPath(ClientOrderId.current(order.brokerOrderIds)),
          body,
          within: LONGEST_REPLACE
        }),
        replaceAnswerOf
      )
  })
}

/** What an answer to a replacement means: 200 is a request taken, and no proof that it comes into force. */
export const replaceAnswerOf = (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer => {
  const answer = cancelAnswerOf(outcome)
  if (outcome._tag !== "Answered" || outcome.status !== 403) return answer
  const { code, words } = wordsOf(outcome)
  return code === undefined ? answer : { _tag: "Refused", code, words }
}

/* Reading orders. */

const orderPath = (id: string): string => `/v2/orders/${encodeURIComponent(id)}`

interface Asked {
  readonly clientOrderId: ClientOrderId.ClientOrderId | undefined
  readonly brokerOrderId: ClientOrderId.BrokerOrderId | undefined
}

type Found = Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed>

const lookup = (desk: Desk, clientOrderId: ClientOrderId.ClientOrderId): Found => {
  const query = new URLSearchParams({ client_order_id: clientOrderId })
  const path = `/v2/orders:by_client_order_id?${query.toString()}`
  return find(desk, "lookup", path, { clientOrderId, brokerOrderId: undefined })
}

const order = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Found =>
  find(desk, "order", orderPath(brokerOrderId), { clientOrderId: undefined, brokerOrderId })

const find = ({ account, entered, replacements, wire }: Desk, operation: string, path: string, asked: Asked): Found =>
  Effect.gen(function* () {
    const asOf = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const outcome = yield* asking(wire, operation, path)
    if (saysNotThere(outcome)) {
      const report = { _tag: "NotFound", account, asOf, asOfKind: "ours", complete: true, ...asked } as const
      return { report, payload: payloadOf(outcome.text) }
    }
    const read = yield* contentsOf(operation, OrderAnswer, outcome)
    yield* tellUnknown(read)
    yield* remember(entered, read)
    const seen = yield* replacements.seen(read)
    const report = yield* Effect.mapError(seen, () => withoutShares(operation))
    return { report, payload: payloadOf(outcome.text) }
  })

const withoutShares = (operation: string) =>
  new Broker.BrokerReadFailed({
    operation,
    kind: "unreadable",
    detail: "the order is over a sum of money, and has no shares before it fills"
  })

/** A status that Alpaca has not documented is kept, counts as open, and is told. */
const tellUnknown = ({ id, status }: OrderAnswer): Effect.Effect<void> =>
  known.includes(status) ? Effect.void : Broker.tellUndocumented(`Alpaca's order ${id}`, status)

const orders = (
  { replacements, wire }: Desk,
  window: Broker.TimeWindow
): Effect.Effect<Broker.Listing<Report.OrderSeen>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { complete, rows } = yield* listOrders(wire, window)
    yield* Effect.forEach(rows, ({ value }) => tellUnknown(value), { discard: true })
    const known = new Map(rows.map(({ value }) => [value.id, value]))
    const received = yield* Effect.forEach(rows, ({ text, value }) =>
      replacements.seen(value, known).pipe(
        Effect.map(Option.map((report) => ({ report, payload: payloadOf(text) }))),
        // What replaced an order, or what it replaced, is read by itself: one that cannot be read loses no others.
        Effect.catchIf(
          ({ kind }) => kind === "unreadable",
          () => Effect.succeedNone
        )
      )
    )
    const untold = received.filter(Option.isNone).length
    if (untold > 0)
      yield* Effect.logWarning(
        `${untold} of Alpaca's orders do not say how much they are over, or their replacements cannot be read: the listing is in part`
      )
    return { complete: complete && untold === 0, received: received.flatMap(Option.toArray) }
  })

/* Reading executions. */

const encodeEvent = Schema.encodeSync(Schema.parseJson(TradeEvent))

const receivedOf = (
  { replacements }: Desk,
  { event, report }: Revised
): Effect.Effect<Report.Received<Report.Executed>> =>
  Effect.map(replacements.named(report), (named) => ({ report: named, payload: payloadOf(encodeEvent(event)) }))

/** What Alpaca's clock may be ahead of ours. */
const A_MINUTE_MS = 60_000

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

/** Listings show no corrections: an order that was corrected is read from the event stream, and from them what that does not tell. */
const fills = (desk: Desk, window: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const { events, wire } = desk
    yield* events.catchUp
    const listed = yield* listFills(wire, window)
    const corrected = yield* events.corrected
    return yield* listingOf(desk, listed, corrected)
  })

const fillsOf = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const { entered, events, replacements, wire } = desk
    yield* events.catchUp
    const ids = yield* replacements.idsOf(brokerOrderId)
    const all = yield* events.corrected
    const corrected = new Map([...all].filter(([id]) => ids.some((each) => each === id)))
    const listed = ids.filter((id) => corrected.get(id)?.isWhole !== true)
    if (listed.length === 0) return yield* listingOf(desk, { complete: true, rows: [] }, corrected)
    const from = yield* enteredAt(wire, entered, ids[0])
    const window = { from, to: Instant.addMillis(Instant.fromMillis(yield* Clock.currentTimeMillis), A_MINUTE_MS) }
    return yield* listingOf(desk, yield* listFillsOf(wire, listed, window), corrected)
  })

/** Of an order that was corrected, only what the events do not tell. */
const isTakenBeside =
  (corrected: ReadonlyMap<string, TradeEvents.Corrected>) =>
  ({ value }: Row<FillActivity>): boolean => {
    const told = corrected.get(value.order_id)
    if (told === undefined) return true
    const base = baseOf(value.order_id, value.cum_qty)
    return !told.isWhole && told.revisions.every(({ report }) => report.execIdBase !== base)
  }

const listingOf = (
  desk: Desk,
  { complete, rows }: Rows<FillActivity>,
  all: ReadonlyMap<string, TradeEvents.Corrected>
): Fills =>
  Effect.gen(function* () {
    const listed = yield* Effect.forEach(rows.filter(isTakenBeside(all)), ({ text, value }) =>
      Effect.map(desk.replacements.named(executedOfActivity(desk.account, value)), (report) => ({
        report,
        payload: payloadOf(text)
      }))
    )
    const told = [...all.values()]
    const corrected = yield* Effect.forEach(
      told.flatMap(({ revisions }) => revisions),
      (each) => receivedOf(desk, each)
    )
    const isWhole = (yield* desk.events.isWhole) && told.every((each) => each.isWhole)
    return { complete: complete && isWhole, received: [...listed, ...corrected] }
  })

/* The rest. */

const PositionAnswer = Schema.Struct({
  symbol: Schema.String,
  asset_class: Schema.optional(Schema.String),
  qty: Decimal.FromString,
  side: Schema.Literal("long", "short"),
  avg_entry_price: Schema.optional(Schema.NullOr(Decimal.FromString))
})

/** A short holding is below zero, whichever sign Alpaca gives its quantity. */
const positions = (wire: Wire.Wire): Broker.BrokerService["positions"] =>
  Effect.map(reading(wire, "positions", "/v2/positions", Schema.Array(PositionAnswer)), (rows) => ({
    complete: true,
    holdings: rows.map(({ asset_class, avg_entry_price, qty, side, symbol }) => ({
      symbol,
      assetClass: asset_class === "us_equity" ? "equity" : asset_class,
      quantity: side === "short" ? Decimal.negate(Decimal.abs(qty)) : qty,
      averagePrice: avg_entry_price ?? undefined
    }))
  }))

const AccountAnswer = Schema.Struct({
  account_number: Schema.String,
  currency: Schema.String,
  buying_power: Decimal.FromString,
  status: Schema.optional(Schema.String),
  trading_blocked: Schema.optional(Schema.Boolean),
  account_blocked: Schema.optional(Schema.Boolean),
  trade_suspended_by_user: Schema.optional(Schema.Boolean)
})

/** Nothing is said where one of them is not. */
const mayTrade = (answer: typeof AccountAnswer.Type): boolean | undefined => {
  const { account_blocked, status, trade_suspended_by_user, trading_blocked } = answer
  if (status === undefined || trading_blocked === undefined || account_blocked === undefined) return undefined
  return status === "ACTIVE" && !trading_blocked && !account_blocked && trade_suspended_by_user !== true
}

const accountFigures = (wire: Wire.Wire): Broker.BrokerService["account"] =>
  Effect.map(reading(wire, "account", "/v2/account", AccountAnswer), (answer) => ({
    brokerAccountId: answer.account_number,
    currency: answer.currency,
    buyingPower: answer.buying_power,
    mayTrade: mayTrade(answer)
  }))

const PAPER_ACCOUNT = /^PA/

/** Alpaca writes PA before the numbers of paper accounts. Behind an address of real money nobody is asked. */
const proofOf = (
  { environment, origin }: Address.Address,
  figures: Broker.BrokerService["account"]
): Effect.Effect<Broker.Proof, Broker.BrokerReadFailed> =>
  environment === "live"
    ? Effect.succeed(unproven(`its address is ${origin}, which is for real money`))
    : Effect.map(figures, ({ brokerAccountId: number = "" }) =>
        PAPER_ACCOUNT.test(number)
          ? { _tag: "Paper" }
          : unproven(`${origin} shows the account ${pin.masked(number)}, whose number does not begin with PA`)
      )

const unproven = (seen: string): Broker.Proof => ({
  _tag: "Unproven",
  seen,
  remedy: `Use the keys of a paper account, at ${PAPER_URL}, or a simulator ('roundlot simulate alpaca')`
})

const ClockAnswer = Schema.Struct({ timestamp: Instant.FromString })

/** Alpaca's own clock, to the millisecond. */
const brokersTime = (wire: Wire.Wire): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.map(reading(wire, "clock", "/v2/clock", ClockAnswer), ({ timestamp }) => ({ at: timestamp, cutToMs: 1 }))

const AssetAnswer = Schema.Struct({
  symbol: Ticker.Ticker,
  class: Schema.String,
  status: Schema.String,
  tradable: Schema.Boolean,
  fractionable: Schema.Boolean,
  shortable: Schema.Boolean
})

/** The lot is one share even where Alpaca takes fractions: what is sent in whole lots is an account's choice. */
const instrument = (
  wire: Wire.Wire,
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const outcome = yield* asking(wire, "instrument", `/v2/assets/${encodeURIComponent(symbol)}`)
    if (saysNotThere(outcome)) return { _tag: "NotKnown", symbol }
    const asset = yield* contentsOf("instrument", AssetAnswer, outcome)
    return {
      _tag: "Known",
      symbol: asset.symbol,
      assetClass: asset.class === "us_equity" ? "equity" : asset.class,
      currency: "USD",
      tradable: asset.tradable && asset.status === "active",
      fractionable: asset.fractionable,
      shortable: asset.shortable,
      lot: Decimal.unsafe("1")
    }
  })

/* The streams. */

const JUST_BEFORE_MS = 5_000

/**
 * Orders and executions as they happen, and corrections as they are told. When it listens it reads first what happened while it
 * was connecting; what went before that is asked for by whoever follows the stream.
 */
const updates = (desk: Desk, heartbeat: Heartbeat): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
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

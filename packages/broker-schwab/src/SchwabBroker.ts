import { Broker, ClientOrderId, Decimal, HttpOutcome, Instant, Report, Ticker } from "@roundlot/core"
import type { AccountName, Id, OrderState, OrderTerms } from "@roundlot/core"
import { Clock, Effect, Either, Option, Ref, Schedule, Schema, Stream } from "effect"
import type { Duration } from "effect"
import * as Accounts from "./Accounts.ts"
import * as Activity from "./Activity.ts"
import type { Linked } from "./Accounts.ts"
import * as Chains from "./Chains.ts"
import * as Corrections from "./Corrections.ts"
import * as Listing from "./Listing.ts"
import { executedReport, isReadable, missingOf, seenOf, timeInForceOf } from "./OrderAnswer.ts"
import type { OrderAnswer } from "./OrderAnswer.ts"
import * as OrderId from "./OrderId.ts"
import * as MarketData from "./MarketData.ts"
import { bodyOf, effectOf, type ExtendedSession, supportedOrders, type Terms } from "./OrderRequest.ts"
import * as Orders from "./Orders.ts"
import type { Read } from "./Orders.ts"
import { known } from "./OrderStatus.ts"
import { asking, contentsOf, reading } from "./Reading.ts"
import { errorIn, wordsOf } from "./ErrorBody.ts"
import { saysStaleHash } from "./RefusalCodes.ts"
import { acceptedOr, placedOf } from "./SendAnswers.ts"
import { RELOGIN_WAIT_MS } from "./Session.ts"
import type { Wire } from "./Wire.ts"

/** What Schwab can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: false,
  clientOrderIds: false,
  uniqueClientOrderIds: false,
  corrections: true,
  perFillIds: false,
  streaming: true,
  replace: true,
  shortSale: true,
  crossesZero: false,
  historyWindowMs: Orders.HISTORY_MS,
  pollsByWindow: true
}

/** How a broker at Schwab is opened. */
export interface Options {
  readonly account: AccountName.AccountName
  readonly wire: Wire
  /** The account's number at Schwab; the only one of the login where it is left away. */
  readonly accountNumber?: string | undefined
  /** How long an answer is waited for; 30 s for a send, 15 s for a cancel where it is left away. */
  readonly answersWithin?: Duration.DurationInput | undefined
  /** Which session an order with extended hours is for: `SEAMLESS`, which is all of a day, where it is left away. */
  readonly extendedSession?: ExtendedSession | undefined
  /** How long the answer of a read serves whoever asks again; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
  /** After how long without a sign of life a stream has failed; half a minute where it is left away. */
  readonly silentFor?: Duration.DurationInput | undefined
}

/** What every request of one account works with. */
interface Desk {
  readonly account: AccountName.AccountName
  readonly wire: Wire
  readonly linked: Effect.Effect<Linked, Broker.BrokerReadFailed>
  readonly orders: Orders.Orders
  readonly chains: Chains.Chains
  readonly corrections: Corrections.Corrections
  readonly answersWithin: Duration.DurationInput | undefined
  readonly extendedSession: ExtendedSession | undefined
}

/**
 * The broker of one account at Schwab.
 *
 * @example
 * const broker = Effect.flatMap(Wire.open({ credentials, tokens }), (wire) => SchwabBroker.make({ account, wire }))
 */
export const make = (options: Options): Effect.Effect<Broker.BrokerService> =>
  Effect.gen(function* () {
    const { linked, wire } = yield* Accounts.linked(options.wire, options.accountNumber)
    return yield* opened({ ...options, wire }, linked, yield* Listing.ofAccount(wire, linked))
  })

/** Several accounts of one login, each with its number at Schwab. */
export interface LinkedOptions extends Omit<Options, "account" | "accountNumber"> {
  readonly accounts: ReadonlyMap<AccountName.AccountName, string>
}

/**
 * The brokers of several accounts of one login. One request lists the orders of all: what one of them is polled by serves the others.
 *
 * @example
 * const brokers = yield* SchwabBroker.makeLinked({ accounts: new Map([[main, "11112222"], [other, "33334444"]]), wire })
 */
export const makeLinked = ({
  accounts,
  ...options
}: LinkedOptions): Effect.Effect<ReadonlyMap<AccountName.AccountName, Broker.BrokerService>> =>
  Effect.gen(function* () {
    const listingOf = yield* Listing.ofAll(options.wire)
    const brokers = yield* Effect.forEach(accounts, ([account, accountNumber]) =>
      Effect.gen(function* () {
        const { linked, wire } = yield* Accounts.linked(options.wire, accountNumber)
        return [account, yield* opened({ ...options, account, wire }, linked, listingOf(linked))] as const
      })
    )
    return new Map(brokers)
  })

const opened = (
  options: Options,
  linked: Desk["linked"],
  listing: Listing.ListWindow
): Effect.Effect<Broker.BrokerService> =>
  Effect.gen(function* () {
    const { account, answersWithin, extendedSession, servesAgainFor, wire } = options
    const orders = yield* Orders.make(wire, linked, listing, servesAgainFor)
    const chains = yield* Chains.make(orders)
    const corrections = yield* Corrections.make(wire, linked)
    const desk: Desk = { account, wire, linked, orders, chains, corrections, answersWithin, extendedSession }
    return {
      name: "schwab",
      environment: wire.place.environment === "live" ? "live" : "paper",
      proof: wire.proof,
      capabilities,
      prepare: (terms) => prepare(desk, terms),
      cancel: (order) => cancel(desk, ClientOrderId.current(order.brokerOrderIds)),
      replace: (order, terms) => replace(desk, order, terms),
      lookup: undefined,
      order: (brokerOrderId) => readOrder(desk, brokerOrderId),
      orders: (window) => listOrders(desk, window),
      fills: (window) => listFills(desk, window),
      fillsOf: (brokerOrderId) => fillsOf(desk, brokerOrderId),
      positions: positions(desk),
      account: figures(desk),
      clock: brokersTime(wire),
      login: wire.session.standing,
      instrument: (symbol) => instrument(wire, symbol),
      quote: (symbol) => MarketData.quote(wire, symbol),
      updates: updates(desk, options.silentFor ?? SILENT_FOR)
    }
  })

const payloadOf = Report.textFrom("schwab")

/* Sending. */

/** The account's hash is put in when it is sent: it may be another tomorrow. */
const ORDERS = { method: "POST", endpoint: "/trader/v1/accounts/{hash}/orders" } as const

const LONGEST_SEND = "30 seconds"

const bodyIn =
  ({ extendedSession }: Desk) =>
  (terms: Terms) =>
    bodyOf(terms, terms.session === "extended" ? extendedSession : undefined)

const prepare = (desk: Desk, terms: OrderTerms.OrderTerms): Either.Either<Broker.Prepared, Broker.Refusal> =>
  Either.map(Either.flatMap(Broker.ownTerms(desk.account, terms), bodyIn(desk)), (body) => ({
    request: payloadOf(body, ORDERS),
    send: (attemptId: Id.AttemptId) => send(desk, terms, body, attemptId)
  }))

interface Answering {
  readonly answer: Report.Answer
  readonly outcome?: HttpOutcome.HttpOutcome
  /** When the order was so that was read back. */
  readonly asOf?: Instant.Instant
}

const send = (
  desk: Desk,
  terms: OrderTerms.OrderTerms,
  body: string,
  attemptId: Id.AttemptId
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const { answer, asOf, outcome } = yield* place(desk, terms, body)
    const isAnswered = outcome?._tag === "Answered"
    return {
      report: {
        _tag: "Answered",
        account: desk.account,
        attemptId,
        asOf: asOf ?? now,
        asOfKind: asOf === undefined ? "ours" : "broker",
        answer,
        httpStatus: isAnswered ? outcome.status : undefined
      },
      payload: isAnswered ? answerPayload(outcome) : undefined
    }
  })

const place = (desk: Desk, terms: OrderTerms.OrderTerms, body: string): Effect.Effect<Answering> =>
  Effect.gen(function* () {
    const account = yield* Effect.either(desk.linked)
    if (Either.isLeft(account)) {
      const { kind, message, retryAfterMs } = account.left
      const waitMs = kind === "unauthorised" ? RELOGIN_WAIT_MS : retryAfterMs
      return { answer: Report.Answer.NotSent({ why: message, retryAfterMs: waitMs }) }
    }
    const { hash } = account.right
    const path = `/trader/v1/accounts/${hash}/orders`
    const within = desk.answersWithin ?? LONGEST_SEND
    const outcome = yield* desk.wire.ask({ method: ORDERS.method, path, body, within })
    const placed = placedOf(outcome, hash)
    if (placed._tag !== "Placed") return { answer: placed, outcome }
    return { ...(yield* readBack(desk, placed.id, terms)), outcome }
  })

const READ_BACK = Schedule.intersect(Schedule.spaced("250 millis"), Schedule.recurs(3))

/** The order that a 201 named is read back and compared; one that cannot be read is a candidate, and asked for first. */
const readBack = (
  { orders }: Desk,
  id: ClientOrderId.BrokerOrderId,
  terms: OrderTerms.OrderTerms
): Effect.Effect<Answering> =>
  Effect.flatMap(orders.afresh(id), (read) => Effect.mapError(read, () => "not found")).pipe(
    Effect.retry(READ_BACK),
    Effect.match({
      onSuccess: ({ asOf, order }) => ({ answer: acceptedOr(order, terms), asOf }),
      onFailure: (error) => ({
        answer: Report.Answer.Unknown({
          why: `order ${id} could not be read back: ${typeof error === "string" ? error : error.message}`,
          candidate: id
        })
      })
    })
  )

const answerPayload = (
  { contentType, headers, status, text }: HttpOutcome.Answered,
  request: { readonly method: string; readonly endpoint: string } = ORDERS
) => payloadOf(text, { ...request, statusCode: status, headers: Object.fromEntries(headers) }, contentType)

const LONGEST_CANCEL = "15 seconds"

const notSent = (error: Broker.BrokerReadFailed): Broker.CancelAnswer => ({ _tag: "NotSent", why: error.message })

const cancel = (desk: Desk, id: ClientOrderId.BrokerOrderId): Effect.Effect<Broker.CancelAnswer> => {
  if (OrderId.read(id) === undefined) return Effect.succeed(noOrderOfSchwabs(id))
  return Effect.gen(function* () {
    const { hash } = yield* desk.linked
    const path = `/trader/v1/accounts/${hash}/orders/${id}`
    const within = desk.answersWithin ?? LONGEST_CANCEL
    const outcome = yield* desk.wire.ask({ method: "DELETE", path, purpose: "cancel", within })
    yield* desk.orders.changed(id)
    return cancelAnswerOf(outcome)
  }).pipe(Effect.catchAll((error) => Effect.succeed(notSent(error))))
}

const noOrderOfSchwabs = (id: string): Broker.CancelAnswer => ({
  _tag: "Refused",
  code: "order_id",
  words: `${id} is no order id of Schwab's: those have 1 to 19 digits`
})

/** What an answer to a cancel or a replacement means: 200 and 201 are a request taken, 400 and 404 in words one that changes nothing. */
export const cancelAnswerOf = (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer =>
  HttpOutcome.cancelAnswerOf(outcome, TAKEN, wordsOf, (answer) => {
    const { status, text } = answer
    if ((status !== 400 && status !== 404) || Option.isNone(errorIn(text))) return undefined
    // Under a stale hash the order was not looked at.
    return { code: String(status), hasEnded: !saysStaleHash(wordsOf(answer)) }
  })

const TAKEN: ReadonlySet<number> = new Set([200, 201])

/**
 * Schwab makes a new order of a replacement. Of an order that is filled in part the rest would have to be asked for, and a fill
 * meanwhile would come on top: such an order is cancelled instead.
 */
const replace = (
  desk: Desk,
  order: OrderState.AcknowledgedOrder,
  terms: Broker.Replacement
): Effect.Effect<Broker.CancelAnswer> => {
  const id = ClientOrderId.current(order.brokerOrderIds)
  if (OrderId.read(id) === undefined) return Effect.succeed(noOrderOfSchwabs(id))
  if (order._tag === "PartiallyFilled") return Effect.succeed(Broker.partlyFilled)
  return Effect.gen(function* () {
    const { hash } = yield* desk.linked
    const before = yield* desk.orders.afresh(id)
    if (Option.isNone(before)) return { _tag: "Refused", code: "404", words: "Schwab has no such order" } as const
    const body = replacementOf(desk.account, before.value.order, terms)
    if (Either.isLeft(body)) return { _tag: "Refused", code: body.left.code, words: body.left.words } as const
    const path = `/trader/v1/accounts/${hash}/orders/${id}`
    const within = desk.answersWithin ?? LONGEST_SEND
    const outcome = yield* desk.wire.ask({ method: "PUT", path, body: body.right, within })
    yield* desk.orders.changed(id)
    const placed = placedOf(outcome, hash)
    if (placed._tag === "Placed") yield* desk.chains.link(id, placed.id)
    return cancelAnswerOf(outcome)
  }).pipe(Effect.catchAll((error) => Effect.succeed(notSent(error))))
}

/** The body of a replacement: what it does not name stays as Schwab has it. */
const replacementOf = (
  account: AccountName.AccountName,
  order: OrderAnswer,
  terms: Broker.Replacement
): Either.Either<string, Broker.Refusal> => {
  const seen = Option.getOrUndefined(seenOf(account, order, order.enteredTime))
  const symbol = Schema.decodeUnknownOption(Ticker.Ticker)(seen?.symbol)
  if (seen === undefined || Option.isNone(symbol))
    return Either.left(new Broker.Refusal({ code: "order", words: "the order is none that could be replaced" }))
  const limitPrice = terms.limitPrice ?? seen.limitPrice
  const session = order.session ?? "NORMAL"
  const replacement = {
    symbol: symbol.value,
    side: seen.side,
    quantity: terms.quantity,
    type: seen.type ?? "market",
    limitPrice: seen.limitPrice === undefined ? undefined : limitPrice,
    stopPrice: seen.stopPrice === undefined ? undefined : (terms.stopPrice ?? seen.stopPrice),
    timeInForce: terms.timeInForce ?? timeInForceOf(order),
    session: session === "NORMAL" ? "regular" : "extended",
    positionEffect: effectOf(order.orderLegCollection?.[0]?.instruction)
  } as const
  return bodyOf(replacement, session)
}

/* Reading orders. */

const absent = (
  { account }: Desk,
  brokerOrderId: ClientOrderId.BrokerOrderId
): Effect.Effect<Report.Received<Report.NotFound>> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    report: {
      _tag: "NotFound",
      account,
      asOf: Instant.fromMillis(now),
      asOfKind: "ours",
      complete: true,
      clientOrderId: undefined,
      brokerOrderId
    },
    payload: undefined
  }))

/** An id that is none of Schwab's is refused before any request. */
const readById = (desk: Desk, id: ClientOrderId.BrokerOrderId) =>
  OrderId.read(id) === undefined
    ? Effect.fail(
        new Broker.BrokerReadFailed({
          operation: "order",
          kind: "unreadable",
          detail: `${id} is no order id of Schwab's: those have 1 to 19 digits`
        })
      )
    : desk.orders.one(id)

const readOrder = (
  desk: Desk,
  id: ClientOrderId.BrokerOrderId
): Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const read = yield* readById(desk, id)
    if (Option.isNone(read)) return yield* absent(desk, id)
    yield* tellUnknown(read.value.order)
    const seen = yield* seenIn(desk, yield* desk.linked, read.value)
    return yield* Effect.mapError(
      seen,
      () =>
        new Broker.BrokerReadFailed({
          operation: "order",
          kind: "unreadable",
          detail: `order ${id} is neither a purchase nor a sale`
        })
    )
  })

/** The order under the id that works now; its payload is that of the newest. */
const seenIn = (
  { account, chains }: Desk,
  ours: Linked,
  read: Read
): Effect.Effect<Option.Option<Report.Received<Report.OrderSeen>>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const chain = yield* chains.of(read)
    const livesOn = yield* chains.livesOn(chain)
    const { asOf, order, text } = Chains.newestOf(chain)
    const owner = Accounts.ownerOf(account, ours, order.accountNumber)
    return Option.map(seenOf(owner, order, asOf), (report) => ({
      report: Chains.asOne(chain, livesOn ? { ...report, state: { _tag: "Open" } } : report),
      payload: payloadOf(text)
    }))
  })

/** A status that Schwab has not documented is kept, counts as open, and is told; so is what does not say what it trades. */
const tellUnknown = (order: OrderAnswer): Effect.Effect<void> =>
  Effect.all(
    [
      known.includes(order.status)
        ? Effect.void
        : Broker.tellUndocumented(`Schwab's order ${order.orderId}`, order.status),
      isReadable(order)
        ? Effect.void
        : Effect.logWarning(`Schwab's order ${order.orderId} does not say what it trades: the listing is in part`)
    ],
    { discard: true }
  )

/** Of a window that begins at `from`, what is told whole: nothing where a row was not, else what Schwab still lists. */
const wholeOf = (complete: boolean, from: Instant.Instant, earliest: Instant.Instant) =>
  complete ? { complete: from >= earliest, wholeFrom: Instant.later(from, earliest) } : { complete }

const listOrders = (
  desk: Desk,
  window: Broker.TimeWindow
): Effect.Effect<Broker.OrderListing, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { complete, earliest, reads } = yield* desk.orders.entered(window)
    yield* Effect.forEach(reads, ({ order }) => tellUnknown(order), { discard: true })
    yield* desk.chains.learn(reads)
    const working = yield* Effect.filter(reads, (read) => Effect.map(desk.chains.isReplaced(read), (is) => !is))
    const ours = yield* desk.linked
    const seen = yield* Effect.forEach(working, (read) => seenIn(desk, ours, read))
    const executions = yield* Effect.forEach(reads, (read) => executedIn(desk, ours, read))
    const isWhole = complete && reads.every(({ order }) => isReadable(order))
    return {
      ...wholeOf(isWhole, window.from, earliest),
      received: seen.flatMap(Option.toArray),
      executions: executions.flat()
    }
  })

/* Reading executions. */

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

type Executed = ReadonlyArray<Report.Received<Report.Executed>>

/** All revisions of the executions of an order under one of its ids, with the others. */
const named = (
  { account, corrections }: Desk,
  ours: Linked,
  chain: Chains.Chain,
  read: Read
): Effect.Effect<Executed, Broker.BrokerReadFailed> =>
  Effect.map(corrections.of(read), (revisions) => {
    const { order, text } = read
    const owner = Accounts.ownerOf(account, ours, order.accountNumber)
    const otherIds = Chains.otherIdsOf(chain, order.orderId)
    return revisions
      .flatMap((revision) => executedReport(owner, order, revision) ?? [])
      .map((report) => ({
        report: otherIds.length === 0 ? report : { ...report, otherIds },
        payload: payloadOf(text)
      }))
  })

const executedIn = (desk: Desk, ours: Linked, read: Read): Effect.Effect<Executed, Broker.BrokerReadFailed> =>
  Effect.flatMap(desk.corrections.of(read), (revisions) =>
    revisions.length === 0
      ? Effect.succeed([])
      : Effect.flatMap(desk.chains.of(read), (chain) => named(desk, ours, chain, read))
  )

/** An order that was entered long before may fill now: all that may still work are asked for. */
const listFills = (desk: Desk, { from, to }: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const entered = { from: Instant.addMillis(from, -Orders.HISTORY_MS), to }
    const { complete, earliest, reads } = yield* desk.orders.entered(entered)
    yield* desk.chains.learn(reads)
    const ours = yield* desk.linked
    const all = yield* Effect.forEach(reads, (read) => executedIn(desk, ours, read))
    // A correction is told whenever its execution was: it is known only since it was read.
    const received = all
      .flat()
      .filter(({ report: { executedAt, revision } }) => revision > 1 || (from <= executedAt && executedAt <= to))
    return { ...wholeOf(complete && reads.every(({ order }) => isReadable(order)), from, earliest), received }
  })

const fillsOf = (desk: Desk, id: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const read = yield* readById(desk, id)
    if (Option.isNone(read)) return { complete: false, received: [] }
    const chain = yield* desk.chains.of(read.value)
    const ours = yield* desk.linked
    const received = yield* Effect.forEach(chain, (each) => named(desk, ours, chain, each))
    const complete = chain.every(({ order }) => isReadable(order) && Decimal.isZero(missingOf(order)))
    return { complete, received: received.flat() }
  })

/* The stream. */

const SILENT_FOR = "30 seconds"

/** What is told of an order comes in bursts: one reading serves all of it. */
const BURST = "150 millis"
const READ_AT_ONCE = 8

/**
 * What happens to orders, read as it is told: a message only says of which order it is (FILL-11), and what it came to stands in the order.
 * A reading that does not succeed is for the poller.
 */
const updates = (
  desk: Desk,
  silentFor: Duration.DurationInput
): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrap(
    Effect.map(Ref.make<ReadonlySet<string>>(new Set()), (waiting) => {
      const isFirst = (id: string) =>
        Ref.modify(waiting, (ids) => (ids.has(id) ? [false, ids] : [true, new Set(ids).add(id)]))
      const readAfterBurst = (id: ClientOrderId.BrokerOrderId) =>
        Effect.gen(function* () {
          yield* Effect.sleep(BURST)
          yield* Ref.update(waiting, (ids) => new Set([...ids].filter((each) => each !== id)))
          return yield* told(desk, id)
        })
      return Activity.orderIds(desk.wire, desk.linked, silentFor).pipe(
        Stream.filterEffect(isFirst),
        Stream.mapEffect(readAfterBurst, { concurrency: READ_AT_ONCE, unordered: true }),
        Stream.flattenIterables
      )
    })
  )

/** The executions of an order, then the order, from one reading that began after it was told of. */
const told = (desk: Desk, id: ClientOrderId.BrokerOrderId): Effect.Effect<ReadonlyArray<Report.Received>> =>
  Effect.gen(function* () {
    const read = yield* desk.orders.afresh(id)
    if (Option.isNone(read)) return []
    const { complete, received } = yield* fillsOf(desk, id)
    const seen = Option.toArray(yield* seenIn(desk, yield* desk.linked, read.value)).map(({ payload, report }) => ({
      payload,
      report: { ...report, executionsRead: complete }
    }))
    return [...received, ...seen]
  }).pipe(
    Effect.catchAll(({ message }) =>
      Effect.as(Effect.logWarning(`order ${id} was told of and could not be read (${message}); it is polled`), [])
    )
  )

/* The rest. */

const Balance = Schema.Struct({
  buyingPower: Schema.optional(Decimal.FromString),
  cashAvailableForTrading: Schema.optional(Decimal.FromString)
})

const AccountAnswer = Schema.Struct({
  securitiesAccount: Schema.Struct({
    accountNumber: Schema.String,
    isClosingOnlyRestricted: Schema.optional(Schema.Boolean),
    currentBalances: Schema.optional(Balance),
    positions: Schema.optional(
      Schema.Array(
        Schema.Struct({
          longQuantity: Decimal.FromString,
          shortQuantity: Decimal.FromString,
          averagePrice: Schema.optional(Decimal.FromString),
          instrument: Schema.Struct({ symbol: Schema.String })
        })
      )
    )
  })
})

const readAccount = ({ linked, wire }: Desk, operation: string, fields: string) =>
  Effect.flatMap(linked, ({ hash }) => reading(wire, operation, `/trader/v1/accounts/${hash}${fields}`, AccountAnswer))

const positions = (desk: Desk): Broker.BrokerService["positions"] =>
  Effect.map(readAccount(desk, "positions", "?fields=positions"), ({ securitiesAccount }) => ({
    complete: true,
    brokerAccountId: securitiesAccount.accountNumber,
    holdings: (securitiesAccount.positions ?? []).map(
      ({ averagePrice, instrument: of, longQuantity, shortQuantity }) => ({
        symbol: of.symbol,
        quantity: Decimal.subtract(longQuantity, shortQuantity),
        averagePrice
      })
    )
  }))

const figures = (desk: Desk): Broker.BrokerService["account"] =>
  Effect.map(
    readAccount(desk, "account", ""),
    ({ securitiesAccount: { accountNumber, currentBalances, isClosingOnlyRestricted } }) => ({
      brokerAccountId: accountNumber,
      mayTrade: isClosingOnlyRestricted === undefined ? undefined : !isClosingOnlyRestricted,
      currency: "USD",
      buyingPower: currentBalances?.buyingPower ?? currentBalances?.cashAvailableForTrading ?? Decimal.zero
    })
  )

const SECOND_MS = 1_000

/** Schwab has no clock to ask: the date of an answer is its time, to the second. */
const brokersTime = (wire: Wire): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.flatMap(asking(wire, "clock", "/trader/v1/accounts/accountNumbers"), ({ headers }) => {
    const millis = Date.parse(headers.get("date") ?? "")
    return Number.isNaN(millis)
      ? Effect.fail(
          new Broker.BrokerReadFailed({ operation: "clock", kind: "unreadable", detail: "the answer has no date" })
        )
      : Effect.succeed({ at: Instant.fromMillis(millis), cutToMs: SECOND_MS })
  })

const InstrumentsAnswer = Schema.Struct({
  instruments: Schema.optional(Schema.Array(Schema.Struct({ symbol: Schema.String, assetType: Schema.String })))
})

const STOCKS: ReadonlySet<string> = new Set(["EQUITY", "ETF"])

/** Schwab says neither lot nor whether shares are lent: the lot is one share, and a short sale that it refuses says so. */
const instrument = (
  wire: Wire,
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const query = new URLSearchParams({ symbol, projection: "symbol-search" })
    const outcome = yield* asking(wire, "instrument", `/marketdata/v1/instruments?${query.toString()}`)
    if (outcome.status === 404 && Option.isSome(errorIn(outcome.text))) return { _tag: "NotKnown", symbol }
    const { instruments = [] } = yield* contentsOf("instrument", InstrumentsAnswer, outcome)
    const found = instruments.find((each) => each.symbol === symbol)
    if (found === undefined) return { _tag: "NotKnown", symbol }
    return {
      _tag: "Known",
      symbol,
      assetClass: STOCKS.has(found.assetType) ? "equity" : found.assetType.toLowerCase(),
      currency: "USD",
      tradable: true,
      fractionable: false,
      shortable: true,
      lot: Decimal.unsafe("1")
    }
  })

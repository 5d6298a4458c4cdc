import { Broker, ClientOrderId, Decimal, Instant, Price, Quantity, Recent, SharedReads } from "@roundlot/core"
import type { AccountName, Id, OrderState, OrderTerms, Report, Ticker } from "@roundlot/core"
import { Clock, Effect, Either, Queue, Schema, Stream } from "effect"
import type { Duration, Scope } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import { classOf, kindOf } from "./Codes.ts"
import * as Endings from "./Endings.ts"
import { assetClassOf, COMBINATION, executedOf, isDurable, ownerOf, sideOf, symbolOf, type Names } from "./Execution.ts"
import type { Address, ConnectFailed, Line } from "./Line.ts"
import type { ExecutionFacts, Message, OrderFacts } from "./Message.ts"
import { requestOf, stock, supportedOrders, symbolFrom, typeFrom } from "./OrderRequest.ts"
import { completedLivenessOf, isStopped, livenessOf, statuses } from "./OrderStatus.ts"
import { place } from "./Placing.ts"
import { gather } from "./Reading.ts"
import * as Session from "./Session.ts"
import * as MarketData from "./MarketData.ts"
import { bytesOf, decimalOf } from "./Text.ts"

/** What TWS can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: false,
  clientOrderIds: true,
  // An order reference is free text: TWS refuses none that it has seen.
  uniqueClientOrderIds: false,
  corrections: true,
  perFillIds: true,
  streaming: true,
  replace: false,
  shortSale: true,
  crossesZero: true,
  historyWindowMs: 86_400_000,
  pollsByWindow: true
}

/** How a broker at TWS or a Gateway is opened. */
export interface Options {
  /** Our account. */
  readonly account: AccountName.AccountName
  readonly address: Address
  /** TWS's own id of the account; may be left away where the login has one. */
  readonly number?: string | undefined
  /** 20 s where it is left away. */
  readonly connectTimeoutMs?: number | undefined
  /** How often TWS is asked whether it is there; 20 s where it is left away. */
  readonly heartbeatMs?: number | undefined
  /** The zone that TWS was logged in with, for versions that leave it away in the times of executions. */
  readonly zone?: string | undefined
  /** How long what was read of orders serves whoever asks for one of them; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
}

const CONNECT_TIMEOUT_MS = 20_000
const HEARTBEAT_MS = 20_000

/** What every request of one account works with. */
interface Desk {
  readonly session: Session.Session
  readonly names: Names
  readonly clientId: number
  /** Account numbers, and how they are shown. */
  readonly secrets: ReadonlyMap<string, string>
  /** Requests whose answers have no number are asked one after the other. */
  readonly alone: Effect.Semaphore
  /** Under which of our ids, or of another client's, an order stands. */
  readonly placed: Map<string, { readonly orderId: string; readonly clientId: string }>
  /** How orders of ours ended that TWS had shown. */
  readonly endings: Endings.Endings
  /** On which line an order was sent, by its reference, whose answer is not known. */
  readonly unanswered: Recent.Recent<Line>
  /** Durable ids of combinations: what is executed under them are legs. */
  readonly combinations: Set<string>
  /** Durable ids of which is known whether they are combinations. */
  readonly sorted: Set<string>
  /** Executions were listed, and what had a time had a zone, or one is configured. */
  isZoned: boolean
}

/** TWS tells of no single order: every order that it shows, and when the reading of them began. */
interface EveryOrder {
  readonly asOf: Instant.Instant
  readonly all: ReadonlyArray<ListedOrder>
  /** Was every order shown that had a status meanwhile, and had TWS its servers? */
  readonly isWhole: boolean
}

/** What is read of all orders serves whoever asks for one of them (SharedReads). */
type Listings = SharedReads.SharedReads<EveryOrder, Broker.BrokerReadFailed>

/** The one key of what is shared. */
const ALL = "every order"

/**
 * The broker of one account behind TWS or a Gateway. It connects before it answers, since only the accounts behind the login say
 * whether it is paper or live; later it connects again by itself. Closed with the scope.
 *
 * Fails with `ConnectFailed`, which says what is wrong: nobody listens, the client id is in use, the login has another account.
 *
 * @example
 * const broker = IbkrBroker.make({ account, address: { host: "127.0.0.1", port: 4002, clientId: 7 } })
 */
export const make = (options: Options): Effect.Effect<Broker.BrokerService, ConnectFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const endings = Endings.make(options.address.clientId, () => clock.unsafeCurrentTimeMillis())
    const session = yield* Session.make({
      hear: endings.note,
      address: options.address,
      account: options.number,
      zone: options.zone,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS
    })
    const desk: Desk = {
      session,
      names: { account: options.account, number: session.account, zone: options.zone },
      clientId: options.address.clientId,
      secrets: new Map(session.accounts.map((each) => [each, Session.masked(each)])),
      alone: yield* Effect.makeSemaphore(1),
      placed: new Map(),
      endings,
      unanswered: Recent.make(),
      combinations: new Set(),
      sorted: new Set(),
      isZoned: false
    }
    const listings: Listings = yield* SharedReads.make(() => everyOrder(desk), options.servesAgainFor)
    const changed = listings.changed(ALL)
    return {
      name: "ibkr",
      environment: PAPER_ACCOUNT.test(session.account) ? "paper" : "live",
      proof: Effect.succeed(proofOf(session.account)),
      capabilities,
      prepare: (terms) => prepare(desk, terms, changed),
      cancel: (order) => Effect.ensuring(cancel(desk, order), changed),
      lookup: (clientOrderId) => lookup(desk, listings, clientOrderId),
      order: (brokerOrderId) => readOrder(desk, listings, brokerOrderId),
      orders: (window) => orders(desk, listings, window),
      fills: (window) => fills(desk, window),
      fillsOf: (brokerOrderId) => fillsOf(desk, brokerOrderId),
      positions: positions(desk),
      account: figures(desk),
      clock: brokersTime(desk),
      instrument: (symbol) => instrument(desk, symbol),
      quote: (symbol) => MarketData.quote(desk.session, symbol),
      // What the stream tells is newer than what was read.
      updates: Stream.tap(updates(desk), ({ report }) => (report._tag === "Commission" ? Effect.void : changed))
    }
  })

const PAPER_ACCOUNT = /^D/

/** The numbers of paper accounts begin with D, wherever TWS listens. */
const proofOf = (number: string): Broker.Proof =>
  PAPER_ACCOUNT.test(number)
    ? { _tag: "Paper" }
    : {
        _tag: "Unproven",
        seen: `its login has the account ${Session.masked(number)}, whose number does not begin with D`,
        remedy: "Log in to TWS or the Gateway as a paper trader, or use a simulator ('roundlot simulate ibkr')"
      }

const now = Effect.map(Clock.currentTimeMillis, (millis) => Instant.fromMillis(millis))

const payloadOf = ({ secrets }: Desk, message: string, contents: unknown): Report.RawPayload => ({
  contentType: "application/json",
  bytes: bytesOf({ message, contents }, secrets),
  wire: { source: "ibkr", method: message }
})

/* Sending. */

const prepare = (
  desk: Desk,
  terms: OrderTerms.OrderTerms,
  changed: Effect.Effect<void>
): Either.Either<Broker.Prepared, Broker.Refusal> => {
  const { names, session } = desk
  const own = Broker.ownTerms(names.account, terms)
  return Either.map(
    Either.flatMap(own, () => requestOf(terms, session.account)),
    (request) => ({
      request: payloadOf(desk, "placeOrder", request),
      send: (attemptId: Id.AttemptId) =>
        Effect.gen(function* () {
          const asOf = yield* now
          const line = yield* session.now
          const answer = yield* place(line, { clientId: desk.clientId, begin: desk.endings.begin }, terms, request)
          if (answer._tag === "Unknown" && line !== undefined) desk.unanswered.set(terms.clientOrderId, line)
          const report: Report.Answered = {
            _tag: "Answered",
            account: names.account,
            attemptId,
            asOf,
            asOfKind: "ours",
            answer,
            httpStatus: undefined
          }
          return { report, payload: payloadOf(desk, "answer", answer) }
        }).pipe(Effect.ensuring(changed))
    })
  )
}

const LONGEST_CANCEL = "15 seconds"

/** Only the client that placed an order can end it. */
const cancel = (desk: Desk, { brokerOrderIds }: OrderState.AcknowledgedOrder): Effect.Effect<Broker.CancelAnswer> =>
  Effect.gen(function* () {
    const permId = ClientOrderId.current(brokerOrderIds)
    const isRead = desk.placed.has(permId) || (yield* Effect.isSuccess(openOrders(desk)))
    if (!isRead) return { _tag: "NotSent", why: "the open orders of TWS could not be read" }
    const placed = desk.placed.get(permId)
    if (placed === undefined)
      return { _tag: "Refused", code: "not_open", words: "TWS shows no such open order", hasEnded: true }
    if (placed.clientId !== String(desk.clientId)) {
      const words = `client ${placed.clientId} placed it, and only that one can cancel it`
      return { _tag: "Refused", code: "other_client", words }
    }
    const line = yield* desk.session.now
    if (line === undefined || line.isLost()) return { _tag: "NotSent", why: "there is no connection to TWS" }
    return yield* askForEnd(line, placed.orderId)
  })

const ending: ReadonlyArray<string> = ["PendingCancel", "PreCancelled", "Cancelled", "ApiCancelled"]

const askForEnd = (line: Line, orderId: string): Effect.Effect<Broker.CancelAnswer> =>
  Effect.async<Broker.CancelAnswer>((resume) => {
    const undo = line.listen((message) => {
      if (message._tag === "Lost") return resume(Effect.succeed({ _tag: "Unknown", why: message.why }))
      if (message._tag === "OrderStatus" && message.orderId === orderId && ending.includes(message.status))
        return resume(Effect.succeed({ _tag: "Requested" }))
      if (message._tag !== "Notice" || String(message.id) !== orderId) return
      const kind = kindOf(message.code, message.text)
      if (kind === "cancelled") resume(Effect.succeed({ _tag: "Requested" }))
      if (kind !== "not cancellable" && kind !== "nothing to cancel") return
      const hasEnded = kind === "nothing to cancel"
      resume(Effect.succeed({ _tag: "Refused", code: String(message.code), words: message.text, hasEnded }))
    })
    line.api.cancelOrder(Number(orderId), "")
    return Effect.sync(undo)
  }).pipe(
    Effect.timeoutTo({
      duration: LONGEST_CANCEL,
      onSuccess: (answer) => answer,
      onTimeout: (): Broker.CancelAnswer => ({ _tag: "Unknown", why: `no answer in ${LONGEST_CANCEL}` })
    })
  )

/* Reading orders. */

const decodeQuantity = Schema.decodeEither(Quantity.Quantity)

/** What a status message says beside the order. */
interface Progress {
  readonly filled: string
  readonly averagePrice: string
  readonly whyHeld?: string | undefined
}

/** An order as a report; `undefined` where TWS has given it no durable id yet, it is over no shares, or on no side. */
const seenOf = (
  { names }: Desk,
  { code, facts: order, progress, state, words }: ListedOrder,
  asOf: Instant.Instant,
  executionsRead: boolean
): Report.OrderSeen | undefined => {
  const total = decimalOf(order.quantity)
  const quantity = total === undefined ? undefined : Either.getOrUndefined(decodeQuantity(Decimal.format(total)))
  const side = sideOf(order.action)
  if (quantity === undefined || side === undefined || !isDurable(order.permId)) return undefined
  const averagePrice = progress === undefined ? undefined : decimalOf(progress.averagePrice)
  return {
    _tag: "OrderSeen",
    amendsInPlace: true,
    account: ownerOf(names, order.account),
    asOf,
    asOfKind: "ours",
    brokerOrderId: ClientOrderId.BrokerOrderId.make(order.permId),
    clientOrderId: order.orderRef === "" ? undefined : order.orderRef,
    symbol: symbolOf(order.contract),
    side,
    quantity,
    ...pricedTermsOf(order),
    rawStatus: rawStatusOf(order, progress),
    state,
    words,
    refusal: refusalOf(state, words, code),
    cumulative: progress === undefined ? undefined : decimalOf(progress.filled),
    averagePrice: averagePrice !== undefined && Decimal.isPositive(averagePrice) ? averagePrice : undefined,
    executionsRead
  }
}

/** Among the completed orders of a day only words are left of the error: those of a rejection, unless another code is known. */
const REJECTED = 201

const refusalOf = (state: Report.Liveness, words: string | undefined, code = REJECTED): Report.OrderSeen["refusal"] =>
  words !== undefined && state._tag === "Closed" && state.kind === "rejected"
    ? { code: String(code), words, class: classOf(code, words) }
    : undefined

/** TWS's status, and why it holds the order. */
const rawStatusOf = ({ status }: OrderFacts, progress: Progress | undefined): string => {
  const whyHeld = progress?.whyHeld ?? ""
  return whyHeld === "" ? status : `${status} (${whyHeld})`
}

const decodePrice = Schema.decodeEither(Price.Price)

/** TWS writes a price that an order does not have as zero, or as a number beyond all prices. */
const priceOf = (text: string): Price.Price | undefined => {
  const price = decimalOf(text)
  return price === undefined ? undefined : Either.getOrUndefined(decodePrice(Decimal.format(price)))
}

/** TWS writes a flag as a digit; what is neither says nothing. */
const sessions: { readonly [outsideRth: string]: OrderTerms.Session | undefined } = { "0": "regular", "1": "extended" }

const pricedTermsOf = (order: OrderFacts): Pick<Report.OrderSeen, "type" | "session" | "limitPrice" | "stopPrice"> => {
  const type = typeFrom(order.type)
  return {
    type,
    session: sessions[order.outsideRth],
    limitPrice: type === "limit" || type === "stop_limit" ? priceOf(order.limitPrice) : undefined,
    stopPrice: type === "stop" || type === "stop_limit" ? priceOf(order.stopPrice) : undefined
  }
}

/** One over no shares is by an amount of money; any other number that is none of shares, and a word that is no side, hides an order that is there. */
const isReadable = ({ action, permId, quantity }: OrderFacts): boolean => {
  const shares = decimalOf(quantity)
  return !isDurable(permId) || (shares !== undefined && Decimal.sign(shares) >= 0 && sideOf(action) !== undefined)
}

/** A status that TWS has not documented is kept, counts as open, and is told; so is a quantity or a side that cannot be read. */
const tellUnknown = (order: OrderFacts): Effect.Effect<void> =>
  Effect.all(
    [
      order.status in statuses ? Effect.void : Broker.tellUndocumented(`order ${order.permId}`, order.status),
      isReadable(order)
        ? Effect.void
        : Effect.logWarning(
            `order ${order.permId} of ${order.contract.symbol} is '${order.action}' over '${order.quantity}' shares, which cannot be read: the listing is in part`
          )
    ],
    { discard: true }
  )

type Seen = Report.Received<Report.OrderSeen>

/** An order of a listing, and when it ended where it has. */
interface ListedOrder {
  readonly facts: OrderFacts
  readonly state: Report.Liveness
  readonly progress: Progress | undefined
  /** TWS's words of why it ended, and the code of the error that ended it. */
  readonly words?: string | undefined
  readonly code?: number | undefined
  readonly endedAt: Instant.Instant | undefined
}

/** An order as TWS shows it; one that an error ended has ended, listed or not. */
const shownOf = (
  { endings }: Desk,
  facts: OrderFacts,
  progress: Progress | undefined
): Omit<ListedOrder, "endedAt"> => {
  const ending = isStopped(facts.status) ? endings.of(facts.permId) : undefined
  return { facts, progress, state: ending?.state ?? livenessOf(facts.status), words: ending?.words, code: ending?.code }
}

/** Notes under which ids an order stands, and whether it is a combination. */
const note = (desk: Desk, message: Message): void => {
  if (message._tag === "CompletedOrder") sort(desk, message.order)
  if (message._tag !== "OpenOrder") return
  const { clientId, order, orderId } = message
  if (isDurable(order.permId)) desk.placed.set(order.permId, { orderId, clientId })
  sort(desk, order)
}

const sort = (
  { combinations, sorted }: Desk,
  { contract, permId }: Pick<OrderFacts | ExecutionFacts, "contract" | "permId">
): void => {
  if (!isDurable(permId)) return
  sorted.add(permId)
  if (contract.secType === COMBINATION) combinations.add(permId)
}

/** The key of an order in a listing: TWS's durable id, or its client's before there is one. */
const keyOf = (permId: string, clientId: string, orderId: string): string =>
  isDurable(permId) ? permId : `${clientId}/${orderId}`

/** The open orders of all clients, and of people; and the keys of orders that had a status meanwhile. */
const openOrders = (desk: Desk) =>
  desk.alone
    .withPermits(1)(
      gather<Message>(desk.session, {
        operation: "open orders",
        ask: ({ api }) => void api.reqAllOpenOrders(),
        take: (message) => {
          note(desk, message)
          if (message._tag === "OpenOrdersEnd") return { _tag: "End" }
          return message._tag === "OpenOrder" || message._tag === "OrderStatus"
            ? { _tag: "Part", part: message }
            : undefined
        }
      })
    )
    .pipe(
      Effect.map((messages) => {
        const progress = new Map<string, Progress>()
        for (const each of messages) if (each._tag === "OrderStatus") progress.set(each.permId, each)
        const found = new Map<string, ListedOrder>()
        for (const each of messages) {
          if (each._tag !== "OpenOrder") continue
          const { clientId, order: facts, orderId } = each
          found.set(keyOf(facts.permId, clientId, orderId), {
            ...shownOf(desk, facts, progress.get(facts.permId)),
            endedAt: undefined
          })
        }
        const named = messages.flatMap((each) =>
          each._tag === "OrderStatus" ? [keyOf(each.permId, each.clientId, each.orderId)] : []
        )
        return { found, named }
      })
    )

/** The orders that ended today, whoever placed them. */
const completedOrders = (desk: Desk) =>
  desk.alone
    .withPermits(1)(
      gather<Extract<Message, { readonly _tag: "CompletedOrder" }>>(desk.session, {
        operation: "completed orders",
        ask: ({ api }) => void api.reqCompletedOrders(false),
        take: (message) => {
          note(desk, message)
          if (message._tag === "CompletedOrdersEnd") return { _tag: "End" }
          return message._tag === "CompletedOrder" ? { _tag: "Part", part: message } : undefined
        }
      })
    )
    .pipe(
      Effect.map((messages) =>
        messages.map(({ completedStatus, completedTime, filled, order: facts }): ListedOrder => {
          const ending = desk.endings.of(facts.permId)
          return {
            facts,
            state: ending?.state ?? completedLivenessOf(facts.status, completedStatus),
            progress: { filled, averagePrice: "" },
            words: ending?.words ?? (completedStatus === "" ? undefined : completedStatus),
            code: ending?.code,
            endedAt: BrokerTime.parse(completedTime, desk.names.zone)
          }
        })
      )
    )

/** Every order that TWS shows, or that an error ended: what is open and may work wins over what ended under the same id. */
const everyOrder = (desk: Desk): Effect.Effect<EveryOrder, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const asOf = yield* now
    const ended = yield* completedOrders(desk)
    const { found: open, named } = yield* openOrders(desk)
    const completed = new Set(ended.map(({ facts }) => facts.permId))
    const standing = [...open.values()].filter(({ facts }) => !isStopped(facts.status) || !completed.has(facts.permId))
    const shown = new Set(standing.map(({ facts }) => facts.permId))
    const over = [...ended, ...desk.endings.all().filter(({ facts }) => !completed.has(facts.permId))]
    const all = [...over.filter(({ facts }) => !shown.has(facts.permId)), ...standing]
    yield* Effect.forEach(all, ({ facts }) => tellUnknown(facts), { discard: true })
    const listed = new Set([...open.keys(), ...all.map(({ facts }) => facts.permId)])
    const hidden = new Set(named.filter((each) => !listed.has(each)))
    yield* Effect.forEach(hidden, warnHidden, { discard: true })
    return { asOf, all, isWhole: hidden.size === 0 && (yield* isConnected(desk)) }
  })

/** Without its servers TWS lists what it had of them. */
const isConnected = ({ session }: Desk): Effect.Effect<boolean> =>
  Effect.map(session.now, (line) => line !== undefined && !line.isLost() && !line.isDegraded())

/** W8: an order with a status exists: a listing that does not show it is incomplete, end mark or not. */
const warnHidden = (key: string): Effect.Effect<void> =>
  Effect.logWarning(`TWS sent a status of order ${key} and did not list the order: the listing is incomplete`)

const receivedOf = (
  desk: Desk,
  listed: ListedOrder,
  asOf: Instant.Instant,
  executionsRead: boolean
): ReadonlyArray<Seen> => {
  const report = seenOf(desk, listed, asOf, executionsRead)
  const { facts, progress, words } = listed
  return report === undefined ? [] : [{ report, payload: payloadOf(desk, "order", { facts, progress, words }) }]
}

/** Of a window that begins at `from`, what TWS has whole: the day of New York, or of the zone that it was logged in with where that is later. */
const wholeOf = ({ names }: Desk, from: Instant.Instant, asOf: Instant.Instant) => {
  const begins = BrokerTime.dayBegins(asOf, names.zone)
  return { complete: from >= begins, wholeFrom: Instant.later(from, begins) }
}

/**
 * A listing is begun when it is asked for, and its caller relies on that. TWS does not say when an order was entered: one is listed that
 * is open, or ended after the window began, whenever the window ends.
 */
const orders = (
  desk: Desk,
  listings: Listings,
  { from }: Broker.TimeWindow
): Effect.Effect<Broker.Listing<Report.OrderSeen>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { all, asOf, isWhole } = yield* listings.afresh(ALL)
    const within = all.filter(({ endedAt = asOf }) => from <= endedAt)
    return {
      // TWS shows what ended today: a window that begins before is not told whole.
      ...(isWhole && within.every(({ facts }) => isReadable(facts)) ? wholeOf(desk, from, asOf) : { complete: false }),
      received: within.flatMap((each) => receivedOf(desk, each, asOf, false))
    }
  })

interface Asked {
  readonly clientOrderId: ClientOrderId.ClientOrderId | undefined
  readonly brokerOrderId: ClientOrderId.BrokerOrderId | undefined
}

type Found = Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed>

const find = (
  desk: Desk,
  read: Effect.Effect<EveryOrder, Broker.BrokerReadFailed>,
  asked: Asked,
  isIt: (order: OrderFacts) => boolean
): Found =>
  Effect.gen(function* () {
    const { all, asOf, isWhole } = yield* read
    const found = all.filter(({ facts }) => isIt(facts))
    // A reference is free text: of several orders that have it, the newest is meant.
    const [first] = found.toReversed().flatMap((each) => receivedOf(desk, each, asOf, false))
    if (first !== undefined) return first
    // What is there without an id yet, over what cannot be read, or by its status alone, is not absent.
    const hidden = asked.clientOrderId === undefined ? undefined : desk.endings.hidden(asked.clientOrderId)
    const complete = isWhole && hidden === undefined && found.length === 0
    const candidate = hidden?.permId === undefined ? undefined : ClientOrderId.BrokerOrderId.make(hidden.permId)
    return {
      report: { _tag: "NotFound", account: desk.names.account, asOf, asOfKind: "ours", complete, candidate, ...asked },
      payload: undefined
    }
  })

/**
 * What was read before says nothing of an order in doubt. Nor is one absent on the line that it was sent on without an answer: that line
 * is ended, and the next one decides.
 */
const lookup = (desk: Desk, listings: Listings, clientOrderId: ClientOrderId.ClientOrderId): Found =>
  Effect.gen(function* () {
    const asked = { clientOrderId, brokerOrderId: undefined }
    const found = yield* find(desk, listings.afresh(ALL), asked, ({ orderRef }) => orderRef.startsWith(clientOrderId))
    const sentOn = desk.unanswered.get(clientOrderId)
    if (found.report._tag === "OrderSeen" || sentOn === undefined || sentOn !== (yield* desk.session.now)) return found
    sentOn.drop("an order that was sent on it has no answer, and is not listed")
    return { ...found, report: { ...found.report, complete: false } }
  })

const readOrder = (desk: Desk, listings: Listings, brokerOrderId: ClientOrderId.BrokerOrderId): Found =>
  find(desk, listings.one(ALL), { clientOrderId: undefined, brokerOrderId }, ({ permId }) => permId === brokerOrderId)

/* Reading executions. */

/** `yyyymmdd-hh:mm:ss` in UTC, as filters take it. */
const filterTime = (at: Instant.Instant): string => {
  const text = Instant.format(at)
  return `${text.slice(0, 10).replaceAll("-", "")}-${text.slice(11, 19)}`
}

const executions = (
  desk: Desk,
  from: Instant.Instant | undefined
): Effect.Effect<ReadonlyArray<ExecutionFacts>, Broker.BrokerReadFailed> =>
  gather<ExecutionFacts>(desk.session, {
    operation: "executions",
    ask: ({ api }, reqId) =>
      void api.reqExecutions(reqId, {
        acctCode: desk.names.number,
        ...(from === undefined ? {} : { time: filterTime(from) })
      }),
    take: (message, reqId) => {
      if (message._tag === "ExecutionsEnd" && message.reqId === reqId) return { _tag: "End" }
      return message._tag === "Execution" && message.execution.reqId === reqId
        ? { _tag: "Part", part: message.execution }
        : undefined
    }
  })

/** Executions as reports. Of a combination its legs count, never the sum of them too. One that cannot be read is no silence: it fails. */
const executed = (
  desk: Desk,
  all: ReadonlyArray<ExecutionFacts>,
  at: Instant.Instant
): Effect.Effect<ReadonlyArray<Report.Received<Report.Executed>>, Broker.BrokerReadFailed> => {
  for (const facts of all) if (facts.contract.secType === COMBINATION) sort(desk, facts)
  return Effect.forEach(
    all.filter(({ contract }) => contract.secType !== COMBINATION),
    (facts) => {
      const cost = desk.session.commissions.get(facts.execId)
      const report = executedOf(desk.names, facts, at, desk.combinations.has(facts.permId), cost)
      return report === undefined
        ? Effect.fail(unreadableExecution(facts))
        : Effect.succeed({ report, payload: payloadOf(desk, "execDetails", facts) })
    }
  )
}

const unreadableExecution = ({ contract, execId, permId, shares, side }: ExecutionFacts) =>
  new Broker.BrokerReadFailed({
    operation: "executions",
    kind: "unreadable",
    detail: `TWS tells of an execution of ${contract.symbol} (id '${execId}', order ${permId}), '${side}' of '${shares}' shares, which cannot be booked`
  })

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

/**
 * SYNC-5: no zone is guessed. Where the first listing of executions has times without one and none is configured, it is not read, and
 * so nothing is sent. One that comes later is booked at the time of its receipt: an execution is never passed over.
 */
const zoned = (desk: Desk, all: ReadonlyArray<ExecutionFacts>) =>
  Effect.suspend(() => {
    const unread = all.find(({ time }) => BrokerTime.parse(time, desk.names.zone) === undefined)
    if (!desk.isZoned && desk.names.zone === undefined && unread !== undefined)
      return Effect.fail(withoutZone(unread.time))
    desk.isZoned = true
    return Effect.succeed(all)
  })

const withoutZone = (time: string) =>
  new Broker.BrokerReadFailed({
    operation: "executions",
    kind: "unreadable",
    detail: `TWS tells the time of an execution, '${time}', in no zone that is known here: set IB_TIME_ZONE to the zone that TWS was logged in with, such as America/New_York`
  })

const fills = (desk: Desk, { from, to }: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const asOf = yield* now
    const all = yield* Effect.flatMap(executions(desk, from), (told) => zoned(desk, told))
    const received = yield* executed(desk, all, asOf)
    return {
      ...((yield* isConnected(desk)) ? wholeOf(desk, from, asOf) : { complete: false }),
      received: received.filter(
        ({ report }) => from <= Instant.addMillis(report.executedAt, 1000) && report.executedAt <= to
      )
    }
  })

const fillsOf = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const asOf = yield* now
    const received = yield* executed(desk, yield* executions(desk, undefined), asOf)
    return { complete: true, received: received.filter(({ report }) => report.brokerOrderId === brokerOrderId) }
  })

/* The rest. */

const positions = (desk: Desk): Broker.BrokerService["positions"] =>
  desk.alone
    .withPermits(1)(
      gather<Broker.Holding | undefined>(desk.session, {
        operation: "positions",
        ask: ({ api }) => void api.reqPositions(),
        take: (message) => {
          if (message._tag === "PositionsEnd") return { _tag: "End" }
          if (message._tag !== "Position" || message.account !== desk.names.number) return undefined
          const quantity = decimalOf(message.quantity)
          if (quantity === undefined) return { _tag: "Part", part: undefined }
          if (Decimal.isZero(quantity)) return undefined
          const symbol = symbolOf(message.contract)
          const assetClass = assetClassOf(message.contract)
          const averagePrice = decimalOf(message.averageCost)
          return { _tag: "Part", part: { symbol, quantity, averagePrice, assetClass } }
        },
        finish: ({ api }) => void api.cancelPositions()
      })
    )
    .pipe(Effect.map(holdingsOf))

/** A row that cannot be read is no absence: the listing is in part then. */
const holdingsOf = (rows: ReadonlyArray<Broker.Holding | undefined>): Broker.HoldingsListed => {
  const holdings = rows.filter((row) => row !== undefined)
  return { complete: holdings.length === rows.length, holdings }
}

const BUYING_POWER = "BuyingPower"

const SECOND_MS = 1_000
const SECONDS = /^\d{9,11}$/

/** TWS's own clock, to the second. */
const brokersTime = (desk: Desk): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.flatMap(
    gather<{ readonly seconds: string }>(desk.session, {
      operation: "clock",
      ask: ({ api }) => void api.reqCurrentTime(),
      take: (message) => (message._tag === "Heartbeat" ? { _tag: "Last", part: message } : undefined)
    }),
    ([answer]) =>
      answer !== undefined && SECONDS.test(answer.seconds)
        ? Effect.succeed({ at: Instant.fromMillis(Number(answer.seconds) * SECOND_MS), cutToMs: SECOND_MS })
        : Effect.fail(
            new Broker.BrokerReadFailed({ operation: "clock", kind: "unreadable", detail: "TWS told no time" })
          )
  )

const figures = (desk: Desk): Broker.BrokerService["account"] =>
  gather<{ readonly currency: string; readonly value: string }>(desk.session, {
    operation: "account",
    ask: ({ api }, reqId) => void api.reqAccountSummary(reqId, "All", BUYING_POWER),
    take: (message, reqId) => {
      if (message._tag === "AccountFiguresEnd" && message.reqId === reqId) return { _tag: "End" }
      const isIt =
        message._tag === "AccountFigure" &&
        message.reqId === reqId &&
        message.account === desk.names.number &&
        message.name === BUYING_POWER
      return isIt ? { _tag: "Part", part: { currency: message.currency, value: message.value } } : undefined
    },
    finish: ({ api }, reqId) => void api.cancelAccountSummary(reqId)
  }).pipe(
    Effect.flatMap(([figure]) => {
      const buyingPower = figure === undefined ? undefined : decimalOf(figure.value)
      return figure === undefined || buyingPower === undefined
        ? Effect.fail(
            new Broker.BrokerReadFailed({
              operation: "account",
              kind: "unreadable",
              detail: "TWS gave no buying power of the account"
            })
          )
        : Effect.succeed({ brokerAccountId: desk.names.number, currency: figure.currency, buyingPower })
    })
  )

const ONE = Decimal.unsafe("1")

const instrument = (
  desk: Desk,
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  gather(desk.session, {
    operation: "instrument",
    ask: ({ api }, reqId) => void api.reqContractDetails(reqId, stock(symbol)),
    take: (message, reqId) => {
      if (message._tag === "ContractDetailsEnd" && message.reqId === reqId) return { _tag: "End" }
      return message._tag === "ContractDetails" && message.reqId === reqId
        ? { _tag: "Part", part: message.contract }
        : undefined
    }
  }).pipe(
    Effect.map((found): Broker.BrokerInstrument => {
      const contract = found.find((each) => symbolFrom(each.symbol) === symbolFrom(symbol.replace("/", ".")))
      return contract === undefined
        ? { _tag: "NotKnown", symbol }
        : {
            _tag: "Known",
            symbol,
            assetClass: assetClassOf(contract),
            currency: contract.currency,
            tradable: true,
            fractionable: false,
            shortable: true,
            lot: ONE
          }
    })
  )

/* The stream. */

/**
 * A leg may be told before the sum of its combination, and alone looks like a fill of any order: of an order that was never shown, the
 * orders are read first. Where that fails it is told as it came.
 */
const sortFirst = (desk: Desk, { permId }: ExecutionFacts): Effect.Effect<void> =>
  !isDurable(permId) || desk.sorted.has(permId)
    ? Effect.void
    : Effect.ignore(Effect.tap(everyOrder(desk), () => Effect.sync(() => desk.sorted.add(permId))))

/** What an order was last told as: TWS repeats itself. */
const lineOf = ({ averagePrice, cumulative, rawStatus, state }: Report.OrderSeen): string =>
  [state._tag, rawStatus, cumulative, averagePrice].map(String).join("/")

/**
 * Executions, their costs and orders as TWS tells them. Before an end is told its executions are asked for. It fails when the
 * connection ends, and when TWS's servers were away, so that whoever follows it reads everything anew.
 */
const updates = (desk: Desk): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const line = yield* desk.session.line
      const heard = yield* Queue.unbounded<Message>()
      yield* Effect.acquireRelease(
        Effect.sync(() => line.listen((message) => void heard.unsafeOffer(message))),
        (undo) => Effect.sync(undo)
      )
      const known = new Map<string, OrderFacts>()
      const told = new Map<string, string>()
      const isNew = (report: Report.OrderSeen): boolean => {
        const shown = lineOf(report)
        if (told.get(report.brokerOrderId) === shown) return false
        told.set(report.brokerOrderId, shown)
        return true
      }
      /** What is news of an order; of one that has ended its executions come first. */
      const toldOf = (listed: ListedOrder, method: string, message: unknown, asOf: Instant.Instant) =>
        Effect.gen(function* () {
          const report = seenOf(desk, listed, asOf, false)
          if (report === undefined || !isNew(report)) return []
          const payload = payloadOf(desk, method, message)
          if (report.state._tag === "Open") return [{ report, payload }]
          const { received } = yield* fillsOf(desk, report.brokerOrderId)
          return [...received, { report: { ...report, executionsRead: true }, payload }]
        })
      const reports = (message: Message): Effect.Effect<ReadonlyArray<Report.Received>, Broker.BrokerReadFailed> =>
        Effect.gen(function* () {
          const asOf = yield* now
          note(desk, message)
          switch (message._tag) {
            case "Lost":
              return yield* new Broker.BrokerReadFailed({ operation: "updates", kind: "network", detail: message.why })
            case "Execution":
              if (message.execution.reqId !== "-1") return []
              yield* sortFirst(desk, message.execution)
              return yield* executed(desk, [message.execution], asOf)
            case "Commission":
              return commissionOf(desk, message, asOf)
            case "OpenOrder":
              known.set(message.order.permId, message.order)
              return []
            case "OrderStatus": {
              const facts = known.get(message.permId)
              if (facts === undefined) return []
              const shown = shownOf(desk, { ...facts, status: message.status }, message)
              return yield* toldOf({ ...shown, endedAt: undefined }, "orderStatus", message, asOf)
            }
            case "Notice": {
              const ending = desk.endings.ofPlaced(message.id)
              return ending === undefined ? [] : yield* toldOf(ending, "error", message, asOf)
            }
            default:
              return []
          }
        })
      if (line.isLost()) heard.unsafeOffer({ _tag: "Lost", why: "TWS closed the connection" })
      return Stream.mapConcatEffect(Stream.fromQueue(heard), reports)
    })
  )

const commissionOf = (
  desk: Desk,
  message: Extract<Message, { readonly _tag: "Commission" }>,
  asOf: Instant.Instant
): ReadonlyArray<Report.Received<Report.Commission>> => {
  const amount = decimalOf(message.amount)
  if (amount === undefined) return []
  const report: Report.Commission = {
    _tag: "Commission",
    account: desk.names.account,
    asOf,
    asOfKind: "ours",
    execId: message.execId,
    amount,
    currency: message.currency
  }
  return [{ report, payload: payloadOf(desk, "commissionReport", message) }]
}

import { Decimal, Decision, Fill, Order, Trade, type Instant } from "@roundlot/core"
import { Entry, Id, OrderState, TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, decode, type Event, Traces, Break } from "@roundlot/core/ledger"
import { listing } from "@roundlot/queries"
import { Effect, Either, Schema, type Tracer } from "effect"

/** A stretch of time in a trace. Times are those of the books; a fill begins with the broker's. */
export interface Stretch {
  readonly name: string
  /** Derived of what it is: a stretch that is exported twice is one span. */
  readonly span: Tracer.ExternalSpan
  readonly parent: Tracer.ExternalSpan | undefined
  readonly links: ReadonlyArray<Tracer.ExternalSpan>
  readonly kind: Tracer.SpanKind
  readonly from: Instant.Instant
  readonly to: Instant.Instant
  readonly attributes: Readonly<Record<string, string>>
  /** Why it came to nothing. */
  readonly failure: string | undefined
}

type Spans = ReadonlyArray<Stretch>

const plain = { links: [], kind: "internal", failure: undefined } as const

/** Entries of which one order has thousands, and which no trace is read for. */
const QUIET: ReadonlySet<string> = new Set(["LotAllocated", "AllocationReleased"])

/** What ends a trade, or begins it again. */
const ENDS: ReadonlySet<string> = new Set(["TradeSettled", "DirectTradeSettled", "TradeFailed"])

/** At so many trades of a page of commits more are left out: a trace is an example, the journal is the record. */
const MOST_TRADES = 500

const ofFill = (store: string, order: Order.Order, fill: Fill.Fill): Stretch => ({
  ...plain,
  name: "fill",
  span: Traces.within(store, order, Id.format("fill", fill.id)),
  parent: Traces.ofOrder(store, order),
  from: fill.executedAt < fill.createdAt ? fill.executedAt : fill.createdAt,
  to: fill.createdAt,
  attributes: {
    "roundlot.fill": Id.format("fill", fill.id),
    "roundlot.order": Id.format("order", order.id),
    "roundlot.quantity": Decimal.format(fill.quantity),
    ...(fill.price === undefined ? {} : { "roundlot.price": Decimal.format(fill.price) })
  }
})

const ofAttempt = (store: string, order: Order.Order, attempt: Attempt.Attempt): Stretch => ({
  ...plain,
  kind: "client",
  name: "attempt",
  span: Traces.within(store, order, Id.format("attempt", attempt.id)),
  parent: Traces.ofOrder(store, order),
  from: attempt.submittedAt,
  to: attempt.answeredAt ?? attempt.updatedAt,
  attributes: {
    "roundlot.attempt": Id.format("attempt", attempt.id),
    "roundlot.order": Id.format("order", order.id),
    "roundlot.outcome": attempt.outcome ?? "none",
    ...(attempt.httpStatus === undefined ? {} : { "http.response.status_code": String(attempt.httpStatus) })
  },
  failure: attempt.outcome === "accepted" ? undefined : (attempt.errorMessage ?? attempt.outcome ?? "no answer")
})

const ofOrder = (store: string, order: Order.Order, endedAt: Instant.Instant): Stretch => ({
  ...plain,
  name: "order",
  span: Traces.ofOrder(store, order),
  parent: order.decisionId === undefined ? undefined : Traces.ofDecision(store, { id: order.decisionId }),
  links: order.retryOf === undefined ? [] : [Traces.ofOrder(store, { ...order, id: order.retryOf })],
  from: order.createdAt,
  to: endedAt,
  attributes: {
    "roundlot.order": Id.format("order", order.id),
    "roundlot.account": order.account,
    "roundlot.symbol": order.symbol,
    "roundlot.client_order_id": order.clientOrderId,
    "roundlot.side": order.side,
    "roundlot.quantity": Decimal.format(order.quantity),
    "roundlot.filled": Decimal.format(order.filled),
    "roundlot.status": order.status,
    ...(order.brokerOrderId === undefined ? {} : { "roundlot.broker_order_id": order.brokerOrderId })
  },
  failure: order.status === "rejected" || order.status === "failed" ? (order.reason ?? order.status) : undefined
})

const ofDecision = (store: string, decision: Decision.Decision, endedAt: Instant.Instant): Stretch => ({
  ...plain,
  name: "decision",
  span: Traces.ofDecision(store, decision),
  parent: undefined,
  from: decision.createdAt,
  to: endedAt,
  attributes: {
    "roundlot.decision": Id.format("decision", decision.id),
    "roundlot.account": decision.account,
    "roundlot.symbol": decision.symbol,
    "roundlot.strategy": decision.strategy,
    "roundlot.side": decision.side,
    "roundlot.status": decision.status
  },
  failure: decision.status === "failed" ? (decision.reason ?? decision.status) : undefined
})

/** The span of what an entry is about. */
export const spanOf = (store: string, subject: Subject): Tracer.ExternalSpan =>
  subject._tag === "Order" ? Traces.ofOrder(store, subject.order) : Traces.ofDecision(store, subject.decision)

const recordOf = (subject: Subject): Readonly<Record<string, string>> =>
  subject._tag === "Order"
    ? { "roundlot.order": Id.format("order", subject.order.id) }
    : { "roundlot.decision": Id.format("decision", subject.decision.id) }

const causeIn = Schema.decodeUnknownEither(Schema.parseJson(Entry.Cause))

/** A moment: what an entry says that happened, and who brought it about. */
const ofEntry = (store: string, subject: Subject, entry: Entry.Entry): Stretch => {
  const parent = spanOf(store, subject)
  const { spanId } = Traces.spanOf(store, `${entry.account}/${entry.seq}`)
  const cause = Either.getOrUndefined(causeIn(entry.cause))
  const at = decode.timeOf(entry)
  return {
    ...plain,
    name: entry.tag,
    span: { ...parent, spanId },
    parent,
    from: at,
    to: at,
    attributes: {
      ...recordOf(subject),
      "roundlot.account": entry.account,
      "roundlot.entry": `${entry.account}/${entry.seq}`,
      ...(cause === undefined ? {} : { "roundlot.cause": cause.kind, "roundlot.actor": cause.actor })
    }
  }
}

const ended = ({ executedAt, failedAt }: Decision.Decision): Instant.Instant | undefined => executedAt ?? failedAt

/** What took its time until an event happened. */
const measuredBy =
  (store: string, attempts: ReadonlyArray<Attempt.Attempt>, fills: ReadonlyArray<Fill.Fill>) =>
  (subject: Subject, event: Measuring | undefined): Spans => {
    if (subject._tag === "Decision") {
      const at = event?._tag === "DecisionSettled" ? ended(subject.decision) : undefined
      return at === undefined ? [] : [ofDecision(store, subject.decision, at)]
    }
    const { order } = subject
    switch (event?._tag) {
      case "OrderChanged":
        return order.endedAt !== undefined && hasEnded(event) ? [ofOrder(store, order, order.endedAt)] : []
      case "AttemptAnswered":
        return attempts.filter(({ id }) => id === event.id).map((each) => ofAttempt(store, order, each))
      case "FillRecorded":
        return fills.filter(({ id }) => id === event.id).map((each) => ofFill(store, order, each))
      default:
        return []
    }
  }

type Reading<A> = Effect.Effect<A, TradeRepository.StoreError, TradeRepository.TradeRepository>

const storeId = Effect.map(TradeRepository.TradeRepository, ({ identity }) => identity.id)

const measuring = ["DecisionSettled", "OrderChanged", "AttemptAnswered", "FillRecorded"] as const

/** An event with which something that took its time is over. */
type Measuring = Extract<Event.LedgerEvent, { readonly _tag: (typeof measuring)[number] }>

const isMeasuring = (event: Event.LedgerEvent): event is Measuring => measuring.some((tag) => tag === event._tag)

/** Is it the change that ends the order? What is heard of it later is none. */
const hasEnded = ({ after, before }: Extract<Measuring, { readonly _tag: "OrderChanged" }>): boolean =>
  OrderState.isLive(before.status) && !OrderState.isLive(after.status)

const eventIn = (entry: Entry.Entry): Measuring | undefined => {
  const event = measuring.some((tag) => tag === entry.tag)
    ? Either.getOrUndefined(decode.decodeEntry(entry))
    : undefined
  return event !== undefined && isMeasuring(event) ? event : undefined
}

/** What entries say of decisions and orders, each in the trace of its own. */
export const ofOrders = (entries: ReadonlyArray<Entry.Entry>): Reading<Spans> =>
  Effect.gen(function* () {
    const store = yield* storeId
    const heard = entries.filter(({ tag }) => !QUIET.has(tag))
    const subjectOf = yield* subjectsOf(heard)
    const about = heard.flatMap((entry) => {
      const subject = subjectOf(entry)
      return subject === undefined ? [] : [{ entry, subject, event: eventIn(entry) }]
    })
    const madeBy = (tag: "AttemptAnswered" | "FillRecorded") =>
      about.flatMap(({ event }) => (event?._tag === tag ? event.id : []))
    const attempts = yield* listing.among(Attempt.AttemptTable, "id", madeBy("AttemptAnswered"))
    const fills = yield* listing.among(Fill.FillTable, "id", madeBy("FillRecorded"))
    const measured = measuredBy(store, attempts, fills)
    return about.flatMap(({ entry, event, subject }) => [...measured(subject, event), ofEntry(store, subject, entry)])
  })

const isOver = ({ status }: Trade.Trade): boolean => status === "completed" || status === "failed"

const ofTrade = (store: string, trade: Trade.Trade, orders: ReadonlyArray<Order.Order>): Stretch => ({
  ...plain,
  name: "trade",
  span: Traces.spanOf(store, Id.format("trade", trade.id)),
  parent: undefined,
  links: orders.map((order) => Traces.ofOrder(store, order)),
  from: trade.createdAt,
  to: trade.updatedAt,
  attributes: {
    "roundlot.trade": Id.format("trade", trade.id),
    "roundlot.account": trade.account,
    "roundlot.source": trade.source,
    "roundlot.source_id": trade.sourceId,
    "roundlot.symbol": trade.symbol,
    "roundlot.side": trade.side,
    "roundlot.quantity": Decimal.format(trade.quantity),
    "roundlot.status": trade.status
  },
  failure: trade.status === "failed" ? (trade.reason ?? trade.status) : undefined
})

/** The trades that are over, each in a trace of its own with links to the orders that it went into; of many some. */
export const ofTrades = (entries: ReadonlyArray<Entry.Entry>): Reading<Spans> =>
  Effect.gen(function* () {
    const store = yield* storeId
    const over = entries.filter(({ tag }) => ENDS.has(tag))
    const ids = [...new Set(over.flatMap(({ entityId }) => Id.parse("trade", entityId) ?? []))].slice(0, MOST_TRADES)
    const trades = (yield* listing.among(Trade.TradeTable, "id", ids)).filter(isOver)
    const own = trades.map(({ id }) => id)
    const links = yield* listing.among(Allocation.AllocationTable, "tradeId", own)
    const direct = yield* listing.among(Order.OrderTable, "tradeId", own)
    const linked = yield* listing.among(Order.OrderTable, "id", new Set(links.flatMap(({ orderId }) => orderId ?? [])))
    return trades.map((trade) => {
      const into = new Set(links.flatMap(({ orderId, tradeId }) => (tradeId === trade.id ? (orderId ?? []) : [])))
      return ofTrade(store, trade, [
        ...direct.filter(({ tradeId }) => tradeId === trade.id),
        ...linked.filter(({ id }) => into.has(id))
      ])
    })
  })

/** The decision or order that an entry is about: whose trace it is in. */
type Subject =
  | { readonly _tag: "Order"; readonly order: Order.Order }
  | { readonly _tag: "Decision"; readonly decision: Decision.Decision }

type Named = Pick<Entry.Entry, "entityKind" | "entityId">

const idsOf = (entries: ReadonlyArray<Named>, kind: Id.Kind): ReadonlyArray<number> => [
  ...new Set(
    entries.flatMap(({ entityId, entityKind }) => (entityKind === kind ? (Id.parse(kind, entityId) ?? []) : []))
  )
]

/** Finds the decision or order that each of these entries is about; of an entry about neither, nothing. */
export const subjectsOf = (
  entries: ReadonlyArray<Named>
): Effect.Effect<(entry: Named) => Subject | undefined, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const decisions = yield* listing.among(Decision.DecisionTable, "id", idsOf(entries, "decision"))
    const fills = yield* listing.among(Fill.FillTable, "id", idsOf(entries, "fill"))
    const breaks = yield* listing.among(Break.BreakTable, "id", idsOf(entries, "break"))
    const orderOf = new Map<string, number>()
    for (const id of idsOf(entries, "order")) orderOf.set(`order O${id}`, id)
    for (const { id, orderId } of fills) orderOf.set(`fill ${Id.format("fill", id)}`, orderId)
    for (const { id, subject } of breaks) {
      const order = Id.parse("order", subject)
      if (order !== undefined) orderOf.set(`break ${Id.format("break", id)}`, order)
    }
    const orders = yield* listing.among(Order.OrderTable, "id", new Set(orderOf.values()))
    const ofOrders = new Map<number, Subject>(orders.map((order) => [order.id, { _tag: "Order", order }]))
    const ofDecisions = new Map<number, Subject>(
      decisions.map((decision) => [decision.id, { _tag: "Decision", decision }])
    )
    return ({ entityId, entityKind }) =>
      entityKind === "decision"
        ? ofDecisions.get(Id.parse("decision", entityId) ?? 0)
        : ofOrders.get(orderOf.get(`${entityKind} ${entityId}`) ?? 0)
  })

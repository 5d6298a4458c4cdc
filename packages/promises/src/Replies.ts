import { AccountName, Instant, Ticker } from "@roundlot/core"
import { ClientOrderId, Id, OrderTerms, Report, SupportedOrders } from "@roundlot/core/adapter"
import { HeldReport } from "@roundlot/core/ledger"
import { Either, Schema } from "effect"
import { issuesOf, type Issues } from "./Given.ts"

// What a broker of promises answers has passed no compiler where it is plain JavaScript: nothing of it reaches the books that is not of the type.

const { BigDecimalFromSelf: Decimal, Boolean, Literal, Number, String, Struct, TaggedStruct, Union } = Schema
const { Instant: Moment } = Instant
const { BrokerOrderId } = ClientOrderId

const maybe = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(schema)

const RawPayload = Struct({
  contentType: String,
  bytes: Schema.Uint8ArrayFromSelf,
  wire: maybe(
    Struct({
      source: String,
      method: maybe(String),
      endpoint: maybe(String),
      statusCode: maybe(Number),
      headers: maybe(Schema.Record({ key: String, value: String }))
    })
  )
})

const stamped = {
  account: AccountName.AccountName,
  asOf: Moment,
  asOfKind: Literal("broker", "ours")
}

const refusal = { code: String, words: String, class: Literal(...Report.refusalClasses) }

const BrokersAnswer = Union(
  TaggedStruct("Accepted", { brokerOrderId: BrokerOrderId }),
  TaggedStruct("Refused", refusal),
  TaggedStruct("NotSent", { why: String, retryAfterMs: maybe(Number) }),
  TaggedStruct("Unknown", {
    why: String,
    candidate: maybe(BrokerOrderId),
    isIdInUse: maybe(Boolean),
    unlisted: maybe(Struct({ code: String, words: String }))
  })
)

const Answered = TaggedStruct("Answered", {
  ...stamped,
  attemptId: Id.AttemptId,
  answer: BrokersAnswer,
  httpStatus: maybe(Number)
})

const OrderSeen = Schema.extend(
  Schema.typeSchema(HeldReport.HeldOrderSeen),
  Struct({
    state: Union(TaggedStruct("Open", {}), TaggedStruct("Closed", { kind: Literal(...Report.closedKinds) })),
    words: maybe(String),
    refusal: maybe(Struct(refusal))
  })
)

const Executed = Schema.typeSchema(HeldReport.HeldExecuted)

const NotFound = TaggedStruct("NotFound", {
  ...stamped,
  clientOrderId: maybe(String),
  brokerOrderId: maybe(BrokerOrderId),
  complete: Boolean,
  candidate: maybe(BrokerOrderId)
})

const Commission = TaggedStruct("Commission", { ...stamped, execId: String, amount: Decimal, currency: String })

const Listed = TaggedStruct("Listed", {
  ...stamped,
  from: Moment,
  complete: Boolean,
  brokerOrderIds: Schema.Array(BrokerOrderId)
})

const received = <A, I>(report: Schema.Schema<A, I>) => Struct({ report, payload: maybe(RawPayload) })

const listing = <A, I>(report: Schema.Schema<A, I>) => ({
  complete: Boolean,
  wholeFrom: maybe(Moment),
  received: Schema.Array(received(report))
})

const Quoted = maybe(Struct({ price: Decimal, at: Moment }))

const isFunction = (given: unknown): given is () => unknown => typeof given === "function"

const Method = Schema.declare(isFunction, { identifier: "a function" })

const schemas = {
  broker: Struct({
    name: Schema.NonEmptyString,
    environment: Literal("paper", "live"),
    capabilities: Struct({
      supportedOrders: Schema.Array(SupportedOrders.SupportedOrders),
      notionalTypes: maybe(Schema.Array(Literal(...OrderTerms.orderTypes))),
      simulatedMarket: maybe(Boolean),
      pollsByWindow: maybe(Boolean),
      historyWindowMs: Schema.NonNegative,
      fractions: Boolean,
      clientOrderIds: Boolean,
      uniqueClientOrderIds: Boolean,
      corrections: Boolean,
      perFillIds: Boolean,
      streaming: Boolean,
      replace: Boolean,
      shortSale: Boolean,
      crossesZero: Boolean
    }),
    prepare: Method,
    cancel: Method,
    order: Method,
    orders: Method,
    fills: Method,
    fillsOf: Method,
    positions: Method,
    account: Method,
    instrument: Method,
    lookup: maybe(Method),
    clock: maybe(Method),
    quote: maybe(Method),
    updates: maybe(Method)
  }),
  prepared: Struct({ request: RawPayload, send: Method }),
  send: received(Answered),
  cancel: Union(
    TaggedStruct("Requested", {}),
    TaggedStruct("Refused", { code: String, words: String, hasEnded: maybe(Boolean) }),
    TaggedStruct("NotSent", { why: String }),
    TaggedStruct("Unknown", { why: String })
  ),
  order: received(Union(OrderSeen, NotFound)),
  orders: Struct({ ...listing(OrderSeen), executions: maybe(Schema.Array(received(Executed))) }),
  fills: Struct(listing(Executed)),
  positions: Struct({
    complete: Boolean,
    holdings: Schema.Array(
      Struct({ symbol: String, quantity: Decimal, averagePrice: maybe(Decimal), assetClass: maybe(String) })
    ),
    asOf: maybe(Moment),
    brokerAccountId: maybe(String)
  }),
  account: Struct({
    brokerAccountId: maybe(String),
    currency: String,
    buyingPower: maybe(Decimal),
    mayTrade: maybe(Boolean),
    words: maybe(String)
  }),
  instrument: Union(
    TaggedStruct("Known", {
      symbol: Ticker.Ticker,
      assetClass: String,
      currency: String,
      tradable: Boolean,
      words: maybe(String),
      fractionable: Boolean,
      shortable: maybe(Boolean),
      lot: Decimal
    }),
    TaggedStruct("NotKnown", { symbol: String })
  ),
  clock: Struct({ at: Moment, cutToMs: Number }),
  quote: Struct({
    symbol: maybe(String),
    currency: maybe(String),
    last: Quoted,
    bid: Quoted,
    ask: Quoted,
    isHalted: maybe(Boolean)
  }),
  updates: received(Union(Answered, OrderSeen, Executed, Commission, NotFound, Listed))
}

/** What a broker of promises gives: itself, an order made ready, and the answer to each question. */
export type Reply = keyof typeof schemas

/** What is wrong with what a broker gave, place by place; none where it is of its type, account and attempt. */
export const issuesIn = (reply: Reply, given: unknown): Issues => {
  const schema: Schema.Schema.AnyNoContext = schemas[reply]
  return Either.match(Schema.validateEither(schema, { errors: "all" })(given), { onLeft: issuesOf, onRight: () => [] })
}

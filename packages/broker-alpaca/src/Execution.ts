import { Decimal, Instant, Price, type AccountName, type Side } from "@roundlot/core"
import { ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Either, Option, Schema } from "effect"

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const BrokerSide = Schema.Literal("buy", "sell", "sell_short")

/** One execution of `GET /v2/account/activities/FILL`. Its `id` is an opaque token for paging, never a clock. */
export const FillActivity = Schema.Struct({
  id: Schema.String,
  order_id: ClientOrderId.BrokerOrderId,
  symbol: Schema.String,
  side: BrokerSide,
  qty: Decimal.FromString,
  cum_qty: Decimal.FromString,
  price: Price.Price,
  transaction_time: Instant.FromString
})

/** One execution as it is listed. */
export type FillActivity = typeof FillActivity.Type

/** What the event stream calls an execution and what undoes it. */
export const executionTypes = ["fill", "partial_fill", "trade_correct", "trade_bust"] as const

/**
 * One trade of `GET /v2beta1/events/activities`. `ref_id` is the execution's own id, `previous_id` the one that it replaces. A bust may
 * be without shares, as the specification has it (@alpacahq/alpaca-trade-api 4.0.2, ActivityEventV2): nothing is left of what it names.
 */
export const TradeEvent = Schema.Struct({
  event_id: Schema.String,
  ref_id: Schema.String,
  previous_id: nullable(Schema.String),
  at: Instant.FromString,
  executed_at: nullable(Instant.FromString),
  qty: Schema.optionalWith(Decimal.FromString, { nullable: true, default: () => Decimal.zero }),
  price: nullable(Price.Price),
  details: Schema.Struct({
    order_id: ClientOrderId.BrokerOrderId,
    client_order_id: nullable(Schema.String),
    execution_type: Schema.Literal(...executionTypes),
    symbol: Schema.String,
    side: BrokerSide,
    cum_qty: Decimal.FromString
  })
}).pipe(
  Schema.filter(({ details, qty }) => details.execution_type === "trade_bust" || Decimal.isPositive(qty), {
    message: () => "what is executed or corrected is over some shares"
  })
)

/** One trade of the event stream. */
export type TradeEvent = typeof TradeEvent.Type

/** What can be read of an event of a trade that cannot be read; `isPlain` where it tells of an execution, and corrects none. */
export interface Unread {
  readonly orderId: ClientOrderId.BrokerOrderId | undefined
  readonly isPlain: boolean
}

const decodeEvent = Schema.decodeUnknownOption(Schema.parseJson(TradeEvent))
const decodeHint = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      activity_type: nullable(Schema.String),
      details: nullable(
        Schema.Struct({ order_id: nullable(ClientOrderId.BrokerOrderId), execution_type: nullable(Schema.String) })
      )
    })
  )
)

const TRADE = "TRD"
const PLAIN: ReadonlySet<string | null | undefined> = new Set(["fill", "partial_fill"])

/** The event of a text, or what can be read of it; nothing where it tells of no trade. */
export const readEvent = (text: string): Option.Option<Either.Either<TradeEvent, Unread>> =>
  Option.orElse(Option.map(decodeEvent(text), Either.right), () =>
    Option.map(
      Option.filter(
        Option.orElseSome(decodeHint(text), () => ({ activity_type: TRADE, details: undefined })),
        ({ activity_type, details }) => activity_type === TRADE || details?.execution_type !== undefined
      ),
      ({ details }) =>
        Either.left({ orderId: details?.order_id ?? undefined, isPlain: PLAIN.has(details?.execution_type) })
    )
  )

/** Does it replace an execution that was told before? */
export const isCorrection = ({ details }: TradeEvent): boolean =>
  details.execution_type === "trade_correct" || details.execution_type === "trade_bust"

/** The side of an order: a short sale is a sale. */
export const sideOf = (side: typeof BrokerSide.Type): Side.Side => (side === "buy" ? "buy" : "sell")

/**
 * What an execution is known by wherever it is told: its order and the order's total after it. Alpaca's own ids differ between
 * listing and streams, and the total is one and the same in all of them.
 */
export const baseOf = (orderId: string, cumulative: Decimal.Decimal): string =>
  `${orderId}/${Decimal.format(cumulative)}`

/** The id of one revision of an execution; the first is 1. */
export const execIdOf = (base: string, revision: number): string => `${base}#${revision}`

/** A listed execution as the books take it. */
export const executedOfActivity = (account: AccountName.AccountName, row: FillActivity): Report.Executed => {
  const execIdBase = baseOf(row.order_id, row.cum_qty)
  return {
    _tag: "Executed",
    account,
    asOf: row.transaction_time,
    asOfKind: "broker",
    execId: execIdOf(execIdBase, 1),
    execIdBase,
    revision: 1,
    brokerOrderId: row.order_id,
    clientOrderId: undefined,
    symbol: row.symbol,
    side: sideOf(row.side),
    quantity: row.qty,
    price: row.price,
    executedAt: row.transaction_time
  }
}

/** A revision, and the event that tells it. */
export interface Revised {
  readonly report: Report.Executed
  readonly event: TradeEvent
}

/**
 * All revisions of one order's executions, from all events of that order. A correction is the next revision of what it names, a
 * bust one of no shares. After one, a total may come a second time: then the execution's own id tells it apart. What corrects an
 * execution that was never told is left out.
 */
export const revisionsOf = (
  account: AccountName.AccountName,
  events: ReadonlyArray<TradeEvent>
): ReadonlyArray<Revised> => {
  const newest = new Map<string, Report.Executed>()
  const bases = new Set<string>()
  return events
    .toSorted((a, b) => (a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0))
    .flatMap((event) => {
      if (newest.has(event.ref_id)) return []
      const report = isCorrection(event)
        ? correctionOf(newest.get(event.previous_id ?? ""), event)
        : firstOf(account, event, bases)
      if (report === undefined) return []
      bases.add(report.execIdBase)
      newest.set(event.ref_id, report)
      return [{ report, event }]
    })
}

const firstOf = (account: AccountName.AccountName, event: TradeEvent, bases: ReadonlySet<string>): Report.Executed => {
  const { details, price, qty, ref_id } = event
  const byTotal = baseOf(details.order_id, details.cum_qty)
  const execIdBase = bases.has(byTotal) ? `${byTotal}/${ref_id}` : byTotal
  const executedAt = event.executed_at ?? event.at
  return {
    _tag: "Executed",
    account,
    asOf: event.at,
    asOfKind: "broker",
    execId: execIdOf(execIdBase, 1),
    execIdBase,
    revision: 1,
    brokerOrderId: details.order_id,
    clientOrderId: details.client_order_id ?? undefined,
    symbol: details.symbol,
    side: sideOf(details.side),
    quantity: qty,
    price: price ?? undefined,
    executedAt
  }
}

const correctionOf = (corrected: Report.Executed | undefined, event: TradeEvent): Report.Executed | undefined => {
  if (corrected === undefined) return undefined
  const revision = corrected.revision + 1
  const isBust = event.details.execution_type === "trade_bust"
  return {
    ...corrected,
    asOf: event.at,
    execId: execIdOf(corrected.execIdBase, revision),
    revision,
    quantity: isBust ? Decimal.zero : event.qty,
    price: event.price ?? corrected.price,
    executedAt: event.at
  }
}

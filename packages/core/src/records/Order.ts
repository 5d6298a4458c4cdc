import { Either, Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { divisionColumns } from "./allocationPolicy.ts"
import { parentColumns } from "./ExecutionFacts.ts"
import { BrokerOrderId, ClientOrderId } from "../values/ClientOrderId.ts"
import { AttemptId, DecisionId, LotId, OrderId, TradeId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Price from "../values/Price.ts"
import { Quantity } from "../values/Quantity.ts"
import { isLive, OrderState, orderStatuses, type AcknowledgedOrder } from "./OrderState.ts"
import * as Instant from "../values/Instant.ts"
import { orderTypes, positionEffects, sessions, timesInForce } from "./OrderTerms.ts"
import { signed } from "./Side.ts"

/** Why an order is: what a position owed, a decision or an instruction executed as given, or found at the broker. */
export const origins = ["accumulation", "direct", "external"] as const

/** One of the origins. */
export type Origin = (typeof origins)[number]

/** What we did with an order, where no fact of the broker says more (F2). */
export const localStates = ["planned", "sending", "unconfirmed", "superseded", "withdrawn", "failed"] as const

/** One of these states. */
export type LocalState = (typeof localStates)[number]

/** What a broker's report says of an order's life. */
export const reportedStates = ["open", "filled", "cancelled", "expired", "rejected"] as const

/** One of the reported states. */
export type ReportedState = (typeof reportedStates)[number]

/**
 * An instruction to a broker, as the books keep it: its terms, what we did, what the broker last said, and the figures that its
 * fills give. Quantities in shares, prices and notionals in dollars.
 */
export const Order = Schema.Struct({
  id: Column.id(OrderId),
  /** The place of the order's excess in the queue: the order's age (A3). */
  lotId: Column.id(LotId),
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  side: Column.literal(["buy", "sell"]),
  /** What is in force; of an order over a notional what its fills come to, so nothing before the first. */
  quantity: Column.decimal,
  /** The terms that were sent: never written again, whatever the broker says is in force (W2). */
  sentQuantity: Column.decimal,
  sentLimitPrice: Column.optional(Column.brandedDecimal(Price.Price)),
  sentStopPrice: Column.optional(Column.brandedDecimal(Price.Price)),
  /** The dollars that are asked for in place of shares, never turned into a quantity: its fills decide that. */
  askedNotional: Column.optional(Column.decimal),
  type: Column.literal(orderTypes),
  limitPrice: Column.optional(Column.brandedDecimal(Price.Price)),
  stopPrice: Column.optional(Column.brandedDecimal(Price.Price)),
  timeInForce: Column.literal(timesInForce),
  goodTill: Column.optional(Column.instant),
  session: Column.literal(sessions),
  /** After so long at the broker its end is asked for. */
  lifeSeconds: Column.optional(Column.integer),
  positionEffect: Column.optional(Column.literal(positionEffects)),
  origin: Column.literal(origins),
  /** E2: the direct trade that the order executes. */
  tradeId: Column.optional(Column.id(TradeId)),
  /** E1: the decision that the order executes. */
  decisionId: Column.optional(Column.id(DecisionId)),
  /** The order that has ended and in whose place an operator asked for this one. */
  retryOf: Column.optional(Column.id(OrderId)),
  /** E3: do an external order's fills count in `hedged`? True for every accumulation order. */
  inQueue: Column.flag,
  ...divisionColumns,
  lot: Column.brandedDecimal(Quantity),
  threshold: Column.brandedDecimal(Quantity),
  /** D3: the price that the decision rested on, where it came from, and when it was true. */
  referencePrice: Column.optional(Column.brandedDecimal(Price.Price)),
  referenceSource: Column.optional(Column.text),
  referenceAt: Column.optional(Column.instant),
  /** The price that the controls took when it was last sent, in dollars a share. */
  judgedPrice: Column.optional(Column.brandedDecimal(Price.Price)),
  clientOrderId: Column.branded(ClientOrderId),
  brokerOrderId: Column.optional(Column.branded(BrokerOrderId)),
  brokerOrderIds: Column.texts,
  /** O28: the day, in UTC, on which its broker gave an id again that another order has; empty for the first order that has it. */
  idReusedOn: Column.text,
  /** SYNC-5: what the first execution says that says anything of it. */
  ...parentColumns,
  status: Column.literal(orderStatuses),
  localState: Column.literal(localStates),
  attemptId: Column.optional(Column.id(AttemptId)),
  attempts: Column.integer,
  /** An id that an unclear answer named; asked for first, never bound unread. */
  candidate: Column.optional(Column.branded(BrokerOrderId)),
  heldFor: Column.optional(Column.text),
  /** D5: the live order of the other side that it waits for, and the next opening: with its session its wait ends. */
  heldBehind: Column.optional(Column.id(OrderId)),
  heldUntil: Column.optional(Column.instant),
  notBefore: Column.optional(Column.instant),
  /** Until when a person may approve it, where it was proposed; it leaves unapproved never. */
  approveBy: Column.optional(Column.instant),
  /** When a person let it go, where that or the trading state asks for it. */
  approvedAt: Column.optional(Column.instant),
  reason: Column.optional(Column.text),
  code: Column.optional(Column.text),
  rawStatus: Column.optional(Column.text),
  /** The newest report, by the broker's time (F2). */
  reported: Column.optional(Column.literal(reportedStates)),
  reportedAt: Column.optional(Column.instant),
  reportedCumulative: Column.optional(Column.decimal),
  /** W11: an end or a refusal that nobody asked for, and when it was first heard, until a second reading agrees. */
  endReported: Column.optional(Column.literal(reportedStates)),
  endReportedAt: Column.optional(Column.instant),
  /** W11: since when two readings agree on that end, so that the broker is asked to end the order. */
  endAgreedAt: Column.optional(Column.instant),
  /** The newest report that has a cumulative (F5). */
  cumulative: Column.optional(Column.decimal),
  cumulativeAt: Column.optional(Column.instant),
  /** The broker's average price, in dollars a share, and the cumulative that it is of. */
  toldAverage: Column.optional(Column.decimal),
  toldAverageOf: Column.optional(Column.decimal),
  filled: Column.decimal,
  /** Of what is filled: shares that the broker's total counts and no execution has yet (F5). */
  inferred: Column.decimal,
  notional: Column.decimal,
  unpriced: Column.decimal,
  /** Since when a part of what is filled has no execution with a price. */
  unpricedSince: Column.optional(Column.instant),
  excess: Column.decimal,
  /** How much of the excess an operator has accepted. */
  acceptedExcess: Column.decimal,
  /** What splits have added to its excess, in shares; below zero where shares were joined (P9). */
  splitExcess: Column.decimal,
  cancelRequestedAt: Column.optional(Column.instant),
  cancelAskedAt: Column.optional(Column.instant),
  /** W11: when the broker last refused to end it because it has ended. */
  cancelRefusedAt: Column.optional(Column.instant),
  createdAt: Column.instant,
  sentAt: Column.optional(Column.instant),
  acceptedAt: Column.optional(Column.instant),
  firstFilledAt: Column.optional(Column.instant),
  lastFilledAt: Column.optional(Column.instant),
  endedAt: Column.optional(Column.instant),
  /** When the newest of its executions was received. */
  fetchedAt: Column.optional(Column.instant),
  /** W12: the day, in UTC, on which it ended without its broker ever having shown it: it may show late. */
  unplacedOn: Column.optional(Column.text),
  updatedAt: Column.instant,
  version: Column.integer
})

/** An instruction to a broker, as the books keep it. */
export type Order = typeof Order.Type

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (order: Order): Table.Draft<Order> => ({
  id: order.id,
  lotId: order.lotId,
  account: order.account,
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  sentQuantity: order.sentQuantity,
  sentLimitPrice: order.sentLimitPrice,
  sentStopPrice: order.sentStopPrice,
  askedNotional: order.askedNotional,
  type: order.type,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  goodTill: order.goodTill,
  session: order.session,
  lifeSeconds: order.lifeSeconds,
  positionEffect: order.positionEffect,
  origin: order.origin,
  tradeId: order.tradeId,
  decisionId: order.decisionId,
  retryOf: order.retryOf,
  inQueue: order.inQueue,
  allocation: order.allocation,
  allocationKey: order.allocationKey,
  lot: order.lot,
  threshold: order.threshold,
  referencePrice: order.referencePrice,
  referenceSource: order.referenceSource,
  referenceAt: order.referenceAt,
  judgedPrice: order.judgedPrice,
  clientOrderId: order.clientOrderId,
  brokerOrderId: order.brokerOrderId,
  brokerOrderIds: order.brokerOrderIds,
  idReusedOn: order.idReusedOn,
  orderNumber: order.orderNumber,
  clientId: order.clientId,
  secType: order.secType,
  exchange: order.exchange,
  currency: order.currency,
  status: order.status,
  localState: order.localState,
  attemptId: order.attemptId,
  attempts: order.attempts,
  candidate: order.candidate,
  heldFor: order.heldFor,
  heldBehind: order.heldBehind,
  heldUntil: order.heldUntil,
  notBefore: order.notBefore,
  approveBy: order.approveBy,
  approvedAt: order.approvedAt,
  reason: order.reason,
  code: order.code,
  rawStatus: order.rawStatus,
  reported: order.reported,
  reportedAt: order.reportedAt,
  reportedCumulative: order.reportedCumulative,
  endReported: order.endReported,
  endReportedAt: order.endReportedAt,
  endAgreedAt: order.endAgreedAt,
  cumulative: order.cumulative,
  cumulativeAt: order.cumulativeAt,
  toldAverage: order.toldAverage,
  toldAverageOf: order.toldAverageOf,
  filled: order.filled,
  inferred: order.inferred,
  notional: order.notional,
  unpriced: order.unpriced,
  unpricedSince: order.unpricedSince,
  excess: order.excess,
  acceptedExcess: order.acceptedExcess,
  splitExcess: order.splitExcess,
  cancelRequestedAt: order.cancelRequestedAt,
  cancelAskedAt: order.cancelAskedAt,
  cancelRefusedAt: order.cancelRefusedAt,
  createdAt: order.createdAt,
  sentAt: order.sentAt,
  acceptedAt: order.acceptedAt,
  firstFilledAt: order.firstFilledAt,
  lastFilledAt: order.lastFilledAt,
  endedAt: order.endedAt,
  fetchedAt: order.fetchedAt,
  unplacedOn: order.unplacedOn,
  updatedAt: order.updatedAt,
  version: order.version
})

/** An order that was proposed, and that nobody has approved. */
export type ProposedOrder = Order & { readonly approveBy: Instant.Instant }

/** Was it proposed, and has nobody approved it? It is not sent, whatever became of it. */
export const isUnapproved = (order: Order): order is ProposedOrder =>
  order.approveBy !== undefined && order.approvedAt === undefined

/** Can a person still approve it then? */
export const isProposed = (order: Order, at: Instant.Instant): order is ProposedOrder =>
  order.status === "pending" && isUnapproved(order) && at < order.approveBy

/**
 * Was it a trade's own order, which its broker rejected or which never came to be there? One of a decision is its strategy's to see to, and
 * one that was proposed and that nobody approved has ended as its person meant it.
 */
export const isFailedDirect = (order: Order): boolean =>
  order.origin === "direct" &&
  order.decisionId === undefined &&
  !isUnapproved(order) &&
  (order.status === "rejected" || order.status === "failed")

/** What a plan waits for where a person has to log in at its broker (`heldFor`). */
export const LOGIN = "Login"

/** The table of orders. */
export const OrderTable = Table.make({
  name: "orders",
  schema: Order,
  key: ["id"],
  keyOf: (order): number => order.id,
  lookups: {
    clientOrderId: { columns: ["clientOrderId"], unique: true, steady: true, where: undefined },
    brokerOrderId: {
      columns: ["account", "brokerOrderId"],
      unique: false,
      where: { column: "brokerOrderId", not: "" }
    },
    // SYNC-6: an account has an id of its broker's once, but for one that the broker gave again on another day (O28).
    brokerOrderIdOnce: {
      columns: ["account", "brokerOrderId", "idReusedOn"],
      unique: true,
      where: { column: "brokerOrderId", not: "" }
    },
    // By the time of its end and not by its status, which changes with every step: an index is left alone until the end.
    live: { columns: ["account", "symbol"], unique: false, steady: true, where: { column: "endedAt", isNull: true } },
    status: { columns: ["status"], unique: false, where: undefined },
    unplaced: {
      columns: ["account", "symbol", "unplacedOn"],
      unique: false,
      where: { column: "unplacedOn", not: "" }
    }
  }
})

/** W12: the day on which an order of ours ended, refused or proven absent, after it was sent and without its broker having shown it. */
export const unplacedOn = (
  order: Pick<Order, "attemptId" | "brokerOrderId" | "endedAt" | "origin" | "status">
): string | undefined => {
  const { attemptId, brokerOrderId, endedAt, origin, status } = order
  const isUnplaced = status === "rejected" || status === "failed"
  if (!isUnplaced || origin === "external" || attemptId === undefined || brokerOrderId !== undefined) return undefined
  return endedAt === undefined ? undefined : Instant.dayOf(endedAt)
}

/** The order as its broker has acknowledged it and works it: what may be polled and cancelled; else `undefined` (FILL-6). */
export const acknowledgedOf = (order: Order): AcknowledgedOrder | undefined => {
  const state = Either.getOrUndefined(stateOf(order))
  return state !== undefined && (state._tag === "Submitted" || state._tag === "PartiallyFilled") ? state : undefined
}

const bad = (order: Order, column: string): Table.BadRow =>
  new Table.BadRow({ table: "orders", id: String(order.id), column, problem: `is missing in status ${order.status}` })

const idsOf = (order: Order): readonly [BrokerOrderId, ...ReadonlyArray<BrokerOrderId>] | undefined => {
  const [first, ...rest] = order.brokerOrderIds.map((each) => BrokerOrderId.make(each))
  return first === undefined ? undefined : [first, ...rest]
}

/** The tagged state of a flat row; total: a row without what its status demands is a `BadRow`, never a guess (FILL-7). */
export const stateOf = (order: Order): Either.Either<OrderState, Table.BadRow> => {
  const brokerOrderIds = idsOf(order)
  const { attemptId, filled, lastFilledAt: filledAt, notional, unpriced, reason } = order
  switch (order.status) {
    case "pending":
      return Either.right(OrderState.Pending({ heldFor: order.heldFor, notBefore: order.notBefore }))
    case "submitting":
    case "in_doubt":
      if (attemptId === undefined) return Either.left(bad(order, "attemptId"))
      return Either.right(
        order.status === "submitting"
          ? OrderState.Submitting({ attemptId })
          : OrderState.InDoubt({ attemptId, why: reason ?? "no answer", candidate: order.candidate })
      )
    case "submitted":
    case "partially_filled":
      if (brokerOrderIds === undefined) return Either.left(bad(order, "brokerOrderIds"))
      if (order.acceptedAt === undefined) return Either.left(bad(order, "acceptedAt"))
      return Either.right(
        order.status === "submitted"
          ? OrderState.Submitted({ brokerOrderIds, acceptedAt: order.acceptedAt })
          : OrderState.PartiallyFilled({ brokerOrderIds, acceptedAt: order.acceptedAt, filled, notional })
      )
    case "filled":
      if (brokerOrderIds === undefined) return Either.left(bad(order, "brokerOrderIds"))
      if (filledAt === undefined) return Either.left(bad(order, "lastFilledAt"))
      return Either.right(OrderState.Filled({ brokerOrderIds, filled, notional, unpriced, filledAt }))
    default:
      return endedState(order, order.status)
  }
}

const endings = { cancelled: OrderState.Cancelled, expired: OrderState.Expired, failed: OrderState.Failed } as const

const endedState = (
  order: Order,
  status: "cancelled" | "expired" | "rejected" | "failed"
): Either.Either<OrderState, Table.BadRow> => {
  if (order.endedAt === undefined) return Either.left(bad(order, "endedAt"))
  const ended = {
    filled: order.filled,
    brokerOrderIds: idsOf(order) ?? [],
    endedAt: order.endedAt,
    reason: order.reason ?? order.rawStatus ?? status
  }
  return Either.right(
    status === "rejected"
      ? OrderState.Rejected({ ...ended, code: order.code ?? order.rawStatus ?? status })
      : endings[status](ended)
  )
}

/** What an order has filled, with the sign of its side. */
export const signedFilled = (order: Pick<Order, "side" | "filled">): Decimal.Decimal => signed(order.side, order.filled)

/** A2: what an order of the accumulation may fill yet, in shares. */
export const inFlightOf = (order: Pick<Order, "filled" | "origin" | "quantity" | "status">): Decimal.Decimal =>
  order.origin === "accumulation" && isLive(order.status)
    ? Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filled))
    : Decimal.zero

/** Dollars a share over all priced fills, at 12 decimals half-even; `undefined` where none is priced. */
export const averagePrice = (order: Pick<Order, "notional" | "filled" | "unpriced">): Decimal.Decimal | undefined =>
  Price.average(order.notional, Decimal.subtract(order.filled, order.unpriced))

/** Was the end of an order asked for before any was reported? */
export const isAskedFor = ({ cancelRequestedAt, endReportedAt }: Order): boolean =>
  cancelRequestedAt !== undefined && (endReportedAt === undefined || cancelRequestedAt <= endReportedAt)

/** W11: since when nobody knows whether an order works whose end was reported: since that, or since its sending where nothing before said that it works. */
export const endUnknownSince = ({
  acceptedAt,
  endReportedAt,
  sentAt
}: Pick<Order, "acceptedAt" | "endReportedAt" | "sentAt">): Instant.Instant | undefined =>
  endReportedAt === undefined || (acceptedAt !== undefined && acceptedAt < endReportedAt)
    ? endReportedAt
    : (sentAt ?? endReportedAt)

import { parentOf } from "../../records/ExecutionFacts.ts"
import type { Books } from "../Books.ts"
import type { OrderId } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import { draftOf, inFlightOf, type Order, signedFilled, unplacedOn, averagePrice } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { openHolding } from "../../records/stillOpen.ts"
import * as Usage from "../../records/Usage.ts"
import { settle } from "./allocations.ts"
import { ownerFilled } from "./owners.ts"
import { type Of, orderOf, ownerOf, type Place, must } from "./place.ts"
import { patchPosition, positionOf } from "./positions.ts"
import * as Attempt from "../../records/Attempt.ts"

interface Contribution {
  readonly hedged: Decimal.Decimal
  readonly inFlight: Decimal.Decimal
  readonly direct: Decimal.Decimal
  readonly adopted: Decimal.Decimal
}

/** A2, E2, E3: what an order adds to the figures of its position. */
const contributionOf = (order: Order): Contribution => {
  const filled = signedFilled(order)
  return {
    hedged: order.inQueue ? filled : Decimal.zero,
    inFlight: signed(order.side, inFlightOf(order)),
    direct: order.origin === "direct" ? filled : Decimal.zero,
    adopted: order.origin === "external" && !order.inQueue ? filled : Decimal.zero
  }
}

const nothing: Contribution = {
  hedged: Decimal.zero,
  inFlight: Decimal.zero,
  direct: Decimal.zero,
  adopted: Decimal.zero
}

const contribute = (books: Books, symbol: Ticker, before: Contribution, after: Contribution, place: Place): void => {
  const position = positionOf(books, symbol, place)
  const moved = (figure: keyof Contribution) =>
    Decimal.add(position[figure], Decimal.subtract(after[figure], before[figure]))
  patchPosition(books, symbol, place, {
    hedged: moved("hedged"),
    inFlight: moved("inFlight"),
    direct: moved("direct"),
    adopted: moved("adopted")
  })
}

/** P9: what splits since an order was made add to a change of it. */
const contributeSplits = (books: Books, order: Order, event: Of<"OrderChanged">, place: Place): void => {
  const { splitFilled = Decimal.zero, splitInFlight = Decimal.zero } = event
  const inFlight = signed(order.side, splitInFlight)
  const added = { ...contributionOf({ ...order, filled: splitFilled }), inFlight }
  contribute(books, order.symbol, nothing, added, place)
  const splitHeld = Decimal.sum([
    positionOf(books, order.symbol, place).splitHeld,
    added.hedged,
    added.direct,
    added.adopted
  ])
  patchPosition(books, order.symbol, place, { splitHeld })
}

/** An order is planned or adopted, with the lot of its excess. */
export const orderCreated = (books: Books, event: Of<"OrderCreated">, place: Place): void => {
  const account = ownerOf(place)
  const order: Order = {
    id: event.id,
    lotId: event.lotId,
    account,
    symbol: event.symbol,
    side: event.side,
    quantity: event.quantity,
    sentQuantity: event.quantity,
    sentLimitPrice: event.limitPrice,
    sentStopPrice: event.stopPrice,
    askedNotional: event.askedNotional,
    type: event.type,
    limitPrice: event.limitPrice,
    stopPrice: event.stopPrice,
    timeInForce: event.timeInForce,
    goodTill: event.goodTill,
    session: event.session ?? "regular",
    lifeSeconds: event.lifeSeconds,
    positionEffect: event.positionEffect,
    origin: event.origin,
    tradeId: event.tradeId,
    decisionId: event.decisionId,
    retryOf: event.retryOf,
    inQueue: event.inQueue,
    allocation: event.allocation,
    allocationKey: event.allocationKey,
    lot: event.lot,
    threshold: event.threshold,
    referencePrice: event.referencePrice,
    referenceSource: event.referenceSource,
    referenceAt: event.referenceAt,
    judgedPrice: undefined,
    clientOrderId: event.clientOrderId,
    brokerOrderId: undefined,
    brokerOrderIds: [],
    idReusedOn: "",
    ...parentOf([]),
    fetchedAt: undefined,
    status: "pending",
    localState: "planned",
    attemptId: undefined,
    attempts: 0,
    candidate: undefined,
    heldFor: undefined,
    heldBehind: undefined,
    heldUntil: undefined,
    notBefore: undefined,
    approveBy: event.approveBy,
    approvedAt: undefined,
    reason: undefined,
    code: undefined,
    rawStatus: undefined,
    reported: undefined,
    reportedAt: undefined,
    reportedCumulative: undefined,
    endReported: undefined,
    endReportedAt: undefined,
    endAgreedAt: undefined,
    cumulative: undefined,
    cumulativeAt: undefined,
    toldAverage: undefined,
    toldAverageOf: undefined,
    filled: Decimal.zero,
    inferred: Decimal.zero,
    notional: Decimal.zero,
    unpriced: Decimal.zero,
    unpricedSince: undefined,
    excess: Decimal.zero,
    acceptedExcess: Decimal.zero,
    splitExcess: Decimal.zero,
    unplacedOn: undefined,
    cancelRequestedAt: undefined,
    cancelAskedAt: undefined,
    cancelRefusedAt: undefined,
    createdAt: place.at,
    sentAt: undefined,
    acceptedAt: undefined,
    firstFilledAt: undefined,
    lastFilledAt: undefined,
    endedAt: undefined,
    updatedAt: place.at,
    version: place.seq
  }
  books.orders.put(draftOf(order))
  books.lots.put({
    id: event.lotId,
    account,
    symbol: event.symbol,
    tradeId: undefined,
    orderId: event.id,
    open: Decimal.zero,
    version: place.seq
  })
  contribute(books, event.symbol, nothing, contributionOf(order), place)
  if (event.origin !== "accumulation") return
  patchPosition(books, event.symbol, place, { answer: { _tag: "Ordered", orderId: event.id } })
}

/** What the live orders of its account and of its position can still come to, after one of them has changed. */
const countOpen = (books: Books, before: Order, after: Order, place: Place): void => {
  const { account } = after
  const usage = books.usages.get(account)
  const counted = Usage.afterOrder(account, usage, { before, after }, place.seq)
  if (counted !== undefined) books.usages.put(counted)
  const [was, is] = [openHolding(before), openHolding(after)]
  const shares = Decimal.subtract(is.shares, was.shares)
  const dollars = Decimal.subtract(is.dollars, was.dollars)
  if (Decimal.isZero(shares) && Decimal.isZero(dollars)) return
  const { openDollars, openShares } = positionOf(books, after.symbol, place)
  patchPosition(books, after.symbol, place, {
    openShares: Decimal.add(openShares, shares),
    openDollars: Decimal.add(openDollars, dollars)
  })
}

/** Changes fields of an order that no figure of its position follows from. */
export const orderPatched = (books: Books, id: OrderId, place: Place, patch: Partial<Order>): void => {
  const before = orderOf(books, id)
  const after = Object.assign(draftOf(before), patch)
  after.updatedAt = place.at
  after.version = place.seq
  books.orders.put(after)
  countOpen(books, before, after, place)
}

/** An order is what its facts say; figures and settlement follow. */
export const orderChanged = (books: Books, event: Of<"OrderChanged">, place: Place): void => {
  const before = orderOf(books, event.id)
  const after = draftOf(before)
  const { filled, notional, status, unpriced } = event.after
  after.status = status
  after.filled = filled
  after.notional = notional
  after.inferred = event.inferred ?? Decimal.zero
  after.unpriced = unpriced
  const isPriced = Decimal.isZero(unpriced) && Decimal.isZero(after.inferred)
  after.unpricedSince = isPriced ? undefined : (before.unpricedSince ?? place.at)
  after.quantity = event.quantity
  after.limitPrice = event.limitPrice ?? before.limitPrice
  after.stopPrice = event.stopPrice ?? before.stopPrice
  after.localState = event.localState
  after.brokerOrderId = event.brokerOrderId
  after.brokerOrderIds = event.brokerOrderIds
  after.idReusedOn = event.idReusedOn ?? ""
  after.candidate = event.candidate
  const isHeld = status === "pending"
  after.heldFor = isHeld ? before.heldFor : undefined
  after.heldBehind = isHeld ? before.heldBehind : undefined
  after.heldUntil = isHeld ? before.heldUntil : undefined
  after.notBefore = event.notBefore
  after.reason = event.reason
  after.code = event.code
  after.rawStatus = event.rawStatus
  after.reported = event.reported
  after.reportedAt = event.reportedAt
  after.reportedCumulative = event.reportedCumulative
  after.endReported = event.endReported
  after.endReportedAt = event.endReportedAt
  after.endAgreedAt = event.endAgreedAt
  after.cumulative = event.cumulative
  after.cumulativeAt = event.cumulativeAt
  after.toldAverage = event.toldAverage
  after.toldAverageOf = event.toldAverageOf
  after.acceptedAt = event.acceptedAt
  after.firstFilledAt = event.firstFilledAt
  after.lastFilledAt = event.lastFilledAt
  after.endedAt = event.endedAt
  after.unplacedOn = unplacedOn(after)
  after.updatedAt = place.at
  after.version = place.seq
  books.orders.put(after)
  countOpen(books, before, after, place)
  contribute(books, after.symbol, contributionOf(before), contributionOf(after), place)
  if (event.splitFilled !== undefined || event.splitInFlight !== undefined) contributeSplits(books, after, event, place)
  ownerFilled(books, before, filled, event.splitFilled, place)
  settle(books, after.id, place)
  followOrder(books, after, place)
}

/** AUD-4: the newest attempt of an order says where the order stands, and what its fills came to. */
export const followOrder = (books: Books, order: Order, place: Place): void => {
  if (order.attemptId === undefined) return
  const attempt = must(books.attempts.get(order.attemptId), `attempt S${order.attemptId}`)
  const standing = standingOf(books, order, attempt, place)
  const isSame =
    standing.status === attempt.status &&
    standing.brokerOrderId === attempt.brokerOrderId &&
    isEqual(standing.filledQuantity, attempt.filledQuantity) &&
    isEqual(standing.filledAveragePrice, attempt.filledAveragePrice) &&
    isEqual(standing.commission, attempt.commission)
  if (isSame) return
  const after = Object.assign(Attempt.draftOf(attempt), standing)
  after.updatedAt = place.at
  after.version = place.seq
  books.attempts.put(after)
}

const isEqual = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

/** What of an attempt follows from its order. */
export const standingOf = (books: Books, order: Order, attempt: Attempt.Attempt, place: Place) => {
  const status = Attempt.statusOf(order.status)
  return {
    status,
    brokerOrderId: order.brokerOrderId ?? attempt.brokerOrderId,
    filledQuantity: order.filled,
    filledAveragePrice: averagePrice(order),
    commission: commissionOf(books, order),
    filledAt: status === "filled" ? (order.lastFilledAt ?? place.at) : undefined,
    rejectedAt: status === "rejected" ? (attempt.rejectedAt ?? place.at) : undefined
  } satisfies Partial<Attempt.Attempt>
}

/** The sum of the known ones; nothing where none is known (FILL-12). */
const commissionOf = (books: Books, { id }: Order): Decimal.Decimal | undefined => {
  const known = books.fills
    .find("order", [id])
    .flatMap(({ canonical, commission }) => (canonical && commission !== undefined ? [commission] : []))
  return known.length === 0 ? undefined : Decimal.sum(known)
}

import { STORE, type AccountName, type JournalName } from "../account/AccountName.ts"
import type { Books } from "../books/Books.ts"
import { joinKey } from "../books/Table.ts"
import type { LotId, OrderId, TradeId } from "../identity/Id.ts"
import type { Ticker } from "../instrument/Ticker.ts"
import * as Decimal from "../money/Decimal.ts"
import * as Quantity from "../money/Quantity.ts"
import { signedFilled, type Order } from "../order/Order.ts"
import { isLive } from "../order/OrderState.ts"
import { signed } from "../order/Side.ts"
import type { Allocation } from "../position/Allocation.ts"
import { FIRST_ANSWER, residualOf, type Position } from "../position/Position.ts"
import type { Instant } from "../time/Instant.ts"
import { targetOf, type Trade } from "../trade/Trade.ts"
import type { LedgerEvent } from "./Event.ts"

/** Where an event stands: whose journal, at which number, when; and the bytes of a payload that it stores. */
export interface Place {
  readonly account: JournalName
  readonly seq: number
  readonly at: Instant
  readonly bytes: Uint8Array | undefined
}

type Of<Tag extends LedgerEvent["_tag"]> = Extract<LedgerEvent, { readonly _tag: Tag }>

/**
 * Applies one event to the books. The rows that commits write and the rows that `audit` folds from the journal both come from
 * here, so tables equal the fold by construction.
 */
export const project = (books: Books, event: LedgerEvent, place: Place): void => {
  switch (event._tag) {
    case "AccountOpened":
    case "AccountChanged":
      return accountSet(books, event, place)
    case "InstrumentSeen":
    case "InstrumentConfirmed":
    case "InstrumentNotKnown":
      return instrumentSet(books, event, place)
    case "TradeAccepted":
    case "TradeQuarantined":
      return tradeRecorded(books, event, place)
    case "TradeReleased":
      return tradeReleased(books, event, place)
    case "TradeFailed":
      return tradeChanged(books, event.id, place, { status: "failed", reason: event.reason })
    case "TradeSettled":
      return tradeChanged(books, event.id, place, { status: event.status })
    case "LotsNetted":
      return lotsNetted(books, event, place)
    case "LotAllocated":
      return lotAllocated(books, event, place)
    case "AllocationReleased":
      return allocationReleased(books, event, place)
    case "ExcessChanged":
      return setExcess(books, orderOf(books, event.orderId), event.excess, place)
    case "ExcessAccepted":
      return orderPatched(books, event.orderId, place, { acceptedExcess: event.accepted })
    case "OrderCreated":
      return orderCreated(books, event, place)
    case "AttemptStarted":
      return attemptStarted(books, event, place)
    case "AttemptAnswered":
      return attemptAnswered(books, event, place)
    case "PayloadStored":
      return payloadStored(books, event, place)
    case "OrderChanged":
      return orderChanged(books, event, place)
    case "CancelRequested":
      return orderPatched(books, event.orderId, place, { cancelRequestedAt: place.at })
    case "CancelAsked":
      return orderPatched(books, event.orderId, place, { cancelAskedAt: place.at })
    case "FillRecorded":
      return fillRecorded(books, event, place)
    case "CommissionRecorded":
      return commissionRecorded(books, event, place)
    case "FillWaits":
      return fillWaits(books, event, place)
    case "FillJoined":
      return fillJoined(books, event, place)
    case "BreakOpened":
      return breakOpened(books, event, place)
    case "BreakChanged":
    case "BreakClosed":
      return breakChanged(books, event, place)
    case "Evaluated":
      return patchPosition(books, event.symbol, place, { answer: event.answer })
    case "CoolDownStarted":
      return coolDownStarted(books, event, place)
    case "CoolDownReset":
      return patchPosition(books, event.symbol, place, { shortEnds: 0 })
    case "PositionHeld":
      return patchPosition(books, event.symbol, place, { held: event.why })
    case "HoldLifted":
      return patchPosition(books, event.symbol, place, { held: undefined, circuitUntil: undefined, shortEnds: 0 })
    case "TradingStateSet":
      return tradingStateSet(books, event, place)
  }
}

const must = <A>(found: A | undefined, what: string): A => {
  if (found === undefined) throw new Error(`the journal speaks of ${what}, which the books do not have`)
  return found
}

const ownerOf = (place: Place): AccountName => {
  if (place.account === STORE) throw new Error("an account's event stands in the journal of no account")
  return place.account
}

const orderOf = (books: Books, id: OrderId): Order => must(books.orders.get(String(id)), `order O${id}`)
const tradeOf = (books: Books, id: TradeId): Trade => must(books.trades.get(String(id)), `trade T${id}`)

/** The allocations that an order has, its own and those on its excess, in order of creation (C3). */
export const allocationsOf = (books: Books, orderId: OrderId): ReadonlyArray<Allocation> =>
  [...books.allocations.find("order", [orderId]), ...books.allocations.find("counterOrder", [orderId])].toSorted(
    (a, b) => a.id - b.id
  )

// Accounts and instruments

const accountSet = (books: Books, { settings }: Of<"AccountOpened" | "AccountChanged">, place: Place): void => {
  const known = books.accounts.get(settings.name)
  books.accounts.put({ ...settings, createdAt: known?.createdAt ?? place.at, updatedAt: place.at, version: place.seq })
}

const instrumentSet = (
  books: Books,
  event: Of<"InstrumentSeen" | "InstrumentConfirmed" | "InstrumentNotKnown">,
  place: Place
): void => {
  const account = ownerOf(place)
  const known = books.instruments.get(joinKey([account, event.symbol]))
  const confirmed = event._tag === "InstrumentConfirmed" ? event : undefined
  books.instruments.put({
    account,
    symbol: event.symbol,
    assetClass: "equity",
    currency: confirmed?.currency ?? known?.currency ?? "USD",
    lot: confirmed === undefined ? known?.lot : confirmed.lot,
    fractionable: confirmed?.fractionable ?? known?.fractionable ?? false,
    shortable: confirmed?.shortable ?? known?.shortable ?? false,
    status: confirmed === undefined ? (event._tag === "InstrumentSeen" ? "unverified" : "unknown") : "verified",
    createdAt: known?.createdAt ?? place.at,
    updatedAt: place.at,
    version: place.seq
  })
}

// Positions

const emptyPosition = (account: AccountName, symbol: Ticker, place: Place): Position => ({
  account,
  symbol,
  exposure: Decimal.zero,
  target: Decimal.zero,
  hedged: Decimal.zero,
  inFlight: Decimal.zero,
  residual: Decimal.zero,
  openLots: Decimal.zero,
  base: Decimal.zero,
  direct: Decimal.zero,
  adopted: Decimal.zero,
  answer: FIRST_ANSWER,
  coolDownUntil: undefined,
  shortEnds: 0,
  circuitUntil: undefined,
  held: undefined,
  lastPrice: undefined,
  lastPriceAt: undefined,
  updatedAt: place.at,
  version: place.seq
})

const positionOf = (books: Books, symbol: Ticker, place: Place): Position => {
  const account = ownerOf(place)
  return books.positions.get(joinKey([account, symbol])) ?? emptyPosition(account, symbol, place)
}

const patchPosition = (books: Books, symbol: Ticker, place: Place, patch: Partial<Position>): void => {
  const next = { ...positionOf(books, symbol, place), ...patch, updatedAt: place.at, version: place.seq }
  books.positions.put({ ...next, residual: residualOf(next) })
}

const coolDownStarted = (books: Books, event: Of<"CoolDownStarted">, place: Place): void =>
  patchPosition(books, event.symbol, place, {
    coolDownUntil: event.until,
    shortEnds: event.shortEnds,
    circuitUntil: event.circuitUntil
  })

// Lots

const setLot = (books: Books, id: LotId, open: Decimal.Decimal, place: Place): void => {
  const lot = must(books.lots.get(String(id)), `lot L${id}`)
  const position = positionOf(books, lot.symbol, place)
  books.lots.put({ ...lot, open, version: place.seq })
  patchPosition(books, lot.symbol, place, {
    openLots: Decimal.add(position.openLots, Decimal.subtract(open, lot.open))
  })
}

const addToLot = (books: Books, id: LotId, signedShares: Decimal.Decimal, place: Place): void =>
  setLot(books, id, Decimal.add(must(books.lots.get(String(id)), `lot L${id}`).open, signedShares), place)

const towardZero = (open: Decimal.Decimal, shares: Decimal.Decimal): Decimal.Decimal =>
  Decimal.sign(open) > 0 ? Decimal.negate(shares) : shares

const takeFromLot = (books: Books, id: LotId, shares: Decimal.Decimal, place: Place): void =>
  addToLot(books, id, towardZero(must(books.lots.get(String(id)), `lot L${id}`).open, shares), place)

/** A3: the excess is an open lot of the sign opposite to the order's. */
const setExcess = (books: Books, order: Order, excess: Decimal.Decimal, place: Place): void => {
  books.orders.put({ ...order, excess, updatedAt: place.at, version: place.seq })
  setLot(books, order.lotId, Decimal.negate(signed(order.side, excess)), place)
}

// Trades

const tradeRecorded = (books: Books, event: Of<"TradeAccepted" | "TradeQuarantined">, place: Place): void => {
  const lotId = event._tag === "TradeAccepted" ? event.lotId : undefined
  const trade: Trade = {
    id: event.id,
    account: ownerOf(place),
    source: event.source,
    sourceId: event.sourceId,
    occurrence: event.occurrence,
    symbol: event.symbol,
    givenSymbol: event.givenSymbol,
    side: event.side,
    quantity: event.quantity,
    price: event.price,
    tradedAt: event.tradedAt,
    direction: event.direction,
    reversesSourceId: event.reversesSourceId,
    reversesOccurrence: event.reversesOccurrence,
    status: "pending",
    reason: event._tag === "TradeQuarantined" ? event.reason : undefined,
    lotId: undefined,
    netted: Decimal.zero,
    createdAt: place.at,
    updatedAt: place.at,
    version: place.seq
  }
  books.trades.put(trade)
  if (lotId !== undefined) count(books, trade, lotId, place)
}

const tradeReleased = (books: Books, event: Of<"TradeReleased">, place: Place): void =>
  count(books, { ...tradeOf(books, event.id), symbol: event.symbol }, event.lotId, place)

/** A trade enters exposure, target and the queue (A1, C2). */
const count = (books: Books, trade: Trade, lotId: LotId, place: Place): void => {
  const target = targetOf(trade)
  const { account, symbol } = trade
  books.trades.put({
    ...trade,
    status: "accumulated",
    reason: undefined,
    lotId,
    updatedAt: place.at,
    version: place.seq
  })
  books.lots.put({
    id: lotId,
    account,
    symbol,
    tradeId: trade.id,
    orderId: undefined,
    open: target,
    version: place.seq
  })
  const position = positionOf(books, symbol, place)
  const isNewest = position.lastPriceAt === undefined || trade.tradedAt >= position.lastPriceAt
  patchPosition(books, symbol, place, {
    exposure: Decimal.add(position.exposure, signed(trade.side, trade.quantity)),
    target: Decimal.add(position.target, target),
    openLots: Decimal.add(position.openLots, target),
    ...(trade.price !== undefined && isNewest ? { lastPrice: trade.price, lastPriceAt: trade.tradedAt } : {})
  })
}

const tradeChanged = (books: Books, id: TradeId, place: Place, patch: Partial<Trade>): void =>
  books.trades.put({ ...tradeOf(books, id), ...patch, updatedAt: place.at, version: place.seq })

const addNetted = (books: Books, id: TradeId, shares: Decimal.Decimal, place: Place): void => {
  const trade = tradeOf(books, id)
  tradeChanged(books, id, place, { netted: Decimal.add(trade.netted, shares) })
  takeFromLot(books, must(trade.lotId, `the lot of trade T${id}`), shares, place)
}

// Allocations

const allocationAt = (
  place: Place,
  fields: Pick<Allocation, "id" | "symbol" | "kind" | "quantity"> & Partial<Allocation>
): Allocation => ({
  account: ownerOf(place),
  tradeId: undefined,
  counterTradeId: undefined,
  orderId: undefined,
  counterOrderId: undefined,
  settled: Decimal.zero,
  carryLot: undefined,
  createdAt: place.at,
  releasedAt: undefined,
  releasedWhy: undefined,
  version: place.seq,
  ...fields
})

const lotsNetted = (books: Books, event: Of<"LotsNetted">, place: Place): void => {
  const { id, tradeId, counterTradeId, quantity } = event
  const { symbol } = tradeOf(books, tradeId)
  books.allocations.put(
    allocationAt(place, { id, symbol, kind: "net", tradeId, counterTradeId, quantity, settled: quantity })
  )
  addNetted(books, tradeId, quantity, place)
  addNetted(books, counterTradeId, quantity, place)
}

const lotAllocated = (books: Books, event: Of<"LotAllocated">, place: Place): void => {
  const { id, orderId, tradeId, counterOrderId, quantity } = event
  const order = orderOf(books, orderId)
  const kind = tradeId === undefined ? "unwind" : "order"
  books.allocations.put(
    allocationAt(place, { id, symbol: order.symbol, kind, orderId, tradeId, counterOrderId, quantity })
  )
  setExcess(books, order, Decimal.subtract(order.excess, quantity), place)
  if (tradeId !== undefined) {
    takeFromLot(books, must(tradeOf(books, tradeId).lotId, `the lot of trade T${tradeId}`), quantity, place)
  }
  if (counterOrderId !== undefined) {
    const counter = orderOf(books, counterOrderId)
    setExcess(books, counter, Decimal.subtract(counter.excess, quantity), place)
    settle(books, counter.id, place)
  }
  settle(books, orderId, place)
}

/** C3: what is released goes back to its trade's own place, or to the other order's excess. */
const allocationReleased = (books: Books, event: Of<"AllocationReleased">, place: Place): void => {
  const allocation = must(books.allocations.get(String(event.id)), `allocation A${event.id}`)
  const released = { releasedAt: place.at, releasedWhy: event.why, settled: Decimal.zero, carryLot: undefined }
  if (event.part === undefined) {
    books.allocations.put({ ...allocation, ...released, version: place.seq })
  } else {
    const rest = Quantity.make(Decimal.subtract(allocation.quantity, event.quantity))
    books.allocations.put({ ...allocation, quantity: rest, version: place.seq })
    books.allocations.put({ ...allocation, id: event.part, quantity: event.quantity, ...released, version: place.seq })
  }
  giveBack(books, allocation, event, place)
  for (const each of [allocation.orderId, allocation.counterOrderId]) {
    if (each !== undefined) settle(books, each, place)
  }
}

const giveBack = (books: Books, allocation: Allocation, event: Of<"AllocationReleased">, place: Place): void => {
  if (allocation.tradeId !== undefined) {
    const trade = tradeOf(books, allocation.tradeId)
    const back = Decimal.sign(targetOf(trade)) > 0 ? event.quantity : Decimal.negate(event.quantity)
    addToLot(books, must(trade.lotId, `the lot of trade T${trade.id}`), back, place)
    return
  }
  const other = event.orderId === allocation.orderId ? allocation.counterOrderId : allocation.orderId
  if (other === undefined) return
  const counter = orderOf(books, other)
  setExcess(books, counter, Decimal.add(counter.excess, event.quantity), place)
}

/** C3, B3: an order's fills settle its allocations from the first on; while it is filled they carry its lot. */
const settle = (books: Books, orderId: OrderId, place: Place): void => {
  const order = orderOf(books, orderId)
  const carryLot = order.status === "filled" ? order.lot : undefined
  let left = order.filled
  for (const allocation of allocationsOf(books, orderId)) {
    const settled = Decimal.min(left, allocation.quantity)
    left = Decimal.subtract(left, settled)
    if (allocation.kind !== "order") continue
    const isSame = Decimal.equals(settled, allocation.settled) && isSameLot(carryLot, allocation.carryLot)
    if (!isSame) books.allocations.put({ ...allocation, settled, carryLot, version: place.seq })
  }
}

const isSameLot = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

// Orders

interface Contribution {
  readonly hedged: Decimal.Decimal
  readonly inFlight: Decimal.Decimal
  readonly direct: Decimal.Decimal
  readonly adopted: Decimal.Decimal
}

/** A2, E2, E3: what an order adds to the figures of its position. */
const contributionOf = (order: Order): Contribution => {
  const filled = signedFilled(order)
  const leaves = Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filled))
  const isOurs = order.origin === "accumulation"
  return {
    hedged: order.inQueue ? filled : Decimal.zero,
    inFlight: isOurs && isLive(order.status) ? signed(order.side, leaves) : Decimal.zero,
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

const orderCreated = (books: Books, event: Of<"OrderCreated">, place: Place): void => {
  const account = ownerOf(place)
  const { _tag, answer, ...terms } = event
  const order: Order = {
    ...terms,
    account,
    limitPrice: event.limitPrice,
    stopPrice: event.stopPrice,
    positionEffect: event.positionEffect,
    referencePrice: event.referencePrice,
    referenceSource: event.referenceSource,
    referenceAt: event.referenceAt,
    brokerOrderId: undefined,
    brokerOrderIds: [],
    status: "pending",
    deed: "planned",
    attemptId: undefined,
    attempts: 0,
    candidate: undefined,
    heldFor: undefined,
    notBefore: undefined,
    reason: undefined,
    code: undefined,
    rawStatus: undefined,
    reported: undefined,
    reportedAt: undefined,
    reportedCumulative: undefined,
    cumulative: undefined,
    cumulativeAt: undefined,
    filled: Decimal.zero,
    notional: Decimal.zero,
    unpriced: Decimal.zero,
    excess: Decimal.zero,
    acceptedExcess: Decimal.zero,
    cancelRequestedAt: undefined,
    cancelAskedAt: undefined,
    createdAt: place.at,
    sentAt: undefined,
    acceptedAt: undefined,
    firstFilledAt: undefined,
    lastFilledAt: undefined,
    endedAt: undefined,
    updatedAt: place.at,
    version: place.seq
  }
  books.orders.put(order)
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
  if (answer !== undefined) patchPosition(books, event.symbol, place, { answer })
}

const orderPatched = (books: Books, id: OrderId, place: Place, patch: Partial<Order>): void =>
  books.orders.put({ ...orderOf(books, id), ...patch, updatedAt: place.at, version: place.seq })

const orderChanged = (books: Books, event: Of<"OrderChanged">, place: Place): void => {
  const before = orderOf(books, event.id)
  const after: Order = {
    ...before,
    ...event.after,
    quantity: event.quantity,
    deed: event.deed,
    brokerOrderId: event.brokerOrderId,
    brokerOrderIds: event.brokerOrderIds,
    candidate: event.candidate,
    notBefore: event.notBefore,
    reason: event.reason,
    code: event.code,
    rawStatus: event.rawStatus,
    reported: event.reported,
    reportedAt: event.reportedAt,
    reportedCumulative: event.reportedCumulative,
    cumulative: event.cumulative,
    cumulativeAt: event.cumulativeAt,
    acceptedAt: event.acceptedAt,
    firstFilledAt: event.firstFilledAt,
    lastFilledAt: event.lastFilledAt,
    endedAt: event.endedAt,
    updatedAt: place.at,
    version: place.seq
  }
  books.orders.put(after)
  contribute(books, after.symbol, contributionOf(before), contributionOf(after), place)
  settle(books, after.id, place)
}

// Attempts and payloads

const attemptStarted = (books: Books, event: Of<"AttemptStarted">, place: Place): void => {
  const order = orderOf(books, event.orderId)
  books.attempts.put({
    id: event.id,
    account: ownerOf(place),
    orderId: event.orderId,
    number: event.number,
    clientOrderId: order.clientOrderId,
    requestId: event.requestId,
    responseId: undefined,
    outcome: undefined,
    brokerOrderId: undefined,
    httpStatus: undefined,
    code: undefined,
    message: undefined,
    startedAt: place.at,
    answeredAt: undefined,
    version: place.seq
  })
  orderPatched(books, event.orderId, place, {
    status: "submitting",
    deed: "sending",
    attemptId: event.id,
    attempts: event.number,
    notBefore: undefined,
    sentAt: order.sentAt ?? place.at
  })
}

const attemptAnswered = (books: Books, event: Of<"AttemptAnswered">, place: Place): void =>
  books.attempts.put({
    ...must(books.attempts.get(String(event.id)), `attempt S${event.id}`),
    outcome: event.outcome,
    brokerOrderId: event.brokerOrderId,
    httpStatus: event.httpStatus,
    code: event.code,
    message: event.message,
    responseId: event.responseId,
    answeredAt: place.at,
    version: place.seq
  })

const payloadStored = (books: Books, event: Of<"PayloadStored">, place: Place): void =>
  books.payloads.put({
    id: event.id,
    account: ownerOf(place),
    contentType: event.contentType,
    sha256: event.sha256,
    bytes: place.bytes ?? new Uint8Array(),
    createdAt: place.at,
    version: place.seq
  })

// Fills

/** Within an `execIdBase` the highest revision is canonical; the others stay on record (F3, F4 of reconciliation). */
const fillRecorded = (books: Books, event: Of<"FillRecorded">, place: Place): void => {
  const siblings = books.fills.find("order", [event.orderId]).filter((fill) => fill.execIdBase === event.execIdBase)
  const isHighest = siblings.every((fill) => fill.revision < event.revision)
  for (const fill of siblings) {
    if (isHighest && fill.canonical) books.fills.put({ ...fill, canonical: false, version: place.seq })
  }
  books.fills.put({
    id: event.id,
    account: ownerOf(place),
    orderId: event.orderId,
    execId: event.execId,
    execIdBase: event.execIdBase,
    revision: event.revision,
    canonical: isHighest,
    quantity: event.quantity,
    price: event.price,
    offBand: event.offBand,
    executedAt: event.executedAt,
    commission: undefined,
    commissionCurrency: undefined,
    payloadId: event.payloadId,
    createdAt: place.at,
    version: place.seq
  })
}

const commissionRecorded = (books: Books, event: Of<"CommissionRecorded">, place: Place): void =>
  books.fills.put({
    ...must(books.fills.get(String(event.fillId)), `fill F${event.fillId}`),
    commission: event.amount,
    commissionCurrency: event.currency,
    version: place.seq
  })

const fillWaits = (books: Books, event: Of<"FillWaits">, place: Place): void =>
  books.waiting_fills.put({
    account: ownerOf(place),
    execId: event.execId,
    execIdBase: event.execIdBase,
    revision: event.revision,
    brokerOrderId: event.brokerOrderId,
    clientOrderId: event.clientOrderId,
    symbol: event.symbol,
    side: event.side,
    quantity: event.quantity,
    price: event.price,
    executedAt: event.executedAt,
    asOf: event.asOf,
    payloadId: event.payloadId,
    receivedAt: place.at,
    joinedAt: undefined,
    version: place.seq
  })

const fillJoined = (books: Books, event: Of<"FillJoined">, place: Place): void =>
  books.waiting_fills.put({
    ...must(books.waiting_fills.get(joinKey([place.account, event.execId])), `waiting fill ${event.execId}`),
    joinedAt: place.at,
    version: place.seq
  })

// Breaks and controls

const breakOpened = (books: Books, event: Of<"BreakOpened">, place: Place): void =>
  books.breaks.put({
    id: event.id,
    account: ownerOf(place),
    symbol: event.symbol,
    kind: event.kind,
    subject: event.subject,
    holds: event.holds,
    evidence: event.evidence,
    openedAt: place.at,
    closedAt: undefined,
    closedWhy: undefined,
    version: place.seq
  })

const breakChanged = (books: Books, event: Of<"BreakChanged" | "BreakClosed">, place: Place): void => {
  const known = must(books.breaks.get(String(event.id)), `break B${event.id}`)
  books.breaks.put(
    event._tag === "BreakClosed"
      ? { ...known, closedAt: place.at, closedWhy: event.why, version: place.seq }
      : { ...known, holds: event.holds, evidence: event.evidence, version: place.seq }
  )
}

const tradingStateSet = (books: Books, event: Of<"TradingStateSet">, place: Place): void =>
  books.controls.put({
    account: event.account,
    symbol: event.symbol,
    state: event.state,
    reason: event.reason,
    actor: event.actor,
    changedAt: place.at,
    version: place.seq
  })

import { Decimal, Instant, Side, type Order, type Position, type Ticker } from "@roundlot/core"
import { Id, OrderState } from "@roundlot/core/adapter"
import { Break, type Attempt, PositionAnswer } from "@roundlot/core/ledger"
import type { ExchangeOrder } from "@roundlot/broker-paper"

/** Signed shares that a trade asked for, and when. */
export interface Traded {
  readonly atMs: number
  readonly symbol: string
  readonly quantity: Decimal.Decimal
}

/** What somebody asked the broker for. */
export interface Asked {
  readonly atMs: number
  readonly place: string
}

/** A request to place an order, as the client wrote it, and what it was answered. */
export interface Post {
  readonly atMs: number
  readonly clientOrderId: string | undefined
  readonly status: number | undefined
}

/** An open break, and whether it is critical or escalated now. */
export type OpenBreak = Pick<Break.Break, "kind" | "subject" | "symbol" | "holds" | "details"> & {
  readonly isUrgent: boolean
}

type Theirs = Pick<
  ExchangeOrder.ExchangeOrder,
  "brokerOrderId" | "clientOrderId" | "symbol" | "side" | "quantity" | "filledQuantity" | "status"
>
type Execution = Pick<
  ExchangeOrder.Execution,
  "brokerOrderId" | "execId" | "execIdBase" | "symbol" | "side" | "quantity" | "executedAt"
>
type Ours = Pick<
  Order.Order,
  | "id"
  | "symbol"
  | "side"
  | "origin"
  | "status"
  | "quantity"
  | "sentQuantity"
  | "filled"
  | "brokerOrderIds"
  | "endReportedAt"
>
type Owing = Pick<Position.Position, "symbol" | "residual" | "answer" | "coolDownUntil" | "circuitUntil">

/** Books, broker and what a person is shown, at one moment. */
export interface Moment {
  readonly atMs: number
  readonly trades: ReadonlyArray<Traded>
  readonly theirs: { readonly orders: ReadonlyArray<Theirs>; readonly executions: ReadonlyArray<Execution> }
  readonly orders: ReadonlyArray<Ours>
  readonly attempts: ReadonlyArray<Pick<Attempt.Attempt, "orderId" | "outcome">>
  readonly positions: ReadonlyArray<Owing>
  readonly breaks: ReadonlyArray<OpenBreak>
  /** Symbols of which an order in doubt that no break is about is a critical case. */
  readonly cases: ReadonlyArray<string>
  /** Symbols that are halted at the exchange: what is due in them may wait, sent or not. */
  readonly halted: ReadonlyArray<string>
  /** The broker tells whether the account may trade: an account that it refused goes on by itself; else a person lets it go. */
  readonly tellsState: boolean
}

/** What a round heard from the client. */
export interface Heard {
  readonly asked: ReadonlyArray<Asked>
  readonly posts: ReadonlyArray<Post>
  /** Placing requests that came through to the broker, each with its terms. */
  readonly placed: ReadonlyArray<Terms>
}

/** So many requests in any 60 seconds are no storm. */
export interface Limits {
  readonly all: number
  /** To one endpoint that changes something. */
  readonly writes: number
  readonly isWrite: (place: string) => boolean
}

/** What makes two orders alike where the broker has no ids of ours. */
export interface Terms {
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: Decimal.Decimal
}

type Said = ReadonlyArray<string>

const ONE = Decimal.unsafe("1")
const MOST_POSTS = 3
const A_MINUTE_MS = 60_000
/** Paced, not counted: nothing was processed. */
const PACED: ReadonlyArray<number | undefined> = [401, 429]

/**
 * What a break of a kind says of a difference between what the broker filled and what the books have of it: `order`, that an order of
 * ours may have filled something else; `execution`, that an execution may; `symbol`, that the holding differs. The others are about
 * prices, ids, trades, or what the books have booked: where they are open alone, a difference has no name.
 */
const names: { readonly [K in Break.BreakKind]: "order" | "execution" | "symbol" | "nothing" } = {
  Conflict: "nothing",
  ReappearedTrade: "nothing",
  Excess: "nothing",
  Reappeared: "order",
  DuplicateOrder: "order",
  OppositeOrders: "nothing",
  CumulativeBelow: "order",
  FillAfterRejection: "nothing",
  UndocumentedCorrection: "execution",
  FillMismatch: "order",
  SuspectedDuplicate: "order",
  Doubt: "order",
  OrderMissing: "order",
  EndUnconfirmed: "order",
  OrderNotWorking: "nothing",
  TermsDiffer: "order",
  ForeignOrderId: "order",
  ClientIdDiffers: "nothing",
  ReusedOrderId: "order",
  AverageDiffers: "nothing",
  Unpriced: "nothing",
  OffBand: "nothing",
  Unmapped: "nothing",
  PositionDiffers: "symbol",
  ForeignPosition: "symbol",
  UnsoundSnapshot: "nothing",
  ClockAhead: "nothing",
  FillMissing: "order",
  HistoryGap: "nothing",
  StatementDiffers: "nothing",
  Backlog: "nothing",
  Implausible: "order",
  OrderRefused: "nothing",
  AccountRefused: "nothing",
  // That a position waits excuses no difference.
  TradingHalted: "nothing",
  PositionBlocked: "nothing"
}

const isWhole = (quantity: Decimal.Decimal): boolean => Decimal.isAtMost(ONE, Decimal.abs(quantity))

const nameOf = ({ id }: Pick<Ours, "id">): string => Id.format("order", id)

/** Only a person closes it: nothing that the broker says ever will. */
const needsPerson =
  ({ tellsState }: Pick<Moment, "tellsState">) =>
  ({ kind }: OpenBreak): boolean =>
    Break.kinds[kind].closes === "by verdict" && !(kind === "AccountRefused" && tellsState)

const stopsSending =
  (symbol: string) =>
  ({ holds, symbol: about }: OpenBreak): boolean =>
    holds === "account" || (holds === "symbol" && about === symbol)

/** The shares of executions, by their highest revisions. */
const sumOf = (executions: ReadonlyArray<Execution>): Decimal.Decimal =>
  Decimal.sum(
    [...new Map(executions.map((each) => [each.execIdBase, each])).values()].map(({ quantity, side }) =>
      Side.signed(side, quantity)
    )
  )

/** What trades asked for at most and at least up to a moment: nothing that is sent later rests on what came later. */
const boundsOf = (trades: ReadonlyArray<Traded>, symbol: string, untilMs: number) => {
  const sums = trades
    .filter((each) => each.symbol === symbol && each.atMs <= untilMs)
    .reduce<ReadonlyArray<Decimal.Decimal>>(
      (before, { quantity }) => [...before, Decimal.add(before.at(-1) ?? Decimal.zero, quantity)],
      [Decimal.zero]
    )
  return {
    least: sums.reduce((a, b) => Decimal.min(a, b)),
    most: sums.reduce((a, b) => Decimal.max(a, b))
  }
}

const symbolsOf = ({ orders, theirs, trades }: Moment): ReadonlyArray<string> => [
  ...new Set([...trades, ...orders, ...theirs.orders].map(({ symbol }) => symbol))
]

const isWorking = ({ status }: Theirs): boolean => status === "new" || status === "partially_filled"

/** What an order at the broker may still fill, signed. */
const leftOf = ({ filledQuantity, quantity, side }: Theirs) =>
  Side.signed(side, Decimal.subtract(quantity, filledQuantity))

const pathOf = (executions: ReadonlyArray<Execution>) =>
  executions.map((last, i) => ({
    held: sumOf(executions.slice(0, i + 1)),
    atMs: Instant.toMillis(last.executedAt)
  }))

/** The broker never holds, nor could come to hold by what works there, more than trades had asked for by then. */
export const doubled = (moment: Moment): Said =>
  symbolsOf(moment).flatMap((symbol) => {
    const { theirs, trades } = moment
    const executions = theirs.executions.filter((each) => each.symbol === symbol)
    const held = sumOf(executions)
    const left = theirs.orders.filter((each) => each.symbol === symbol && isWorking(each)).map(leftOf)
    const path = [
      ...pathOf(executions),
      { held: Decimal.sum([held, ...left.filter(Decimal.isPositive)]), atMs: moment.atMs },
      { held: Decimal.sum([held, ...left.filter((each) => !Decimal.isPositive(each))]), atMs: moment.atMs }
    ]
    const worst = path.find(({ atMs, held: come }) => {
      const { least, most } = boundsOf(trades, symbol, atMs)
      return Decimal.isLess(most, come) || Decimal.isLess(come, least)
    })
    if (worst === undefined) return []
    const { least, most } = boundsOf(trades, symbol, worst.atMs)
    return [
      `DOUBLED ${symbol}: the exchange came to hold ${Decimal.format(worst.held)}, where trades ask for ${Decimal.format(least)} to ${Decimal.format(most)}`
    ]
  })

/** A difference between the broker's own records and the books. */
interface Difference {
  readonly symbol: string
  /** What may be the subject of a break that names it: an order of ours, its executions there, the order there. */
  readonly subjects: ReadonlyArray<string>
  readonly says: string
}

const isOwn = ({ origin }: Ours): boolean => origin !== "external"

/** Order by order: what the broker filled of each of ours, and what it filled of orders that are in the books as nobody's. */
const differencesOf = ({ orders, theirs }: Moment): ReadonlyArray<Difference> => {
  const ownIds = new Set<string>(orders.filter(isOwn).flatMap(({ brokerOrderIds }) => brokerOrderIds))
  const ofOurs = orders.filter(isOwn).flatMap((order): ReadonlyArray<Difference> => {
    const executions = theirs.executions.filter(({ brokerOrderId }) => order.brokerOrderIds.includes(brokerOrderId))
    const filled = sumOf(executions)
    const booked = Side.signed(order.side, order.filled)
    if (Decimal.equals(filled, booked)) return []
    return [
      {
        symbol: order.symbol,
        subjects: [nameOf(order), ...order.brokerOrderIds, ...executions.map(({ execId }) => execId)],
        says: `of ${nameOf(order)} the exchange filled ${Decimal.format(filled)}, the books say ${Decimal.format(booked)}`
      }
    ]
  })
  const ofNobody = theirs.orders.flatMap((order): ReadonlyArray<Difference> => {
    if (ownIds.has(order.brokerOrderId) || Decimal.isZero(order.filledQuantity)) return []
    const adopted = orders.filter(({ brokerOrderIds }) => brokerOrderIds.includes(order.brokerOrderId))
    return [
      {
        symbol: order.symbol,
        subjects: [order.brokerOrderId, ...adopted.map(nameOf)],
        says: `the exchange filled ${Decimal.format(order.filledQuantity)} of ${order.brokerOrderId}, which is no order of ours in the books`
      }
    ]
  })
  return [...ofOurs, ...ofNobody]
}

const isNamedBy =
  ({ subjects, symbol }: Difference) =>
  ({ kind, subject, symbol: about }: OpenBreak): boolean => {
    switch (names[kind]) {
      case "order":
      case "execution":
        return subjects.includes(subject)
      case "symbol":
        return about === symbol
      case "nothing":
        return false
    }
  }

/**
 * Once the truth has been told again the books have what the broker's own records have, unless a person has to decide, and a critical
 * case asks for that by naming the difference.
 */
export const lost = (moment: Moment): Said => {
  const granting = moment.breaks.filter((each) => each.isUrgent && needsPerson(moment)(each))
  return differencesOf(moment)
    .filter((each) => !granting.some(isNamedBy(each)))
    .map(({ says, symbol }) => `LOST ${symbol}: ${says}; open: ${openOf(moment, symbol)}`)
}

const openOf = ({ breaks }: Moment, symbol: string): string =>
  breaks
    .filter((each) => each.holds === "account" || each.symbol === symbol)
    .map(({ isUrgent, kind, subject }) => `${kind} of ${subject}${isUrgent ? "" : " (not critical)"}`)
    .join(", ")

/** Is it a critical case that says why nothing is ordered in a symbol? What is shown and stops nothing does not. */
const saysWhy =
  (symbol: Ticker.Ticker) =>
  (found: OpenBreak): boolean =>
    found.isUrgent &&
    (stopsSending(symbol)(found) ||
      (found.symbol === symbol && (found.kind === "PositionBlocked" || Break.kinds[found.kind].isFateUnknown === true)))

const hasCase = ({ breaks, cases }: Moment, symbol: Ticker.Ticker): boolean =>
  cases.includes(symbol) || breaks.some(saysWhy(symbol))

/** Our orders of a symbol of which the books do not know that they work at the broker. */
const unacknowledged = ({ breaks, orders }: Moment, symbol: string): ReadonlyArray<Ours> =>
  orders.filter((order) => {
    if (order.symbol !== symbol || order.origin === "external" || !OrderState.isLive(order.status)) return false
    const isMissing = breaks.some(({ kind, subject }) => kind === "OrderMissing" && subject === nameOf(order))
    return isMissing || order.endReportedAt !== undefined || !ACKNOWLEDGED.includes(order.status)
  })

const ACKNOWLEDGED: ReadonlyArray<string> = ["submitted", "partially_filled"]

/** D8: what cools down orders again at a time that is known, in minutes; a person is not asked. */
const isCooling = ({ answer, coolDownUntil }: Owing, atMs: number): boolean =>
  answer._tag === "CoolingDown" && coolDownUntil !== undefined && atMs < Instant.toMillis(coolDownUntil)

/** A position that owes and orders nothing: a lot or more is open and no order works, or its order may not be there. */
const isIdle = (moment: Moment, position: Owing): boolean => {
  const { orders, atMs } = moment
  const { residual, symbol } = position
  const unclear = unacknowledged(moment, symbol)
  if (unclear.length > 0) return true
  const isWaiting = orders.some((each) => each.symbol === symbol && isOwn(each) && OrderState.isLive(each.status))
  return isWhole(residual) && !isWaiting && !isCooling(position, atMs)
}

/** Since when a position owes and orders nothing while no critical case says so, and whether that was found already. */
export interface Idle {
  readonly sinceMs: number
  /** Its newest order: with another one it begins anew. */
  readonly newest: number
  readonly isSaid: boolean
}

/** What was seen of positions that order nothing. */
export type Watched = ReadonlyMap<string, Idle>

/** A minute for what ends by itself, and the settling time of a case. */
const PATIENCE_MS = 65_000

/**
 * A position that owes a lot or more and orders nothing for longer than it takes to settle has a critical case that says why. Where its
 * reason changes, the case of the first has ended before that of the next has settled: the time begins anew.
 */
export const blocked = (before: Watched, moment: Moment): { readonly watched: Watched; readonly said: Said } => {
  const watched = new Map<string, Idle>()
  const said: Array<string> = []
  for (const position of moment.positions) {
    const { answer, residual, symbol } = position
    if (!isIdle(moment, position) || hasCase(moment, symbol) || moment.halted.includes(symbol)) continue
    const newest = Math.max(0, ...moment.orders.filter((each) => each.symbol === symbol).map(({ id }) => id))
    const known = before.get(symbol)
    const idle = known?.newest === newest ? known : { sinceMs: moment.atMs, newest, isSaid: false }
    const forMs = moment.atMs - idle.sinceMs
    const isSilent = forMs > PATIENCE_MS
    if (isSilent && !idle.isSaid) {
      const unclear = unacknowledged(moment, symbol).map((each) => `${nameOf(each)} is ${each.status}`)
      said.push(
        `BLOCKED ${symbol}: for ${forMs / 1000} s ${[`${Decimal.format(residual)} owed, ${PositionAnswer.answerText(answer)}`, ...unclear].join(", ")}; open: ${openOf(moment, symbol)}`
      )
    }
    watched.set(symbol, { ...idle, isSaid: idle.isSaid || isSilent })
  }
  return { watched, said }
}

/** D8: a circuit that is open ends at its time, which may be the next session's, long after the round. */
const endsLater = ({ answer, circuitUntil }: Owing, atMs: number): boolean =>
  answer._tag === "Held" &&
  answer.by === "circuit" &&
  circuitUntil !== undefined &&
  atMs < Instant.toMillis(circuitUntil)

/** What closes by itself waits for a person only where one has to decide about the same order, or about all that makes the holding differ. */
const waitsForPerson = (moment: Moment, found: OpenBreak): boolean => {
  const asked = moment.breaks.filter(needsPerson(moment))
  if (names[found.kind] !== "symbol") return asked.some(({ subject }) => subject === found.subject)
  const differences = differencesOf(moment).filter(({ symbol }) => symbol === found.symbol)
  return differences.length > 0 && differences.every((each) => asked.some(isNamedBy(each)))
}

/** What still has to move or is left hanging; not where a person is asked, nor a circuit whose time has not come. */
export const hanging = (moment: Moment): Said => {
  const asked = moment.breaks.filter(needsPerson(moment))
  const isHeld = (symbol: string) => asked.some(stopsSending(symbol))
  const later = moment.positions.filter((each) => endsLater(each, moment.atMs)).map(({ symbol }) => symbol)
  const isCircuit = ({ kind, symbol }: OpenBreak) => kind === "PositionBlocked" && later.some((each) => each === symbol)
  return [
    ...moment.orders
      .filter((each) => OrderState.isLive(each.status) && !asked.some(isNamedBy(liveOf(each))) && !isHeld(each.symbol))
      .map((each) => {
        const { quantity, side, status, symbol } = each
        return `HANGS: ${nameOf(each)} ${side} ${Decimal.format(quantity)} ${symbol} is ${status}`
      }),
    ...moment.positions
      .filter((each) => isWhole(each.residual) && !isHeld(each.symbol) && !later.includes(each.symbol))
      .map(
        ({ answer, residual, symbol }) =>
          `HANGS: ${symbol} owes ${Decimal.format(residual)}: ${PositionAnswer.answerText(answer)}`
      ),
    ...moment.breaks
      .filter((each) => !needsPerson(moment)(each) && !waitsForPerson(moment, each) && !isCircuit(each))
      .map((each) => `HANGS: ${each.kind} of ${each.subject} stays open: ${Break.evidenceOf(each)}`)
  ]
}

const liveOf = (order: Ours): Difference => ({ symbol: order.symbol, subjects: [nameOf(order)], says: "" })

const countsOf = (all: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}

const termsOf = ({ quantity, side, symbol }: Terms): string => `${side} ${Decimal.format(quantity)} ${symbol}`

/** More of some terms than the books account for. */
const unaccounted = (theirs: ReadonlyArray<Terms>, ours: ReadonlyArray<Terms>) => {
  const known = countsOf(ours.map(termsOf))
  return [...countsOf(theirs.map(termsOf))].flatMap(([terms, count]) => {
    const most = known.get(terms) ?? 0
    return count > most ? [{ terms, count, most }] : []
  })
}

const sentTerms = ({ sentQuantity, side, symbol }: Ours): Terms => ({ symbol, side, quantity: sentQuantity })

/** No order is at the broker twice: neither a client order id, nor, where it has none, more orders of some terms than ours. */
export const twice = ({ orders, theirs }: Moment): Said => [
  ...[...countsOf(theirs.orders.flatMap(({ clientOrderId }) => clientOrderId ?? []))]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `TWICE: ${id} is there ${count} times`),
  ...unaccounted(theirs.orders, orders.filter(isOwn).map(sentTerms)).map(
    ({ count, most, terms }) => `TWICE: ${terms} is there ${count} times, for ${most} orders of ours`
  )
]

/** Those of the 60 seconds into which the most of these fell. */
const worstMinute = (asked: ReadonlyArray<Asked>): ReadonlyArray<Asked> => {
  const sorted = asked.toSorted((a, b) => a.atMs - b.atMs)
  let first = 0
  let worst = { from: 0, to: 0 }
  for (const [last, { atMs }] of sorted.entries()) {
    while (atMs - (sorted[first]?.atMs ?? atMs) >= A_MINUTE_MS) first += 1
    if (last + 1 - first > worst.to - worst.from) worst = { from: first, to: last + 1 }
  }
  return sorted.slice(worst.from, worst.to)
}

/** More requests in a minute than a broker takes, or than its pollers and sends have a reason for. */
export const storms = ({ asked }: Pick<Heard, "asked">, limits: Limits): Said => {
  const all = worstMinute(asked)
  const counts = [...countsOf(all.map(({ place }) => place))].map(([place, count]) => `${count} ${place}`)
  const writes = [...new Set(asked.map(({ place }) => place))].filter(limits.isWrite).map((place) => ({
    place,
    most: worstMinute(asked.filter((each) => each.place === place)).length
  }))
  return [
    ...(all.length > limits.all ? [`STORM: ${all.length} requests in a minute: ${counts.join(", ")}`] : []),
    ...writes
      .filter(({ most }) => most > limits.writes)
      .map(({ most, place }) => `STORM: ${most} times ${place} in a minute`)
  ]
}

/** No order's POST that may have been processed is repeated more than twice, by the broker's count and by the books', and each is in them. */
export const resent = ({ placed, posts }: Pick<Heard, "placed" | "posts">, { attempts, orders }: Moment): Said => {
  const ids = posts.flatMap(({ clientOrderId, status }) =>
    clientOrderId === undefined || PACED.includes(status) ? [] : [clientOrderId]
  )
  const counted = attempts.filter(({ outcome }) => outcome !== "not_accepted")
  const byOrder = new Map(orders.map((order) => [order.id, order]))
  const sent = attempts.flatMap(({ orderId }) => byOrder.get(orderId) ?? []).map(sentTerms)
  return [
    ...[...countsOf(ids)]
      .filter(([, count]) => count > MOST_POSTS)
      .map(([id, count]) => `STORM: ${id} was posted ${count} times`),
    ...[...countsOf(counted.map(({ orderId }) => Id.format("order", orderId)))]
      .filter(([, count]) => count > MOST_POSTS)
      .map(([order, count]) => `STORM: ${order} has ${count} attempts that may have been processed`),
    ...unaccounted(placed, sent).map(
      ({ count, most, terms }) =>
        `STORM: the broker was asked ${count} times to ${terms}, the books have ${most} attempts`
    ),
    ...(posts.length > attempts.length
      ? [`STORM: ${posts.length} orders were posted, the books have ${attempts.length} attempts`]
      : [])
  ]
}

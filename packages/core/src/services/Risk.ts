import { Array, Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { format, parse, type OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import { InstrumentTable, type Instrument } from "../records/Instrument.ts"
import { UNMAPPED, type Ticker } from "../records/Ticker.ts"
import { AttemptTable, type Attempt } from "../records/Attempt.ts"
import { LOGIN, OrderTable, type Order } from "../records/Order.ts"
import type { Filter, StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { breakKinds, BreakTable, kinds, type Break } from "../records/Break.ts"
import {
  blocking,
  obstacleOf,
  unacknowledged,
  unsentBy,
  type BlockedPosition
} from "../rules/reconciliation/blocked.ts"
import { isJudgedFirst } from "../rules/reconciliation/recommended.ts"
import { isUrgent, severityOf } from "../rules/reconciliation/severity.ts"
import { isAboutOrder, noStake, owedOf, stakeOf, type Stake, type Standing } from "../rules/reconciliation/Stake.ts"
import { tradingOf, type Doubtful, type Trading } from "../rules/reconciliation/trading.ts"
import * as Instant from "../values/Instant.ts"
import * as Reads from "./Reads.ts"

/** What says of an open break what stands behind it. */
export type Stakes = (found: Break) => Stake

/** Of these it depends on what else is open or under way what a person is advised to do. */
const isJudgedBeside = (kind: Break["kind"]): boolean => kind === "Excess" || kind === "ForeignPosition"

/** A break of which something may wait, or that is judged by what stands beside it. */
const mayWeigh = ({ closedAt, holds, kind }: Break): boolean =>
  closedAt === undefined &&
  (holds !== "nothing" || kind === "PositionBlocked" || isAboutOrder(kind) || kind === "ForeignPosition")

const unique = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(all)]

/** What stands behind these breaks, read for all of them at once: what it costs depends on them alone. */
export const stakesOf = (breaks: ReadonlyArray<Break>): Effect.Effect<Stakes, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const weighty = breaks.filter(mayWeigh)
    const accounts = unique(weighty.map(({ account }) => account))
    const read = yield* Effect.forEach(accounts, (account) =>
      stakesAt(
        account,
        weighty.filter((each) => each.account === account)
      )
    )
    const byAccount = new Map(read.map((each, at) => [accounts[at], each]))
    return (found: Break) => (mayWeigh(found) ? (byAccount.get(found.account)?.(found) ?? noStake) : noStake)
  })

/** What stands behind the breaks of one account. */
const stakesAt = (account: AccountName, breaks: ReadonlyArray<Break>) =>
  Effect.gen(function* () {
    const standings = yield* standingsOf(account, symbolsOf(breaks))
    const orders = yield* ordersOf(account, breaks)
    const attempts = yield* attemptsOf(account, [...orders.values()])
    const besides = yield* besidesOf(account, breaks)
    return (found: Break): Stake => {
      const about = found.holds === "account" ? standings : standings.filter(isOf(found.symbol))
      const order = orders.get(found.subject)
      return { ...stakeOf(found, about, order, attempts(order)), beside: besides(found) }
    }
  })

/** What says of an excess, or of a holding that the books do not know, which other breaks are open for its symbol, or for the whole account. */
const besidesOf = (account: AccountName, breaks: ReadonlyArray<Break>) => {
  const symbols = unique(breaks.flatMap(({ kind, symbol }) => (isJudgedBeside(kind) ? (symbol ?? []) : [])))
  const read = symbols.length === 0 ? [] : [...symbols, UNMAPPED]
  return Effect.map(Reads.among(BreakTable, account, "symbol", read, [{ column: "closedAt", in: [null] }]), (open) => {
    const first = open.filter(({ kind }) => isJudgedFirst(kind))
    return ({ id, kind, symbol }: Break) =>
      isJudgedBeside(kind)
        ? first.filter((each) => each.id !== id && (each.symbol === symbol || each.symbol === UNMAPPED))
        : []
  })
}

const isOf =
  (symbol: Ticker | undefined) =>
  ({ position }: Standing): boolean =>
    position.symbol === symbol

/** The symbols that breaks are about; all of the account where one holds that. */
const symbolsOf = (breaks: ReadonlyArray<Break>): ReadonlyArray<Ticker> | undefined =>
  breaks.some(({ holds }) => holds === "account") ? undefined : unique(breaks.flatMap(({ symbol }) => symbol ?? []))

/** The positions of an account in these symbols with what says from when on they owe an order. */
const standingsOf = (account: AccountName, symbols: ReadonlyArray<Ticker> | undefined) =>
  Effect.gen(function* () {
    const settings = yield* Reads.account(account)
    if (settings === undefined) return []
    const positions = yield* inSymbols(PositionTable, account, symbols)
    const instruments = yield* inSymbols(InstrumentTable, account, symbols)
    const known = new Map<string, Instrument>(instruments.map((each) => [each.symbol, each]))
    return positions.map((position: Position): Standing => ({
      position,
      account: settings,
      instrument: known.get(position.symbol)
    }))
  })

/** D2: does a position of the account owe an order? */
export const owesOrder = (account: AccountName): Effect.Effect<boolean, StoreError, TradeRepository> =>
  Effect.map(standingsOf(account, undefined), (standings) =>
    standings.some((standing) => !Decimal.isZero(owedOf(standing)))
  )

const inSymbols = <R>(
  table: Parameters<typeof Reads.all<R>>[0],
  account: AccountName,
  symbols: ReadonlyArray<Ticker> | undefined
) =>
  symbols === undefined
    ? Reads.all(table, { where: [{ column: "account", in: [account] }] })
    : Reads.among(table, account, "symbol", symbols)

/** The orders that breaks are about, by the ids that they name. */
const ordersOf = (account: AccountName, breaks: ReadonlyArray<Break>) => {
  const subjects = breaks.flatMap(({ kind, subject }) => (isAboutOrder(kind) ? [subject] : []))
  const ids = unique(subjects.flatMap((subject) => parse("order", subject) ?? []))
  return Effect.map(
    Reads.among(OrderTable, account, "id", ids),
    (orders) => new Map<string, Order>(orders.map((order) => [format("order", order.id), order]))
  )
}

/** What says of an order in doubt which attempts it had. */
const attemptsOf = (account: AccountName, orders: ReadonlyArray<Order>) =>
  Effect.map(
    Reads.among(
      AttemptTable,
      account,
      "orderId",
      orders.map(({ id }) => id)
    ),
    (attempts) => {
      const byOrder = Array.groupBy(attempts, ({ orderId }) => String(orderId))
      return (order: Order | undefined): ReadonlyArray<Attempt> =>
        order === undefined ? [] : (byOrder[String(order.id)] ?? [])
    }
  )

/** The orders in doubt with what waits for each. */
export const doubtful: Effect.Effect<ReadonlyArray<Doubtful>, StoreError, TradeRepository> = Effect.gen(function* () {
  const orders = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] })
  const accounts = unique(orders.map(({ account }) => account))
  const found = yield* Effect.forEach(accounts, (account) => {
    const own = orders.filter((order) => order.account === account)
    const read = {
      standings: standingsOf(account, unique(own.map(({ symbol }) => symbol))),
      attempts: attemptsOf(account, own)
    }
    return Effect.map(Effect.all(read), ({ attempts, standings }) =>
      own.map((order): Doubtful => {
        const about = standings.filter(isOf(order.symbol))
        return { order, stake: stakeOf({ kind: "Doubt", holds: "nothing" }, about, order, attempts(order)) }
      })
    )
  })
  return found.flat()
})

const standingsOfAll = (all: ReadonlyArray<Pick<Position, "account" | "symbol">>) =>
  Effect.map(
    Effect.forEach(unique(all.map(({ account }) => account)), (account) =>
      standingsOf(account, unique(all.flatMap((each) => (each.account === account ? [each.symbol] : []))))
    ),
    (standings) => standings.flat()
  )

const unsentWhere = (filter: Filter) =>
  Reads.all(OrderTable, {
    where: [{ column: "status", in: unacknowledged }, { column: "origin", in: ["accumulation"] }, filter]
  })

/**
 * G: the orders in doubt whose own break takes the place of their position's: of one that its broker had (O22) at once, of one that it is
 * not known to have once it is critical.
 */
const doubtsApart = Effect.fnUntraced(function* (orders: ReadonlyArray<Order>, now: Instant.Instant) {
  if (!orders.some(({ status }) => status === "in_doubt")) return new Set<OrderId>()
  const open = yield* Reads.all(BreakTable, {
    where: [
      { column: "kind", in: breakKinds.filter((kind) => kinds[kind].isFateUnknown === true) },
      { column: "closedAt", in: [null] }
    ]
  })
  const stakes = yield* stakesOf(open)
  const apart = open.filter((each) => each.kind !== "Doubt" || isUrgent(severityOf(each, stakes(each), now)))
  return new Set(apart.flatMap(({ subject }) => parse("order", subject) ?? []))
})

/** A plan is tried within seconds where its broker can be read: the many that are younger are not looked at. In milliseconds. */
const TRIED_WITHIN_MS = 30_000

/** F3: the positions whose order waits for a login, was not sent, or was sent and is not known to be at the broker. */
const unsent = Effect.fnUntraced(function* (now: Instant.Instant) {
  const waiting = yield* unsentWhere({ column: "heldFor", in: [LOGIN] })
  const old = yield* unsentWhere({ column: "createdAt", below: Number(Instant.addMillis(now, -TRIED_WITHIN_MS)) })
  const doubts = yield* doubtsApart(old, now)
  const orders = [...waiting, ...old.filter(({ id }) => !doubts.has(id))]
  const standings = yield* standingsOfAll(orders)
  return standings.flatMap(({ position }): ReadonlyArray<BlockedPosition> => {
    const order = orders.find((each) => each.account === position.account && each.symbol === position.symbol)
    const by = order === undefined ? undefined : unsentBy(order)
    return order === undefined || by === undefined ? [] : [{ position, by, unsent: order }]
  })
})

/** D3 to D5, D8: the positions that owe shares and answer that they order none. */
const unordered: Effect.Effect<ReadonlyArray<BlockedPosition>, StoreError, TradeRepository> = Effect.gen(function* () {
  const positions = yield* Reads.all(PositionTable, { where: [blocking] })
  const standings = yield* standingsOfAll(positions)
  return standings.flatMap((standing): ReadonlyArray<BlockedPosition> => {
    const by = obstacleOf(standing.position)
    return by === undefined || Decimal.isZero(owedOf(standing)) ? [] : [{ position: standing.position, by }]
  })
})

/** The positions that owe shares and order none. */
export const blocked = (
  now: Instant.Instant
): Effect.Effect<ReadonlyArray<BlockedPosition>, StoreError, TradeRepository> =>
  Effect.map(Effect.all([unordered, unsent(now)]), (found) => found.flat())

/** How trading stands now: what is at risk, by open breaks and orders in doubt alone. */
export const trading = (now: Instant.Instant): Effect.Effect<Trading, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const breaks = yield* Reads.all(BreakTable, { where: [{ column: "closedAt", in: [null] }] })
    const stakes = yield* stakesOf(breaks)
    return tradingOf({ breaks, stakes, doubtful: yield* doubtful }, now)
  })

import type { Documents } from "@roundlot/api"
import {
  type AccountName,
  Clock,
  Decimal,
  Instant,
  Order,
  type Position,
  Reads,
  Side,
  type Ticker,
  Trade
} from "@roundlot/core"
import { Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { decode, type Event } from "@roundlot/core/ledger"
import { Effect, Stream } from "effect"
import { momentOf, partsOf } from "./criteria.ts"
import { BadFilter, type Ambiguous, type NotFound } from "./errors.ts"
import { entriesAbout, eventOf } from "./history.ts"
import { newestFirst } from "./journals.ts"
import { onlyOne } from "./positions.ts"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"

/** How the residual of a position came to be what it is. */
export type ResidualHistoryDocument = Documents.ResidualHistoryDocument

/** So many of the account's newest entries are read at most: what a history costs does not grow with the books. */
const MOST_READ = 20_000

/** So many changes are shown at most. */
const MOST_POINTS = 400

/** Events that change a residual (A2), and the split before which a share was another one. */
const moving = [
  "TradeAccepted",
  "TradeReleased",
  "RestWrittenOff",
  "OrderCreated",
  "OrderChanged",
  "SplitAccepted"
] as const

type Moving = Extract<Event.LedgerEvent, { readonly _tag: (typeof moving)[number] }>

const isMoving = (event: Event.LedgerEvent): event is Moving => moving.some((tag) => tag === event._tag)

/** An event with its place in the journal. */
interface Moved {
  readonly seq: number
  readonly at: Instant.Instant
  readonly commitId: string
  readonly event: Moving
}

interface ReadBack {
  readonly entries: ReadonlyArray<Moved>
  /** From when on nothing is missing. */
  readonly since: Instant.Instant
}

interface Asked {
  readonly account: AccountName.AccountName
  /** The last entry that changed the position. */
  readonly upTo: number
  readonly since: Instant.Instant
}

/** The moving events of an account since a moment, oldest first, as far back as is read. */
const readBack = ({ account, since, upTo }: Asked) =>
  Effect.gen(function* () {
    const entries: Array<Moved> = []
    let count = 0
    let oldest = since
    let oldestCommit = ""
    yield* newestFirst(account, upTo + 1).pipe(
      Stream.takeWhile(({ at }) => at >= Number(since)),
      Stream.take(MOST_READ),
      Stream.runForEach((entry) =>
        Effect.gen(function* () {
          count++
          oldest = decode.timeOf(entry)
          oldestCommit = entry.commitId
          if (!moving.some((tag) => tag === entry.tag)) return
          const event = yield* eventOf(entry)
          if (isMoving(event)) entries.push({ seq: entry.seq, at: oldest, commitId: entry.commitId, event })
        })
      )
    )
    const read = entries.toReversed()
    if (count < MOST_READ) return { entries: read, since } satisfies ReadBack
    // The oldest commit may be read in part: what it left behind is where the history begins.
    return { entries: read.filter(({ commitId }) => commitId !== oldestCommit), since: oldest } satisfies ReadBack
  })

/** What is known of an order at a place of the journal, as far as figures follow from it. */
type Standing = Pick<Order.Order, "symbol" | "side" | "origin" | "inQueue" | "quantity" | "filled" | "status">

/** A2: what an order takes from the residual, in signed shares: what it has filled, and what it may fill yet. */
const takenBy = (order: Standing): Decimal.Decimal =>
  Decimal.add(
    order.inQueue ? Order.signedFilled(order) : Decimal.zero,
    Side.signed(order.side, Order.inFlightOf(order))
  )

/** An order after an event about it. */
const after = (before: Standing | undefined, event: Moving): Standing | undefined => {
  if (event._tag === "OrderCreated") return { ...event, filled: Decimal.zero, status: "pending" }
  if (event._tag !== "OrderChanged" || before === undefined) return before
  return { ...before, quantity: event.quantity, filled: event.after.filled, status: event.after.status }
}

/** P9: what splits since an order was made add to a change of it. */
const splitTakenBy = (order: Standing, event: Moving): Decimal.Decimal => {
  if (event._tag !== "OrderChanged") return Decimal.zero
  const { splitFilled = Decimal.zero, splitInFlight = Decimal.zero } = event
  const filled = order.inQueue ? Side.signed(order.side, splitFilled) : Decimal.zero
  return Decimal.add(filled, Side.signed(order.side, splitInFlight))
}

type Orders = Map<number, Standing>

/** Orders of the symbol that were made before what was read and changed since, each with the first entry that changed it. */
const olderOrders = (symbol: Ticker.Ticker, entries: ReadonlyArray<Moved>) =>
  Effect.gen(function* () {
    const made = new Set(entries.flatMap(({ event }) => (event._tag === "OrderCreated" ? [event.id] : [])))
    const first = new Map<Id.OrderId, number>()
    for (const { event, seq } of entries) {
      if (event._tag === "OrderChanged" && !made.has(event.id) && !first.has(event.id)) first.set(event.id, seq)
    }
    const found = yield* Effect.forEach(partsOf(first.keys()), (part) =>
      Reads.all(Order.OrderTable, {
        where: [
          { column: "id", in: part },
          { column: "symbol", in: [symbol] }
        ]
      })
    )
    // Direct orders change no residual, and there may be thousands of them.
    const counted = found.flat().filter(({ inQueue, origin }) => inQueue || origin === "accumulation")
    return counted.map(({ id }) => ({ id, before: first.get(id) ?? 0 }))
  })

/** How orders stood before what was read, each by its own entries. */
const ordersBefore = ({ account, symbol }: Position.Position, entries: ReadonlyArray<Moved>) =>
  Effect.gen(function* () {
    const orders: Orders = new Map()
    for (const { before, id } of yield* olderOrders(symbol, entries)) {
      yield* Clock.turn
      let standing: Standing | undefined
      for (const entry of yield* entriesAbout(account, "order", Id.format("order", id))) {
        if (entry.seq >= before) break
        const event = yield* eventOf(entry)
        if (isMoving(event)) standing = after(standing, event)
      }
      if (standing !== undefined) orders.set(id, standing)
    }
    return orders
  })

/** Trades that were released in what was read: what they are, their own rows say. */
const releasedIn = (entries: ReadonlyArray<Moved>) =>
  Effect.gen(function* () {
    const ids = entries.flatMap(({ event }) => (event._tag === "TradeReleased" ? [event.id] : []))
    const found = yield* Effect.forEach(partsOf(ids), (part) =>
      Reads.all(Trade.TradeTable, { where: [{ column: "id", in: part }] })
    )
    return new Map(found.flat().map((trade) => [trade.id, trade]))
  })

type Released = Effect.Effect.Success<ReturnType<typeof releasedIn>>

interface Known {
  readonly symbol: Ticker.Ticker
  readonly orders: Orders
  readonly released: Released
}

/** By how much an event changes the residual of the symbol, in signed shares. Orders are kept as they are after it. */
const movedBy = (event: Moving, { orders, released, symbol }: Known): Decimal.Decimal => {
  switch (event._tag) {
    case "TradeAccepted":
      return event.symbol === symbol && event.lotId !== undefined ? Trade.targetOf(event) : Decimal.zero
    case "RestWrittenOff":
      return event.symbol === symbol ? Side.signed(event.side, event.quantity) : Decimal.zero
    case "TradeReleased": {
      const trade = released.get(event.id)
      return event.symbol === symbol && event.lotId !== undefined && trade !== undefined
        ? Trade.targetOf(trade)
        : Decimal.zero
    }
    case "OrderCreated":
    case "OrderChanged": {
      const before = orders.get(event.id)
      const now = after(before, event)
      if (now === undefined) return Decimal.zero
      orders.set(event.id, now)
      if (now.symbol !== symbol) return Decimal.zero
      const taken = Decimal.add(takenBy(now), splitTakenBy(now, event))
      return Decimal.subtract(before === undefined ? Decimal.zero : takenBy(before), taken)
    }
    case "SplitAccepted":
      return Decimal.zero
  }
}

/** P9: the part of what was read in which a share of the symbol is what it is today. */
const sinceSplit = ({ entries, since }: ReadBack, symbol: Ticker.Ticker): ReadBack => {
  const last = entries.findLastIndex(({ event }) => event._tag === "SplitAccepted" && event.symbol === symbol)
  const at = entries[last]?.at
  return at === undefined ? { entries, since } : { entries: entries.slice(last + 1), since: at }
}

interface Change {
  readonly at: Instant.Instant
  readonly by: Decimal.Decimal
}

/** What each commit changed: between two entries of one nothing was ever owed. */
const changesIn = (entries: ReadonlyArray<Moved>, known: Known): ReadonlyArray<Change> => {
  const byCommit = new Map<string, Change>()
  for (const { at, commitId, event } of entries) {
    const by = movedBy(event, known)
    byCommit.set(commitId, { at, by: Decimal.add(byCommit.get(commitId)?.by ?? Decimal.zero, by) })
  }
  return [...byCommit.values()].filter(({ by }) => !Decimal.isZero(by))
}

/** The newest of many points in each part of the time that they are of. */
const thinned = <P extends { readonly at: Instant.Instant }>(points: ReadonlyArray<P>): ReadonlyArray<P> => {
  const [first] = points
  const last = points.at(-1)
  if (points.length <= MOST_POINTS || first === undefined || last === undefined) return points
  const step = (Number(last.at) - Number(first.at)) / (MOST_POINTS - 1)
  const partOf = ({ at }: P) => Math.ceil((Number(at) - Number(first.at)) / step)
  return [...new Map(points.map((point) => [partOf(point), point])).values()]
}

/** The residual at the beginning and after each change, of what it is now and what changed since. */
const pointsOf = (changes: ReadonlyArray<Change>, since: Instant.Instant, now: Decimal.Decimal) => {
  let residual = Decimal.subtract(now, Decimal.sum(changes.map(({ by }) => by)))
  const points = [{ at: since, residual }]
  for (const { at, by } of changes) {
    residual = Decimal.add(residual, by)
    points.push({ at, residual })
  }
  return thinned(points)
}

const columns: ReadonlyArray<Columns.TableColumn<ResidualHistoryDocument["points"][number]>> = [
  Columns.times("SINCE", ({ at }) => at),
  Columns.numbers("RESIDUAL", ({ residual }) => residual)
]

/** A history as a table for people. */
export const table = ({ points }: ResidualHistoryDocument, screen?: Screen): string =>
  Columns.render(columns, points, screen)

/**
 * The residual of a position since a moment, change by change, in signed shares of today: exact, of the newest 20,000 entries of its
 * account and since its last split at most; `since` of the answer says from when on.
 */
export const history = (
  symbol: string,
  account: string | undefined,
  since: string
): Effect.Effect<
  ResidualHistoryDocument,
  BadFilter | NotFound | Ambiguous | Table.BadRow | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Effect.gen(function* () {
    const from = yield* momentOf("since", since)
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    if (from > now) return yield* new BadFilter({ filter: "since", value: since, problem: "is in the future" })
    const position: Position.Position = yield* onlyOne(symbol, account)
    const asked = { account: position.account, upTo: position.version, since: from }
    const read = sinceSplit(yield* readBack(asked), position.symbol)
    const known = {
      symbol: position.symbol,
      orders: yield* ordersBefore(position, read.entries),
      released: yield* releasedIn(read.entries)
    }
    const points = pointsOf(changesIn(read.entries, known), read.since, position.residual)
    return {
      account: position.account,
      symbol: position.symbol,
      at: Instant.format(points.reduce((latest, { at }) => (at > latest ? at : latest), now)),
      since: Instant.format(read.since),
      points: points.map(({ at, residual }) => ({ at: Instant.format(at), residual: Decimal.format(residual) }))
    }
  })

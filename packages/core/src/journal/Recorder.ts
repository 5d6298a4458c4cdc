import { STORE, type AccountName, type JournalName } from "../account/AccountName.ts"
import type * as Books from "../books/Books.ts"
import { keyOf, Missing, Need } from "../books/Need.ts"
import type { Counters, Kind, OrderId, TradeId } from "../identity/Id.ts"
import type { Ticker } from "../instrument/Ticker.ts"
import type { Reference } from "../money/Reference.ts"
import type { Instant } from "../time/Instant.ts"
import { canonicalJson, emptyHead, hashOf, type Cause, type Entry, type Head } from "./Entry.ts"
import { bodyOf } from "./encode.ts"
import { entityOf, EVENT_VERSION, type LedgerEvent } from "./Event.ts"
import { project } from "./project.ts"
import { allocationsOf } from "./project/allocations.ts"

/** Planning's view of the world: what is not in the books but decides with them. */
export interface World {
  /** The ledger's clock for this group, never behind the journal's head. */
  readonly at: Instant
  /** Is the market of an account open for sending? */
  readonly isSessionOpen: (account: AccountName) => boolean
  /** When the market of an account opens the next time after it was closed; none where it never closes. */
  readonly nextOpening: (account: AccountName) => Instant | undefined
  /** The newest price that a source of prices knows, read once a group. */
  readonly priceOf: (symbol: string) => Reference
  /** Tag of the store and secret of the process, for client order ids. */
  readonly storeTag: string
  readonly entropy: string
}

/** Where rules read the books and write what follows; one for each logical commit. */
export interface Recorder {
  readonly books: Books.Books
  readonly world: World
  readonly horizons: Books.LotHorizons
  readonly account: AccountName
  readonly cause: Cause
  /** Writes an event into the account's journal and applies it to the books. */
  readonly emit: (event: LedgerEvent, bytes?: Uint8Array) => void
  /** Writes an event that is no account's into the journal of the store. */
  readonly emitForStore: (event: LedgerEvent) => void
  /** The next id of a kind, branded by the caller's schema. */
  readonly next: (kind: Kind) => number
  /** Makes sure that something is loaded; planning is run again with it where it is not. */
  readonly need: (need: Need) => void
  /** Marks a position for the checks and the evaluation at the commit's end (D1). */
  readonly touch: (symbol: Ticker) => void
  readonly touched: ReadonlySet<Ticker>
  /** Marks an order for the checks at the commit's end. */
  readonly touchOrder: (id: OrderId) => void
  /** The trades whose settlement may have changed, and the orders that changed. */
  readonly touchedTrades: ReadonlySet<TradeId>
  readonly touchedOrders: ReadonlySet<OrderId>
}

/** All that one group of members writes: entries by journal, ids, changed books. */
export interface Recording {
  readonly books: Books.Books
  readonly heads: ReadonlyMap<string, Head>
  readonly recorder: (account: AccountName, cause: Cause) => Recorder
  readonly entries: () => ReadonlyMap<string, ReadonlyArray<Entry>>
}

/** Begins the recording of a group. Throws `Missing` where a rule needs what was not loaded. */
export const begin = (options: {
  readonly books: Books.Books
  readonly met: ReadonlySet<string>
  readonly horizons: Books.LotHorizons
  readonly heads: ReadonlyMap<string, Head>
  readonly counters: Counters
  readonly commitId: string
  readonly world: World
}): Recording => {
  const { books, world } = options
  const heads = new Map(options.heads)
  const counters: { [K in Kind]: number } = { ...options.counters }
  const entries = new Map<string, Array<Entry>>()
  const made = new Set<string>()
  const emitFor = (account: JournalName, cause: Cause, event: LedgerEvent, bytes?: Uint8Array): void => {
    const head = heads.get(account) ?? emptyHead
    const entry = entryOf({ account, head, cause, event, at: world.at, commitId: options.commitId })
    project(books, event, { account, seq: entry.seq, at: world.at, bytes })
    heads.set(account, { seq: entry.seq, hash: entry.hash })
    const known = entries.get(account)
    if (known === undefined) entries.set(account, [entry])
    else known.push(entry)
  }
  return {
    books,
    heads,
    entries: () => entries,
    recorder: (account, cause) => {
      const touched = new Set<Ticker>()
      const touchedTrades = new Set<TradeId>()
      const touchedOrders = new Set<OrderId>()
      return {
        books,
        world,
        horizons: options.horizons,
        account,
        cause,
        touched,
        touchOrder: (id) => {
          touchedOrders.add(id)
        },
        touchedTrades,
        touchedOrders,
        emit: (event, bytes) => {
          if (event._tag === "OrderCreated") made.add(keyOf(Need.OrderById({ id: event.id })))
          if (event._tag === "DecisionMade") made.add(keyOf(Need.DecisionById({ id: event.id })))
          emitFor(account, cause, event, bytes)
          const { trades, orders } = reachOf(books, event)
          for (const id of trades) if (id !== undefined) touchedTrades.add(id)
          for (const id of orders) if (id !== undefined) touchedOrders.add(id)
        },
        emitForStore: (event) => emitFor(STORE, cause, event),
        next: (kind) => counters[kind]++,
        need: (need) => {
          const key = keyOf(need)
          if (!options.met.has(key) && !made.has(key)) throw new Missing(need)
        },
        touch: (symbol) => {
          touched.add(symbol)
        }
      }
    }
  }
}

/** The trades whose settlement an event may change, and the orders that it changes. */
const reachOf = (
  books: Books.Books,
  event: LedgerEvent
): { readonly trades: ReadonlyArray<TradeId | undefined>; readonly orders: ReadonlyArray<OrderId | undefined> } => {
  switch (event._tag) {
    case "TradeAccepted":
    case "TradeReleased":
      return { trades: [event.id], orders: [] }
    case "LotsNetted":
      return { trades: [event.tradeId, event.counterTradeId], orders: [] }
    case "LotAllocated":
      return { trades: [event.tradeId], orders: [event.orderId, event.counterOrderId] }
    case "AllocationReleased": {
      const allocation = books.allocations.get(String(event.id))
      return { trades: [allocation?.tradeId], orders: [allocation?.orderId, allocation?.counterOrderId] }
    }
    case "OrderChanged":
      return { trades: allocationsOf(books, event.id).map((each) => each.tradeId), orders: [event.id] }
    case "OrderCreated":
      return { trades: [], orders: [event.id] }
    case "ExcessChanged":
      return { trades: [], orders: [event.orderId] }
    default:
      return { trades: [], orders: [] }
  }
}

const entryOf = (options: {
  readonly account: JournalName
  readonly head: Head
  readonly cause: Cause
  readonly event: LedgerEvent
  readonly at: Instant
  readonly commitId: string
}): Entry => {
  const entity = entityOf(options.event)
  const entry = {
    account: options.account,
    seq: options.head.seq + 1,
    commitId: options.commitId,
    entityKind: entity.kind,
    entityId: entity.id,
    tag: options.event._tag,
    eventVersion: EVENT_VERSION,
    at: Number(options.at),
    cause: textOfCause(options.cause),
    body: bodyOf(options.event)
  }
  return { ...entry, hash: hashOf(options.head.hash, entry) }
}

const texts = new WeakMap<Cause, string>()

/** All entries of a member have one cause. */
const textOfCause = (cause: Cause): string => {
  const known = texts.get(cause)
  if (known !== undefined) return known
  const text = canonicalJson(cause)
  texts.set(cause, text)
  return text
}

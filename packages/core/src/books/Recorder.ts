import { STORE, type AccountName, type JournalName } from "../records/AccountName.ts"
import type * as Books from "./Books.ts"
import * as Met from "./Met.ts"
import { Missing, Need } from "./Need.ts"
import {
  of as idOf,
  type Counters,
  type BatchId,
  type IdOf,
  type Kind,
  type OrderId,
  type PayloadId,
  type TradeId
} from "../values/Id.ts"
import type { Ticker } from "../records/Ticker.ts"
import type * as Decimal from "../values/Decimal.ts"
import type { Reference } from "../values/Reference.ts"
import type { Instant } from "../values/Instant.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import { causeText, emptyHead, hashOf, type Cause, type Entry, type Head } from "../events/Entry.ts"
import { bodyOf } from "../events/encode.ts"
import { entityOf, EVENT_VERSION, type LedgerEvent } from "../events/Event.ts"
import { project } from "./project.ts"
import { allocationsOf } from "./project/allocations.ts"

/** What a broker said of trading in a symbol. */
export interface SymbolStatus {
  readonly isHalted: boolean
  /** It was asked whether it lends the symbol, and has not said. */
  readonly isLendingUnread: boolean
}

/** Planning's view of the world: what is not in the books but decides with them. */
export interface World {
  /** The ledger's clock for this group, never behind the journal's head. */
  readonly at: Instant
  /** What the clock says, where it is behind that: a broker is asked by the clock. */
  readonly clockAt?: Instant | undefined
  /** Is the market of an account open for sending, in the regular session unless another window is said? */
  readonly isSessionOpen: (account: AccountName, window?: TradingWindow) => boolean
  /** When that opens the next time after it was closed; none where it never closes. */
  readonly nextOpening: (account: AccountName, window?: TradingWindow) => Instant | undefined
  /** The newest price that a source of prices knows, read once a group. */
  readonly priceOf: (symbol: string) => Reference
  /** The newest price that the account's broker quoted. */
  readonly quoteOf: (account: AccountName, symbol: string) => Reference
  /** What brokers said of late that accounts may spend; left away where nobody is asked. */
  readonly buyingPower?: {
    /** In a currency, less what orders but this one took since; `undefined` where it is not known. */
    readonly of: (account: AccountName, currency: string, except?: OrderId) => Decimal.Decimal | undefined
    /** An order that is planned to be sent takes so much, however often it is planned. */
    readonly take: (account: AccountName, order: OrderId, cost: Decimal.Decimal) => void
  }
  /** What the account's broker said a moment ago of trading in an instrument. */
  readonly statusOf?: ((account: AccountName, symbol: string) => SymbolStatus) | undefined
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
  /** The next id of a kind. */
  readonly next: <K extends Kind>(kind: K) => IdOf[K]
  /** Makes sure that something is loaded; planning is run again with it where it is not. */
  readonly need: (need: Need) => void
  /** The bytes that this commit has stored, by what tells them apart: what several reports were read from is stored once. */
  readonly kept: Map<string, PayloadId>
  /** Marks a position for the checks and the evaluation at the commit's end (D1). */
  readonly touch: (symbol: Ticker) => void
  readonly touched: ReadonlySet<Ticker>
  /** Marks an order for the checks at the commit's end. */
  readonly touchOrder: (id: OrderId) => void
  /** The trades whose settlement may have changed, and the orders that changed. */
  readonly touchedTrades: ReadonlySet<TradeId>
  readonly touchedOrders: ReadonlySet<OrderId>
  /** The batches whose rows or status changed. */
  readonly touchedBatches: ReadonlySet<BatchId>
}

/** All that one group of members writes: entries by journal, ids, changed books. */
export interface Recording {
  readonly books: Books.Books
  readonly recorder: (account: AccountName, cause: Cause) => Recorder
  readonly entries: () => ReadonlyMap<string, ReadonlyArray<Entry>>
}

/** Where events become entries, and rows of the books. */
export interface Writer {
  readonly emitFor: (account: JournalName, cause: string, event: LedgerEvent, bytes?: Uint8Array) => void
  readonly entries: ReadonlyMap<string, ReadonlyArray<Entry>>
}

/** A writer of one commit's entries, all of which are of this moment. */
export const writerOf = (
  {
    books,
    commitId,
    heads
  }: {
    readonly books: Books.Books
    readonly heads: Pick<ReadonlyMap<string, Head>, "get">
    readonly commitId: string
  },
  at: Instant
): Writer => {
  const entries = new Map<string, Array<Entry>>()
  const entriesOf = (account: JournalName): Array<Entry> => {
    const known = entries.get(account)
    if (known !== undefined) return known
    const first: Array<Entry> = []
    entries.set(account, first)
    return first
  }
  return {
    entries,
    emitFor: (account, cause, event, bytes) => {
      const own = entriesOf(account)
      const head = own.at(-1) ?? heads.get(account) ?? emptyHead
      const entry = entryOf(account, head, cause, event, at, commitId)
      project(books, event, { account, seq: entry.seq, at, bytes })
      own.push(entry)
    }
  }
}

/** Begins the recording of a group. Throws `Missing` where a rule needs what was not loaded. */
export const begin = (options: {
  readonly books: Books.Books
  readonly met: Pick<Met.Met, "has">
  readonly horizons: Books.LotHorizons
  readonly heads: Pick<ReadonlyMap<string, Head>, "get">
  readonly counters: Counters
  readonly commitId: string
  readonly world: World
}): Recording => {
  const { books, world } = options
  const counters: { [K in Kind]: number } = { ...options.counters }
  // Most commits make none of these.
  let made: Met.Met | undefined
  const make = (need: Need): void => {
    made ??= Met.make()
    made.add(need)
  }
  const { emitFor, entries } = writerOf(options, world.at)
  return {
    books,
    entries: () => entries,
    recorder: (account, cause) => {
      const touched = new Set<Ticker>()
      const touchedTrades = new Set<TradeId>()
      const touchedOrders = new Set<OrderId>()
      const touchedBatches = new Set<BatchId>()
      const why = causeText(cause)
      const touch = (trade: TradeId | undefined, order: OrderId | undefined): void => {
        if (trade !== undefined) touchedTrades.add(trade)
        if (order !== undefined) touchedOrders.add(order)
      }
      return {
        books,
        world,
        horizons: options.horizons,
        account,
        cause,
        kept: new Map<string, PayloadId>(),
        touched,
        touchOrder: (id) => {
          touchedOrders.add(id)
        },
        touchedTrades,
        touchedOrders,
        touchedBatches,
        emit: (event, bytes) => {
          if (event._tag === "OrderCreated") {
            make(Need.OrderById({ id: event.id }))
            make(Need.ReleasedBy({ orderId: event.id }))
          }
          if (event._tag === "DecisionMade") make(Need.DecisionById({ id: event.id }))
          if (event._tag === "BatchCreated") make(Need.BatchById({ id: event.id }))
          emitFor(account, why, event, bytes)
          const batch = batchReached(books, event)
          if (batch !== undefined) touchedBatches.add(batch)
          reach(books, event, touch)
        },
        emitForStore: (event) => emitFor(STORE, why, event),
        next: (kind) => idOf(kind, counters[kind]++),
        need: (need) => {
          if (!options.met.has(need) && made?.has(need) !== true) throw new Missing(need)
        },
        touch: (symbol) => {
          touched.add(symbol)
        }
      }
    }
  }
}

/** Touches the trades whose settlement an event may change, and the orders that it changes. */
const reach = (
  books: Books.Books,
  event: LedgerEvent,
  touch: (trade: TradeId | undefined, order: OrderId | undefined) => void
): void => {
  switch (event._tag) {
    case "TradeAccepted":
    case "TradeReleased":
    case "RestWrittenOff":
      return touch(event.id, undefined)
    case "LotsNetted":
      touch(event.tradeId, undefined)
      return touch(event.counterTradeId, undefined)
    case "LotAllocated":
      touch(event.tradeId, event.orderId)
      return touch(undefined, event.counterOrderId)
    case "AllocationReleased": {
      const allocation = books.allocations.get(event.id)
      touch(allocation?.tradeId, allocation?.orderId)
      return touch(undefined, allocation?.counterOrderId)
    }
    case "OrderChanged":
      for (const { tradeId } of allocationsOf(books, event.id)) touch(tradeId, undefined)
      return touch(undefined, event.id)
    case "OrderCreated":
      return touch(undefined, event.id)
    case "ExcessChanged":
      return touch(undefined, event.orderId)
    default:
      return undefined
  }
}

/** The batch whose counts or status an event may change. Whatever is a row of one has it loaded. */
const batchReached = (books: Books.Books, event: LedgerEvent): BatchId | undefined => {
  if (books.batches.isEmpty()) return undefined
  switch (event._tag) {
    case "BatchMoved":
      return event.id
    case "TradeAccepted":
    case "TradeQuarantined":
    case "TradeReleased":
    case "TradeFailed":
    case "TradeSettled":
    case "DirectTradeSettled":
      return books.trades.get(event.id)?.batchId
    default:
      return undefined
  }
}

const entryOf = (
  account: JournalName,
  head: Head,
  cause: string,
  event: LedgerEvent,
  at: Instant,
  commitId: string
): Entry => {
  const entity = entityOf(event)
  const entry = {
    account,
    seq: head.seq + 1,
    commitId,
    entityKind: entity.kind,
    entityId: entity.id,
    tag: event._tag,
    eventVersion: EVENT_VERSION,
    at: Number(at),
    cause,
    body: bodyOf(event),
    hash: ""
  }
  entry.hash = hashOf(head.hash, entry)
  return entry
}

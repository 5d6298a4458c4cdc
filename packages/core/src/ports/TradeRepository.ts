import { Context, Schema, type Effect, type Stream } from "effect"
import type { Books, LotHorizons, TableChanges } from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import type { Met } from "../books/Met.ts"
import type { Need } from "../books/Need.ts"
import type { EncodedRow, TableName } from "../tables/Table.ts"
import type { Counters } from "../values/Id.ts"
import { textOf, type Entry, type FeedRow, type Head } from "../events/Entry.ts"
import type { Fence, Fenced, Leases } from "./Lease.ts"
import type { StoreError } from "./StoreError.ts"

export { ConstraintRefused, StoreUnavailable, type StoreError } from "./StoreError.ts"

/** A part of a journal: the entries of an account from one number to another. */
export const Span = Schema.Struct({ account: Schema.String, firstSeq: Schema.Int, lastSeq: Schema.Int })

/** A part of a journal. */
export type Span = typeof Span.Type

/**
 * A commit of this id was made before; nothing was planned or written again. `journals` says what it did then: whoever lost its
 * answer finds it there.
 */
export class AlreadyCommitted extends Schema.TaggedError<AlreadyCommitted>()("AlreadyCommitted", {
  commitId: Schema.String,
  journals: Schema.Array(Span)
}) {
  override get message() {
    const spans = this.journals.map(({ account, firstSeq, lastSeq }) => `${account} ${firstSeq}-${lastSeq}`)
    return `commit ${this.commitId} was made before (${spans.join(", ")})`
  }
}

/** Whatever a write can fail with. */
export type WriteError = StoreError | AlreadyCommitted | Fenced

/** Whose store this is: a random id, made once, and the incarnation, made anew by every restore or copy. */
export interface StoreIdentity {
  readonly id: string
  readonly incarnation: string
}

/** What one write is about: its commit's id and the records that must be before it. */
export interface Scope {
  /** Made anew for each commit: a repeated one is answered with what it did. */
  readonly commitId: string
  /** The journals that it will append to, as far as that is known: a store that locks them begins with these. */
  readonly accounts?: ReadonlyArray<string>
  readonly needs: ReadonlyArray<Need>
  /** The leases under which this commit drives brokers; a commit that only takes in trades and commands has none. */
  readonly fences?: ReadonlyArray<Fence>
}

/** The heads of journals by their names, each found when it is asked for: a write reads those that it appends to, and no others. */
export type Heads = Pick<ReadonlyMap<string, Head>, "get">

/** What planning sees: the books as loaded, the heads of the journals, the next free ids. */
export interface State {
  readonly books: Books
  /** The needs that are met. */
  readonly met: Pick<Met, "has" | "size">
  /** How far the open lots of positions are loaded. */
  readonly horizons: LotHorizons
  readonly heads: Heads
  /** The time of the newest of all heads' entries, in microseconds, 0 where there is none: no commit is written behind it. */
  readonly newestAt: number
  readonly counters: Counters
}

/** One account's part of a write: its entries in order of `seq`, and its new head. */
export interface JournalPart {
  readonly account: string
  readonly entries: readonly [Entry, ...ReadonlyArray<Entry>]
  readonly head: Head
}

/** What a planning wants written. */
export interface Planned<A> {
  readonly _tag: "Planned"
  readonly journals: ReadonlyArray<JournalPart>
  readonly changes: ReadonlyArray<TableChanges>
  readonly answer: A
}

/** What a planning ends with: it has planned all, or must know more first. */
export type Ended<A> = Planned<A> | { readonly _tag: "NeedMore"; readonly needs: ReadonlyArray<Need> }

/** What a planning ends with, or that others may have the thread before it goes on. */
export type Plan<A> = Ended<A> | { readonly _tag: "Pause" }

/** Plans a write on what it sees; pure. */
export type Planning<A> = (state: State) => Plan<A>

/** What the journals of a write are remembered by. */
export const spansOf = (journals: ReadonlyArray<JournalPart>): ReadonlyArray<Span> =>
  journals.map(({ account, entries, head }) => ({ account, firstSeq: entries[0].seq, lastSeq: head.seq }))

const Remembered = Schema.parseJson(Schema.Array(Span))

/** A commit as a store remembers it, under its id: canonical JSON, written out, since every commit has one. */
export const rememberedAs = (journals: ReadonlyArray<JournalPart>): string =>
  `[${spansOf(journals)
    .map(
      ({ account, firstSeq, lastSeq }) => `{"account":${textOf(account)},"firstSeq":${firstSeq},"lastSeq":${lastSeq}}`
    )
    .join(",")}]`

/** What a commit did that was made before, of what the store remembers of it; throws where that cannot be read. */
export const alreadyCommitted = (commitId: string, remembered: string): AlreadyCommitted =>
  new AlreadyCommitted({ commitId, journals: Schema.decodeSync(Remembered)(remembered) })

/** What a write did. */
export interface Written<A> {
  readonly answer: A
  /** Where the store-wide order stands, as far as the store knows: one that appends to it apart may not have this write in it yet. */
  readonly feedPosition: number
}

/** A condition on one column: one of these cells, or a half-open range. */
export type Filter =
  | { readonly column: string; readonly in: ReadonlyArray<Cell> }
  | { readonly column: string; readonly atLeast?: Cell; readonly below?: Cell }

/** A page of one table by its key or another unique order: `after` is the last row's cells of `orderBy`. */
export interface PageQuery {
  readonly table: TableName
  readonly where: ReadonlyArray<Filter>
  readonly orderBy: ReadonlyArray<string>
  readonly descending: boolean
  readonly after: ReadonlyArray<Cell> | undefined
  /** At most 1,000. */
  readonly limit: number
  /** Rows as they stand, those too that cannot be read back: for an audit, which says what is wrong with them. */
  readonly asTheyStand?: boolean
}

/** Which rows of a table are counted: those that meet all filters of one of `anyOf`, each once; none where it is empty. */
export interface CountQuery {
  readonly table: TableName
  readonly anyOf: ReadonlyArray<ReadonlyArray<Filter>>
  /** So many are counted one by one at most, 1 to 100,000: what it costs does not grow with what is in the table. */
  readonly upTo: number
}

/** Operational tables whose rows are of use for a time: no journal tells of them, and no other row names them. */
export const passingTables = ["ops_requests", "ops_reconciliations"] as const satisfies ReadonlyArray<TableName>

/** Which rows of an operational table are forgotten: those whose `column`, a time, is below a moment, the oldest first. */
export interface ForgetQuery {
  /** The journal without entries under whose lock these rows are changed. */
  readonly queue: string
  readonly table: (typeof passingTables)[number]
  readonly column: string
  readonly below: number
  /** At most 1,000. */
  readonly atMost: number
}

/**
 * How many rows there are. `exactly` so many, where they are no more than were to be counted. Where there are more, `about` so many
 * by what the database knows without counting, or `atLeast` so many, the bound, where it knows nothing better.
 */
export interface Count {
  readonly kind: "exactly" | "about" | "atLeast"
  readonly rows: number
}

/**
 * The answer of a store that counted one row beyond the bound at most, and then asked for an estimate where it has one. An estimate
 * below what was counted is of a database that has not looked at the table for long, and is not told.
 */
export const countOf = (upTo: number, counted: number, estimate?: number): Count => {
  if (counted <= upTo) return { kind: "exactly", rows: counted }
  return estimate === undefined || estimate <= upTo
    ? { kind: "atLeast", rows: upTo }
    : { kind: "about", rows: estimate }
}

/** A page of a journal, in order of `seq`, or of the whole store in feed order. */
export interface EntryQuery {
  readonly account: string
  readonly afterSeq: number
  readonly entity: { readonly kind: string; readonly id: string } | undefined
  readonly limit: number
}

/** Which heads are asked for: those of these journals after the commit at a position of the feed. */
export interface HeadsQuery {
  /** At most 1,000. */
  readonly accounts: ReadonlyArray<string>
  readonly position: number
}

/** How the books are kept. A store holds no rule: rows and entries are made by core, and it writes them in one transaction. */
export interface TradeRepositoryService {
  readonly identity: StoreIdentity
  /**
   * Loads what `scope` needs under the locks of the write, runs `plan` (pure, synchronous, run again when it answers `NeedMore` or
   * on a conflict; called with the very same state, on books as it left them, when it answers `Pause`; a run that begins anew
   * after a failure gets a state of its own) and writes rows, entries, heads and feed in one transaction, durable when it returns.
   * That transaction first compares the scope's fences with the newest tokens, and keeps nothing where one is outdated. Where the
   * connection breaks at the COMMIT, the store looks whether it was made before it answers.
   */
  readonly write: <A>(scope: Scope, plan: Planning<A>) => Effect.Effect<Written<A>, WriteError>
  /**
   * Is it another process that writes the rows, so that this one's thread can be left to others while a write goes on? Planning then
   * pauses every few milliseconds, and groups of members are larger. Nothing where the thread waits for the disk.
   */
  readonly writesElsewhere?: boolean
  /** Who drives which account. */
  readonly leases: Leases
  readonly page: (query: PageQuery) => Effect.Effect<ReadonlyArray<EncodedRow>, StoreError>
  /** How many rows there are beside a page: exactly up to a bound, beyond it as far as the store can tell without counting. */
  readonly count: (query: CountQuery) => Effect.Effect<Count, StoreError>
  readonly entries: (query: EntryQuery) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
  /** Feed rows after a position, in order; at most `limit`. */
  readonly feed: (after: number, limit: number) => Effect.Effect<ReadonlyArray<FeedRow>, StoreError>
  readonly heads: Effect.Effect<ReadonlyMap<string, Head>, StoreError>
  /**
   * The heads of journals after a position of the feed, without those that had no entry by then. The cost is that of the journals named,
   * whatever else is in the feed.
   */
  readonly headsAt: (query: HeadsQuery) => Effect.Effect<ReadonlyMap<string, Head>, StoreError>
  /** Forgets rows that are of no more use, and says how many there were; nothing where a store keeps them for good. */
  readonly forget?: (query: ForgetQuery) => Effect.Effect<number, WriteError>
  /**
   * Says that somebody may have committed, this process or another; nothing where a store cannot tell. Whoever looks for work takes
   * it as a hint, and looks by the clock too.
   */
  readonly news?: Stream.Stream<void>
  /** Runs reads so that all of them see one and the same state, whatever is committed meanwhile. */
  readonly snapshot: <A, E, R>(reads: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
}

/** The store of trades, positions, orders, fills and the journal that proves them (SDK-1). */
export class TradeRepository extends Context.Tag("@roundlot/core/TradeRepository")<
  TradeRepository,
  TradeRepositoryService
>() {}

/** A list's page of records together with the cursor of the next one. */
export interface Page<R> {
  readonly items: ReadonlyArray<R>
  readonly next: ReadonlyArray<Cell> | undefined
}

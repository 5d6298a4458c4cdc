import { Effect, Option, Queue, Schema, Stream } from "effect"
import type { Entry } from "../events/Entry.ts"
import { decodeEntry, timeOf } from "../events/decode.ts"
import type { LedgerEvent } from "../events/Event.ts"
import type { Ledger } from "../ledger/Ledger.ts"
import type { StoreError } from "../ports/StoreError.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import type { AccountName } from "../records/AccountName.ts"
import { FillTable, type Fill } from "../records/Fill.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { format } from "../values/Id.ts"
import type * as Instant from "../values/Instant.ts"
import * as Feed from "./Feed.ts"
import * as Reads from "./Reads.ts"

/** Before the first event of a store. */
export const BEGINNING = "beginning"

/** What is to be heard. */
export interface Wanted<Tag extends LedgerEvent["_tag"] = LedgerEvent["_tag"]> {
  /** From which cursor on, or from the `BEGINNING`; only what happens from now on where nothing is said. */
  readonly after?: string | undefined
  /** One account's alone. */
  readonly account?: AccountName | undefined
  /** The events of these kinds alone. */
  readonly tags?: ReadonlyArray<Tag> | undefined
  /** Ends once all that there is was read, instead of waiting for more. */
  readonly ends?: boolean | undefined
}

/** What happened: an entry of a journal, as it was decided. */
export interface Happened<Event extends LedgerEvent = LedgerEvent> {
  /** Goes on after it, when it is given as `after`. */
  readonly cursor: string
  readonly account: string
  /** Its number in the journal of its account. */
  readonly seq: number
  /** When it was written. */
  readonly at: Instant.Instant
  readonly event: Event
  /** The entry as it was written, with its cause and its hash. */
  readonly entry: Entry
}

/** What was read at once. `cursor` goes on after all of it, what was not wanted too. */
export interface Page<Event extends LedgerEvent = LedgerEvent> {
  readonly cursor: string
  readonly events: ReadonlyArray<Happened<Event>>
}

/** An entry cannot be read by this version: nothing after it is passed on, so that nothing is missed. */
export class UnreadableEntry extends Schema.TaggedError<UnreadableEntry>()("UnreadableEntry", {
  account: Schema.String,
  seq: Schema.Int,
  why: Schema.String
}) {
  override get message() {
    return `entry ${this.seq} of the journal of ${this.account} cannot be read: ${this.why}`
  }
}

/** What ends a stream of events. */
export type EventsError = Feed.LostCursor | StoreError | UnreadableEntry

type Hearing<A> = Stream.Stream<A, EventsError, Ledger | TradeRepository>

/** A fill and its order, as both stand when it is read. */
export interface FillHappened {
  readonly cursor: string
  /** It was booked, got its price, or its commission came. */
  readonly change: "booked" | "priced" | "commission"
  readonly at: Instant.Instant
  readonly fill: Fill
  readonly order: Order
}

/**
 * Events in the order in which they were committed, each once, in pages of what there is; then it waits for more. What is slow to take
 * them is waited for. Go on after a restart with the newest cursor that was worked through: a page of which nothing was wanted moves it too.
 */
export const pages = <Tag extends LedgerEvent["_tag"] = LedgerEvent["_tag"]>(
  wanted: Wanted<Tag> = {}
): Hearing<Page<Extract<LedgerEvent, { readonly _tag: Tag }>>> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { incarnation } = (yield* TradeRepository).identity
      const hinted = yield* Queue.sliding<void>(1)
      yield* Effect.forkScoped(Stream.runForEach(Feed.hints, () => Queue.offer(hinted, undefined)))
      const next = (
        place: Place
      ): Effect.Effect<readonly [Page<EventOf<Tag>>, Option.Option<Place>], EventsError, TradeRepository> =>
        Effect.gen(function* () {
          for (;;) {
            const commits = yield* Feed.commitsAfter(
              place.position,
              AT_ONCE,
              ({ account }) => wanted.account === undefined || account === wanted.account
            )
            const last = commits.at(-1)?.row.position
            if (last === undefined) {
              if (wanted.ends === true) return [endOf(incarnation, place), Option.none()] as const
              yield* Queue.take(hinted)
              continue
            }
            const fresh = commits.flatMap((commit) => entriesOf(incarnation, commit, place))
            const events = yield* Effect.forEach(fresh.filter(isOf(wanted.tags)), (each) => happened(wanted.tags, each))
            const page = { cursor: Feed.cursorOf(incarnation, { position: last }), events: events.flat() }
            return [page, Option.some({ position: last, afterSeq: 0 })] as const
          }
        })
      return Stream.paginateEffect(yield* beginningOf(incarnation, wanted.after), next)
    })
  )

/**
 * The same, one by one.
 *
 * @example
 * Events.stream({ after: Events.BEGINNING, tags: ["BreakOpened"] }).pipe(
 *   Stream.runForEach(({ cursor, event }) => page(event.kind, cursor))
 * )
 */
export const stream = <Tag extends LedgerEvent["_tag"] = LedgerEvent["_tag"]>(
  wanted: Wanted<Tag> = {}
): Hearing<Happened<EventOf<Tag>>> => Stream.flattenIterables(Stream.map(pages(wanted), ({ events }) => events))

/**
 * Every revision of every execution as it is booked, with its order: side, symbol and what it was for. Of one `execIdBase` the fill that is
 * `canonical` counts; a bust has the quantity zero. A fill comes again when its price or its commission is known later.
 */
export const fills = (wanted: Pick<Wanted, "account" | "after"> = {}): Hearing<FillHappened> =>
  stream({ ...wanted, tags: ["FillRecorded", "FillPriced", "CommissionRecorded"] }).pipe(
    Stream.mapEffect(({ at, cursor, event }) =>
      Effect.gen(function* () {
        const id = event._tag === "FillRecorded" ? event.id : event.fillId
        const fill = yield* Reads.first(FillTable, { where: [{ column: "id", in: [id] }] })
        const order = fill && (yield* Reads.first(OrderTable, { where: [{ column: "id", in: [fill.orderId] }] }))
        if (fill === undefined || order === undefined) {
          return yield* Effect.dieMessage(`the journal has fill ${format("fill", id)}, and the books do not`)
        }
        return { cursor, change: changes[event._tag], at, fill, order }
      })
    )
  )

const changes = { FillRecorded: "booked", FillPriced: "priced", CommissionRecorded: "commission" } as const

type EventOf<Tag extends LedgerEvent["_tag"]> = Extract<LedgerEvent, { readonly _tag: Tag }>

/** Nothing follows a place. */
const endOf = (incarnation: string, { afterSeq, position }: Place) => ({
  cursor: Feed.cursorOf(incarnation, afterSeq === 0 ? { position } : { position: position + 1, seq: afterSeq }),
  events: []
})

/** How many commits are read at once. */
const AT_ONCE = 200

/** After the commit at `position`, of the next one after the entry `afterSeq` of its journal. */
interface Place {
  readonly position: number
  readonly afterSeq: number
}

/** An entry, and the cursor after it. */
interface Placed {
  readonly cursor: string
  readonly entry: Entry
}

const beginningOf = (incarnation: string, after: string | undefined) =>
  Effect.gen(function* () {
    if (after === BEGINNING) return { position: 0, afterSeq: 0 }
    const newest = (yield* Feed.newestRow)?.position ?? 0
    if (after === undefined) return { position: newest, afterSeq: 0 }
    const { position, seq } = yield* Feed.placeOf(after, incarnation)
    if (position > newest) return yield* Feed.aheadOfStore
    if (seq === undefined) return { position, afterSeq: 0 }
    const [row] = position === 0 ? [] : yield* (yield* TradeRepository).feed(position - 1, 1)
    if (row === undefined || seq < row.firstSeq || seq > row.lastSeq) return yield* Feed.noSuchPlace
    return { position: position - 1, afterSeq: seq }
  })

/** The entries of a commit, of the one that follows the place those after `afterSeq` alone. */
const entriesOf = (
  incarnation: string,
  { entries, row }: Feed.Commit,
  { afterSeq, position }: Place
): ReadonlyArray<Placed> =>
  entries
    .filter(({ seq }) => row.position > position + 1 || seq > afterSeq)
    .map((entry) => ({
      cursor: Feed.cursorOf(incarnation, {
        position: row.position,
        ...(entry.seq === row.lastSeq ? {} : { seq: entry.seq })
      }),
      entry
    }))

const isOf =
  (tags: ReadonlyArray<string> | undefined) =>
  ({ entry }: Placed): boolean =>
    tags === undefined || tags.includes(entry.tag)

const isWanted =
  <Tag extends LedgerEvent["_tag"]>(tags: ReadonlyArray<Tag> | undefined) =>
  (event: LedgerEvent): event is EventOf<Tag> =>
    tags === undefined || tags.some((tag) => tag === event._tag)

const happened = <Tag extends LedgerEvent["_tag"]>(
  tags: ReadonlyArray<Tag> | undefined,
  { cursor, entry }: Placed
): Effect.Effect<ReadonlyArray<Happened<EventOf<Tag>>>, UnreadableEntry> =>
  Effect.mapBoth(decodeEntry(entry), {
    onFailure: (why) => new UnreadableEntry({ account: entry.account, seq: entry.seq, why }),
    onSuccess: (event) =>
      isWanted(tags)(event) ? [{ cursor, account: entry.account, seq: entry.seq, at: timeOf(entry), event, entry }] : []
  })

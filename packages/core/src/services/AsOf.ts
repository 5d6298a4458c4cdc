import { Chunk, Effect, Option, Schema } from "effect"
import { STORE, type AccountName, type JournalName } from "../records/AccountName.ts"
import { domainTables } from "../tables/Table.ts"
import * as audit from "../ledger/audit.ts"
import { timeOf } from "../events/decode.ts"
import type { Head } from "../events/Entry.ts"
import * as AccountScope from "../ports/AccountScope.ts"
import * as MemoryRepository from "../memory/MemoryRepository.ts"
import * as MemoryStore from "../memory/MemoryStore.ts"
import {
  StoreUnavailable,
  TradeRepository,
  type Planned,
  type StoreError,
  type TradeRepositoryService
} from "../ports/TradeRepository.ts"
import { turn } from "../ports/Clock.ts"
import * as Checkpointing from "./Checkpointing.ts"
import * as Instant from "../values/Instant.ts"

/** When the books are to be seen: after the commit at a position of the feed, or at a time. */
export type Moment = { readonly position: number } | { readonly time: Instant.Instant }

/** A moment of which these books cannot say how they stood. */
export class UnknownMoment extends Schema.TaggedError<UnknownMoment>()("UnknownMoment", {
  asked: Schema.String,
  newest: Schema.Int
}) {
  override get message() {
    return `${this.asked} does not exist: the feed has positions 1 to ${this.newest}`
  }
}

/** The books as they stood: readable like those of today, and without any way back into them. */
export interface Past {
  readonly position: number
  readonly at: Instant.Instant
  readonly repository: TradeRepositoryService
}

/** Heads of journals by their names. */
type Heads = ReadonlyMap<string, Head>

interface Place {
  readonly position: number
  readonly at: Instant.Instant
  readonly heads: Heads
}

/** So many entries are folded, rows laid down, or heads read, before timers and sockets have their turn. */
const SLICE = 200

/**
 * The books of `accounts` (and what the store's own journal says of all) after a position of the feed or at a time: their journals
 * folded up to there by the function that wrote the rows. Bytes of payloads are today's, as far as they are still kept.
 *
 * @example
 * const past = yield* AsOf.books({ position: 812 }, [account])
 * yield* Effect.provideService(Reads.all(OrderTable), TradeRepository, past.repository)
 */
export const books = (
  moment: Moment,
  accounts: ReadonlyArray<AccountName>
): Effect.Effect<Past, UnknownMoment | StoreError, TradeRepository> =>
  Effect.zipRight(AccountScope.requireEach(accounts), AccountScope.lifted(folding(moment, accounts)))

/** What is folded of the store's own journal is no account's: books that are looked at give none of it away. */
const folding = (moment: Moment, accounts: ReadonlyArray<AccountName>) =>
  Effect.gen(function* () {
    const live = yield* TradeRepository
    const names: ReadonlyArray<JournalName> = [STORE, ...accounts]
    const { at, heads, position } = yield* live.snapshot(placeOf(moment, Effect.succeed(names)))
    // Entries are never written again: to fold them needs no snapshot.
    const fold = audit.begin()
    for (const name of names) yield* folded(fold, name, heads.get(name)?.seq ?? 0)
    return { position, at, repository: AccountScope.guarded(yield* standing(live, fold, heads, position)) }
  })

/**
 * The journals of all accounts and the feed as they stood after a position of the feed or at a time: nothing is folded, and there are
 * no rows beside them.
 *
 * @example
 * const past = yield* AsOf.journals({ position: 812 })
 * const heads = yield* past.repository.heads
 */
export const journals = (moment: Moment): Effect.Effect<Past, UnknownMoment | StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (live) =>
    Effect.map(AccountScope.lifted(live.snapshot(placeOf(moment, allNames))), ({ at, heads, position }) => ({
      position,
      at,
      repository: AccountScope.guarded(until(live, heads, position))
    }))
  )

const allNames = Effect.flatMap(TradeRepository, ({ heads }) => Effect.map(heads, (all) => [...all.keys()]))

/** The position that a moment means, its time, and where the named journals ended then. */
const placeOf = (
  moment: Moment,
  names: Effect.Effect<ReadonlyArray<string>, StoreError, TradeRepository>
): Effect.Effect<Place, UnknownMoment | StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const position = "position" in moment ? moment.position : yield* positionAt(moment.time)
    const committed = position === 0 ? Instant.make(0n) : yield* commitTime(position)
    if (committed === undefined) return yield* unknown(`position ${position}`)
    return { position, at: "time" in moment ? moment.time : committed, heads: yield* headsAt(yield* names, position) }
  })

const unknown = (asked: string) =>
  Effect.flatMap(newestPosition, (newest) => Effect.fail(new UnknownMoment({ asked, newest })))

const rowAt = (position: number) =>
  Effect.flatMap(TradeRepository, (repository) =>
    Effect.map(position < 1 ? Effect.succeed([]) : repository.feed(position - 1, 1), ([row]) => row)
  )

/** The time of the commit at a position that is there. */
const commitTime = (position: number) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const row = yield* rowAt(position)
    if (row === undefined) return undefined
    const { account, lastSeq } = row
    const [entry] = yield* repository.entries({ account, afterSeq: lastSeq - 1, entity: undefined, limit: 1 })
    return entry === undefined ? undefined : timeOf(entry)
  })

/** The greatest position that `holds`, where those below it hold as well; 0 where none does. */
const lastWhere = <E, R>(holds: (position: number) => Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    let beyond = 1
    while (yield* holds(beyond)) beyond *= 2
    let known = Math.floor(beyond / 2)
    while (beyond - known > 1) {
      const middle = known + Math.floor((beyond - known) / 2)
      if (yield* holds(middle)) known = middle
      else beyond = middle
    }
    return known
  })

const newestPosition = lastWhere((position) => Effect.map(rowAt(position), (row) => row !== undefined))

/** Positions are in order of time, since no commit is written behind the newest entry. */
const positionAt = (time: Instant.Instant) =>
  lastWhere((position) => Effect.map(commitTime(position), (at) => at !== undefined && at <= time))

const headsAt = (names: ReadonlyArray<string>, position: number) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const found = new Map<string, Head>()
    for (const accounts of Chunk.chunksOf(Chunk.fromIterable(names), SLICE)) {
      const heads = yield* repository.headsAt({ accounts: [...accounts], position })
      for (const [name, head] of heads) found.set(name, head)
      yield* turn
    }
    return found
  })

const folded = (fold: audit.Fold, account: JournalName, until: number) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    let { seq } = yield* Checkpointing.begin(fold, account, until)
    while (seq < until) {
      const limit = Math.min(SLICE, until - seq)
      const page = yield* repository.entries({ account, afterSeq: seq, entity: undefined, limit })
      for (const entry of page) {
        if (!audit.fold(fold, account, entry)) return yield* broken(account, fold.findings.at(-1)?.what)
      }
      if (page.length === 0) return yield* broken(account, `entry ${seq + 1} is missing`)
      seq += page.length
      yield* turn
    }
  })

const broken = (account: string, what = "it cannot be read") =>
  new StoreUnavailable({
    place: `the journal of ${account}`,
    problem: "corrupt",
    detail: what,
    remedy: "Audit the store to see what else differs."
  })

/** Lays the folded rows down in a store in memory, slice by slice. */
const laidDown = Effect.fn("AsOf.laidDown")(function* (store: MemoryStore.MemoryStore, { books: folded }: audit.Fold) {
  let slices = 0
  const write = (changes: Planned<unknown>["changes"]) =>
    store.write({ commitId: `as of ${slices++}`, needs: [] }, () => ({
      _tag: "Planned",
      answer: undefined,
      changes,
      journals: []
    }))
  for (const table of domainTables) {
    const shelf = folded[table]
    for (const keys of Chunk.chunksOf(Chunk.fromIterable(shelf.keys()), SLICE)) {
      const inserts = Chunk.toReadonlyArray(Chunk.filterMap(keys, (key) => Option.fromNullable(shelf.row(key))))
      write([{ table, inserts, updates: [] }])
      yield* turn
    }
  }
})

/**
 * A store in memory with the folded rows. Bytes, which the journal does not have, the feed and entries, which are never written again, are
 * read from the live one.
 */
const standing = Effect.fn("AsOf.standing")(function* (
  live: TradeRepositoryService,
  fold: audit.Fold,
  heads: Heads,
  position: number
) {
  const store = MemoryStore.make()
  yield* laidDown(store, fold)
  const memory = MemoryRepository.make(store)
  const past: TradeRepositoryService = {
    ...memory,
    ...journalsUntil(live, heads, position),
    page: (query) =>
      query.table === "payloads"
        ? Effect.map(live.page(query), (rows) =>
            rows.filter((row) => fold.books.payloads.get(Number(row["id"])) !== undefined)
          )
        : memory.page(query),
    snapshot: (reads) => Effect.provideService(reads, TradeRepository, past)
  }
  return past
})

/** The journals and the feed of a store up to where they ended. */
const journalsUntil = (
  live: TradeRepositoryService,
  heads: Heads,
  position: number
): Pick<TradeRepositoryService, "identity" | "entries" | "heads" | "headsAt" | "feed"> => ({
  identity: live.identity,
  entries: (query) =>
    Effect.map(live.entries(query), (found) => found.filter(({ seq }) => seq <= (heads.get(query.account)?.seq ?? 0))),
  feed: (after, limit) =>
    after >= position ? Effect.succeed([]) : live.feed(after, Math.min(limit, position - after)),
  heads: Effect.succeed(heads),
  headsAt: ({ accounts, ...query }) =>
    live.headsAt({
      accounts: accounts.filter((name) => heads.has(name)),
      position: Math.min(position, query.position)
    })
})

/** The journals and the feed of a store up to a place; what else it has is not there. */
const until = (live: TradeRepositoryService, heads: Heads, position: number): TradeRepositoryService => {
  const past: TradeRepositoryService = {
    ...MemoryRepository.make(MemoryStore.make()),
    ...journalsUntil(live, heads, position),
    snapshot: (reads) => Effect.provideService(reads, TradeRepository, past)
  }
  return past
}

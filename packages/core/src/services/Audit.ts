import { Effect, Schema } from "effect"
import { AccountName, STORE, type JournalName } from "../records/AccountName.ts"
import { tables } from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import { domainTables, type EncodedRow, type TableName } from "../tables/Table.ts"
import * as audit from "../ledger/audit.ts"
import { emptyHead, nextFeedRow, type Entry, type FeedRow } from "../events/Entry.ts"
import { turn } from "../ports/Clock.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"

/** What an audit came to. */
export interface AuditReport {
  readonly ok: boolean
  readonly entries: number
  readonly findings: ReadonlyArray<audit.Finding>
  /** Payloads whose bytes retention dropped: their hashes stay, the bytes cannot be proven any more. */
  readonly archived: number
}

/** A place in the feed and the hash it had: proves that nothing before it was changed or cut (`journal head` prints it). */
export interface Anchor {
  readonly position: number
  readonly hash: string
}

/** So many entries are folded, or rows compared, before timers and sockets have their turn. */
const PAGE = 200

/**
 * Folds every journal with the function that wrote the rows, compares every domain table, checks the conservation rules, the
 * hash chains and the feed. An unreadable row is a finding like any other.
 */
export const run = (anchors: ReadonlyArray<Anchor> = []): Effect.Effect<AuditReport, StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (repository) => repository.snapshot(prove(anchors)))

const prove = (anchors: ReadonlyArray<Anchor>): Effect.Effect<AuditReport, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const fold = audit.begin()
    const heads = yield* repository.heads
    for (const account of heads.keys()) yield* foldJournal(fold, journalName(account), () => undefined)
    for (const [account, head] of heads) {
      const reached = fold.heads.get(account) ?? emptyHead
      const isBroken = fold.findings.some((finding) => finding.account === account)
      if (!isBroken && (reached.seq !== head.seq || reached.hash !== head.hash)) {
        const what = `the head says entry ${head.seq}, the journal ends at ${reached.seq}`
        fold.findings.push({ where: `journal of ${account}`, what, account, seq: reached.seq })
      }
    }
    for (const table of domainTables) yield* compareStored(fold, table)
    audit.checkConservation(fold)
    yield* checkFeed(fold, anchors)
    const findings = yield* traced(fold)
    return { ok: findings.length === 0, entries: fold.entries, findings, archived: fold.archived.size }
  })

/** The findings, each with the first entry that disagrees with what a table says: a second fold, where there are any. */
const traced = (found: audit.Fold): Effect.Effect<ReadonlyArray<audit.Finding>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const tracing = audit.trace(found)
    if (tracing === undefined) return found.findings
    for (const account of tracing.accounts) {
      const fold = audit.begin()
      yield* foldJournal(fold, journalName(account), (entry) => tracing.look(fold.books, entry.seq))
    }
    return tracing.findings()
  })

const isAccountName = Schema.is(AccountName)

const journalName = (account: string): JournalName => (isAccountName(account) ? account : STORE)

const foldJournal = Effect.fn("Audit.foldJournal")(function* (
  fold: audit.Fold,
  account: JournalName,
  after: (entry: Entry) => void
) {
  const repository = yield* TradeRepository
  let afterSeq = 0
  for (;;) {
    const entries: ReadonlyArray<Entry> = yield* repository.entries({
      account,
      afterSeq,
      entity: undefined,
      limit: PAGE
    })
    for (const entry of entries) {
      if (!audit.fold(fold, account, entry)) return
      after(entry)
      afterSeq = entry.seq
    }
    if (entries.length < PAGE) return
    yield* turn
  }
})

/** Compares all stored rows of a table with those that the journal gives; what differs is among the findings of the fold. */
export const compareStored = (fold: audit.Fold, table: TableName): Effect.Effect<void, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const { key } = tables[table]
    const comparison = audit.comparing(fold, table)
    let after: ReadonlyArray<Cell> | undefined
    for (;;) {
      const page: ReadonlyArray<EncodedRow> = yield* repository.page({
        table,
        where: [],
        orderBy: key,
        descending: false,
        after,
        limit: PAGE,
        asTheyStand: true
      })
      for (const row of page) comparison.row(row)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return comparison.end()
      after = key.map((column) => last[column] ?? null)
      yield* turn
    }
  })

/** The feed's own chain, that its heads are entries of the journals, and the anchors that are given. */
const checkFeed = Effect.fn("Audit.checkFeed")(function* (fold: audit.Fold, anchors: ReadonlyArray<Anchor>) {
  const repository = yield* TradeRepository
  let previous: FeedRow | undefined
  const hashes = new Map<number, string>()
  const anchored = new Set(anchors.map(({ position }) => position))
  const say = (position: number, what: string, account: string | undefined) =>
    fold.findings.push({ where: `feed ${position}`, what, account, seq: undefined })
  const reached = new Map<string, number>()
  for (;;) {
    const rows: ReadonlyArray<FeedRow> = yield* repository.feed(previous?.position ?? 0, PAGE)
    for (const row of rows) {
      const wanted = nextFeedRow(previous, row)
      if (wanted.position !== row.position || wanted.feedHash !== row.feedHash) {
        say(row.position, "does not follow from the row before it", row.account)
        return
      }
      if (row.firstSeq !== (reached.get(row.account) ?? 0) + 1)
        say(row.position, "skips or repeats entries", row.account)
      reached.set(row.account, row.lastSeq)
      if (anchored.has(row.position)) hashes.set(row.position, row.feedHash)
      previous = row
    }
    if (rows.length < PAGE) break
    yield* turn
  }
  for (const [account, head] of fold.heads) {
    if (reached.get(account) !== head.seq)
      say(previous?.position ?? 0, `ends before entry ${head.seq} of ${account}`, account)
  }
  // What was changed there is changed in all that follow.
  const [first] = anchors
    .filter(({ hash, position }) => hashes.get(position) !== hash)
    .toSorted((one, other) => one.position - other.position)
  if (first !== undefined) {
    say(first.position, "is not what the anchor says: what came before it was changed or cut", undefined)
  }
})

import { Effect } from "effect"
import { tables } from "../books/Books.ts"
import { emptyHead, nextFeedRow, type Entry, type FeedRow } from "../events/Entry.ts"
import * as audit from "../ledger/audit.ts"
import * as checkpoint from "../ledger/checkpoint.ts"
import { turn } from "../ports/Clock.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import type { Cell } from "../tables/Column.ts"
import { domainTables, type EncodedRow, type TableName } from "../tables/Table.ts"
import {
  checkHead,
  foldJournal,
  journalName,
  unlikeHead,
  type Anchor,
  type AuditReport,
  type Progress
} from "./Audit.ts"
import * as Checkpointing from "./Checkpointing.ts"
import { sliced } from "./sliced.ts"

/** So many entries are folded, or rows compared, before timers and sockets have their turn. */
const PAGE = 200

/** An audit of what came after an anchor. */
export interface SinceReport extends AuditReport {
  /** The accounts in which something was new, and from which entry on each of them was folded. */
  readonly from: ReadonlyMap<string, number>
}

/**
 * Proves what came after an anchor, and reads nothing before it but checkpoints that are believed: the feed from there on, the new entries
 * of its accounts, and the rows that these made or changed. A row that nothing new touches is not looked at, nor one that no entry made:
 * those a whole audit finds.
 */
export const since = (
  anchor: Anchor,
  tell: (progress: Progress) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<SinceReport, StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (repository) => repository.snapshot(proveSince(anchor, tell)))

const proveSince = Effect.fnUntraced(function* (anchor: Anchor, tell: (progress: Progress) => Effect.Effect<void>) {
  const repository = yield* TradeRepository
  const heads = yield* repository.heads
  const findings: Array<audit.Finding> = []
  const news = yield* newSince(anchor, findings)
  const from = new Map<string, number>()
  let entries = 0
  let archived = 0
  let all = 0
  for (const [account, { first }] of news) all += (heads.get(account)?.seq ?? 0) - first + 1
  for (const [account, { first, last, named }] of news) {
    const fold = audit.begin()
    const { seq } = yield* Checkpointing.begin(fold, journalName(account), first - 1)
    from.set(account, seq + 1)
    // What stands there already is not new.
    const after = (entry: Entry) => {
      if (entry.seq === first - 1) checkpoint.settle(fold)
      const row = named.get(entry.seq)
      if (row !== undefined && row.headHash !== entry.hash) findings.push(unlikeHead(row))
    }
    if (seq === first - 1) checkpoint.settle(fold)
    const before = entries
    const tellDone = (done: number) => tell({ step: "journals", done: Math.min(before + done, all), of: all })
    yield* foldJournal(fold, journalName(account), after, tellDone)
    const { seq: reached } = checkHead(fold, account, heads.get(account) ?? emptyHead)
    if (fold.findings.length === 0 && reached !== last) {
      const what = `the feed ends at entry ${last}, the journal at ${reached}`
      findings.push({ where: `journal of ${account}`, what, account, seq: reached })
    }
    entries += Math.max(0, reached - first + 1)
    archived += fold.archived.size
    yield* sliced(audit.checkConservation(fold), () => undefined)
    for (const table of domainTables) yield* compareTouched(fold, table)
    findings.push(...fold.findings)
  }
  return { ok: findings.length === 0, entries, findings, archived, from }
})

/** What the feed names of a journal since the anchor: from which entry to which, and its rows by their last entries. */
interface New {
  readonly first: number
  last: number
  readonly named: Map<number, FeedRow>
}

/** What is new of every journal that has anything; that the feed goes on from the anchor is proven on the way. */
const newSince = Effect.fnUntraced(function* (anchor: Anchor, findings: Array<audit.Finding>) {
  const repository = yield* TradeRepository
  const news = new Map<string, New>()
  const say = (position: number, what: string) =>
    findings.push({ where: `feed ${position}`, what, account: undefined, seq: undefined })
  let previous = (yield* repository.feed(anchor.position - 1, 1))[0]
  if (previous?.position !== anchor.position || previous.feedHash !== anchor.hash) {
    say(anchor.position, "differs from the anchor: an earlier entry was changed or removed")
    return news
  }
  for (;;) {
    const rows: ReadonlyArray<FeedRow> = yield* repository.feed(previous.position, PAGE)
    for (const row of rows) {
      const wanted = nextFeedRow(previous, row)
      if (wanted.position !== row.position || wanted.feedHash !== row.feedHash) {
        say(row.position, "does not follow from the row before it")
        return news
      }
      const own = news.get(row.account) ?? {
        first: row.firstSeq,
        last: row.firstSeq - 1,
        named: new Map<number, FeedRow>()
      }
      news.set(row.account, own)
      if (row.firstSeq !== own.last + 1) say(row.position, "skips or repeats entries")
      own.last = row.lastSeq
      own.named.set(row.lastSeq, row)
      previous = row
    }
    if (rows.length < PAGE) return news
    yield* turn
  }
})

/** Compares the rows that were made or changed since `settle` with those that are stored. */
const compareTouched = Effect.fnUntraced(function* (fold: audit.Fold, table: TableName) {
  const repository = yield* TradeRepository
  const { key } = tables[table]
  const shelf = fold.books[table]
  const touched = shelf.touched()
  for (let i = 0; i < touched.length; i += PAGE) {
    const keys = touched.slice(i, i + PAGE)
    const comparison = audit.comparing(fold, table, { isOwn: () => false, keys })
    const cells = keys.map((each) => shelf.row(each) ?? {})
    const where = key.map((column) => ({ column, in: [...new Set(cells.map((row) => row[column] ?? null))] }))
    let after: ReadonlyArray<Cell> | undefined
    for (;;) {
      const page: ReadonlyArray<EncodedRow> = yield* repository.page({
        table,
        where,
        orderBy: key,
        descending: false,
        after,
        limit: PAGE,
        asTheyStand: true
      })
      for (const row of page) comparison.row(row)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      after = key.map((column) => last[column] ?? null)
    }
    comparison.end()
    yield* turn
  }
})

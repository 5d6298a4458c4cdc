import { createHash } from "node:crypto"
import { Effect } from "effect"
import type { JournalName } from "../records/AccountName.ts"
import { tables } from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import { domainTables, joinKey, type EncodedRow, type Key, type TableName } from "../tables/Table.ts"
import * as audit from "../ledger/audit.ts"
import * as RowSums from "../ledger/RowSums.ts"
import { emptyHead, type Entry, type Head } from "../events/Entry.ts"
import { turn } from "../ports/Clock.ts"
import { secureHex } from "../ports/Entropy.ts"
import { sliced } from "./sliced.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import {
  checkEnds,
  firstUnlike,
  journalName,
  nothingNamed,
  PAGE,
  readFeed,
  type Anchor,
  type Named
} from "./auditFeed.ts"

export { journalName, unlikeHead, type Anchor } from "./auditFeed.ts"

/** What an audit came to. */
export interface AuditReport {
  readonly ok: boolean
  readonly entries: number
  readonly findings: ReadonlyArray<audit.Finding>
  /** Payloads whose bytes retention dropped: their hashes stay, the bytes cannot be proven any more. */
  readonly archived: number
}

/** How far an audit is: entries that are folded, or rows that are compared, of how many. */
export interface Progress {
  readonly step: "journals" | "tables"
  readonly done: number
  readonly of: number
}

/** What was found in all journals together, as it comes. */
interface Found {
  readonly heads: Map<string, Head>
  readonly journals: Array<audit.Finding>
  readonly conservation: Array<audit.Finding>
  readonly sums: RowSums.RowSums
  entries: number
  rows: number
  archived: number
}

/**
 * Folds every journal with the function that wrote the rows, compares every domain table, checks the conservation rules, the
 * hash chains and the feed. An unreadable row is a finding like any other. One account is in memory at a time: of its rows a sum is kept,
 * and only accounts whose sum is not that of the tables are folded again and compared row by row.
 */
export const run = (
  anchors: ReadonlyArray<Anchor> = [],
  tell: (progress: Progress) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<AuditReport, StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (repository) => repository.snapshot(prove(anchors, tell)))

const prove = (
  anchors: ReadonlyArray<Anchor>,
  tell: (progress: Progress) => Effect.Effect<void>
): Effect.Effect<AuditReport, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const key = yield* secureHex
    const heads = yield* repository.heads
    const feed = yield* readFeed(anchors)
    const found: Found = {
      heads: new Map(),
      journals: [],
      conservation: [],
      sums: RowSums.make(key),
      entries: 0,
      rows: 0,
      archived: 0
    }
    let all = 0
    for (const { seq } of heads.values()) all += seq
    for (const [account, head] of heads) {
      const tellDone = (entries: number) => tell({ step: "journals", done: found.entries + entries, of: all })
      yield* proveJournal(found, account, head, feed.named.get(account) ?? nothingNamed(), tellDone)
    }
    const strays = yield* sumStored(found, heads, tell)
    const tables = yield* compared(found.sums.differing(), heads, strays)
    const ends = feed.isWhole ? checkEnds(feed, found.heads) : []
    const findings = [...found.journals, ...tables, ...found.conservation, ...feed.findings, ...ends, ...feed.anchored]
    return { ok: findings.length === 0, entries: found.entries, findings, archived: found.archived }
  })

/** Folds a journal, and keeps of it what it comes to. */
const proveJournal = Effect.fnUntraced(function* (
  found: Found,
  account: string,
  head: Head,
  named: Named,
  tellDone: (entries: number) => Effect.Effect<void>
) {
  const fold = audit.begin()
  const own = createHash("sha256")
  let next = 0
  const after = ({ hash, seq }: Entry) => {
    if (seq !== named.seqs[next]) return
    own.update(hash)
    next += 1
  }
  yield* foldJournal(fold, journalName(account), after, tellDone)
  const reached = checkHead(fold, account, head)
  if (fold.findings.length === 0 && own.digest("hex") !== named.hashes.digest("hex")) {
    const unlike = yield* firstUnlike(account)
    if (unlike !== undefined) fold.findings.push(unlike)
  }
  found.journals.push(...fold.findings)
  fold.findings.length = 0
  yield* sliced(audit.checkConservation(fold), () => undefined)
  yield* sliced(audit.checkLots(fold), () => undefined)
  found.conservation.push(...fold.findings)
  found.heads.set(account, reached)
  found.entries += fold.entries
  found.archived += fold.archived.size
  yield* sliced(givenRows(fold), ([table, rowKey, cells]) => {
    found.rows += 1
    found.sums.given(account, table, cells, table === "payloads" && fold.archived.has(rowKey))
  })
})

/** Where the fold of a journal ended; that its head says so too. */
export const checkHead = (fold: audit.Fold, account: string, head: Head): Head => {
  const reached = fold.heads.get(account) ?? emptyHead
  if (fold.findings.length === 0 && (reached.seq !== head.seq || reached.hash !== head.hash)) {
    const what = `the head says entry ${head.seq}, the journal ends at ${reached.seq}`
    fold.findings.push({ where: `journal of ${account}`, what, account, seq: reached.seq })
  }
  return reached
}

function* givenRows({ books }: audit.Fold): Generator<readonly [TableName, Key, ReadonlyArray<Cell>]> {
  for (const table of domainTables) {
    const shelf = books[table]
    for (const key of shelf.keys()) yield [table, key, shelf.cells(key) ?? []]
  }
}

/** Sums up what the tables hold, and gives the rows that are of no journal, by table and key. */
const sumStored = Effect.fnUntraced(function* (
  found: Found,
  heads: ReadonlyMap<string, Head>,
  tell: (progress: Progress) => Effect.Effect<void>
) {
  const strays = new Map<string, audit.Finding>()
  let done = 0
  for (const table of domainTables) {
    const names = Object.keys(tables[table].columns)
    yield* eachPage(table, (rows) => {
      for (const row of rows) {
        const owner = audit.journalOfRow(table, row)
        if (owner !== undefined && heads.has(owner)) {
          const cells = names.map((name) => row[name] ?? null)
          found.sums.stored(owner, table, cells)
        } else strays.set(placeOf(table, row), audit.strayed(table, row))
      }
      done += rows.length
      return tell({ step: "tables", done, of: Math.max(done, found.rows) })
    })
  }
  return strays
})

const placeOf = (table: TableName, row: EncodedRow): string =>
  joinKey([table, ...tables[table].key.map((column) => row[column] ?? null)])

/** So many entries of accounts that differ are folded at a time: each time, all tables are read. */
const MOST_TOGETHER = 200_000

/** What differs in the rows of these accounts, found row by row, each with the first entry that disagrees; and what no journal gives. */
const compared = Effect.fnUntraced(function* (
  differing: ReadonlyArray<string>,
  heads: ReadonlyMap<string, Head>,
  strays: Map<string, audit.Finding>
) {
  const findings: Array<audit.Finding> = []
  let together: Array<string> = []
  let entries = 0
  for (const account of differing) {
    together.push(account)
    entries += heads.get(account)?.seq ?? 0
    if (entries < MOST_TOGETHER && account !== differing.at(-1)) continue
    findings.push(...(yield* comparedTogether(together, strays)))
    together = []
    entries = 0
  }
  return [...findings, ...strays.values()]
})

const comparedTogether = Effect.fnUntraced(function* (
  accounts: ReadonlyArray<string>,
  strays: Map<string, audit.Finding>
) {
  const folds: Array<readonly [string, audit.Fold]> = []
  for (const account of accounts) {
    const fold = audit.begin()
    yield* foldJournal(fold, journalName(account), () => undefined)
    // What stops it was found before.
    fold.findings.length = 0
    folds.push([account, fold])
  }
  for (const table of domainTables) {
    const comparisons = folds.map(([account, fold]) =>
      audit.comparing(fold, table, { isOwn: (row) => audit.journalOfRow(table, row) === account })
    )
    yield* eachPage(table, (rows) => {
      for (const row of rows) {
        for (const comparison of comparisons) if (comparison.row(row)) strays.delete(placeOf(table, row))
      }
      return Effect.void
    })
    for (const comparison of comparisons) comparison.end()
  }
  const findings: Array<audit.Finding> = []
  for (const [account, fold] of folds) findings.push(...(yield* traced(account, fold)))
  return findings
})

/** The findings, each with the first entry that disagrees with what a table says: a second fold, where there are any. */
const traced = (
  account: string,
  found: audit.Fold
): Effect.Effect<ReadonlyArray<audit.Finding>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const tracing = audit.trace(found)
    if (tracing === undefined) return found.findings
    const fold = audit.begin()
    yield* foldJournal(fold, journalName(account), (entry) => tracing.look(fold.books, entry.seq))
    return tracing.findings()
  })

/** Folds a journal to its end, from behind an entry that the fold has reached. */
export const foldJournal = Effect.fn("Audit.foldJournal")(function* (
  fold: audit.Fold,
  account: JournalName,
  after: (entry: Entry) => void,
  tellDone: (entries: number) => Effect.Effect<void> = () => Effect.void
) {
  const repository = yield* TradeRepository
  let afterSeq = (fold.heads.get(account) ?? emptyHead).seq
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
    yield* tellDone(fold.entries)
    if (entries.length < PAGE) return
    yield* turn
  }
})

/** Reads a table as it stands, a page at a time. */
const eachPage = Effect.fnUntraced(function* (
  table: TableName,
  read: (rows: ReadonlyArray<EncodedRow>) => Effect.Effect<void>
) {
  const repository = yield* TradeRepository
  const { key } = tables[table]
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
    yield* read(page)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = key.map((column) => last[column] ?? null)
    yield* turn
  }
})

/** Compares all stored rows of a table with those that the journal gives; what differs is among the findings of the fold. */
export const compareStored = (fold: audit.Fold, table: TableName): Effect.Effect<void, StoreError, TradeRepository> =>
  Effect.suspend(() => {
    const comparison = audit.comparing(fold, table)
    const read = eachPage(table, (rows) => {
      for (const row of rows) comparison.row(row)
      return Effect.void
    })
    return Effect.map(read, comparison.end)
  })

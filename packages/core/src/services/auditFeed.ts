import { createHash, type Hash } from "node:crypto"
import { Effect, Schema } from "effect"
import { AccountName, STORE, type JournalName } from "../records/AccountName.ts"
import type * as audit from "../ledger/audit.ts"
import { nextFeedRow, type FeedRow, type Head } from "../events/Entry.ts"
import { turn } from "../ports/Clock.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"

/** A place in the feed and the hash it had: proves that nothing before it was changed or cut (`journal head` prints it). */
export interface Anchor {
  readonly position: number
  readonly hash: string
}

/** So many entries are folded, or rows compared, before timers and sockets have their turn. */
export const PAGE = 200

const isAccountName = Schema.is(AccountName)

/** A journal by its name. */
export const journalName = (account: string): JournalName => (isAccountName(account) ? account : STORE)

/** The entries of a journal that the feed names, and a hash over their hashes as it has them. */
export interface Named {
  readonly seqs: Array<number>
  readonly hashes: Hash
}

/** A journal that the feed has not named yet. */
export const nothingNamed = (): Named => ({ seqs: [], hashes: createHash("sha256") })

/** What the feed says. */
interface FeedRead {
  readonly findings: ReadonlyArray<audit.Finding>
  /** What it says to the anchors. */
  readonly anchored: ReadonlyArray<audit.Finding>
  readonly named: ReadonlyMap<string, Named>
  readonly last: number
  /** Its chain holds to its end. */
  readonly isWhole: boolean
}

const feedFinding = (position: number, what: string, account: string | undefined, seq?: number): audit.Finding => ({
  where: `feed ${position}`,
  what,
  account,
  seq
})

/** The feed's own chain, what it names, and the anchors that are given. */
export const readFeed = Effect.fn("Audit.readFeed")(function* (anchors: ReadonlyArray<Anchor>) {
  const repository = yield* TradeRepository
  const findings: Array<audit.Finding> = []
  const named = new Map<string, Named>()
  const hashes = new Map<number, string>()
  const wantedAt = new Set(anchors.map(({ position }) => position))
  let previous: FeedRow | undefined
  for (;;) {
    const rows: ReadonlyArray<FeedRow> = yield* repository.feed(previous?.position ?? 0, PAGE)
    for (const row of rows) {
      const { account, feedHash, firstSeq, headHash, lastSeq, position } = row
      const wanted = nextFeedRow(previous, row)
      if (wanted.position !== position || wanted.feedHash !== feedHash) {
        findings.push(feedFinding(position, "does not follow from the row before it", account))
        return { findings, anchored: [], named, last: position, isWhole: false } satisfies FeedRead
      }
      const own = named.get(account) ?? nothingNamed()
      named.set(account, own)
      if (firstSeq !== (own.seqs.at(-1) ?? 0) + 1)
        findings.push(feedFinding(position, "skips or repeats entries", account))
      own.seqs.push(lastSeq)
      own.hashes.update(headHash)
      if (wantedAt.has(position)) hashes.set(position, feedHash)
      previous = row
    }
    if (rows.length < PAGE) break
    yield* turn
  }
  // What was changed there is changed in all that follow.
  const [first] = anchors
    .filter(({ hash, position }) => hashes.get(position) !== hash)
    .toSorted((one, other) => one.position - other.position)
  const what = "differs from the anchor: an earlier entry was changed or removed"
  const anchored = first === undefined ? [] : [feedFinding(first.position, what, undefined)]
  return { findings, anchored, named, last: previous?.position ?? 0, isWhole: true } satisfies FeedRead
})

/** That the feed and the journals end at the same entries. */
export const checkEnds = (
  { last, named }: FeedRead,
  heads: ReadonlyMap<string, Head>
): ReadonlyArray<audit.Finding> => {
  const short = [...heads].flatMap(([account, { seq }]) =>
    named.get(account)?.seqs.at(-1) === seq
      ? []
      : [feedFinding(last, `ends before entry ${seq} of ${account}`, account)]
  )
  const gone = [...named.keys()].filter((account) => !heads.has(account))
  return [...short, ...gone.map((account) => feedFinding(last, `names entries of ${account}, which has none`, account))]
}

/** What is said of a row of the feed whose hash is not that of its entry. */
export const unlikeHead = ({ account, lastSeq, position }: FeedRow): audit.Finding =>
  feedFinding(position, `has another hash of entry ${lastSeq} of ${account} than the journal`, account, lastSeq)

/** The first row of the feed that has another hash of an entry than the journal of this account. */
export const firstUnlike = Effect.fnUntraced(function* (account: string) {
  const repository = yield* TradeRepository
  for (let after = 0; ;) {
    const rows: ReadonlyArray<FeedRow> = yield* repository.feed(after, PAGE)
    for (const row of rows) {
      after = row.position
      if (row.account !== account) continue
      const query = { account: journalName(account), afterSeq: row.lastSeq - 1, entity: undefined, limit: 1 }
      const [entry] = yield* repository.entries(query)
      if (entry?.seq !== row.lastSeq || entry.hash !== row.headHash) return unlikeHead(row)
    }
    if (rows.length < PAGE) return undefined
    yield* turn
  }
})

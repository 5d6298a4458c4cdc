import type { SqlError } from "@effect/sql/SqlError"
import { type Column, Entry } from "@roundlot/core/adapter"
import { Ddl, Dialect, Pages, Statements } from "@roundlot/store-sql"
import { Effect } from "effect"
import type { Beginning } from "./transaction.ts"
import { type Ask, type Line, theOne } from "./asking.ts"

/** The channel on which those who append say how far the feed is. */
export const CHANNEL = Ddl.nameOf("feed")

const fed = Ddl.nameOf("ops_fed")

const lockFeed = `SELECT "seq", "at" FROM ${fed} WHERE "account" = '' FOR UPDATE`

const newest = Statements.selectLastFeed

const moved = Ddl.nameOf("ops_moved")

/** Heads that are ahead of the feed, of the journals that were moved, by account name; each found by itself, however many there are. */
const aheadOf = (journals: string): string =>
  `SELECT m."account", h."seq" AS "lastSeq", h."hash" AS "headHash", coalesce(f."seq", 0) + 1 AS "firstSeq",` +
  ` ${Pages.holding(`"at"`, `m."account"`, `h."seq"`)} AS "at"` +
  ` FROM (SELECT DISTINCT "account" FROM ${journals}) AS m CROSS JOIN LATERAL` +
  ` (SELECT "seq", "hash" FROM ${Ddl.nameOf("heads")} WHERE "account" = m."account" LIMIT 1) AS h LEFT JOIN LATERAL` +
  ` (SELECT "seq" FROM ${fed} WHERE "account" = m."account" LIMIT 1) AS f ON true` +
  ` WHERE h."seq" > coalesce(f."seq", 0) ORDER BY m."account"`

const ahead = aheadOf(moved)

/** The same for the appender, which removes the names that it reads. A journal that is written meanwhile is listed again. */
const takeAhead = `WITH gone AS (DELETE FROM ${moved} RETURNING "account") ${aheadOf("gone")}`

/** What an append stands on, each still to be waited for. */
interface Standing {
  readonly locked: Effect.Effect<ReadonlyArray<FeedEnd>, SqlError>
  readonly heads: Effect.Effect<ReadonlyArray<Ahead>, SqlError>
  readonly newestRows: Effect.Effect<ReadonlyArray<Entry.FeedRow>, SqlError>
}

interface Ahead extends Pick<Entry.FeedRow, "account" | "firstSeq" | "lastSeq" | "headHash"> {
  /** When its newest entry was, in microseconds. */
  readonly at: number | null
}

/** How many entries the feed tells of, and when the newest of them was. */
interface FeedEnd {
  readonly seq: number
  readonly at: number | null
}

const FEED_TYPES = ["bigint", "text", "bigint", "bigint", "text", "text"]

const appendRows =
  `INSERT INTO ${Ddl.nameOf("feed")} (${Statements.feedColumns.map((column) => `"${column}"`).join(", ")})` +
  ` SELECT * FROM unnest(${FEED_TYPES.map((type, i) => `$${i + 1}::${type}[]`).join(", ")})`

const mark =
  `INSERT INTO ${fed} ("account", "seq", "at") SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[])` +
  ` ON CONFLICT ("account") DO UPDATE SET "seq" = excluded."seq", "at" = excluded."at"`

const nextRows = (heads: ReadonlyArray<Ahead>, newestRow: Entry.FeedRow | undefined): ReadonlyArray<Entry.FeedRow> => {
  const rows: Array<Entry.FeedRow> = []
  for (const head of heads) rows.push(Entry.nextFeedRow(rows.at(-1) ?? newestRow, head))
  return rows
}

/** The rows that the feed gets next: one for each head that is ahead of it. */
export const pending = (ask: Ask) =>
  Effect.gen(function* () {
    const heads = yield* ask<Ahead>(ahead, [])
    if (heads.length === 0) return []
    const [last] = yield* ask<Entry.FeedRow>(newest, [])
    return nextRows(heads, last)
  })

/** How a transaction begins that appends: with the lock, and with what is read behind it. */
export const appending: Beginning<Standing> = {
  text: "BEGIN",
  ahead: (send) =>
    Effect.all({
      // A statement of its own: what is read after it is younger than the lock.
      locked: send<FeedEnd>(lockFeed, []),
      heads: send<Ahead>(takeAhead, []),
      newestRows: send<Entry.FeedRow>(newest, [])
    })
}

/** How far the feed is with these journals, and in all: names, numbers, moments. */
const marksOf = (end: FeedEnd, found: ReadonlyArray<Ahead>): ReadonlyArray<ReadonlyArray<Column.Cell>> => {
  const entries = found.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, end.seq)
  const at = Math.max(...[end, ...found].map((each) => each.at ?? 0))
  return [
    [...found.map(({ account }) => account), ""],
    [...found.map(({ lastSeq }) => lastSeq), entries],
    [...found.map(() => null), Dialect.postgres.parameterOf("instant", at)]
  ]
}

/** Appends what heads are ahead; how far the feed is then. */
export const append = ({ send }: Line, { heads, locked, newestRows }: Standing) =>
  Effect.gen(function* () {
    const end = yield* theOne(lockFeed, locked)
    const [found, [newestRow]] = yield* Effect.all([heads, newestRows])
    const rows = nextRows(found, newestRow)
    const last = rows.at(-1)
    if (last === undefined) return undefined
    const sent = [
      yield* send(
        appendRows,
        Statements.feedColumns.map((column) => rows.map((row) => row[column]))
      ),
      yield* send(mark, marksOf(end, found)),
      yield* send("SELECT pg_notify($1, $2)", [CHANNEL, String(last.position)])
    ]
    yield* Effect.all(sent, { discard: true })
    return last.position
  })

import type { SqlError } from "@effect/sql/SqlError"
import { Entry } from "@roundlot/core"
import { Ddl, Statements } from "@roundlot/store-sql"
import { Effect } from "effect"
import type { Beginning } from "./transaction.ts"
import type { Ask, Line } from "./asking.ts"

/** The channel on which those who append say how far the feed is. */
export const CHANNEL = Ddl.nameOf("feed")

const fed = Ddl.nameOf("ops_fed")

const lockFeed = `SELECT 1 AS one FROM ${fed} WHERE "account" = '' FOR UPDATE`

const newest = Statements.selectLastFeed

/** Heads that are ahead of the feed, by account name. */
const ahead =
  `SELECT h."account", h."seq" AS "lastSeq", h."hash" AS "headHash", coalesce(f."seq", 0) + 1 AS "firstSeq"` +
  ` FROM ${Ddl.nameOf("heads")} AS h LEFT JOIN ${fed} AS f USING ("account")` +
  ` WHERE h."seq" > coalesce(f."seq", 0) ORDER BY "account"`

/** What an append stands on, each still to be waited for. */
interface Standing {
  readonly locked: Effect.Effect<unknown, SqlError>
  readonly heads: Effect.Effect<ReadonlyArray<Ahead>, SqlError>
  readonly newestRows: Effect.Effect<ReadonlyArray<Entry.FeedRow>, SqlError>
}

type Ahead = Pick<Entry.FeedRow, "account" | "firstSeq" | "lastSeq" | "headHash">

const FEED_TYPES = ["bigint", "text", "bigint", "bigint", "text", "text"]

const appendRows =
  `INSERT INTO ${Ddl.nameOf("feed")} (${Statements.feedColumns.map((column) => `"${column}"`).join(", ")})` +
  ` SELECT * FROM unnest(${FEED_TYPES.map((type, i) => `$${i + 1}::${type}[]`).join(", ")})`

const mark =
  `INSERT INTO ${fed} ("account", "seq") SELECT * FROM unnest($1::text[], $2::bigint[])` +
  ` ON CONFLICT ("account") DO UPDATE SET "seq" = excluded."seq"`

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
      locked: send(lockFeed, []),
      heads: send<Ahead>(ahead, []),
      newestRows: send<Entry.FeedRow>(newest, [])
    })
}

/** Appends what heads are ahead; how far the feed is then. */
export const append = ({ send }: Line, { heads, locked, newestRows }: Standing) =>
  Effect.gen(function* () {
    yield* locked
    const [found, [newestRow]] = yield* Effect.all([heads, newestRows])
    const rows = nextRows(found, newestRow)
    const last = rows.at(-1)
    if (last === undefined) return undefined
    const sent = [
      yield* send(
        appendRows,
        Statements.feedColumns.map((column) => rows.map((row) => row[column]))
      ),
      yield* send(mark, [rows.map(({ account }) => account), rows.map(({ lastSeq }) => lastSeq)]),
      yield* send("SELECT pg_notify($1, $2)", [CHANNEL, String(last.position)])
    ]
    yield* Effect.all(sent, { discard: true })
    return last.position
  })

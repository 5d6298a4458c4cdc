import { Entry } from "@roundlot/core"
import { Ddl, Statements } from "@roundlot/store-sql"
import { Effect } from "effect"
import type { Ask } from "./asking.ts"

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

type Ahead = Pick<Entry.FeedRow, "account" | "firstSeq" | "lastSeq" | "headHash">

const FEED_TYPES = ["bigint", "text", "bigint", "bigint", "text", "text"]

const append =
  `INSERT INTO ${Ddl.nameOf("feed")} (${Statements.feedColumns.map((column) => `"${column}"`).join(", ")})` +
  ` SELECT * FROM unnest(${FEED_TYPES.map((type, i) => `$${i + 1}::${type}[]`).join(", ")})`

const mark =
  `INSERT INTO ${fed} ("account", "seq") SELECT * FROM unnest($1::text[], $2::bigint[])` +
  ` ON CONFLICT ("account") DO UPDATE SET "seq" = excluded."seq"`

/** The rows that the feed gets next: one for each head that is ahead of it. */
export const pending = (ask: Ask) =>
  Effect.gen(function* () {
    const heads = yield* ask<Ahead>(ahead, [])
    if (heads.length === 0) return []
    let [last] = yield* ask<Entry.FeedRow>(newest, [])
    const rows: Array<Entry.FeedRow> = []
    for (const head of heads) {
      last = Entry.nextFeedRow(last, head)
      rows.push(last)
    }
    return rows
  })

/** Appends what heads are ahead, in a transaction of its own; how far the feed is then. */
export const appending = (ask: Ask) =>
  Effect.gen(function* () {
    // A statement of its own: what is read after it is younger than the lock.
    yield* ask(lockFeed, [])
    const rows = yield* pending(ask)
    const last = rows.at(-1)
    if (last === undefined) return undefined
    yield* ask(
      append,
      Statements.feedColumns.map((column) => rows.map((row) => row[column]))
    )
    yield* ask(mark, [rows.map(({ account }) => account), rows.map(({ lastSeq }) => lastSeq)])
    yield* ask("SELECT pg_notify($1, $2)", [CHANNEL, String(last.position)])
    return last.position
  })

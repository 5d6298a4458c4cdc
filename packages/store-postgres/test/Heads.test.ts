import { assert, it } from "@effect/vitest"
import { SampleRows as rows } from "@roundlot/testing"
import { Effect, Redacted } from "effect"
import { make } from "../src/internal/make.ts"
import { ground } from "../src/internal/statements.ts"
import { asking, database, store } from "./place.ts"

/** Accounts that stand at one entry each, all of them in the feed. */
const standing = (accounts: number): ReadonlyArray<string> => [
  `INSERT INTO roundlot_heads SELECT 'a' || n, 1, repeat('h', 64) FROM generate_series(1, ${accounts}) AS n`,
  `INSERT INTO roundlot_journal SELECT 'a' || n, 1, 'c', timestamptz '2026-11-20T14:30:00Z', '[]', '[]', '[]', '' FROM generate_series(1, ${accounts}) AS n`,
  `INSERT INTO roundlot_feed SELECT n, 'a' || n, 1, 1, repeat('h', 64), repeat('f', 64) FROM generate_series(1, ${accounts}) AS n`,
  `INSERT INTO roundlot_ops_fed SELECT 'a' || n, 1 FROM generate_series(1, ${accounts}) AS n`,
  `UPDATE roundlot_ops_fed SET "seq" = ${accounts}, "at" = timestamptz '2026-11-20T14:30:00Z' WHERE "account" = ''`
]

const CONNECTED = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'roundlot'`

/** What a connection has read is counted when it has ended. */
const READ = `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS read FROM pg_stat_user_tables
 WHERE relname IN ('roundlot_heads', 'roundlot_journal', 'roundlot_journal_mentions', 'roundlot_feed', 'roundlot_ops_fed', 'roundlot_ops_moved')`

const readSoFar = (url: string) =>
  Effect.gen(function* () {
    while ((yield* asking(url, CONNECTED)).length > 0) yield* Effect.yieldNow()
    const [counted] = yield* asking(url, READ)
    return Number(counted?.["read"])
  })

const COMMITS = 20

/** Two processes commit in turns, and one looks at the feed after each. */
const inTurns = (url: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([make({ url: Redacted.make(url) }), make({ url: Redacted.make(url) })])
      for (let seq = 1; seq <= COMMITS; seq++) {
        yield* one.write(rows.scope(), rows.writing([], [rows.part("main", seq)]))
        yield* other.write(rows.scope(), rows.writing([], [rows.part("second", seq)]))
        yield* one.feed(seq, 1)
      }
    })
  )

/** How many rows of journal, heads and feed the commits of two processes read beside so many accounts. */
const readBeside = (accounts: number) =>
  Effect.gen(function* () {
    const url = yield* database
    yield* asking(url, ...standing(accounts))
    // What is read as a store opens is of no commit.
    yield* Effect.scoped(Effect.zipRight(make({ url: Redacted.make(url) }), make({ url: Redacted.make(url) })))
    const opened = yield* readSoFar(url)
    yield* inTurns(url)
    return (yield* readSoFar(url)) - opened
  })

it.scopedLive("a commit reads as many rows beside 5,000 accounts as beside ten", () =>
  Effect.gen(function* () {
    const [few, many] = yield* Effect.all([readBeside(10), readBeside(5_000)])
    assert.isAbove(few, COMMITS)
    assert.isBelow(many, 2 * few)
  })
)

const STOOD = ground.replace("$1", "''")
const COUNTED = `SELECT coalesce(sum("seq"), 0)::bigint AS entries, (SELECT max("at") FROM roundlot_journal) AS newest
 FROM roundlot_heads`

it.scopedLive(
  "how long all journals are and when their newest entry was is true before and after the feed tells of it",
  () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      const same = (when: string) =>
        Effect.gen(function* () {
          const [[stood], [counted]] = yield* Effect.all([asking(url, STOOD), asking(url, COUNTED)])
          assert.deepStrictEqual(
            [stood?.["entries"], stood?.["newestAt"]],
            [counted?.["entries"], counted?.["newest"]],
            when
          )
        })
      yield* same("empty")
      for (const seq of [1, 2, 3]) {
        yield* repository.write(
          rows.scope(),
          rows.writing([], [rows.part("main", 2 * seq - 1, 2 * seq), rows.part("second", seq)])
        )
        yield* same(`written ${seq}`)
        if (seq < 3) yield* repository.feed(0, 10)
        yield* same(`in the feed ${seq}`)
      }
    })
)

import { assert, describe, it } from "@effect/vitest"
import { Clock } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Migrations } from "@roundlot/store-sql"
import { Client } from "pg"
import { Effect, Logger, Redacted } from "effect"
import type { PostgresStoreConfig } from "../src/internal/config.ts"
import { make } from "../src/internal/make.ts"
import { asking, database, emptyDatabase, store } from "./place.ts"
import { proxy } from "./proxy.ts"
import { makeServer } from "./server.ts"

const opened = (url: string, options: Partial<PostgresStoreConfig> = {}) =>
  make({ ...options, url: Redacted.make(url) })

/** What a write or read failed with, as plain fields. */
const failureOf = <A>(effect: Effect.Effect<A, TradeRepository.WriteError>) =>
  Effect.map(Effect.flip(effect), (failure): { readonly [field: string]: unknown } => ({
    ...Object.fromEntries(Object.entries(failure)),
    message: failure.message
  }))

/** A connection of its own whose transactions a test steers. */
const session = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client({ connectionString: url })
      client.on("error", () => undefined)
      await client.connect()
      return { ask: (text: string) => Effect.promise(() => client.query(text)), client }
    }),
    ({ client }) => Effect.promise(() => client.end())
  )

const commands = (url: string) =>
  Effect.map(asking(url, `SELECT count(*)::int AS count FROM roundlot_commands`), ([row]) => row?.["count"])

describe("a planning that pauses", () => {
  it.scopedLive("leaves the thread to others each time, and is committed once", () =>
    Effect.gen(function* () {
      const url = yield* database
      const repository = yield* opened(url)
      let turns = 0
      yield* Effect.forkScoped(Effect.forever(Effect.tap(Clock.turn, () => turns++)))
      const seen: Array<number> = []
      const written = rows.writing([rows.inserting("commands", rows.command)], [rows.part("main", 1)])
      const { answer } = yield* repository.write({ ...rows.scope(), accounts: ["main"] }, () => {
        seen.push(turns)
        return seen.length < 5 ? { _tag: "Pause" } : written()
      })
      assert.deepStrictEqual([answer, yield* commands(url)], ["written", 1])
      assert.strictEqual(new Set(seen).size, 5)
    })
  )
})

describe("a COMMIT that nobody answers", () => {
  for (const [fault, plannings] of [
    ["before", 2],
    ["after", 1]
  ] as const) {
    it.scopedLive(`is looked up by its id on a new connection: cut ${fault} the server had it`, () =>
      Effect.gen(function* () {
        const url = yield* database
        const between = yield* proxy(url)
        const repository = yield* opened(between.url)
        between.next(fault)
        let planned = 0
        const { answer } = yield* repository.write({ ...rows.scope(), accounts: ["main"] }, () => {
          planned++
          return rows.writing([rows.inserting("commands", rows.command)], [rows.part("main", 1)])()
        })
        assert.deepStrictEqual([answer, planned], ["written", plannings])
        assert.strictEqual(yield* commands(url), 1)
        const heads = yield* repository.heads
        assert.strictEqual(heads.get("main")?.seq, 1)
      })
    )
  }

  it.scopedLive("says that it is not known where nobody can be asked, and that the same may be submitted again", () =>
    Effect.gen(function* () {
      const url = yield* database
      const between = yield* proxy(url)
      const repository = yield* opened(between.url, { retryFor: "200 millis" })
      between.next("after")
      const scope = rows.scope()
      const change = rows.inserting("commands", rows.command)
      const failure = yield* failureOf(
        repository.write(scope, () => {
          queueMicrotask(between.close)
          return rows.writing([change])()
        })
      )
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "io" })
      const again = yield* opened(url)
      const second = yield* Effect.either(again.write(scope, rows.writing([change])))
      assert.include(["Left AlreadyCommitted", "Right"], second._tag === "Left" ? `Left ${second.left._tag}` : "Right")
      assert.strictEqual(yield* commands(url), 1)
    })
  )
})

describe("a server that is not there for a while", () => {
  it.scopedLive("ACC-1: a crash loses nothing that was answered, and the store goes on by itself", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => makeServer({ synchronous_commit: "on" })),
        ({ remove }) => Effect.promise(remove)
      )
      const repository = yield* opened(server.url, { retryFor: "300 millis" })
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      yield* Effect.promise(server.crash)
      const down = yield* failureOf(repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)])))
      assert.deepInclude(down, { _tag: "StoreUnavailable", problem: "io" })
      assert.match(String(down["message"]), /Look at the server, its address/)
      yield* Effect.promise(server.start)
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
      assert.deepStrictEqual((yield* repository.heads).get("main"), { seq: 2, hash: rows.hashAt("main", 2) })
      // One row or two: the first may have been appended before the crash.
      const feed = yield* repository.feed(0, 10)
      assert.deepStrictEqual([feed[0]?.firstSeq, feed.at(-1)?.lastSeq], [1, 2])
    })
  )

  it.scopedLive("sessions that the server ends are replaced", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      yield* asking(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roundlot' AND datname = current_database()"
      )
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 2)
    })
  )

  it.scopedLive(
    "a server that was never there, a user, a database that are unknown: each is told, and no password",
    () =>
      Effect.gen(function* () {
        const nowhere = yield* failureOf(Effect.scoped(opened("postgres://me:geheim@127.0.0.1:1/books")))
        assert.deepInclude(nowhere, { _tag: "StoreUnavailable", place: "postgres://127.0.0.1:1/books", problem: "io" })
        const url = new URL(yield* database)
        url.pathname = "/no_such_database"
        const missing = yield* failureOf(Effect.scoped(opened(url.href)))
        assert.deepInclude(missing, { _tag: "StoreUnavailable", problem: "missing" })
        assert.notInclude(JSON.stringify([nowhere, missing]), "geheim")
      })
  )
})

describe("others on the same database", () => {
  it.scopedLive("a head that somebody holds is waited for in bounded time, and nothing is kept", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store({ lockTimeout: "50 millis" })
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      const other = yield* session(url)
      yield* other.ask("BEGIN; SELECT 1 FROM roundlot_heads WHERE account = 'main' FOR UPDATE")
      const failure = yield* failureOf(repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)])))
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "busy" })
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("second", 1)]))
      yield* other.ask("ROLLBACK")
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
    })
  )

  it.scopedLive(
    "a commit that stalls is in the feed once it is there; a reader of a serial column passes it over",
    () =>
      Effect.gen(function* () {
        const { repository, url } = yield* store()
        const stalled = yield* session(url)
        const quick = yield* session(url)
        yield* quick.ask("CREATE TABLE twin (position bigserial PRIMARY KEY, account text)")
        const hash = "h".repeat(64)
        yield* stalled.ask(
          `BEGIN; INSERT INTO roundlot_heads VALUES ('main', 1, '${hash}'); INSERT INTO twin (account) VALUES ('main');` +
            ` INSERT INTO roundlot_ops_moved VALUES ('main')`
        )
        yield* quick.ask("INSERT INTO twin (account) VALUES ('second')")
        yield* repository.write(rows.scope(), rows.writing([], [rows.part("second", 1)]))
        const twinAfter = (position: number) =>
          Effect.map(quick.ask(`SELECT account FROM twin WHERE position > ${position}`), (result) => result.rows.length)
        const first = yield* repository.feed(0, 10)
        assert.deepStrictEqual(
          first.map((row) => row.account),
          ["second"]
        )
        assert.strictEqual(yield* twinAfter(0), 1)
        yield* stalled.ask("COMMIT")
        const rest = yield* repository.feed(first.at(-1)?.position ?? 0, 10)
        assert.deepStrictEqual(
          rest.map((row) => row.account),
          ["main"]
        )
        // The twin's reader stands at 2, and 1 came after it.
        assert.strictEqual(yield* twinAfter(2), 0)
      })
  )

  it.scopedLive("two that append to the feed at once make one chain", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      const other = yield* opened(url)
      for (const seq of [1, 2, 3, 4]) {
        yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", seq), rows.part("second", seq)]))
        const [one, two] = yield* Effect.all([repository.feed(0, 100), other.feed(0, 100)], { concurrency: 2 })
        assert.deepStrictEqual(one, two)
        assert.deepStrictEqual(
          one.map(({ position }) => position),
          one.map((_, i) => i + 1)
        )
        assert.deepStrictEqual(one.filter(({ account }) => account === "main").at(-1)?.lastSeq, seq)
      }
    })
  )
})

describe("the tables of a database", () => {
  it.scopedLive("two processes that open an empty database at once both find one store", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const both = yield* Effect.all([opened(url), opened(url), opened(url)], { concurrency: "unbounded" })
      assert.strictEqual(new Set(both.map(({ identity }) => identity.id)).size, 1)
    })
  )

  it.scopedLive(
    "a migration that waits for another names what it waits for: application, process of the server, since",
    () =>
      Effect.gen(function* () {
        const url = yield* emptyDatabase
        const other = yield* session(`${url}?application_name=deploy-7`)
        yield* other.ask("BEGIN")
        yield* other.ask("SELECT pg_advisory_xact_lock(7237092)")
        const { rows: own } = yield* other.ask("SELECT pg_backend_pid() AS pid")
        const said: Array<unknown> = []
        const logger = Logger.make(({ message }) => void said.push(...[message].flat()))
        const once = { statementTimeout: "1 second", connectTimeout: "1 minute", retryFor: "1 milli" } as const
        const refused = yield* failureOf(Effect.scoped(opened(url, once))).pipe(
          Effect.provide(Logger.replace(Logger.defaultLogger, logger))
        )
        const holder = new RegExp(
          `'deploy-7' \\(process ${own[0]?.pid} of the server\\) has held the lock of migrations since \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z`
        )
        assert.deepInclude(refused, { _tag: "StoreUnavailable", problem: "busy" })
        assert.match(String(refused["message"]), holder)
        assert.match(said.join("\n"), holder)
        yield* other.ask("ROLLBACK")
        yield* Effect.scoped(opened(url))
      })
  )

  it.scopedLive("a store from the future is refused with both versions, one that is not ours by name", () =>
    Effect.gen(function* () {
      const url = yield* database
      const next = Migrations.newest + 1
      yield* asking(url, `INSERT INTO ${Migrations.TABLE} (migration_id, name) VALUES (${next}, 'later')`)
      const future = yield* failureOf(Effect.scoped(opened(url)))
      assert.deepInclude(future, { problem: "from_the_future" })
      assert.include(
        String(future["detail"]),
        `version ${next}, and this Roundlot knows versions up to ${Migrations.newest}`
      )
      yield* asking(
        url,
        `DELETE FROM ${Migrations.TABLE} WHERE migration_id = ${next}`,
        `UPDATE ${Migrations.TABLE} SET name = 'odd' WHERE migration_id = 1`
      )
      assert.deepInclude(yield* failureOf(Effect.scoped(opened(url))), { problem: "not_ours" })
    })
  )

  it.scopedLive("a database that takes no writes says so", () =>
    Effect.gen(function* () {
      const url = yield* database
      yield* Effect.scoped(opened(url))
      yield* asking(url, `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET default_transaction_read_only = on`)
      const repository = yield* opened(url)
      const failure = yield* failureOf(repository.write(rows.scope(), rows.writing(rows.everything)))
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "read_only" })
    })
  )

  it.scopedLive("a number is stored as it is written: no needless zero, no infinity, no sign where none belongs", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
      for (const quantity of ["1.30", "NaN", "Infinity", "-1", "0"]) {
        const write = repository.write(
          rows.scope(),
          rows.writing([rows.updating("trades", { ...rows.trade, quantity })])
        )
        assert.deepInclude(yield* failureOf(write), { table: "trades", constraint: "CHECK trades_quantity" }, quantity)
      }
      const text = repository.write(
        rows.scope(),
        rows.writing([rows.updating("trades", { ...rows.trade, quantity: "many" })])
      )
      assert.deepInclude(yield* failureOf(text), { _tag: "ConstraintRefused", table: "trades" })
    })
  )

  it.scopedLive("with one connection for all, everybody has a turn", () =>
    Effect.gen(function* () {
      const { repository } = yield* store({ maxConnections: 1 })
      const turns = Array.from({ length: 12 }, (_, i) =>
        repository.write(rows.scope(), rows.writing([], [rows.part(`a${i}`, 1)]))
      )
      yield* Effect.all([...turns, repository.heads, repository.feed(0, 10)], { concurrency: "unbounded" })
      assert.strictEqual((yield* repository.heads).size, 12)
    })
  )
})

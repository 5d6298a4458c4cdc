import { assert, describe, it } from "@effect/vitest"
import { Reads, Trade } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Deferred, Effect, Fiber, Redacted, Schedule } from "effect"
import { Client } from "pg"
import { make } from "../src/internal/make.ts"
import type { PostgresStoreConfig } from "../src/internal/config.ts"
import { asking, database, store } from "./place.ts"
import { proxy } from "./proxy.ts"
import { makeServer } from "./server.ts"

const opened = (url: string, options: Partial<PostgresStoreConfig> = {}) =>
  make({ ...options, url: Redacted.make(url) })

const WRITES = 24

/** One commit of an account of its own, under an id of its own. */
const commits = Array.from({ length: WRITES }, (_, i) => ({
  account: `a${i}`,
  scope: { ...rows.scope(), commitId: `c${i}` }
}))

type Commit = (typeof commits)[number]

const write = (repository: TradeRepository.TradeRepositoryService, { account, scope }: Commit) =>
  repository.write({ ...scope, accounts: [account] }, rows.writing([], [rows.part(account, 1)]))

/** Commits until it is known to be made; a repetition is answered with what it did. */
const surely = (repository: TradeRepository.TradeRepositoryService, commit: Commit) =>
  write(repository, commit).pipe(
    Effect.asVoid,
    Effect.catchTag("AlreadyCommitted", () => Effect.void),
    Effect.retry({ while: ({ _tag }) => _tag === "StoreUnavailable", schedule: Schedule.spaced("20 millis") })
  )

const isWhole = (repository: TradeRepository.TradeRepositoryService) =>
  Effect.gen(function* () {
    const heads = yield* repository.heads
    assert.deepStrictEqual(
      commits.map(({ account }) => heads.get(account)?.seq),
      commits.map(() => 1)
    )
    const feed = yield* repository.feed(0, 1000)
    assert.strictEqual(feed.length, WRITES)
    assert.strictEqual(new Set(feed.map(({ account }) => account)).size, WRITES)
  })

const failureOf = <A>(effect: Effect.Effect<A, TradeRepository.WriteError>) =>
  Effect.map(Effect.flip(effect), (failure): { readonly [field: string]: unknown } => ({
    ...Object.fromEntries(Object.entries(failure)),
    message: failure.message
  }))

/** Makes every write to the journal fail with this code, the first so many times; a sequence counts, which no rollback sets back. */
const failing = (code: string, times: number) => [
  "CREATE SEQUENCE faults",
  `CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF nextval('faults') <= ${times} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END IF;
     RETURN NEW;
   END $$`,
  "CREATE TRIGGER fault BEFORE INSERT ON roundlot_journal FOR EACH ROW EXECUTE FUNCTION fault()"
]

/** Holds a table so that nobody else reads it, until the scope ends. */
const locked = (url: string, table: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query("BEGIN")
      await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )

describe("faults of a server and of the way to it", () => {
  it.scopedLive("ACC-1: crashed under load and started again: all that was asked is there once", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => makeServer({ synchronous_commit: "on" })),
        ({ remove }) => Effect.promise(remove)
      )
      const repository = yield* opened(server.url, { retryFor: "200 millis" })
      const load = Effect.forEach(commits, (commit) => surely(repository, commit), { concurrency: 6 })
      const crashing = Effect.gen(function* () {
        for (let crash = 0; crash < 3; crash++) {
          yield* Effect.promise(server.crash)
          yield* Effect.promise(server.start)
        }
      })
      yield* Effect.all([load, crashing], { concurrency: 2 })
      yield* isWhole(repository)
    })
  )

  it.scopedLive("connections that are cut at COMMITs, some before and some after: each is made once", () =>
    Effect.gen(function* () {
      const url = yield* database
      const between = yield* proxy(url)
      const repository = yield* opened(between.url)
      for (const [i, commit] of commits.entries()) {
        between.next(i % 3 === 0 ? "before" : i % 3 === 1 ? "after" : "none")
        yield* write(repository, commit)
      }
      yield* isWhole(repository)
    })
  )

  it.scopedLive("a server without room for another connection is busy, says so, and is used again when there is", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => makeServer({ max_connections: "8", superuser_reserved_connections: "0" })),
        ({ remove }) => Effect.promise(remove)
      )
      yield* Effect.scoped(opened(server.url))
      const taken = yield* Effect.promise(async () => {
        const clients: Array<Client> = []
        for (;;) {
          const client = new Client({ connectionString: server.url })
          client.on("error", () => undefined)
          try {
            await client.connect()
          } catch {
            return clients
          }
          clients.push(client)
        }
      })
      const refused = yield* failureOf(Effect.scoped(opened(server.url, { retryFor: "100 millis" })))
      assert.deepInclude(refused, { _tag: "StoreUnavailable", problem: "busy" })
      assert.include(String(refused["message"]), "the server has no room for another connection")
      yield* Effect.promise(() => Promise.all(taken.map((client) => client.end())))
      const again = Effect.retry(opened(server.url), { schedule: Schedule.spaced("20 millis") })
      const repository = yield* again
      yield* Effect.forEach(commits, (commit) => surely(repository, commit), { concurrency: 4 })
      yield* isWhole(repository)
    })
  )

  it.scopedLive("a statement that takes too long is ended and told as such; the next one goes well", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store({ statementTimeout: "2 seconds", retryFor: "100 millis" })
      const reading = Reads.all(Trade.TradeTable).pipe(
        Effect.provideService(TradeRepository.TradeRepository, repository)
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* locked(url, "roundlot_trades")
          assert.deepInclude(yield* failureOf(reading), { _tag: "StoreUnavailable", problem: "busy" })
        })
      )
      assert.deepEqual(yield* reading, [])
    })
  )

  it.scopedLive("more at once than the pool has connections wait for their turn, none is refused", () =>
    Effect.gen(function* () {
      const { repository } = yield* store({ maxConnections: 2 })
      yield* Effect.forEach(commits, (commit) => write(repository, commit), { concurrency: "unbounded" })
      yield* isWhole(repository)
    })
  )

  it.scopedLive(
    "whoever waits longer than may be for a connection of the pool is told so, and is served when one is free",
    () =>
      Effect.gen(function* () {
        const { repository } = yield* store({ maxConnections: 1, retryFor: "0 millis" })
        const [holds, free] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
        const held = Effect.zipRight(Deferred.succeed(holds, undefined), Deferred.await(free))
        const holder = yield* Effect.fork(repository.snapshot(held))
        yield* Deferred.await(holds)
        const failure = yield* failureOf(repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)])))
        assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "io" })
        assert.match(String(failure["message"]), /no connection was to be had in time.*all connections.*in use/)
        yield* Deferred.succeed(free, undefined)
        yield* Fiber.join(holder)
        yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
        assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
      })
  )

  it.scopedLive("a full disk is told as such; nothing of the write is kept, and the next one goes well", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      yield* asking(url, ...failing("53100", 1))
      const part = () => repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      const failure = yield* failureOf(part())
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "full" })
      assert.include(String(failure["message"]), "Free some space on the server")
      assert.deepStrictEqual([...(yield* repository.heads)], [])
      yield* part()
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
    })
  )

  it.scopedLive.each(["40001", "40P01"])(
    "conflicts (%s) are tried again inside, and in bounded time where they do not end",
    (code) =>
      Effect.gen(function* () {
        const { repository, url } = yield* store({ retryFor: "3 seconds" })
        yield* asking(url, ...failing(code, 3))
        let planned = 0
        yield* repository.write({ ...rows.scope(), accounts: ["main"] }, () => {
          planned++
          return rows.writing([], [rows.part("main", 1)])()
        })
        assert.strictEqual(planned, 4)
        yield* asking(
          url,
          "ALTER SEQUENCE faults RESTART",
          "DROP TRIGGER fault ON roundlot_journal",
          "DROP FUNCTION fault"
        )
        yield* asking(url, ...failing(code, 1_000_000).slice(1))
        const failure = yield* failureOf(repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)])))
        assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "busy" })
        assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
      })
  )

  it.scopedLive("a writer that is killed inside of a transaction holds nobody up", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      const dead = new Client({ connectionString: url })
      dead.on("error", () => undefined)
      yield* Effect.promise(() => dead.connect())
      yield* Effect.promise(() => dead.query("BEGIN; SELECT 1 FROM roundlot_heads WHERE account = 'main' FOR UPDATE"))
      const waiting = yield* Effect.fork(repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)])))
      yield* asking(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; SELECT 1%'")
      yield* waiting
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 2)
    })
  )
})

import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Entry, Need, Table, TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Cause, Config, ConfigProvider, Deferred, Effect, Fiber, Layer } from "effect"
import * as Sqlite from "../src/SqliteStore.ts"
import { make } from "../src/internal/make.ts"
import { bare, everyRow, folder, store } from "./place.ts"

const { OrderById } = Need.Need

const orders = everyRow("orders", "id")

/** What a write or read failed with, as plain fields. */
const failureOf = <A>(effect: Effect.Effect<A, TradeRepository.WriteError>) =>
  Effect.map(Effect.flip(effect), (failure): { readonly [field: string]: unknown } =>
    Object.fromEntries(Object.entries(failure))
  )

/** The defect that an effect died of. */
const defectOf = <A>(effect: Effect.Effect<A, TradeRepository.WriteError>) =>
  Effect.map(Effect.flip(Effect.sandbox(effect)), (cause) => (Cause.isDie(cause) ? Cause.pretty(cause) : "no defect"))

const planned = <A>(answer: A): TradeRepository.Plan<A> => ({ _tag: "Planned", journals: [], changes: [], answer })

const newest = (on: TradeRepository.TradeRepositoryService) =>
  Effect.map(
    on.write(rows.scope(), ({ newestAt }) => planned(newestAt)),
    ({ answer }) => answer
  )

describe("a write", () => {
  it.scoped("SDK-2: rows, entries, heads and feed are read back as they were written", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      const written = yield* repository.write(
        rows.scope(),
        rows.writing(rows.everything, [rows.part("main", 1, 3), rows.part("_store", 1)])
      )
      assert.deepStrictEqual(written, { answer: "written", feedPosition: 2 })

      assert.deepStrictEqual(yield* repository.page(orders), [rows.order])
      assert.deepStrictEqual(yield* repository.page(everyRow("positions", "account", "symbol")), [rows.position])
      assert.deepStrictEqual(yield* repository.page(everyRow("trades", "id")), [rows.trade])
      const [payload] = yield* repository.page(everyRow("payloads", "id"))
      const bytes = payload?.["bytes"]
      assert.deepStrictEqual(bytes instanceof Uint8Array ? [...bytes] : [], [123, 0, 255, 125])

      const entries = { account: "main", afterSeq: 0, entity: undefined, limit: 10 }
      assert.deepStrictEqual(yield* repository.entries(entries), rows.part("main", 1, 3).entries)
      const later = rows.part("main", 1, 3).entries.slice(1, 2)
      assert.deepStrictEqual(yield* repository.entries({ ...entries, afterSeq: 1, limit: 1 }), later)
      assert.deepStrictEqual(yield* repository.entries({ ...entries, entity: { kind: "order", id: "1" } }), later)
      assert.deepStrictEqual(
        [...(yield* repository.heads)],
        [
          ["_store", { seq: 1, hash: rows.hashAt("_store", 1) }],
          ["main", { seq: 3, hash: rows.hashAt("main", 3) }]
        ]
      )
      const first = Entry.nextFeedRow(undefined, {
        account: "main",
        firstSeq: 1,
        lastSeq: 3,
        headHash: rows.hashAt("main", 3)
      })
      const second = Entry.nextFeedRow(first, {
        account: "_store",
        firstSeq: 1,
        lastSeq: 1,
        headHash: rows.hashAt("_store", 1)
      })
      assert.deepStrictEqual(yield* repository.feed(0, 10), [first, second])
      assert.deepStrictEqual(yield* repository.feed(1, 10), [second])
    })
  )

  it.scoped("planning sees when the newest entry was, of whatever account, also after the store was opened again", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      assert.strictEqual(yield* newest(repository), 0)
      const later = rows.part("_store", 2)
      const times = { main: rows.part("main", 1).entries[0].at, store: later.entries.at(-1)?.at ?? 0 }
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1), later]))
      assert.strictEqual(yield* newest(repository), Math.max(times.main, times.store))
      assert.strictEqual(yield* newest(yield* make({ file })), Math.max(times.main, times.store))
    })
  )

  it.scoped("planning sees the rows that its scope needs, the heads and the next free ids", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      const { answer } = yield* repository.write(rows.scope(OrderById({ id: 1 })), ({ books, counters, heads }) =>
        planned({
          order: String(books.orders.get(1)?.clientOrderId),
          fills: books.fills.all().length,
          attempts: books.attempts.all().length,
          trade: books.trades.get(1)?.sourceId,
          position: books.positions.get(Table.joinKey(["main", "AAPL"]))?.answer,
          breaks: books.breaks.all().length,
          head: heads.get("main")?.seq,
          counters
        })
      )
      assert.deepStrictEqual(answer, {
        order: "rl1-abcdefaaaaaaaaaaaaaaaaaaaa",
        fills: 1,
        attempts: 1,
        trade: "t-1",
        position: { _tag: "NotDue" },
        breaks: 1,
        head: 1,
        counters: rows.nextIds
      })
    })
  )

  it.scoped("a plan that needs more is run again with it, on books without its drafts", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
      const seen: Array<string> = []
      yield* repository.write(rows.scope(), ({ books, met }) => {
        const order = books.orders.get(1)
        seen.push(`${met.size} met, ${order === undefined ? "no order" : order.status}`)
        if (order === undefined) return { _tag: "NeedMore", needs: [OrderById({ id: 1 })] }
        books.orders.put({ ...order, status: "cancelled" })
        const needs = [Need.Need.Command({ id: "c-1" })]
        return books.commands.all().length === 0 ? { _tag: "NeedMore", needs } : planned("done")
      })
      assert.deepStrictEqual(
        seen.map((each) => each.replace(/^\d+/, (met) => (met === "0" ? "0" : "some"))),
        ["0 met, no order", "some met, filled", "some met, filled"]
      )
    })
  )

  it.scoped("a plan that asks again for what it was given is a fault of ours, and keeps nothing", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      const asking = repository.write(rows.scope(), () => ({ _tag: "NeedMore", needs: [OrderById({ id: 7 })] }))
      assert.include(yield* defectOf(asking), "planning asks again")
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
    })
  )

  it.scoped("updates go before inserts: a place that a unique index guards is left before it is taken", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
      const corrected = { ...rows.fill, id: 2, execId: "X-2", revision: 2, quantity: "0.5" }
      yield* repository.write(
        rows.scope(),
        rows.writing([
          { table: "fills", inserts: [corrected], updates: [{ ...rows.fill, canonical: 0 }] },
          rows.updating("positions", { ...rows.position, answer: '{"_tag":"OrderLive"}' })
        ])
      )
      const fills = yield* repository.page(everyRow("fills", "id"))
      assert.deepStrictEqual(
        fills.map((fill) => [fill["execId"], fill["canonical"]]),
        [
          ["X-1", 0],
          ["X-2", 1]
        ]
      )
      const [position] = yield* repository.page(everyRow("positions", "account", "symbol"))
      assert.strictEqual(position?.["answer"], '{"_tag":"OrderLive"}')
    })
  )
})

describe("a write that fails", () => {
  it.scoped("keeps nothing when planning throws, and the next write works", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      const thrown = repository.write(rows.scope(), () => {
        throw new RangeError("a fault of ours")
      })
      assert.include(yield* defectOf(thrown), "a fault of ours")
      assert.deepStrictEqual((yield* repository.write(rows.scope(), rows.writing([]))).feedPosition, 0)
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
    })
  )

  it.scoped("ACC-3: names the table and the constraint that refused it, and keeps no row, entry, head or feed", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      const command = { ...rows.command, id: "c-2" }
      const refusedBy = (table: Table.TableName, row: Table.EncodedRow) =>
        failureOf(
          repository.write(
            rows.scope(),
            rows.writing([rows.inserting("commands", command), rows.updating(table, row)], [rows.part("main", 2)])
          )
        )
      assert.deepInclude(yield* refusedBy("orders", { ...rows.order, lastFilledAt: null }), {
        _tag: "ConstraintRefused",
        table: "orders",
        constraint: "CHECK orders_when_filled"
      })
      assert.deepInclude(yield* refusedBy("trades", { ...rows.trade, side: null }), {
        _tag: "ConstraintRefused",
        table: "trades",
        constraint: "NOT NULL trades.side"
      })
      assert.deepInclude(yield* refusedBy("orders", { ...rows.order, attemptId: 9 }), {
        _tag: "ConstraintRefused",
        table: "orders",
        constraint: "FOREIGN KEY attemptId to attempts"
      })
      assert.deepInclude(yield* refusedBy("lots", { ...rows.lot, tradeId: 9 }), {
        _tag: "ConstraintRefused",
        table: "lots",
        constraint: "FOREIGN KEY tradeId to trades"
      })
      const again = repository.write(
        rows.scope(),
        rows.writing([rows.inserting("fills", { ...rows.fill, id: 2, canonical: 0, execId: "X-2" })])
      )
      assert.deepInclude(yield* failureOf(again), {
        _tag: "ConstraintRefused",
        table: "fills",
        constraint: "UNIQUE fills.account, fills.execIdBase, fills.revision"
      })
      const sameSeq = repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      assert.deepInclude(yield* failureOf(sameSeq), {
        _tag: "ConstraintRefused",
        table: "journal",
        constraint: "UNIQUE journal.account, journal.seq"
      })

      assert.deepStrictEqual((yield* repository.page(everyRow("commands", "id"))).length, 1)
      assert.deepStrictEqual(yield* repository.page(orders), [rows.order])
      assert.deepStrictEqual((yield* repository.feed(0, 10)).length, 1)
      assert.deepStrictEqual((yield* repository.heads).get("main")?.seq, 1)
      assert.deepStrictEqual(
        (yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))).feedPosition,
        2
      )
    })
  )

  it.scoped("while one looks at a snapshot, others read on", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
      const [looks, seen] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const looking = repository.snapshot(Effect.zipRight(Deferred.succeed(looks, undefined), Deferred.await(seen)))
      const looked = yield* Effect.fork(looking)
      yield* Deferred.await(looks)
      assert.deepStrictEqual([...(yield* repository.heads)].length, 1)
      assert.strictEqual((yield* repository.feed(0, 10)).length, 1)
      assert.strictEqual((yield* repository.snapshot(repository.heads)).size, 1)
      yield* Deferred.succeed(seen, undefined)
      yield* Fiber.join(looked)
    })
  )

  it.scoped("a snapshot sees one state, whatever is committed between its reads", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      const seen = yield* repository.snapshot(
        Effect.gen(function* () {
          const before = yield* repository.heads
          yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
          return [before.get("main")?.seq, (yield* repository.heads).get("main")?.seq]
        })
      )
      assert.deepStrictEqual(seen, [1, 1])
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 2)
    })
  )

  it.scoped("an update of a row that is not there is a fault of ours, and keeps nothing", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
      const absent = rows.writing([rows.updating("orders", { ...rows.order, id: 5 })], [rows.part("main", 1)])
      assert.include(yield* defectOf(repository.write(rows.scope(), absent)), "an update of orders found 0 rows")
      assert.deepStrictEqual(yield* repository.feed(0, 10), [])
    })
  )

  it.scoped("a store without room says so, keeps nothing, and is readable", () =>
    Effect.gen(function* () {
      const { repository } = yield* store({ writerPragmas: ["max_page_count = 1"] })
      const bytes = new Uint8Array(2_000_000)
      const large = [rows.inserting("accounts", rows.account), rows.inserting("payloads", { ...rows.payload, bytes })]
      const failure = yield* failureOf(repository.write(rows.scope(), rows.writing(large, [rows.part("main", 1)])))
      assert.deepInclude(failure, {
        _tag: "StoreUnavailable",
        problem: "full",
        remedy:
          "Free some space on its disk, then try again: nothing of the write was kept, and a daemon goes on by itself"
      })
      assert.deepStrictEqual(yield* repository.page(everyRow("accounts", "name")), [])
      assert.deepStrictEqual(yield* repository.feed(0, 1), [])
    })
  )

  it.scoped("a store that cannot be written says so", () =>
    Effect.gen(function* () {
      const { repository } = yield* store({ writerPragmas: ["query_only = ON"] })
      const failure = yield* failureOf(repository.write(rows.scope(), rows.writing(rows.everything)))
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "read_only" })
    })
  )
})

/** A store whose rows were changed past its checks. */
const damaged = (damage: string) =>
  Effect.gen(function* () {
    const { file, repository } = yield* store()
    yield* repository.write(rows.scope(), rows.writing(rows.everything))
    const db = yield* bare(file)
    db.exec("PRAGMA ignore_check_constraints = ON")
    db.exec(damage)
    return repository
  })

describe("a bad row", () => {
  it.scoped("a status without its column names table, id and column, in reads and in planning", () =>
    Effect.gen(function* () {
      const repository = yield* damaged(`UPDATE roundlot_orders SET "status" = 'in_doubt', "attemptId" = NULL`)
      const bad = {
        _tag: "BadRow",
        table: "orders",
        id: "1",
        column: "attemptId",
        problem: "is missing, although status is in_doubt"
      }
      assert.deepInclude(yield* failureOf(repository.page(orders)), bad)
      const planning = repository.write(rows.scope(OrderById({ id: 1 })), () => planned("unreached"))
      assert.deepInclude(yield* failureOf(planning), bad)
      yield* repository.write(rows.scope(), rows.writing([]))
    })
  )

  it.scoped("an unknown status and a damaged number are found by planning", () =>
    Effect.gen(function* () {
      const repository = yield* damaged(`UPDATE roundlot_orders SET "status" = 'paused'`)
      const planning = repository.write(rows.scope(OrderById({ id: 1 })), () => planned("unreached"))
      assert.deepInclude(yield* failureOf(planning), { _tag: "BadRow", table: "orders", id: "1", column: "status" })
      const other = yield* damaged(`UPDATE roundlot_lots SET "open" = '0.3e5'`)
      const again = other.write(rows.scope(Need.Need.TradeById({ id: 1 })), () => planned("unreached"))
      assert.deepInclude(yield* failureOf(again), { _tag: "BadRow", table: "lots", id: "1", column: "open" })
    })
  )
})

/** Adds one trade with its lot and its entry, numbered by what planning sees. */
const append = (repository: TradeRepository.TradeRepositoryService) =>
  repository.write(rows.scope(), ({ counters, heads }) => {
    const lot = { ...rows.orderLot, id: counters.lot, orderId: null, tradeId: counters.trade }
    const trade = { ...rows.trade, id: counters.trade, sourceId: `t-${counters.trade}`, lotId: counters.lot }
    return {
      _tag: "Planned",
      journals: [rows.part("main", (heads.get("main")?.seq ?? 0) + 1)],
      changes: [rows.inserting("trades", trade), rows.inserting("lots", lot)],
      answer: counters.trade
    }
  })

describe("two processes", () => {
  it.scopedLive("writes of two repositories on one file interleave without a gap", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "shared.db")
      const one = yield* make({ file })
      const two = yield* make({ file })
      assert.deepStrictEqual(one.identity, two.identity)
      yield* one.write(rows.scope(), rows.writing([rows.inserting("accounts", rows.account)]))
      const turns = Array.from({ length: 20 }, (_, i) => append(i % 2 === 0 ? one : two))
      const written = yield* Effect.all(turns, { concurrency: "unbounded" })
      assert.deepStrictEqual(
        written.map(({ answer }) => answer).toSorted((a, b) => a - b),
        Array.from({ length: 20 }, (_, i) => i + 1)
      )
      const feed = yield* two.feed(0, 100)
      assert.deepStrictEqual(
        feed.map(({ firstSeq, position }) => [position, firstSeq]),
        Array.from({ length: 20 }, (_, i) => [i + 1, i + 1])
      )
    })
  )

  it.scopedLive("a write against a held lock comes back until it is free", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      const other = yield* bare(file)
      other.exec("BEGIN IMMEDIATE")
      const waiting = yield* Effect.fork(repository.write(rows.scope(), rows.writing(rows.everything)))
      yield* Effect.yieldNow()
      assert.deepStrictEqual(yield* repository.page(orders), [])
      other.exec("ROLLBACK")
      assert.deepStrictEqual((yield* waiting).answer, "written")
    })
  )

  it.scopedLive("a lock that is never freed is an answer in bounded time, and nothing is lost", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store({ busyFor: "60 millis" })
      const other = yield* bare(file)
      other.exec("BEGIN IMMEDIATE")
      const failure = yield* failureOf(repository.write(rows.scope(), rows.writing(rows.everything)))
      assert.deepInclude(failure, { _tag: "StoreUnavailable", problem: "busy" })
      other.exec("ROLLBACK")
      yield* repository.write(rows.scope(), rows.writing(rows.everything))
    })
  )
})

describe("reads", () => {
  it.scoped("pages go on after the last row, both ways, with filters", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      const breaks = [1, 2, 3, 4, 5].map((id) => ({
        ...rows.openBreak,
        id,
        symbol: id === 3 ? null : "AAPL",
        holds: "nothing"
      }))
      const changes = [rows.inserting("accounts", rows.account), rows.inserting("breaks", ...breaks)]
      yield* repository.write(rows.scope(), rows.writing(changes))
      const ids = (query: Partial<TradeRepository.PageQuery>) =>
        Effect.map(repository.page({ ...everyRow("breaks", "id"), ...query }), (page) => page.map((row) => row["id"]))
      assert.deepStrictEqual(yield* ids({ limit: 2 }), [1, 2])
      assert.deepStrictEqual(yield* ids({ limit: 2, after: [2] }), [3, 4])
      assert.deepStrictEqual(yield* ids({ limit: 2, after: [4], descending: true }), [3, 2])
      assert.deepStrictEqual(yield* ids({ where: [{ column: "symbol", in: [null] }] }), [3])
      assert.deepStrictEqual(yield* ids({ where: [{ column: "symbol", in: ["AAPL", null] }] }), [1, 2, 3, 4, 5])
      assert.deepStrictEqual(yield* ids({ where: [{ column: "symbol", in: [] }] }), [])
      assert.deepStrictEqual(yield* ids({ where: [{ column: "id", atLeast: 2, below: 4 }] }), [2, 3])
      assert.deepStrictEqual(yield* ids({ where: [{ column: "subject", in: ["x' OR 1=1 --"] }] }), [])
      assert.deepStrictEqual(
        yield* ids({ orderBy: ["openedAt", "id"], after: [rows.openBreak["openedAt"] ?? 0, 3], limit: 1 }),
        [4]
      )
    })
  )

  it.scoped("a page that cannot be asked for is refused with its reason", () =>
    Effect.gen(function* () {
      const { repository } = yield* store()
      const reason = (query: Partial<TradeRepository.PageQuery>) =>
        Effect.map(Effect.flip(repository.page({ ...everyRow("lots", "id"), ...query })), String)
      assert.include(yield* reason({ where: [{ column: "name", in: ["x"] }] }), "filters by name, which is no column")
      assert.include(yield* reason({ orderBy: ["name"] }), "sorts by name, which is no column")
      assert.include(yield* reason({ orderBy: ["open", "id"] }), "sorts by open, which has no order here")
      assert.include(yield* reason({ orderBy: ["account"] }), "sorts by no unique key")
      assert.include(yield* reason({ where: [{ column: "open", atLeast: "1" }] }), "wants a range of open, a decimal")
      assert.include(yield* reason({ after: [1, 2] }), "goes on after 2 cells, and sorts by 1 columns")
      assert.include(yield* reason({ limit: 0 }), "wants 0 rows")
      assert.include(yield* reason({ limit: 1001 }), "wants 1001 rows")
      assert.include(String(yield* Effect.flip(repository.feed(0, 5000))), "wants 5000 rows")
    })
  )
})

describe("the layer", () => {
  it.effect("takes its file from configuration, and keeps the store's identity", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "deep", "roundlot.db")
      const identity = Effect.map(TradeRepository.TradeRepository, (repository) => repository.identity)
      const first = yield* identity.pipe(Effect.provide(Sqlite.layer({ file })))
      const configured = Sqlite.layerConfig({ file: Config.string("STORE_FILE") }).pipe(
        Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["STORE_FILE", file]]))))
      )
      assert.deepStrictEqual(yield* identity.pipe(Effect.provide(configured)), first)
      assert.match(first.id, /^[0-9a-f]{32}$/)
      assert.match(first.incarnation, /^[0-9a-f]{32}$/)
      assert.notStrictEqual(first.id, first.incarnation)
    }).pipe(Effect.scoped)
  )
})

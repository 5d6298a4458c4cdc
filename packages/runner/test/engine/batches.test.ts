import { Batches, Commands, Daemon, Decimal, Fill, Reads, SourcePolicy, Trade } from "@roundlot/core"
import { Id, TradeRepository } from "@roundlot/core/adapter"
import { Batch, BatchWork, type intake } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { archiving } from "@roundlot/daemon"
import { Configuration, StorePlace } from "@roundlot/daemon/configuration"
import { bare } from "../settings/bare.ts"
import * as Engine from "./Engine.ts"

const store = StorePlace.StorePlace.Sqlite({ file: "" })

const direct = { type: "market", timeInForce: "day" } as const

/** A row that buys so much of a symbol; an order of its own where the batch executes. */
const row = (line: number, symbol: string, quantity: string, mode: Batch.BatchMode): Batches.BatchRow => ({
  line,
  input: {
    ...Engine.trade("buy", quantity),
    source: "batch",
    sourceId: `r-${line}`,
    symbol,
    ...(mode === "execute" ? { direct } : {})
  }
})

interface Asked {
  readonly uid?: string
  readonly mode?: Batch.BatchMode
  readonly priority?: number
}

/** What the batches of these tests have alike. */
const terms: Omit<Batches.NewBatch, "uid" | "name"> = {
  account: Engine.account,
  actor: "test",
  mode: "execute",
  priority: 0
}

const made = ({ mode = "execute", priority = 0, uid = "u-1" }: Asked = {}) =>
  Effect.flatMap(Batches.Batches, (batches) => batches.create({ ...terms, uid, name: `batch ${uid}`, mode, priority }))

const submitted = (
  rows: ReadonlyArray<Batches.BatchRow>,
  asked: Asked = {},
  rejected: ReadonlyArray<Batch.RejectedRow> = []
) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const batch = yield* made(asked)
    const results = yield* batches.add(batch, rows, SourcePolicy.plain)
    return {
      batch: yield* batches.queue(batch.id, {
        actor: "test",
        left: { rejected: rejected.length, rejectedRows: rejected }
      }),
      results
    }
  })

const countsOf = ({ cancelled, done, failed, status, total, waiting, working }: Batch.Batch) => ({
  status,
  total,
  waiting,
  working,
  done,
  failed,
  cancelled
})

const seen = (id: number) => Effect.map(Batches.find(Id.BatchId.make(id)), countsOf)

const ended = (id: number) => Engine.until(seen(id), ({ status }) => status !== "pending" && status !== "running")

/** What a dry run says becomes of rows: `2 stopped: buy 1 AAPL 150`. */
const foreseen = (id: number, verb: Batches.BatchVerb) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const before = yield* Batches.find(Id.BatchId.make(id))
    const { rows } = yield* batches.rehearse(before.id, verb, "dana")
    // Nothing of it is written.
    assert.deepStrictEqual(yield* Batches.find(before.id), before)
    assert.strictEqual(
      rows.reduce((sum, each) => sum + each.rows, 0),
      before.total
    )
    return rows.map(({ fate, rows: count, shares }) => {
      const each = shares.map(({ notional, quantity, side, symbol }) =>
        [side, Decimal.format(quantity), symbol, ...(notional === undefined ? [] : [Decimal.format(notional)])].join(
          " "
        )
      )
      return [`${count} ${fate}`, ...each].join(", ")
    })
  })

const tagsOf = (results: ReadonlyArray<intake.IntakeResult>) => results.map(({ _tag }) => _tag)

describe("batches", () => {
  it.scoped("BAT-1: every row of an executing batch is an order of its own, and it ends with exact counts", () =>
    Effect.gen(function* () {
      yield* Engine.started
      yield* Engine.instruct("refuse", { reject: { code: "no", words: "no buying power" } }, { symbol: "MSFT" })
      const rejected = [{ line: 4, column: "quantity", value: "1,5", reason: "is not a plain decimal number" }]
      const rows = [row(1, "AAPL", "2", "execute"), row(2, "MSFT", "1", "execute"), row(3, "KO", "3", "execute")]
      const { batch } = yield* submitted(rows, {}, rejected)
      assert.deepInclude(countsOf(batch), { total: 4, failed: 1 })
      const counts = { total: 4, waiting: 0, working: 0, done: 2, failed: 2, cancelled: 0 }
      assert.deepStrictEqual(yield* ended(1), { status: "partial_success", ...counts })
      // What was submitted came to as much, whatever became of it.
      const { notional, unpriced } = yield* Batches.find(Id.BatchId.make(1))
      assert.deepStrictEqual([Decimal.format(notional), unpriced], ["900", 0])
      const trades = yield* Reads.all(Trade.TradeTable)
      assert.deepStrictEqual(
        trades.map(({ batchId, batchLine, status }) => [batchId, batchLine, status]),
        [
          [1, 1, "completed"],
          [1, 2, "failed"],
          [1, 3, "completed"]
        ]
      )
      assert.lengthOf(yield* Engine.orders, 3)
      assert.deepStrictEqual(yield* Engine.audited, [])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-3: a batch that accumulates puts its rows into their positions, where whole lots are ordered", () =>
    Effect.gen(function* () {
      yield* Engine.started
      const rows = ["0.3", "0.5", "0.4"].map((quantity, at) => row(at + 1, "AAPL", quantity, "accumulate"))
      yield* submitted(rows, { mode: "accumulate" })
      assert.deepInclude(yield* ended(1), { status: "success", done: 3 })
      yield* Engine.until(Engine.figures("AAPL"), (figures) => figures?.hedged === "1")
      assert.deepStrictEqual(yield* Engine.audited, [])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("ACC-2: the same rows again are duplicates, and a batch of nothing new is cancelled", () =>
    Effect.gen(function* () {
      yield* Engine.started
      const rows = [row(1, "AAPL", "1", "execute")]
      yield* submitted(rows)
      yield* ended(1)
      const { batch, results } = yield* submitted(rows, { uid: "u-2" })
      assert.deepStrictEqual(tagsOf(results), ["Duplicate"])
      assert.deepInclude(countsOf(batch), { status: "cancelled", total: 0 })
      assert.strictEqual((yield* made({ uid: "u-1" })).id, 1)
      assert.lengthOf(yield* Engine.orders, 1)
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-4: the more urgent batch has its turn first, as many at once as may be", () =>
    Effect.gen(function* () {
      yield* Engine.opened({})
      for (const [at, priority] of [0, 5, 1].entries()) {
        yield* submitted([row(at + 1, "AAPL", "1", "execute")], { uid: `u-${at}`, priority })
      }
      // Nobody drives the account: nothing has its turn.
      yield* BatchWork.workOff(2)
      assert.deepStrictEqual(
        (yield* Effect.forEach([1, 2, 3], (id) => seen(id))).map(({ status }) => status),
        ["pending", "pending", "pending"]
      )
      yield* Effect.forkScoped(Daemon.run())
      yield* Effect.forEach([1, 2, 3], (id) => ended(id))
      const repository = yield* TradeRepository.TradeRepository
      const entries = yield* repository.entries({ account: "paper", afterSeq: 0, entity: undefined, limit: 1000 })
      const turns = entries.filter(({ body, tag }) => tag === "BatchMoved" && body.includes("running"))
      assert.deepStrictEqual(
        turns.map(({ entityId }) => entityId),
        ["G2", "G3", "G1"]
      )
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-5: a cancelled batch sends nothing more; only rows that ended are tried again, by another", () =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      yield* Engine.opened({})
      const { batch } = yield* submitted([row(1, "AAPL", "1", "execute"), row(2, "KO", "1", "execute")])
      for (const early of [
        Effect.asVoid(batches.retry(batch.id, "u-2", "once more", "test")),
        Effect.asVoid(batches.rehearse(batch.id, "retry", "test"))
      ]) {
        assert.match((yield* Effect.flip(early)).message, /G1 has working rows/)
      }
      assert.deepStrictEqual(yield* foreseen(1, "cancel"), ["2 stopped, buy 1 AAPL 150, buy 1 KO 150"])
      assert.strictEqual((yield* batches.cancel(batch.id, "wrong file", "dana")).status, "cancelled")
      yield* Effect.forkScoped(Daemon.run())
      const called = yield* Engine.until(seen(1), ({ waiting }) => waiting === 0)
      assert.deepStrictEqual(called, {
        status: "cancelled",
        total: 2,
        waiting: 0,
        working: 0,
        done: 0,
        failed: 0,
        cancelled: 2
      })
      assert.lengthOf(yield* Engine.orders, 0)
      assert.deepStrictEqual(yield* foreseen(1, "hide"), ["2 cancelled"])
      assert.deepStrictEqual(yield* foreseen(1, "retry"), ["2 again, buy 1 AAPL 150, buy 1 KO 150"])
      const again = yield* batches.retry(batch.id, "u-2", "once more", "test")
      assert.deepInclude(again, { retryOf: batch.id, total: 2 })
      assert.isTrue((yield* Batches.find(batch.id)).retriedBy === again.id)
      assert.deepInclude(yield* ended(2), { status: "success", done: 2 })
      const twice = yield* Effect.flip(batches.retry(batch.id, "u-3", "once more", "test"))
      assert.match(twice.message, /G1 was already retried by G2/)
      for (const late of [
        Effect.asVoid(batches.cancel(again.id, "too late", "dana")),
        Effect.asVoid(batches.rehearse(again.id, "cancel", "dana"))
      ]) {
        assert.match((yield* Effect.flip(late)).message, /G2 is success and cannot become cancelled/)
      }
      assert.isDefined((yield* batches.hide(batch.id, "tidy", "dana")).hiddenAt)
      assert.deepStrictEqual(yield* Engine.audited, [])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-5: two who try the failed rows again at once, or one who read it before, make one batch of them", () =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      yield* Engine.started
      yield* Engine.instruct("refuse", { reject: { code: "no", words: "no" } }, { symbol: "MSFT" })
      const { batch } = yield* submitted([row(1, "MSFT", "1", "execute")])
      yield* ended(1)
      const { version } = yield* Batches.find(batch.id)
      const both = ["u-2", "u-3"].map((uid) =>
        Effect.either(batches.retry(batch.id, uid, "once more", "test", [version]))
      )
      yield* Effect.all(both, { concurrency: "unbounded" })
      assert.deepInclude(yield* ended(2), { status: "success", total: 1, done: 1 })
      assert.lengthOf(yield* Reads.all(Batch.BatchTable), 2)
      assert.lengthOf(yield* Engine.orders, 2)
      const late = yield* Effect.flip(batches.hide(batch.id, "tidy", "dana", [version]))
      assert.match(late.message, /G1 has changed since it was read: its version is \d+ now/)
      assert.isUndefined((yield* Batches.find(batch.id)).hiddenAt)
      assert.deepStrictEqual(yield* Engine.audited, [])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped(
    "BAT-5: of a row that was filled in part only the rest is tried again, and nothing of one that was filled late",
    () =>
      Effect.gen(function* () {
        const batches = yield* Batches.Batches
        yield* Engine.started
        yield* Engine.instruct("part", { fill: { quantity: "4" } }, { symbol: "MSFT" })
        yield* Engine.instruct("none", { fill: { quantity: "1" } }, { symbol: "KO" })
        yield* submitted([row(1, "MSFT", "10", "execute"), row(2, "KO", "3", "execute")])
        yield* Engine.until(Engine.orders, (all) => all.filter(({ filled }) => Decimal.isPositive(filled)).length === 2)
        assert.deepStrictEqual(yield* foreseen(1, "cancel"), ["2 asked, buy 6 MSFT 900, buy 2 KO 300"])
        yield* batches.cancel(Id.BatchId.make(1), "enough", "dana")
        yield* Engine.until(seen(1), ({ working }) => working === 0)
        assert.deepStrictEqual(yield* foreseen(1, "retry"), ["2 rest, buy 6 MSFT 900, buy 2 KO 300"])
        // The broker tells of the rest of one after the batch for the failed rows was made, and before it has them.
        const again = yield* batches.create({ ...terms, uid: "u-2", name: "again", retryOf: Id.BatchId.make(1) })
        const late = (yield* Engine.orders).find(({ symbol }) => symbol === "KO")
        yield* Engine.instruct("late", { fill: { quantity: "2", brokerOrderId: String(late?.brokerOrderId) } })
        yield* Engine.until(seen(1), ({ done }) => done === 1)
        assert.deepStrictEqual(yield* foreseen(1, "retry"), ["1 rest, buy 6 MSFT 900", "1 done"])
        yield* batches.retry(Id.BatchId.make(1), "u-2", "once more", "test")
        assert.deepInclude(yield* ended(again.id), { status: "success", total: 1, done: 1 })
        const shown = (yield* Engine.orders).map(({ filled, quantity, symbol }) =>
          [symbol, ...[filled, quantity].map(Decimal.format)].join(" ")
        )
        assert.deepStrictEqual(shown, ["MSFT 4 10", "KO 3 3", "MSFT 6 6"])
        assert.deepStrictEqual(yield* Engine.audited, [])
      }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("B2 a row that an operator has dismissed is not tried again with the others", () =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      const commands = yield* Commands.Commands
      yield* Engine.opened({})
      const { batch } = yield* submitted([row(1, "AAPL", "1", "execute"), row(2, "KO", "1", "execute")])
      const command = { _tag: "DismissTrade", tradeId: Id.TradeId.make(1) } as const
      yield* commands.perform({ id: "c-1", account: Engine.account, actor: "dana", reason: "a typo", command })
      yield* batches.cancel(batch.id, "enough", "dana")
      yield* Effect.forkScoped(Daemon.run())
      yield* Engine.until(seen(1), ({ waiting }) => waiting === 0)
      assert.deepStrictEqual(yield* foreseen(1, "retry"), ["1 again, buy 1 KO 150", "1 dismissed"])
      yield* batches.retry(batch.id, "u-2", "once more", "test")
      assert.deepInclude(yield* ended(2), { status: "success", total: 1, done: 1 })
      assert.deepStrictEqual(
        (yield* Engine.orders).map(({ symbol }) => symbol),
        ["KO"]
      )
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped(
    "BAT-5: a retry that died before it had all of its rows is gone on with: asked again, or by the daemon",
    () =>
      Effect.gen(function* () {
        const batches = yield* Batches.Batches
        yield* Engine.opened({})
        const daemon = yield* Effect.forkScoped(Daemon.run())
        for (const at of [1, 2]) {
          yield* Engine.instruct(`refuse-${at}`, { reject: { code: "no", words: "no" } }, { symbol: "MSFT" })
          yield* submitted([row(at, "MSFT", "1", "execute")], { uid: `u-${at}` })
          assert.deepInclude(yield* ended(at), { status: "failed" })
        }
        const begin = (retryOf: number) =>
          batches.create({ ...terms, uid: `again-${retryOf}`, name: "again", retryOf: Id.BatchId.make(retryOf) })
        yield* begin(1)
        const again = yield* batches.retry(Id.BatchId.make(1), "another", "once more", "test")
        assert.deepInclude(again, { id: Id.BatchId.make(3), uid: "again-1", retryOf: Id.BatchId.make(1), total: 1 })
        assert.isDefined(again.queuedAt)
        yield* begin(2)
        // Nobody gives it a row for a minute, of which an idle program has much.
        yield* Fiber.interrupt(daemon)
        yield* TestClock.adjust("1 minute")
        yield* Effect.forkScoped(Daemon.run())
        assert.deepInclude(yield* ended(4), { total: 1, failed: 0, done: 1 })
        assert.deepStrictEqual(yield* Engine.audited, [])
      }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-3: a bust takes a row of a batch that has ended back: its counts change, and are all rows still", () =>
    Effect.gen(function* () {
      yield* Engine.started
      yield* submitted([row(1, "AAPL", "2", "execute"), row(2, "KO", "1", "execute")])
      const all = { status: "success", total: 2, waiting: 0, working: 0, failed: 0 }
      assert.deepStrictEqual(yield* ended(1), { ...all, done: 2, cancelled: 0 })
      for (const [at, { execIdBase }] of (yield* Reads.all(Fill.FillTable)).entries()) {
        yield* Engine.instruct(`away-${at}`, { bust: { execId: execIdBase } })
        // The broker had called the order closed: what it is short of is not ordered any more.
        const counts = { done: 1 - at, cancelled: 1 + at }
        assert.deepStrictEqual(yield* Engine.until(seen(1), ({ done }) => done < 2 - at), { ...all, ...counts })
      }
      assert.deepStrictEqual(yield* Engine.audited, [])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-13: a batch collects rows of no file one after the other, and has its turn once it is queued", () =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      yield* Engine.started
      const batch = yield* made()
      for (const at of [1, 2]) {
        const { input } = row(at, "AAPL", "1", "execute")
        assert.deepStrictEqual(tagsOf(yield* batches.add(batch, [{ line: undefined, input }], SourcePolicy.plain)), [
          "Accepted"
        ])
      }
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* seen(1), { status: "pending", total: 2, waiting: 2 })
      yield* batches.queue(batch.id, { actor: "test" })
      assert.deepInclude(yield* ended(1), { status: "success", done: 2 })
      const trades = yield* Reads.all(Trade.TradeTable)
      assert.deepStrictEqual(
        trades.map(({ batchLine }) => batchLine),
        [1, 2]
      )
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("BAT-7: batches are put away by their age where the configuration says so", () =>
    Effect.gen(function* () {
      yield* Engine.started
      yield* submitted([row(1, "AAPL", "1", "execute")])
      yield* ended(1)
      const settings = { ...bare, configuration: { ...Configuration.empty, archiveAfterMs: 10_000 }, store }
      yield* Effect.forkScoped(archiving.archiveByAge(settings))
      yield* Engine.until(seen(1), () => true)
      assert.isUndefined((yield* Batches.find(Id.BatchId.make(1))).archivedAt)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forkScoped(archiving.archiveByAge(settings))
      yield* Engine.until(Batches.find(Id.BatchId.make(1)), ({ archivedAt }) => archivedAt !== undefined)
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("no row enters a batch that has all of its rows", () =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      yield* Engine.opened({})
      const { batch } = yield* submitted([row(1, "AAPL", "1", "execute")])
      const late = yield* Effect.flip(batches.add(batch, [row(2, "AAPL", "1", "execute")], SourcePolicy.plain))
      assert.match(late.message, /G1 is complete and takes no more rows/)
      assert.lengthOf(yield* Reads.all(Trade.TradeTable), 1)
    }).pipe(Effect.provide(Engine.layer))
  )
})

describe("the statuses of batches", () => {
  it("BAT-1: move by one table: pending, running, an end; and no other way", () => {
    const moves = Batch.batchStatuses.flatMap((from) =>
      Batch.batchStatuses.filter((to) => Batch.mayBecome(from, to)).map((to) => `${from} ${to}`)
    )
    assert.deepStrictEqual(moves, [
      "pending running",
      "pending cancelled",
      "running success",
      "running partial_success",
      "running failed",
      "running cancelled"
    ])
  })
})


import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Clock,
  Commands,
  Daemon,
  Decimal,
  Entropy,
  Health,
  Ledger,
  Position,
  Reads
} from "@roundlot/core"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { SqliteStore } from "@roundlot/store-sqlite"
import { NodeFileSystem } from "@effect/platform-node"
import * as assertN from "node:assert"
const assert = { isAbove: (a: number, b: number) => assertN.ok(a > b), strictEqual: assertN.strictEqual, deepStrictEqual: assertN.deepStrictEqual, isTrue: assertN.ok }
import { Chunk, Effect, Layer, Logger, Stream } from "effect"
import { readTrades } from "../src/import/TradeFile.ts"

const account = AccountName.AccountName.make("paper")

const engine = (folder: string) => {
  const base = Layer.mergeAll(SqliteStore.layer({ file: join(folder, "store.db") }), Clock.layerAlwaysOpen, Entropy.layerSecure)
  const services = Layer.mergeAll(Accumulator.layer, Commands.layer, Health.layer).pipe(
    Layer.provideMerge(Ledger.layer.pipe(Layer.provideMerge(base)))
  )
  const brokers = PaperBroker.layerBrokers.pipe(Layer.provide(Exchange.layer({ file: join(folder, "exchange.db") })))
  return Layer.mergeAll(services, brokers, NodeFileSystem.layer, Logger.replace(Logger.defaultLogger, Logger.none))
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-real-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

interface Tally {
  readonly rows: number
  readonly bad: number
  readonly results: { readonly [result: string]: number }
}

const take = (file: string) =>
  readTrades(file).pipe(
    Stream.grouped(250),
    Stream.mapEffect((rows) =>
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        const inputs = Chunk.toReadonlyArray(rows).flatMap((row) => (row._tag === "Parsed" ? [row.input] : []))
        return { rows: rows.length, results: yield* accumulator.submitMany(account, inputs) }
      })
    ),
    Stream.runFold({ rows: 0, bad: 0, results: {} }, (tally: Tally, { rows, results }): Tally => {
      const counts: { [result: string]: number } = { ...tally.results }
      for (const { _tag } of results) counts[_tag] = (counts[_tag] ?? 0) + 1
      return { rows: tally.rows + rows, bad: tally.bad + rows - results.length, results: counts }
    })
  )

const proveFile = (file: string) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    yield* commands.setAccount(account, Account.defaultSettings, "test")
    yield* Effect.forkScoped(Daemon.run())
    const first = yield* take(file)
    assert.isAbove(first.results["Accepted"] ?? 0, 0)
    const second = yield* take(file)
    assert.strictEqual(second.results["Accepted"], undefined)
    assert.strictEqual(second.results["Conflict"], first.results["Conflict"])
    const left = yield* Daemon.untilIdle
    assert.deepStrictEqual(left.orders, [])
    for (const position of yield* Reads.all(Position.PositionTable)) {
      assert.isTrue(Decimal.isLess(Decimal.abs(position.residual), Decimal.unsafe("1")), position.symbol)
      const sum = Decimal.sum([position.hedged, position.inFlight, position.residual])
      assert.isTrue(Decimal.equals(sum, position.target), position.symbol)
    }
    const audit = yield* Audit.run()
    assert.deepStrictEqual(audit.findings, [])
    return first
  })

const provide = (file: (folder: string) => string, extra?: (tally: Tally) => void) =>
  Effect.gen(function* () {
    const path = yield* folder
    const tally = yield* proveFile(file(path)).pipe(Effect.scoped, Effect.provide(engine(path)))
    extra?.(tally)
  }).pipe(Effect.scoped)

const t0 = Date.now()
for (const f of process.argv.slice(2)) {
  const t = Date.now()
  await Effect.runPromise(provide(() => f, (tally) => console.log(f, JSON.stringify(tally))))
  console.log("seconds", (Date.now() - t) / 1000, "rss MB", process.memoryUsage().rss / 1e6)
}

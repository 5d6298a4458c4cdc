import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Commands,
  Daemon,
  Decimal,
  Position,
  Reads,
  Roundlot,
  SourcePolicy
} from "@roundlot/core"
import { PositionAnswer } from "@roundlot/core/ledger"
import { Exchange, Listing, PaperBroker } from "@roundlot/broker-paper"
import { SqliteStore } from "@roundlot/store-sqlite"
import { TradeFile } from "@roundlot/imports"
import { Recordings } from "@roundlot/testing"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Layer, Logger, Stream } from "effect"

const account = AccountName.AccountName.make("paper")

const engine = (folder: string) => {
  const services = Roundlot.layerOn(SqliteStore.layer({ file: join(folder, "store.db") }))
  const brokers = PaperBroker.layerBrokers.pipe(
    Layer.provide(Exchange.layer({ file: join(folder, "exchange.db"), listing: Listing.any }))
  )
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
  TradeFile.readTrades(file).pipe(
    Stream.grouped(250),
    Stream.mapEffect((rows) =>
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        const inputs = Chunk.toReadonlyArray(rows).flatMap((row) => (row._tag === "Parsed" ? [row.input] : []))
        return { rows: rows.length, results: yield* accumulator.submitMany(account, inputs, SourcePolicy.anyAge) }
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
      const answer = PositionAnswer.answerText(position.answer)
      // A new account works off no more than its limit; what is beyond it waits for a person.
      const isLimited = answer === "Refused(OpenResidual)" || answer === "Refused(MaxNotional)"
      const isWorkedOff = Decimal.isLess(Decimal.abs(position.residual), Decimal.unsafe("1"))
      assert.isTrue(isWorkedOff || isLimited, position.symbol)
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

const synthetic = [
  "source_id,timestamp,symbol,side,quantity,price",
  ...Array.from({ length: 400 }, (_, i) =>
    [
      `s-${i % 390}`,
      "2026-01-05T15:00:00Z",
      i % 390 < 200 ? "KO" : "SPY",
      i % 3 === 0 ? "SELL" : "BUY",
      "0.37",
      "60.5"
    ].join()
  )
].join("\r\n")

/** Files that hold no trades, each with the reason. */
const unread: Recordings.Unread = [[/\.rejected\.csv$/, "rows that were rejected of the file beside it"]]

const tradesIn = (path: string): ReadonlyArray<Recordings.Recording> =>
  Recordings.filesIn(path).filter(({ name }) => !unread.some(([listed]) => listed.test(name)))

describe("files of trades, taken twice and worked off", () => {
  it.live(
    "ACC-2, ACC-8: a synthetic file conserves, leaves less than a lot, and is all duplicates the second time",
    () =>
      provide(
        (path) => {
          const file = join(path, "trades.csv")
          writeFileSync(file, synthetic)
          return file
        },
        (tally) => assert.deepStrictEqual(tally.results, { Accepted: 390, Duplicate: 10 })
      ),
    60_000
  )

  const real = process.env["ROUNDLOT_REAL_DATA"]
  for (const { name, path } of real === undefined ? [] : tradesIn(join(real, "neutral"))) {
    it.live(
      `the real file ${name} conserves, leaves less than a lot, and is all duplicates the second time`,
      () => provide(() => path),
      60_000
    )
  }

  it.live("a file that is new is taken by being there, in a folder of its own too; one without a trade is named", () =>
    Effect.gen(function* () {
      const path = yield* folder
      mkdirSync(join(path, "later"))
      writeFileSync(join(path, "later", "new.csv"), synthetic)
      writeFileSync(join(path, "later", "new.rejected.csv"), "reason")
      writeFileSync(join(path, "novel.csv"), "when,what\r\n1,2")
      const [taken, novel, ...others] = tradesIn(path)
      assert.deepStrictEqual([taken?.name, novel?.name, others], ["later/new.csv", "novel.csv", []])
      yield* provide(() => taken?.path ?? "")
      const fault = yield* Effect.flip(provide(() => novel?.path ?? ""))
      assert.include(String(fault), "novel.csv")
    }).pipe(Effect.scoped)
  )
})

import { NodeFileSystem } from "@effect/platform-node"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Accumulator, Instant, Quantity } from "@roundlot/core"
import { it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as trades from "../../src/views/trades.ts"
import * as allocations from "../../src/views/allocations.ts"
import * as fills from "../../src/views/fills.ts"
import * as journal from "../../src/views/journal.ts"
import * as scene from "./scene.ts"
import { mkdtempSync } from "node:fs"

it.live("speed", () =>
  Effect.gen(function* () {
    yield* scene.open(["AAPL"])
    const acc = yield* Accumulator.Accumulator
    const t0 = Date.now()
    for (let b = 0; b < 100; b++) {
      yield* acc.submitMany(scene.main, Array.from({ length: 200 }, (_, i) => ({
        source: "s", sourceId: `${b}-${i}`, occurrence: "", symbol: `S${i % 20}`, side: "buy" as const, quantity: Quantity.unsafe("0.01"), price: undefined, tradedAt: Instant.make(0n), reverses: undefined })))
    }
    console.log("made", Date.now() - t0)
    const timed = <A, E, R>(name: string, e: Effect.Effect<A, E, R>) => Effect.gen(function* () {
      const t = Date.now(); const r = yield* e; console.log(name, Date.now() - t); return r })
    yield* timed("all", trades.list({ limit: 0 }))
    yield* timed("all acct", trades.list({ limit: 0, account: "main" }))
    yield* timed("all acct status", trades.list({ limit: 0, account: "main", status: "accumulated" }))
    yield* timed("page acct status", trades.list({ limit: 100, account: "main", status: "accumulated", order: "newest" }))
    yield* timed("page symbol", trades.list({ limit: 100, symbol: "s3", order: "newest" }))
    yield* timed("alloc trade", allocations.list({ tradeId: "T5" }))
    yield* timed("fills", fills.list({ symbol: "S3" }))
    yield* timed("show", trades.show("T19999"))
    yield* timed("export", Stream.runCount(journal.exportLines()))
    yield* timed("head", journal.head)
    yield* timed("newest", journal.list({ order: "newest" }))
    yield* timed("oldest", journal.list({}))
  }).pipe(Effect.provide(scene.books(SqliteStore.layer({ file: mkdtempSync("/tmp/speed") + "/x.db" })))), 300000)

import { fileURLToPath } from "node:url"
import { NodeFileSystem } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import { readTrades } from "../src/TradeFile.ts"
import { badOf } from "./reading.ts"

const tape = fileURLToPath(new URL("../../../examples/tape/trades.csv", import.meta.url))

it.effect("the bundled tape has one bad row among 2,000, and no id stands for two trades", () =>
  Effect.gen(function* () {
    const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(readTrades(tape)))
    expect(rows).toHaveLength(2000)
    expect(badOf(rows)).toMatchObject([{ column: "quantity", value: "0.3.1", reason: "is not a plain decimal number" }])
    const trades = rows.flatMap((row) => (row._tag === "Parsed" ? [row.input] : []))
    expect(new Set(trades.map((trade) => trade.sourceId)).size).toBe(1959)
    expect(new Set(trades.map((trade) => Object.values(trade).map(String).join())).size).toBe(1959)
  }).pipe(Effect.provide(NodeFileSystem.layer))
)

import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { SqliteStore } from "@roundlot/store-sqlite"
import {
  accounts,
  allocations,
  breaks,
  fills,
  instruments,
  journal,
  orders,
  positions,
  trades
} from "@roundlot/queries"
import { expect, it } from "@effect/vitest"
import { Chunk, Effect, Layer, Stream } from "effect"
import * as scene from "./scene.ts"

const inFile = scene.books(
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      return SqliteStore.layer({ file: `${folder}/roundlot.db` })
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))
)

const tags = (filters: journal.JournalFilters) =>
  Effect.map(journal.list(filters), ({ items }) => items.map(({ seq, tag }) => `${seq} ${tag}`))

/** Every list with every filter, in both orders, and every detail. */
const everything = Effect.gen(function* () {
  yield* scene.played
  yield* scene.fills(1, { exec: "x3", quantity: "2", price: undefined })
  const period = { since: scene.second(0), until: scene.second(60) }
  const page = { limit: 2, order: "newest" }
  const common = { account: "main", symbol: "aapl", ...period, ...page }
  const lists = yield* Effect.all([
    trades.list({ ...common, status: "completed", side: "buy", source: "tape", orderId: "O1" }),
    orders.list({
      ...common,
      side: "buy",
      origin: "accumulation",
      tradeId: "T1",
      query: { _tag: "Phase", phase: "filled" }
    }),
    orders.list({ brokerOrderId: "B-1", query: { _tag: "Filled", brokerOrderIds: [scene.brokerId(1)] } }),
    fills.list({ ...common, side: "buy", orderId: "O1", tradeId: "T1", canonical: true }),
    allocations.list({ ...common, kind: "order", tradeId: "T3", orderId: "O1", standing: true }),
    allocations.list({ tradeId: "T3", limit: 1 }),
    allocations.list({ standing: false }),
    positions.list({ ...common }),
    breaks.list({ ...common, status: "open", kind: "Excess", holds: "symbol", subject: "O1" }),
    breaks.list({ status: "closed" }),
    accounts.list({ account: "main", broker: "paper", environment: "paper" }),
    instruments.list({ status: "verified", account: "main" }),
    trades.list({ limit: 0 }),
    orders.list({}),
    fills.list({}),
    breaks.list({})
  ])
  const details = yield* Effect.all([
    trades.show("T3"),
    orders.show("O1"),
    orders.show("O2"),
    fills.show("F2"),
    allocations.show("A4"),
    breaks.show("B1"),
    accounts.show("main"),
    positions.show("AAPL"),
    positions.show("MSFT")
  ])
  const entries = yield* Effect.all([
    tags({ limit: 0 }),
    tags({ account: "main", order: "newest", limit: 5 }),
    tags({ order: "newest", limit: 7 }),
    tags({ entity: "O1" })
  ])
  const lines = yield* Stream.runCollect(journal.exportLines())
  const { heads, position } = yield* journal.head
  return { lists, details, entries, lines: Chunk.size(lines), position, seq: heads["main"]?.seq }
})

/** A client order id is its store's own. */
const plain = (value: unknown) => JSON.stringify(value, undefined, 1).replaceAll(/rl1-[a-z2-7]{26}/g, "rl1-…")

it.effect("a file and the memory give the same documents", () =>
  Effect.gen(function* () {
    const stored = yield* Effect.provide(everything, inFile)
    const kept = yield* Effect.provide(everything, scene.inMemory)
    expect(stored.lists.map(({ items }) => items.length)).toEqual([2, 1, 1, 2, 2, 1, 1, 1, 1, 0, 1, 2, 6, 2, 4, 1])
    expect(plain(stored)).toBe(plain(kept))
  })
)
